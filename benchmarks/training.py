"""What learning from history is worth, part by part.

    FAQSUGGEST_DATA=… python -m benchmarks.training --part tags [options of the part]

A part is a module ``training_PART.py`` beside this one with ``main(arguments)``, which writes
``results/training_PART.json``; ``--part PART --help`` says what it measures and how long it takes. Without ``--part``
all parts run one after the other as they come.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

_PREFIX = "training_"


def parts() -> list[str]:
    """Names of the parts that there are, sorted."""
    return sorted(path.stem.removeprefix(_PREFIX) for path in Path(__file__).parent.glob(f"{_PREFIX}*.py"))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, add_help=False
    )
    parser.add_argument("--part", choices=parts(), help="all, one after the other, without it")
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.part is None and {"-h", "--help"} & set(rest):
        parser.print_help()
        return
    for name in [chosen.part] if chosen.part else parts():
        import_module(f"benchmarks.{_PREFIX}{name}").main(rest)


if __name__ == "__main__":
    main()
