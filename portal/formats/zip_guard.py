"""Is this zip safe to hand to a spreadsheet reader? Asked of its directory and bytes, before any reader.

A 205 kB workbook can take 600 MB in a reader: sizes are measured, for a directory can lie. Which parts are sheets is
said by relations that can name any part, so every part is looked through as if it were one (sheet_guard).
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator

from portal.formats.sheet_guard import Shown, bomb
from portal.formats.table import UnreadableTable

MAX_ENTRIES = 1_000
MAX_UNPACKED = 100_000_000
MAX_RATIO = 100
# Below this an entry may shrink as well as it likes: a shared text of one word repeated does.
RATIO_FLOOR = 10_000_000

_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_LOCAL_HEADER = 30
_DIRECTORY_ENTRY = b"PK\x01\x02"
_UNSAFE_NAME = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:|\\|\0")


def guard_workbook(data: bytes) -> None:
    """Return when an XLSX file may be read; UnreadableTable (truncated, password, macros, links, bomb)."""
    if data.count(_DIRECTORY_ENTRY) > 2 * MAX_ENTRIES:
        raise _too_many()  # before a list of them is made
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        raise _truncated() from None
    _check_directory(entries)
    _check_kind({entry.filename for entry in entries})
    total, shown = 0, Shown()
    for entry in entries:
        total += _check_content(data, entry, MAX_UNPACKED - total, shown)
    if shown.may_be_too_much():
        for entry in entries:
            shown.count(_unpacked(data, entry))


def _truncated() -> UnreadableTable:
    return UnreadableTable(
        "truncated", "Filen är skadad eller avhuggen. Spara den på nytt som .xlsx och ladda upp igen."
    )


def _too_many() -> UnreadableTable:
    return bomb("Filen innehåller över %(most)s delar. Spara arket i en ny, tom fil.", most=MAX_ENTRIES)


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise _too_many()
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise _truncated()
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise password_protected()
        if _UNSAFE_NAME.search(entry.filename) or stat.S_ISLNK(entry.external_attr >> 16):
            raise bomb("Filen innehåller en del med otillåtet namn. Spara arket i en ny, tom fil.")


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


def _check_content(data: bytes, entry: zipfile.ZipInfo, room: int, shown: Shown) -> int:
    """The entry's true size, measured while looking for cells far out and texts that are shown again and again."""
    size = 0
    for chunk in shown.see(_unpacked(data, entry)):
        size += len(chunk)
        packed = max(entry.compress_size, 1)
        if size > room or (size > RATIO_FLOOR and size > MAX_RATIO * packed):
            raise bomb(
                "Filen blir orimligt stor när den packas upp. Dela upp arket i flera filer och ladda upp dem."
            )
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
