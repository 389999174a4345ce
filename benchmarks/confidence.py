"""Is a confidence worth signing for? Coverage at 90 % precision, honesty of the probabilities, and the guarantee.

    python benchmarks/confidence.py --data DATA --folds F0 F1 F2 F3 [--cache VECTORS] [--ship FILE]

``--folds`` are four encoders that have not seen the desks of the fold with their number (confidence_sets.FOLDS); the
first also encodes the public sets. ``--ship FILE`` writes the calibrator that comes with the library, fitted on desks
by encoders that have not seen them, on the held-back slice of superoffice_help and on swequad's development split.

Protocol. Desks: fitted on the other three folds (and superoffice, swequad), measured with all articles and their real
unanswerable inquiries, and again with half of the articles taken away. Public sets: topics for fitting and testing are
disjoint and half of the answers of each side are taken away, six seeds; "shipped" has seen neither side, "own" started
from it and saw the fitting side. Answers are taken away from what was found in the whole base: the frequencies of the
spelling index stay those of the whole base.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import confidence_sets as sets
import numpy as np

from faqsuggest.abstention import coverage_at_precision
from faqsuggest.calibrated import Confidence
from faqsuggest.calibration import ece, ece_null_band
from faqsuggest.calibration_report import CalibrationReport
from faqsuggest.candidates import Found
from faqsuggest.confidence import Calibrator, assess
from faqsuggest.data.answers import article_text, question_text
from faqsuggest.encoders import CachedEncoder, Encoder, load_encoder
from faqsuggest.evaluation.bootstrap import cluster_bootstrap
from faqsuggest.evidence import COLUMNS, DATED, WEIGHED, Floats, evidence
from faqsuggest.filters import Filters
from faqsuggest.listwise import ListwiseRanker
from faqsuggest.policy import Sample, threshold_for
from faqsuggest.ranking import FusionWeights, rank
from faqsuggest.records import Article
from faqsuggest.retrieval import Inquiry, read_inquiries, search
from faqsuggest.suggester import Suggester

SEEDS = range(6)
WITHOUT = (*DATED, "repeat", "candidates")
"""What such sets cannot teach: real dates, repeats, and the size of a base, which taking answers away betrays."""
MOST = 1500
BASES = {
    ("", ""): "articles",
    ("+", "tickets"): "articles and tickets",
    ("+", ""): "articles, tickets lead to them",
}
"""By what follows the name of a desk."""
Searched = tuple[sets.Query, Inquiry | None, Sequence[Found]]


@dataclass(frozen=True)
class Learnt:
    """An order and the calibrator that was learnt on it."""

    ranker: ListwiseRanker
    calibrator: Calibrator


@dataclass(frozen=True)
class Rows:
    """Evidence and outcomes of a set of queries, in the order of the fixed hybrid."""

    tables: list[Floats]
    right: list[Any]
    languages: list[str]

    def ordered(self, ranker: ListwiseRanker) -> Rows:
        """The same in the order of the ranker."""
        orders = [ranker.order(table) for table in self.tables]
        tables = [ranker.arranged(table, order) for table, order in zip(self.tables, orders, strict=True)]
        return Rows(tables, [hits[order] for hits, order in zip(self.right, orders, strict=True)], self.languages)

    def sample(self, learnt: Learnt) -> Sample:
        """First suggestions of the learnt order with their confidences."""
        rows = self.ordered(learnt.ranker)
        chances = [learnt.calibrator.probabilities(table)[0] for table in rows.tables]
        return Sample(np.array(chances), np.array([bool(hits[0]) for hits in rows.right]))

    def raw(self, learnt: Learnt) -> Floats:
        """Cosine of the first suggestion of the same order."""
        return np.array([table[0, COLUMNS.index("text")] for table in self.ordered(learnt.ranker).tables])


def searched(problem: sets.Problem, encoder: Encoder) -> list[Searched]:
    """What the whole base gives for every query."""
    suggester = Suggester(encoder=encoder).fit(problem.kb)
    inquiries = read_inquiries([query.text for query in problem.queries], None, suggester.encoder_)
    found = []
    for query, inquiry in zip(problem.queries, inquiries, strict=True):
        rows = (
            search(suggester.units_, inquiry, WEIGHED, Filters(at=sets.NOW, kinds=problem.kinds))
            if inquiry is not None
            else []
        )
        found.append((query, inquiry, rows))
    return found


def rows_of(problem: sets.Problem, found: Iterable[Searched], kept: set[str] | None = None) -> Rows:
    """Evidence of the queries against a base that holds the answers of the keys in ``kept``; all when None."""
    tables, right, languages = [], [], []
    for query, inquiry, rows in found:
        held = [row for row in rows if kept is None or _key(problem, row) in kept]
        if inquiry is None or not held:
            continue
        ranked = rank(held, FusionWeights())
        tables.append(evidence(ranked.candidates, ranked.scores, inquiry, at=sets.NOW))
        right.append(np.array([problem.is_right(one.found.version.record, query) for one in ranked[:WEIGHED]]))
        languages.append(query.language)
    return Rows(tables, right, languages)


def _key(problem: sets.Problem, row: Found) -> str:
    record = row.version.record
    return problem.keys[record.id] if isinstance(record, Article) else ""


def halves(problem: sets.Problem, found: Sequence[Searched], seed: int) -> tuple[Rows, Rows]:
    """Fitting and test side: topics disjoint, half of their answers taken away, unanswerable queries dealt out."""
    rng = random.Random(seed)
    topics = sorted(set(problem.keys.values()))
    rng.shuffle(topics)
    lost = [one for one in found if not one[0].topic]
    rng.shuffle(lost)
    sides = []
    for place, own in enumerate((topics[: len(topics) // 2], topics[len(topics) // 2 :])):
        asked = [one for one in found if one[0].topic in set(own)] + lost[place::2]
        sides.append(rows_of(problem, asked, set(own[: len(own) // 2])))
    return sides[0], sides[1]


def half_taken(problem: sets.Problem, found: Sequence[Searched], seed: int = 0) -> Rows:
    """All queries against half of the answers."""
    topics = sorted(set(problem.keys.values()))
    random.Random(seed).shuffle(topics)
    return rows_of(problem, found, set(topics[: len(topics) // 2]))


def fitted(parts: Sequence[Rows], start: Learnt | None = None) -> Learnt:
    """An order from the parts, or the one to start from, and a calibrator on that order."""
    tables, right = _joined(parts)
    ranker = ListwiseRanker.fit(tables, right) if start is None else start.ranker
    tables, right = _joined([part.ordered(ranker) for part in parts])
    calibrator = Calibrator.fit(tables, right, start=None if start is None else start.calibrator, without=WITHOUT)
    return Learnt(ranker, calibrator)


def _joined(parts: Sequence[Rows]) -> tuple[list[Floats], list[Any]]:
    return [table for part in parts for table in part.tables], [hits for part in parts for hits in part.right]


def auroc(scores: Floats, right: Any) -> float:  # noqa: ANN401 - booleans
    from scipy.stats import rankdata

    ranks, n = rankdata(scores), int(right.sum())
    return float((ranks[right].sum() - n * (n + 1) / 2) / (n * (len(right) - n)))


def figures(sample: Sample, raw: Floats) -> dict[str, float]:
    """All that is asked of one set."""
    given, right = sample.confidence, sample.right
    share = float(right.mean())
    gain = cluster_bootstrap(share * (1 - share) - (given - right) ** 2, draws=500)
    ceiling = min(1.0, share / 0.9)
    coverage, plain = (coverage_at_precision(scores, right, 0.9)[0] for scores in (given, raw))
    return {
        "n": len(right),
        "top1": share,
        "coverage": coverage,
        "raw": plain,
        "ceiling": ceiling,
        "of_ceiling": coverage / ceiling,
        "auroc": auroc(given, right),
        "auroc_raw": auroc(raw, right),
        "brier": float(((given - right) ** 2).mean()),
        "brier_base": share * (1 - share),
        "brier_gain_low": float(gain.low[0]),
        "ece": ece(given, right),
        "ece_null": ece_null_band(given, draws=300)[1],
        "mean_confidence": float(given.mean()),
    }


def kept_promises(calibration: Sample, test: Sample, *, n: int = 400, resamples: int = 200) -> dict[str, float]:
    """How often a promise of 90 % is broken on the test side, over samples of the calibration side."""
    rng, broken, covered, promised = np.random.default_rng(0), 0, [], 0
    for _ in range(resamples):
        drawn = rng.choice(len(calibration.right), min(n, len(calibration.right)), replace=True)
        found = threshold_for(calibration.confidence[drawn], calibration.right[drawn], 0.9)
        shown = test.confidence >= found.confidence
        promised += found.guaranteed
        broken += bool(shown.any() and test.right[shown].mean() < 0.9)
        covered.append(float(shown.mean()))
    return {"broken": broken / resamples, "promised": promised / resamples, "coverage": float(np.mean(covered))}


def drift(calm: Sample, later: Sample) -> dict[str, Any]:
    """A threshold of calm times, used after half of the answers went away; and whether the report says so."""
    rng, warned = np.random.default_rng(0), 0
    promises = kept_promises(calm, later)
    for _ in range(200):
        old, new = rng.choice(len(calm.right), 200), rng.choice(len(later.right), 100)
        mixed = Sample(
            np.concatenate([calm.confidence[old], later.confidence[new]]),
            np.concatenate([calm.right[old], later.right[new]]),
        )
        ids = [str(i) for i in range(300)]
        report = CalibrationReport.of(learnt=0, before=None, after=mixed, ids=ids, keys=ids)
        warned += any(note.startswith("drift") for note in report.notes)
    return {**promises, "warned": warned / 200}


def cost(problem: sets.Problem, found: Sequence[Searched], learnt: Learnt) -> float:
    """Milliseconds of processor time a query for ranking, evidence and confidence."""
    asked = [(inquiry, rows) for _, inquiry, rows in found if inquiry is not None and rows][:300]
    start = time.process_time()
    for inquiry, rows in asked:
        assess(rank(rows, FusionWeights()), inquiry, learnt.calibrator, ranker=learnt.ranker, at=sets.NOW)
    return 1000.0 * (time.process_time() - start) / len(asked)


def measure_desks(found: dict[str, tuple[sets.Problem, list[Searched]]], beside: Sequence[Rows]) -> dict[str, Any]:
    """Every desk by a calibrator of the other folds."""
    fold_of = {desk: number for number, fold in enumerate(sets.FOLDS) for desk in fold}
    whole = {name: rows_of(*pair) for name, pair in found.items()}
    halved = {name: half_taken(*pair) for name, pair in found.items() if "+" not in name}
    results: dict[str, Any] = {"sets": {}, "samples": {}, "languages": {}, "learnt": {}}
    pooled: dict[str, list[tuple[Sample, Floats, list[str]]]] = {}
    for number in range(len(sets.FOLDS)):
        own = {name for name in found if fold_of[name.split("/")[1].split("+")[0]] == number}
        parts = [rows for name, rows in whole.items() if name not in own]
        learnt = fitted([*parts, *(rows for name, rows in halved.items() if name not in own), *beside])
        results["learnt"][",".join(sets.FOLDS[number])] = learnt
        for kind, group in (("", whole), (" half", halved)):
            for name in sorted(own & set(group)):
                sample, raw = group[name].sample(learnt), group[name].raw(learnt)
                results["sets"][name + kind] = figures(sample, raw)
                results["samples"][name + kind] = sample
                label = label_of(name + kind)
                pooled.setdefault(label, []).append((sample, raw, group[name].languages))
    for label, parts in pooled.items():
        results["languages"][label] = by_language(parts)
    results["macro"] = {label: macro(results["sets"], label) for label in pooled}
    return results


def label_of(name: str) -> str:
    """What the base of a desk's set holds."""
    base, _, half = name.partition(" ")
    tickets, kind = base.partition("+")[1:]
    return BASES[tickets, kind] + (f" {half}" if half else "")


