"""What the library would have done, and how sure one can be of it.

In reading order: ``splits`` and ``duplicates`` (what may be known at test time), ``judging`` (graded relevance
without hand labels), ``metrics``, ``abstention`` and ``calibration`` (one definition each), ``bootstrap`` (intervals
and paired tests), ``baselines`` (what anyone could do), ``experiment`` (``evaluate``), ``replay`` (history in time
order), ``report`` (tables, comparison, one HTML file), ``typing_metrics`` (the search box), ``counterfactual``
(deflection and click logs).
"""
