"""Tags for inquiries, learnt from tagged texts.

``inputs`` checks vectors, ``targets`` reads tags, ``features`` makes numbers of texts, ``head`` weighs them,
``neighbours`` lets known texts vote, ``folds`` and ``calibration`` say
what a score is worth, ``thresholds`` which probability keeps a stated precision, ``selection`` chooses by
cross-fitting, ``model`` holds all that is learnt, ``files`` stores it, ``suggester`` is ``TagSuggester``.
"""