def by_language(parts: Sequence[tuple[Sample, Floats, list[str]]]) -> dict[str, dict[str, float]]:
    spoken = np.array([language for _, _, languages in parts for language in languages])
    given, right = (np.concatenate([getattr(s, name) for s, _, _ in parts]) for name in ("confidence", "right"))
    raw = np.concatenate([raw for _, raw, _ in parts])
    return {
        language: figures(Sample(given[spoken == language], right[spoken == language]), raw[spoken == language])
        for language in sorted(set(spoken.tolist()))
        if (spoken == language).sum() >= 50
    }


def macro(results: dict[str, dict[str, float]], label: str) -> dict[str, float]:
    chosen = [figure for name, figure in results.items() if label_of(name) == label]
    mean = {key: float(np.mean([figure[key] for figure in chosen])) for key in chosen[0]}
    over_desks = cluster_bootstrap([figure["coverage"] for figure in chosen], draws=2000)
    return mean | {
        "ratio": mean["coverage"] / max(mean["raw"], 1e-9),
        "of_ceiling": mean["coverage"] / mean["ceiling"],
        "coverage_low": float(over_desks.low[0]),
        "coverage_high": float(over_desks.high[0]),
    }


def measure_public(problem: sets.Problem, found: Sequence[Searched], shipped: Learnt) -> dict[str, Any]:
    """Six seeds of disjoint topics."""
    rounds: dict[str, list[dict[str, float]]] = {"own": [], "shipped": []}
    for seed in SEEDS:
        fit, test = halves(problem, found, seed)
        for name, learnt in {"own": fitted([fit], shipped), "shipped": shipped}.items():
            rounds[name].append(figures(test.sample(learnt), test.raw(learnt)))
    return {name: _over_seeds(each) for name, each in rounds.items()}


