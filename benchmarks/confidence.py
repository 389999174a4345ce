"""Is a confidence worth signing for? Coverage at 90 % precision, honesty of the probabilities, and the guarantee.

    python -m benchmarks.confidence --data DATA --folds F0 F1 F2 F3 [--cache VECTORS] [--ship FILE]

``--folds`` are four encoders that have not seen the desks of the fold with their number (FOLDS in
models.build.sources); the first also encodes the public sets. ``--ship FILE`` writes the calibrator that comes with the
library, fitted on desks by encoders that have not seen them and on gnome_help, which no encoder was trained on.

Protocol. Desks: fitted on the other three folds (and gnome_help; articles that tickets lead to teach the calibrator
alone), measured with all articles and their real unanswerable inquiries, and again with half of the articles taken
away; "own": the older half of a desk's inquiries taught what is measured on the newer half. Public sets: topics for
fitting and testing are disjoint and half of the answers of each side are taken away, six seeds; "shipped" has seen
neither side, "own" started from it and saw the fitting side ("own, order as it came": the order stayed). Answers are
taken away from what was found in the whole base: the frequencies of the spelling index stay those of the whole base.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import confidence_sets as sets
from benchmarks.confidence_figures import by_language, drift, figures, macro, over_seeds, pool, split_promises
from benchmarks.confidence_rows import (
    WEIGHTS,
    Learnt,
    Rows,
    Searched,
    by_time,
    fitted,
    half_of_topics,
    half_taken,
    halves,
    own,
    rows_of,
    searched,
)
from faqsuggest.calibrated import Confidence
from faqsuggest.confidence import assess
from faqsuggest.data.answers import article_text, question_text
from faqsuggest.encoders import CachedEncoder, Encoder, load_encoder
from faqsuggest.evidence import Floats
from faqsuggest.policy import Sample
from faqsuggest.ranking import rank
from models.build.sources import FOLDS

SEEDS = range(6)
MOST = 1500
BASES = {
    ("", ""): "articles",
    ("+", "tickets"): "articles and tickets",
    ("+", ""): "articles, tickets lead to them",
}
"""By what follows the name of a desk."""
TAUGHT = "gnome"
"""What teaches beside the desks: short questions to pages without titles, in a base of four languages. The bases of one
language, whose names begin so, teach the order alone."""


def cost(problem: sets.Problem, found: Sequence[Searched], learnt: Learnt) -> float:
    """Milliseconds of processor time a query for ranking, evidence and confidence."""
    asked = [(inquiry, rows) for _, inquiry, rows in found if inquiry is not None and rows][:300]
    start = time.process_time()
    for inquiry, rows in asked:
        assess(rank(rows, WEIGHTS), inquiry, learnt.calibrator, ranker=learnt.ranker, at=sets.NOW)
    return 1000.0 * (time.process_time() - start) / len(asked)


def measure_desks(
    found: dict[str, tuple[sets.Problem, list[Searched]]], beside: Sequence[Rows], order_alone: Sequence[Rows]
) -> dict[str, Any]:
    """Every desk by an order and a calibrator of the other folds, and by what its own older half makes of these."""
    fold_of = {desk: number for number, fold in enumerate(FOLDS) for desk in fold}
    whole = {name: rows_of(*pair) for name, pair in found.items()}
    halved = {f"{name} half": half_taken(*pair) for name, pair in found.items() if "+" not in name}
    results: dict[str, Any] = {"sets": {}, "own": {}, "samples": {}, "languages": {}, "learnt": {}}
    pooled: dict[str, list[tuple[Sample, Floats, list[str]]]] = {}
    for number, fold in enumerate(FOLDS):
        mine = {name for name in found if fold_of[name.split("/")[1].split("+")[0]] == number}
        others = {name: rows for name, rows in (whole | halved).items() if name.split()[0] not in mine}
        learnt = learnt_from(others, beside, order_alone)
        results["learnt"][",".join(fold)] = learnt
        for name, rows in (whole | halved).items():
            if name.split()[0] in mine:
                sample, raw = rows.sample(learnt), rows.raw(learnt)
                results["sets"][name], results["samples"][name] = figures(sample, raw), sample
                pooled.setdefault(label_of(name), []).append((sample, raw, rows.languages))
        for name in (name for name in whole | halved if name.split()[0] in mine):
            problem, asked = found[name.split()[0]]
            older, newer = by_time(problem, asked, half_of_topics(problem) if "half" in name else None)
            taught = own(older, learnt)
            results["own"][name] = figures(newer.sample(taught), newer.raw(taught))
    results["languages"] = {label: by_language(parts) for label, parts in pooled.items()}
    for given in ("sets", "own"):
        labels = dict.fromkeys(label_of(name) for name in results[given])
        results["macro" if given == "sets" else "macro own"] = {
            label: macro([each for name, each in results[given].items() if label_of(name) == label]) for label in labels
        }
    return results


def learnt_from(desks: dict[str, Rows], beside: Sequence[Rows], order_alone: Sequence[Rows]) -> Learnt:
    """What desks teach, by name, and what teaches beside them."""
    led = {name for name in desks if label_of(name) == BASES["+", ""]}
    both = [rows for name, rows in desks.items() if name not in led]
    return fitted([*both, *beside], order_alone, [desks[name] for name in sorted(led)])


def label_of(name: str) -> str:
    """What the base of a desk's set holds."""
    base, _, half = name.partition(" ")
    tickets, kind = base.partition("+")[1:]
    return BASES[tickets, kind] + (f" {half}" if half else "")


