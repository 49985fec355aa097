"""A list of UNSPSC codes with their names, as its holder bought it: kept in the data folder, read when first asked for.

No list ships with the portal: the codes' names are licensed. Any CSV with a column of codes and one of names will do.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from pathlib import Path

from portal.kernel.clean_text import plain_text
from portal.kernel.errors import Invalid

FILE = "unspsc.csv"
DIGITS, LEVEL = 8, 2
MOST_BYTES = 100_000_000
_CODES = frozenset(("code", "kod", "unspsc", "unspsc-kod", "unspsc code"))
_NAMES = frozenset(
    ("title", "titel", "name", "namn", "benämning", "beskrivning", "svensk titel", "svensk benämning")
)
NO_COLUMNS = "Filen behöver en rubrikrad med en kolumn Kod och en kolumn Namn (eller Code och Title)."
NO_CODES = "Filen har inga koder med åtta siffror."


@dataclass(frozen=True, slots=True)
class CodeList:
    """Eight digits → name, in order of code; groups end on 00."""

    names: Mapping[str, str]

    def name(self, digits: str) -> str | None:
        """What a code, or the group that begins with so many digits, is called."""
        return self.names.get(digits.ljust(DIGITS, "0"))

    def under(self, digits: str) -> Iterator[tuple[str, str]]:
        """The groups, or at last the goods, one step below a group: (digits, name)."""
        length = len(digits) + LEVEL
        for code, name in self.names.items():
            own = code[:length]
            if code.startswith(digits) and code == own.ljust(DIGITS, "0") and own[-LEVEL:] != "00":
                yield own, name

    def search(self, words: str) -> Iterator[tuple[str, str]]:
        """Goods (no groups) whose names hold every word."""
        wanted = words.casefold().split()
        for code, name in self.names.items():
            if not code.endswith("00") and all(word in name.casefold() for word in wanted):
                yield code, name


NO_LIST = CodeList({})


def read_codes(data: bytes) -> CodeList:
    """The list of a CSV file. Invalid when it is none."""
    if len(data) > MOST_BYTES:
        raise Invalid("Filen är för stor. Högst 100 MB.")
    rows = csv.reader(StringIO(_text(data), newline=""), delimiter=_delimiter(data))
    heading = [cell.strip().casefold() for cell in next(rows, [])]
    code = next((i for i, cell in enumerate(heading) if cell in _CODES), None)
    name = next((i for i, cell in enumerate(heading) if cell in _NAMES), None)
    if code is None or name is None:
        raise Invalid(NO_COLUMNS)
    found = {row[code].strip(): plain_text(row[name]).strip() for row in rows if len(row) > max(code, name)}
    names = {key: found[key] for key in sorted(found) if _is_code(key) and found[key]}
    if not names:
        raise Invalid(NO_CODES)
    return CodeList(names)


def install_codes(data: bytes, data_dir: Path) -> CodeList:
    """Keep the list, in place of any before it."""
    codes = read_codes(data)
    data_dir.mkdir(parents=True, exist_ok=True)
    beside = data_dir / f"{FILE}.new"
    beside.write_bytes(data)
    beside.replace(data_dir / FILE)
    return codes


def kept_codes(data_dir: Path) -> CodeList:
    """The list that is kept; an empty one when none is."""
    path = data_dir / FILE
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return NO_LIST
    return _kept(path, changed)


@lru_cache(maxsize=1)
def _kept(path: Path, _changed: int) -> CodeList:
    return read_codes(path.read_bytes())


def _is_code(text: str) -> bool:
    return len(text) == DIGITS and text.isascii() and text.isdigit()


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _delimiter(data: bytes) -> str:
    heading = _text(data[:2000]).partition("\n")[0]
    return max(";,\t", key=heading.count)
