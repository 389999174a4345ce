import ast
import importlib.metadata
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STATED = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = STATED["project"]["optional-dependencies"]
MODEL = ROOT / "models" / "default"
IMPORTED_AS = {"faiss": "faiss-cpu", "stdnum": "python-stdnum", "sklearn": "scikit-learn", "tqdm": "tqdm"}
ASKED_FOR_BY_OTHERS = {"accelerate", "datasets"}
"""sentence-transformers imports these when it trains."""


def name_of(requirement):
    return re.match(r"[\w.-]+", requirement).group().lower()


def locked(file):
    lines = (ROOT / "requirements" / file).read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def built(kind, folder):
    pytest.importorskip("build", reason="needs the package build")
    pytest.importorskip("hatchling", reason="needs hatchling, the build runs without a network")
    if not (MODEL / "model.onnx").is_file():
        pytest.skip("needs the shipped model in models/default")
    command = [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.iterdir())


def test_wheel_holds_model_desk_and_types_and_nothing_else(tmp_path):
    with zipfile.ZipFile(built("wheel", tmp_path)) as wheel:
        names = set(wheel.namelist())
        for file in ("manifest.json", "config.json", "model.onnx", "tokenizer.json", "LICENSE"):
            assert wheel.read(f"faqsuggest/shipped/default/{file}") == (MODEL / file).read_bytes()
        metadata = wheel.read(next(name for name in names if name.endswith("dist-info/METADATA"))).decode()
    assert {"faqsuggest/py.typed", "faqsuggest/__init__.pyi", "faqsuggest/cli/__init__.py"} <= names
    assert {"faqsuggest/demo_desk/tickets.jsonl", "faqsuggest/demo_desk/articles.jsonl"} <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"faqsuggest"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".orig"))]
    assert "License-Expression: MIT" in metadata
    assert "Requires-Python: >=3.11" in metadata
    assert sorted(re.findall(r"^Provides-Extra: (.+)$", metadata, flags=re.MULTILINE)) == sorted(EXTRAS)


def test_source_archive_can_be_built_from_and_tested(tmp_path):
    with tarfile.open(built("sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = "pyproject.toml README.md LICENSE CHANGELOG.md Makefile requirements/test.txt tests/test_packaging.py"
    assert {*wanted.split(), "models/default/model.onnx", "src/faqsuggest/py.typed", "docs/demo.svg"} <= names
    assert not [name for name in names if re.search(r"(^|/)(\.venv|\.ci|\.git/|__pycache__|\.hypothesis)", name)]


def test_package_that_is_installed_is_this_one():
    try:
        installed = importlib.metadata.version("faqsuggest")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("faqsuggest is on the path, but not installed")
    assert installed == importlib.import_module("faqsuggest").__version__
    entry = importlib.metadata.distribution("faqsuggest").entry_points.select(name="faqsuggest")
    assert [each.value for each in entry] == ["faqsuggest.cli:main"]


def imported_packages():
    found = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {each.name.partition(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "import_module":
                found |= {each.value.partition(".")[0] for each in node.args if isinstance(each, ast.Constant)}
    return {name for name in found if name not in sys.stdlib_module_names} - {"faqsuggest"}


def test_every_import_is_declared_and_every_hard_dependency_is_imported():
    used = {IMPORTED_AS.get(name, name.replace("_", "-")) for name in imported_packages()}
    hard = {name_of(each) for each in STATED["project"]["dependencies"]}
    extra = {name_of(each) for name, each_list in EXTRAS.items() if name != "all" for each in each_list}
    assert used - hard - extra == set()
    assert hard - used == set()
    assert extra - used <= ASKED_FOR_BY_OTHERS | {"pyarrow"}


def test_all_is_every_extra():
    assert EXTRAS["all"] == [f"faqsuggest[{','.join(sorted(set(EXTRAS) - {'all'}))}]"]


def test_locks_pin_what_is_declared_and_the_demo_has_no_torch():
    demo, test = locked("demo.txt"), locked("test.txt")
    hard = {name_of(each) for each in STATED["project"]["dependencies"]}
    assert hard | {"hatchling", "zaragoza-construction-faq"} <= set(demo)
    assert hard | {name_of(each) for each in STATED["dependency-groups"]["dev"]} <= set(test)
    assert {name_of(each) for name in ("parquet", "report", "train") for each in EXTRAS[name]} <= set(test)
    assert test["torch"] == "2.13.0"
    assert not {"torch", "transformers", "sentence-transformers"} & set(demo)
    assert {name: test[name] for name in demo} == demo


def test_every_declared_package_stands_in_the_table_of_licences():
    table = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    groups = [STATED["project"]["dependencies"], STATED["dependency-groups"]["dev"]]
    groups += [each for name, each in EXTRAS.items() if name != "all"]
    names = {name_of(each) for group in groups for each in group}
    missing = [name for name in sorted(names) if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", table.lower())]
    assert missing == ["pandas-stubs", "scipy-stubs", "types-tqdm"]
