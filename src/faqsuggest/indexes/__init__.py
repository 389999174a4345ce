"""Vectors or terms in, candidate ids out.

    base.py      the two protocols, ``Hits``, and the checks every index shares
    exact.py     ``ExactIndex``: plain numpy, the oracle of the contract suite
    rows.py      append-only storage of vectors with copy-on-write snapshots
    faiss_index.py   ``FaissIndex``: exact while small, inverted lists above, always scored exactly
    faiss_lists.py   FAISS itself: lists that are trained, extended and read
    ngrams.py    texts to counted, hashed character n-grams
    postings.py  sealed segments of counted n-grams: by document and by n-gram
    lexical.py   ``LexicalIndex``: cosine of character n-gram TF-IDF

Ids are small non-negative integers that the caller hands out densely; every list is ordered by score, then by id.
"""
