"""The challenger's order: refitted where that proves better, put away where the fixed hybrid does."""

import numpy as np
import pytest

from faqsuggest.calibrated import Confidence
from faqsuggest.confidence import Calibrator
from faqsuggest.evidence import COLUMNS
from faqsuggest.listwise import ListwiseRanker
from faqsuggest.outcomes import Case, Outcome
from faqsuggest.training.challenge import Contender, Trial, learnt_confidence
from faqsuggest.training.walk import Passed

TITLE, FUSED = COLUMNS.index("title_words"), COLUMNS.index("fused")


def ranker_of(**weights):
    table = np.zeros(len(COLUMNS))
    for name, weight in weights.items():
        table[COLUMNS.index(name)] = weight
    return ListwiseRanker(weights=table, scale=np.ones(len(COLUMNS)))


def passed(n, seed, *, title=2.0, fused=2.0):
    """What a walk finds, in the order of the hybrid: two columns tell the right candidate."""
    rng, found = np.random.default_rng(seed), []
    for place in range(n):
        table = rng.normal(size=(5, len(COLUMNS)))
        table[:, [COLUMNS.index(name) for name in ("repeat", "standing")]] = 0.0
        table[:, COLUMNS.index("length")] = 4.0  # of letters: short inquiries have further weights
        table = table[np.argsort(-table[:, FUSED])]
        chances = np.exp(title * table[:, TITLE] + fused * table[:, FUSED])
        right = np.arange(5) == rng.choice(5, p=chances / chances.sum())
        case = Case(id=f"{seed}-{place}", text="", right=frozenset())
        found.append(Outcome(case, table, right, tuple("abcde"), (frozenset(),) * 5))
    return Passed(found)


def start_of(ranker):
    told = passed(300, 9).outcomes
    calibrator = Calibrator.fit([each.table for each in told], [each.right for each in told])
    return Confidence(calibrator=calibrator, ranker=ranker)


def trial_of(start, earlier, after):
    learnt = learnt_confidence(earlier, start)
    contender = Contender(after.outcomes, learnt, None, 0.5)
    return Trial(None, earlier, after, start, contender, contender, None)


def test_a_refitted_order_serves_and_is_learnt_anew_from_what_ships():
    start, earlier, after = start_of(ranker_of(fused=2.0)), passed(400, 0), passed(400, 1)
    trial = trial_of(start, earlier, after)
    learnt = trial.challenger.confidence
    assert learnt.ranker.weights[TITLE] > 0.5
    assert trial.served(refit=False) is learnt
    served = trial.served(refit=True)
    assert served.calibrator.inquiries == 400
    # more inquiries move it further from what ships; were it held to the challenger's it would count these twice
    assert learnt.ranker.weights[TITLE] < served.ranker.weights[TITLE] < 2.2


def test_an_order_without_better_stays_and_a_losing_one_goes():
    after = passed(200, 1)
    right = ranker_of(fused=2.0, title_words=2.0)
    trial = trial_of(start_of(right), passed(240, 2), after)
    assert trial.challenger.confidence.ranker is right
    assert trial.served(refit=True).ranker is right
    losing = trial_of(start_of(ranker_of(fused=-2.0)), passed(240, 2, title=0.0), after)
    assert losing.challenger.confidence.ranker is None
    assert losing.served(refit=True).ranker is None


@pytest.mark.parametrize("n", [20, 119])
def test_too_little_history_leaves_the_order(n):
    start = start_of(ranker_of(fused=2.0))
    assert learnt_confidence(passed(n, 0), start).ranker is start.ranker
