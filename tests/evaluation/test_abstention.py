import numpy as np
import pytest

from faqsuggest.errors import InputError
from faqsuggest.evaluation import abstention


def test_abstentions_stay_in_the_denominator_of_coverage():
    confidence = [0.9, -np.inf, -np.inf, -np.inf]
    assert abstention.at_threshold(confidence, [1, 0, 0, 0], 0.5) == (0.25, 1.0)
    assert abstention.at_threshold(confidence, [1, 0, 0, 0], -np.inf) == (0.25, 1.0)
    assert abstention.coverage_precision(confidence, [1, 0, 0, 0]).coverage.tolist() == [0.25]


def test_silence_has_no_precision():
    coverage, precision = abstention.at_threshold([0.1, 0.2], [1, 1], 0.9)
    assert coverage == 0.0
    assert np.isnan(precision)


def test_curve_takes_a_tie_as_one_step():
    curve = abstention.coverage_precision([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0])
    assert curve.threshold.tolist() == [0.9, 0.5, 0.1]
    assert curve.coverage.tolist() == [0.25, 0.75, 1.0]
    assert curve.precision.tolist() == pytest.approx([1.0, 2 / 3, 0.5])


def test_coverage_at_a_precision_that_is_never_reached_is_none():
    assert abstention.coverage_at_precision([0.9, 0.8], [0, 1], 0.9) == (0.0, float("inf"))


def test_areas_by_hand():
    # order right, wrong, right: risks 0, 1/2, 1/3; shown-and-wrong shares 0, 1/3, 1/3
    assert abstention.aurc([0.9, 0.8, 0.1], [1, 0, 1]) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    assert abstention.augrc([0.9, 0.8, 0.1], [1, 0, 1]) == pytest.approx((0 + 1 / 3 + 1 / 3) / 3)


def test_ties_count_against():
    assert abstention.augrc([0.5, 0.5], [1, 0]) == pytest.approx((1 / 2 + 1 / 2) / 2)


def test_random_abstention_gives_half_the_error_rate_and_knowledge_is_told_from_it():
    rng = np.random.default_rng(0)
    right = rng.random(4000) < 0.6
    assert abstention.augrc(rng.random(4000), right) == pytest.approx(0.2, abs=0.015)
    assert abstention.augrc_p_value(rng.random(400), right[:400], draws=300) > 0.01
    assert abstention.augrc_p_value(right[:400] + rng.normal(0, 1, 400), right[:400], draws=300) < 0.01


def test_bad_input_is_named():
    with pytest.raises(InputError, match="got 2 and 1"):
        abstention.aurc([0.1, 0.2], [1])
    with pytest.raises(InputError, match="1 of 2 do"):
        abstention.aurc([0.1, np.nan], [1, 0])
