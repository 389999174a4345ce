"""Parallel short texts in sv nb nn da fi en out of Debian packages whose licences (MPL-2.0, BSD-3) allow it.

Interface strings and help paragraphs, aligned by their own ids, teach the encoder that the same thing is said in five
languages. The packages are fetched by name with ``apt-get download``, unpacked outside the repository, and never kept.
"""

from __future__ import annotations

import gettext
import html
import re
import struct
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

LANGUAGES = ("sv", "nb", "nn", "da", "fi", "en")
MOZILLA = {"sv": "sv-se", "nb": "nb-no", "nn": "nn-no", "da": "da", "fi": "fi", "en": "en-gb"}
PACKAGES = {
    **{f"{app}-l10n-{tag}": "MPL-2.0" for app in ("firefox-esr", "thunderbird") for tag in MOZILLA.values()},
    **{f"libreoffice-help-{tag}": "MPL-2.0" for tag in ("sv", "da", "fi", "en-us")},
    **{f"libreoffice-l10n-{tag}": "MPL-2.0" for tag in ("sv", "nb", "nn", "da", "fi")},
    "chromium-l10n": "BSD-3-Clause",
}
Row = dict[str, str]  # language → text, all of one meaning


def fetch(work: Path) -> Path:
    """Download and unpack the packages under ``work``; what is there already is kept. Returns the unpacked folder."""
    return unpack(work, PACKAGES)


def unpack(work: Path, packages: Iterable[str]) -> Path:
    """Download Debian packages by name and unpack each in a folder of its own; those that are there are kept."""
    debs, unpacked = work / "debs", work / "unpacked"
    debs.mkdir(parents=True, exist_ok=True)
    for package in packages:
        target = unpacked / package
        if target.is_dir():
            continue
        subprocess.run(["apt-get", "download", package], cwd=debs, check=True, stdout=subprocess.DEVNULL)
        (archive,) = debs.glob(f"{package}_*.deb")
        target.mkdir(parents=True)
        subprocess.run(["dpkg", "-x", str(archive), str(target)], check=True)
    return unpacked


def rows(unpacked: Path) -> Iterator[tuple[str, Row]]:
    """(source, row) for every string that at least two of the languages have, cleaned and of 3 to 60 words."""
    readers = {
        "mozilla": _mozilla,
        "chromium": _chromium,
        "libreoffice-l10n": _office_strings,
        "libreoffice-help": _office_help,
    }
    for source, reader in readers.items():
        seen: set[tuple[str, ...]] = set()
        for raw in reader(unpacked):
            row = _distinct({language: clean for language, text in raw.items() if _fits(clean := _clean(text))})
            fingerprint = tuple(sorted(row.values()))
            if len(row) >= 2 and fingerprint not in seen:
                seen.add(fingerprint)
                yield source, row


def _clean(text: str) -> str:
    text = html.unescape(re.sub(r"<[^<>]{0,200}>", " ", text))
    text = re.sub(
        r"\{\s*[^{}]{0,120}\}|%\d?\$?[sdS@]|\$\w{1,40}\$?|#\d|&(?=\w)|~(?=\w)|_(?=[A-ZÅÄÖÆØa-zåäöæø])", " ", text
    )
    return re.sub(r"\s{1,100}", " ", text).strip(" .…:-")


def _fits(text: str) -> bool:
    words = text.split()
    letters = sum(c.isalpha() or c.isspace() for c in text)
    return 3 <= len(words) <= 60 and letters >= 0.8 * len(text)


def _distinct(row: Row) -> Row:
    # A string equal to the English one is untranslated: the English text stays, its copies go.
    english = row.get("en")
    return {language: text for language, text in row.items() if language == "en" or text != english}


def _merge(tables: dict[str, dict[str, str]]) -> Iterator[Row]:
    for key in sorted(set().union(*tables.values())):
        yield {language: table[key] for language, table in tables.items() if key in table}


