"""Language of short customer texts: py3langid alone against py3langid with function words, letters and spellings.

Run: FAQSUGGEST_DATA=… python benchmarks/language.py    (writes benchmarks/results/language.json)

The weights were chosen on the desks bank, housing, municipality and software; the other four are held out and only
measured here (they decided between three weights of the model). The labels are the desks' own: dialect messages that
look like nynorsk count as nb.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from faqsuggest.text.language import KNOWN_LANGUAGES, detect_language

TUNED_ON = ("bank", "housing", "municipality", "software")
SHORT = 5
RESULTS = Path(__file__).parent / "results" / "language.json"


def read_questions(root: Path) -> list[tuple[str, str, str]]:
    rows = []
    for path in sorted(root.glob("desks/*/inquiries.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            rows.append((path.parent.name, row["language"], row["question"]))
    return rows


def py3langid_alone(languages: tuple[str, ...]) -> Callable[[str], str]:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(["no" if code == "nb" else code for code in languages])
    return lambda text: model.classify(text)[0].replace("no", "nb")


def score(detect: Callable[[str], str], rows: list[tuple[str, str, str]]) -> dict[str, object]:
    start = time.perf_counter()
    guesses = [detect(text) for _, _, text in rows]
    seconds = time.perf_counter() - start
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    unknown = 0
    for guess, (_, code, _) in zip(guesses, rows, strict=True):
        for key in (code, "all"):
            total[key] += 1
            right[key] += guess == code
        right["all, nb and nn as one"] += guess == code or {guess, code} == {"nb", "nn"}
        unknown += guess == "unknown"
    total["all, nb and nn as one"] = len(rows)
    named = len(rows) - unknown
    return {
        "n": len(rows),
        "accuracy": {code: round(right[code] / total[code], 4) for code in sorted(total)},
        "unknown": round(unknown / len(rows), 4),
        "accuracy_when_named": round(right["all"] / named, 4),
        "ms_per_text": round(1000 * seconds / len(rows), 3),
    }


def main() -> None:
    rows = read_questions(Path(os.environ["FAQSUGGEST_DATA"]))
    nordic = tuple(code for code in KNOWN_LANGUAGES if code != "de")
    methods = {
        "py3langid, 7 languages": py3langid_alone(KNOWN_LANGUAGES),
        "detect_language, 7 languages, always": lambda text: detect_language(text).best,
        "detect_language, 7 languages": lambda text: detect_language(text).code,
        "py3langid, 6 languages": py3langid_alone(nordic),
        "detect_language, 6 languages, always": lambda text: detect_language(text, nordic).best,
        "detect_language, 6 languages": lambda text: detect_language(text, nordic).code,
    }
    results = []
    for half in ("held out", "tuned on"):
        part = [row for row in rows if (row[0] in TUNED_ON) == (half == "tuned on")]
        short = [row for row in part if len(row[2].split()) <= SHORT]
        for size, texts in (("all", part), (f"at most {SHORT} words", short)):
            for name, detect in methods.items():
                results.append({"half": half, "texts": size, "method": name, **score(detect, texts)})
                print(json.dumps(results[-1]))
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
