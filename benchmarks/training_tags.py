"""Are tags suggested well, with how few examples, and is it known what is out of scope?

    FAQSUGGEST_DATA=… python -m benchmarks.training --part tags --untuned FOLDER --cache FOLDER [--setfit MODEL]

BANKING77 with all training texts and with 10 an intent; CLINC150 with all (and its 1,000 out-of-scope test texts); xSID
with 300 English examples, asked in Danish and in eleven Norwegian dialects; the desks, several tags a text: learnt from
a desk's past tickets, asked for the answerable inquiries of the year after, macro-F1 over the tags that a ticket had.

Compared: TagSuggester on the given encoder and on the untuned one; logistic regression on vectors of the untuned
encoder; votes of the five nearest texts; TF-IDF of characters with logistic regression; and, with ``--setfit`` (a
sentence-transformers folder of the untuned model), contrastive tuning on the 10-shot set. Every choice of the library
(penalty, characters, neighbours, kind of novelty) was made on training texts and on the validation split of CLINC150.
The shipped encoder has seen the training splits of BANKING77 and CLINC150, never their tests; it has seen the desks, so
there ``--desk-encoder`` names encoders that have not (DESK,DESK=FOLDER, repeatable), the untuned one without it.

Written to results/training_tags.json and .md. About 10 CPU minutes with cached vectors, 20 more to encode for each
encoder, 5 for ``--setfit``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import DESKS, data_folder, few_each, message, read_lines
from benchmarks.desks import encoder_of_desk
from benchmarks.systems import Remembered, machine, open_encoder
from benchmarks.tables import RESULTS, Row, figure, markdown, mean_row, write
from benchmarks.tagging import auroc_row, f1_parts, logistic, macro_f1_rows, nearest, setfit, tfidf_logistic
from faqsuggest.calibration import ece, ece_null_band
from faqsuggest.training import TagSuggester

OURS, PLAIN = "TagSuggester", "logistic, untuned"
Flags = NDArray[np.bool_]
TEN_SHOT = "banking77 10-shot"
SETS = (TEN_SHOT, "banking77", "clinc150", "xsid en→da", "xsid en→no", "desks")
RESULT = "training_tags"
PRECISION = 0.9


@dataclass(frozen=True, slots=True)
class TagSet:
    """Texts to learn from and to tag.

    Attributes:
        known, asked: Texts with their tags.
        clusters: For each asked text what it shares with others that are no independent evidence.
        outside: Texts that none of the tags fits.
    """

    name: str
    known: tuple[tuple[str, tuple[str, ...]], ...]
    asked: tuple[tuple[str, tuple[str, ...]], ...]
    clusters: tuple[str, ...]
    outside: tuple[str, ...] = ()

    @property
    def texts(self) -> list[str]:
        """All texts."""
        return [*(text for text, _ in self.known), *(text for text, _ in self.asked), *self.outside]

    def table(self, rows: Sequence[tuple[str, tuple[str, ...]]]) -> NDArray[np.float32]:
        """0 or 1, shape (texts, tags that are learnt)."""
        tags = sorted({tag for _, each in self.known for tag in each})
        return np.array([[tag in each for tag in tags] for _, each in rows], dtype=np.float32)


def main(arguments: Sequence[str] | None = None) -> None:
    options = _arguments(arguments)
    folder = data_folder(options.data)
    if folder is None:
        raise SystemExit("the tagged sets need --data or FAQSUGGEST_DATA")
    chosen, untuned = open_encoder(options.encoder, options.cache), open_encoder(options.untuned, options.cache)
    specs = encoder_of_desk([*(options.desk_encoder or []), options.untuned], DESKS)
    unseen = {name: open_encoder(spec, options.cache) for name, spec in specs.items()}
    encoders = {"chosen": chosen, "untuned": untuned, **unseen}
    asked = options.sets.split(",")
    found: dict[str, list[Row]] = {"rows": [], "differences": [], "facts": []}
    for one in intent_sets(folder) if set(asked) - {"desks"} else []:
        if one.name in asked:
            given, facts = tagged(one, {"": chosen, ", untuned": untuned}, untuned, chosen)
            if options.setfit and one.name == TEN_SHOT:
                given["SetFit-style, untuned"] = _setfit(one, options.setfit, options.work)
            _add(found, *compared(one, given), facts)
    if "desks" in asked:
        _add(found, *desks(folder, unseen, untuned), [])
    prints = {name: encoder.fingerprint[:16] for name, encoder in encoders.items()}
    content = {
        "machine": machine(),
        "encoders": prints,
        **_with_other_sets(found, prints, Path(options.results), asked),
    }
    text = report(content)
    write(Path(options.results), RESULT, content, text)
    print(text)


def _setfit(one: TagSet, model: str, work: str | None) -> Flags:
    with tempfile.TemporaryDirectory() as empty:
        known, asked = [text for text, _ in one.known], [text for text, _ in one.asked]
        return setfit(model, known, one.table(one.known), asked, Path(work or empty))


def _add(found: dict[str, list[Row]], rows: list[Row], differences: list[Row], facts: list[Row]) -> None:
    found["rows"] += rows
    found["differences"] += differences
    found["facts"] += facts
    for row in [*rows, *facts]:
        print(row["set"], row["system"], row["metric"], round(row["value"], 4), flush=True)


def _with_other_sets(
    found: dict[str, list[Row]], prints: dict[str, str], folder: Path, asked: Sequence[str]
) -> dict[str, list[Row]]:
    """What was found, and what an earlier run with the same encoders found on the other sets."""
    path = folder / f"{RESULT}.json"
    before = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    if before.get("encoders") != prints:
        return found
    kept = {part: [row for row in before[part] if row["set"] not in asked] for part in found}
    order = {name: place for place, name in enumerate(SETS)}
    return {part: sorted(kept[part] + rows, key=lambda row: order[row["set"]]) for part, rows in found.items()}


def intent_sets(folder: Path) -> list[TagSet]:
    """The sets with one tag a text."""
    banking = {
        split: _pairs(read_lines(folder / "banking77" / f"{split}.jsonl"), "label") for split in ("train", "test")
    }
    clinc = read_lines(folder / "clinc150" / "data_full.jsonl")
    split = {
        name: _pairs([row for row in clinc if row["split"] == name], "label") for name in ("train", "test", "oos_test")
    }
    outside = tuple(text for text, _ in split["oos_test"])
    return [
        _set(TEN_SHOT, few_each(banking["train"], 10, 0), banking["test"]),
        _set("banking77", banking["train"], banking["test"]),
        _set("clinc150", split["train"], split["test"], outside=outside),
        *(_xsid(folder / "xsid", language) for language in ("da", "no")),
    ]


def tagged(
    one: TagSet, encoders: Mapping[str, Remembered], untuned: Remembered, chosen: Remembered
) -> tuple[dict[str, Flags], list[Row]]:
    """Tags that each system gives, and further figures of ours."""
    known, asked = [text for text, _ in one.known], [text for text, _ in one.asked]
    table = one.table(one.known)
    given: dict[str, Flags] = {}
    facts: list[Row] = []
    for name, encoder in encoders.items():
        encoder.prepare(one.texts)
        started = time.process_time()
        tagger = TagSuggester(encoder=encoder, precision=PRECISION)
        tagger.fit(known, [tags[0] for _, tags in one.known])
        seconds = time.process_time() - started
        given[OURS + name] = tagger.predict(asked)[:, None] == tagger.classes_[None, :]
        facts += figures_of(one, tagger, {"set": one.name, "system": OURS + name}, seconds)
    given[PLAIN] = logistic(untuned.encode_queries(known), table, untuned.encode_queries(asked))
    given["5 nearest"] = nearest(chosen.encode_queries(known), table, chosen.encode_queries(asked))
    given["TF-IDF, logistic"] = tfidf_logistic(known, table, asked)
    return given, facts


def figures_of(one: TagSet, tagger: TagSuggester, name: Mapping[str, str], seconds: float) -> list[Row]:
    """Time, offers at the stated precision, calibration and out-of-scope texts."""
    asked = [text for text, _ in one.asked]
    wanted = one.table(one.asked) > 0
    p = tagger.predict_proba(asked)
    top, right = p.max(axis=1), wanted[np.arange(len(p)), p.argmax(axis=1)]
    offers = [{each.tag for each in row.tags} for row in tagger.suggest(asked)]
    hits = np.array([tags[0] in offer for offer, (_, tags) in zip(offers, one.asked, strict=True)], dtype=float)
    offered = np.array([len(offer) > 0 for offer in offers])
    choices = tagger.model_
    rows: list[Row] = [
        {**name, "metric": "CPU seconds to fit, given vectors", "value": seconds, "n": len(one.known)},
        {**name, "metric": "characters used", "value": float(choices.features.characters is not None)},
        mean_row(offered.astype(float), one.clusters, **name, metric=f"coverage at precision {PRECISION}"),
        {**name, "metric": "ECE", "value": ece(top, right), "null band": list(ece_null_band(top)), "n": len(top)},
    ]
    if offered.any():
        clusters = [cluster for cluster, there in zip(one.clusters, offered, strict=True) if there]
        rows.append(mean_row(hits[offered], clusters, **name, metric=f"right among offers at {PRECISION}"))
    if one.outside:
        outside = list(one.outside)
        rows.append(auroc_row(tagger.novelty(asked), tagger.novelty(outside), **name))
        novel = np.array([row.novel for row in tagger.suggest(outside)], dtype=float)
        rows.append(mean_row(novel, [str(i) for i in range(len(novel))], **name, metric="out of scope called novel"))
    return rows


def compared(one: TagSet, given: Mapping[str, Flags]) -> tuple[list[Row], list[Row]]:
    """Macro-F1 and accuracy of each system, and paired differences to logistic regression on the untuned encoder."""
    wanted = one.table(one.asked) > 0
    parts = {name: f1_parts(each, wanted) for name, each in given.items()}
    levels, gaps = macro_f1_rows(parts, one.clusters, PLAIN, set=one.name)
    for name, each in given.items():
        right = (each == wanted).all(axis=1).astype(float)
        levels.append(mean_row(right, one.clusters, set=one.name, system=name, metric="accuracy"))
    return levels, gaps


def desks(folder: Path, encoders: Mapping[str, Remembered], untuned: Remembered) -> tuple[list[Row], list[Row]]:
    """Macro-F1 over the tags of all desks: learnt from past tickets, asked for the answerable inquiries."""
    blocks: list[dict[str, Flags]] = []
    sets = [_desk(folder / "desks" / name) for name in DESKS]
    for one in sets:
        known, asked = [text for text, _ in one.known], [text for text, _ in one.asked]
        table, chosen = one.table(one.known), encoders[one.name]
        for encoder in {id(chosen): chosen, id(untuned): untuned}.values():
            encoder.prepare(one.texts)
        tagger = TagSuggester(encoder=chosen, precision=PRECISION).fit(known, [list(tags) for _, tags in one.known])
        blocks.append(
            {
                OURS: _as_flags(tagger.predict(asked), tagger.classes_),
                PLAIN: logistic(untuned.encode_queries(known), table, untuned.encode_queries(asked)),
                "5 nearest": nearest(chosen.encode_queries(known), table, chosen.encode_queries(asked)),
                "TF-IDF, logistic": tfidf_logistic(known, table, asked),
                "wanted": one.table(one.asked) > 0,
            }
        )
    wide = {name: _diagonal([block[name] for block in blocks]) for name in blocks[0]}
    wanted = wide.pop("wanted")
    clusters = [f"{one.name}/{cluster}" for one in sets for cluster in one.clusters]
    return macro_f1_rows({name: f1_parts(each, wanted) for name, each in wide.items()}, clusters, PLAIN, set="desks")


def report(content: Mapping[str, Any]) -> str:
    """The Markdown page."""
    facts = [row for row in content["facts"] if "low" in row]
    plain = [row for row in content["facts"] if "low" not in row]
    return "\n".join(
        (
            f"# Tags\n\n{', '.join(f'{key} {value}' for key, value in content['machine'].items())}\n",
            markdown(
                ["set", "system", "metric", "n", "value"],
                [[r["set"], r["system"], r["metric"], r["n"], figure(r)] for r in [*content["rows"], *facts]],
            ),
            "\n## Macro-F1 minus that of logistic regression on the untuned encoder\n",
            markdown(
                ["set", "system", "difference"], [[r["set"], r["system"], figure(r)] for r in content["differences"]]
            ),
            "\n## Time, calibration\n",
            markdown(
                ["set", "system", "metric", "value"],
                [[r["set"], r["system"], r["metric"], f"{r['value']:.3f}"] for r in plain],
            ),
        )
    )


def _as_flags(predicted: Sequence[tuple[str, ...]], classes: NDArray[Any]) -> Flags:
    return np.array([[tag in tags for tag in classes.tolist()] for tags in predicted], dtype=bool)


def _diagonal(blocks: Sequence[Flags]) -> Flags:
    wide = np.zeros((sum(len(each) for each in blocks), sum(each.shape[1] for each in blocks)), dtype=bool)
    row = column = 0
    for each in blocks:
        wide[row : row + len(each), column : column + each.shape[1]] = each
        row, column = row + len(each), column + each.shape[1]
    return wide


def _pairs(rows: Sequence[Row], label: str) -> list[tuple[str, str]]:
    return [(row["text"], row[label]) for row in rows]


def _set(
    name: str, known: Sequence[tuple[str, str]], asked: Sequence[tuple[str, str]], outside: tuple[str, ...] = ()
) -> TagSet:
    def several(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple((text, (tag,)) for text, tag in pairs)

    return TagSet(name, several(known), several(asked), tuple(text for text, _ in asked), outside)


def _xsid(folder: Path, language: str) -> TagSet:
    rows = read_lines(folder / f"{language}.valid.jsonl")
    known = _pairs(read_lines(folder / "en.valid.jsonl"), "intent")
    found = _set(f"xsid en→{language}", known, _pairs(rows, "intent"))
    return TagSet(found.name, found.known, found.asked, tuple(str(row["id"]).split("/")[0] for row in rows))


def _desk(folder: Path) -> TagSet:
    """Tickets to learn from, answerable inquiries to tag; their clusters are the articles that answer them."""
    tickets, inquiries = read_lines(folder / "tickets.jsonl"), read_lines(folder / "inquiries.jsonl")
    known = tuple((message(row), tuple(row["tags"])) for row in tickets)
    kept = [row for row in inquiries if row["gold"]]
    asked = tuple((message(row), tuple(row["tags"])) for row in kept)
    return TagSet(folder.name, known, asked, tuple(row["gold"][0] for row in kept))


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="benchmarks.training --part tags",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", help="folder of the development sets; FAQSUGGEST_DATA without it")
    parser.add_argument("--sets", default=",".join(SETS), help="some of them; figures of the others are kept")
    parser.add_argument("--encoder", default="default", help="what TagSuggester is judged on")
    parser.add_argument("--untuned", required=True, help="the untuned encoder, from python -m models.build base")
    parser.add_argument("--desk-encoder", action="append", help="DESK,DESK=ENCODER that has not seen these desks")
    parser.add_argument("--cache", help="folder that keeps vectors between runs")
    parser.add_argument(
        "--setfit", help="sentence-transformers folder of the untuned model, to tune on the 10-shot set"
    )
    parser.add_argument("--work", help="folder for checkpoints of --setfit")
    parser.add_argument("--results", default=str(RESULTS), help="folder to write to")
    return parser.parse_args(given)


if __name__ == "__main__":
    main()
