import io
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from faqsuggest import KnowledgeBase, Suggester, __version__
from faqsuggest.cli import main
from faqsuggest.cli.commands import print_json
from faqsuggest.cli.demo import DESK, DESK_QUESTIONS, FAQ_QUESTIONS, Asked, close_demo
from faqsuggest.cli.parser import EXAMPLES, build_parser
from faqsuggest.cli.screen import Screen, printable
from faqsuggest.cli.show import show_suggestions
from faqsuggest.records import Suggestion, Why

CHEAP = ["--encoder", "char-ngrams"]
ARTICLES = [
    {"id": "a1", "title": "Glömt lösenord", "body": "Klicka på Glömt lösenord på sidan.", "language": "sv"},
    {"id": "a2", "title": "Sen leverans", "body": "Spåra paketet under Mina order.", "language": "sv"},
]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "model"
    Suggester(encoder="char-ngrams").fit(KnowledgeBase.from_records(articles=ARTICLES)).save(folder)
    return str(folder)


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "--export", "desk"]) == 0
    capsys.readouterr()
    return ["--tickets", "desk/tickets.jsonl", "--articles", "desk/articles.jsonl"]


def screen_of(width=80, *, colour=False, encoding="utf-8"):
    return Screen(io.TextIOWrapper(io.BytesIO(), encoding=encoding), width, colour, encoding == "utf-8")


def written(screen):
    screen.stream.flush()
    return screen.stream.buffer.getvalue().decode(screen.stream.encoding)


def test_every_command_has_help_with_its_example(capsys):
    names = list(EXAMPLES)
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    overview = capsys.readouterr().out
    for name in names:
        assert f"    {name} " in overview
        with pytest.raises(SystemExit):
            main([name, "--help"])
        assert f"example:\n  {EXAMPLES[name]}\n" in capsys.readouterr().out


def test_the_examples_run_one_after_the_other(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    said = {}
    for name, example in EXAMPLES.items():
        program, *arguments = shlex.split(example)
        assert program == "faqsuggest"
        cheap = CHEAP if name in ("fit", "evaluate", "replay") else []
        ended = 3 if name == "retrain" else 0  # the new data serves, nothing learnt is judged on so little
        assert main([*arguments, *cheap]) == ended, capsys.readouterr().err
        said[name] = capsys.readouterr().out
    assert "tickets: 163 rows read, 163 imported" in said["fit"]
    assert "Klicka på Glömt lösenord" in said["suggest"]
    for name in ("evaluate", "replay"):
        assert "95 % interval" in said[name]
        assert "hit@1 of faqsuggest" in said[name]
    assert "refreshed: the new data serves" in said["retrain"]
    serving, earlier = said["versions"].splitlines()
    assert said["rollback"].split()[1] == earlier.split()[0] != serving.split()[0]


def test_suggest_prints_one_json_document_equal_to_the_library(model, capsys):
    assert main(["suggest", model, "glömt mitt lösenord", "--k", "2", "--min-confidence", "0", "--json"]) == 0
    expected = Suggester.load(model).suggest("glömt mitt lösenord", 2, min_confidence=0)
    assert [each.id for each in expected] == ["a1", "a2"]
    assert json.loads(capsys.readouterr().out) == {"suggestions": [each.to_dict() for each in expected]}


def test_suggest_passes_every_option_on(model, monkeypatch):
    seen = {}
    monkeypatch.setattr(
        Suggester, "suggest", lambda _self, text, k, **options: seen.update(options, text=text, k=k) or []
    )
    arguments = "--k 5 --language nb --channel chat --brand x --kinds article --internal --min-confidence 0.25".split()
    arguments += ["--fill", "customer=Eva Ek", "--fill", "order=7=8"]
    assert main(["suggest", model, "hei", *arguments]) == 0
    assert seen == {
        "text": "hei",
        "k": 5,
        "language": "nb",
        "channel": "chat",
        "brand": "x",
        "kinds": ["article"],
        "audience": ("public", "internal"),
        "min_confidence": 0.25,
        "fill": {"customer": "Eva Ek", "order": "7=8"},
    }


def test_suggest_reads_standard_input_whatever_its_bytes(model, monkeypatch, capsys):
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BytesIO(b"gl\xc3\xb6mt l\xc3\xb6senord \xff"), encoding="utf-8")
    )
    assert main(["suggest", model, "-", "--k", "1", "--min-confidence", "0"]) == 0
    assert "Glömt lösenord" in capsys.readouterr().out


