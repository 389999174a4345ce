import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator, estimator_checks_generator

from faqsuggest.encoders import CachedEncoder, CharNgramEncoder
from faqsuggest.errors import CorruptStoreError, IncompatibleStoreError, InputError, NotFittedError, StoreError
from faqsuggest.store.arrays import write_array
from faqsuggest.training import TagSuggester
from faqsuggest.training.tags import files, head, model, neighbours
from faqsuggest.training.tags.calibration import OWN_FROM, TagCalibration
from faqsuggest.training.tags.folds import fold_of
from faqsuggest.training.tags.head import Head
from faqsuggest.training.tags.thresholds import TagThresholds, best_cut, chosen

WORDS = {
    "faktura": "fakturan betala belopp avgift påminnelse förfallodag",
    "leverans": "paket leverans bud försening spåra ombud",
    "konto": "lösenord inloggning konto användarnamn koden spärrat",
    "retur": "returnera byta storlek ångerrätt reklamation trasig",
}


def tickets(count, seed=0, tags=tuple(WORDS), noise=0.0):
    """Invented texts of two to four words of a tag's own, in filler; ``noise`` is the share of wrong tags."""
    rng = np.random.default_rng(seed)
    texts, labels = [], []
    for _ in range(count):
        tag = tags[rng.integers(len(tags))]
        words = rng.choice(WORDS[tag].split(), size=rng.integers(2, 5), replace=False)
        filler = rng.choice("hej undrar om min kan ni hjälpa tack snälla idag".split(), size=4, replace=False)
        texts.append(" ".join(rng.permutation([*words, *filler])))
        labels.append(tags[rng.integers(len(tags))] if rng.random() < noise else tag)
    return texts, labels


def tagger(**options):
    return TagSuggester(encoder="char-ngrams", **options)


@pytest.fixture(scope="module")
def fitted():
    return tagger().fit(*tickets(240))


def test_one_tag_a_text(fitted):
    texts, labels = tickets(80, seed=1)
    probabilities = fitted.predict_proba(texts)
    assert fitted.classes_.tolist() == sorted(WORDS)
    assert probabilities.shape == (80, 4)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert fitted.predict(texts).tolist() == fitted.classes_[probabilities.argmax(axis=1)].tolist()
    assert fitted.score(texts, labels) >= 0.97


def test_suggest_offers_sure_tags_and_says_why(fitted):
    (found,) = fitted.suggest(["hej jag vill spåra mitt paket som är försenat"])
    assert [each.tag for each in found.tags] == ["leverans"]
    assert found.tags[0].probability >= found.tags[0].threshold
    assert found.probabilities == {"leverans": found.tags[0].probability}
    assert json.loads(json.dumps(found.to_dict()))["tags"][0]["tag"] == "leverans"
    assert not found.novel


def test_a_text_without_content_or_of_a_new_kind_gets_no_tag(fitted):
    empty, strange, usual = fitted.suggest(["  ", "wxqz jkyp vfgh", "fakturan belopp avgift betala"])
    assert (empty.tags, empty.novel, empty.novelty) == ((), True, 1.0)
    assert (strange.tags, strange.novel) == ((), True)
    assert [each.tag for each in usual.tags] == ["faktura"]
    assert strange.novelty > 0.95 > usual.novelty
    texts, _ = tickets(200, seed=5)
    assert np.mean([each.novel for each in fitted.suggest(texts)]) <= 0.12


def test_several_tags_a_text_as_lists_or_joined():
    first, one = tickets(160, seed=2)
    second, two = tickets(160, seed=3)
    texts = [f"{a} {b}" for a, b in zip(first, second, strict=True)]
    lists = [sorted({a, b}) for a, b in zip(one, two, strict=True)]
    by_list = tagger().fit(texts, lists)
    by_text = tagger().fit(texts, [";".join(tags) for tags in lists])
    np.testing.assert_array_equal(by_list.predict_proba(texts), by_text.predict_proba(texts))
    asked = ["fakturan belopp betala hej returnera trasig storlek", "paket leverans bud ombud"]
    assert set(by_list.predict(asked)[0]) == {"faktura", "retur"}
    assert by_list.predict(asked)[1] == ("leverans",)
    assert by_list.score(texts, lists) >= 0.9
    assert len({round(value, 6) for value in by_list.predict_proba(asked).sum(axis=1)} - {1.0}) == 2