def _over_seeds(rounds: Sequence[dict[str, float]]) -> dict[str, Any]:
    mean = {key: float(np.mean([each[key] for each in rounds])) for key in rounds[0]}
    gains = [each["coverage"] - each["raw"] for each in rounds]
    ends = cluster_bootstrap([each["coverage"] for each in rounds], draws=2000)
    return mean | {
        "ratio": mean["coverage"] / max(mean["raw"], 1e-9),
        "of_ceiling": mean["coverage"] / mean["ceiling"],
        "coverage_low": float(ends.low[0]),
        "coverage_high": float(ends.high[0]),
        "seeds_with_gain": sum(gain > 0 for gain in gains),
        "seeds": len(rounds),
    }


def ship(path: Path, name: str, parts: Sequence[Rows], samples: dict[str, Sample]) -> None:
    """Write what comes with the library: fitted on everything, thresholds from desks that it had not seen."""
    unseen = [sample for label, sample in samples.items()]
    elsewhere = Sample(
        np.concatenate([each.confidence for each in unseen]), np.concatenate([each.right for each in unseen])
    )
    learnt = fitted(parts)
    entry = Confidence(calibrator=learnt.calibrator, ranker=learnt.ranker, elsewhere=elsewhere).to_dict()
    entry["fingerprint"] = load_encoder(name).fingerprint
    known = json.loads(path.read_text("utf-8")) if path.is_file() else {"format": 1, "encoders": {}}
    known["encoders"][name] = entry
    path.write_text(json.dumps(known, sort_keys=True, separators=(",", ":")) + "\n", "utf-8")


