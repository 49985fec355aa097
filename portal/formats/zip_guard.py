"""Is this zip safe to hand to a spreadsheet reader? Asked of its directory and bytes, before any reader.

A 205 kB workbook can take 600 MB in a reader: sizes are measured, for a directory can lie.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from portal.formats.table import UnreadableTable

MAX_ENTRIES = 1_000
MAX_UNPACKED = 100_000_000
MAX_RATIO = 100
# Below this an entry may shrink as well as it likes: a shared text of one word repeated does.
RATIO_FLOOR = 10_000_000
MAX_AREA = 8_000_000
MAX_ROWS = 1_048_576

_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_LOCAL_HEADER = 30
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,4})([0-9]{1,10})""")
_UNSAFE_NAME = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:|\\|\0")


def guard_workbook(data: bytes) -> None:
    """Return when an XLSX file may be read; UnreadableTable (truncated, password, macros, links, bomb)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        raise _truncated() from None
    _check_directory(entries)
    _check_kind({entry.filename for entry in entries})
    total = 0
    for entry in entries:
        total += _check_content(data, entry, MAX_UNPACKED - total)


def _truncated() -> UnreadableTable:
    return UnreadableTable(
        "truncated", "Filen är skadad eller avhuggen. Spara den på nytt som .xlsx och ladda upp igen."
    )


def _bomb(message: str, **params: Any) -> UnreadableTable:
    return UnreadableTable("bomb", message, **params)


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise _bomb("Filen innehåller över %(most)s delar. Spara arket i en ny, tom fil.", most=MAX_ENTRIES)
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise _truncated()
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise password_protected()
        if _UNSAFE_NAME.search(entry.filename) or stat.S_ISLNK(entry.external_attr >> 16):
            raise _bomb("Filen innehåller en del med otillåtet namn. Spara arket i en ny, tom fil.")


def password_protected() -> UnreadableTable:
    """The finding for a workbook closed by a password."""
    return UnreadableTable(
        "password", "Filen är stängd med lösenord. Spara den utan lösenord och ladda upp igen."
    )


def _check_kind(names: set[str]) -> None:
    lower = {name.lower() for name in names}
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in lower):
        raise UnreadableTable(
            "macros", "Filen innehåller makron. Spara den som .xlsx utan makron och ladda upp igen."
        )
    if any("externallinks/" in name for name in lower):
        raise UnreadableTable(
            "links", "Filen har länkar till andra filer. Klistra in värdena i stället och ladda upp igen."
        )
    if "xl/workbook.xml" not in lower:
        raise UnreadableTable(
            "not_xlsx", "Filen är ett zip-arkiv men ingen Excelfil. Spara arket som .xlsx och ladda upp igen."
        )


def _check_content(data: bytes, entry: zipfile.ZipInfo, room: int) -> int:
    """The entry's true size, measured while looking for cells far out in its sheet."""
    sheet = _SheetArea() if entry.filename.lower().startswith("xl/worksheets/") else None
    size = 0
    for chunk in _unpacked(data, entry):
        size += len(chunk)
        packed = max(entry.compress_size, 1)
        if size > room or (size > RATIO_FLOOR and size > MAX_RATIO * packed):
            raise _bomb(
                "Filen blir orimligt stor när den packas upp. Dela upp arket i flera filer och ladda upp dem."
            )
        if sheet is not None:
            sheet.see(chunk)
    return size


def _unpacked(data: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    start = entry.header_offset + _LOCAL_HEADER
    header = data[entry.header_offset : start]
    if not header.startswith(b"PK\x03\x04") or len(header) < _LOCAL_HEADER:
        raise _truncated()
    start += int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    packed = data[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield packed
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        yield from _inflated(packed)
    else:
        raise _truncated()


def _inflated(packed: bytes) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    rest = packed
    try:
        while rest and not inflater.eof:
            yield inflater.decompress(rest, _CHUNK)
            rest = inflater.unconsumed_tail
    except zlib.error:
        raise _truncated() from None


class _SheetArea:
    """How far a sheet reaches: readers hold the whole rectangle, so two cells in far corners are a bomb."""

    def __init__(self) -> None:
        self._rows = self._columns = 0
        self._rest = b""

    def see(self, chunk: bytes) -> None:
        """Look through the next part of the sheet's XML."""
        text = self._rest + chunk
        self._rest = text[-64:]
        for letters, digits in set(_REFERENCE.findall(text)):
            self._rows = max(self._rows, int(digits))
            self._columns = max(self._columns, _column(letters))
        if self._rows > MAX_ROWS or self._rows * self._columns > MAX_AREA:
            raise _bomb(
                "Arket sträcker sig över %(rows)s rader och %(columns)s kolumner. "
                "Ta bort celler långt utanför tabellen och ladda upp igen.",
                rows=self._rows,
                columns=self._columns,
            )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
