"""All that was learnt about tags in one value: from features to probabilities, thresholds and novelty."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from faqsuggest.training.tags.calibration import TagCalibration
from faqsuggest.training.tags.features import Features, Sizes
from faqsuggest.training.tags.folds import fold_of
from faqsuggest.training.tags.head import Head
from faqsuggest.training.tags.neighbours import Neighbours, crossfit_votes, directions, pooled
from faqsuggest.training.tags.selection import Judged, Settings, choose, choose_votes, crossfit, novelty_of
from faqsuggest.training.tags.targets import Form, Targets
from faqsuggest.training.tags.thresholds import TagThresholds, best_cut, chosen

log = logging.getLogger(__name__)
Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
SHARES = (0.0, 0.3, 0.6, 1.0)
"""Sizes of the character n-grams beside the vectors, dimension by dimension."""
JUDGED_AT_MOST = 20_000
"""Texts that settings, calibration and thresholds are learnt from, and that vote as neighbours; more would cost
minutes and memory and change little."""
NOVEL = 0.95
"""Novelty from which a text counts as about something else: one in twenty of the known kind is taken for it too."""
_VOTERS_OF_A_TAG = 10
_QUANTILES = 1_001
_FOLDS, _FEWER_FOLDS, _FEWER_FROM = 5, 3, 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TagModel:
    """A fitted tagger without its encoder.

    Attributes:
        classes: Tags with an example, in the order of all columns.
        without_data: Declared tags without one.
        examples: Number of texts by tag.
        form: How tags came; see ``targets``.
        always: Whether every text that was learnt from has a tag.
        c: Inverse strength of the penalty.
        features, head, calibration, thresholds: What was learnt.
        neighbours: Known texts that vote; none of them where their votes do not pay.
        cut: Probability from which ``predict`` gives a tag, where a text may have several.
        usual: Novelty of texts of the known kind, cross-fitted: quantiles, rising; empty where nothing was judged.
    """

    classes: NDArray[Any]
    without_data: tuple[str, ...]
    examples: NDArray[np.int64]
    form: Form
    always: bool
    c: float
    features: Features
    head: Head
    neighbours: Neighbours
    calibration: TagCalibration
    thresholds: TagThresholds
    cut: float
    usual: Floats

    @classmethod
    def fit(
        cls,
        vectors: Matrix,
        texts: Sequence[str] | None,
        targets: Targets,
        keys: Sequence[str],
        *,
        precision: float,
        characters: bool | None,
        seed: int,
        settings: Settings | None = None,
    ) -> Self:
        """Choose settings, learn what scores are worth on texts that were not learnt from, then learn from all.

        Args:
            vectors: Shape (texts, dimension).
            texts: For character n-grams; None without.
            targets: Their tags.
            keys: Of the content of each text.
            precision: Share of the offered tags that must be right.
            characters: Whether to use character n-grams; None lets the texts decide.
            seed: Of all draws.
            settings: Of an earlier fit on such texts; None chooses them.
        """
        rows = _some(keys, seed)
        table, exclusive = targets.table[rows], targets.exclusive
        count = _FOLDS if len(rows) < _FEWER_FROM else _FEWER_FOLDS
        folds = fold_of([keys[row] for row in rows], table, count, seed)
        some_texts = None if texts is None or characters is False else [texts[row] for row in rows]
        sizes = Sizes.fit(vectors, rows, some_texts, seed)
        shares = SHARES[:1] if sizes.characters is None else SHARES[1:] if characters else SHARES
        c, share = (
            _choice(sizes, shares, table, folds, exclusive)
            if settings is None
            else (settings.c, settings.share if sizes.characters is not None else 0.0)
        )
        features, some = sizes.features(share), sizes(share)
        judged, sharpness, weight = _with_votes(
            crossfit(some, table, folds, c=c, exclusive=exclusive), some, table, folds, exclusive, settings
        )
        calibration = TagCalibration.fit(judged.scores, table, judged.known)
        probabilities = _honest(judged, table, folds, exclusive)
        log.info("fitting the tagger on %d texts, %d tags", len(keys), len(targets.classes))
        start = None if len(rows) == len(keys) else Head.fit(some, table, c=c, exclusive=exclusive)
        whole = features(vectors, texts)
        head = Head.fit(whole, targets.table, c=c, exclusive=exclusive, start=start)
        voters = _voters(rows, targets.table) if weight else rows[:0]
        always = bool(targets.table.any(axis=1).all())
        seen = judged.known.any(axis=1)
        usual = np.quantile(judged.novelty[seen], np.linspace(0, 1, _QUANTILES)) if seen.any() else np.zeros(0)
        return cls(
            classes=targets.classes,
            without_data=targets.without_data,
            examples=targets.table.sum(axis=0).astype(np.int64),
            form=targets.form,
            always=always,
            c=c,
            features=features,
            head=head,
            neighbours=Neighbours(
                rows=directions(whole[voters]),
                table=targets.table[voters],
                keys=np.array([keys[row] for row in voters], dtype=np.bytes_),
                sharpness=sharpness,
                weight=weight,
            ),
            calibration=calibration,
            thresholds=TagThresholds.fit(probabilities, table, judged.known, precision),
            cut=best_cut(probabilities, table, judged.known, always=always),
            usual=usual,
        )

    @property
    def settings(self) -> Settings:
        """For a fit on more of such texts."""
        share = 0.0 if self.features.characters is None else self.features.share
        return Settings(c=self.c, share=share, sharpness=self.neighbours.sharpness, weight=self.neighbours.weight)

    def probabilities(self, features: Matrix) -> Floats:
        """Probability of each tag, shape (texts, tags)."""
        exclusive = self.head.exclusive
        scores = self.neighbours.scores(self.head.scores(features), features, exclusive=exclusive)
        return self.calibration.probabilities(scores, exclusive=exclusive)

    def novelty(self, features: Matrix) -> Floats:
        """Share of texts of the known kind that look less strange, shape (texts,); 0 where nothing is known of them.

        One minus the p-value of a conformal anomaly detector (Laxhammar & Falkman 2010).
        """
        if not len(self.usual):
            return np.zeros(len(features))
        places = np.linspace(0, 1, len(self.usual))
        found = novelty_of(self.head, features)
        inside = np.interp(found, self.usual, places)
        # Beyond the strangest known text order still counts, so that ranking by novelty has no ties there.
        spread = max(float(self.usual[-1] - self.usual[0]), 1e-9)
        beyond = np.clip((found - self.usual[-1]) / spread, 0, None)
        return np.asarray(inside * (1 - 1e-3) + 1e-3 * beyond / (1 + beyond))

    def predicted(self, features: Matrix) -> NDArray[np.bool_]:
        """Tags that ``predict`` gives, shape (texts, tags)."""
        found = self.probabilities(features)
        if self.form == "one":
            return np.asarray(found == found.max(axis=1, keepdims=True))
        return chosen(found, self.cut, always=self.always)


def _some(keys: Sequence[str], seed: int) -> NDArray[np.int64]:
    if len(keys) <= JUDGED_AT_MOST:
        return np.arange(len(keys))
    return np.sort(np.random.default_rng(seed).permutation(len(keys))[:JUDGED_AT_MOST])


def _voters(rows: NDArray[np.int64], table: Matrix) -> NDArray[np.int64]:
    """Texts that vote: those of ``rows``, and more of each tag that has few among them."""
    few = np.flatnonzero(table[rows].sum(axis=0) < _VOTERS_OF_A_TAG)
    return np.unique(np.concatenate([rows, *(np.flatnonzero(table[:, tag])[:_VOTERS_OF_A_TAG] for tag in few)]))


def _choice(
    sizes: Sizes, shares: Sequence[float], table: Matrix, folds: NDArray[np.int64], exclusive: bool
) -> tuple[float, float]:
    found = choose(sizes, shares, table, folds, exclusive=exclusive)
    return found.c, found.share


def _with_votes(
    judged: Judged,
    features: Matrix,
    table: Matrix,
    folds: NDArray[np.int64],
    exclusive: bool,
    settings: Settings | None,
) -> tuple[Judged, float, float]:
    """Scores with the votes of neighbours in them, and the sharpness and weight of these."""
    rows = directions(features)
    if settings is None:
        sharpness, weight = choose_votes(judged, rows, table, folds, exclusive=exclusive)
    else:
        sharpness, weight = settings.sharpness, settings.weight
    if not weight:
        return judged, sharpness, weight
    shares = crossfit_votes(rows, table, folds, sharpness, np.arange(len(rows)))
    return replace(judged, scores=pooled(judged.scores, shares, weight, exclusive=exclusive)), sharpness, weight


def _honest(judged: Judged, table: Matrix, folds: NDArray[np.int64], exclusive: bool) -> Floats:
    """Probabilities of texts by a calibration that was learnt on other folds than theirs."""
    found = np.zeros(table.shape)
    for fold in range(int(folds.max()) + 1):
        here = folds == fold
        calibration = TagCalibration.fit(judged.scores[~here], table[~here], judged.known[~here])
        found[here] = calibration.probabilities(judged.scores[here], exclusive=exclusive)
    return found