def _mozilla(unpacked: Path) -> Iterator[Row]:
    for app in ("firefox-esr", "thunderbird"):
        tables = {}
        for language, tag in MOZILLA.items():
            (archive,) = (unpacked / f"{app}-l10n-{tag}").rglob("*.xpi")
            tables[language] = dict(_langpack_strings(archive))
        yield from _merge(tables)


def _langpack_strings(archive: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(archive) as bundle:
        for name in bundle.namelist():
            if not name.endswith((".ftl", ".properties")):
                continue
            stem = re.sub(r"/[a-z]{2}(-[A-Z]{2})?/", "/xx/", "/" + name).replace("/xx/xx/", "/xx/")
            stem = re.sub(r"/[a-z]{2}(-[A-Z]{2})?/", "/xx/", stem)
            text = bundle.read(name).decode("utf-8", "replace")
            yield from ((f"{stem}#{key}", value) for key, value in _assignments(text))


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    key, parts = "", []
    for line in text.splitlines():
        match = re.match(r"(\.?[A-Za-z][\w.-]{0,120})\s{0,8}=\s{0,8}(.{0,2000})$", line.strip()[:2200])
        continued = line[:1] == " " and not match and key
        if match:
            if key and parts:
                yield key, " ".join(parts)
            name = match[1] if line[:1] != " " else key.split(".")[0] + match[1]
            key, parts = name, [match[2]] if match[2] else []
        elif continued and line.strip():
            parts.append(line.strip())
    if key and parts:
        yield key, " ".join(parts)


def _chromium(unpacked: Path) -> Iterator[Row]:
    (folder,) = (unpacked / "chromium-l10n").rglob("locales")
    files = {"sv": "sv", "nb": "nb", "da": "da", "fi": "fi", "en": "en-GB"}
    yield from _merge({language: dict(_pak_strings(folder / f"{name}.pak")) for language, name in files.items()})


def _pak_strings(path: Path) -> Iterator[tuple[str, str]]:
    # Data pack version 5: u32 version, u32 encoding, u16 resources, u16 aliases, then (u16 id, u32 offset) entries.
    raw = path.read_bytes()
    version, encoding, count, _aliases = struct.unpack_from("<IIHH", raw)
    if version != 5 or encoding != 1:
        raise SystemExit(
            f"{path.name}: data pack version {version}, encoding {encoding}; this reader knows 5 and UTF-8"
        )
    entries = [struct.unpack_from("<HI", raw, 12 + 6 * i) for i in range(count + 1)]
    for (key, start), (_, end) in pairwise(entries):
        yield str(key), raw[start:end].decode("utf-8", "replace")


def _office_strings(unpacked: Path) -> Iterator[Row]:
    tables: dict[str, dict[str, str]] = {"en": {}}
    for language in ("sv", "nb", "nn", "da", "fi"):
        table = tables[language] = {}
        for path in sorted((unpacked / f"libreoffice-l10n-{language}").rglob("*.mo")):
            with path.open("rb") as file:
                catalog = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
            for source, text in catalog.items():
                if isinstance(source, str) and isinstance(text, str) and source and text:
                    english = source.split("\x04")[-1]
                    key = f"{path.stem}#{source}"
                    table[key], tables["en"][key] = text, english
    yield from _merge(tables)


def _office_help(unpacked: Path) -> Iterator[Row]:
    folders = {"sv": "sv", "da": "da", "fi": "fi", "en": "en-us"}
    tables: dict[str, dict[str, str]] = {}
    for language, tag in folders.items():
        (root,) = (unpacked / f"libreoffice-help-{tag}").rglob("text")
        tables[language] = {
            f"{path.relative_to(root)}#{key}": text
            for path in sorted(root.rglob("*.html"))
            for key, text in re.findall(
                r'<(?:p|h1|h2|h3) id="([\w.]{1,60})"[^>]{0,80}>(.{1,1200}?)</', path.read_text("utf-8")
            )
        }
    yield from _merge(tables)
