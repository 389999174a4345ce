"""What another order would have brought, from the feedback log; refused where the log cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from faqsuggest.errors import InputError
from faqsuggest.evaluation.counterfactual import PolicyValue, snips
from faqsuggest.feedback.records import Slate

Order = Callable[[Slate], Sequence[str]]
_UNSEEN = 0.05


def as_ranked(slate: Slate) -> list[str]:
    """The order without exploration: what to compare others with."""
    return [one.answer for one in sorted(slate.shown, key=lambda one: one.rank)]


def order_value(slates: Iterable[Slate], order: Order, *, places: int = 1, seed: int = 0) -> PolicyValue:
    """How often one of the first ``places`` answers would be used, were the answers shown in another order.

    Self-normalised importance sampling over the orders that exploration drew (see ``counterfactual.snips``); whole
    users are resampled. It needs no model of how people read a list, but a log in which the wanted order had a chance.

    Args:
        slates: With at least one suggestion each; others are left out.
        order: From a slate to the ids of its answers in the wanted order, such as ``as_ranked``.
        places: The reward is the best ``Shown.reward`` among so many first places.
        seed: Of the resampling.

    Returns:
        The value with its 95 % interval.

    Raises:
        InputError: In more than 5 % of the slates the wanted order could not have been shown, as in every log without
            exploration for every order but its own; or the effective sample size is below 100.

    Example:
        >>> from datetime import UTC, datetime
        >>> from faqsuggest.feedback.records import Showing, Shown
        >>> pair = tuple(Shown(answer=a, kind="article", confidence=0.5, rank=i) for i, a in enumerate("ab", 1))
        >>> log = [Slate(id=str(i), at=datetime(2026, 1, 1, tzinfo=UTC), showing=Showing(), query="Hej", shown=pair)
        ...        for i in range(200)]
        >>> order_value(log, as_ranked).value
        0.0
        >>> order_value(log, lambda slate: as_ranked(slate)[::-1])
        Traceback (most recent call last):
            ...
        faqsuggest.errors.InputError: the log cannot tell: in 200 of 200 slates the wanted order had no chance to be \
shown; log with exploration (use_feedback_log(…, explore=0.1)), or ask for an order that swaps one pair of neighbours
    """
    kept = [slate for slate in slates if slate.shown]
    wanted = [list(order(slate)) for slate in kept]
    seen = [chance_of(slate, each) > 0 for slate, each in zip(kept, wanted, strict=True)]
    if not kept or seen.count(False) > _UNSEEN * len(kept):
        raise InputError(
            f"the log cannot tell: in {seen.count(False)} of {len(kept)} slates the wanted order had no chance to be "
            "shown; log with exploration (use_feedback_log(…, explore=0.1)), or ask for an order that swaps one pair "
            "of neighbours"
        )
    return snips(
        [max(one.reward for one in slate.shown[:places]) for slate in kept],
        [slate.propensity for slate in kept],
        [float([one.answer for one in slate.shown] == each) for slate, each in zip(kept, wanted, strict=True)],
        [slate.showing.user or slate.id for slate in kept],
        seed=seed,
    )


def chance_of(slate: Slate, wanted: Sequence[str]) -> float:
    """Probability with which exploration would have shown the slate's answers in this order; 0 where it could not."""
    by_rank = sorted(slate.shown, key=lambda one: one.rank)
    usual = [one.answer for one in by_rank]
    pairs = [place for place in range(len(usual) - 1) if not by_rank[place].fixed and not by_rank[place + 1].fixed]
    share = slate.explore if pairs else 0.0
    if list(wanted) == usual:
        return 1.0 - share
    swaps = [[*usual[:place], usual[place + 1], usual[place], *usual[place + 2 :]] for place in pairs]
    return share / len(pairs) if list(wanted) in swaps else 0.0
