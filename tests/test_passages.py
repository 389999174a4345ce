import numpy as np
import pytest
from contracts.small_base import article

from faqsuggest.errors import CorruptStoreError
from faqsuggest.passages import MOST, PassageStore, passage_texts, passages_of


def test_short_articles_by_sentence_and_long_ones_by_run():
    assert passages_of(article("1", "Ett här. Två där.\nTre")) == ["Ett här.", "Två där.", "Tre"]
    assert passages_of(article("1", "")) == []
    long = passages_of(article("1", " ".join(f"Mening nummer {i} står här." for i in range(50))))
    assert len(long) <= MOST
    assert " ".join(long).count("Mening") == 50
    assert passage_texts(article("1", "Ett.", title="T")) == ["T\nEtt."]


def test_a_caller_may_change_the_list_of_passages():
    passages_of(article("1", "Ett här. Två där.")).clear()
    assert passages_of(article("2", "Ett här. Två där.")) == ["Ett här.", "Två där."]


def store():
    made = PassageStore(2)
    made.add(3, np.array([[1, 0], [0.6, 0.8]], np.float32))
    made.add(5, np.array([[0, 1]], np.float32))
    made.add(4, np.zeros((0, 2), np.float32))
    return made


def test_best_passage_of_each_unit():
    scores, places = store().best(np.array([0, 1], np.float32), [5, 9, 3, 4])
    np.testing.assert_allclose(scores, [1, np.nan, 0.8, np.nan], atol=1e-3)
    assert places.tolist() == [0, -1, 1, -1]


def test_replace_and_remove():
    made = store()
    made.add(3, np.array([[1, 0]], np.float32))
    made.remove([5, 77])
    scores, places = made.best(np.array([1, 0], np.float32), [3, 5])
    assert (scores[0], places.tolist()) == (1, [0, -1])


def test_saved_and_loaded_also_when_empty(tmp_path):
    for number, made in enumerate((store(), PassageStore(2))):
        folder = tmp_path / str(number)
        folder.mkdir()
        made.save(folder)
        query = np.array([0.6, 0.8], np.float32)
        for left, right in zip(
            made.best(query, [3, 4, 5]), PassageStore.load(folder).best(query, [3, 4, 5]), strict=True
        ):
            np.testing.assert_array_equal(left, right)
    np.save(tmp_path / "0" / "lengths.npy", np.array([1, 1]))
    with pytest.raises(CorruptStoreError, match="do not belong together"):
        PassageStore.load(tmp_path / "0")
