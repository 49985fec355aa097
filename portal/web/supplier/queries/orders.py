"""A supplier's orders, by the view supplier_order and the lines under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.invoicing.status import AWAITING_RECEIPT
from portal.kernel.errors import NotFound
from portal.kernel.listed import MOST_LISTED, NAMED, Contents
from portal.orders.status import SENT
from portal.web.supplier.queries.lists import SupplierList

_COLUMNS = """o.id, o.concern_id, c.name AS concern, o.number, o.buyer_name, o.status, o.net_amount, o.gross_amount,
  o.sent_at, o.wanted_on"""
_CHOSEN = """
FROM supplier_order o JOIN concern c ON c.id = o.concern_id
WHERE o.supplier_id = :supplier
  AND (CAST(:words AS text) = '' OR o.number ILIKE :pattern OR o.buyer_name ILIKE :pattern)
  AND (CAST(:statuses AS text[]) IS NULL OR o.status = ANY (CAST(:statuses AS text[])))"""
_LIST = f"""
SELECT {_COLUMNS}, o.tax_amount,
  (SELECT count(*) FROM order_line l WHERE l.concern_id = o.concern_id AND l.order_id = o.id) AS line_count,
  ARRAY(SELECT l.name FROM order_line l WHERE l.concern_id = o.concern_id AND l.order_id = o.id
    ORDER BY l.position LIMIT {NAMED}) AS names,
  EXISTS (SELECT FROM supplier_invoice i WHERE i.concern_id = o.concern_id AND i.order_id = o.id
    AND i.supplier_id = :supplier AND i.status = '{AWAITING_RECEIPT}') AS invoice_waits
{_CHOSEN}
  AND (CAST(:at AS timestamptz) IS NULL OR (coalesce(o.sent_at, 'epoch'), o.id) < (:at, CAST(:id AS uuid)))
ORDER BY coalesce(o.sent_at, 'epoch') DESC, o.id DESC LIMIT :limit
"""  # noqa: S608 - constants only
_TOTALS = f"""
SELECT 'SEK', count(*), sum(net_amount), sum(tax_amount), sum(gross_amount), sum(gross_amount)
FROM (SELECT o.net_amount, o.tax_amount, o.gross_amount {_CHOSEN} LIMIT {MOST_LISTED + 1}) AS one HAVING count(*) > 0
"""  # noqa: S608 - constants only
_ONE = text("""
SELECT o.*, c.name AS concern, c.org_number AS concern_org_number, c.vat_number AS concern_vat_number,
  a.number AS agreement, r.payment_days
FROM supplier_order o JOIN concern c ON c.id = o.concern_id
JOIN supplier_relation r ON r.concern_id = o.concern_id AND r.supplier_id = o.supplier_id
LEFT JOIN agreement a ON a.concern_id = o.concern_id AND a.id = o.agreement_id
WHERE o.id = :id AND o.supplier_id = :supplier
""")
# What is on its way to be paid counts as invoiced: else the same goods would be proposed twice.
_LINES = text("""
SELECT l.id, l.position, l.item_no, l.buyer_item_no, l.name, l.unspsc, l.unit, l.quantity, l.price, l.vat_rate,
  l.vat_category, l.net_amount, l.received_quantity AS received, coalesce(sum(
    CASE WHEN i.is_credit_note THEN -il.quantity ELSE il.quantity END), 0) AS invoiced
FROM order_line l
LEFT JOIN supplier_invoice i ON i.concern_id = l.concern_id AND i.order_id = l.order_id AND i.status <> 'cancelled'
  AND i.id IS DISTINCT FROM CAST(:without AS uuid)
LEFT JOIN invoice_line il ON il.concern_id = i.concern_id AND il.invoice_id = i.id
  AND (il.order_line_id = l.id OR il.order_line_id IS NULL AND ltrim(trim(il.order_line_ref), '0') = l.position::text)
WHERE l.concern_id = :concern AND l.order_id = :id
GROUP BY l.concern_id, l.id ORDER BY l.position
""")
_RESPONSES = text("""
SELECT code, promised_on, note, answered_at FROM order_response
WHERE concern_id = :concern AND order_id = :id ORDER BY answered_at
""")
# What the buyer has decided that the supplier is to know: row-level security lets no other kinds through.
_DECIDED = text("""
SELECT kind, note FROM order_change
WHERE concern_id = :concern AND order_id = :id ORDER BY created_at DESC, id DESC LIMIT 1
""")
_CONTACT = text("SELECT name, email FROM order_contact(:id, :day)")
_INVOICES = text("""
SELECT id, number, status, is_credit_note, gross_amount, payment_date FROM supplier_invoice
WHERE concern_id = :concern AND order_id = :id ORDER BY arrived_at, id
""")


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in the list."""

    id: UUID
    concern_id: UUID
    concern: str
    number: str
    buyer_name: str
    status: str
    net_amount: Decimal
    gross_amount: Decimal
    sent_at: datetime | None
    wanted_on: date | None
    tax_amount: Decimal
    line_count: int
    names: Sequence[str]
    invoice_waits: bool

    @property
    def contents(self) -> Contents:
        """What was ordered."""
        return Contents(self.line_count, self.names)