def test_the_closed_set_holds_and_says_which_tags_have_no_data():
    texts, labels = tickets(60)
    found = tagger(tags=[*WORDS, "presentkort", "klagomål"]).fit(texts, labels)
    table = found.to_frame().set_index("tag")
    assert table.loc[["klagomål", "presentkort"], "status"].tolist() == ["no data", "no data"]
    assert table.loc["faktura", "examples"] == labels.count("faktura")
    assert "presentkort" not in found.classes_
    assert {each.tag for row in found.suggest(texts) for each in row.tags} <= set(WORDS)
    with pytest.raises(InputError, match=r"'retur'.* not in the declared set of 3"):
        tagger(tags=["faktura", "leverans", "konto"]).fit(texts, labels)


@pytest.mark.parametrize("shots", [1, 3, 5])
def test_few_examples_share_a_calibration(shots):
    texts, labels = tickets(400, seed=4)
    few = [i for tag in WORDS for i in [j for j, label in enumerate(labels) if label == tag][:shots]]
    found = tagger().fit([texts[i] for i in few], [labels[i] for i in few])
    status = set(found.to_frame()["status"])
    assert status == ({"not calibrated"} if shots == 1 else {"shared calibration"})
    assert found.score(*tickets(100, seed=6)) >= (0.5 if shots == 1 else 0.7)


def test_probabilities_are_calibrated_and_offers_keep_the_precision_on_noisy_tags():
    found = tagger(precision=0.8).fit(*tickets(800, noise=0.1))
    texts, labels = tickets(1500, seed=9, noise=0.1)
    p = found.predict_proba(texts)
    right = np.array(labels)[:, None] == found.classes_[None, :]
    assert abs(p.max(axis=1).mean() - right[np.arange(len(p)), p.argmax(axis=1)].mean()) < 0.04
    for column in range(4):
        assert abs(p[:, column].mean() - right[:, column].mean()) < 0.04
    offers = [each.tag == label for row, label in zip(found.suggest(texts), labels, strict=True) for each in row.tags]
    assert len(offers) > 1000
    assert np.mean(offers) >= 0.8
    assert found.to_frame()["guaranteed"].all()


def test_the_same_texts_give_the_same_tagger_in_any_order_of_repeats():
    texts, labels = tickets(120)
    one, two = tagger().fit(texts, labels), tagger().fit(texts, labels)
    asked = tickets(30, seed=7)[0]
    np.testing.assert_array_equal(one.predict_proba(asked), two.predict_proba(asked))
    assert one.suggest(asked) == two.suggest(asked)


def test_repeats_of_a_text_share_a_fold_and_tags_are_spread():
    table = np.eye(3, dtype=np.float32)[np.arange(90) % 3]
    keys = [f"k{i % 45}" for i in range(90)]
    folds = fold_of(keys, table, 5, seed=0)
    assert all(folds[i] == folds[i + 45] for i in range(45))
    counts = [np.bincount(folds[table[:, tag] > 0], minlength=5) for tag in range(3)]
    assert all(row.min() == 6 and row.max() == 6 for row in counts)
    order = np.random.default_rng(0).permutation(90)
    np.testing.assert_array_equal(fold_of([keys[i] for i in order], table[order], 5, seed=0), folds[order])


