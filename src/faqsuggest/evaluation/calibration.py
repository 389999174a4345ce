"""Whether a confidence of 0.8 means right four times in five: see ``faqsuggest.calibration``."""

from faqsuggest.calibration import (
    BINS,
    Reliability,
    brier,
    ece,
    ece_null_band,
    equal_mass_bins,
    log_loss,
    reliability,
)

__all__ = ["BINS", "Reliability", "brier", "ece", "ece_null_band", "equal_mass_bins", "log_loss", "reliability"]
