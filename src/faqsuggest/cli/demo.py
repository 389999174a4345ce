"""``faqsuggest demo``: ten questions in five languages, asked of a real FAQ and of an invented helpdesk."""

from __future__ import annotations

import shutil
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from faqsuggest.cli.commands import print_json
from faqsuggest.cli.screen import Screen
from faqsuggest.cli.show import show_answers
from faqsuggest.data.knowledge_base import KnowledgeBase
from faqsuggest.errors import InputError, MissingPackageError
from faqsuggest.records import Suggestion
from faqsuggest.suggester import Suggester

DESK = Path(__file__).parents[1] / "demo_desk"
DESK_FILES = ("tickets.jsonl", "articles.jsonl")


PRECISION = 0.7
CALIBRATED = (
    "The confidence shown is a calibrated probability. Here an answer is offered from 0.70 on; "
    "a suggester asks for 0.90 unless it is told another precision."
)
UNCALIBRATED = (
    "The confidence shown is not calibrated: it ranks answers, it is no probability. "
    "A question that nothing answers may still get an offer."
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the demo: what is asked, and what makes it hard. All are invented."""

    language: str
    text: str
    about: str


FAQ_QUESTIONS = (
    Question("Swedish", "vad är STARTBESKED?", "repeats a question of the FAQ, typed in another way"),
    Question(
        "Swedish",
        "Hej! Vi har ett badrum på typ 5 kvm från 80-talet som luktar fukt. Min man säger att det går att måla över, "
        "men jag vill göra om alltihop. Vad brukar det gå loss på??\nMvh Kerstin",
        "a story around the question",
    ),
    Question("Norwegian", "Hei, trenger vi tillatelse for å bygge en altan på 20 kvm?", "all answers are in Swedish"),
    Question("Swedish", "Har ni någon bra pizzeria i närheten?", "nothing in the FAQ answers it"),
)
DESK_QUESTIONS = (
    Question("Swedish", "hej mitt paket har sovit i rosersberg i över en vecka, kan ni eftersöka de", "mistyped"),
    Question(
        "Norwegian", "skrev en omtale for en uke siden, hvorfor er den ikke synlig", "the only article is in Danish"
    ),
    Question(
        "Danish",
        "Hej, jeg har købt en kjole i koral, men i virkeligheden er den nærmest orange, og jeg ligner en trafikkegle. "
        "Den findes også i mørkegrøn, og den vil jeg hellere have. Kan I bare bytte, eller skal jeg købe en ny?",
        "a long message; the articles are in Swedish and Norwegian",
    ),
    Question("Finnish", "missä mun rahat viipyy", "as it is spoken, not as it is written"),
    Question("English", "wrong street number pls fix", "short"),
    Question("Norwegian", "bare her for kommentarene 🍿", "not a question at all"),
)


def run(arguments: Namespace) -> None:
    """Learn both bases, ask the ten questions and show the answers; or write the helpdesk into a folder."""
    screen = Screen.of(sys.stdout)
    if arguments.export:
        export(Path(arguments.export))
        screen.paragraph(f"{arguments.export}: {' and '.join(DESK_FILES)}", label="written: ")
        return
    asked: list[Asked] = []
    for title, read, questions in PARTS:
        if arguments.json:
            suggester = Suggester(encoder=arguments.encoder, precision=PRECISION, threads=2).fit(read())
        else:
            screen.title(title)
            suggester = _learn(screen, read, arguments.encoder)
        for question in questions:
            asked.append(_ask(suggester, question))
            if not arguments.json:
                _show(screen, asked[-1], len(asked))
    if arguments.json:
        print_json({"questions": [each.to_dict() for each in asked]})
    else:
        close_demo(screen, asked)


def faq() -> KnowledgeBase:
    """The Swedish questions and answers of the package ``zaragoza-construction-faq``.

    Raises:
        MissingPackageError: It is not installed.
    """
    try:
        from zaragoza_construction_faq import load
    except ImportError as error:
        raise MissingPackageError("zaragoza-construction-faq", "demo", "faqsuggest demo") from error
    names = {"q": "title", "a": "body", "category": "tags"}
    rows = [{"id": row["id"], "language": "sv", **{name: row[own] for own, name in names.items()}} for row in load()]
    return KnowledgeBase.from_records(articles=rows)


def desk() -> KnowledgeBase:
    """The invented helpdesk that comes with the package."""
    return KnowledgeBase.from_files(*(DESK / name for name in DESK_FILES))


def export(folder: Path) -> None:
    """Copy the invented helpdesk into a folder, which is made when missing.

    Raises:
        InputError: A file of that name is there already.
    """
    for name in DESK_FILES:
        if (folder / name).exists():
            raise InputError(f"--export must name a folder without {name}, got {folder}, which has one; name another")
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*DESK_FILES, "retrain.toml", "README.md"):
        shutil.copyfile(DESK / name, folder / name)


PARTS = (
    ("A real FAQ: 503 Swedish questions and answers about building (Zaragoza AB, CC BY 4.0)", faq, FAQ_QUESTIONS),
    ("An invented helpdesk: Nordlager, a shop that does not exist, in six written languages", desk, DESK_QUESTIONS),
)
"""What is shown: a title, how the base is read, and what is asked of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the demo with what came back and how long that took; ``held_back`` is what was nearest else."""

    question: Question
    suggestions: tuple[Suggestion, ...]
    held_back: Suggestion | None
    milliseconds: float

    def to_dict(self) -> dict[str, object]:
        """JSON-ready, without the time, so that two runs print the same."""
        nearest = None if self.held_back is None else self.held_back.to_dict()
        suggestions = [each.to_dict() for each in self.suggestions]
        return {**asdict(self.question), "suggestions": suggestions, "held_back": nearest}


def _learn(screen: Screen, read: Callable[[], KnowledgeBase], encoder: str) -> Suggester:
    began = time.perf_counter()
    kb = read()
    suggester = Suggester(encoder=encoder, precision=PRECISION, threads=2).fit(kb)
    suggester.suggest("hej")  # Parts that are read at the first question count as learning, not as answering.
    seconds = time.perf_counter() - began
    learnt = f"{len(kb.articles)} articles and {len(kb.tickets)} past tickets learnt in {seconds:.1f} s"
    screen.paragraph(learnt, styles=("dim",))
    return suggester


def _ask(suggester: Suggester, question: Question) -> Asked:
    began = time.perf_counter()
    suggestions = suggester.suggest(question.text, k=3)
    milliseconds = (time.perf_counter() - began) * 1000
    nearest = [] if suggestions else suggester.suggest(question.text, k=1, min_confidence=0)
    return Asked(question, tuple(suggestions), nearest[0] if nearest else None, milliseconds)


def _show(screen: Screen, asked: Asked, number: int) -> None:
    screen.line()
    facts = f"{asked.question.language}; {asked.question.about}; {asked.milliseconds:.0f} ms"
    screen.paragraph(facts, label=f"{number:>2}  ", styles=("dim",))
    screen.paragraph(asked.question.text, indent=4, styles=("bold", "cyan"))
    screen.line()
    show_answers(screen, asked.suggestions, indent=4, full=1)
    if (held := asked.held_back) is not None:
        head = screen.style(f"held back: {held.confidence:.2f}  ", "dim")
        screen.paragraph(held.title or held.text, label=head, indent=4, lines=1, styles=("dim",))


def close_demo(screen: Screen, asked: Sequence[Asked]) -> None:
    """Say how much was offered, what the confidence means, and what of all this is real."""
    silent = sum(not each.suggestions for each in asked)
    shown = [suggestion for each in asked for suggestion in each.suggestions]
    screen.title("What to make of it")
    for line in (
        f"{len(asked)} questions, {silent} of them without an offer.",
        CALIBRATED if all(each.why.calibrated for each in shown) else UNCALIBRATED,
        "The questions and the helpdesk are invented; the FAQ is real. Nothing left this machine.",
        "faqsuggest demo --export desk writes the helpdesk as files; faqsuggest --help goes on from there.",
    ):
        screen.paragraph(line, label="- ")