def test_the_head_finds_the_minimum_that_scikit_learn_finds():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 6)).astype(np.float32)
    y = (x[:, :3] + rng.normal(size=(300, 3))).argmax(axis=1)
    ours = Head.fit(x, np.eye(3, dtype=np.float32)[y], c=0.5, exclusive=True)
    theirs = LogisticRegression(C=0.5, tol=1e-8, max_iter=2000).fit(x, y)
    np.testing.assert_allclose(ours.weights.T, theirs.coef_, atol=5e-3)
    p = theirs.predict_proba(x)
    np.testing.assert_allclose(ours.scores(x), np.log(p) - np.log1p(-p), atol=2e-2)
    several = Head.fit(x, np.eye(3, dtype=np.float32)[y], c=0.5, exclusive=False)
    for tag in range(3):
        lone = LogisticRegression(C=0.5, tol=1e-8, max_iter=2000).fit(x, y == tag)
        np.testing.assert_allclose(several.weights[:, tag], lone.coef_[0], atol=5e-3)


def test_the_head_takes_texts_in_blocks_and_may_begin_from_weights_of_a_part(monkeypatch):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(300, 6)).astype(np.float32)
    table = np.eye(3, dtype=np.float32)[(x[:, :3] + rng.normal(size=(300, 3))).argmax(axis=1)]
    whole = Head.fit(x, table, c=0.5, exclusive=True)
    part = Head.fit(x[:200], table[:200], c=0.5, exclusive=True)
    monkeypatch.setattr(head, "_BLOCK", 77)
    np.testing.assert_allclose(Head.fit(x, table, c=0.5, exclusive=True).weights, whole.weights, atol=5e-3)
    further = Head.fit(x, table, c=0.5, exclusive=True, start=part)
    np.testing.assert_allclose(further.weights, whole.weights, atol=5e-3)
    assert np.abs(part.weights - whole.weights).max() > 0.05


def test_settings_of_an_earlier_fit_are_taken_over(monkeypatch):
    texts, labels = tickets(200, seed=21)
    first = tagger().fit(texts, labels)
    monkeypatch.setattr(model, "choose", lambda *_, **__: pytest.fail("chosen anew"))
    monkeypatch.setattr(model, "choose_votes", lambda *_, **__: pytest.fail("chosen anew"))
    again = tagger().fit(texts, labels, like=first)
    assert again.model_.settings == first.model_.settings
    np.testing.assert_array_equal(again.predict_proba(texts[:9]), first.predict_proba(texts[:9]))
    with pytest.raises(NotFittedError):
        tagger().fit(texts, labels, like=tagger())


def test_with_fewer_texts_than_features_the_minimum_is_the_same():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(3)
    x = rng.normal(size=(40, 90)).astype(np.float32)
    y = x[:, 0] + x[:, 1] > 0
    ours = Head.fit(x, np.stack([y, ~y], axis=1).astype(np.float32), c=0.2, exclusive=False)
    theirs = LogisticRegression(C=0.2, tol=1e-8, max_iter=2000).fit(x, y)
    np.testing.assert_allclose(ours.weights[:, 0], theirs.coef_[0], atol=5e-3)
    np.testing.assert_allclose(ours.weights[:, 1], -theirs.coef_[0], atol=5e-3)


def test_a_long_history_is_judged_on_a_part_and_learnt_from_as_a_whole(monkeypatch):
    texts, labels = tickets(400, seed=12)
    texts += ["sällsynt ärende om presentkort", "presentkort saldo sällsynt"] * 2
    labels += ["presentkort"] * 4
    monkeypatch.setattr(model, "JUDGED_AT_MOST", 120)
    found = tagger().fit(texts, labels)
    assert found.predict(["presentkort saldo"]).tolist() == ["presentkort"]
    assert found.score(*tickets(100, seed=13)) >= 0.97
    assert found.to_frame()["examples"].sum() == 404


def test_a_calibration_of_its_own_only_with_examples_enough():
    rng = np.random.default_rng(1)
    scores = rng.normal(size=(4000, 2)) * 3
    scores[:, 1] -= 4
    truth = rng.random((4000, 2)) < 1 / (1 + np.exp(-(0.5 * scores + [1.0, -2.0])))
    found = TagCalibration.fit(scores, truth.astype(np.float32), np.ones_like(truth))
    np.testing.assert_allclose(found.slope, 0.5, atol=0.08)
    np.testing.assert_allclose(found.offset, [1.0, -2.0], atol=0.3)
    assert found.own.all()
    rare = truth.copy()
    rare[np.flatnonzero(rare[:, 1])[OWN_FROM - 1 :], 1] = False
    assert TagCalibration.fit(scores, rare.astype(np.float32), np.ones_like(rare)).own.tolist() == [True, False]


