"""The DEMO-… samples: an invoice in every status that is reached without a person, on orders of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import insert, select

from dev.demo_city import orders
from dev.demo_city.ids import CONCERN_ID
from dev.invoices.orders import invoice_for
from dev.invoices.writer import Account, Buyer, Document, Line, Seller, write
from portal.db.context import Context
from portal.invoicing.actions.intake import Incoming, receive_many
from portal.invoicing.actions.parts import IntakeParts
from portal.invoicing.actions.pipeline import process_deliveries
from portal.kernel.dates import stockholm_date
from portal.orders.models import PurchaseOrder

OFFICE, BOOKS, FOOD = ("6451", "31100", "440"), ("6461", "31100", "440"), ("6471", "41100", "510")

# number, organisation, buyer, supplier, lines (article, quantity, received), coding, review requested
DEMO_ORDERS = (
    ("DEMO-100", "GSF", "bestallare@gsf", "Kontorsbolaget AB", (("KB-1001", 40, 40), ("KB-1003", 12, 12)), OFFICE, False),
    ("DEMO-101", "GSF", "bestallare@gsf", "Skolgrossisten AB", (("SG-2001", 250, 250),), BOOKS, False),
    ("DEMO-102", "GSF", "bestallare@gsf", "Kontorsbolaget AB", (("KB-1002", 100, 0),), OFFICE, False),
    ("DEMO-103", "GSF", "bestallare@gsf", "Kontorsbolaget AB", (("KB-1001", 20, 20), ("KB-1002", 50, 50)), OFFICE, False),
    ("DEMO-104", "GSF", "bestallare2@gsf", "Kontorsbolaget AB", (("KB-1003", 30, 18),), OFFICE, False),
    ("DEMO-105", "AOF", "bestallare@aof", "Färskvaror i Exempelstad AB", (("FV-3001", 120, 120),), FOOD, False),
    ("DEMO-106", "AOF", "bestallare@aof", "Färskvaror i Exempelstad AB", (("FV-3002", 30, 0),), FOOD, False),
    ("DEMO-107", "GSF", "bestallare@gsf", "Skolgrossisten AB", (("SG-2001", 60, 60),), BOOKS, True),
    ("DEMO-108", "GSF", "bestallare@gsf", "Kontorsbolaget AB", (("KB-1001", 15, 15),), OFFICE, False),
    ("DEMO-109", "GSF", "bestallare@gsf", "Kontorsbolaget AB", (("KB-1002", 25, 25),), OFFICE, False),
    ("DEMO-110", "AOF", "bestallare@aof", "Färskvaror i Exempelstad AB", (("FV-3001", 48, 48),), FOOD, False),
)  # fmt: skip

GSF = Buyer("Grundskoleförvaltningen", ("0088", "7350099900013"), "7350099900013")
AOF = Buyer("Äldreomsorgsförvaltningen", ("0088", "7350099900020"), "7350099900020")
CITY = Buyer("Exempelstads kommun", ("0007", "2120990011"))
INTERPRETERS = Seller("Tolkförmedlingen AB", "5599001079", "SE559900107901")
BUILDERS = Seller("Byggtjänst AB", "5599001061", "SE559900106101")
CARE = Seller("Vårdboendet AB", "5599001095", "SE559900109501")
BICYCLES = Seller("Cykelverkstaden HB", "9699001088", "SE969900108801")


async def seed_demo_invoices(parts: IntakeParts, now: datetime) -> bool:
    """Orders and invoices, taken in by the real pipeline; False when they are there already."""
    if not await _seed_orders(parts, now):
        return False
    day = stockholm_date(now)
    documents = [document async for document in _on_orders(parts, day)]
    documents += list(_without_orders(day))
    incoming = [Incoming(write(one), "command", f"{one.number}.xml") for one in documents]
    received = await receive_many(parts, incoming, now=now)
    errors = await process_deliveries(parts, [one.delivery_id for one in received], now)
    for error in errors.values():
        raise error
    return True


async def _seed_orders(parts: IntakeParts, now: datetime) -> bool:
    async with parts.database.session(Context.for_system(CONCERN_ID)) as session:
        there = select(PurchaseOrder.id).where(PurchaseOrder.number == DEMO_ORDERS[0][0])
        if (await session.execute(there)).first() is not None:
            return False
        for model, rows in orders.rows(now, stockholm_date(now), DEMO_ORDERS):
            if rows:
                await session.execute(insert(model), rows)
    return True


async def _on_orders(parts: IntakeParts, day: date) -> AsyncIterator[Document]:
    """One invoice for each order; what each shows is said beside its change."""
    for number, *_rest in DEMO_ORDERS:
        document = await invoice_for(parts.database, number, f"{number}-F", day)
        yield _changed(document)


def _changed(document: Document) -> Document:
    dear = replace(document.lines[0], price=document.lines[0].price + Decimal("2.50"))
    changes: dict[str, Document] = {
        "DEMO-103-F": replace(document, lines=(dear, *document.lines[1:])),  # dearer than ordered
        "DEMO-108-F": replace(document, accounts=(Account("5050208"),)),  # another's account
        "DEMO-109-F": replace(document, due_date=document.issue_date + timedelta(120)),  # due too late
        "DEMO-110-F": replace(document, buyer=GSF),  # one's GLN with another's order
    }
    return changes.get(document.number, document)


def _without_orders(day: date) -> Iterator[Document]:
    service = Line(Decimal(2), "HUR", Decimal("650"), "Tolkning på plats", unspsc="82112000")
    paper = Line(Decimal(30), "XPK", Decimal("52.00"), "Kopieringspapper", unspsc="14111507")
    repair = Line(Decimal(1), "EA", Decimal("4850"), "Byte av dörr, Centralskolan")
    care = Line(Decimal(30), "DAY", Decimal("2150"), "Vårddygn")
    due = day + timedelta(30)
    plain = Document("", INTERPRETERS, GSF, day, (service,), due, (Account("5050703"),))
    yield replace(plain, number="DEMO-200-F", reference="GSF100")  # to a reviewer
    yield replace(plain, number="DEMO-201-F", reference="GSF200", lines=(paper, service))
    yield replace(plain, number="DEMO-202-F", reference="Kansliet", lines=(service,))  # nobody's code
    builder = replace(plain, seller=BUILDERS, lines=(repair,), accounts=(Account("5050604"),))
    yield replace(builder, number="DEMO-203-F", reference="Dörren", buyer=CITY)  # no organisation
    cycles = replace(plain, seller=BICYCLES, lines=(repair,), accounts=(Account("5050802"),))
    yield replace(cycles, number="DEMO-204-F", reference="GSF100")  # not joined
    yield replace(
        builder, number="DEMO-205-F", reference="GSF100", issue_date=day - timedelta(125)
    )  # too old
    yield replace(plain, number="DEMO-206-F", reference="AOF900", buyer=AOF)  # secret by its code
    secret = replace(plain, seller=CARE, lines=(care,), accounts=(Account("5050901"),), buyer=AOF)
    yield replace(secret, number="DEMO-207-F", reference="AOF100")  # secret by its supplier
    credit = replace(plain, credit_note=True, preceding="DEMO-200-F", accounts=())
    yield replace(credit, number="DEMO-208-K", reference="GSF100")  # credit note with a due date
    yield replace(credit, number="DEMO-209-K", reference="GSF100", due_date=None)  # and without
