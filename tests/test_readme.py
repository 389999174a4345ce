import importlib.util
import json
import re
import shlex
from pathlib import Path

import pytest

from faqsuggest.cli import main
from faqsuggest.cli.parser import EXAMPLES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
PYTHON = [code for language, code in BLOCKS if language == "python"]
SHELL = [line for language, code in BLOCKS if language == "sh" for line in code.splitlines()]
MODEL = ROOT / "models" / "default" / "model.onnx"


def script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FIGURES = script("figures")


@pytest.mark.skipif(not MODEL.is_file(), reason="needs the shipped model in models/default")
def test_python_examples_run_in_order_and_do_what_the_text_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "--export", "desk"]) == 0
    seen = []
    for code in PYTHON:
        names = {"__name__": "readme"}
        exec(compile(code, "README.md", "exec"), names)
        seen.append(names)
    first, backend, search, notebook, job = seen
    assert first["suggestion"].confidence <= 1
    assert "sv-leveranstid" in {each["id"] for each in backend["offered"]}
    assert json.dumps(backend["offered"])
    assert len(search["titles"]) == 5
    assert all(hit.kind == "article" for hit in search["hits"])
    assert any("faktura" in title.lower() for title in search["titles"])
    assert set(notebook["table"]["metric"]) == {"hit@1", "hit@3"}
    assert notebook["table"]["run"].iloc[0] == "faqsuggest"
    assert (tmp_path / "report.html").stat().st_size > 10_000
    asked = job["suggester"].suggest("Går det att hämta i butiken i Umeå?", k=1)
    assert asked[0].why.repeat
    assert asked[0].text == "Ja, välj Hämta i butik i kassan."
    assert asked[0].version == job["made"].version
    assert job["made"].outcome == "refreshed"


def test_shell_examples_are_commands_that_exist(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    seen = set()
    for line in SHELL:
        program, command, *arguments = shlex.split(line, comments=True)
        if program == "make":
            assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)
            continue
        assert program == "faqsuggest"
        cheap = ["--encoder", "char-ngrams"] if command in ("fit", "evaluate", "replay") else []
        ended = 3 if command == "retrain" else 0
        assert main([command, *arguments, *cheap]) == ended, capsys.readouterr().err
        seen.add(command)
    assert seen == set(EXAMPLES)


def test_figures_are_those_of_the_result_files():
    assert FIGURES.places(README)
    assert FIGURES.written(README) == README


def test_a_figure_that_differs_would_be_seen():
    place = FIGURES.places(README)[0]
    row = next(line for line in README.splitlines() if place in line)
    label = row.split("|")[1].strip()
    assert FIGURES.written(f"| {label} | 9.999 | 1 to 2 | 3 | `{place}` |") == row
    with pytest.raises(KeyError, match="no 'nothing'"):
        FIGURES.number_at(f"{place} › nothing")


@pytest.mark.parametrize(
    "document", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name
)
def test_links_and_pictures_lead_to_files(document):
    text = document.read_text("utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert missing == []


def test_first_code_comes_early_and_every_command_is_shown():
    assert README.splitlines().index("```sh") < 25
    for name in EXAMPLES:
        assert f"faqsuggest {name} " in README


def test_picture_shows_what_the_demo_prints():
    draw = script("picture")
    output = (
        "\n\x1b[1;36mA real FAQ\x1b[0m\n\n\x1b[2m 1  \x1b[0mSwedish\n    \x1b[32m███\x1b[0m\x1b[2m░\x1b[0m 0.75  <b>\n"
        " 2  Danish\n    left out\n\nWhat to make of it\n"
    )
    lines = draw.chosen(output)
    assert "left out" not in "".join(lines)
    made = draw.picture(lines)
    assert "A real FAQ" in made
    assert "&lt;b&gt;" in made
    assert made.count("<rect") == 3
    assert (ROOT / "docs" / "demo.svg").read_text("utf-8").startswith("<svg ")
