"""How much would a reader make of this part of a workbook? Asked of its XML as bytes, piece by piece, before reading.

A reader holds the whole rectangle a sheet spans, and its own copy of a shared text for every cell that shows it: two
cells in far corners, or one long text shown a million times, are a bomb of a few kilobytes. What hides from these
patterns is stopped by the limits of the process that reads (portal.formats.child_program).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from typing import Any

from portal.formats.table import UnreadableTable

MAX_AREA = 8_000_000
MAX_ROWS = 1_048_576
# Bytes of all texts that cells show, each as often as it is shown: several times what the largest catalogue holds.
MAX_SHOWN = 200_000_000

_OVERLAP = 256
# They begin with their letter and look back afterwards: so a search skips to the letter, a third of the time.
_REFERENCE = re.compile(rb"""r(?<=[\s"']r)\s*=\s*["']([A-Za-z]{0,4})([0-9]{1,10})""")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_SHARED_CELL = re.compile(
    rb"""t(?<=[\s"']t)\s*=\s*["']s["'][^>]{0,200}>\s{0,200}<(?:\w{1,20}:)?v>\s{0,200}([0-9]{1,9})"""
)
_TEXT_END = re.compile(rb"</(?:\w{1,20}:)?si\s*>")


def bomb(message: str, **params: Any) -> UnreadableTable:
    """The refusal of a file that would grow beyond reason."""
    return UnreadableTable("bomb", message, **params)


class Shown:
    """The texts a workbook shares between its cells, and how many bytes the cells show of them."""

    def __init__(self) -> None:
        self._sizes = array("L")
        self._longest = self._cells = self._shown = 0

    def see(self, pieces: Iterable[bytes]) -> Iterable[bytes]:
        """Hand the pieces of one part on, having looked through them; UnreadableTable when it spans too much."""
        area, before, text = _Area(), b"", 0
        for piece in pieces:
            area.see(piece)
            whole, before = _whole(before + piece)
            self._cells += len(_SHARED_CELL.findall(whole))
            text = self._collect(whole, text)
            yield piece
        self._cells += len(_SHARED_CELL.findall(before))
        self._collect(before, text)

    def may_be_too_much(self) -> bool:
        """Whether every cell showing the longest text would be too much: then it is counted which shows which."""
        return self._cells * self._longest > MAX_SHOWN

    def count(self, pieces: Iterable[bytes]) -> None:
        """Add up what the cells of one part show; UnreadableTable when it is too much."""
        before = b""
        for piece in pieces:
            whole, before = _whole(before + piece)
            self._add(whole)
        self._add(before)

    def _add(self, text: bytes) -> None:
        for index in map(int, _SHARED_CELL.findall(text)):
            self._shown += self._sizes[index] if index < len(self._sizes) else 0
        if self._shown > MAX_SHOWN:
            raise bomb(
                "Samma långa texter står i så många celler att filen blir orimligt stor. Korta texterna eller dela "
                "upp arket i flera filer."
            )

    def _collect(self, text: bytes, size: int) -> int:
        """Note the size of each text that ends here; what has come of the one that does not."""
        ended = _TEXT_END.split(text)
        for part in ended[:-1]:
            self._sizes.append(size + len(part))
            self._longest = max(self._longest, size + len(part))
            size = 0
        return size + len(ended[-1])


def _whole(text: bytes) -> tuple[bytes, bytes]:
    """What can be looked through now, and what waits for the rest of its cell."""
    cut = text.rfind(b"</")
    return (text, b"") if cut < 0 else (text[:cut], text[cut:])


class _Area:
    """How far a part reaches, whatever its declared dimension says."""

    def __init__(self) -> None:
        self._rows = self._columns = 0
        self._rest = b""

    def see(self, piece: bytes) -> None:
        """Look through the next piece of the part's XML."""
        text = self._rest + piece
        self._rest = text[-_OVERLAP:]
        if _DOCTYPE.search(text):
            raise UnreadableTable(
                "doctype",
                "Filen innehåller en dokumenttypsdeklaration, som ingen Excelfil har. Spara arket i en ny, tom fil.",
            )
        if found := _REFERENCE.findall(text):
            letters, digits = zip(*found, strict=True)
            self._columns = max(self._columns, *map(_column, set(letters)))
            self._rows = max(self._rows, *map(int, set(digits)))
        if self._rows > MAX_ROWS or self._rows * self._columns > MAX_AREA:
            raise bomb(
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
