"""The house: imports point left, the public list is what it says, importing is light, files and functions are small."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import faqsuggest

PACKAGE = Path(faqsuggest.__file__).parent
ROOMS = (
    {"errors", "records", "wording", "forked", "progress", "parameters", "_version"},
    {"text"},
    {"data"},
    {"encoders"},
    {"indexes", "store"},
    {"filters", "passages", "units"},
    {"candidates", "retrieval", "request"},
    {"ranking", "reasons", "evidence", "listwise", "confidence", "calibration", "calibrated", "calibration_report", 
     "policy", "outcomes", "abstention", "offering", "sending", "own_order", "shift", "trees"},
    {"snapshot", "feedback", "answering"},
    {"suggester"},
    {"searchbox", "evaluation", "training", "insight", "serving", "cli", "__main__"},
)  # fmt: skip
"""From left to right; modules of one room may use each other."""
EDGES = ({"searchbox"}, {"evaluation"}, {"training", "evaluation"}, {"insight", "evaluation"}, {"serving", "searchbox"})
"""What the rooms on the right edge may use of each other; the command line may use all."""
HEAVY = ("torch", "sentence_transformers", "sklearn", "pandas", "faiss", "onnxruntime", "matplotlib", "scipy")


def sources():
    return {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}


def room_of(name):
    return next((number for number, room in enumerate(ROOMS) if name in room), None)


def imported(source, everything=True):
    """Modules of the package, and names in them, that a file imports; only when it is loaded unless ``everything``."""
    tree = ast.parse(source)
    skipped = set()
    for node in ast.walk(tree):
        typing_only = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if typing_only or (not everything and isinstance(node, ast.FunctionDef)):
            skipped |= set(map(id, ast.walk(node)))
    found = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if (node.module or "").split(".")[0] == "faqsuggest":
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("faqsuggest.")}
    return found


HOMES = {name: module.split(".")[0] for name, module in faqsuggest._HOMES.items()} | {"__version__": "_version"}


def first_part(module):
    name = module.split(".")[1]
    return HOMES.get(name, name)


def backward(files):
    """Imports that point to the right."""
    wrong = []
    for path, source in files.items():
        own = path.split("/")[0].removesuffix(".py")
        if own == "__init__":
            continue
        assert room_of(own) is not None, f"{path} has no room: say in ROOMS where it belongs"
        for module in imported(source):
            other = first_part(module)
            edge = room_of(own) == room_of(other) == len(ROOMS) - 1 and own not in ("cli", "__main__") and own != other
            allowed = any(own in pair and other in pair for pair in EDGES)
            if room_of(other) is None or room_of(other) > room_of(own) or (edge and not allowed):
                wrong.append((path, module))
    return wrong


def test_imports_point_left():
    assert backward(sources()) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("records.py", "from faqsuggest.text.normalise import fold"),
        ("indexes/lexical.py", "import faqsuggest.retrieval"),
        ("data/answers.py", "from faqsuggest import Suggester"),
        ("suggester.py", "def late():\n    from faqsuggest.evaluation import metrics"),
        ("training/pools.py", "from faqsuggest.cli import main"),
    ],
)
def test_a_planted_backward_import_is_found(path, line):
    files = sources()
    files[path] = f"{files[path]}\n{line}\n"
    assert [found for found, _ in backward(files)] == [path]


def resolved(name, modules):
    """The module that a name stands for or is defined in."""
    return name if name in modules else name.rpartition(".")[0]


def module_of(path):
    return "faqsuggest." + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def cycles(files):
    """Modules that can be reached from themselves by what is imported when they are loaded."""
    names = {module_of(path): path for path in files}
    graph = {
        name: {resolved(other, names) for other in imported(files[path], everything=False)} & names.keys() - {name}
        for name, path in names.items()
        if path != "__init__.py"
    }
    while True:
        used = set().union(*graph.values())
        ends = {name for name, others in graph.items() if name not in used or not others & graph.keys()}
        if not ends:
            return sorted(graph)
        graph = {name: others for name, others in graph.items() if name not in ends}


def test_there_are_no_cycles():
    files = sources()
    assert cycles(files) == []
    files["data/grouping.py"] += "\nfrom faqsuggest.data.answers import AnswerBook\n"
    assert {"faqsuggest.data.answers", "faqsuggest.data.grouping"} <= set(cycles(files))


def test_public_names_are_sorted_there_and_in_the_stub():
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text("utf-8"))
    (listed,) = (ast.literal_eval(node.value) for node in stub.body if isinstance(node, ast.Assign))
    typed = {each.asname or each.name for node in stub.body if isinstance(node, ast.ImportFrom) for each in node.names}
    assert sorted(faqsuggest.__all__) == sorted(listed) == sorted(typed)
    assert len(set(faqsuggest.__all__)) == len(faqsuggest.__all__)
    for name in faqsuggest.__all__:
        assert getattr(faqsuggest, name) is not None
    assert set(dir(faqsuggest)) == set(faqsuggest.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = faqsuggest.Nothing


def test_importing_is_light():
    program = (
        "import time; start = time.process_time(); import faqsuggest; took = time.process_time() - start\n"
        "import sys, importlib, pkgutil\n"
        "for each in pkgutil.walk_packages(faqsuggest.__path__, 'faqsuggest.'):\n"
        "    if not each.name.endswith('__main__'): importlib.import_module(each.name)\n"
        f"print(took, [name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    took, loaded = done.stdout.split(maxsplit=1)
    assert float(took) <= 0.1
    assert loaded.strip() == "[]"


def test_files_and_functions_are_small():
    long_files = {path: lines for path, source in sources().items() if (lines := source.count("\n")) > 400}
    long_functions = {
        f"{path}:{node.name}": lines
        for path, source in sources().items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and (lines := body_lines(node)) > 60
    }
    assert (long_files, long_functions) == ({}, {})


def body_lines(function):
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0
