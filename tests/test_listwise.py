from dataclasses import replace

import numpy as np
import pytest

from faqsuggest.calibrated import Confidence
from faqsuggest.confidence import Calibrator, assess
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import CorruptStoreError, InputError
from faqsuggest.evidence import COLUMNS
from faqsuggest.filters import Filters
from faqsuggest.listwise import SILENT, ListwiseRanker, _in_every_case, unranked, weighed
from faqsuggest.outcomes import Case, ask, in_order_of
from faqsuggest.ranking import FusionWeights, rank
from faqsuggest.retrieval import read_inquiries, search
from faqsuggest.suggester import Suggester

TEXT, TITLE, LENGTH = COLUMNS.index("text"), COLUMNS.index("title_words"), COLUMNS.index("length")
LANGUAGE = COLUMNS.index("language")
LETTER = 4.0  # logarithm of the words of an inquiry that is not short


def drawn(n, seed=0, *, weight=3.0):
    """Tables whose right candidate is drawn by the softmax of ``weight`` times one column."""
    rng = np.random.default_rng(seed)
    tables, right = [], []
    for _ in range(n):
        table = rng.normal(size=(5, len(COLUMNS)))
        table[:, COLUMNS.index("repeat")], table[:, LENGTH] = 0.0, LETTER
        chances = np.exp(weight * table[:, TITLE])
        chosen = rng.choice(5, p=chances / chances.sum())
        tables.append(table)
        right.append(np.arange(5) == chosen)
    return tables, right


def ranker_of(**weights):
    table = np.zeros(len(COLUMNS))
    for name, weight in weights.items():
        table[COLUMNS.index(name)] = weight
    return ListwiseRanker(weights=table, scale=np.ones(len(COLUMNS)))


def test_fit_recovers_the_weight_of_a_conditional_logit():
    ranker = ListwiseRanker.fit(*drawn(3000), strength=0.1)
    per_unit = ranker.weights / ranker.scale
    assert per_unit[TITLE] == pytest.approx(3.0, abs=0.2)
    assert np.abs(np.delete(per_unit, TITLE)).max() < 0.2


def test_columns_of_the_order_itself_have_no_say():
    ranker = ListwiseRanker.fit(*drawn(50))
    assert all(ranker.weights[COLUMNS.index(name)] == 0.0 for name in SILENT)
    assert ListwiseRanker.fit(*drawn(50), without=("title_words",)).weights[TITLE] == 0.0


def in_another_language(table, _, rng):
    table[:, LANGUAGE] = rng.random(5) < 0.5
    return table[:, LANGUAGE] == 0.0


def short(table, number, _):
    table[:, LENGTH] = 1.5 if number % 2 else LETTER
    return bool(number % 2)


@pytest.mark.parametrize(("name", "case"), [("foreign", in_another_language), ("brief", short)])
def test_other_languages_and_short_inquiries_have_weights_of_their_own(name, case):
    rng = np.random.default_rng(0)
    tables, right = [], []
    for number in range(3000):
        table = rng.normal(size=(5, len(COLUMNS)))
        table[:, [COLUMNS.index("repeat"), LANGUAGE, LENGTH]] = 0.0, 1.0, LETTER
        # in the case the text alone tells, else the title alone
        scores = 3.0 * np.where(case(table, number, rng), table[:, TEXT], table[:, TITLE])
        chances = np.exp(scores - scores.max())
        tables.append(table)
        right.append(np.arange(5) == rng.choice(5, p=chances / chances.sum()))
    ranker = ListwiseRanker.fit(tables, right, strength=0.1)
    usual, other = ranker.weights / ranker.scale, (ranker.weights + getattr(ranker, name)) / ranker.scale
    assert usual[[TITLE, TEXT]] == pytest.approx([3.0, 0.0], abs=0.25)
    assert other[[TITLE, TEXT]] == pytest.approx([0.0, 3.0], abs=0.25)
    again = ListwiseRanker.from_dict(ranker.to_dict())
    assert again.scores(tables[0]) == pytest.approx(ranker.scores(tables[0]), abs=1e-3)


@pytest.mark.parametrize("values", [[1.0, 2.0], [1.0, 2.0, 0.5]])
def test_an_order_saved_without_weights_for_other_languages_or_short_inquiries_is_read(values):
    ranker = ListwiseRanker.from_dict({"text": values})
    assert ranker.scale[TEXT] == 2.0
    assert ranker.foreign[TEXT] == (values[2] if len(values) > 2 else 0.0)
    assert not ranker.brief.any()


def test_little_history_stays_with_the_start():
    start = ListwiseRanker.fit(*drawn(2000), strength=0.1)
    few = ListwiseRanker.fit(*drawn(5, 1, weight=-3.0), start=start)
    many = ListwiseRanker.fit(*drawn(3000, 1, weight=-3.0), start=start)
    assert few.weights[TITLE] > 1.0
    assert many.weights[TITLE] < -1.5


