"""What an encoder must not lose when it is tuned: intents in English, and across languages to Danish and Norwegian.

    FAQSUGGEST_DATA=… python -m benchmarks.general --encoder new=FOLDER --encoder untuned=FOLDER --cache FOLDER

The intent of the nearest labelled text (k = 1) and logistic regression on the vectors: BANKING77 with 20 labelled rows
an intent and CLINC150 with 10; xSID with English labels only, Danish and eleven Norwegian dialects to classify (their
English counterparts are among the labelled ones). For CLINC150 also how well the similarity of the nearest text tells
out-of-scope texts (AUROC). All texts are encoded as inquiries. Paired differences are taken to the last encoder named.

Written to results/general.json and .md. A few CPU minutes an encoder.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import LabelledSet, data_folder, labelled_sets
from benchmarks.systems import Remembered, machine, open_encoder
from benchmarks.tables import RESULTS, Row, figure, markdown, mean_row, write
from faqsuggest.evaluation.bootstrap import compare_paired

Values = NDArray[np.float64]
NEAREST, LOGISTIC = "k = 1", "logistic"
Right = dict[tuple[str, str], Values]
"""1 for a right label and 0 for a wrong one per test text, by set and method."""


def main() -> None:
    arguments = _arguments()
    folder = data_folder(arguments.data)
    if folder is None:
        raise SystemExit("the intent sets need --data or FAQSUGGEST_DATA")
    sets = labelled_sets(folder)
    right: dict[str, Right] = {}
    outside: dict[str, dict[str, float]] = {}
    prints: dict[str, str] = {}
    for spec in arguments.encoder or ["default"]:
        name, found, place = spec.partition("=")
        encoder = open_encoder(place if found else spec, arguments.cache)
        label = name if found else Path(spec).name
        right[label], outside[label] = measure(sets, encoder)
        prints[label] = encoder.fingerprint[:16]
        print(label, {key: round(float(values.mean()), 3) for key, values in right[label].items()}, flush=True)
    content: dict[str, object] = {
        "machine": machine(),
        "encoders": prints,
        "rows": rows(right, sets),
        "out of scope AUROC": outside,
        "differences": differences(right, sets),
    }
    text = report(content)
    write(Path(arguments.results), "general", content, text)
    print(text)


def measure(sets: Sequence[LabelledSet], encoder: Remembered) -> tuple[Right, dict[str, float]]:
    """Right or wrong for each test text, and AUROC of the sets with out-of-scope texts."""
    right: Right = {}
    outside: dict[str, float] = {}
    for one in sets:
        train, test = [text for text, _ in one.train], [text for text, _ in one.test]
        encoder.prepare([*train, *test, *one.outside])
        known, asked = encoder.encode_queries(train), encoder.encode_queries(test)
        labels, truth = np.array([label for _, label in one.train]), np.array([label for _, label in one.test])
        right[one.name, NEAREST] = nearest_right(asked @ known.T, labels, truth)
        right[one.name, LOGISTIC] = logistic_right(known, labels, asked, truth)
        if one.outside:
            foreign = encoder.encode_queries(one.outside)
            outside[one.name] = auroc((asked @ known.T).max(axis=1), (foreign @ known.T).max(axis=1))
    return right, outside


def nearest_right(similarity: NDArray[np.floating], labels: NDArray[np.str_], truth: NDArray[np.str_]) -> Values:
    """1 where every nearest text has the right label: ties between labels count against.

    Args:
        similarity: Shape (test texts, labelled texts).
        labels: Of the labelled texts.
        truth: Of the test texts.
    """
    rounded = np.round(similarity.astype(np.float64), 6)
    nearest = rounded == rounded.max(axis=1, keepdims=True)
    wrong = nearest & (labels[None, :] != truth[:, None])
    return np.asarray(~wrong.any(axis=1), dtype=np.float64)


def logistic_right(
    known: NDArray[np.float32], labels: NDArray[np.str_], asked: NDArray[np.float32], truth: NDArray[np.str_]
) -> Values:
    """1 where logistic regression on standardised vectors, C = 1, gives the right label."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=200, tol=1e-3))
    model.fit(known.astype(np.float64), labels)
    return np.asarray(model.predict(asked.astype(np.float64)) == truth, dtype=np.float64)


def auroc(inside: NDArray[np.floating], outside: NDArray[np.floating]) -> float:
    """Probability that a text in scope is nearer than one out of scope; half for ties."""
    above = (inside[:, None] > outside[None, :]).mean()
    return float(above + 0.5 * (inside[:, None] == outside[None, :]).mean())


def rows(right: Mapping[str, Right], sets: Sequence[LabelledSet]) -> list[Row]:
    """Accuracy of each encoder, set and method."""
    clusters = {one.name: one.clusters for one in sets}
    return [
        mean_row(values, clusters[name], set=name, method=method, encoder=encoder)
        for encoder, by_set in right.items()
        for (name, method), values in by_set.items()
    ]


def differences(right: Mapping[str, Right], sets: Sequence[LabelledSet]) -> list[Row]:
    """Accuracy of each encoder minus that of the last one, text by text."""
    clusters = {one.name: one.clusters for one in sets}
    base = list(right)[-1]
    found = []
    for encoder, by_set in right.items():
        for (name, method), values in by_set.items() if encoder != base else ():
            gap = compare_paired(values, right[base][name, method], clusters[name], draws=2000)
            facts = {"set": name, "method": method, "encoder": encoder, "minus": base}
            found.append({**facts, "value": gap.value, "low": gap.low, "high": gap.high, "p": gap.p, "n": gap.n})
    return found


def report(content: Mapping[str, Any]) -> str:
    """The Markdown page."""
    lines = [[row["set"], row["method"], row["n"], row["encoder"], figure(row)] for row in content["rows"]]
    for encoder, by_set in content["out of scope AUROC"].items():
        lines += [[name, "out of scope AUROC", "", encoder, f"{value:.3f}"] for name, value in by_set.items()]
    gaps = [[row["set"], row["method"], row["encoder"], row["minus"], figure(row)] for row in content["differences"]]
    machine_line = ", ".join(f"{key} {value}" for key, value in content["machine"].items())
    return "\n".join(
        (
            f"# General ability of the encoders\n\n{machine_line}\n",
            markdown(
                ["set", "method", "n", "encoder", "accuracy"],
                sorted(lines, key=lambda line: (str(line[0]), str(line[1]))),
            ),
            *(
                ["\n## Differences\n", markdown(["set", "method", "encoder", "minus", "difference"], gaps)]
                if gaps
                else ()
            ),
        )
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder of the development sets; FAQSUGGEST_DATA without it")
    parser.add_argument("--encoder", action="append", help="[NAME=]ENCODER, repeatable; the last is compared with")
    parser.add_argument("--cache", help="folder that keeps vectors between runs")
    parser.add_argument("--results", default=str(RESULTS), help="folder to write to")
    return parser.parse_args()


if __name__ == "__main__":
    main()
