"""The batch job: take in new tickets, learn from them, and let what was learnt serve only where it proved better.

    read      files or bases, cleaned and checked; what was imported before in the same form is left out
    take in   personal data templated, texts embedded, records put into the base of the model folder
    walk      the newest inquiries asked in the order of time, each of the base as it was then
    learn     order and confidence from the older of them: the challenger
    judge     challenger and champion on the newer ones, which neither has learnt from, by paired tests
    save      a version with its card, report and figures, put in place in one step; earlier versions stay

What is finished is kept inside the model folder until the end, so that a run that was cut off goes on where it stopped.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from faqsuggest._version import __version__
from faqsuggest.calibrated import Confidence
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError
from faqsuggest.feedback.log import FeedbackLog
from faqsuggest.forked import beside, cores
from faqsuggest.outcomes import Outcome, ask, cases_of_tickets
from faqsuggest.parameters import as_path
from faqsuggest.store.arrays import encode_json, read_json, write_json
from faqsuggest.suggester import Suggester
from faqsuggest.training.card import CARD, METRICS, PAGE, card_of, window_of
from faqsuggest.training.challenge import ENCODER, RANKING, Trial
from faqsuggest.training.encoder_trial import EncoderTrial, Tuning, require_tunable, sweep
from faqsuggest.training.feedback import Lesson, lessons_of
from faqsuggest.training.gate import Gate, Verdict
from faqsuggest.training.news import Source, State, TakenIn, digest_of, marks_of, read_news, unseen
from faqsuggest.training.recipe import Recipe
from faqsuggest.training.tagging import TAGS, TagTrial, carry_over
from faqsuggest.training.walk import Passed, Plan, Walk
from faqsuggest.training.workplace import DRY, Workplace, only_retrain, write_whole

log = logging.getLogger(__name__)
PROMOTED, FIRST, REFRESHED, KEPT = "promoted", "first", "refreshed", "kept"
CODES = {PROMOTED: 0, FIRST: 0, REFRESHED: 3, KEPT: 4}
"""Exit codes of the command by outcome; 2 is an error, 5 says that another retrain holds the folder."""
JUDGED = "judged.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrained:
    """How a retrain ended.

    Attributes:
        outcome: "promoted": a learnt part was better and serves; "first": the folder was empty, its first version
            serves as shipped; "refreshed": nothing learnt was better, the new data serves; "kept": nothing changed.
        version: What serves now; in a dry run what served before.
        previous: What served before; "" for nothing.
        verdicts: Of each part that was judged.
        notes: What to know beside them.
        metrics: All figures, flat.
        dry_run: Whether nothing was written.
    """

    outcome: str
    version: str
    previous: str
    verdicts: tuple[Verdict, ...] = ()
    notes: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    dry_run: bool = False

    @property
    def code(self) -> int:
        """The exit code of the command."""
        return CODES[self.outcome]

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-ready values."""
        return {
            "outcome": self.outcome,
            "version": self.version,
            "previous": self.previous,
            "verdicts": [each.to_dict() for each in self.verdicts],
            "notes": list(self.notes),
            "metrics": dict(self.metrics),
            "dry_run": self.dry_run,
        }


