"""What the demo shows beside the samples of each status, made by persons through the portal's own acts: an invoice on
hold, one that a credit is asked for, one that is likely to be a duplicate, and a price list in a supplier's own words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from dev.demo_city import catalogues, orders
from dev.demo_city.ids import CONCERN_ID
from dev.invoices.demo import OFFICE
from dev.invoices.orders import invoice_for
from dev.invoices.writer import Document, write
from portal.access.actor import Actor
from portal.catalog.actions.answering import read_again
from portal.catalog.actions.deciding import submit
from portal.catalog.actions.uploading import open_catalogue, receive_file
from portal.catalog.actions.validation import validate
from portal.catalog.queries.uploads import catalogue_choices
from portal.catalog.rules.columns import heading_key
from portal.catalog.rules.reading import Answers
from portal.cli.acting import acting_as
from portal.db.context import Context
from portal.invoicing.actions.credit_request import ask_for_credit
from portal.invoicing.actions.holds import investigate
from portal.invoicing.actions.intake import Incoming, receive_many
from portal.invoicing.actions.parts import IntakeParts
from portal.invoicing.actions.pipeline import process_deliveries
from portal.invoicing.models import Invoice
from portal.kernel.dates import stockholm_date
from portal.orders.models import PurchaseOrder
from portal.wiring import Installation

BUYER, SELLER = "bestallare@gsf", "leverantor@hygienlagret.test"
AGREEMENT = "R-2026-004"
# Too dear; asked to be reviewed; half of it invoiced, twice.
SHOWN_ORDERS = (
    ("DEMO-111", "GSF", BUYER, "Kontorsbolaget AB", (("KB-1001", 60, 60),), OFFICE, False),
    ("DEMO-112", "GSF", BUYER, "Kontorsbolaget AB", (("KB-1004", 1, 1), ("KB-1003", 10, 10)), OFFICE, True),
    ("DEMO-113", "GSF", BUYER, "Kontorsbolaget AB", (("KB-1002", 80, 80),), OFFICE, False),
)  # fmt: skip
# The supplier's own words for the template's columns, in the order of its file.
WORDS = {
    "item_no": "Vår kod", "name": "Kort text", "unit": "Säljs i", "price": "Er kostnad", "vat_rate": "Moms %",
    "unspsc": "UNSPSC",
}  # fmt: skip
CREDIT = "Priset per förpackning är högre än avtalat. Kreditera skillnaden, tack."
WHY = "Stolen kom med fel färg. Vi väntar på besked om byte."


async def seed_shown(installation: Installation, parts: IntakeParts) -> None:
    """Build it once, after the city and its first invoices; running it again changes nothing."""
    now = installation.clock.now()
    if not await _orders(parts, now):
        return
    await _invoices(parts, now)
    async with _as(installation, BUYER) as (session, actor):
        await ask_for_credit(session, actor, await _invoice(session, "DEMO-111-F"), note=CREDIT, now=now)
        await investigate(session, actor, await _invoice(session, "DEMO-112-F"), on=True, note=WHY, now=now)
    await _catalogue(installation, now)


async def _orders(parts: IntakeParts, now: datetime) -> bool:
    async with parts.database.session(Context.for_system(CONCERN_ID)) as session:
        there = select(PurchaseOrder.id).where(PurchaseOrder.number == SHOWN_ORDERS[0][0])
        if (await session.execute(there)).first() is not None:
            return False
        for model, rows in orders.rows(now, stockholm_date(now), SHOWN_ORDERS):
            await session.execute(insert(model), rows)
    return True


async def _invoices(parts: IntakeParts, now: datetime) -> None:
    """One for each order; for the last a second, whose number only looks like another's."""
    day = stockholm_date(now)
    documents = [await invoice_for(parts.database, number, f"{number}-F", day) for number, *_ in SHOWN_ORDERS]
    dear = replace(documents[0].lines[0], price=documents[0].lines[0].price + Decimal("4.10"))
    documents[0] = replace(documents[0], lines=(dear,))
    half = replace(documents[-1].lines[0], quantity=documents[-1].lines[0].quantity / 2)
    documents[-1] = replace(documents[-1], lines=(half,))
    await _take_in(parts, documents, now)
    await _take_in(parts, [replace(documents[-1], number="DEMO-113F")], now)


async def _take_in(parts: IntakeParts, documents: Sequence[Document], now: datetime) -> None:
    incoming = [Incoming(write(one), "command", f"{one.number}.xml") for one in documents]
    received = await receive_many(parts, incoming, now=now)
    for error in (await process_deliveries(parts, [one.delivery_id for one in received], now)).values():
        raise error


async def _invoice(session: AsyncSession, number: str) -> UUID:
    return (await session.execute(select(Invoice.id).where(Invoice.number == number))).scalar_one()


async def _catalogue(installation: Installation, now: datetime) -> None:
    """Two price lists in the supplier's words: of the first it says what the columns are, and sends it; the second is
    read by what was said then, and waits at the supplier."""
    first = await _upload(installation, "Prislista vinter.csv", _price_list(Decimal("1.03")), now)
    said = Answers(columns={heading_key(words): field for field, words in WORDS.items()})
    async with _as(installation, SELLER) as (session, actor):
        await read_again(session, first, actor, said, now=now)
    await _validate(installation, first)
    async with _as(installation, SELLER) as (session, actor):
        await submit(session, first, actor, confirmed=True, now=now)
    await _upload(installation, "Prislista vår.csv", _price_list(Decimal("1.05")), now)


async def _upload(installation: Installation, name: str, data: bytes, now: datetime) -> UUID:
    async with _as(installation, SELLER) as (session, actor):
        choice = next(
            one for one in await catalogue_choices(session, actor) if one.agreement_number == AGREEMENT
        )
    catalogue = choice.catalogue_id or await open_catalogue(installation.database, choice)
    async with _as(installation, SELLER) as (session, actor):
        upload = await receive_file(
            session, installation.store, choice, catalogue, filename=name, data=data, actor=actor, now=now
        )
    await _validate(installation, upload)
    return upload


async def _validate(installation: Installation, upload: UUID) -> None:
    """What the worker does with it; the job that is queued finds it done."""
    await validate(installation.database, installation.store, CONCERN_ID, upload, installation.clock.now)


def _price_list(dearer: Decimal) -> bytes:
    """The whole catalogue as the supplier writes it: every fifth price raised, and one article that is new."""
    own = [one for one in catalogues.articles() if catalogues.agreement_of(one) == AGREEMENT]
    lines = [";".join(WORDS.values())]
    for position, one in enumerate(own):
        price = (one["price"] * dearer).quantize(Decimal("0.01")) if position % 5 == 0 else one["price"]
        cells = (
            one["item_no"],
            one["name"],
            one["unit"],
            str(price).replace(".", ","),
            one["vat_rate"],
            one["unspsc"],
        )
        lines.append(";".join(map(str, cells)))
    lines.append(f"HL-9901;Diskborste av återvunnen plast;EA;24,50;25;{own[0]['unspsc']}")
    return "\r\n".join(lines).encode("utf-8-sig")


@asynccontextmanager
async def _as(installation: Installation, login: str) -> AsyncIterator[tuple[AsyncSession, Actor]]:
    """A transaction with the person's own eyes."""
    (actor,) = await acting_as(installation, login)
    async with installation.database.session(actor.context()) as session:
        yield session, actor
