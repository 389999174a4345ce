"""The command ``faqsuggest``: a thin skin, each command one call of the library.

    parser     what can be typed
    commands   fit, suggest, evaluate, replay
    retrain    retrain, versions, rollback
    demo       ten questions in five languages
    screen     what a terminal shows

Exit codes: 0 done, 2 the library refused (its message is on standard error), 130 interrupted. Of ``retrain`` also:
3 the new data serves but nothing learnt proved better, 4 nothing changed, 5 another retrain is running.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from faqsuggest.cli.parser import build_parser
from faqsuggest.errors import FaqSuggestError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: Arguments without the program's name; None takes those of the process.

    Returns:
        The exit code.

    Example:
        >>> main(["--version"])  # doctest: +SKIP
        faqsuggest 0.1.0
    """
    arguments = build_parser().parse_args(argv)
    try:
        code = arguments.run(arguments)
        sys.stdout.flush()
    except (FaqSuggestError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            # Whoever read has stopped, as ``head`` does; nothing more may be written, not even while Python ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        sys.stderr.write(f"faqsuggest: error: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("faqsuggest: interrupted\n")
        return 130
    return int(code or 0)
