from hypothesis import given
from hypothesis import strategies as st

from faqsuggest.data.layers import Layer

STEPS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 9) | st.none()))


@given(below=st.dictionaries(st.sampled_from("abc"), st.integers(0, 9)), steps=STEPS)
def test_a_layer_is_a_dict_that_waits(below, steps):
    layer, model, before = Layer(below), dict(below), dict(below)
    for key, value in steps:
        if value is None:
            assert layer.pop(key, None) == model.pop(key, None)
        else:
            layer[key] = model[key] = value
        assert list(layer.items()) == list(model.items())
        assert (len(layer), key in layer) == (len(model), key in model)
    assert list(below.items()) == list(before.items())
    layer.commit()
    assert list(below.items()) == list(model.items())
