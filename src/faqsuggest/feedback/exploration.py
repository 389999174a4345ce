"""Orders drawn by lot with known probabilities, so that what a place is worth can be told from what an answer is worth.

Neighbours are swapped in a small share of the slates: Joachims, Swaminathan & Schnabel 2017, "Unbiased Learning-to-Rank
with Biased Feedback", arXiv:1608.04468, section 5.3, with the neighbours of Radlinski & Joachims 2006 ("FairPairs"),
which cost the reader least.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from faqsuggest.errors import InputError

MOST = 0.5


@dataclass(frozen=True, slots=True)
class Exploration:
    """How often neighbours change places.

    Attributes:
        share: Of the slates, from 0 to ``MOST``, in which one pair of neighbours is swapped.
        seed: Of the draws. A draw depends on it and on the slate's name alone, in whichever process it falls.

    Raises:
        InputError: The share lies outside.

    Example:
        >>> Exploration(0.2).draw("slate-8", [False, False, False])
        ([0, 1, 2], 0.8)
    """

    share: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.share, bool) or not isinstance(self.share, (int, float)) or not 0 <= self.share <= MOST:
            raise InputError(
                f"explore, the share of slates that exploration changes, lies from 0 to {MOST}, got {self.share!r}"
            )

    def draw(self, slate_id: str, fixed: Sequence[bool]) -> tuple[list[int], float]:
        """An order of the places, and the probability with which it is drawn.

        Args:
            slate_id: Name of the slate.
            fixed: For each place whether it must stay, as an exact repeat does.

        Returns:
            Places in the order to show, and a probability above 0.
        """
        order = list(range(len(fixed)))
        pairs = [place for place in order[:-1] if not fixed[place] and not fixed[place + 1]]
        if not pairs or not self.share:
            return order, 1.0
        lot = _lot(f"{self.seed}/{slate_id}")
        if lot >= self.share:
            return order, 1.0 - self.share
        place = pairs[min(int(lot / self.share * len(pairs)), len(pairs) - 1)]
        order[place], order[place + 1] = order[place + 1], order[place]
        return order, self.share / len(pairs)


def _lot(name: str) -> float:
    """From 0 to below 1, evenly over names."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=6).digest(), "little") / float(1 << 48)