def test_nothing_offered_is_said_and_is_an_empty_list(model, capsys):
    assert main(["suggest", model, "  \n "]) == 0
    assert "Nothing is offered" in capsys.readouterr().out
    assert main(["suggest", model, "🍿", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"suggestions": []}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["suggest", "no-such-folder", "hej"], "no-such-folder"),
        (["suggest", "MODEL", "hej", "--k", "0"], "k must be a whole number of at least 1, got 0"),
        (["suggest", "MODEL", "hej", "--min-confidence", "7"], "min_confidence must be a number from 0 to 1, got 7"),
        (["suggest", "MODEL", "hej", "--kinds", "poem"], "kinds must be"),
        (["fit", "--output", "out"], "tickets and articles are both None"),
        (["fit", "--articles", "gone.csv", "--output", "out"], "gone.csv"),
        (["fit", "--articles", "gone.csv", "--column", "x", "--output", "out"], "--column must be OWN=NAME"),
        (["suggest", "gone", "hei", "--fill", "Eva"], "--fill must be KIND=VALUE"),
    ],
)
def test_errors_are_the_librarys_words_and_exit_code_2(model, tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert main([model if each == "MODEL" else each for each in arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("faqsuggest: error: ")
    assert words in output.err
    assert list(tmp_path.iterdir()) == []


def test_unknown_option_and_no_command_exit_with_2(capsys):
    for arguments in ([], ["suggest"], ["fit", "--output", "x", "--frobnicate"]):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert stopped.value.code == 2


def test_interruption_is_said_without_a_traceback(model, monkeypatch, capsys):
    def stop(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(Suggester, "load", stop)
    assert main(["suggest", model, "hej"]) == 130
    assert capsys.readouterr().err == "faqsuggest: interrupted\n"


def test_fit_maps_columns_and_reports_the_import(tmp_path, capsys):
    table = tmp_path / "faq.csv"
    table.write_text("Nr;Rubrik;Svar\n007;Öppettider;Vi har öppet 8–17.\n;Tom;Rad utan nummer.\n", "utf-8")
    columns = [part for own in ("Nr=id", "Rubrik=title", "Svar=body") for part in ("--column", own)]
    arguments = ["fit", "--articles", str(table), *columns, "--output", str(tmp_path / "m"), *CHEAP, "--json"]
    assert main(arguments) == 2
    assert "row 2" in capsys.readouterr().err
    assert main([*arguments, "--skip-bad-rows"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["articles"], made["tickets"]) == (1, 0)
    assert Suggester.load(tmp_path / "m").suggest("öppettider", 1, min_confidence=0)[0].id == "007"


def test_evaluate_writes_json_and_a_page(desk, capsys):
    assert main(["evaluate", *desk, *CHEAP, "--at", "0.7", "--html", "report.html", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    rows = {(row["run"], row["slice"], row["metric"]): row for row in document["rows"]}
    hit = rows["faqsuggest", "all", "hit@1"]
    assert 0 < hit["low"] < hit["value"] < hit["high"] < 1
    assert document["notes"][0].startswith(f"{hit['n']} of")
    page = Path("report.html").read_text("utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "faqsuggest" in page


def test_evaluate_takes_grades_by_agents_and_prints_the_leak_check(desk, tmp_path, capsys):
    grades = tmp_path / "grades.csv"
    rows = "t,s,3,anna\nt,s,3,bo\nt,u,0,anna\nt,u,3,bo\nt,v,0,anna\nt,v,0,bo\nt,w,3,anna\nt,w,3,bo\n"
    grades.write_text("ticket_id,suggestion_id,grade,judge\n" + rows, encoding="utf-8")
    arguments = ["evaluate", *desk, *CHEAP, "--at", "0.7", "--judgements", str(grades), "--leak-check"]
    assert main([*arguments, "--json"]) == 0
    *_, by_hand, leak = json.loads(capsys.readouterr().out)["notes"]
    assert by_hand == "4 pairs judged by hand; Cohen's kappa of two judges 0.50."
    found = re.fullmatch(r"Leak check, hit@1: (\S+) on a split at random, (\S+) by time \(difference (\S+): .*", leak)
    random, time, difference = (float(each) for each in found.groups())
    assert difference == pytest.approx(random - time, abs=0.002)


def test_evaluate_takes_a_date_or_a_share(desk, capsys):
    assert main(["evaluate", *desk, *CHEAP, "--at", "2030-01-01"]) == 2
    assert main(["evaluate", *desk, *CHEAP, "--at", "yesterday"]) == 2
    assert "at must be a time" in capsys.readouterr().err


def test_demo_asks_ten_questions_in_five_languages_and_answers_the_repeat_first(capsys):
    assert main(["demo", *CHEAP, "--json"]) == 0
    asked = json.loads(capsys.readouterr().out)["questions"]
    assert len(asked) == 10
    assert {each["language"] for each in asked} == {"Swedish", "Norwegian", "Danish", "Finnish", "English"}
    first = asked[0]["suggestions"][0]
    assert first["id"] == "bygglov-008"
    assert first["why"]["repeat"] is True
    assert first["confidence"] == 1
    silent = [each for each in asked if not each["suggestions"]]
    assert silent
    assert all(each["held_back"] for each in silent)  # a bare refusal would tell nothing
    assert not any(each["held_back"] for each in asked if each["suggestions"])


def test_demo_fits_80_columns_and_says_what_is_invented(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["demo", *CHEAP]) == 0
    text = capsys.readouterr().out
    assert max(len(line) for line in text.splitlines()) <= 80
    together = " ".join(text.split())
    assert "The questions and the helpdesk are invented; the FAQ is real." in together
    for question in FAQ_QUESTIONS + DESK_QUESTIONS:
        assert " ".join(question.text.split()) in together


@pytest.mark.parametrize("calibrated", [True, False])
def test_demo_says_whether_confidence_is_calibrated_and_counts_silence(calibrated):
    offer = Suggestion(kind="article", id="a", text="t", confidence=0.9, why=Why(calibrated=calibrated))
    screen = screen_of(120)
    close_demo(screen, [Asked(FAQ_QUESTIONS[0], (offer,), None, 1.0), Asked(FAQ_QUESTIONS[1], (), offer, 1.0)])
    said = " ".join(written(screen).split())
    assert "2 questions, 1 of them without an offer." in said
    assert ("is a calibrated probability" in said) is calibrated
    assert ("is not calibrated" in said) is not calibrated


def test_export_refuses_to_overwrite(desk, capsys):
    assert main(["demo", "--export", "desk"]) == 2
    assert "tickets.jsonl" in capsys.readouterr().err
    assert Path("desk/tickets.jsonl").read_bytes() == (DESK / "tickets.jsonl").read_bytes()


LONG = Suggestion(
    kind="article",
    id="a1",
    title="En rubrik som " + "är ganska lång och " * 12,
    text="Ord efter ord " * 60 + "https://example.com/" + "x" * 300,
    confidence=0.73,
    matched="Vad gäller? " * 40,
    sources=tuple(f"ticket-{number}" for number in range(30)),
)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("colour", [False, True])
def test_no_line_is_wider_than_the_screen(width, colour):
    screen = screen_of(width, colour=colour)
    show_suggestions(screen, [LONG, LONG])
    plain = screen_of(width)
    show_suggestions(plain, [LONG, LONG])
    lines = written(plain).splitlines()
    assert width - 25 < max(len(line) for line in lines) <= width
    assert ("\x1b[" in written(screen)) is colour


def test_bars_fill_with_confidence_and_know_ascii():
    assert screen_of().bar(0.73) == "███████░░░"
    assert screen_of(encoding="ascii").bar(0.73) == "#######..."
    assert screen_of().bar(0.0) == "░" * 10
    ascii_screen = screen_of(encoding="ascii")
    show_suggestions(ascii_screen, [Suggestion(kind="article", id="a", title="Plain " * 40, text="Text", confidence=1)])
    assert "##########" in written(ascii_screen)


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "colour"),
    [
        (Terminal, {}, True),
        (Terminal, {"NO_COLOR": "1"}, False),
        (Terminal, {"TERM": "dumb"}, False),
        (io.StringIO, {}, False),
        (io.StringIO, {"FORCE_COLOR": "1"}, True),
        (io.StringIO, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_only_where_it_is_wanted(monkeypatch, stream, environment, colour):
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Screen.of(stream()).colour is colour


def test_text_of_customers_cannot_steer_the_terminal():
    assert printable("a\x1b]0;title\x07b\x9b31mc\u202ed\r\ne") == "a]0;titleb31mcd e"
    screen = screen_of()
    show_suggestions(
        screen, [Suggestion(kind="reply", id="r", title="t\x1b[2J", text="x\x1b[31m", confidence=0.5, matched="\x07")]
    )
    assert "\x1b" not in written(screen)
    assert "\x07" not in written(screen)


def test_json_is_ascii_where_the_stream_knows_no_more(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", stream)
    print_json({"text": "€ å"})
    stream.flush()
    assert json.loads(stream.buffer.getvalue().decode("ascii")) == {"text": "€ å"}


def test_as_a_module_and_into_a_closed_pipe(model):
    command = [sys.executable, "-m", "faqsuggest"]
    version = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout == f"faqsuggest {__version__}\n"
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [*command, "suggest", model, "lösenord", "--min-confidence", "0"], stdout=writing, stderr=subprocess.PIPE
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_parser_is_built_without_heavy_packages():
    code = (
        "import sys; from faqsuggest.cli.parser import build_parser; build_parser(); "
        "print([n for n in ('torch', 'sklearn', 'pandas', 'faiss', 'onnxruntime', 'matplotlib') if n in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
    assert build_parser().prog == "faqsuggest"