def test_thresholds_are_a_tags_own_or_the_shared_one_or_the_precision_itself():
    p = np.zeros((400, 3))
    truth = np.zeros((400, 3), dtype=np.float32)
    p[:200, 0], truth[:200, 0] = 0.9, 1
    p[200:, 0] = 0.2
    p[:3, 1], truth[:3, 1] = 0.8, 1
    found = TagThresholds.fit(p, truth, np.ones_like(p, dtype=bool), 0.9)
    assert found.values.tolist() == [0.9, 0.8, 0.8]
    assert (found.own.tolist(), found.guaranteed.tolist()) == ([True, False, False], [True] * 3)
    little = TagThresholds.fit(p[:5], truth[:5], np.ones((5, 3), dtype=bool), 0.9)
    assert (little.values.tolist(), little.guaranteed.any()) == ([0.9] * 3, False)


def test_the_cut_gives_the_best_f1():
    p = np.array([[0.4, 0.1], [0.4, 0.1], [0.1, 0.3], [0.12, 0.3]])
    truth = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
    assert best_cut(p, truth, np.ones_like(p, dtype=bool), always=False) == 0.15
    assert chosen(p, 0.35, always=False).sum() == 2
    assert chosen(p, 0.35, always=True).tolist() == [[True, False]] * 2 + [[False, True]] * 2


def test_vectors_in_place_of_texts_and_vectors_known_already():
    texts, labels = tickets(120)
    encoder = CharNgramEncoder().fit(texts)
    vectors, asked = encoder.encode_queries(texts), tickets(20, seed=8)[0]
    by_vectors = TagSuggester(encoder=None).fit(vectors, labels)
    known = TagSuggester(encoder="char-ngrams").fit(texts, labels, vectors=vectors)
    expected = TagSuggester(encoder="char-ngrams").fit(texts, labels).predict_proba(asked)
    np.testing.assert_array_equal(known.predict_proba(asked), expected)
    np.testing.assert_array_equal(known.predict_proba(asked, vectors=encoder.encode_queries(asked)), expected)
    np.testing.assert_allclose(by_vectors.predict_proba(encoder.encode_queries(asked)), expected, atol=0.05)
    with pytest.raises(InputError, match="shape"):
        known.predict(asked, vectors=vectors)
    with pytest.raises(InputError, match="finite"):
        known.predict(asked[:1], vectors=np.full((1, encoder.dimension), np.nan))


class Counting(CharNgramEncoder):
    """Characters that count how many texts they were asked to encode."""

    asked = 0

    def encode_queries(self, texts):
        Counting.asked += len(texts)
        return super().encode_queries(texts)

    def fit(self, texts, y=None):
        return self if hasattr(self, "components_") else super().fit(texts)


def test_a_refit_encodes_only_what_is_new(tmp_path):
    texts, labels = tickets(100)
    encoder = Counting().fit(texts)
    encoder.name = "counting"
    TagSuggester(encoder=encoder, cache=tmp_path, characters=False).fit(texts[:80], labels[:80])
    first = Counting.asked
    TagSuggester(encoder=encoder, cache=tmp_path, characters=False).fit(texts, labels)
    assert first == len(set(texts[:80]))
    assert Counting.asked == len(set(texts))


def test_characters_beside_vectors_are_used_where_they_pay():
    texts, labels = tickets(200)
    noise = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32)

    class Blind(CharNgramEncoder):
        name = "blind"
        dimension = 8

        def fit(self, texts, y=None):
            return self

        def encode_queries(self, texts):
            return noise[: len(texts)]

    found = TagSuggester(encoder=Blind()).fit(texts, labels)
    assert found.model_.features.characters is not None
    assert found.score(texts, labels) > 0.9
    without = TagSuggester(encoder=Blind(), characters=False).fit(texts, labels)
    assert without.model_.features.characters is None


