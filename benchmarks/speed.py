"""How fast the Suggester is, and what it takes, at 1k, 10k and 100k answers, beside a plain pipeline in the same run.

    FAQSUGGEST_DATA=… python benchmarks/speed.py --reference build-work/whole/model [--sizes 1000 10000]

Answers are the articles and past replies of the invented helpdesks, half and half, repeated with noise (15 % of the
words left out, 5 % with a typing error) until there are enough; every reply comes with its question. Encoding a hundred
thousand texts would take an hour, so their vectors are those of the real text that they were made of, plus noise;
``encode`` is measured on real texts, and every inquiry (a real, messy one) is encoded by the shipped model as it comes.

The plain pipeline is what one writes in an afternoon: sentence-transformers on torch, scikit-learn's TF-IDF of
character 3- to 5-grams, both scaled to 0…1 and averaged, numpy's argsort. ``--reference`` is the model that it runs,
the shipped one before it was made small (``python -m models.build base`` writes it).

One thread throughout. Every figure of a size comes from a fresh process. ``cpu`` is processor time of the call, which
other work on the machine disturbs less than ``wall``; the figures asked for are compared with it.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse  # noqa: E402
import json  # noqa: E402
import platform  # noqa: E402
import random  # noqa: E402
import resource  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Sequence  # noqa: E402
from datetime import UTC, datetime, timedelta  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

import numpy as np  # noqa: E402

from faqsuggest import KnowledgeBase, Suggester  # noqa: E402
from faqsuggest.encoders import CachedEncoder, Encoder, load_encoder  # noqa: E402
from faqsuggest.filters import Filters  # noqa: E402
from faqsuggest.offering import offer  # noqa: E402
from faqsuggest.ranking import rank  # noqa: E402
from faqsuggest.records import Article, Ticket  # noqa: E402
from faqsuggest.request import Request  # noqa: E402
from faqsuggest.retrieval import read_inquiries, search  # noqa: E402
from faqsuggest.text.mail import main_text  # noqa: E402

RESULTS = Path(__file__).parent / "results" / "speed.json"
ASKED: tuple[tuple[str, int, tuple[str, ...], float], ...] = (
    ("import, CPU-s", 0, ("import_cpu_s",), 0.1),
    ("suggest p50 at 10k, ms", 10_000, ("suggest", "cpu_p50_ms"), 15),
    ("the same over plain", 10_000, ("ratio_to_plain_cpu_p50",), 1 / 3),
    ("all but the encoder p50 at 10k, ms", 10_000, ("retrieval_and_ranking", "cpu_p50_ms"), 3),
    ("all but the encoder p50 at 100k, ms", 100_000, ("retrieval_and_ranking", "cpu_p50_ms"), 8),
    ("ranking, confidence and reasons p50 at 10k, ms", 10_000, ("ranking_and_confidence", "cpu_p50_ms"), 1.5),
    ("peak memory at 10k, MB", 10_000, ("peak_rss_mb",), 600),
    ("load at 10k, s", 10_000, ("load_wall_s",), 1),
)
"""What is measured, the size at which, where it stands in the results, and the most that it may be."""
SEED = 7
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class StandIn:
    """Vectors of the real texts behind noisy ones; inquiries go to the real encoder, and the time they take is kept."""

    def __init__(self, real: Encoder, texts: Sequence[str], vectors: np.ndarray) -> None:
        self.name, self.real = real.name, real
        self.dimension, self.fingerprint = real.dimension, real.fingerprint
        self._vectors = vectors
        self._by_start: dict[str, int] = {}
        for number, text in enumerate(texts):
            self._by_start.setdefault(_start(text), number)

    def fit(self, texts: Sequence[str]) -> StandIn:
        """Nothing to learn."""
        return self

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of past questions."""
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of the texts behind these, with noise."""
        chance = np.random.default_rng(SEED)
        at = [self._by_start.get(_start(text), len(text) % len(self._vectors)) for text in texts]
        rows = self._vectors[at] + chance.standard_normal((len(at), self.dimension)) * (0.25 / self.dimension**0.5)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _start(text: str) -> str:
    return " ".join(text.split()[:2])


# --- the base ---------------------------------------------------------------------------------------------------------


def desks(data: Path) -> tuple[list[dict], list[dict], list[str]]:
    articles, tickets, inquiries = [], [], []
    for desk in sorted(path for path in (data / "desks").iterdir() if path.is_dir()):
        articles += rows_of(desk / "articles.jsonl")
        tickets += [row for row in rows_of(desk / "tickets.jsonl") if row["reply"] and row["question"]]
        inquiries += [row["question"] for row in rows_of(desk / "inquiries.jsonl") if row["question"]]
    return articles, tickets, inquiries


def rows_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def base_of(size: int, articles: Sequence[dict], tickets: Sequence[dict]) -> KnowledgeBase:
    chance = random.Random(SEED)
    made_articles, made_tickets = [], []
    for number in range(size // 2):
        one = articles[number % len(articles)]
        body = noisy(one["body"], chance)
        made_articles.append(Article(id=f"a{number}", title=one["title"], body=body, language=one["language"]))
        past = tickets[number % len(tickets)]
        made_tickets.append(
            Ticket(
                id=f"t{number}",
                created_at=NOW - timedelta(minutes=size - number),
                question=noisy(past["question"], chance),
                reply=noisy(past["reply"], chance),
                channel=past["channel"],
                language=past["language"],
            )
        )
    return KnowledgeBase(tuple(made_tickets), tuple(made_articles))


def noisy(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    kept = words[:2] + [typed(word, chance) for word in words[2:] if chance.random() > 0.15]
    return " ".join(kept)


def typed(word: str, chance: random.Random) -> str:
    if len(word) < 3 or chance.random() > 0.05:
        return word
    at = chance.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def stand_in(work: Path, articles: Sequence[dict], tickets: Sequence[dict]) -> StandIn:
    real = load_encoder("default")
    remembered = CachedEncoder(real, folder=work / "vectors")
    texts = [f"{one['title']}\n{one['body']}" for one in articles]
    texts += [main_text(past["question"]) for past in tickets] + [past["reply"] for past in tickets]
    return StandIn(real, texts, remembered.encode_passages(texts))


# --- what is measured, each in a process of its own -------------------------------------------------------------------


def measure_import(_: argparse.Namespace) -> dict[str, float]:
    command = "import time; t = time.process_time(); import faqsuggest; print(time.process_time() - t)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    runs = [
        float(subprocess.run([sys.executable, "-c", command], capture_output=True, check=True, env=environment).stdout)
        for _ in range(7)
    ]
    return {"import_cpu_s": float(np.median(runs))}


def measure_encode(arguments: argparse.Namespace) -> dict[str, float]:
    articles, tickets, _ = desks(arguments.data)
    texts = [one["body"] for one in articles[::8]] + [past["reply"] for past in tickets[::20]]
    encoder = load_encoder("default")
    encoder.encode_passages(texts[:4])
    return {"encode_texts_per_cpu_s": len(texts) / spent(lambda: encoder.encode_passages(texts))["cpu"]}


def measure_fit(arguments: argparse.Namespace) -> dict[str, float]:
    articles, tickets, _ = desks(arguments.data)
    encoder = stand_in(arguments.work, articles, tickets)
    kb = base_of(arguments.size, articles, tickets)
    suggester = Suggester(encoder=encoder)
    fit = spent(lambda: suggester.fit(kb))
    suggester.encoder = "default"
    save = spent(lambda: suggester.save(arguments.work / f"base-{arguments.size}"))
    new = [
        Ticket(id=f"n{i}", created_at=NOW, question=f"Ny fråga {i}", reply=f"Nytt svar nummer {i}") for i in range(9)
    ]
    adds = [spent(lambda one=one: suggester.add(tickets=[one]))["cpu"] for one in new]
    return {
        "units": len(suggester.units_.book.units),
        "fit_texts_per_cpu_s_encoder_excluded": len(suggester.units_.book.units) / fit["cpu"],
        "save_wall_s": save["wall"],
        "add_one_cpu_ms": 1000 * float(np.median(adds)),
    }


def measure_suggest(arguments: argparse.Namespace) -> dict[str, Any]:
    load = spent(lambda: Suggester.load(arguments.work / f"base-{arguments.size}"))
    suggester = Suggester.load(arguments.work / f"base-{arguments.size}") if load["value"] is None else load["value"]
    inquiries = asked(arguments)
    first = spent(lambda: suggester.suggest(inquiries[0], min_confidence=0))
    encoder = Timed(suggester.encoder_)
    suggester.encoder_ = encoder
    for inquiry in inquiries[:40]:
        suggester.suggest(inquiry, min_confidence=0)
    whole, rest = [], []
    for inquiry in inquiries:
        took = spent(lambda inquiry=inquiry: suggester.suggest(inquiry, min_confidence=0))
        whole.append((took["wall"], took["cpu"]))
        rest.append((took["wall"] - encoder.wall, took["cpu"] - encoder.cpu))
    ordering = [took for inquiry in inquiries if (took := ordered(suggester, inquiry)) is not None]
    return {
        "load_wall_s": load["wall"],
        "load_cpu_s": load["cpu"],
        "first_suggest_cpu_s": first["cpu"],
        "suggest": percentiles(whole),
        "retrieval_and_ranking": percentiles(rest),
        "ranking_and_confidence": percentiles(ordering),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def ordered(suggester: Suggester, inquiry: str) -> tuple[float, float] | None:
    """What it takes to rank the candidates of an inquiry, judge how sure each is and say why; None without a word."""
    (read,) = read_inquiries([suggester.shield_.inquiry(inquiry)], None, suggester.encoder_)
    if read is None:
        return None
    units, weights, sure = suggester.units_, suggester.ranking.weights, suggester.confidence_
    request = Request(3, 0.0, Filters())
    with units.reading():
        found = search(units, read, request.k, request.filters)
        took = spent(lambda: offer(rank(found, weights), read, request, sure, suggester.policy_, ""))
    return took["wall"], took["cpu"]


class Timed:
    """The encoder of inquiries, with the time of its last call."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder, self.name, self.dimension = encoder, encoder.name, encoder.dimension
        self.wall = self.cpu = 0.0

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of inquiries."""
        took = spent(lambda: self.encoder.encode_queries(texts))
        self.wall, self.cpu = took["wall"], took["cpu"]
        return took["value"]


def measure_plain(arguments: argparse.Namespace) -> dict[str, Any]:
    import torch
    from sentence_transformers import SentenceTransformer
    from sklearn.feature_extraction.text import TfidfVectorizer

    torch.set_num_threads(1)
    articles, tickets, _ = desks(arguments.data)
    kb = base_of(arguments.size, articles, tickets)
    texts = [f"{each.title}\n{each.body}" for each in kb.articles] + [each.reply or "" for each in kb.tickets]
    matrix = stand_in(arguments.work, articles, tickets).encode_passages(texts)
    model = SentenceTransformer(str(arguments.reference), device="cpu")
    model.max_seq_length = 256
    words = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    table = words.fit_transform(texts).T.tocsr()

    def suggest(inquiry: str) -> np.ndarray:
        vector = model.encode("query: " + inquiry, normalize_embeddings=True, show_progress_bar=False)
        scores = [matrix @ vector, (words.transform([inquiry]) @ table).toarray()[0]]
        return np.argsort(-sum((each - each.min()) / (np.ptp(each) + 1e-9) for each in scores), kind="stable")[:3]

    inquiries = asked(arguments)
    for inquiry in inquiries[:10]:
        suggest(inquiry)
    times = [spent(lambda inquiry=inquiry: suggest(inquiry)) for inquiry in inquiries]
    return {
        "suggest": percentiles([(took["wall"], took["cpu"]) for took in times]),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def asked(arguments: argparse.Namespace) -> list[str]:
    return random.Random(SEED).sample(desks(arguments.data)[2], arguments.inquiries)


def spent(work: Callable[[], Any]) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    value = work()
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "value": value}


def percentiles(times: Sequence[tuple[float, float]]) -> dict[str, float]:
    table = 1000 * np.array(times)
    return {
        f"{clock}_p{percent}_ms": float(np.percentile(table[:, column], percent))
        for column, clock in enumerate(("wall", "cpu"))
        for percent in (50, 95, 99)
    }


# --- the run ----------------------------------------------------------------------------------------------------------

PARTS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "import": measure_import,
    "encode": measure_encode,
    "fit": measure_fit,
    "suggest": measure_suggest,
    "plain": measure_plain,
}


def main() -> None:
    arguments = _arguments()
    if arguments.part:
        print(json.dumps(PARTS[arguments.part](arguments)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        results: dict[str, Any] = {"machine": machine(), "asked": [], "inquiries": arguments.inquiries, "sizes": {}}
        results |= _child("import", arguments, work, 0) | _child("encode", arguments, work, 0)
        print(f"import {results['import_cpu_s']:.3f} CPU-s, encode {results['encode_texts_per_cpu_s']:.0f} texts/CPU-s")
        for size in arguments.sizes:
            found = _child("fit", arguments, work, size) | _child("suggest", arguments, work, size)
            if arguments.reference and size <= arguments.plain_up_to:
                found["plain"] = _child("plain", arguments, work, size)
                found["ratio_to_plain_cpu_p50"] = (
                    found["suggest"]["cpu_p50_ms"] / found["plain"]["suggest"]["cpu_p50_ms"]
                )
            results["sizes"][str(size)] = found
            _show(size, found)
    results["asked"] = compared(results)
    for each in results["asked"]:
        verdict = "holds" if each["holds"] else "MISSED"
        print(f"{each['what']:50} asked ≤ {each['asked']:7.3g}   measured {each['measured']:8.3g}   {verdict}")
    arguments.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def compared(results: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures asked for beside those measured, of the sizes that were run."""
    rows = []
    for what, size, path, most in ASKED:
        found: Any = results if not size else results["sizes"].get(str(size))
        for step in path:
            found = found.get(step) if found else None
        if found is not None:
            rows.append({"what": what, "asked": most, "measured": found, "holds": found <= most})
    return rows


