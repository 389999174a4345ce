"""Titles with the texts under them, parallel across languages, out of Debian packages: help pages and descriptions.

A title asks and the text under it answers, which is what a short question and an article without a title do. Help
pages are cut at their headings; a section is known by its file and the place of its heading, so that its translations
belong together. What is left in English in a translated page is dropped.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from .parallel_text import unpack

LANGUAGES = ("en", "sv", "nb", "nn", "da", "fi")
# Package → (licence, source, folders of HTML pages by language, relative to the unpacked package).
PACKAGES: dict[str, tuple[str, str, dict[str, str]]] = {
    **{
        f"libreoffice-help-{folder.lower()}": (
            "MPL-2.0",
            "office-pages",
            {lang: f"usr/share/libreoffice/help/{folder}/text"},
        )
        for lang, folder in {"sv": "sv", "da": "da", "fi": "fi", "en": "en-US"}.items()
    },
    **{
        f"gimp-help-{lang}": ("GFDL-1.2+", "gimp-pages", {lang: f"usr/share/gimp/2.0/help/{lang}"})
        for lang in ("sv", "da", "fi", "nn", "en")
    },
}
DESCRIPTIONS = "package-descriptions"
SOURCES = frozenset((*(source for _, source, _ in PACKAGES.values()), DESCRIPTIONS))
"""Names of the pools that come of this."""
_SHORTEST, _LONGEST = 60, 1200


@dataclass
class Titled:
    """One section or package: its title and its text in every language that has them."""

    titles: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def fetch(work: Path) -> Path:
    """Download and unpack the packages and the lists of descriptions under ``work``; what is there already is kept."""
    unpacked = unpack(work, PACKAGES)
    lists = unpacked / DESCRIPTIONS
    if not lists.is_dir():
        (lists / "partial").mkdir(parents=True)
        options = {
            "Acquire::Languages": ",".join(LANGUAGES),
            "Dir::State::Lists": str(lists),
            "Acquire::GzipIndexes": "false",
        }
        command = ["apt-get", *(f"-o{key}={value}" for key, value in options.items()), "update"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return unpacked


def sections(unpacked: Path) -> Iterator[tuple[str, list[Titled]]]:
    """(source, its sections) for every source of help pages, and for the descriptions of packages."""
    found: dict[str, dict[str, Titled]] = {}
    for package, (_, source, folders) in PACKAGES.items():
        table = found.setdefault(source, {})
        for language, folder in folders.items():
            root = unpacked / package / folder
            for path in sorted(root.rglob("*.html")):
                for place, title, text in _headed(path):
                    row = table.setdefault(f"{path.relative_to(root)}#{place}", Titled())
                    row.titles[language], row.texts[language] = title, text
    for source, table in found.items():
        yield source, _telling(table.values())
    yield DESCRIPTIONS, _telling(_descriptions(unpacked / DESCRIPTIONS).values())


def _telling(rows: Iterable[Titled]) -> list[Titled]:
    # A title that many sections share ("General") asks for none of them, and an untranslated text is no translation.
    kept = [clean for row in rows if (clean := _translated(row)).texts]
    often = Counter(title.lower() for row in kept for title in set(row.titles.values()))
    for row in kept:
        row.titles = {lang: title for lang, title in row.titles.items() if often[title.lower()] <= 2}
    return [row for row in kept if row.titles]


def _translated(row: Titled) -> Titled:
    english = _sentences(row.texts.get("en", ""))
    texts = {
        lang: text
        for lang, text in row.texts.items()
        if len(text) >= _SHORTEST and (lang == "en" or not english & _sentences(text))
    }
    own = row.titles.get("en")
    titles = {lang: title for lang, title in row.titles.items() if lang == "en" or (title != own and lang in texts)}
    return Titled({lang: title for lang, title in titles.items() if 1 < len(title.split()) <= 16}, texts)


def _sentences(text: str) -> set[str]:
    return {part for part in re.split(r"(?<=[.!?:]) ", text) if len(part) > 24}


class _Headings(HTMLParser):
    """Collects (heading, text under it) in document order; code, scripts and navigation are left out."""

    _SILENT = frozenset({"script", "style", "pre", "nav", "head", "table"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = []
        self._in_heading = False
        self._in_text = 0
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._SILENT:
            self._silent += 1
        elif tag in ("h1", "h2", "h3", "h4"):
            self._in_heading = True
            self.found.append(("", []))
        elif tag in ("p", "li"):
            self._in_text += 1
            if self.found:
                self.found[-1][1].append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in ("h1", "h2", "h3", "h4"):
            self._in_heading = False
        elif tag in ("p", "li"):
            self._in_text = max(0, self._in_text - 1)

    def handle_data(self, data: str) -> None:
        if self._silent or not self.found:
            return
        if self._in_heading:
            title, text = self.found[-1]
            self.found[-1] = (title + data, text)
        elif self._in_text:
            self.found[-1][1].append(data)


def _headed(path: Path) -> Iterator[tuple[int, str, str]]:
    parser = _Headings()
    parser.feed(path.read_text("utf-8", "replace"))
    for place, (title, parts) in enumerate(parser.found):
        text = _flat("".join(parts))
        if title.strip() and len(text) >= _SHORTEST:
            yield place, re.sub(r"^[\dA-Z]{1,3}(\.\d{1,3}){0,4}\.?\s", "", _flat(title)), text[:_LONGEST]


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _descriptions(lists: Path) -> dict[str, Titled]:
    # Packages of one source share their first paragraph; they are one row, under the first of their titles.
    english: dict[str, tuple[str, str]] = {}
    rows: dict[str, Titled] = {}
    for language in LANGUAGES:
        for path in sorted(lists.glob(f"*_main_i18n_Translation-{language}")):
            for digest, title, text in _stanzas(path, language):
                if language == "en":
                    english[digest] = (text, title)
                elif digest not in english:
                    continue
                row = rows.setdefault(english[digest][0], Titled())
                row.titles.setdefault(language, title)
                row.texts.setdefault(language, text)
    return rows


def _stanzas(path: Path, language: str) -> Iterator[tuple[str, str, str]]:
    for stanza in path.read_text("utf-8").split("\n\n"):
        digest = re.search(r"^Description-md5: (\w+)$", stanza, re.MULTILINE)
        described = re.search(rf"^Description-{language}: (.*)\n((?: .*\n?)*)", stanza, re.MULTILINE)
        if digest and described:
            text = _flat(re.split(r"^ \.$", described[2], maxsplit=1, flags=re.MULTILINE)[0])
            # "games - data files": what stands after the dash tells the packages of one source apart.
            title = re.split(r"\s[-–(]", described[1])[0].strip()
            if len(text) >= _SHORTEST:
                yield digest[1], title, text[:_LONGEST]
