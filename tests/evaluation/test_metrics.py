import numpy as np
import pytest

from faqsuggest.errors import InputError
from faqsuggest.evaluation import metrics
from faqsuggest.evaluation.metrics import Ranking


def one(offered, judged):
    return Ranking.from_lists([offered], [judged])


def test_right_answer_in_second_place_scores_one_half():
    ranking = one([("a", 0.9), ("b", 0.5)], {"b": 3})
    assert metrics.reciprocal_rank(ranking, k=10).tolist() == [0.5]
    assert metrics.hit(ranking, k=1).tolist() == [0.0]
    assert metrics.hit(ranking, k=2).tolist() == [1.0]


def test_abstention_stays_in_the_denominator():
    ranking = Ranking.from_lists([[("a", 1.0)], []], [{"a": 3}, {"a": 3}])
    for name, options in [
        ("hit", {"k": 1}),
        ("recall", {"k": 1}),
        ("reciprocal_rank", {}),
        ("ndcg", {"k": 5}),
        ("average_precision", {}),
        ("judged", {"k": 1}),
        ("bpref", {}),
    ]:
        assert getattr(metrics, name)(ranking, **options).mean() == 0.5, name


def test_ties_are_counted_against_the_system():
    ranking = one([("right", 0.7), ("wrong", 0.7), ("unjudged", 0.7)], {"right": 3, "wrong": 0})
    assert metrics.reciprocal_rank(ranking).tolist() == [1 / 3]


def test_an_answer_listed_twice_counts_once():
    ranking = one([("a", 0.9), ("a", 0.8), ("b", 0.7)], {"a": 3, "b": 3})
    assert metrics.recall(ranking, k=2).tolist() == [1.0]
    assert metrics.average_precision(ranking).tolist() == [1.0]


def test_grade_below_the_level_is_no_hit_but_has_gain():
    ranking = one([("same tag", 0.9), ("sent", 0.8)], {"same tag": 1, "sent": 3})
    assert metrics.hit(ranking, k=1).tolist() == [0.0]
    assert metrics.ndcg(ranking, k=2)[0] == pytest.approx((1 + 3 / np.log2(3)) / (3 + 1 / np.log2(3)))


def test_unjudged_answers_are_reported_and_left_out_of_bpref():
    ranking = one([("x", 0.9), ("y", 0.8), ("right", 0.7)], {"right": 3, "wrong": 0})
    assert metrics.judged(ranking, k=3).tolist() == [1 / 3]
    assert metrics.bpref(ranking).tolist() == [1.0]
    assert metrics.reciprocal_rank(ranking).tolist() == [1 / 3]


def test_no_inquiries_and_no_offers_give_no_error():
    assert metrics.hit(Ranking.from_lists([], []), k=3).tolist() == []
    assert metrics.reciprocal_rank(Ranking.from_lists([[]], [{}])).tolist() == [0.0]


def test_lists_and_judgements_must_match():
    with pytest.raises(InputError, match="one mapping for each of the 2 lists; got 1"):
        Ranking.from_lists([[], []], [{}])
    with pytest.raises(InputError, match="k of a ranking metric must be 1 or more; got 0"):
        metrics.hit(Ranking.from_lists([[]], [{}]), k=0)


def random_run(rng):
    lists, judged = [], []
    for _ in range(rng.integers(1, 8)):
        pool = [f"d{number:02d}" for number in range(20)]
        offered = rng.choice(pool, size=rng.integers(0, 13), replace=False).tolist()
        scores = rng.integers(0, 6, size=len(offered)) / 5.0  # few values: many ties
        known = rng.choice(pool, size=rng.integers(1, 13), replace=False).tolist()
        top = rng.choice([0, 1, 4])  # some inquiries have no relevant answer at all
        lists.append(list(zip(offered, scores.tolist(), strict=True)))
        judged.append({answer: int(rng.integers(0, top + 1)) for answer in known})
    return lists, judged


def strict_scores(offered, grades):
    """The same order without ties, for a library that breaks ties by name."""
    order = sorted(offered, key=lambda pair: (-pair[1], grades.get(pair[0], 0.0), pair[0]))
    return {answer: float(len(order) - place) for place, (answer, _) in enumerate(order)}


def test_metrics_equal_the_oracle_on_200_random_runs():
    import ir_measures
    from ir_measures import AP, RR, Bpref, Judged, R, Success, nDCG

    oracle = {
        Success(rel=2) @ 1: lambda r: metrics.hit(r, 1),
        Success(rel=2) @ 3: lambda r: metrics.hit(r, 3),
        R(rel=2) @ 5: lambda r: metrics.recall(r, 5),
        RR(rel=2): lambda r: metrics.reciprocal_rank(r, 1000),
        nDCG @ 5: lambda r: metrics.ndcg(r, 5),
        nDCG @ 10: lambda r: metrics.ndcg(r, 10),
        AP(rel=2): metrics.average_precision,
        Bpref(rel=2): metrics.bpref,
        Judged @ 5: lambda r: metrics.judged(r, 5),
    }
    rng, compared = np.random.default_rng(5), 0
    for _ in range(200):
        lists, judged = random_run(rng)
        ranking = Ranking.from_lists(lists, judged)
        ours = {measure: values(ranking) for measure, values in oracle.items()}
        qrels = {str(q): grades for q, grades in enumerate(judged)}
        run = {str(q): strict_scores(lists[q], judged[q]) for q in range(len(lists)) if lists[q]}
        if not run:
            continue
        for row in ir_measures.iter_calc(list(oracle), qrels, run):
            assert ours[row.measure][int(row.query_id)] == pytest.approx(row.value, abs=1e-9), row.measure
            compared += 1
    assert compared > 5000
