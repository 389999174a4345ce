"""Given and family names, read on first use, and what an inflected word is a form of."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Literal

Standing = Literal["given", "ambiguous", "family", "unknown"]

_FAMILY_ENDING = re.compile(
    r"(?:sson|nen|qvist|quist|kvist|dotter|dóttir|datter|gaard|strøm|ström|berg|gren|lund|holm|dahl|mäki|niemi|lahti|järvi|koski|"
    r"ski|ska|wicz|oğlu|oglu|ović|ovic|ević|evic|ić|zadeh|pour|yan)$"
)
_NORDIC_GENITIVE = re.compile(r"(?:[’']?s|[’'])$")
_FINNISH_ENDINGS = (
    *("lle", "lta", "ltä", "lla", "llä", "ssa", "ssä", "sta", "stä", "ksi", "tta", "ttä"),
    *("sen", "selle", "selta", "sella", "sta", "set", "n", "a", "ä", "t", "in"),
)


@lru_cache(maxsize=1)
def _names() -> tuple[dict[str, bool], dict[str, bool]]:
    """Given and family names in lower case, with whether each is also an ordinary word."""
    found: dict[str, dict[str, bool]] = {"given:": {}, "family:": {}}
    block: dict[str, bool] = {}
    for line in files("faqsuggest.text.privacy").joinpath("names.txt").read_text(encoding="utf-8").splitlines():
        if line in found:
            block = found[line]
        elif not line.startswith("#"):
            block.update((name.rstrip("~").casefold(), name.endswith("~")) for name in line.split())
    return found["given:"], found["family:"]


@lru_cache(maxsize=32_768)
def standing(word: str, finnish: bool = False) -> Standing:
    """What a word is among the names, genitive and (in Finnish text) case endings taken off.

    "ambiguous" is a given name that is an ordinary word as well, or an inflected form that may be a chance likeness.
    """
    given, family = _names()
    folded = word.casefold()
    candidates = forms(folded, finnish)
    for form in candidates:
        if form in given:
            return "ambiguous" if given[form] or (form != folded and len(form) < 3) else "given"
    parts = folded.split("-")
    if len(parts) == 2 and all(part in given for part in parts):
        return "given"
    for form in candidates:
        if form in family:
            return "unknown" if family[form] else "family"
        if len(form) > 5 and folded.startswith(form) and _FAMILY_ENDING.search(form):
            return "family"
    return "unknown"


@lru_cache(maxsize=4_096)
def stem(word: str) -> str:
    """The word in lower case without a genitive."""
    folded = word.casefold()
    return _NORDIC_GENITIVE.sub("", folded) if len(folded) > 3 else folded


def forms(folded: str, finnish: bool) -> list[str]:
    """A word in lower case and what it may be a form of: genitives, and in Finnish text the cases of names."""
    found = [folded]
    shorter = _NORDIC_GENITIVE.sub("", folded)
    if shorter != folded and len(shorter) > 1:
        found.append(shorter)
    for ending in _FINNISH_ENDINGS if finnish else ():
        if folded.endswith(ending) and len(folded) - len(ending) >= 4:
            base = folded[: -len(ending)]
            found.append(base)
            if base.endswith("kse"):
                found.append(base[:-3] + "s")
            if ending.startswith("se"):
                found.append(base + "nen")
    return found