@pytest.mark.parametrize("form", ["one", "several"])
def test_saved_and_loaded_it_says_the_same(tmp_path, form):
    texts, labels = tickets(120)
    tags = labels if form == "one" else [[label, "alla"] for label in labels]
    found = tagger(tags=[*WORDS, "alla", "ny"], precision=0.75).fit(texts, tags)
    version = found.save(tmp_path / "tagger")
    assert found.save(tmp_path / "tagger") == version
    again = TagSuggester.load(tmp_path / "tagger")
    asked = tickets(30, seed=7)[0]
    np.testing.assert_array_equal(again.predict_proba(asked), found.predict_proba(asked))
    assert again.suggest(asked) == found.suggest(asked)
    assert list(again.predict(asked)) == list(found.predict(asked))
    assert again.to_frame().equals(found.to_frame())
    assert again.get_params() == found.get_params()


def test_an_encoder_of_ones_own_must_be_given_again_and_be_the_same(tmp_path):
    texts, labels = tickets(60)
    own = CachedEncoder(CharNgramEncoder(components=16).fit(texts))
    own.name = "mine"
    TagSuggester(encoder=own, characters=True).fit(texts, labels).save(tmp_path / "tagger")
    with pytest.raises(InputError, match="encoder of your own"):
        TagSuggester.load(tmp_path / "tagger")
    again = TagSuggester.load(tmp_path / "tagger", encoder=own)
    assert again.model_.features.characters is not None
    assert again.score(texts, labels) > 0.9
    with pytest.raises(IncompatibleStoreError, match="fingerprint"):
        TagSuggester.load(tmp_path / "tagger", encoder=CharNgramEncoder(components=8).fit(texts))


def islands(count, seed=0):
    """Vectors of two tags in eight islands by turns: no straight line parts them, the nearest texts do."""
    rng = np.random.default_rng(seed)
    island = rng.integers(8, size=count)
    angle = island * np.pi / 4 + rng.normal(size=count) * 0.08
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32), np.where(island % 2, "a", "b")


def test_neighbours_vote_where_no_straight_line_parts_the_tags():
    (vectors, tags), (asked, wanted) = islands(400), islands(200, seed=1)
    found = TagSuggester(encoder=None).fit(vectors, tags)
    assert found.model_.neighbours.weight > 0
    assert found.score(asked, wanted) > 0.95
    assert np.mean(found.model_.head.scores(found.model_.features(asked, None)).argmax(axis=1) == (wanted == "b")) < 0.8
    assert found.predict_proba(asked).max(axis=1).mean() == pytest.approx(found.score(asked, wanted), abs=0.05)


def test_votes_are_the_kernels_share_and_pool_with_the_head():
    known = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)
    table = np.array([[1, 0], [0, 1], [0, 1]], dtype=np.float32)
    weights = np.exp(10 * known[:, 0])
    found = neighbours.votes(known[:1], known, table, 10.0)
    np.testing.assert_allclose(found[0, 0], weights[0] / weights.sum(), rtol=1e-4)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)
    head_says = np.log(np.array([[0.2, 0.8]]) / np.array([[0.8, 0.2]]))
    for exclusive in (True, False):
        np.testing.assert_array_equal(neighbours.pooled(head_says, found, 0.0, exclusive=exclusive), head_says)
        np.testing.assert_allclose(
            neighbours.pooled(head_says, np.array([[0.7, 0.3]]), 0.5, exclusive=exclusive),
            0.5 * head_says + 0.5 * np.log(np.array([[0.7 / 0.3, 0.3 / 0.7]])),
            atol=1e-3,
        )
    outside = neighbours.crossfit_votes(known, table, np.array([0, 1, 1]), 10.0, np.array([0, 1]))
    np.testing.assert_allclose(outside, [[0, 1], [1, 0]])


