"""Write demo.txt and test.txt: every package that either environment needs, directly or not, at one version."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
OPTIONS = (
    *("--quiet", "--upgrade", "--strip-extras", "--allow-unsafe", "--no-annotate", "--no-header"),
    *("--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links"),
)


def wanted(extras: tuple[str, ...], groups: tuple[str, ...]) -> list[str]:
    """Requirements of the project with these extras and groups, and of its build."""
    stated = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))
    project = stated["project"]
    lists = [stated["build-system"]["requires"], project["dependencies"]]
    lists += [project["optional-dependencies"][extra] for extra in extras]
    lists += [stated["dependency-groups"][group] for group in groups]
    return sorted({requirement for each in lists for requirement in each})


def lock(name: str, requirements: list[str]) -> None:
    """Resolve the requirements and write them with exact versions; builds of one version are not told apart."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "wanted.in"), Path(folder, "locked.txt")
        source.write_text("\n".join(requirements), "utf-8")
        constraint = f"--constraint={HERE / 'pins.txt'}"
        command = [
            sys.executable,
            "-m",
            "piptools",
            "compile",
            *OPTIONS,
            constraint,
            f"--output-file={made}",
            str(source),
        ]
        subprocess.run(command, check=True, cwd=folder)
        pins = re.findall(r"^([\w.\-]+==[\w.!]+)", made.read_text("utf-8"), flags=re.MULTILINE)
    heading = "# Every package of this environment, at one version. Written by: make lock\n"
    (HERE / name).write_text(heading + "\n".join(sorted(pins)) + "\n", "utf-8")


if __name__ == "__main__":
    lock("demo.txt", wanted(("demo",), ()))
    lock("test.txt", wanted(("parquet", "report", "demo", "train"), ("dev",)))