def retrain(
    path: str | os.PathLike[str],
    *,
    tickets: Source = None,
    articles: Source = None,
    until: str | date | datetime | None = None,
    gate: Gate | None = None,
    recipe: Recipe | None = None,
    dry_run: bool = False,
) -> Retrained:
    """Take new data into a model folder, learn from it, and let a learnt part serve only where it proved better.

    Made to be run again and again, as by cron. What serves is replaced in one step at the very end; killed at any point
    before, the folder serves as it did, and the same call goes on from what was finished. A folder that does not exist
    is made, and its first version serves as shipped before anything is learnt.

    * New data alone is taken in unless it does harm: the champion with it, on inquiries later than its own data, may
      not be shown to be worse than without it, nor lose more than ``gate.slice_margin``; see ``Gate.harmless``.
    * Order and confidence are learnt from past inquiries and judged on later ones that neither champion nor challenger
      learnt from and that no earlier challenger was judged by; see ``training.gate``. Each retrain therefore waits
      until enough new inquiries with known answers have come (``gate.fewest``, and as many to learn from).

    Args:
        path: The model folder.
        tickets: A file, or a base; a full export will do, what is known already is left out.
        articles: The same for articles.
        until: Nothing from this moment on is seen; all when None.
        gate: What a learnt part must show.
        recipe: What is made.
        dry_run: Do everything but change what serves.

    Raises:
        InputError: An argument cannot be used, or there is nothing: no model and no data.
        DataError: Rows of the data are bad; nothing was changed.
        LockedStoreError: Another retrain of this folder is running.
        StoreError: The folder is damaged, or the disk refuses.

    Example:
        >>> import tempfile
        >>> news = KnowledgeBase.from_records(articles=[{"id": "a", "title": "Avbrott", "body": "Vi felsöker."}])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     made = retrain(f"{folder}/model", articles=news, recipe=Recipe(model={"encoder": "char-ngrams"}))
        ...     found = Suggester.load(f"{folder}/model").suggest("avbrott", min_confidence=0)
        >>> made.outcome, found[0].id
        ('first', 'a')
    """
    root = as_path(path, "path")
    gate, recipe = Gate() if gate is None else gate, Recipe() if recipe is None else recipe
    if not isinstance(gate, Gate) or not isinstance(recipe, Recipe):
        raise InputError(f"gate must be a Gate and recipe a Recipe, got {type(gate).__name__}, {type(recipe).__name__}")
    given = read_news(tickets, articles, until)
    with only_retrain(root) as folder, beside(cores(None)):
        try:
            return _Run(root, folder, given, gate, recipe, dry_run).run()
        finally:
            shutil.rmtree(folder / DRY, ignore_errors=True)


