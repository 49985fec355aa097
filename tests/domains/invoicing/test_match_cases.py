"""Cases from the field, CI02 … CI26: one edit of an exact invoice, taken in by the official rules → where it rests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from dev.demo_city import orders
from dev.demo_city.ids import CONCERN_ID
from dev.invoices.orders import invoice_for
from dev.invoices.writer import Charge, Document, Line, write
from portal.db.context import Context
from portal.db.session import Database
from portal.formats.rulesets import packaged_rules
from portal.integrations.object_store import FolderStore
from portal.invoicing.actions.again import rerun
from portal.invoicing.actions.intake import Incoming, receive_many
from portal.invoicing.actions.parts import IntakeParts, OneByOne
from portal.invoicing.actions.pipeline import process_deliveries
from portal.invoicing.queries.summary import recomputed
from portal.kernel.dates import stockholm_date
from tests.meddling import meddle

Change = Callable[[Document], Document]
OFFICE = ("6451", "31100", "440")


@pytest.fixture
def parts(seeded: Database, tmp_path: Path) -> IntakeParts:
    rules = packaged_rules()
    return IntakeParts(seeded, FolderStore(tmp_path), rules, check=OneByOne(rules))


async def rows(database: Database, query: str, **values: Any) -> Sequence[Any]:
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        return (await session.execute(text(query), values)).all()


async def run(database: Database, query: str, **values: Any) -> None:
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        await session.execute(text(query), values)


async def clean(parts: IntakeParts, now: datetime, order: str = "EX-100001", number: str = "F-1") -> Document:
    return await invoice_for(parts.database, order, number, stockholm_date(now))


async def rest(parts: IntakeParts, now: datetime, document: Document) -> tuple[str, list[str], str]:
    """Where it rests, the codes and the words of why; every stored decision comes out the same again."""
    received = await receive_many(parts, [Incoming(write(document), "command")], now=now)
    assert not await process_deliveries(parts, [one.delivery_id for one in received], now)
    query = "SELECT id, status, reasons FROM invoice WHERE number = :number ORDER BY arrived_at DESC, id DESC"
    [found, *_] = await rows(parts.database, query, number=document.number)
    return await told(parts, found)


async def told(parts: IntakeParts, found: Any) -> tuple[str, list[str], str]:
    stored = await rows(
        parts.database, "SELECT stored FROM rule_decision WHERE invoice_id = :id", id=found.id
    )
    assert recomputed([bytes(row.stored) for row in stored]) == "same"
    words = " ".join(one["message"] % one["params"] for one in found.reasons).replace("\u00a0", " ")
    return found.status, [one["code"] for one in found.reasons], words


def line(number: int, **changes: Any) -> Change:
    def change(document: Document) -> Document:
        lines = list(document.lines)
        lines[number - 1] = replace(lines[number - 1], **changes)
        return replace(document, lines=tuple(lines))

    return change


def head(**changes: Any) -> Change:
    return lambda document: replace(document, **changes)


def more(*lines: Line) -> Change:
    return lambda document: replace(document, lines=(*document.lines, *lines))


FREIGHT = Charge(D("49.00"), "Frakt norr om Ån")
TEXT_LINE = Line(D(0), "EA", D("29.00"), "Restnoterad: pärm", item_no="KB-1003")
FREE_LINE = Line(D(1), "EA", D(0), "Följesedel 4711")
CASES: tuple[tuple[str, str, tuple[Change, ...], str, list[str]], ...] = (
    ("CI02 down", "EX-100001", (head(rounding=D("-0.25")),), "done", []),
    ("CI02 up", "EX-100001", (head(rounding=D("0.50")),), "done", []),
    ("CI06", "EX-100001", (line(1, id="1"), line(2, id="1")), "done", []),
    ("CI06 blanks", "EX-100001", (line(1, id="1"), line(2, id=" 1 ")), "done", []),
    ("CI10 other", "EX-100001", (line(2, order="EX-100002"),), "matching_required", ["order_of_line"]),
    ("CI10 NA", "EX-100001", (line(2, order="NA"),), "done", []),
    ("CI10 dash", "EX-100001", (line(2, order="-"),), "done", []),
    ("CI10 own", "EX-100001", (line(2, order="order ex-100001"),), "done", []),
    ("CI14 quantity 0", "EX-100001", (more(TEXT_LINE),), "done", []),
    ("CI14 price 0", "EX-100001", (more(FREE_LINE),), "done", []),
    ("CI15", "EX-100001", (line(1, order_line="01"), line(2, order_line="10")), "done", []),
    ("CI15 NA", "EX-100001", (line(1, order_line="NA"), line(2, order_line="NA")), "done", []),
    ("CI15 alien", "EX-100001", (line(1, order_line=None, buyer_item_no="VÅRT-7"),), "done", []),
    ("CI16", "EX-100001", (line(2, item_no="KB-1001"),), "matching_required", ["line_unknown"]),
    ("substitute", "EX-100001", (line(2, item_no="KB-9"),), "matching_required", ["line_unknown"]),
    ("CI17 H87", "EX-100001", (line(2, unit="H87"),), "done", []),
    ("CI17 C62", "EX-100001", (line(2, unit="C62"),), "done", []),
    ("CI18 document", "EX-100001", (head(charges=(FREIGHT,)),), "matching_required", ["charge"]),
    ("CI18 line", "EX-100001", (line(1, charges=(FREIGHT,)),), "matching_required", ["charge"]),
    ("rounding line", "EX-100001", (more(Line(D(1), "EA", D("0.40"), "Öresavrundning")),), "done", []),
    (
        "too much rounding", "EX-100001", (more(Line(D(1), "EA", D("0.60"), "Öresavrundning")),),
        "matching_required", ["charge"],
    ),
    (
        "CI26", "EX-100005", (line(1, vat_rate=D(12)), line(2, vat_rate=D(12))), "matching_required",
        ["vat", "vat"],
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("order", "changes", "status", "codes"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
async def test_where_it_rests(
    parts: IntakeParts,
    seeded_at: datetime,
    order: str,
    changes: tuple[Change, ...],
    status: str,
    codes: list[str],
) -> None:
    document = await clean(parts, seeded_at, order)
    for change in changes:
        document = change(document)
    found = await rest(parts, seeded_at, document)
    assert found[:2] == (status, codes), found[2]


async def test_ci02_what_is_rounded_off_has_a_row_of_its_own(parts: IntakeParts, seeded_at: datetime) -> None:
    await rest(parts, seeded_at, replace(await clean(parts, seeded_at), rounding=D("-0.25")))
    query = "SELECT account, responsibility, operation, amount, source FROM invoice_coding ORDER BY position"
    coding = [tuple(row) for row in await rows(parts.database, query)]
    assert coding[-1] == ("3740", "31100", "440", D("-0.25"), "öresavrundning på fakturan")
    assert sum(row[3] for row in coding) == D("748.75")


async def test_a_concern_without_an_account_for_it_has_it_on_the_largest_row(
    parts: IntakeParts, seeded_at: datetime
) -> None:
    assert meddle(parts.database.url, "DELETE FROM setting WHERE key = 'coding.rounding_account'")
    assert (await rest(parts, seeded_at, replace(await clean(parts, seeded_at), rounding=D("0.50"))))[
        0
    ] == "done"
    query = "SELECT account, amount FROM invoice_coding ORDER BY position DESC LIMIT 1"
    assert [tuple(row) for row in await rows(parts.database, query)] == [("6451", D("0.50"))]


async def test_ci06_each_is_counted_on_its_own_order_line(parts: IntakeParts, seeded_at: datetime) -> None:
    """Two lines "1": each on its order line, so that the same goods again are too many."""
    document = await clean(parts, seeded_at)
    twice = line(2, id=" 1 ", quantity=D(15))(line(1, id="1")(document))
    assert (await rest(parts, seeded_at, twice))[0] == "done"
    query = (
        "SELECT l.invoiced_quantity, i.position FROM order_line l JOIN invoice_line i ON i.order_line_id = l.id"
        " ORDER BY l.position"
    )
    assert [tuple(row) for row in await rows(parts.database, query)] == [(D(10), 1), (D(15), 2)]
    again = replace(document, number="F-2", lines=document.lines[:1])
    assert (await rest(parts, seeded_at, again))[:2] == ("matching_required", ["quantity_over_ordered"])


async def test_ci09_a_negative_allowance_is_a_charge(parts: IntakeParts, seeded_at: datetime) -> None:
    await ordered(parts, seeded_at, "BIG-1", (("KB-1004", 200, 200),))
    hidden = Charge(D("-500.00"), "Mängdrabatt", None, allowance=True)
    document = replace(await clean(parts, seeded_at, "BIG-1"), charges=(hidden,))
    status, codes, words = await rest(parts, seeded_at, document)
    assert (status, codes) == ("matching_required", ["charge"])
    assert "Mängdrabatt på 500,00 kr" in words


async def test_ci16_both_keys_are_named(parts: IntakeParts, seeded_at: datetime) -> None:
    words = (await rest(parts, seeded_at, line(2, item_no="KB-1001")(await clean(parts, seeded_at))))[2]
    assert "orderrad 2 är Kulspetspenna blå" in words
    assert "artikelnummer KB-1001 är Kopieringspapper" in words


async def test_ci17_is_kept_as_evidence(parts: IntakeParts, seeded_at: datetime) -> None:
    await rest(parts, seeded_at, line(2, unit="H87")(await clean(parts, seeded_at)))
    query = (
        "SELECT convert_from(stored, 'UTF8')::json -> 'result' -> 'lines' -> 1 -> 'units' FROM rule_decision"
    )
    assert [row[0] for row in await rows(parts.database, f"{query} WHERE kind = 'match'")] == [["H87 = EA"]]


async def test_ci18_both_in_their_own_words(parts: IntakeParts, seeded_at: datetime) -> None:
    document = await clean(parts, seeded_at)
    on_document = await rest(parts, seeded_at, replace(document, charges=(FREIGHT,)))
    on_line = await rest(parts, seeded_at, replace(line(1, charges=(FREIGHT,))(document), number="F-2"))
    assert on_document == on_line
    assert "Frakt norr om Ån på 49,00 kr" in on_line[2]


async def test_a_code_on_the_list_and_within_its_limit_passes(
    parts: IntakeParts, seeded_at: datetime
) -> None:
    await allow(parts, seeded_at, "50")
    document = await clean(parts, seeded_at)
    assert (await rest(parts, seeded_at, replace(document, charges=(FREIGHT,))))[0] == "done"
    dear = replace(
        await clean(parts, seeded_at, "EX-100006", "F-2"), charges=(replace(FREIGHT, amount=D("50.01")),)
    )
    assert (await rest(parts, seeded_at, dear))[:2] == ("matching_required", ["charge"])


async def test_freight_as_a_line_is_a_charge(parts: IntakeParts, seeded_at: datetime) -> None:
    freight = Line(D(1), "EA", D("49.00"), "Fraktavgift")
    document = more(freight)(await clean(parts, seeded_at))
    status, codes, words = await rest(parts, seeded_at, document)
    assert (status, codes) == ("matching_required", ["charge"])
    assert "Fraktavgift på 49,00 kr" in words
    await allow(parts, seeded_at, "50")
    assert (await rest(parts, seeded_at, replace(document, number="F-2")))[0] == "done"


async def test_alike_order_lines_are_filled_in_order(parts: IntakeParts, seeded_at: datetime) -> None:
    """Two order lines of one article, coded alike: one invoice line without a reference fills both."""
    await ordered(parts, seeded_at, "TWIN-1", (("KB-1002", 10, 10), ("KB-1002", 10, 10)))
    document = await clean(parts, seeded_at, "TWIN-1")
    whole = replace(document, lines=(replace(document.lines[0], order_line=None, quantity=D(15)),))
    assert (await rest(parts, seeded_at, whole))[0] == "done"
    query = (
        "SELECT l.invoiced_quantity FROM order_line l JOIN purchase_order o ON o.id = l.order_id"
        " WHERE o.number = 'TWIN-1' ORDER BY l.position"
    )
    assert [row[0] for row in await rows(parts.database, query)] == [D(10), D(5)]


async def test_ci25_an_order_that_is_done(parts: IntakeParts, seeded_at: datetime) -> None:
    """The match half: an order that was ended takes what came and was not invoiced, and nothing beyond."""
    await ordered(parts, seeded_at, "END-1", (("KB-1003", 10, 6),))
    await ordered(parts, seeded_at, "END-2", (("KB-1003", 10, 6),))
    six = line(1, quantity=D(6))(await clean(parts, seeded_at, "END-1"))
    seven = line(1, quantity=D(7))(await clean(parts, seeded_at, "END-2", "F-2"))
    # Held on their orders first, which a person then ends: only then are they matched.
    assert (await waiting_then_closed(parts, seeded_at, six)) == ("done", [], "")
    status, codes, words = await waiting_then_closed(parts, seeded_at, seven)
    assert (status, codes) == ("matching_required", ["quantity_over_ordered"])
    assert "order END-2 är avslutad. 7 är fakturerat nu men 6 är mottaget" in words


CI26 = [(date(2026, 11, 29), True), (date(2026, 4, 1), True), (date(2026, 3, 31), False)]


@pytest.mark.parametrize(("delivered", "told"), CI26)
@pytest.mark.parametrize("by_article", [False, True])
async def test_ci26_the_reviewer_is_told_of_the_rate(
    parts: IntakeParts, seeded_at: datetime, delivered: date, told: bool, by_article: bool
) -> None:
    """No order: the kind is the line's own class, else the supplier's article with that number."""
    document = await clean(parts, seeded_at, "EX-100005")
    milk = replace(document.lines[0], vat_rate=D(12), unspsc=None if by_article else "50131701")
    document = replace(document, order=None, reference="AOF100", delivered=delivered, lines=(milk,))
    status, codes, words = await rest(parts, seeded_at, document)
    assert (status, codes) == ("review", ["vat"] if told else [])
    assert not told or "momsen är 12 % men livsmedel hade 6 %" in words


async def test_an_order_line_whose_own_rate_is_wrong_stops_too(
    parts: IntakeParts, seeded_at: datetime
) -> None:
    await run(parts.database, "UPDATE order_line SET vat_rate = 12 WHERE item_no LIKE 'FV-%'")
    status, codes, words = await rest(parts, seeded_at, await clean(parts, seeded_at, "EX-100005"))
    assert (status, codes) == ("matching_required", ["vat", "vat"])
    assert "på fakturan och på ordern" in words


async def waiting_then_closed(
    parts: IntakeParts, now: datetime, document: Document
) -> tuple[str, list[str], str]:
    """Held for review while its order is open; a person ends the order, and it is matched again."""
    order = "WHERE number = :number"
    await run(
        parts.database, f"UPDATE purchase_order SET review_requested = true {order}", number=document.order
    )
    assert (await rest(parts, now, document))[0] == "matching_required"
    await run(
        parts.database, f"UPDATE purchase_order SET review_requested = false, status = 'closed' {order}",
        number=document.order,
    )  # fmt: skip
    query = "SELECT id, status, reasons FROM invoice WHERE number = :number"
    [found] = await rows(parts.database, query, number=document.number)
    await rerun(parts.database, CONCERN_ID, [found.id], now)
    [found] = await rows(parts.database, query, number=document.number)
    return await told(parts, found)


async def ordered(
    parts: IntakeParts, now: datetime, number: str, lines: tuple[tuple[str, int, int], ...]
) -> None:
    """An order of Kontorsbolaget's of the test's own: article, quantity, received."""
    one = (number, "GSF", "bestallare@gsf", "Kontorsbolaget AB", lines, OFFICE, False)
    async with parts.database.session(Context.for_system(CONCERN_ID)) as session:
        for model, values in orders.rows(now, stockholm_date(now), (one,)):
            if values:
                await session.execute(insert(model), values)


async def allow(parts: IntakeParts, now: datetime, most: str) -> None:
    """Freight on the concern's list, up to so many kronor."""
    day = stockholm_date(now)
    await run(
        parts.database,
        "INSERT INTO setting (concern_id, id, key, value, valid_from)"
        " VALUES (:concern, gen_random_uuid(), 'match.charge_codes', '[\"FC\"]', :day)",
        concern=CONCERN_ID, day=day,
    )  # fmt: skip
    await run(
        parts.database,
        "INSERT INTO match_limit (concern_id, id, name, value, valid_from)"
        " VALUES (:concern, gen_random_uuid(), 'charge_amount', :most, :day)",
        concern=CONCERN_ID, most=D(most), day=day,
    )  # fmt: skip