def test_every_tag_has_voters_in_a_long_history(monkeypatch):
    vectors, tags = islands(600)
    far = np.array([[0, 0, 4 + i / 50] for i in range(4)], dtype=np.float32)
    monkeypatch.setattr(model, "JUDGED_AT_MOST", 200)
    found = TagSuggester(encoder=None).fit(np.vstack([np.pad(vectors, ((0, 0), (0, 1))), far]), [*tags, *["rare"] * 4])
    near = found.model_.neighbours
    assert (near.weight > 0, 200 <= len(near.rows) <= 204, near.table[:, -1].sum()) == (True, True, 4)
    assert set(found.predict(far)) == {"rare"}


def test_votes_are_saved_and_can_be_forgotten(tmp_path):
    (vectors, tags), (asked, _) = islands(200), islands(50, seed=1)
    found = TagSuggester(encoder=None).fit(vectors, tags)
    found.save(tmp_path / "tagger")
    again = TagSuggester.load(tmp_path / "tagger")
    np.testing.assert_array_equal(again.predict_proba(asked), found.predict_proba(asked))
    assert again.forget(vectors[:30]) == 30
    assert again.forget(vectors[:30]) == 0
    assert again.retain(vectors[20:50]) == 150
    assert len(again.model_.neighbours.rows) == 20
    assert again.retain(vectors[:5]) == 20
    again.save(tmp_path / "without")
    np.testing.assert_array_equal(
        TagSuggester.load(tmp_path / "without").predict_proba(asked), again.predict_proba(asked)
    )


def test_forgetting_a_text_reaches_the_cache(tmp_path):
    texts, labels = tickets(60)
    found = tagger(cache=tmp_path).fit(texts, labels)
    voted = len(found.model_.neighbours.rows) > 0
    assert found.forget(texts[:1]) == voted * texts.count(texts[0])
    assert found.encoder_.forget(texts[:1]) == 0


def test_a_tagger_without_neighbours_is_read_and_one_of_a_later_format_is_not(tmp_path):
    found = TagSuggester(encoder=None).fit(*islands(80))
    files.write_tagger(tmp_path, found)
    content = json.loads((tmp_path / "tagger.json").read_text("utf-8"))
    for added in ("format", "sharpness", "weight"):
        del content[added]
    (tmp_path / "tagger.json").write_text(json.dumps(content), encoding="utf-8")
    assert len(files.read_model(tmp_path).neighbours.rows) == 0
    (tmp_path / "tagger.json").write_text(json.dumps({**content, "format": 3}), encoding="utf-8")
    with pytest.raises(IncompatibleStoreError, match="format 3, this version reads 1 and 2"):
        files.read_model(tmp_path)
    write_array(tmp_path / "neighbour_tags.npy", np.ones((3, 2), dtype=bool))
    (tmp_path / "tagger.json").write_text(
        json.dumps({**content, "format": 2, "weight": 0.3, "sharpness": 10.0}), encoding="utf-8"
    )
    with pytest.raises(CorruptStoreError, match="no whole tagger"):
        files.read_model(tmp_path)


def files_of(folder):
    return sorted(path for path in Path(folder).rglob("*") if path.is_file() and path.name != ".lock")


