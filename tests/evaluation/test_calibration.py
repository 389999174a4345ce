import numpy as np
import pytest

from faqsuggest.errors import InputError
from faqsuggest.evaluation import calibration


def test_by_hand():
    assert calibration.brier([0.8, 0.3], [1, 0]).tolist() == pytest.approx([0.04, 0.09])
    assert calibration.log_loss([0.8, 0.3], [1, 0]).tolist() == pytest.approx([-np.log(0.8), -np.log(0.7)])
    assert calibration.ece([0.8, 0.8, 0.2, 0.2], [1, 1, 0, 0], bins=2) == pytest.approx(0.2)


def test_a_sure_mistake_costs_much_but_not_infinitely():
    assert calibration.log_loss([1.0], [0])[0] == pytest.approx(13.8155, abs=1e-3)


def test_equal_confidences_share_a_bin_whatever_their_order():
    confidence = np.repeat([0.2, 0.6], 50)
    right = np.tile([1, 0], 50)
    table = calibration.reliability(confidence, right)
    assert table.n.tolist() == [50, 50]
    shuffled = np.random.default_rng(1).permutation(100)
    assert calibration.ece(confidence[shuffled], right[shuffled]) == calibration.ece(confidence, right)


def test_bins_have_equal_mass():
    table = calibration.reliability(np.linspace(0.01, 0.99, 300), np.zeros(300))
    assert table.n.tolist() == [20] * 15


@pytest.mark.parametrize(("n", "upper"), [(200, 0.117), (500, 0.078), (1000, 0.053), (2000, 0.038)])
def test_null_band_is_near_the_published_one(n, upper):
    confidence = np.random.default_rng(3).random(n)
    assert calibration.ece_null_band(confidence, draws=300)[1] == pytest.approx(upper, rel=0.25)


def test_a_calibrated_model_is_inside_the_band_and_a_bold_one_outside():
    rng, inside = np.random.default_rng(4), 0
    confidence = rng.random(1000)
    low, high = calibration.ece_null_band(confidence, draws=500)
    for _ in range(100):
        right = rng.random(1000) < confidence
        inside += low <= calibration.ece(confidence, right) <= high
        assert calibration.ece(np.sqrt(confidence), right) > high
    assert 88 <= inside <= 100


def test_only_probabilities_are_taken():
    with pytest.raises(InputError, match=r"between 0 and 1; got 0\.5 to 1\.5"):
        calibration.brier([0.5, 1.5], [0, 1])
