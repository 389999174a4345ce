import json

import numpy as np
import pytest

from faqsuggest.errors import InputError
from faqsuggest.training.gate import Gate, Measure


def outcomes(n, gained, lost, right=0.7):
    """Champion and challenger: so many turned over, evenly spread over the inquiries."""
    champion = np.zeros(n)
    champion[: round(n * right)] = 1.0
    challenger = champion.copy()
    challenger[:lost] = 0.0
    challenger[n - gained :] = 1.0
    mixed = np.random.default_rng(1).permutation(n)
    return challenger[mixed], champion[mixed]


def judged(gate, gained, lost, n=500, slices=None):
    [verdict] = gate.judge([Measure("ranking", "hit@3", *outcomes(n, gained, lost))], slices or {})
    return verdict


def test_six_points_of_five_hundred_are_enough():
    verdict = judged(Gate(), gained=50, lost=20)
    assert (verdict.promoted, verdict.reason) == (True, "better in hit@3")
    row = verdict.rows[0]
    assert row.difference == pytest.approx(0.06)
    assert (row.challenger, row.champion, row.n) == (pytest.approx(0.76), pytest.approx(0.70), 500)
    assert 0 < row.low < 0.06 < row.high
    assert row.p < 0.01


def test_equal_and_worse_are_not_promoted():
    assert judged(Gate(), gained=30, lost=30).reason == "not shown to be better"
    assert judged(Gate(), gained=0, lost=0).rows[0].p == 1.0
    assert judged(Gate(), gained=0, lost=0).promoted is False
    worse = judged(Gate(), gained=10, lost=60)
    assert (worse.promoted, worse.rows[0].outcome) == (False, "may be worse")


def test_too_few_inquiries_promote_nothing():
    verdict = judged(Gate(fewest=200), gained=50, lost=0, n=199)
    assert (verdict.promoted, verdict.reason) == (False, "only 199 later inquiries, 200 are needed")


def test_a_slice_that_pays_for_the_rest_vetoes():
    n = 600
    finnish = np.arange(n) < 120
    champion = np.tile([1.0, 1.0, 0.0], n // 3)
    challenger = champion.copy()
    challenger[~finnish & (np.arange(n) % 6 == 5)] = 1.0
    challenger[finnish & (np.arange(n) % 9 == 0)] = 0.0
    measure = Measure("ranking", "hit@3", challenger, champion)
    slices = {"language=fi": finnish, "language=sv": ~finnish}
    [verdict] = Gate().judge([measure], slices)
    assert verdict.promoted is False
    assert verdict.reason == "better overall, but worse for language=fi (hit@3)"
    outcome = {row.slice: row.outcome for row in verdict.rows}
    assert outcome == {"all": "better", "language=fi": "worse", "language=sv": "not worse"}
    [tolerant] = Gate(fewest_in_slice=121).judge([measure], slices)
    assert tolerant.promoted is True
    assert {row.slice: row.outcome for row in tolerant.rows}["language=fi"] == "too few"


def test_a_gain_may_not_be_bought_with_another_measure():
    hits = Measure("ranking", "hit@3", *outcomes(500, 50, 20))
    rng = np.random.default_rng(0)
    honest = -rng.uniform(0, 0.2, 500)
    [verdict] = Gate().judge([hits, Measure("ranking", "brier", honest - 0.05, honest)], {})
    assert (verdict.promoted, verdict.reason) == (False, "better, but may be worse in brier")
    [better] = Gate().judge([hits, Measure("ranking", "brier", honest + 0.05, honest)], {})
    assert better.reason == "better in hit@3, brier"


def test_parts_are_judged_apart_but_share_the_correction():
    weak = outcomes(500, 34, 17)
    alone = Gate().judge([Measure("ranking", "hit@3", *weak)], {})
    assert alone[0].promoted is True
    together = Gate().judge(
        [
            Measure("ranking", "hit@3", *weak),
            Measure("tags", "f1", *outcomes(500, 20, 18)),
            Measure("tags", "brier", *outcomes(500, 18, 20)),
        ],
        {},
    )
    assert [(each.part, each.promoted) for each in together] == [("ranking", False), ("tags", False)]
    assert together[0].rows[0].p == pytest.approx(3 * alone[0].rows[0].p)


def test_whole_customers_are_swapped():
    challenger, champion = outcomes(400, 40, 16)
    one_customer = np.where(challenger > champion, 0, np.arange(400) + 1)
    [verdict] = Gate().judge([Measure("ranking", "hit@3", challenger, champion)], {}, one_customer)
    assert verdict.promoted is False


def test_new_data_serves_unless_it_does_harm():
    gate = Gate()
    assert gate.harmless(Measure("data", "hit@3", *outcomes(500, 5, 5))).promoted is True
    assert gate.harmless(Measure("data", "hit@3", *outcomes(150, 0, 60))).reason == (
        "too few later inquiries to judge it"
    )
    harm = gate.harmless(Measure("data", "hit@3", *outcomes(500, 0, 60)))
    assert (harm.promoted, harm.reason) == (False, "worse")
    assert gate.harmless(Measure("data", "hit@3", *outcomes(300, 5, 8))).promoted is True


def test_inquiries_without_a_value_are_left_out():
    challenger, champion = outcomes(500, 50, 20)
    challenger[:100] = champion[:100] = np.nan
    [verdict] = Gate().judge([Measure("ranking", "hit@3", challenger, champion)], {"half": np.arange(500) < 300})
    assert [row.n for row in verdict.rows] == [400, 200]


def test_a_verdict_is_json_ready_and_empty_slices_are_left_out():
    nothing = np.full(500, np.nan)
    [verdict] = Gate().judge([Measure("tags", "f1", nothing, nothing)], {"none": np.zeros(500, bool)})
    assert json.loads(json.dumps(verdict.to_dict(), allow_nan=False))["rows"][0]["difference"] is None
    known = judged(Gate(), 50, 20, slices={"none": np.zeros(500, bool), "all of it": np.ones(500, bool)})
    assert [row.slice for row in known.rows] == ["all", "all of it"]
    assert known.to_dict()["rows"][0]["n"] == 500


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alpha": 0.0}, "alpha of Gate must lie between 0 and 1, got 0.0"),
        ({"margin": True}, "margin of Gate must lie between 0 and 1, got True"),
        ({"fewest": 49}, "fewest of Gate must be a whole number of 50 or more, got 49"),
        ({"most": 100}, "most of Gate must not be below fewest, got 100 and 200"),
        ({"by": ("colour",)}, "by of Gate may hold .*got 'colour'"),
        ({"by": "language"}, "by of Gate may hold .*got 'language'"),
    ],
)
def test_values_out_of_range_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        Gate(**options)
