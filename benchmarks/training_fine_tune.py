"""Does tuning an encoder on a desk's own history pay, in how much time, and what does it cost elsewhere?

    python -m models.build base --out build-work/base --work build-work
    FAQSUGGEST_DATA=… python -m benchmarks.training --part fine_tune --encoder build-work/base --desk shop

The history is simulated (benchmarks/simulate.py) and drawn on one desk; the encoder must not have seen that desk, so it
is the untuned one, or one trained without it. The shipped encoder has seen all desks: its figures here say nothing. Of
3,000 tickets the first 2,000 teach, 400 choose the share of the tuned weights, 600 decide. Some ten CPU-minutes.

Figures of faqsuggest with the encoder before and with the one that ``fine_tune`` found, all legs, nothing withheld:
hit@3 on the later tickets by the truth of the simulator (a suggestion about the topic that was asked about is right)
and as the library judges for itself; over all, over texts that no earlier ticket was varied from, by language; and
hit@3 on the inquiries of another desk, of which nothing was learnt, articles alone. Intervals are paired and over whole
source texts, since the simulator varies each many times; those by topic are wider and stand beside. Written to
results/training_fine_tune.json and .md.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import data_folder, read_desk
from benchmarks.simulate import Simulation, simulate
from benchmarks.systems import machine
from benchmarks.tables import RESULTS, Row, markdown, write
from faqsuggest.encoders import CachedEncoder, load_encoder
from faqsuggest.encoders.base import Encoder
from faqsuggest.evaluation.bootstrap import compare_paired
from faqsuggest.evaluation.runs import ask
from faqsuggest.ranking import FusionWeights
from faqsuggest.records import Suggestion, Ticket
from faqsuggest.suggester import Suggester
from faqsuggest.training.fine_tune import fine_tune
from faqsuggest.training.fine_tuned import FineTuned
from faqsuggest.training.served import LaterTickets

Values = NDArray[np.float64]
ALONE = FusionWeights(lexical=0.0, lexical_question=0.0, imputed=0.0)
ASKED = {"CPU-minutes": "at most 8", "gain in hit@3": "interval above 0"}


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    folder = data_folder(given.data)
    if folder is None:
        raise SystemExit("the desks need --data or FAQSUGGEST_DATA: the folder that holds desks/")
    import torch

    torch.set_num_threads(given.threads)
    simulation = simulate(folder / "desks", given.tickets, given.seed, names=[given.desk])
    kept = given.keep or Path(tempfile.mkdtemp(prefix="fine-tune-"))
    begun = time.process_time()
    planned = fine_tune(given.encoder, simulation.kb, out=kept, seed=given.seed, dry_run=True)
    dry = time.process_time() - begun
    begun, wall = time.process_time(), time.monotonic()
    found = fine_tune(given.encoder, simulation.kb, out=kept, seed=given.seed)
    spent = {"cpu_minutes": (time.process_time() - begun) / 60, "wall_minutes": (time.monotonic() - wall) / 60}
    print(planned, found, spent, sep="\n")
    before, after = (
        CachedEncoder(each, roles=("query", "passage")) for each in (load_encoder(given.encoder), found.encoder)
    )
    rows = [*later_rows(simulation, before, after), elsewhere(folder / "desks" / given.other, before, after)]
    content = {
        "machine": machine(),
        "asked": ASKED,
        "encoder": given.encoder.name,
        "desk": given.desk,
        "tickets": given.tickets,
        "seed": given.seed,
        "threads": given.threads,
        **spent,
        "cpu_minutes_of_dry_run": dry / 60,
        "estimated_minutes": planned.seconds / 60,
        "peak_memory_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        "found": {key: value for key, value in found.to_dict().items() if key != "folder"},
        "rows": rows,
    }
    write(given.results, "training_fine_tune", content, report(content, found))


def later_rows(simulation: Simulation, before: Encoder, after: Encoder) -> list[Row]:
    """Rows over the last fifth of the history, by the simulator's truth; for the hybrid and for meaning alone."""
    kb, truth = simulation.kb, simulation.truth.set_index("id")
    until = sorted(ticket.created_at for ticket in kb.tickets)[len(kb.tickets) * 4 // 5]
    later = LaterTickets.between(kb, until, None)
    tickets = [ticket for ticket in later.tickets if isinstance(truth.loc[ticket.id, "topic"], str)]
    sources = truth.loc[[ticket.id for ticket in tickets], "source"].to_numpy(dtype=str)
    topics = truth.loc[[ticket.id for ticket in tickets], "topic"].to_numpy(dtype=str)
    earlier = set(truth.loc[[ticket.id for ticket in later.base.tickets], "source"])
    slices = {"all": np.ones(len(tickets), dtype=bool), "texts never seen": ~np.isin(sources, list(earlier))}
    slices |= {code: np.array([each.language == code for each in tickets]) for code in ("sv", "nb", "da", "fi", "en")}
    rows = []
    for system, weights in (("faqsuggest", None), ("meaning alone", ALONE)):
        hits = []
        for encoder in (before, after):
            suggester = Suggester(encoder=encoder, weights=weights, privacy="off").fit(later.base)
            lists = ask(suggester, tickets, 3, min_confidence=0.0)
            hits.append(_right(tickets, lists, kb.articles, truth["topic"].to_dict(), truth["reply_topic"].to_dict()))
        for name, mask in slices.items():
            if mask.sum() >= 20:
                labels = {"source": sources[mask], "topic": topics[mask]}
                rows.append(_row(hits[0][mask], hits[1][mask], labels, slice=name, system=system))
    return rows


def _right(
    tickets: Sequence[Ticket],
    lists: Sequence[Sequence[Suggestion]],
    articles: Sequence[Any],
    asked: Mapping[str, Any],
    told: Mapping[str, Any],
) -> Values:
    """1 where one of the suggestions is about the topic that the ticket asks about, by what the simulator knows."""
    topic_of = {each.id: each.parallel or each.id.replace(":", "/", 1) for each in articles}

    def about(each: Suggestion) -> set[Any]:
        return {told[source] for source in each.sources} if each.kind == "reply" else {topic_of[each.id]}

    return np.array(
        [any(asked[t.id] in about(each) for each in found) for t, found in zip(tickets, lists, strict=True)],
        dtype=float,
    )


def elsewhere(folder: Path, before: Encoder, after: Encoder) -> Row:
    """A row over the inquiries of another desk: what tuning on the first one cost there."""
    desk = read_desk(folder)
    texts = [inquiry.text for inquiry in desk.inquiries]
    hits = []
    for encoder in (before, after):
        suggester = Suggester(encoder=encoder).fit(desk.knowledge_base(tickets=False))
        lists = suggester.suggest_many(texts, k=3, min_confidence=0)
        hits.append(
            np.array(
                [
                    any(desk.key_of[each.id] in inquiry.gold for each in found)
                    for inquiry, found in zip(desk.inquiries, lists, strict=True)
                ],
                dtype=float,
            )
        )
    labels = {"topic": np.array([min(inquiry.gold) for inquiry in desk.inquiries])}
    return _row(*hits, labels, slice=f"another desk ({desk.name})", system="faqsuggest")


def _row(before: Values, after: Values, clusters: Mapping[str, NDArray[np.str_]], **facts: object) -> Row:
    row: Row = {**facts, "n": len(before), "before": float(before.mean()), "after": float(after.mean())}
    for name, labels in clusters.items():
        found = compare_paired(after, before, labels)
        row |= {"gain": found.value, f"low by {name}": found.low, f"high by {name}": found.high}
    return row


def report(content: Mapping[str, Any], found: FineTuned) -> str:
    lines = [
        (
            each["slice"],
            each["system"],
            each["n"],
            f"{each['before']:.3f}",
            f"{each['after']:.3f}",
            f"{each['gain']:+.3f}",
            *(
                f"[{each[f'low by {by}']:+.3f}, {each[f'high by {by}']:+.3f}]" if f"low by {by}" in each else ""
                for by in ("source", "topic")
            ),
        )
        for each in content["rows"]
    ]
    head = ("later questions", "system", "n", "hit@3 before", "after", "gain", "95 % by source text", "by topic")
    return (
        f"# Fine-tuning on {content['tickets']:,} simulated tickets of one desk ({content['desk']})\n\n"
        f"Encoder before: {content['encoder']}. {content['cpu_minutes']:.1f} CPU-minutes (asked: at most 8), "
        f"{content['peak_memory_gb']:.1f} GB of memory at most; the dry run said {content['estimated_minutes']:.1f} "
        f"minutes.\n\nAs the library judged for itself:\n\n```\n{found}\n```\n\nBy the truth of the simulator:\n\n"
        f"{markdown(head, lines)}"
    )


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", type=Path, required=True, help="folder of an encoder that has not seen the desk")
    parser.add_argument("--desk", default="shop")
    parser.add_argument("--other", default="bank", help="desk of which nothing is learnt")
    parser.add_argument("--tickets", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    parser.add_argument("--data", help="folder that holds desks/; or FAQSUGGEST_DATA")
    parser.add_argument("--keep", type=Path, help="folder for the tuned encoder and checkpoints")
    parser.add_argument("--results", type=Path, default=RESULTS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
