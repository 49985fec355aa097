"""CSV as spreadsheet programs save it: encoding and delimiter are found out, not asked for."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator

from portal.formats.header import found_table
from portal.formats.old_letters import old_encoding
from portal.formats.table import MAX_CELL, Table, UnreadableTable, cell_too_long, no_text, not_blank, table_of

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ";,\t"
_CHUNK = 1 << 20
_SAMPLE = 65_536
_TITLES = 10
_ENTITY_END = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30})$")


def read_csv(data: bytes, headings: Collection[str] | None = None) -> Table:
    """The table in CSV bytes; UnreadableTable with codes empty, encoding, nul, quote. `headings` as `read_table`."""
    if not data.strip():
        raise UnreadableTable("empty", "Filen är tom. Fyll i mallen och ladda upp den igen.")
    encoding = _encoding(data)
    if b"\0" in data and not encoding.startswith("utf-16"):
        raise UnreadableTable(
            "nul",
            "Filen innehåller tecken som inte är text. Spara den som CSV eller XLSX och ladda upp igen.",
        )
    delimiter, told = _delimiter(data, encoding, titles=headings is not None)
    records = _records(data, encoding, delimiter, skip=told)
    if headings is None:
        return table_of(records)
    return found_table(not_blank(_rejoined(records) if delimiter == ";" else records), headings)


def _rejoined(records: Iterator[list[str]]) -> Iterator[list[str]]:
    """The records, those made whole that are too wide because an entity's own semicolon ("&amp;") parted a cell."""
    width = 0
    for record in records:
        if len(record) <= width:
            yield record
            continue
        ends = [place for place, cell in enumerate(record[:-1]) if "&" in cell and _ENTITY_END.search(cell)]
        if not ends:
            width = max(width, len(record))
        for done, place in enumerate(ends):
            if len(record) > width:
                at = place - done
                record[at : at + 2] = [f"{record[at]};{record[at + 1]}"]
        yield record


def _encoding(data: bytes) -> str:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name if name != "utf-8-sig" or _decodes(data, "utf-8") else _wrong_encoding()
    if data[1:2] == b"\0":
        return "utf-16-le"
    if data[:1] == b"\0":
        return "utf-16-be"
    if _decodes(data, "utf-8"):
        return "utf-8"
    old = old_encoding(data)
    if old is not None:
        return old
    return "cp1252" if _decodes(data, "cp1252") else _wrong_encoding()


def _wrong_encoding() -> str:
    raise UnreadableTable(
        "encoding", "Filens teckenkodning går inte att läsa. Spara den som CSV UTF-8 och ladda upp igen."
    )


def _decodes(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(data: bytes, encoding: str, *, titles: bool) -> tuple[str, bool]:
    """(delimiter, whether the first line only tells it: Excel's "sep=;", which the sheet does not show)."""
    sample = data[:_SAMPLE].decode(encoding, errors="ignore").lstrip("\r\n \ufeff")
    lines = sample.splitlines()[:_TITLES]
    line = lines[0] if lines else ""
    if line.lower().startswith("sep=") and line[4:5]:
        return line[4], True
    # A title above the table holds no delimiter, or one: the line with most of them tells.
    outside = ["".join(one.split('"')[::2]) for one in (lines if titles else lines[:1])]
    return max(_DELIMITERS, key=lambda sign: max((one.count(sign) for one in outside), default=0)), False


def _records(data: bytes, encoding: str, delimiter: str, *, skip: bool) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_CELL)
    lines = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, start=0 if skip else 1):
            if number:
                yield record
    except csv.Error as error:
        raise _broken(str(error), number + 1) from None
    except UnicodeDecodeError:
        _wrong_encoding()


def _broken(error: str, row: int) -> UnreadableTable:
    if "NUL" in error:
        return no_text(row)
    if "field larger" in error:
        return cell_too_long(row)
    return UnreadableTable(
        "quote",
        'Rad %(row)s: ett citattecken (") är inte avslutat. Avsluta det eller skriv två i rad.',
        row=row,
    )
