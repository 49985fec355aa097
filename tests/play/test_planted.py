"""Each kind of planted error on invoices of orders received in full: where it rests and why, as the cases say.

One order and one invoice a kind and a size, all made and taken in together; none is Klar, not even asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, text

from dev.demo_city import orders
from dev.demo_city.ids import CONCERN_ID
from dev.invoices.orders import document, read_order
from dev.invoices.writer import Document, write
from portal.db.context import Context
from portal.db.session import Database
from portal.formats.rulesets import packaged_rules
from portal.integrations.object_store import FolderStore
from portal.invoicing.actions.again import rerun
from portal.invoicing.actions.intake import Incoming, receive_many
from portal.invoicing.actions.parts import IntakeParts, OneByOne
from portal.invoicing.actions.pipeline import process_deliveries
from portal.kernel.dates import stockholm_date
from tests.play.faults import FAULTS, NEVER, planted

SIZES = (1, 7, 60, 999)
OFFICE = ("6451", "31100", "440")

# Where it rests and the reason given → the kinds. A reason of the official rules may stand beside.
EXPECTED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("invoice_information", "sum"): (
        "rounding", "rounding of two öre too much", "rounding down", "prepaid below zero", "prepaid above all",
        "net tampered with", "tax tampered with", "gross tampered with", "payable tampered with",
    ),
    ("invoice_information", "official_rules"): ("all sums tampered with", "amount that is not the product"),
    ("invoice_information", "due_date"): ("due before it was written", "due in year one", "due too late"),
    ("invoice_information", "invoice_date"): ("written long ago", "written ahead"),
    ("invoice_information", "currency"): ("euro",),
    ("payment_information", "paid_otherwise"): (
        "all prepaid", "card", "cash", "cheque", "direct debit", "direct debit of SEPA", "clearing",
        "means unheard of",
    ),
    ("payment_information", "payment_account"): (
        "payee without account", "payee with the seller's account", "payee by name", "made over in a note",
        "another's account", "an account nobody knows", "a foreign account",
    ),
    ("supplier_not_chosen", "supplier_unknown"): ("a company nobody knows",),
    ("reviewer_missing", "reviewer_unknown"): ("another supplier",),
    ("matching_required", "order_of_line"): ("another order's line", "no order's line"),
    ("matching_required", "line_unknown"): ("another's place", "goods nobody ordered", "text that costs"),
    ("matching_required", "charge"): (
        "allowance below zero", "allowance below zero on a line", "freight", "freight on a line",
        "freight as a line",
    ),
    ("matching_required", "price"): ("dearer", "price of ten", "base quantity that makes it dear"),
    ("matching_required", "quantity_over_ordered"): ("twice the quantity", "more for less", "line twice"),
    ("matching_required", "vat"): ("VAT of food", "VAT changed", "no VAT"),
    ("matching_required", "unit"): ("another unit",),
}  # fmt: skip
RESTS = {kind: rest for rest, kinds in EXPECTED.items() for kind in kinds}
# Of these what the invoice is like says nothing: a number needs the one before, a line that takes off may be right.
BY_THEMSELVES = frozenset(FAULTS) - {"double number", "a line that takes off"}


def test_every_kind_is_planted() -> None:
    assert RESTS.keys() == BY_THEMSELVES and NEVER <= BY_THEMSELVES


async def test_each_planted_error_stops_and_says_why(
    seeded: Database, tmp_path: Path, seeded_at: datetime
) -> None:
    rules = packaged_rules()
    parts = IntakeParts(seeded, FolderStore(tmp_path), rules, check=OneByOne(rules))
    wanted = [(name, much) for name in sorted(BY_THEMSELVES) for much in SIZES]
    documents = await _documents(seeded, seeded_at, wanted)
    received = await receive_many(
        parts, [Incoming(write(one), "command") for one in documents], now=seeded_at
    )
    assert not await process_deliveries(parts, [one.delivery_id for one in received], seeded_at)
    first = await _wrong(seeded, wanted)
    assert not first, first
    async with seeded.session(Context.for_system(CONCERN_ID)) as session:
        ids = list((await session.execute(text("SELECT id FROM invoice WHERE number LIKE 'PL-%'"))).scalars())
    await rerun(seeded, CONCERN_ID, ids, seeded_at)
    again = await _wrong(seeded, wanted)
    assert not again, again


async def _wrong(database: Database, wanted: list[tuple[str, int]]) -> list[object]:
    """What does not rest where it should, or says something else."""
    query = text("SELECT number, status, reasons FROM invoice WHERE number LIKE 'PL-%'")
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        found = (await session.execute(query)).all()
    assert len(found) == len(wanted)
    wrong = []
    for row in found:
        kind, codes = wanted[int(row.number[3:])], {reason["code"] for reason in row.reasons}
        status, code = RESTS[kind[0]]
        if row.status != status or code not in codes:
            wrong.append((kind, row.status, codes))
    return wrong


async def _documents(database: Database, now: datetime, wanted: list[tuple[str, int]]) -> list[Document]:
    day = stockholm_date(now)
    lines = (("KB-1001", 10, 10), ("KB-1002", 20, 20))
    given = [
        (f"PL-{at}", "GSF", "bestallare@gsf", "Kontorsbolaget AB", lines, OFFICE, False)
        for at in range(len(wanted))
    ]
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        for model, rows in orders.rows(now, day, given):
            if rows:
                await session.execute(insert(model), rows)
        clean = [document(await read_order(session, one[0]), one[0], day) for one in given]
    return [planted(one, (name,), much) for one, (name, much) in zip(clean, wanted, strict=True)]
