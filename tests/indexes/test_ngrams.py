import numpy as np
import pytest

from faqsuggest.indexes.ngrams import BUCKETS, count_ngrams


def sklearn_counts(text):
    from sklearn.feature_extraction.text import CountVectorizer

    ngrams = CountVectorizer(analyzer="char_wb", ngram_range=(3, 5)).build_analyzer()(text)
    return sorted({ngram: ngrams.count(ngram) for ngram in ngrams}.values())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "ab",
        "å i",
        "abc",
        "Hej  HEJ\thej\n",
        "banan banan",
        "x" * 30,
        "\ud800 ok",
        "🙂🙂 ja",
        "a\u00a0b",
        "straße STRASSE",
    ],
)
def test_same_counts_as_sklearn(text):
    bounds, buckets, counts = count_ngrams([text])
    assert sorted(counts.tolist()) == sklearn_counts(text)
    assert bounds.tolist() == [0, len(buckets)]


def test_a_text_does_not_hang_on_its_neighbours():
    texts = ["", "glömt lösenord", "a", "", "kort å", "lösenord"]
    bounds, buckets, counts = count_ngrams(texts)
    for number, text in enumerate(texts):
        part = slice(bounds[number], bounds[number + 1])
        _, alone, alone_counts = count_ngrams([text])
        assert buckets[part].tolist() == alone.tolist()
        assert counts[part].tolist() == alone_counts.tolist()
        assert np.all(np.diff(alone) > 0)


def test_buckets_are_spread_and_fixed():
    bounds, buckets, _ = count_ngrams([" ".join(str(number) for number in range(20_000))])
    filled = len(np.unique(buckets >> 10))
    assert (bounds[1], filled) == (len(buckets), BUCKETS >> 10)
    # part of the saved format: another hash would read old folders wrongly
    assert count_ngrams(["å"])[1].tolist() == [834011]


def test_more_than_can_be_counted():
    assert count_ngrams(["a " * 300])[2].tolist() == [255]
