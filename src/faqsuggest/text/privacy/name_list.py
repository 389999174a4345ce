"""Given and family names, read on first use, and what an inflected word is a form of."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Literal

Standing = Literal["given", "ambiguous", "family", "unknown"]

_FAMILY_ENDING = re.compile(
    r"(?:sson|qvist|quist|kvist|dotter|dóttir|datter|gaard|strøm|ström|berg|gren|lund|holm|dahl|mäki|niemi|lahti|järvi|koski|"
    r"(?:ow|ew|al|iel|ań|iń|yń)sk[ia]|wicz|oğlu|oglu|ović|ovic|ević|evic|ić|zadeh|pour|yan)$"
)
_NORDIC_GENITIVE = re.compile(r"(?:[’']?s|[’'])$")
_FINNISH_ENDINGS = (
    *("lle", "lta", "ltä", "lla", "llä", "ssa", "ssä", "sta", "stä", "ksi", "tta", "ttä"),
    *("sen", "selle", "selta", "sella", "sta", "set", "n", "a", "ä", "t", "in"),
)


@lru_cache(maxsize=1)
def _names() -> tuple[dict[str, bool], dict[str, bool], dict[str, bool]]:
    """Given and family names in lower case, with whether each is also an ordinary word; words that are no names."""
    found: dict[str, dict[str, bool]] = {"given:": {}, "family:": {}, "words:": {}}
    block: dict[str, bool] = {}
    for line in files("faqsuggest.text.privacy").joinpath("names.txt").read_text(encoding="utf-8").splitlines():
        if line in found:
            block = found[line]
        elif not line.startswith("#"):
            block.update((name.rstrip("~").casefold(), name.endswith("~")) for name in line.split())
    return found["given:"], found["family:"], found["words:"]


@lru_cache(maxsize=32_768)
def standing(word: str, finnish: bool = False) -> Standing:
    """What a word is among the names, genitive and (in Finnish text) case endings taken off.

    "ambiguous" is a given name that is an ordinary word as well, or an inflected form that may be a chance likeness.
    """
    given, family, words = _names()
    folded = word.casefold()
    if folded in words:
        return "unknown"
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
        if len(form) > 5 and folded.startswith(form) and _is_family_shaped(form, finnish):
            return "family"
    return "unknown"


def _is_family_shaped(form: str, finnish: bool) -> bool:
    """Whether a word that no list has ends like a family name; in Finnish text those in -nen too."""
    return bool(_FAMILY_ENDING.search(form)) or (finnish and form.endswith("nen"))


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
            found += _strong(base)
    return found


_GRADES = (("rr", "rt"), ("ll", "lt"), ("nn", "nt"), ("mm", "mp"), ("ng", "nk"), ("d", "t"), ("v", "p"), ("", "k"))


def _strong(base: str) -> list[str]:
    """What a weak stem may come from: Peka- Pekka, Anti- Antti, Sadu- Satu, Virra- Virta, Lahde- Lahti, Mäe- Mäki."""
    vowel, root = base[-1:], base[:-1]
    endings = (vowel, "i") if vowel == "e" else (vowel,)
    found = [root + "i"] if vowel == "e" else []
    if vowel not in "aeiouyäö":
        return [base + "i"]
    if root[-1:] in "kpt":
        found += [root + root[-1:] + end for end in endings]
    for weak, strong in _GRADES:
        if root.endswith(weak):
            found += [root[: len(root) - len(weak)] + strong + end for end in endings]
    return found