@dataclass
class _Run:
    """One retrain, the lock held."""

    root: Path
    folder: Path
    given: KnowledgeBase
    gate: Gate
    recipe: Recipe
    dry_run: bool
    first: bool = False
    serving: str = ""
    rival: EncoderTrial | str = ""
    """The tuned encoder, or why there is none."""

    def run(self) -> Retrained:
        base = self._base()
        sweep(base)
        full = Suggester.load(base)
        if self.recipe.encoder:
            require_tunable(full.encoder)
        version, served = full.version_, full.confidence_
        self.serving = version
        state = self._state(base, full)
        news = unseen(self.given, state.imported)
        log.info("%s serves; %d tickets and %d articles are new", version, len(news.tickets), len(news.articles))
        lessons = self._lessons()
        work = Workplace.open(self.folder, self._key(version, news, lessons))
        self._remember(full, work)
        taken = TakenIn.by(full, news)
        trial = self._trial(full, state, served, lessons, work)
        del full
        gc.collect()
        return self._finish(base, version, state, taken, trial, work)

    def _base(self) -> Path:
        """The folder with what serves; a first version is made where there is none, aside in a dry run."""
        if (self.root / "CURRENT").exists():
            return self.root
        if not len(self.given):
            raise InputError(f"path: nothing is saved in {self.root} and no tickets or articles came; give some")
        self.first = True
        base = self.folder / DRY if self.dry_run else self.root
        suggester = Suggester(**{"cache": self.recipe.cache, **self.recipe.model}).fit(self.given)
        state = State(imported=marks_of((*self.given.tickets, *self.given.articles)))
        made = Retrained(outcome=FIRST, version="", previous="", notes=("Order and confidence are those that ship.",))
        facts = self._facts(suggester, made, self.given, None)
        version = suggester.save(base, record=lambda folder: _write_record(folder, state, facts, {}))
        log.info("first version %s, as shipped", version)
        return base

    def _state(self, base: Path, full: Suggester) -> State:
        learnt = full.confidence_ is not None and full.confidence_.own is not None
        folder = base / "versions" / full.version_
        state = State.read(folder, learnt=learnt, tickets=list(full.units_.book.tickets.values()))
        if (self.folder / JUDGED).is_file():
            left = read_json(self.folder / JUDGED)
            if left.get("version") == full.version_:
                state = replace(state, judged_until=datetime.fromisoformat(left["judged_until"]))
        return state

    def _tagger(self) -> Path:
        """Folder of the tagger that serves; there need not be one."""
        return self.root / "versions" / self.serving / TAGS

    def _lessons(self) -> list[Lesson]:
        """What the feedback log beside the folder teaches, where there is one."""
        log_beside = FeedbackLog.beside(self.root)
        if not log_beside.path.is_file():
            return []
        try:
            return lessons_of(log_beside)
        finally:
            log_beside.close()

    def _key(self, version: str, news: KnowledgeBase, lessons: Sequence[Lesson]) -> str:
        told = [(each.at.isoformat(), each.weight, sorted(each.answers.items())) for each in lessons]
        parts = [__version__, version, digest_of(news), asdict(self.gate), repr(self.recipe), repr(told)]
        return hashlib.sha256(encode_json(parts)).hexdigest()[:16]

    def _remember(self, suggester: Suggester, work: Workplace) -> None:
        suggester.units_.remember(self._cache(work))

    def _cache(self, work: Workplace) -> Path:
        return Path(self.recipe.cache) if self.recipe.cache is not None else work.vectors

    def _trial(
        self, full: Suggester, state: State, served: Confidence | None, lessons: Sequence[Lesson], work: Workplace
    ) -> Trial | None:
        plan = Plan.of(
            tuple(full.units_.book.tickets.values()),
            since=state.since,
            fewest=self.gate.fewest,
            most=self.gate.most,
            learn_from=self.recipe.learn_from,
            taught=state.tuned_until,
        )
        if plan is None:
            return None
        known = full.kb_
        found = Walk(full, plan, full.units_.encoder, lessons).run(
            lambda number: work.load("walk", number), lambda number, made: work.save("walk", number, made)
        )
        trial = Trial.of(full, plan, found, served)
        if isinstance(full.encoder, (str, Path)):
            limit, seed = self.recipe.learn_from, self.recipe.seed
            trial.tags = TagTrial.of(full, plan, self._tagger(), limit=limit, seed=seed)
        trial.judge(self.gate, self.recipe.seed)
        if self.recipe.encoder:
            tagged, limit, seed = self._tagger().is_dir(), self.recipe.learn_from, self.recipe.seed
            tuning = Tuning(self.root, known, lessons, work, self._cache(work), limit, seed, tagged)
            self.rival = tuning.run(full, trial)
            if isinstance(self.rival, EncoderTrial):
                self.rival.judge(trial, self.gate, seed)
        return trial

    def _finish(
        self, base: Path, version: str, state: State, taken: TakenIn, trial: Trial | None, work: Workplace
    ) -> Retrained:
        final = Suggester.load(base)
        self._remember(final, work)
        if trial is not None and len(taken.news):
            trial.judge_data(self._today(final, trial, taken, work), self.gate, self.recipe.seed)
        outcome = self._outcome(taken, trial)
        made = Retrained(
            outcome=outcome,
            version=version,
            previous="" if self.first else version,
            verdicts=tuple(trial.verdicts) if trial else (),
            notes=tuple(self._notes(taken, trial, outcome)),
            metrics=self._metrics(trial),
            dry_run=self.dry_run,
        )
        if self.dry_run:
            return made
        if outcome == REFRESHED or (outcome in (PROMOTED, FIRST) and trial is not None and trial.better):
            taken.put_into(final)
            if isinstance(self.rival, EncoderTrial) and trial is not None and trial.promoted(ENCODER):
                final = self.rival.serving(final, self._cache(work), refit=self.recipe.refit)
            elif trial is not None and trial.promoted(RANKING):
                final.use_confidence(trial.served(refit=self.recipe.refit))
            made = replace(made, version=self._save(final, made, state, taken, trial))
        elif trial is not None:
            write_whole(self.folder / JUDGED, {"version": version, "judged_until": trial.plan.end.isoformat()})
        work.close()
        log.info("%s: %s serves", made.outcome, made.version)
        return made

    def _outcome(self, taken: TakenIn, trial: Trial | None) -> str:
        if trial is not None and trial.harm:
            return KEPT
        if trial is not None and trial.better:
            return PROMOTED
        if self.first:
            return FIRST
        return REFRESHED if len(taken.news) else KEPT

    def _today(self, today: Suggester, trial: Trial, taken: TakenIn, work: Workplace) -> list[Outcome]:
        """Outcomes of the judging inquiries that are newer than the base, with the base as it serves today."""
        found = work.load("today", 0)
        if found is None:
            units = today.units_
            cases = cases_of_tickets(trial.plan.judge, units.book, groups=taken.groups)
            hybrid = replace(today.ranking, ranker=None)
            found = Passed(ask(units, units.encoder, hybrid, cases))
            work.save("today", 0, found)
        return found.outcomes

    def _metrics(self, trial: Trial | None) -> dict[str, float]:
        tuned = self.rival.figures if isinstance(self.rival, EncoderTrial) else {}
        return (trial.metrics() if trial else {}) | {f"fine_tune/{name}": value for name, value in tuned.items()}

    def _notes(self, taken: TakenIn, trial: Trial | None, outcome: str) -> list[str]:
        notes = [f"New: {len(taken.news.tickets):,} tickets, {len(taken.news.articles):,} articles."]
        if trial is None:
            notes.append(
                f"Nothing was learnt: order and confidence are judged once {self.gate.fewest:,} inquiries with known "
                "answers have come since the last time, after as many to learn from."
            )
            return notes
        lessons = f" and {len(trial.earlier.graded):,} lessons of feedback" if trial.earlier.graded else ""
        notes.append(
            f"Learnt from {len(trial.earlier.outcomes):,} inquiries{lessons}, judged on the "
            f"{len(trial.after.outcomes):,} inquiries after them, which neither side has learnt from."
        )
        if self.recipe.encoder:
            notes.append(self.rival if isinstance(self.rival, str) else f"The encoder was tuned: {self.rival.told}")
        if outcome == PROMOTED and self.recipe.refit:
            notes.append("What serves has learnt from the judging inquiries too; the figures are of the part without.")
        return notes

    def _save(self, final: Suggester, made: Retrained, state: State, taken: TakenIn, trial: Trial | None) -> str:
        learnt, judged = state.learnt_until, state.judged_until
        if trial is not None:
            judged = trial.plan.end
            learnt = learnt if not trial.better else judged if self.recipe.refit else trial.plan.learn[-1].created_at
        marks = np.union1d(state.imported, marks_of((*taken.news.tickets, *taken.news.articles)))
        tuned = state.tuned_until
        if trial is not None and isinstance(self.rival, EncoderTrial) and trial.promoted(ENCODER):
            tuned = self.rival.since
        after = State(learnt_until=learnt, judged_until=judged, tuned_until=tuned, imported=marks)
        facts = self._facts(final, made, taken.news, trial)
        page = None if trial is None else trial.report.to_html(title="Retrain")

        def record(folder: Path) -> None:
            _write_record(folder, after, facts, made.metrics)
            tags = self._promoted_tags(trial)
            if tags is not None:
                tags.write(folder, refit=self.recipe.refit)
            else:
                carry_over(self._tagger(), folder, final)
            if page is not None:
                (folder / PAGE).write_text(page, encoding="utf-8")

        return final.save(self.root, keep=self.recipe.keep, record=record)

    def _promoted_tags(self, trial: Trial | None) -> TagTrial | None:
        """The tagger that is to serve, of the tuned encoder where that serves; None leaves the one of before."""
        if trial is not None and isinstance(self.rival, EncoderTrial) and trial.promoted(ENCODER):
            return self.rival.own.tags
        return trial.tags if trial is not None and trial.promoted(TAGS) else None

    def _facts(self, final: Suggester, made: Retrained, news: KnowledgeBase, trial: Trial | None) -> dict[str, Any]:
        model = {name: str(value) for name, value in self.recipe.model.items()}
        return {
            "outcome": made.outcome,
            "previous": made.previous,
            "library": __version__,
            "encoder": {"name": final.encoder_.name, "fingerprint": final.encoder_.fingerprint},
            "news": {"tickets": len(news.tickets), "articles": len(news.articles), "sha256": digest_of(news)},
            "window": window_of(final.units_.book.tickets.values()),
            "learnt_from": len(trial.earlier.outcomes) if trial else 0,
            "judged_on": len(trial.after.outcomes) if trial else 0,
            "cut": trial.plan.cut.isoformat() if trial else None,
            "gate": asdict(self.gate),
            "recipe": {**asdict(replace(self.recipe, model=model, cache=None))},
            "verdicts": [each.to_dict() for each in made.verdicts],
            "notes": list(made.notes),
        }


def _write_record(folder: Path, state: State, facts: Mapping[str, Any], metrics: Mapping[str, float]) -> None:
    state.write(folder, facts)
    write_json(folder / METRICS, dict(metrics))
    (folder / CARD).write_text(card_of({**facts, **state.moments()}), encoding="utf-8")
