import pytest
from toy_systems import suggestion

from faqsuggest.errors import InputError
from faqsuggest.evaluation.typing_metrics import measure_typing, type_in, with_typo


class Box:
    """Shows the titles that begin with what was typed."""

    titles = ("faktura", "fakta om oss", "frakt", "retur")

    def complete(self, text, k=5):
        return [suggestion(id=title) for title in self.titles if title.startswith(text)][:k]


def test_keystrokes_until_the_answer_is_among_the_first():
    assert type_in(Box(), "frakt", ["frakt"], k=1).keystrokes == 2
    assert type_in(Box(), "frakt", ["frakt"], k=3).keystrokes == 1
    assert type_in(Box(), "frakt", ["frakt"], k=1).saved == pytest.approx(3 / 5)


def test_never_found_costs_the_whole_query_and_one_more():
    typed = type_in(Box(), "kvitto", ["retur"])
    assert (typed.keystrokes, typed.saved, typed.empty) == (7, 0.0, 1.0)


def test_mean_reciprocal_rank_over_prefixes():
    # f: third, fr … frakt: first
    assert type_in(Box(), "frakt", ["frakt"]).reciprocal_rank == pytest.approx((1 / 3 + 4) / 5)


def test_flicker_is_the_share_of_the_list_that_changes():
    # f: three titles, fr: one of them, then unchanged
    assert type_in(Box(), "frakt", ["frakt"]).flicker == pytest.approx((2 / 3 + 0 + 0 + 0) / 4)


def test_table_has_intervals_and_counts():
    frame = measure_typing(Box(), ["frakt", "retur", "kvitto"], [["frakt"], ["retur"], ["retur"]]).set_index("metric")
    assert frame.loc["found", "value"] == pytest.approx(2 / 3)
    assert frame.loc["keystrokes", "value"] == pytest.approx((1 + 1 + 7) / 3)
    assert frame.loc["p95 ms per keystroke", "n"] == 16
    assert (frame["low"].dropna() <= frame["value"][frame["low"].notna()]).all()


def test_typos_are_repeatable_and_keep_the_letters():
    assert with_typo("lösenord", seed=1) == with_typo("lösenord", seed=1) != "lösenord"
    assert sorted(with_typo("lösenord", seed=2)) == sorted("lösenord")
    assert with_typo("aa") == "aa"
    assert measure_typing(Box(), ["retur"], [["retur"]], typos=True).set_index("metric").loc["empty", "value"] > 0


def test_bad_arguments_are_named():
    with pytest.raises(InputError, match="got 0 characters and 1 answers"):
        type_in(Box(), "", ["a"])
    with pytest.raises(InputError, match="got 1 and 0"):
        measure_typing(Box(), ["a"], [])
