import doctest
import importlib
import pkgutil

import pytest

import faqsuggest

NEEDS = {"faqsuggest.evaluation.figures": "matplotlib"}
MODULES = sorted(
    each.name
    for each in pkgutil.walk_packages(faqsuggest.__path__, "faqsuggest.")
    if not each.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings_say_what_happens(name, tmp_path, monkeypatch):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    monkeypatch.chdir(tmp_path)
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


def test_examples_are_found():
    text = importlib.import_module("faqsuggest.text.normalise")
    assert any(each.examples for each in doctest.DocTestFinder().find(text))
