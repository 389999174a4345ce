"""The units of a base under stable numbers, in every index; many read them while one changes them."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqsuggest.data.answers import AnswerBook, Unit
from faqsuggest.encoders.base import Encoder
from faqsuggest.encoders.cache import CachedEncoder
from faqsuggest.errors import InputError
from faqsuggest.filters import Permissions
from faqsuggest.indexes.faiss_index import FaissIndex
from faqsuggest.indexes.lexical import LexicalIndex
from faqsuggest.indexes.locks import ForkSafeLock, ReadersWriterLock
from faqsuggest.passages import PassageStore, passage_texts
from faqsuggest.records import Article
from faqsuggest.text.privacy.slots import question_key

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Encoded:
    """New units with all that the indexes take, made before anything is changed."""

    units: list[Unit]
    texts: list[str]
    vectors: Vectors
    passages: list[Vectors]


class Units:
    """An ``AnswerBook`` and the indexes over its units.

    Args:
        encoder: Fitted; for units that come in.
        dimension: Length of its vectors.
    """

    def __init__(self, encoder: Encoder, dimension: int) -> None:
        self.book = AnswerBook()
        self.vectors = FaissIndex(dimension)
        self.lexical = LexicalIndex()
        self.passages = PassageStore(dimension)
        self.permissions = Permissions()
        self.encoder = encoder
        self._units: list[Unit | None] = []
        self._number: dict[str, int] = {}
        self._free: list[int] = []
        self._known: dict[int, set[int]] = {}
        self._keys: dict[int, tuple[int, ...]] = {}
        # asked for many times between two changes; filled by readers, who may fill in the same twice
        self._leads: dict[int, list[str]] = {}
        self._shown: dict[str, list[int]] = {}
        self._questions: dict[int, frozenset[str]] = {}
        self._spoken: Counter[str] = Counter()
        self._changing = ForkSafeLock()
        self._lock = ReadersWriterLock()

    def __len__(self) -> int:
        """Number of records."""
        return len(self.book.tickets) + len(self.book.articles)

    def reading(self) -> AbstractContextManager[None]:
        """Hold everything as it is for a ``with`` block, beside other readers."""
        return self._lock.reading()

    def remember(self, folder: str | Path) -> None:
        """Keep the vectors that ``encoder`` makes in a folder from now on, so that none is made twice."""
        self.encoder = CachedEncoder(self.encoder, folder=folder, roles=("query", "passage"))

    def change(self, edit: Callable[[AnswerBook], Collection[str]]) -> None:
        """Change the book and bring the indexes in line; readers see the state before or after, nothing between.

        New texts are encoded while readers go on. When ``edit`` or the encoder fails, nothing has changed.

        Args:
            edit: Changes the book that it is given and returns the names of the units that changed.

        Raises:
            InputError: The encoder makes vectors that cannot be compared.
        """
        with self._changing.held():
            draft = self.book.draft()
            changed = sorted(edit(draft))
            found = [unit for name in changed if (unit := draft.units.get(name)) is not None and unit.leads]
            encoded = self._encode(found)
            with self._lock.writing():
                self.book.accept(draft)
                self._leads.clear()
                self._shown.clear()
                self._drop(changed)
                self._put(encoded)

    def languages(self) -> tuple[str, ...]:
        """Languages that the records say they are in, in alphabetical order."""
        return tuple(sorted(code for code, count in self._spoken.items() if count))

    def at(self, number: int) -> Unit:
        """The unit with this number, which must be in use."""
        unit = self._units[number]
        if unit is None:
            raise KeyError(number)
        return unit

    def leads(self, number: int) -> list[str]:
        """Keys of the answers that the unit with this number leads to; see ``AnswerBook.answers_of``."""
        keys = self._leads.get(number)
        if keys is None:
            keys = self._leads[number] = self.book.answers_of(self.at(number))
        return keys

    def shown(self, key: str) -> list[int]:
        """Numbers of the units that may be shown for this answer, in the order of its versions."""
        numbers = self._shown.get(key)
        if numbers is None:
            numbers = self._shown[key] = [self._number[name] for name in self.book.answers[key].versions]
        return numbers

    def known(self, question: str) -> list[int]:
        """Numbers of the units that answer exactly the question with this key, ascending."""
        held = sorted(self._known.get(_key(question), ()))
        return [number for number in held if question in self._questions_of(number)]

    def _questions_of(self, number: int) -> frozenset[str]:
        """``known_questions``, kept for those that were asked again: of a crisis thousands of tickets ask one thing."""
        found = self._questions.get(number)
        if found is None:
            found = self._questions[number] = known_questions(self.at(number))
        return found

    def forget_vectors(self, texts: Sequence[str], folder: Path) -> None:
        """Erase what the cache of vectors in ``folder``, and this one in memory, remember of texts."""
        own = self.encoder if isinstance(self.encoder, CachedEncoder) else None
        (own or CachedEncoder(self.encoder, folder=folder)).forget(texts)

    def facts(self) -> dict[str, Any]:
        """What ``restore`` needs beside the records and the indexes, JSON-ready."""
        names = ["" if unit is None else unit.name for unit in self._units]
        return {"names": names, "groups": self.book.groups()}

    def known_keys(self) -> NDArray[np.uint64]:
        """Hashes of the known questions, of shape (n, 2): number of the unit, hash; in ascending order."""
        pairs = sorted((number, key) for number, keys in self._keys.items() for key in keys)
        return np.array(pairs, dtype=np.uint64).reshape(-1, 2)

    def restore(
        self,
        book: AnswerBook,
        names: Sequence[str],
        known: NDArray[np.uint64],
        indexes: tuple[FaissIndex, LexicalIndex, PassageStore],
    ) -> None:
        """Take up a saved state. Only for one that is still empty.

        Raises:
            ValueError: The parts do not belong together.
        """
        self.book = book
        self.vectors, self.lexical, self.passages = indexes
        if sorted(filter(None, names)) != sorted(name for name, unit in book.units.items() if unit.leads):
            raise ValueError("the names are not those of the units")
        for number, name in enumerate(names):
            if name:
                self._admit(number, book.units[name])
            else:
                self._vacate(number)
        if self.lexical.ids().tolist() != sorted(self._number.values()):
            raise ValueError("the index of words holds other units")
        for number, key in known.tolist():
            self._keys[number] = (*self._keys.get(number, ()), key)
            self._known.setdefault(key, set()).add(number)

    def _encode(self, units: list[Unit]) -> _Encoded:
        texts = [unit.text for unit in units]
        asked = [i for i, unit in enumerate(units) if unit.field == "question"]
        said = [i for i, unit in enumerate(units) if unit.field != "question"]
        vectors = np.zeros((len(units), self.vectors.dimension), dtype=np.float32)
        vectors[asked] = self._vectors(self.encoder.encode_queries, [texts[i] for i in asked])
        vectors[said] = self._vectors(self.encoder.encode_passages, [texts[i] for i in said])
        parts = [passage_texts(unit.record) if isinstance(unit.record, Article) else [] for unit in units]
        rows = self._vectors(self.encoder.encode_passages, [text for part in parts for text in part])
        ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
        return _Encoded(units, texts, vectors, np.split(rows, ends[:-1]) if units else [])

    def _vectors(self, encode: Callable[[Sequence[str]], Vectors], texts: list[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.vectors.dimension), dtype=np.float32)
        return checked_rows(encode(texts), len(texts), self.vectors.dimension, self.encoder.name)

    def _drop(self, names: Sequence[str]) -> None:
        numbers = [self._number.pop(name) for name in names if name in self._number]
        for number in numbers:
            self._vacate(number)
            self._questions.pop(number, None)
            for key in self._keys.pop(number, ()):
                self._known[key].discard(number)
                if not self._known[key]:
                    del self._known[key]
        if numbers:
            for index in (self.vectors, self.lexical, self.passages):
                index.remove(numbers)

    def _put(self, encoded: _Encoded) -> None:
        numbers = []
        for unit in encoded.units:
            number = heapq.heappop(self._free) if self._free else len(self._units)
            self._admit(number, unit)
            numbers.append(number)
            questions = known_questions(unit)
            self._keys[number] = tuple(sorted({_key(question) for question in questions}))
            if any(key in self._known for key in self._keys[number]):  # what came twice will come again
                self._questions[number] = questions
            for key in self._keys[number]:
                self._known.setdefault(key, set()).add(number)
        if not numbers:
            return
        self.lexical.add(numbers, encoded.texts)
        # A text in which the encoder finds nothing has a zero row: it is found by its spelling alone.
        kept = np.flatnonzero(encoded.vectors.any(axis=1))
        self.vectors.add(np.array(numbers, dtype=np.int64)[kept], encoded.vectors[kept])
        for number, rows in zip(numbers, encoded.passages, strict=True):
            self.passages.add(number, rows)

    def _admit(self, number: int, unit: Unit) -> None:
        if number == len(self._units):
            self._units.append(None)
        self._units[number] = unit
        self._number[unit.name] = number
        if unit.record.language:
            self._spoken[unit.record.language] += 1
        self.permissions.set(number, unit)

    def _vacate(self, number: int) -> None:
        if number == len(self._units):
            self._units.append(None)
        if (unit := self._units[number]) is not None and unit.record.language:
            self._spoken[unit.record.language] -= 1
        self._units[number] = None
        self.permissions.set(number, None)
        heapq.heappush(self._free, number)


def known_questions(unit: Unit) -> frozenset[str]:
    """The keys of the questions that a unit is known to answer: a title, a past question with and without its frame."""
    record = unit.record
    if isinstance(record, Article):
        return frozenset({question_key(record.title)} - {""})
    if unit.field == "reply":
        return frozenset()
    return frozenset({question_key(record.question), question_key(unit.text)} - {""})


def checked_rows(vectors: Vectors, count: int, dimension: int, encoder: str) -> Vectors:
    """What an encoder returned, if it can be compared.

    Raises:
        InputError: The shape is another, or a number is NaN or infinite.
    """
    rows = np.asarray(vectors)
    if rows.shape != (count, dimension) or rows.dtype.kind != "f":
        raise InputError(
            f"encoder {encoder} must return numbers of shape ({count}, {dimension}), got {rows.dtype} of shape "
            f"{rows.shape}; mend the encoder"
        )
    broken = int(np.count_nonzero(~np.isfinite(rows).all(axis=1)))
    if broken:
        raise InputError(
            f"encoder {encoder} must return finite numbers, got NaN or infinity in {broken} of {count} rows; mend the "
            "encoder, or return zeros for texts in which it finds nothing"
        )
    return rows.astype(np.float32, copy=False)


def _key(question: str) -> int:
    return int.from_bytes(hashlib.blake2b(question.encode("utf-8"), digest_size=8).digest(), "little")