def measure_public(problem: sets.Problem, found: Sequence[Searched], shipped: Learnt) -> dict[str, Any]:
    """Six seeds of disjoint topics."""
    rounds: dict[str, list[dict[str, float]]] = {"own": [], "own, order as it came": [], "shipped": []}
    for seed in SEEDS:
        fit, test = halves(problem, found, seed)
        kinds = (own(fit, shipped), own(fit, shipped, order=False), shipped)
        for name, learnt in zip(rounds, kinds, strict=True):
            made = figures(test.sample(learnt), test.raw(learnt))
            rounds[name].append(made | {"order_moved": float(learnt.ranker is not shipped.ranker)})
    return {name: over_seeds(each) for name, each in rounds.items()}


def confidence(learnt: Learnt, elsewhere: Sample | None = None) -> Confidence:
    """As the library reads it."""
    return Confidence(calibrator=learnt.calibrator, ranker=learnt.ranker, weights=WEIGHTS, elsewhere=elsewhere)


def ship(path: Path, name: str, learnt: Learnt, samples: Sequence[Sample]) -> None:
    """Write what comes with the library: fitted on everything, thresholds from desks that it had not seen."""
    entry = confidence(learnt, pool(samples)).to_dict()
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
    for number, fold in enumerate(FOLDS):
        problems = [sets.desk(options.data, desk, tickets=t) for desk in fold for t in (False, True)]
        problems += [sets.desk(options.data, desk, tickets=True, kinds=("article",)) for desk in fold]
        encoder = encoder_of(options.folds[number], options.cache, problems)
        desks |= {problem.name: (problem, searched(problem, encoder)) for problem in problems}
    public = [sets.swequad(options.data), sets.superoffice(options.data, held_back), sets.banking77(options.data)]
    public += [sets.swefaq(options.data), sets.clinc150(options.data), sets.zaragoza(), *sets.gnome(options.data)]
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
    beside = [half_taken(*public[TAUGHT])]
    order_alone = [half_taken(*pair) for name, pair in public.items() if name.startswith(f"{TAUGHT} ")]
    on_desks = measure_desks(desks, beside, order_alone)
    samples, learnt = on_desks.pop("samples"), on_desks.pop("learnt")
    if options.learnt:
        found = {fold: confidence(one).to_dict() for fold, one in learnt.items()}
        options.learnt.write_text(json.dumps({"format": 1, "encoders": found}) + "\n", "utf-8")
    whole = {name: rows_of(*pair) for name, pair in desks.items()}
    whole |= {f"{name} half": half_taken(*pair) for name, pair in desks.items() if "+" not in name}
    shipped = learnt_from(whole, beside, order_alone)
    results: dict[str, Any] = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "desks": on_desks, "public": {}}
    for name, (problem, found) in public.items():
        if not name.startswith(TAUGHT):
            results["public"][name] = measure_public(problem, found, shipped)
    calm = pool([sample for name, sample in samples.items() if label_of(name) == "articles"])
    late = pool([sample for name, sample in samples.items() if name.endswith("half")])
    results["guarantee"] = {"same": split_promises(calm), "drift": drift(calm, late)}
    results["ms_per_query"] = cost(*next(iter(desks.values())), shipped)
    if options.ship:
        ship(options.ship, options.name, shipped, list(samples.values()))
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    show(results)


def show(results: dict[str, Any]) -> None:
    def line(name: str, each: dict[str, float]) -> None:
        print(
            f"{name:34s} n {each['n']:6.0f} top1 {each['top1']:.3f} coverage {each['coverage']:.3f} "
            f"raw {each['raw']:.3f} ceiling {each['ceiling']:.3f} of it {each['of_ceiling']:.2f} "
            f"AUROC {each['auroc']:.3f}/{each['auroc_raw']:.3f} Brier {each['brier']:.3f}/{each['brier_base']:.3f} "
            f"gain≥{each['brier_gain_low']:+.3f} ECE {each['ece']:.3f}/{each['ece_null']:.3f}"
        )

    for group in ("sets", "own", "macro", "macro own"):
        for name, each in results["desks"][group].items():
            line(f"{name} own" if "own" in group else name, each)
    for label, languages in results["desks"]["languages"].items():
        for language, each in languages.items():
            line(f"  {label} {language}", each)
    for name, kinds in results["public"].items():
        for kind, each in kinds.items():
            line(f"{name} {kind}", each)
    print("guarantee", json.dumps(results["guarantee"]), "ms/query", round(results["ms_per_query"], 2))


if __name__ == "__main__":
    main()
