"""What suggestions are worth at a desk, with every assumption on the table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Minutes that a desk can measure with a stop-watch; replace them by your own.

    Attributes:
        write: Minutes to find and write an answer without help.
        read: Minutes to read a suggestion, right or wrong.
        edit: Minutes to rewrite a suggestion entirely; a share of the words costs that share.
    """

    write: float = 6.0
    read: float = 0.5
    edit: float = 5.0


def minutes_saved(shown: NDArray[np.bool_], right: NDArray[np.bool_], edit: Values, given: Assumptions) -> Values:
    """Minutes saved on each inquiry, negative where a suggestion only cost time; 0 where nothing was shown.

    A right suggestion saves the writing and costs the reading and the editing, at most what writing costs; a wrong
    one costs the reading. Where the edit share is not known the whole editing is charged.
    """
    editing = np.minimum(np.nan_to_num(edit, nan=1.0) * given.edit, given.write)
    return np.where(shown, np.where(right, given.write - editing, 0.0) - given.read, 0.0)
