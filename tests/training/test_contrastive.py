import numpy as np
import pytest
from contracts.tiny_model import write_tiny_model

from faqsuggest.errors import InputError
from faqsuggest.training.pools import Batch, Example, Pool

torch = pytest.importorskip("torch", reason="training needs the extra train")
pytest.importorskip("sentence_transformers", reason="training needs the extra train")
from faqsuggest.training import contrastive  # noqa: E402

WORDS = ["lösenord", "faktura", "leverans", "retur", "order", "avtal", "konto", "kvitto"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def pool():
    queries = tuple(Example(f"hur gör jag med {word}", frozenset([word]), "query") for word in WORDS)
    passages = tuple(Example(f"så gör du med {word} hos oss", frozenset([word])) for word in WORDS)
    return Pool("toy", queries, passages)


def options(**changes):
    given = {
        "steps": 12,
        "queries": 8,
        "passages": 8,
        "learning_rate": 2e-3,
        "embedding_rate": 2e-3,
        "checkpoint_every": 4,
    }
    return contrastive.TrainingOptions(**{**given, **changes})


def state(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def test_training_lowers_the_loss(folder, pool):
    losses = contrastive.train(contrastive.load_for_training(folder), [pool], options(steps=30))
    assert len(losses) == 30
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(folder, pool):
    models = [contrastive.load_for_training(folder) for _ in range(3)]
    for model, seed in zip(models, (0, 0, 1), strict=True):
        contrastive.train(model, [pool, pool], options(steps=3, queries=4, passages=5, seed=seed))
    first, second, third = (state(model) for model in models)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert any(not torch.equal(first[name], third[name]) for name in first)


def test_a_resumed_run_ends_where_an_unbroken_one_does(folder, pool, tmp_path, monkeypatch):
    whole = contrastive.load_for_training(folder)
    expected = contrastive.train(whole, [pool], options(queries=4, passages=5))
    real, calls = contrastive._step, []

    def killed(*arguments):
        calls.append(1)
        if len(calls) == 7:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(contrastive, "_step", killed)
    with pytest.raises(KeyboardInterrupt):
        contrastive.train(
            contrastive.load_for_training(folder), [pool], options(queries=4, passages=5), checkpoint=tmp_path
        )
    monkeypatch.setattr(contrastive, "_step", real)
    resumed = contrastive.load_for_training(folder)
    losses = contrastive.train(resumed, [pool], options(queries=4, passages=5), checkpoint=tmp_path)
    assert losses == pytest.approx(expected, abs=1e-6)
    assert all(
        torch.allclose(a, b, atol=1e-6) for a, b in zip(state(whole).values(), state(resumed).values(), strict=True)
    )


def test_a_checkpoint_of_other_options_is_refused(folder, pool, tmp_path):
    contrastive.train(contrastive.load_for_training(folder), [pool], options(steps=4), checkpoint=tmp_path)
    with pytest.raises(InputError, match="other options"):
        contrastive.train(contrastive.load_for_training(folder), [pool], options(steps=5), checkpoint=tmp_path)


def test_frozen_word_embeddings_stay(folder, pool):
    model = contrastive.load_for_training(folder)
    before = state(model)
    contrastive.train(model, [pool], options(steps=2, embedding_rate=0.0))
    changed = {name for name, value in state(model).items() if not torch.equal(value, before[name])}
    assert changed
    assert not any("word_embeddings" in name for name in changed)


def test_pools_without_pairs_are_refused(folder):
    lonely = Pool("lonely", (Example("fråga", frozenset(["a"]), "query"),), (Example("svar", frozenset(["b"])),))
    with pytest.raises(InputError, match="no pool holds"):
        contrastive.train(contrastive.load_for_training(folder), [lonely], options())


def test_loss_of_perfect_and_of_equal_scores():
    eye = torch.eye(3)
    positive = np.eye(3, dtype=bool)
    batch = Batch((), (), positive, np.zeros_like(positive))
    assert float(contrastive.ranking_loss(eye, eye, batch, 0.02)) == pytest.approx(0, abs=1e-6)
    same = torch.ones(3, 3) / 3**0.5
    assert float(contrastive.ranking_loss(same, same, batch, 0.02)) == pytest.approx(np.log(3), abs=1e-4)


def test_right_passages_do_not_compete_and_ignored_ones_do_not_count():
    queries, passages = torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 0.0], [0.8, 0.6], [1.0, 0.0]])
    positive = np.array([[True, True, False]])
    ignored = np.array([[False, False, True]])
    loss = contrastive.ranking_loss(queries, passages, Batch((), (), positive, ignored), 0.05)
    assert float(loss) == pytest.approx(0, abs=1e-5)


def test_rates_rise_then_fall_and_a_run_may_stop_early(folder):
    model = contrastive.load_for_training(folder)
    chosen = options(steps=50, warmup=0.1, decay_over=100)
    optimiser = contrastive._optimiser(model, chosen)
    rates = []
    for step in range(50):
        contrastive._set_rate(optimiser, chosen, step)
        rates.append(optimiser.param_groups[0]["lr"])
    assert rates[0] == pytest.approx(2e-4)
    assert max(rates) == pytest.approx(2e-3)
    assert rates[-1] == pytest.approx(2e-3 * (1 - 0.9 * 39 / 90))