def encoder_of(spec: str, cache: Path | None, problems: Sequence[sets.Problem]) -> Encoder:
    """A fold's encoder; the one that learns from the base learns from all desks together, without their inquiries."""
    encoder = load_encoder(spec)
    texts = [article_text(article) for problem in problems for article in problem.kb.articles]
    encoder.fit(texts + [question_text(ticket) for problem in problems for ticket in problem.kb.tickets])
    return encoder if cache is None else CachedEncoder(encoder, folder=cache, roles=("query", "passage"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folds", nargs=4, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--name", default="default", help="the encoder that --ship writes for")
    parser.add_argument("--ship", type=Path)
    parser.add_argument("--learnt", type=Path, help="where to write what each fold was measured with, for desks.py")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "confidence.json")
    options = parser.parse_args()
    from models.build.pools import held_back

    desks: dict[str, tuple[sets.Problem, list[Searched]]] = {}
    for number, fold in enumerate(sets.FOLDS):
        problems = [sets.desk(options.data, desk, tickets=t) for desk in fold for t in (False, True)]
        problems += [sets.desk(options.data, desk, tickets=True, kinds=("article",)) for desk in fold]
        encoder = encoder_of(options.folds[number], options.cache, problems)
        desks |= {problem.name: (problem, searched(problem, encoder)) for problem in problems}
    public = [sets.swequad(options.data), sets.superoffice(options.data, held_back), sets.banking77(options.data)]
    public += [sets.swefaq(options.data), sets.clinc150(options.data), sets.zaragoza()]
    public = [sets.sampled(problem, MOST) for problem in public]
    encoder = encoder_of(options.folds[0], options.cache, public)
    found = {problem.name: (problem, searched(problem, encoder)) for problem in public}
    run(desks, found, options)