def test_order_puts_repeats_first_and_leaves_equals_as_they_came():
    table = np.zeros((4, len(COLUMNS)))
    table[:, TITLE] = [0.5, 1.0, 0.5, 0.0]
    table[3, COLUMNS.index("repeat")] = 1.0
    assert ranker_of(title_words=1.0).order(table).tolist() == [3, 1, 0, 2]


def test_arranged_table_names_the_first_and_its_odds():
    table = np.zeros((2, len(COLUMNS)))
    table[:, TITLE] = [0.0, 1.0]
    ranker = ranker_of(title_words=2.0)
    found = ranker.arranged(table, ranker.order(table))
    assert found[:, COLUMNS.index("first")].tolist() == [1.0, 0.0]
    # of two candidates the log-odds are the difference of their sums
    assert found[:, COLUMNS.index("standing")] == pytest.approx([2.0, -2.0], abs=1e-6)
    order, back = unranked(np.where(np.array(COLUMNS) == "fused", [[0.2], [0.9]], found))
    assert order.tolist() == [1, 0]
    assert back[:, COLUMNS.index("standing")].tolist() == [0.0, 0.0]
    assert back[:, COLUMNS.index("first")].tolist() == [1.0, 0.0]


def test_saved_order_is_the_same_and_strangers_are_refused():
    ranker = ListwiseRanker.fit(*drawn(100))
    again = ListwiseRanker.from_dict(ranker.to_dict())
    table = drawn(1, 9)[0][0]
    assert again.scores(table) == pytest.approx(ranker.scores(table), abs=1e-3)
    with pytest.raises(CorruptStoreError, match="cannot be read"):
        ListwiseRanker.from_dict({"unheard": [1.0, 1.0]})
    with pytest.raises(CorruptStoreError, match="cannot be read"):
        ListwiseRanker.from_dict({"text": [1.0, 0.0]})


def test_nothing_to_learn_from_is_refused():
    tables, right = drawn(3)
    with pytest.raises(InputError, match="a right and a wrong candidate"):
        ListwiseRanker.fit(tables, [np.zeros(5, dtype=bool)] * 3)
    with pytest.raises(InputError, match="equal lengths"):
        ListwiseRanker.fit(tables, right[:2])


@pytest.fixture
def suggester():
    titles = ("Byta lösenord", "Betala faktura", "Följa leverans", "Lämna retur", "Avsluta konto")
    kb = KnowledgeBase.from_records(
        articles=[
            {"id": f"a{i}", "title": title, "body": f"Så gör du för att {title.lower()} hos oss i dag."}
            for i, title in enumerate(titles)
        ]
    )
    return Suggester(encoder="char-ngrams", privacy="off").fit(kb)


def test_learnt_order_is_what_suggest_shows(suggester):
    text = "hur betalar jag en faktura och byter lösenord"
    (inquiry,) = read_inquiries([text], None, suggester.encoder_)
    ranked = rank(search(suggester.units_, inquiry, 5, Filters()), FusionWeights())
    backwards = ranker_of(fused=-1.0)
    turned, table = weighed(ranked, inquiry, backwards)
    assert [one.found.answer.key for one in turned] == [one.found.answer.key for one in reversed(ranked)]
    assert table[:, COLUMNS.index("first")].tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    plain = [hit.id for hit in suggester.suggest(text, k=5, min_confidence=0)]
    calibrator = Calibrator.fit(*drawn(50))
    confidence = Confidence(calibrator=calibrator, ranker=backwards)
    hits = suggester.use_confidence(confidence).suggest(text, k=5, min_confidence=0)
    assert [hit.id for hit in hits] == plain[::-1]
    falling = [one.confidence for one in assess(ranked, inquiry, calibrator, ranker=backwards)]
    assert falling == sorted(falling, reverse=True)


def test_exact_repeat_stays_first_whatever_was_learnt(suggester):
    kb = KnowledgeBase.from_records(
        tickets=[
            {"id": f"t{i}", "created_at": "2025-01-01T00:00:00Z", "question": question, "reply": f"Svar {i} {question}"}
            for i, question in enumerate(
                ("Var är min leverans?", "Kan jag få tillbaka pengarna?", "Vad kostar frakten?")
            )
        ]
    )
    suggester.fit(kb).use_confidence(Confidence(calibrator=Calibrator.fit(*drawn(50)), ranker=ranker_of(fused=-9.0)))
    assert suggester.suggest("Vad kostar frakten?", k=3, min_confidence=0)[0].sources == ("t2",)


