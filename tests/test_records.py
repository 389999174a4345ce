import json
from dataclasses import FrozenInstanceError

import pytest
from contracts.small_base import START, article, ticket

from faqsuggest import Suggestion
from faqsuggest.records import Why


def test_a_suggestion_as_json():
    one = Suggestion(kind="reply", id="r", text="svar", confidence=0.5, tags=("a",), why=Why(words=("ord",), case="t"))
    values = json.loads(json.dumps(one.to_dict()))
    assert (values["kind"], values["tags"], values["why"]["words"], values["why"]["case"]) == (
        "reply",
        ["a"],
        ["ord"],
        "t",
    )
    assert values == one.to_dict()


def test_records_are_frozen_and_named_only():
    for record in (ticket("1", "q"), article("1", "x"), Suggestion(kind="reply", id="r", text="", confidence=1)):
        with pytest.raises(FrozenInstanceError):
            record.id = "2"
        with pytest.raises(TypeError):
            type(record)("1")
    assert ticket("1", "q").created_at == START
