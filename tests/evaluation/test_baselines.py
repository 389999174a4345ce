from dataclasses import replace

import numpy as np
import pytest
from toy_systems import TOPICS, at, history

from faqsuggest.calibrated import Confidence
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.encoders import CharNgramEncoder, load_encoder
from faqsuggest.errors import NotFittedError
from faqsuggest.evaluation.baselines import FrequentAnswer, Nearest, standard_baselines, untrained
from faqsuggest.evaluation.weighting import Bm25, CharTfidf
from faqsuggest.policy import Sample
from faqsuggest.ranking import FusionWeights
from faqsuggest.records import Article, Ticket
from faqsuggest.suggester import Suggester
from faqsuggest.text.normalise import fold

WORDS = [f"ord{number}" for number in range(60)]


def test_bm25_equals_the_oracle():
    import bm25s

    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, size=rng.integers(3, 30))) for _ in range(200)]
    oracle = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
    oracle.index([fold(text).split() for text in texts], show_progress=False)
    ours = Bm25()
    counts = ours.count(texts)
    weights = ours.documents(counts, ours.rarity(counts))
    for _ in range(50):
        query = rng.choice(WORDS, size=5, replace=False).tolist()
        scores = (weights @ ours.queries(ours.count([" ".join(query)]), ours.rarity(counts)).T).toarray()[:, 0]
        np.testing.assert_allclose(scores, oracle.get_scores(query), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["BM25", "char TF-IDF", "frequent answer"])
def test_each_finds_what_was_sent_and_offers_it_once(name):
    system = standard_baselines()[name].fit(history())
    (found,) = system.suggest_many(["lösenord krånglar"], k=3)
    assert TOPICS["lösenord"] in found[0].text
    replies = [each.text for each in found if each.kind == "reply"]
    assert len(replies) == len(set(replies))


@pytest.mark.parametrize("weighting", [Bm25, CharTfidf])
def test_adding_equals_fitting_and_removing_undoes_it(weighting):
    base = history()
    some = KnowledgeBase(base.tickets[:60], base.articles)
    grown, whole = Nearest(weighting=weighting()).fit(some), Nearest(weighting=weighting()).fit(base)
    first = grown.suggest_many(["retur krånglar"], k=3)
    grown.add(tickets=base.tickets[60:])
    late = {ticket.id for ticket in base.tickets[60:]}
    texts = [ticket.question for ticket in base.tickets[::7]]
    same = [
        [(each.text, pytest.approx(each.confidence, abs=1e-6)) for each in found] for found in whole.suggest_many(texts)
    ]
    assert [[(each.text, each.confidence) for each in found] for found in grown.suggest_many(texts)] == same
    grown.remove(late)
    assert [each.id for each in grown.suggest_many(["retur krånglar"], k=3)[0]] == [each.id for each in first[0]]


def test_brands_stay_apart():
    tickets = tuple(
        Ticket(id=brand, created_at=at(0), question="retur", reply=f"svar {brand}", brand=brand) for brand in ("a", "b")
    )
    for system in standard_baselines().values():
        found = system.fit(KnowledgeBase(tickets)).suggest_many(["retur"], k=5, brand="b")[0]
        assert [each.id for each in found] == ["b"]


def test_internal_articles_are_not_offered():
    base = KnowledgeBase(articles=(Article(id="a", title="retur", body="x", audience="internal"),))
    assert Nearest(weighting=Bm25()).fit(base).suggest_many(["retur"]) == [[]]


def test_most_frequent_answer_comes_first_in_the_language_asked():
    rows = [("sv", "vanlig"), ("sv", "vanlig"), ("sv", "ovanlig"), ("fi", "yleinen")]
    tickets = tuple(
        Ticket(id=f"{n}", created_at=at(n), question="retur", reply=reply, language=language, tags=("retur",))
        for n, (language, reply) in enumerate(rows)
    )
    system = FrequentAnswer().fit(KnowledgeBase(tickets))
    assert [each.text for each in system.suggest_many(["retur"], language="sv")[0]] == ["vanlig", "ovanlig"]
    assert system.suggest_many(["retur"], language="fi")[0][0].text == "yleinen"


def test_empty_bases_and_texts_give_no_answer():
    for system in standard_baselines().values():
        assert system.fit(KnowledgeBase()).suggest_many(["hej", ""]) == [[], []]


def fitted(**parameters):
    return Suggester(**{"encoder": "char-ngrams", **parameters}).fit(history())


def test_nothing_learnt_needs_no_untrained_library_beside_it():
    assert untrained({}) == {}
    assert untrained({"other": Nearest(weighting=Bm25())}) == {}
    assert untrained({"as it comes": fitted(precision=0.7)}) == {}


@pytest.mark.parametrize("learnt", ["weights", "calibrated", "encoder", "class"])
def test_whatever_was_learnt_stands_beside_the_untrained_library(learnt):
    class Own(Suggester):
        """A class that learns in ways of its own."""

    class Renamed(CharNgramEncoder):
        name = "tuned"

    made = {
        "weights": lambda: fitted(weights=FusionWeights(), precision=0.7),
        "calibrated": lambda: fitted(precision=0.7).use_confidence(calibrated()),
        "encoder": lambda: fitted(encoder=Renamed(), precision=0.7),
        "class": lambda: Own(encoder="char-ngrams", precision=0.7).fit(history()),
    }[learnt]()
    (beside,) = untrained({"trained": made}).values()
    assert type(beside) is Suggester
    told = beside.get_params(deep=False)
    assert (told["precision"], told["weights"]) == (0.7, None)
    assert told["encoder"] == ("default" if learnt == "encoder" else "char-ngrams")
    assert untrained({"trained": made, "plain": fitted()}) == {}


def calibrated():
    """Outcomes of a hundred inquiries, as ``calibrate`` leaves them."""
    shipped = Confidence.shipped(load_encoder("default"))
    return replace(shipped, own=Sample(np.linspace(0, 1, 100), np.ones(100, dtype=bool)))


def test_unfitted_is_named():
    for system in (Nearest(weighting=Bm25()), FrequentAnswer()):
        with pytest.raises(NotFittedError, match="call fit"):
            system.suggest_many(["hej"])