def run(
    desks: dict[str, tuple[sets.Problem, list[Searched]]],
    public: dict[str, tuple[sets.Problem, list[Searched]]],
    options: argparse.Namespace,
) -> None:
    """Measure, print, write, and ship."""
    beside = [half_taken(*public[name]) for name in ("superoffice", "swequad")]
    on_desks = measure_desks(desks, beside)
    samples, learnt = on_desks.pop("samples"), on_desks.pop("learnt")
    if options.learnt:
        entries = {fold: Confidence(calibrator=one.calibrator, ranker=one.ranker) for fold, one in learnt.items()}
        found = {fold: entry.to_dict() for fold, entry in entries.items()}
        options.learnt.write_text(json.dumps({"format": 1, "encoders": found}) + "\n", "utf-8")
    whole = [rows_of(*pair) for pair in desks.values()] + [half_taken(*p) for n, p in desks.items() if "+" not in n]
    shipped = fitted([*whole, *beside])
    results: dict[str, Any] = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "desks": on_desks, "public": {}}
    for name, (problem, found) in public.items():
        others = [half_taken(*public[o]) for o in ("superoffice", "swequad") if o != name]
        unseen = fitted([*whole, *others]) if name in ("superoffice", "swequad") else shipped
        results["public"][name] = measure_public(problem, found, unseen)
    calm = pool([sample for name, sample in samples.items() if label_of(name) == "articles"])
    late = pool([sample for name, sample in samples.items() if name.endswith("half")])
    results["guarantee"] = {"same": _split_promises(calm), "drift": drift(calm, late)}
    results["ms_per_query"] = cost(*next(iter(desks.values())), shipped)
    if options.ship:
        ship(options.ship, options.name, [*whole, *beside], {n: s for n, s in samples.items()})
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    show(results)


def pool(samples: Sequence[Sample]) -> Sample:
    return Sample(np.concatenate([s.confidence for s in samples]), np.concatenate([s.right for s in samples]))


def _split_promises(sample: Sample) -> dict[str, float]:
    order = np.random.default_rng(1).permutation(len(sample.right))
    old, new = order[::2], order[1::2]
    return kept_promises(
        Sample(sample.confidence[old], sample.right[old]), Sample(sample.confidence[new], sample.right[new])
    )


def show(results: dict[str, Any]) -> None:
    def line(name: str, each: dict[str, float]) -> None:
        print(
            f"{name:34s} n {each['n']:6.0f} top1 {each['top1']:.3f} coverage {each['coverage']:.3f} "
            f"raw {each['raw']:.3f} ceiling {each['ceiling']:.3f} of it {each['of_ceiling']:.2f} "
            f"AUROC {each['auroc']:.3f}/{each['auroc_raw']:.3f} Brier {each['brier']:.3f}/{each['brier_base']:.3f} "
            f"gain≥{each['brier_gain_low']:+.3f} ECE {each['ece']:.3f}/{each['ece_null']:.3f}"
        )

    for group in (results["desks"]["sets"], results["desks"]["macro"]):
        for name, each in group.items():
            line(name, each)
    for label, languages in results["desks"]["languages"].items():
        for language, each in languages.items():
            line(f"  {label} {language}", each)
    for name, kinds in results["public"].items():
        for kind, each in kinds.items():
            line(f"{name} {kind}", each)
    print("guarantee", json.dumps(results["guarantee"]), "ms/query", round(results["ms_per_query"], 2))


if __name__ == "__main__":
    main()
