"""Which pieces of the 250,002 the shipped encoder keeps.

Kept, in this order: the specials; every piece of one character, with and without the word mark, so that no character
becomes unknown; ASCII numbers and punctuation; pieces seen in help texts, desks and word lists of the five languages;
their case variants; then the most probable Latin-script pieces up to the number of rows that the size allows. The
choice is stored as a bit per piece in ``vocabulary.npz``, so a rebuild needs neither the texts nor the word lists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from .sources import vocabulary_texts

ROWS = 72_000
WORDS_PER_LANGUAGE = 100_000
WORD_LISTS = ("sv", "nb", "da", "fi", "en")
STORED = Path(__file__).with_name("vocabulary.npz")
MARK = "▁"
BATCH = 2_000
NUMBERS = re.compile(f"{MARK}?[!-@[-`{{-~]+")


def load() -> np.ndarray:
    """The stored choice: sorted ids of the kept pieces."""
    with np.load(STORED, allow_pickle=False) as stored:
        bits = np.unpackbits(stored["kept"])[: int(stored["pieces"])]
    return np.flatnonzero(bits)


def store(kept: np.ndarray, pieces: int) -> None:
    """Write the choice beside this module."""
    bits = np.zeros(pieces, dtype=np.uint8)
    bits[kept] = 1
    np.savez_compressed(STORED, kept=np.packbits(bits), pieces=np.int64(pieces))


def choose(pieces: list[tuple[str, float]], tokenizer: object, data: Path, rows: int = ROWS) -> np.ndarray:
    """Sorted ids of the pieces to keep, at most ``rows`` of them unless the first groups alone need more.

    ``tokenizer`` is the full one, of the package tokenizers; ``data`` the folder of development texts.
    """
    ids = {piece: i for i, (piece, _) in enumerate(pieces)}
    kept = set(range(4)) | {ids["<mask>"]}
    kept |= {i for i, (piece, _) in enumerate(pieces) if len(piece.removeprefix(MARK)) <= 1}
    kept |= {i for i, (piece, _) in enumerate(pieces) if NUMBERS.fullmatch(piece)}
    seen = _seen(tokenizer, vocabulary_texts(data)) | _seen(tokenizer, _words())
    kept |= seen | {ids[v] for i in seen for v in _case_variants(pieces[i][0]) if v in ids}
    by_score = sorted(range(len(pieces)), key=lambda i: (-pieces[i][1], i))
    fill = (i for i in by_score if i not in kept and _is_latin(pieces[i][0]))
    kept.update(i for i, _ in zip(fill, range(rows - len(kept)), strict=False))
    return np.array(sorted(kept), dtype=np.int64)


def _batches(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    remaining = iter(texts)
    while batch := list(islice(remaining, size)):
        yield batch


def _seen(tokenizer: object, texts: Iterable[str]) -> set[int]:
    seen: set[int] = set()
    for batch in _batches(texts, BATCH):
        seen.update(i for e in tokenizer.encode_batch(batch, add_special_tokens=False) for i in e.ids)
    return seen


def _words() -> Iterable[str]:
    # The lists are lower-cased; customers capitalise first words and shout.
    from wordfreq import top_n_list

    for language in WORD_LISTS:
        for word in top_n_list(language, WORDS_PER_LANGUAGE):
            yield word
            yield word.capitalize()


def _case_variants(piece: str) -> set[str]:
    mark, body = (MARK, piece[1:]) if piece.startswith(MARK) else ("", piece)
    return {mark + body.lower(), mark + body.upper(), mark + body.capitalize()}


def _is_latin(piece: str) -> bool:
    letters = [c for c in piece if c.isalpha()]
    return bool(letters) and all(unicodedata.name(c, "").startswith("LATIN") for c in letters)