def test_a_damaged_file_is_a_named_error_never_an_answer(tmp_path, fitted):
    fitted.save(tmp_path / "tagger")
    for path in files_of(tmp_path / "tagger"):
        whole = path.read_bytes()
        for damaged in (whole[: len(whole) // 2], whole[:-2] + b"xx", b""):
            path.write_bytes(damaged)
            with pytest.raises(CorruptStoreError):
                TagSuggester.load(tmp_path / "tagger")
        path.write_bytes(whole)
    assert TagSuggester.load(tmp_path / "tagger").classes_.tolist() == sorted(WORDS)
    with pytest.raises(InputError, match="no folder"):
        TagSuggester.load(tmp_path / "nothing")


def test_bad_input_is_named():
    texts, labels = tickets(20)
    with pytest.raises(NotFittedError, match="call fit"):
        tagger().predict(texts)
    with pytest.raises(InputError, match="between 0 and 1"):
        tagger(precision=1.0).fit(texts, labels)
    with pytest.raises(InputError, match="as many tags as texts, got 19 and 20"):
        tagger().fit(texts, labels[:19])
    with pytest.raises(InputError, match="none of 20 texts has a tag"):
        tagger().fit(texts, [[] for _ in texts])
    with pytest.raises(InputError, match="entry 3 is NoneType"):
        tagger().fit(texts, [*labels[:2], None, *labels[3:]])
    with pytest.raises(InputError, match="entry 1 is a list with something else"):
        tagger().fit(texts, [[1]] * 20)
    with pytest.raises(InputError, match="pass"):
        tagger().fit("en text", labels)
    with pytest.raises(InputError, match="zeros and ones"):
        tagger().fit(texts, np.full((20, 2), 3))
    with pytest.raises(InputError, match="precision of TagSuggester must be a number between 0 and 1, got None"):
        tagger(precision=None).fit(texts, labels)
    with pytest.raises(InputError, match="characters of TagSuggester must be True, False or None"):
        tagger(characters="yes").fit(texts, labels)
    with pytest.raises(InputError, match="tags of TagSuggester must be a sequence of tags or None"):
        tagger(tags="faktura").fit(texts, labels)
    with pytest.raises(InputError, match="tags: give one entry a text, as a sequence, got one int"):
        tagger().fit(texts, 7)
    with pytest.raises(InputError, match="texts must be a sequence of texts, got one NoneType"):
        tagger().fit(None, labels)
    with pytest.raises(InputError, match="cache of vectors must be a path"):
        tagger(cache=7).fit(texts, labels)


def test_bad_input_to_a_fitted_one_is_named(fitted, tmp_path):
    with pytest.raises(InputError, match="texts must be a sequence of texts, got one int"):
        fitted.suggest(7)
    with pytest.raises(InputError, match="score needs as many tags as texts, got 2 and 1"):
        fitted.score(["faktura"], ["a", "b"])
    with pytest.raises(InputError, match="vectors must be numbers of shape"):
        fitted.predict(["faktura"], vectors="x")
    with pytest.raises(InputError, match="path must be a path, as a text or a Path, got NoneType"):
        fitted.save(None)
    with pytest.raises(InputError, match="path must be a path"):
        TagSuggester.load(7)
    assert fitted.suggest(iter(["faktura"])) == fitted.suggest(["faktura"])


def test_a_cache_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    texts, labels = tickets(20)
    with pytest.raises(StoreError, match=r"cache of vectors .* cannot be written"):
        tagger(cache=tmp_path / "file").fit(texts, labels)


EXPECTED = {
    "check_estimators_unfitted": "the library's own NotFittedError, which like scikit-learn's is a ValueError and an "
    "AttributeError, so that serving needs no scikit-learn to catch it",
}


def test_scikit_learn_takes_it_for_a_classifier_of_texts():
    estimator = tagger(precision=0.9)
    assert is_classifier(estimator)
    tags = get_tags(estimator)
    assert (tags.input_tags.string, tags.input_tags.two_d_array) == (True, False)
    assert clone(estimator).get_params() == estimator.get_params()


def checks():
    """Scikit-learn's own, for vectors in place of texts."""
    with warnings.catch_warnings():
        # It is an estimator by its methods: inheriting from BaseEstimator would load scikit-learn at every import.
        warnings.filterwarnings("ignore", message="Estimator TagSuggester does not inherit")
        return list(
            estimator_checks_generator(TagSuggester(encoder=None), expected_failed_checks=EXPECTED, mark="xfail")
        )


@pytest.mark.parametrize(("estimator", "check"), checks())
def test_it_passes_scikit_learns_checks_on_vectors(estimator, check):
    check(estimator)


def test_it_passes_the_checks_that_need_no_table():
    with pytest.warns(match="Can't test estimator|does not inherit"):
        check_estimator(tagger())
