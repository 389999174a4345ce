"""Personal data: recall and precision on the gold sets, leaks from a simulated history, throughput.

Run: FAQSUGGEST_DATA=… python benchmarks/privacy.py    (writes benchmarks/results/privacy.json; about three minutes of
processor time; "gold", "history" or "throughput" after it measures that part alone)

A span counts as found when at least 80 % of its letters and digits are covered; a prediction that touches no span is a
false positive; the company's own information (ORG) counts as destroyed when touched. "company known": each reply's own
ORG values are on the allow-list, as in use, where they are learnt from the history or listed. "rules alone": words
around a value decide. Intervals are Clopper-Pearson, 95 %. In the history a value has leaked when more than half of its
letters and digits are still there.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
from privacy_history import Sent, read_desk, simulate

from faqsuggest.data.redaction import customer_of, learn_policy
from faqsuggest.text.privacy import Company, Policy, Support, redact
from faqsuggest.text.privacy.records import Claims

HERE = Path(__file__).parent
PII = HERE.parent / "tests" / "data" / "pii"
REPLIES_PER_DESK = 750
ASKED = {
    **{"numbers and ids": ">= 0.98", "names": ">= 0.90", "addresses": ">= 0.85", "precision": ">= 0.90"},
    "company destroyed": "<= 0.01",
}
GROUPS = {"NAME": "names", "AGENT": "names", "ADDRESS": "addresses"}
MARK = re.compile(r"\[([A-Z]+) ([^\]]*)\]")
Gold = tuple[str, str, list[tuple[int, int, str]]]


def read_gold(path: Path) -> list[Gold]:
    rows = []
    for block in path.read_text(encoding="utf-8").split("@@@ ")[1:]:
        head, body = block.split("\n", 1)
        text, spans, position = "", [], 0
        for match in MARK.finditer(body.rstrip("\n")):
            text += body[position : match.start()]
            spans.append((len(text), len(text) + len(match.group(2)), match.group(1)))
            text += match.group(2)
            position = match.end()
        rows.append((head.split("|")[1].strip(), text + body[position:].rstrip("\n"), spans))
    return rows


def read_nordic(path: Path) -> list[Gold]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [(row["lang"], row["text"], [(s["start"], s["end"], s["label"]) for s in row["spans"]]) for row in rows]


def interval(hits: int, total: int) -> list[float]:
    from scipy.stats import beta

    low = float(beta.ppf(0.025, hits, total - hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, total - hits)) if hits < total else 1.0
    return [round(low, 4), round(high, 4)]


def rate(hits: int, total: int) -> dict[str, object]:
    return {
        "rate": round(hits / total, 4) if total else None,
        "hits": hits,
        "n": total,
        "ci95": interval(hits, total) if total else None,
    }


def covered(text: str, start: int, end: int, mask: bytearray) -> float:
    places = [place for place in range(start, end) if text[place].isalnum()]
    return sum(mask[place] for place in places) / max(1, len(places))


def mask_of(text: str, spans: object) -> bytearray:
    mask = bytearray(len(text))
    for span in spans:
        mask[span.start : span.end] = b"\x01" * (span.end - span.start)
    return mask


def score_gold(rows: list[Gold], company_known: bool) -> dict[str, object]:
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    right = wrong = 0
    for language, text, gold in rows:
        company = (
            Company.of([text[start:end] for start, end, label in gold if label == "ORG"]) if company_known else None
        )
        spans = redact(text, policy=Policy(language=language, company=company)).spans
        mask = mask_of(text, spans)
        for start, end, label in gold:
            group = (
                "company destroyed"
                if label == "ORG"
                else GROUPS.get(label, "references" if label == "REF" else "numbers")
            )
            hit = covered(text, start, end, mask) > 0 if label == "ORG" else covered(text, start, end, mask) >= 0.8
            for key in (group, "numbers and ids") if group in ("numbers", "references") else (group,):
                total[key] += 1
                found[key] += hit
        for span in spans:
            touched = {label for start, end, label in gold if start < span.end and span.start < end}
            right += bool(touched - {"ORG"})
            wrong += not touched
    return {**{key: rate(found[key], total[key]) for key in sorted(total)}, "precision": rate(right, right + wrong)}


def run_history(root: Path) -> dict[str, object]:
    leaked: dict[str, Counter[str]] = defaultdict(Counter)
    total: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    company: Counter[str] = Counter()
    withheld = replies = 0
    for number, folder in enumerate(sorted(root.glob("desks/*/"))):
        rows, articles = read_desk(folder)
        sent = simulate(rows, REPLIES_PER_DESK, np.random.default_rng(number))
        tickets = [one.ticket for one in sent]
        policy = learn_policy(tickets, articles)
        listed = replace(policy, company=policy.company.plus(own_values(rows)))
        alone = Support.learn((customer_of(ticket), ticket.reply) for ticket in tickets)
        often = frequent(sent)
        for one in sent:
            results = {
                "rules and k-support": redact(
                    one.ticket.reply, policy=replace(policy, language=one.ticket.language)
                ).spans,
                "rules": redact(
                    one.ticket.reply, policy=Policy(language=one.ticket.language, company=policy.company)
                ).spans,
                "k-support": support_alone(one, alone),
            }
            safe = redact(one.ticket.reply, policy=replace(listed, language=one.ticket.language))
            withheld += not safe.safe
            replies += 1
            for kind in (kind for _, _, kind in one.spans):
                total[kind] += 1
            for name, spans in results.items():
                mask = mask_of(one.ticket.reply, spans)
                for start, end, kind in one.spans:
                    leaked[name][kind] += covered(one.ticket.reply, start, end, mask) < 0.5
            mask = mask_of(one.ticket.reply, results["rules and k-support"])
            band = "seen 5 times or more" if one.source in often else "seen fewer times"
            kept[band, "n"] += 1
            kept[band, "kept"] += not any(mask[one.body[0] : one.body[1]])
            count_company(
                one,
                own_values(rows),
                {"learnt": mask, "learnt and listed": mask_of(one.ticket.reply, safe.spans)},
                company,
            )
    return {
        "replies": replies,
        "withheld": rate(withheld, replies),
        "leaked": {name: summary(counts, total) for name, counts in leaked.items()},
        "every ordinary word kept": {
            band: rate(kept[band, "kept"], kept[band, "n"]) for band in ("seen 5 times or more", "seen fewer times")
        },
        "company destroyed": {name: rate(company[name], company["n"]) for name in ("learnt", "learnt and listed")},
    }


def summary(counts: Counter[str], total: Counter[str]) -> dict[str, object]:
    return {
        "all": rate(sum(counts.values()), sum(total.values())),
        **{kind: rate(counts[kind], total[kind]) for kind in sorted(total)},
    }


def frequent(sent: list[Sent]) -> set[str]:
    customers: dict[str, set[str]] = defaultdict(set)
    for one in sent:
        customers[one.source].add(one.ticket.customer_id)
    return {source for source, seen in customers.items() if len(seen) >= 5}


def support_alone(one: Sent, support: Support) -> list:
    claims = Claims.of(one.ticket.reply)
    support.mask(claims)
    return claims.spans


OWN = re.compile(
    r"(?:\+46 8|08-|031-|040-|0450-|070-174)[\d -]{6,14}\d|[\w.]+@[\w.]*example[\w.]*"
    r"|(?<![\w@.])[\w.-]+\.example(?:\.com)?(?:/\w+)?"
)


def own_values(rows: list[dict]) -> Company:
    return Company.of({match.group() for row in rows for match in OWN.finditer(row["reply"])})


def count_company(one: Sent, own: Company, masks: dict[str, bytearray], company: Counter[str]) -> None:
    for match in OWN.finditer(one.ticket.reply, *one.body):
        company["n"] += 1
        for name, mask in masks.items():
            company[name] += covered(one.ticket.reply, match.start(), match.end(), mask) > 0


def throughput(root: Path) -> dict[str, object]:
    rows = [row for folder in sorted(root.glob("desks/*/")) for row in read_desk(folder)[0]]
    redact("warm up 070-174 06 05 Anna")
    speeds = {}
    for name, policies in {
        "rules, language given": [Policy(language=row["language"]) for row in rows],
        "rules, language detected": [Policy() for _ in rows],
    }.items():
        start, wall = time.process_time(), time.perf_counter()
        for row, policy in zip(rows, policies, strict=True):
            redact(row["reply"], policy=policy)
        speeds[name] = {
            "replies per CPU second": round(len(rows) / (time.process_time() - start)),
            "replies per second as run": round(len(rows) / (time.perf_counter() - wall)),
        }
    mean = sum(len(row["reply"]) for row in rows) / len(rows)
    return {"replies": len(rows), "mean characters": round(mean), **speeds}


def beside_asked(results: dict) -> list[str]:
    """Every figure that was asked for, and what was measured, with its Clopper-Pearson interval."""
    lines = []
    for name, modes in results["gold"].items():
        lines += [f"{name}, company known"] + [
            _line(key, ASKED[key], modes["company known"][key]) for key in ASKED if key in modes["company known"]
        ]
    history = results["history"]
    lines += ["history", _line("leaked", "<= 0.005", history["leaked"]["rules and k-support"]["all"])]
    often = history["every ordinary word kept"]["seen 5 times or more"]
    lines += [_line("frequent replies that keep every word", ">= 0.9", often)]
    lines += [f"throughput {speeds}" for speeds in results["throughput"].items()]
    return lines


def _line(key: str, asked: str, found: dict) -> str:
    low, high = found["ci95"]
    measured = f"{found['rate']:.4f} ({low:.3f} to {high:.3f}), {found['hits']}/{found['n']}"
    return f"  {key:<40} asked {asked:<9} measured {measured}"


def main() -> None:
    root = Path(os.environ["FAQSUGGEST_DATA"])
    names = ("frozen", "fresh_frozen", "unseen", "tune", "fresh_tune")
    sets = {name: read_gold(PII / f"{name}.txt") for name in names}
    sets["all that no rule was tuned on"] = sets["frozen"] + sets["fresh_frozen"] + sets["unseen"]
    sets["pii_nordic"] = read_nordic(root / "pii_nordic" / "pii.jsonl")
    path = HERE / "results" / "privacy.json"
    results = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    parts = sys.argv[1:] or ["gold", "history", "throughput"]
    if "gold" in parts:
        modes = (("company known", True), ("rules alone", False))
        results["gold"] = {
            name: {mode: score_gold(rows, known) for mode, known in modes} for name, rows in sets.items()
        }
    if "history" in parts:
        results["history"] = run_history(root)
    if "throughput" in parts:
        results["throughput"] = throughput(root)
    text = json.dumps(results, indent=1, ensure_ascii=False)
    print("\n".join(beside_asked(results)))
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
