"""The shipped encoder against the unpruned model in float32: size, likeness, retrieval, languages, speed, memory.

Run, in the root of the checkout, after ``python -m models.build base``:
    FAQSUGGEST_DATA=… python benchmarks/encoder.py --reference build-work/whole/model
(writes benchmarks/results/encoder.json). The reference is any sentence-transformers folder; for a tuned model give the
tuned one to see what export costs, or the untuned whole one to see what tuning brought.

Sets: swequad_mc dev, question to page (Swedish); the fifth of superoffice_help that no choice has seen, description to
page, in four languages and from one to another; xSID, intent of the nearest English example, for Danish and Norwegian.
Speeds are CPU time on one thread; memory is that of a fresh process that has encoded inquiries and long articles.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from faqsuggest.encoders.onnx import OnnxEncoder  # noqa: E402
from faqsuggest.encoders.shipped import shipped_folder  # noqa: E402
from faqsuggest.evaluation.bootstrap import cluster_bootstrap  # noqa: E402
from models.build.check import reference_of  # noqa: E402
from models.build.sources import read_rows, superoffice_dev, swequad_dev  # noqa: E402

K = 10
PAIRS = (("sv", "sv"), ("nb", "nb"), ("da", "da"), ("en", "en"), ("en", "sv"), ("da", "nb"), ("sv", "en"))
NORWEGIAN = 600
RESULTS = Path(__file__).parent / "results" / "encoder.json"
MEMORY = """
import sys, psutil
from faqsuggest.encoders.onnx import OnnxEncoder
encoder = OnnxEncoder(sys.argv[1])
encoder.encode_queries(["Hur byter jag lösenord?"] * 20)
encoder.encode_passages(["Så här byter du lösenord på din sida. " * 60] * 40)
print(psutil.Process().memory_info().rss / 1e6)
"""


def ndcg_at_10(queries: np.ndarray, pages: np.ndarray, gold: list[int]) -> np.ndarray:
    """One value per question; pages that tie with the right one count as ranked before it."""
    scores = queries @ pages.T
    right = scores[np.arange(len(gold)), gold][:, None]
    ranks = (scores >= right).sum(axis=1)
    return np.where(ranks <= K, 1 / np.log2(1 + ranks), 0.0)


def nearest_intent(queries: np.ndarray, examples: np.ndarray, asked: list[str], known: list[str]) -> np.ndarray:
    nearest = (queries @ examples.T).argmax(axis=1)
    return np.array([known[i] == intent for i, intent in zip(nearest, asked, strict=True)], dtype=float)


def retrieval(encoders: list[OnnxEncoder], questions: list[str], pages: list[str], gold: list[int]) -> tuple:
    vectors = [(encoder.encode_queries(questions), encoder.encode_passages(pages)) for encoder in encoders]
    values = [ndcg_at_10(q, p, gold) for q, p in vectors]
    cosines = [(a * b).sum(axis=1) for a, b in zip(*vectors, strict=True)]
    return values, np.concatenate(cosines)


def intents(encoders: list[OnnxEncoder], data: Path, language: str) -> list[np.ndarray]:
    known = read_rows(data / "xsid" / "en.valid.jsonl")
    asked = read_rows(data / "xsid" / f"{language}.valid.jsonl")
    asked = [asked[i] for i in np.random.default_rng(0).permutation(len(asked))[:NORWEGIAN]]
    return [
        nearest_intent(
            encoder.encode_queries([row["text"] for row in asked]),
            encoder.encode_queries([row["text"] for row in known]),
            [row["intent"] for row in asked],
            [row["intent"] for row in known],
        )
        for encoder in encoders
    ]


def compared(name: str, values: list[np.ndarray]) -> dict:
    interval = cluster_bootstrap(values[0] - values[1])
    return {
        "set": name,
        "n": len(values[0]),
        "value": float(values[0].mean()),
        "reference": float(values[1].mean()),
        "difference": float((values[0] - values[1]).mean()),
        "low": float(np.ravel(interval.low)[0]),
        "high": float(np.ravel(interval.high)[0]),
    }


def speed(encoder: OnnxEncoder, data: Path) -> dict:
    words = " ".join(row["body"] for row in read_rows(data / "superoffice_help" / "sv.jsonl")[:80]).split()
    queries = [" ".join(words[i : i + 12]) for i in range(0, 1200, 12)]
    passages = [" ".join(words[i : i + 30]) for i in range(1200, 1200 + 30 * 128, 30)]
    encoder.encode_queries(queries[:5])
    times = []
    for query in queries:
        start = time.process_time()
        encoder.encode_queries([query])
        times.append(time.process_time() - start)
    start = time.process_time()
    encoder.encode_passages(passages)
    rate = len(passages) / (time.process_time() - start)
    return {
        "query_ms": 1000 * float(np.median(times)),
        "query_ms_p95": 1000 * float(np.quantile(times, 0.95)),
        "texts_per_second": rate,
    }


def memory(folder: Path) -> dict:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", MEMORY, str(folder)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    return {"rss_mb": float(printed)}


def machine() -> str:
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    import onnxruntime

    software = f"Python {platform.python_version()}, onnxruntime {onnxruntime.__version__}"
    return f"{os.cpu_count()} cores of {model}, one thread used, {platform.system()}, {software}"


def measure(folder: Path, reference: OnnxEncoder, data: Path) -> dict:
    encoder = OnnxEncoder(folder)
    both = [encoder, reference]
    sets, cosines = [], []
    tasks = [("swequad_mc dev, nDCG@10", swequad_dev(data))]
    tasks += [(f"superoffice {a} to {b}, nDCG@10", superoffice_dev(data, a, b)) for a, b in PAIRS]
    for name, task in tasks:
        values, found = retrieval(both, *task)
        sets.append(compared(name, values))
        cosines.append(found)
        print(sets[-1], flush=True)
    for language in ("da", "no"):
        sets.append(compared(f"xSID en to {language}, nearest neighbour", intents(both, data, language)))
        print(sets[-1], flush=True)
    cosine = np.concatenate(cosines)
    return {
        "machine": machine(),
        "fingerprint": encoder.fingerprint,
        "size_mb": sum(path.stat().st_size for path in folder.iterdir()) / 1e6,
        "cosine_mean": float(cosine.mean()),
        "cosine_least": float(cosine.min()),
        "cosine_texts": len(cosine),
        **speed(encoder, data),
        "reference_speed": speed(reference, data),
        **memory(folder),
        "sets": sets,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=None, help="an exported folder; the shipped one if not given")
    parser.add_argument("--reference", type=Path, required=True, help="a sentence-transformers folder")
    parser.add_argument("--data", type=Path, default=os.environ.get("FAQSUGGEST_DATA"), help="or FAQSUGGEST_DATA")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    if options.data is None:
        raise SystemExit("name the folder of development data: --data FOLDER, or set FAQSUGGEST_DATA")
    with tempfile.TemporaryDirectory() as work:
        reference = reference_of(options.reference, Path(work))
        results = measure(options.model or shipped_folder(), reference, Path(options.data))
    options.out.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    print(json.dumps({key: value for key, value in results.items() if key != "sets"}, indent=1))


if __name__ == "__main__":
    main()