@dataclass(frozen=True, slots=True)
class Line:
    """An order line with what is received and what is invoiced or on its way to be, in the line's unit."""

    id: UUID
    position: int
    item_no: str | None
    buyer_item_no: str | None
    name: str
    unspsc: str | None
    unit: str
    quantity: Decimal
    price: Decimal
    vat_rate: Decimal
    vat_category: str
    net_amount: Decimal
    received: Decimal
    invoiced: Decimal

    @property
    def left(self) -> Decimal:
        """Ordered and not yet invoiced."""
        return max(self.quantity - self.invoiced, Decimal(0))

    @property
    def ready(self) -> Decimal:
        """Received and not yet invoiced: what an invoice is paid for at once."""
        return max(min(self.received, self.quantity) - self.invoiced, Decimal(0))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer the supplier has given."""

    code: str
    promised_on: date | None
    note: str | None
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class OrderInvoice:
    """An invoice on the order."""

    id: UUID
    number: str
    status: str
    is_credit_note: bool
    gross_amount: Decimal
    payment_date: date | None


@dataclass(frozen=True, slots=True)
class Order:
    """An order whole, as its supplier may read it."""

    id: UUID
    concern_id: UUID
    concern: str
    concern_org_number: str
    concern_vat_number: str
    number: str
    agreement: str | None
    status: str
    buyer_name: str
    buyer_gln: str | None
    buyer_reference: str | None
    net_amount: Decimal
    tax_amount: Decimal
    gross_amount: Decimal
    delivery: tuple[str, ...]
    goods_mark: str | None
    wanted_on: date | None
    note_to_supplier: str | None
    sent_at: datetime | None
    document_sha256: bytes | None
    payment_days: int
    lines: tuple[Line, ...]
    answers: tuple[Answer, ...]
    invoices: tuple[OrderInvoice, ...]
    contact: tuple[str, str] | None = None
    decided: tuple[str, str | None] | None = None


ORDERS = SupplierList(_LIST, _TOTALS, OrderRow)


async def count_to_answer(session: AsyncSession, actor: Actor) -> int:
    """Orders that wait for the supplier's answer."""
    query = text("SELECT count(*) FROM supplier_order WHERE supplier_id = :supplier AND status = :sent")
    values = {"supplier": actor.supplier_id, "sent": SENT}
    return int((await session.execute(query, values)).scalar_one())


async def find_order(
    session: AsyncSession, actor: Actor, order_id: UUID, day: date, *, without: UUID | None = None
) -> Order:
    """One order with lines, answers and invoices, whom to ask (name and e-mail, where it may be known) and what the
    buyer last decided of it (kind and reason). NotFound for another supplier's.

    `without`: an invoice that is to be sent anew, and so takes nothing of the order.
    """
    row = (await session.execute(_ONE, {"id": order_id, "supplier": actor.supplier_id})).one_or_none()
    if row is None:
        raise NotFound("Beställningen finns inte.")
    key = {"concern": row.concern_id, "id": order_id}
    lines = tuple(
        Line(**line._mapping) for line in (await session.execute(_LINES, key | {"without": without})).all()
    )
    answers = tuple(Answer(*answer) for answer in (await session.execute(_RESPONSES, key)).all())
    invoices = tuple(OrderInvoice(*invoice) for invoice in (await session.execute(_INVOICES, key)).all())
    contact = (await session.execute(_CONTACT, {"id": order_id, "day": day})).first()
    decided = (await session.execute(_DECIDED, key)).first()
    place = " ".join(part for part in (row.delivery_postcode, row.delivery_city) if part)
    delivery = tuple(part for part in (row.delivery_name, row.delivery_street, place) if part)
    kept = {name: row._mapping[name] for name in Order.__dataclass_fields__ if name in row._mapping}
    return Order(
        **kept, delivery=delivery, lines=lines, answers=answers, invoices=invoices,
        contact=(contact.name, contact.email) if contact else None,
        decided=(decided.kind, decided.note) if decided else None,
    )  # fmt: skip