def test_outcomes_know_the_order_that_the_hybrid_would_have_had(suggester):
    case = Case(id="1", text="hur betalar jag en faktura och byter lösenord", right=frozenset({"article/a1"}))
    plain = ask(suggester.units_, suggester.encoder_, suggester.ranking, [case])[0]
    learnt = replace(suggester.ranking, ranker=ranker_of(fused=-1.0))
    turned = ask(suggester.units_, suggester.encoder_, learnt, [case])[0]
    assert turned.keys == plain.keys[::-1]
    back = in_order_of(turned, None)
    assert back.keys == plain.keys
    assert back.right.tolist() == plain.right.tolist()
    assert back.table == pytest.approx(plain.table)


def test_saved_confidence_keeps_its_order(suggester, tmp_path):
    ranker = ListwiseRanker.fit(*drawn(100))
    suggester.use_confidence(Confidence(calibrator=Calibrator.fit(*drawn(50)), ranker=ranker)).save(tmp_path / "m")
    again = Suggester.load(tmp_path / "m").ranking.ranker
    assert again.weights == pytest.approx(ranker.weights, abs=1e-4)


def test_weights_of_the_hybrid_come_with_the_confidence_that_was_learnt_on_them(suggester, tmp_path):
    text = "hur betalar jag en faktura och byter lösenord"
    spelling = FusionWeights(passage=0, lexical=1, question=0, lexical_question=0, imputed=0)
    confidence = Confidence(calibrator=Calibrator.fit(*drawn(50)), weights=spelling)
    assert suggester.ranking.weights == FusionWeights()
    suggester.use_confidence(confidence).save(tmp_path / "m")
    (inquiry,) = read_inquiries([text], None, suggester.encoder_)
    found = search(suggester.units_, inquiry, 5, Filters())
    ranked = rank(found, spelling)
    plain = rank(found, FusionWeights())
    assert [one.found for one in ranked] != [one.found for one in plain], "else the order would tell nothing"
    again = Suggester.load(tmp_path / "m")
    for served in (suggester, again):
        assert served.ranking.weights == spelling
        shown = [hit.id for hit in served.suggest(text, k=5, min_confidence=0)]
        assert shown == [one.found.version.record.id for one in ranked]
    own = Suggester(encoder="char-ngrams", weights=FusionWeights(lexical=0.5)).fit(again.kb_).use_confidence(confidence)
    assert own.ranking.weights == FusionWeights(lexical=0.5), "weights of the caller's own go before"


def test_confidences_saved_without_weights_are_read_and_damaged_ones_are_refused():
    found = Confidence(calibrator=Calibrator.fit(*drawn(50)), weights=FusionWeights(question=0.1)).to_dict()
    assert Confidence.from_dict(found).weights == FusionWeights(question=0.1)
    assert Confidence.from_dict({name: value for name, value in found.items() if name != "weights"}).weights is None
    for wrong in ({"question": 11.0}, {"question": "much"}, {"none": 0.1}, [0.1], "0.1"):
        with pytest.raises(CorruptStoreError, match="calibrate again"):
            Confidence.from_dict(found | {"weights": wrong})


def test_what_is_learnt_is_what_is_scored():
    rng = np.random.default_rng(5)
    tables = [rng.normal(size=(5, len(COLUMNS))) for _ in range(300)]
    for table in tables:
        table[:, LENGTH] = rng.uniform(0.5, 4.0)
        table[:, LANGUAGE] = rng.integers(0, 2, 5)
        table[:, COLUMNS.index("repeat")] = 0.0
    right = [table[:, TEXT] + table[:, COLUMNS.index("meant_rare")] > 1.0 for table in tables]
    ranker = ListwiseRanker.fit(tables, right)
    for table in tables[:20]:
        np.testing.assert_allclose(ranker.scores(table), _in_every_case(table, ranker.scale) @ ranker._joint)


def test_concepts_have_no_say_in_a_short_question_but_what_was_learnt_for_it():
    meant = np.zeros(len(COLUMNS))
    meant[COLUMNS.index("meant_answer")] = 1.0
    letters = ListwiseRanker(weights=meant, scale=np.ones(len(COLUMNS)))
    short = ListwiseRanker(weights=np.zeros(len(COLUMNS)), scale=np.ones(len(COLUMNS)), brief=meant)
    table = np.zeros((2, len(COLUMNS)))
    table[:, LANGUAGE], table[:, COLUMNS.index("meant_answer")] = 1.0, [0.0, 1.0]
    for length, of_letters, of_short in ((LETTER, 1.0, 0.0), (1.0, 0.0, 0.125)):
        table[:, LENGTH] = length
        assert np.diff(letters.scores(table)) == pytest.approx([of_letters])
        assert np.diff(short.scores(table)) == pytest.approx([of_short])
