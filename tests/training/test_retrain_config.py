from datetime import date
from pathlib import Path

import pytest

import faqsuggest.demo_desk
from faqsuggest.errors import InputError
from faqsuggest.training.gate import Gate
from faqsuggest.training.recipe import Recipe
from faqsuggest.training.retrain_config import read_config

DEMO = Path(faqsuggest.demo_desk.__path__[0])


def written(folder, text):
    path = folder / "retrain.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_smallest_file_takes_every_default(tmp_path):
    config = read_config(written(tmp_path, '[model]\npath = "model"\n'))
    assert config.path == tmp_path / "model"
    assert (config.gate, config.recipe, config.until) == (Gate(), Recipe(), None)
    assert config.read_data() is None


def test_the_example_names_the_defaults_and_reads_its_data():
    config = read_config(DEMO / "retrain.toml")
    assert config.gate == Gate()
    assert config.recipe == Recipe(model={"encoder": "default", "privacy": "agents"})
    kb = config.read_data()
    assert (len(kb.tickets), len(kb.articles)) == (163, 65)


def test_every_key_arrives(tmp_path):
    (tmp_path / "t.csv").write_text("id;created_at;Ärende\n1;03.02.2024;Hej på er\n2;x;Hej\n", encoding="latin-1")
    config = read_config(
        written(
            tmp_path,
            '[model]\npath = "m"\nprecision = { all = 0.8 }\n[data]\ntickets = "t.csv"\nencoding = "latin-1"\n'
            'date_format = "%d.%m.%Y"\ntimezone = "Europe/Oslo"\nskip_bad_rows = true\n'
            'columns = { "Ärende" = "question" }\n'
            '[retrain]\nuntil = 2024-05-01\nkeep = 2\nseed = 7\nrefit = false\nlearn_from = 300\ncache = "v"\n'
            "encoder = true\n"
            '[gate]\nalpha = 0.01\nby = ["brand"]\nmargin = 0.1\n',
        )
    )
    assert config.until == date(2024, 5, 1)
    assert config.gate == Gate(alpha=0.01, by=("brand",), margin=0.1)
    recipe = Recipe(
        model={"precision": {"all": 0.8}},
        keep=2,
        seed=7,
        refit=False,
        learn_from=300,
        cache=tmp_path / "v",
        encoder=True,
    )
    assert config.recipe == recipe
    [ticket] = config.read_data().tickets
    assert (ticket.question, ticket.created_at.isoformat()) == ("Hej på er", "2024-02-02T23:00:00+00:00")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"the key path of \[model\] is missing"),
        ("[model\n", "is not TOML"),
        ("[modell]\n", r"tables may be \[model\], \[data\], \[retrain\], \[gate\]; got 'modell'"),
        ("model = 1\n", "tables may be"),
        ('[model]\npath = "m"\nencodr = "x"\n', r"keys of \[model\] may be path, encoder, .*; got 'encodr'"),
        ("[model]\npath = 7\n", r"path of \[model\] must be a text, got int"),
        ('[model]\npath = "m"\n[gate]\nby = "language"\n', r"by of \[gate\] must be a list of texts, got str"),
        ('[model]\npath = "m"\n[gate]\nby = [1]\n', r"by of \[gate\] must be a list of texts, got list"),
        ('[model]\npath = "m"\n[retrain]\nkeep = true\n', r"keep of \[retrain\] must be a whole number, got bool"),
        ('[model]\npath = "m"\n[retrain]\nkeep = 0\n', "keep of Recipe must be a whole number of 1 or more, got 0"),
        ('[model]\npath = "m"\n[retrain]\nencoder = "x"\n', r"encoder of \[retrain\] must be true or false, got str"),
        ('[model]\npath = "m"\n[gate]\nalpha = 3\n', "alpha of Gate must lie between 0 and 1, got 3"),
    ],
)
def test_errors_name_file_and_key(tmp_path, text, message):
    path = written(tmp_path, text)
    with pytest.raises(InputError, match=message) as caught:
        read_config(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(InputError, match=r"there is no file .*nothing\.toml"):
        read_config(tmp_path / "nothing.toml")


def test_a_path_that_is_none_is_named():
    with pytest.raises(InputError, match="config must be a path, as a text or a Path, got NoneType"):
        read_config(None)
