"""What is the same of every list: as rows or as a table, its sums, what each row is of, and the file of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import Any
from unicodedata import normalize
from urllib.parse import quote, urlencode

from litestar.response import Stream

from portal.formats.csv_writer import BOM, Cell, csv_row
from portal.kernel.errors import Invalid
from portal.kernel.listed import MOST_LISTED, Contents, Totals
from portal.kernel.money import format_number_sv, format_sv
from portal.web.i18n import gettext, localised, ngettext
from portal.web.pages import Req

VIEWS = ("list", "table")
IN_MEMORY = 1_000_000
PIECE = 65_536
# A page of the list, and not the list itself.
_PLACE = frozenset(("before", "after", "cursor"))
TOO_MANY = (
    "Listan har fler än %(most)s rader. Välj ett filter, till exempel en tid, och ladda ner en del i taget."
)


@dataclass(frozen=True, slots=True)
class Views:
    """The two ways to see a list (templates/components/lists.html), and the address of its file."""

    table: bool
    items: tuple[tuple[str, str, int | None, bool], ...]
    csv: str


def asked_view(request: Req) -> str:
    """The view the address names; empty when it leaves it to the person's own choice."""
    asked: str = request.query_params.get("view", "")
    return asked if asked in VIEWS else ""


def wants_table(request: Req) -> bool:
    """Whether the list is shown as a table: the address says, else the person's own choice."""
    if asked := asked_view(request):
        return asked == "table"
    signed_in = request.scope["state"].get("signed_in")
    return bool(signed_in and signed_in.preferences.get("tables"))


def views(request: Req, path: str) -> Views:
    """The views of the list at `path` with the filters of this request."""
    table = wants_table(request)
    kept = [(name, text) for name, text in request.query_params.multi_items()
            if text and name not in _PLACE and name != "view"]  # fmt: skip

    def address(end: str = "", **view: str) -> str:
        pairs = [*kept, *view.items()]
        return localised(path) + end + (f"?{urlencode(pairs)}" if pairs else "")

    return Views(
        table,
        ((gettext("Lista"), address(view="list"), None, not table),
         (gettext("Tabell med summor"), address(view="table"), None, table)),
        address("/csv"),
    )  # fmt: skip


def contents_text(contents: Contents) -> str:
    """ "Kulspetspenna blå", "12 rader: Kopieringspapper A4, Kulspetspenna blå …"."""
    names = ", ".join(contents.names)
    if contents.lines < 2:  # noqa: PLR2004
        return names
    more = " …" if contents.lines > len(contents.names) else ""
    text = ngettext("%(num)s rad: %(names)s", "%(num)s rader: %(names)s", contents.lines)
    return text % {"num": _figure(contents.lines), "names": names + more}


@dataclass(frozen=True, slots=True)
class SumRow:
    """One row of sums, every amount finished."""

    text: str
    net: str
    tax: str
    gross: str
    payable: str


def sum_rows(totals: Totals, told: str) -> tuple[SumRow, ...]:
    """The foot of a table, headed by how many there are (`told`): one row for each currency, or why there is none."""
    if totals.rows > MOST_LISTED:
        text = gettext("Fler än %(most)s rader: välj ett filter för att se summan") % {
            "most": _figure(MOST_LISTED)
        }
        return (SumRow(text, "", "", "", ""),)
    return tuple(
        SumRow(
            told if one.currency == "SEK" else f"{told}, {one.currency}",
            *(format_sv(amount) for amount in (one.net, one.tax, one.gross, one.payable)),
        )
        for one in totals.sums
    )


def _figure(count: int) -> str:
    return format_number_sv(Decimal(count))


async def csv_answer(name: str, heading: Sequence[str], rows: AsyncIterator[Sequence[Cell]]) -> Stream:
    """The list as a file. It is written first, so that nobody who reads slowly holds a connection to the database,
    and kept out of memory when it is large. Invalid when the list is too long."""
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when it has been sent
    file.write(BOM + csv_row(heading))
    count = 0
    async for row in rows:
        count += 1
        if count > MOST_LISTED:
            file.close()
            raise Invalid(TOO_MANY, most=_figure(MOST_LISTED))
        file.write(csv_row(row))
    size = file.tell()
    file.seek(0)
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode()
    named = f"attachment; filename=\"{plain}.csv\"; filename*=UTF-8''{quote(name)}.csv"
    headers = {"content-disposition": named, "content-length": str(size), "cache-control": "no-store"}
    return Stream(_pieces(file), media_type="text/csv", headers=headers)


async def _pieces(file: Any) -> AsyncIterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
