"""A mapping drawn over another: changes are kept apart until they are committed."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Layer(MutableMapping[K, V], Generic[K, V]):
    """Reads through to the mapping below, which stays as it is until ``commit``.

    Example:
        >>> below = {"a": 1, "b": 2}
        >>> layer = Layer(below)
        >>> layer["c"] = 3
        >>> del layer["a"]
        >>> sorted(layer), sorted(below)
        (['b', 'c'], ['a', 'b'])
        >>> layer.commit()
        >>> below
        {'b': 2, 'c': 3}
    """

    def __init__(self, below: MutableMapping[K, V]) -> None:
        self._below = below
        self._set: dict[K, V] = {}
        self._gone: set[K] = set()

    def commit(self) -> None:
        """Write the changes into the mapping below."""
        for key in self._gone:
            del self._below[key]
        self._below.update(self._set)
        self._set, self._gone = {}, set()

    def __getitem__(self, key: K) -> V:
        if key in self._set:
            return self._set[key]
        if key in self._gone:
            raise KeyError(key)
        return self._below[key]

    def __setitem__(self, key: K, value: V) -> None:
        # A key that was taken out stays so below, so that it comes back at the end, as in a dict.
        self._set[key] = value

    def __delitem__(self, key: K) -> None:
        if key not in self:
            raise KeyError(key)
        self._set.pop(key, None)
        if key in self._below:
            self._gone.add(key)

    def __contains__(self, key: object) -> bool:
        return key in self._set or (key in self._below and key not in self._gone)

    def __iter__(self) -> Iterator[K]:
        yield from (key for key in self._below if key not in self._gone)
        yield from (key for key in self._set if key not in self._below or key in self._gone)

    def __len__(self) -> int:
        return sum(1 for _ in self)