def _child(part: str, arguments: argparse.Namespace, work: Path, size: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--part", part, "--size", str(size), "--data", str(arguments.data)]
    command += ["--work", str(work), "--inquiries", str(arguments.inquiries)]
    command += ["--reference", str(arguments.reference)] if arguments.reference else []
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(printed.splitlines()[-1])


def _show(size: int, found: dict[str, Any]) -> None:
    print(f"{size} answers, {found['units']} texts")
    rows = [("suggest", found["suggest"]), ("  without encoder", found["retrieval_and_ranking"])]
    rows += [("  ranking on", found["ranking_and_confidence"])]
    rows += [("plain", found["plain"]["suggest"])] if "plain" in found else []
    for label, each in rows:
        wall, cpu = ([f"{each[f'{clock}_p{p}_ms']:8.1f}" for p in (50, 95, 99)] for clock in ("wall", "cpu"))
        print(f"  {label:18} ms p50 p95 p99: wall {' '.join(wall)}   cpu {' '.join(cpu)}")
    print(
        f"  load {found['load_wall_s']:.2f} s (cpu {found['load_cpu_s']:.2f}), first answer "
        f"{found['first_suggest_cpu_s']:.2f} CPU-s, peak {found['peak_rss_mb']:.0f} MB, index "
        f"{found['fit_texts_per_cpu_s_encoder_excluded']:.0f} texts/CPU-s, add one {found['add_one_cpu_ms']:.1f} ms, "
        f"save {found['save_wall_s']:.1f} s"
        + (f", ratio to plain {found['ratio_to_plain_cpu_p50']:.2f}" if "plain" in found else ""),
        flush=True,
    )


def machine() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
    model = names[0] if names else platform.processor() or platform.machine()
    return (
        f"{os.cpu_count()} cores of {model}, one thread used, {platform.system()}, Python {platform.python_version()}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("FAQSUGGEST_DATA", "data")))
    parser.add_argument("--reference", type=Path, help="sentence-transformers folder of the plain pipeline")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--plain-up-to", type=int, default=10_000, help="largest size at which plain is measured")
    parser.add_argument("--inquiries", type=int, default=200)
    parser.add_argument("--work", type=Path, help="keep saved bases and vectors here")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--part", choices=sorted(PARTS), help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
