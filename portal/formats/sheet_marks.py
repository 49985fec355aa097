"""What a spreadsheet reader does not tell of a sheet: hidden rows, error cells, formulas without value, shown numbers.

Read from the workbook's own XML by the hardened parser, and only when the bytes hold any of it.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.formats.number_format import BUILT_IN, as_shown
from portal.formats.xml import parse_part, walk_part

Marks = dict[int, tuple[str, str]]

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORTH = re.compile(
    rb"""hidden\s*=|t\s*=\s*["']e["']|<(?:\w+:)?v\s*/>|<(?:\w+:)?v></|</(?:\w+:)?f></(?:\w+:)?c>"""
)
_GENERAL = 0


@dataclass(frozen=True, slots=True)
class SheetMarks:
    """Row number → its marks by index, and the rows that are hidden."""

    cells: Mapping[int, Marks] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()


def sheet_marks(data: bytes, sheet: str) -> SheetMarks:
    """The marks of one sheet of a workbook that has been guarded; none when its parts are not where they should be."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        path = _sheet_path(archive, names, sheet)
        if path is None:
            return SheetMarks()
        formats = _formats(archive, names)
        part = archive.read(path)
    if not formats and not _WORTH.search(part):
        return SheetMarks()
    return _marks(part, formats)


def _sheet_path(archive: zipfile.ZipFile, names: Mapping[str, str], sheet: str) -> str | None:
    book = parse_part(archive.read(names["xl/workbook.xml"]))
    relation = next((one.get(_RELATION) for one in book.iter("{*}sheet") if one.get("name") == sheet), None)
    listed = names.get("xl/_rels/workbook.xml.rels")
    if relation is None or listed is None:
        return None
    for one in parse_part(archive.read(listed)).iter("{*}Relationship"):
        if one.get("Id") == relation:
            target = one.get("Target") or ""
            path = target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            return names.get(path.lower())
    return None


def _formats(archive: zipfile.ZipFile, names: Mapping[str, str]) -> Mapping[str, str]:
    """Style of a cell → the format it shows numbers in, for formats that can change what is seen."""
    listed = names.get("xl/styles.xml")
    if listed is None:
        return {}
    styles = parse_part(archive.read(listed))
    codes = dict(BUILT_IN)
    for one in styles.iter("{*}numFmt"):
        codes[int(one.get("numFmtId") or _GENERAL)] = one.get("formatCode") or ""
    cells = next(styles.iter("{*}cellXfs"), None)
    kinds = [] if cells is None else [int(one.get("numFmtId") or _GENERAL) for one in cells.iter("{*}xf")]
    return {str(style): codes[kind] for style, kind in enumerate(kinds) if as_shown("1", codes.get(kind, ""))}


def _marks(part: bytes, formats: Mapping[str, str]) -> SheetMarks:
    cells: dict[int, Marks] = {}
    hidden = set()
    number = 0
    for row in walk_part(part, "{*}row"):
        number = int(row.get("r") or number + 1)
        if row.get("hidden") in {"1", "true"}:
            hidden.add(number)
        found: Marks = {}
        for place, cell in enumerate(row):
            mark = _mark(cell, formats)
            if mark is not None:
                found[_index(cell.get("r"), place)] = mark
        if found:
            cells[number] = found
    return SheetMarks(cells, frozenset(hidden))


def _mark(cell: Any, formats: Mapping[str, str]) -> tuple[str, str] | None:
    kind = cell.get("t")
    if kind == "e":
        return "error", cell.findtext("{*}v") or "#N/A"
    if kind not in {None, "n", "str"}:
        return None
    code = formats.get(cell.get("s") or "")
    if code is None and len(cell) < 1:
        return None
    value = cell.findtext("{*}v")
    if not value:
        return ("formula", "") if cell.find("{*}f") is not None else None
    shown = as_shown(value, code) if code is not None and kind != "str" else None
    return None if shown is None else ("shown", shown)


def _index(reference: str | None, place: int) -> int:
    number = 0
    for letter in (reference or "").upper():
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return number - 1 if number else place
