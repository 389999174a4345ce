"""The encoder in a retrain: tuned on what came before the cut, then asked the later inquiries like what serves now.

tune      ``fine_tune`` on the history up to the cut; its own proof on the later inquiries comes first
learn     order, confidence and tagger anew for the tuned encoder, from inquiries that it has not learnt from
judge     all of it against what would serve without it, by the gate
serve     the encoder stands in ``model/encoders`` under its fingerprint; versions name it, and share it
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from faqsuggest.calibrated import LEARN_FROM
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.encoders import load_encoder
from faqsuggest.errors import CorruptStoreError, InputError
from faqsuggest.snapshot import BESIDE
from faqsuggest.store.arrays import read_json
from faqsuggest.store.folder import list_versions, put_encoder, sweep_encoders
from faqsuggest.store.manifest import NAME
from faqsuggest.suggester import Suggester
from faqsuggest.training.challenge import ENCODER, RANKING, Trial
from faqsuggest.training.feedback import Lesson
from faqsuggest.training.fine_tune import choosing_from, fine_tune
from faqsuggest.training.gate import Gate, Measure
from faqsuggest.training.starting_point import StartingPoint, require_training
from faqsuggest.training.tagging import TAGS, TagTrial
from faqsuggest.training.walk import Plan, Walk
from faqsuggest.training.workplace import Workplace, write_whole

log = logging.getLogger(__name__)
FOUND = "tuned.json"
KEY = "encoder = true of [retrain], or Recipe(encoder=True),"


def require_tunable(encoder: object) -> None:
    """Check that an encoder can be tuned here, before anything is done.

    Raises:
        InputError: It has no network.
        MissingPackageError: The extra ``train`` is not installed.
    """
    require_training(KEY)
    if not isinstance(encoder, (str, Path)):
        raise InputError(f"{KEY} needs an encoder that is named by a text or a folder, got {type(encoder).__name__}")
    try:
        StartingPoint.of(encoder)
    except InputError as error:
        raise InputError(f"{KEY} cannot be done: {error}") from error


def sweep(root: Path) -> None:
    """Remove the tuned encoders that no version of a model folder names."""
    used = set()
    for name in list_versions(root):
        try:
            named = str(read_json(root / "versions" / name / NAME)["facts"]["encoder"])
        except (CorruptStoreError, KeyError, TypeError):
            return  # what a damaged version needs is not known
        used.add(named.removeprefix(BESIDE))
    sweep_encoders(root, used)


@dataclass(frozen=True, slots=True)
class Tuning:
    """What a tuning goes by.

    Attributes:
        root: The model folder.
        base: All that is known, from before the suggester walked.
        lessons: From the feedback log.
        work: Of the run.
        cache: Folder of vectors.
        limit: Inquiries to learn from at most.
        seed: Of all draws.
        tagged: Whether a tagger serves.
    """

    root: Path
    base: KnowledgeBase
    lessons: Sequence[Lesson]
    work: Workplace
    cache: Path
    limit: int
    seed: int
    tagged: bool

    def run(self, full: Suggester, trial: Trial) -> EncoderTrial | str:
        """The trial of a tuned encoder, or why there is none.

        Args:
            full: Whose encoder, settings and shield serve.
            trial: Of the other parts, judged.
        """
        since = choosing_from((each.created_at for each in self.base.tickets), trial.plan.cut)
        plan = trial.plan.since(since)
        if len(plan.learn) < LEARN_FROM:
            return (
                f"The encoder was not tuned: of the last sixth before the judging inquiries {len(plan.learn):,} have "
                f"a known answer, {LEARN_FROM} are needed to learn its order and confidence from."
            )
        if self.tagged and trial.tags is None:
            return "The encoder was not tuned: the tagger that serves could not be learnt anew for it."
        found = self._tuned(full, trial.plan)
        if not found["improved"]:
            return f"The encoder was tuned and stays as it was: {found['told']}"
        source = self.work.folder / ENCODER / "model"
        place = put_encoder(self.root, source, load_encoder(source).fingerprint[:16])
        tuned = with_encoder(full, self.base, place, self.cache)
        passed = Walk(tuned, plan, tuned.units_.encoder, self.lessons).run(
            lambda number: self.work.load(ENCODER, number), lambda number, made: self.work.save(ENCODER, number, made)
        )
        own = Trial.of(tuned, plan, passed, None)
        if self.tagged or trial.promoted(TAGS):
            own.tags = TagTrial.of(tuned, plan, self.root / "none", limit=self.limit, seed=self.seed)
        return EncoderTrial(place, since, own, found["told"], found["figures"])

    def _tuned(self, full: Suggester, plan: Plan) -> Mapping[str, Any]:
        """What ``fine_tune`` found, now or in a run that was cut off."""
        path = self.work.folder / FOUND
        if path.is_file():
            return dict(read_json(path))
        out = self.work.folder / ENCODER
        made = fine_tune(full.encoder, self.base, out=out, until=plan.cut, seed=self.seed)
        gain, low, high = made.gain
        told = (
            f"hit@3 in the fixed hybrid {made.before:.3f} → {made.after:.3f}, gain {gain:+.3f} [{low:+.3f}, "
            f"{high:+.3f}] on {made.questions:,} later inquiries, learnt from {made.pairs:,} questions."
        )
        figures = {"before": made.before, "after": made.after, "gain": gain, "low": low, "high": high}
        found = {"improved": made.improved, "told": told, "figures": figures}
        write_whole(path, found)
        return found


@dataclass(frozen=True, slots=True)
class EncoderTrial:
    """A tuned encoder that proved better by itself, with all that was learnt on it.

    Attributes:
        place: Its folder in the model folder.
        since: Time from which on it has learnt from no ticket.
        own: Order, confidence and tagger learnt with it, on the later inquiries.
        told: What its own proof says.
        figures: Of the proof.
    """

    place: Path
    since: datetime
    own: Trial
    told: str
    figures: Mapping[str, float]

    def judge(self, trial: Trial, gate: Gate, seed: int) -> None:
        """Put it before the gate, against what would serve without it; the verdict joins those of the trial."""
        new, old = self.own.challenger, trial.challenger if trial.promoted(RANKING) else trial.champion
        measures = [
            Measure(ENCODER, "hit@3", new.hits(3), old.hits(3)),
            Measure(ENCODER, "brier", new.brier(), old.brier()),
        ]
        if self.own.tags is not None and trial.tags is not None:
            tags = trial.tags.measure
            without = tags.challenger if trial.promoted(TAGS) else tags.champion
            measures.append(Measure(ENCODER, "f1", self.own.tags.measure.challenger, without))
        trial.verdicts += gate.judge(measures, trial.slices(gate), trial.report.clusters, seed=seed)
        log.info("%s: %s", ENCODER, trial.verdicts[-1].reason)

    def serving(self, final: Suggester, cache: Path, *, refit: bool) -> Suggester:
        """A suggester on the same base with the tuned encoder and what was learnt on it."""
        made = with_encoder(final, final.kb_, self.place, cache)
        return made.use_confidence(self.own.served(refit=refit))


def with_encoder(suggester: Suggester, base: KnowledgeBase, encoder: Path, cache: Path) -> Suggester:
    """Another encoder on a base that is free of personal data already, with the settings of a suggester."""
    settings = {**suggester.get_params(), "encoder": encoder, "cache": cache, "privacy": "off"}
    made = Suggester(**settings).fit(base)
    made.privacy, made.shield_ = suggester.privacy, suggester.shield_
    return made
