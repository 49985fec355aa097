"""A supplier's invoices, by the view supplier_invoice, and the files it has sent in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.invoicing.rules.credited import Row, credited
from portal.kernel.errors import NotFound
from portal.kernel.identifiers import folded_number_key, invoice_number_key
from portal.kernel.listed import MOST_LISTED, NAMED, Contents
from portal.kernel.money import as_cost
from portal.web.supplier.queries.lists import SupplierList

_COLUMNS = """i.id, i.concern_id, c.name AS concern, i.number, i.is_credit_note, i.status, i.status_since, i.issue_date,
  i.due_date, i.arrived_at, i.net_amount, i.tax_amount, i.gross_amount, i.payable_amount, i.currency, i.order_id,
  coalesce(o.number, i.order_reference) AS order_number, o.buyer_name, i.payment_date, i.cancelled_reason,
  i.credit_request, i.credit_amount, i.on_hold, i.pay_scheme, i.pay_number, i.paid_otherwise, i.prepaid_amount,
  i.payee_name, coalesce(r.payment_days, 30) AS payment_days, i.pay_not_before, i.reasons, i.delivery_date, i.sha256"""
_FROM = """
FROM supplier_invoice i JOIN concern c ON c.id = i.concern_id
LEFT JOIN supplier_relation r ON r.concern_id = i.concern_id AND r.supplier_id = i.supplier_id
LEFT JOIN supplier_order o ON o.concern_id = i.concern_id AND o.id = i.order_id
WHERE i.supplier_id = :supplier"""
_CHOSEN = f"""{_FROM}
  AND (CAST(:words AS text) = '' OR i.number ILIKE :pattern OR o.number ILIKE :pattern)
  AND (CAST(:statuses AS text[]) IS NULL OR i.status = ANY (CAST(:statuses AS text[])))"""
_LIST = f"""
SELECT {_COLUMNS},
  (SELECT count(*) FROM invoice_line l WHERE l.concern_id = i.concern_id AND l.invoice_id = i.id) AS line_count,
  ARRAY(SELECT l.name FROM invoice_line l WHERE l.concern_id = i.concern_id AND l.invoice_id = i.id
    ORDER BY l.position LIMIT {NAMED}) AS names
{_CHOSEN}
  AND (CAST(:at AS timestamptz) IS NULL OR (i.arrived_at, i.id) < (:at, CAST(:id AS uuid)))
ORDER BY i.arrived_at DESC, i.id DESC LIMIT :limit
"""  # noqa: S608 - constants only
_SIGN = "CASE WHEN is_credit_note THEN -1 ELSE 1 END"
_TOTALS = f"""
SELECT currency, count(*), sum({_SIGN} * net_amount), sum({_SIGN} * tax_amount), sum({_SIGN} * gross_amount),
  sum({_SIGN} * payable_amount)
FROM (SELECT i.currency, i.is_credit_note, i.net_amount, i.tax_amount, i.gross_amount, i.payable_amount
  {_CHOSEN} LIMIT {MOST_LISTED + 1}) AS one GROUP BY currency ORDER BY currency
"""  # noqa: S608 - constants only
_ONE = text(f"SELECT {_COLUMNS} {_FROM} AND i.id = :id")
_LINES = text("""
SELECT position, name, quantity, unit, net_price, line_amount, vat_category, vat_rate, order_line_ref, seller_item_id,
  buyer_item_id
FROM invoice_line WHERE concern_id = :concern AND invoice_id = :id ORDER BY position
""")
# The lines of the credit notes that name the invoice, with the credit note's net amount.
_CREDITED = text("""
SELECT n.id, n.number, n.net_amount, n.issue_date, l.position, l.quantity, l.name, l.order_line_ref, l.seller_item_id
FROM supplier_invoice n JOIN invoice_line l ON l.concern_id = n.concern_id AND l.invoice_id = n.id
WHERE n.supplier_id = :supplier AND n.concern_id = :concern AND n.is_credit_note AND n.status <> 'cancelled'
  AND jsonb_exists(n.credited_numbers, :number)
ORDER BY n.arrived_at, n.id, l.position
""")
_SUMS = text("""
SELECT payment_date, is_credit_note, status = 'done' AS done, min(arrived_at) AS oldest, count(*) AS count,
  sum(CASE WHEN paid_otherwise THEN 0 ELSE payable_amount END) AS amount,
  CASE WHEN status = 'done' AND NOT is_credit_note THEN pay_scheme END AS pay_scheme,
  CASE WHEN status = 'done' AND NOT is_credit_note THEN pay_number END AS pay_number
FROM supplier_invoice
WHERE supplier_id = :supplier AND status <> 'cancelled'
  AND (status <> 'done' OR payment_date >= :today)
GROUP BY payment_date, is_credit_note, status = 'done', 7, 8
""")
_DELIVERIES = text("""
SELECT d.id, d.filename, d.channel, d.outcome, d.findings, d.received_at, d.invoice_id, i.number, i.status,
  i.is_credit_note, i.due_date, i.payment_date, o.number AS order_number
FROM delivery d LEFT JOIN supplier_invoice i ON i.concern_id = d.concern_id AND i.id = d.invoice_id
LEFT JOIN supplier_order o ON o.concern_id = i.concern_id AND o.id = i.order_id
WHERE d.supplier_id = :supplier AND d.id = ANY (CAST(:ids AS uuid[])) ORDER BY d.received_at, d.id
""")
_RECENT = text("""
SELECT id FROM delivery WHERE supplier_id = :supplier AND (NOT :refused OR outcome = 'refused')
ORDER BY received_at DESC, id DESC LIMIT :most
""")
_REFUSED = text("""
SELECT count(*) FROM delivery WHERE supplier_id = :supplier AND outcome = 'refused' AND received_at > :since
""")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:begins, 0))")
_SETTLING = text("""
SELECT EXISTS (SELECT FROM delivery
  WHERE supplier_id = :supplier AND outcome = 'received' AND starts_with(transport_id, :begins))
""")
_ASKED = text(
    "SELECT count(*) FROM supplier_invoice WHERE supplier_id = :supplier AND credit_request IS NOT NULL"
)
_NUMBERS = text("""
SELECT id, number, gross_amount, order_id, arrived_at, status FROM supplier_invoice
WHERE supplier_id = :supplier AND concern_id = :concern AND status <> 'cancelled' ORDER BY arrived_at, id
""")
_ORDER_NAMED = text("""
SELECT id FROM supplier_order WHERE supplier_id = :supplier AND concern_id = :concern AND number = :number
""")


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice as its supplier may read it. Amounts as written: a credit note's are positive."""

    id: UUID
    concern_id: UUID
    concern: str
    number: str
    is_credit_note: bool
    status: str
    status_since: datetime
    issue_date: date
    due_date: date | None
    arrived_at: datetime
    net_amount: Decimal
    tax_amount: Decimal
    gross_amount: Decimal
    payable_amount: Decimal
    currency: str
    order_id: UUID | None
    order_number: str | None
    buyer_name: str | None
    payment_date: date | None
    cancelled_reason: str | None
    credit_request: str | None
    credit_amount: Decimal | None
    on_hold: bool
    pay_scheme: str | None = None
    pay_number: str | None = None
    paid_otherwise: bool = False
    prepaid_amount: Decimal = Decimal(0)
    payee_name: str | None = None
    payment_days: int = 30
    reasons: Sequence[Mapping[str, Any]] = ()
    delivery_date: str | None = None
    pay_not_before: datetime | None = None
    sha256: bytes = b""
    line_count: int = 0
    names: Sequence[str] = ()

    @property
    def contents(self) -> Contents:
        """What is invoiced; known in lists."""
        return Contents(self.line_count, self.names)

    @property
    def nothing_to_pay(self) -> bool:
        """Whether it is known that the customer pays nothing on it."""
        return self.paid_otherwise or (not self.is_credit_note and self.payable_amount <= 0)


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line of the invoice."""

    position: int
    name: str
    quantity: Decimal
    unit: str
    net_price: Decimal
    line_amount: Decimal
    vat_category: str | None
    vat_rate: Decimal | None
    order_line_ref: str | None
    seller_item_id: str | None
    buyer_item_id: str | None


@dataclass(frozen=True, slots=True)
class Sums:
    """What is to be paid next and what the customers have: SEK, credit notes counted off.

    `accounts`: where the next is paid, (kind, number), as chosen when the invoices came.
    """

    next_date: date | None
    next_amount: Decimal
    next_count: int
    waiting_amount: Decimal
    waiting_count: int
    oldest: datetime | None
    accounts: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file the supplier has sent in, and what came of it. `outcome`: received, new, duplicate, refused."""

    id: UUID
    filename: str | None
    channel: str
    outcome: str
    findings: list[dict[str, Any]]
    received_at: datetime
    invoice_id: UUID | None
    number: str | None
    status: str | None
    is_credit_note: bool | None
    due_date: date | None
    payment_date: date | None
    order_number: str | None


INVOICES = SupplierList(_LIST, _TOTALS, InvoiceRow)


async def find_invoice(
    session: AsyncSession, actor: Actor, invoice_id: UUID
) -> tuple[InvoiceRow, tuple[InvoiceLine, ...]]:
    """One invoice with its lines. NotFound for another supplier's."""
    row = (await session.execute(_ONE, {"id": invoice_id, "supplier": actor.supplier_id})).one_or_none()
    if row is None:
        raise NotFound("Fakturan finns inte.")
    lines = (await session.execute(_LINES, {"concern": row.concern_id, "id": invoice_id})).all()
    return InvoiceRow(**row._mapping), tuple(InvoiceLine(*line) for line in lines)


@dataclass(frozen=True, slots=True)
class Credited:
    """What is credited of an invoice so far: position of its line → quantity, SEK excluding VAT, credit notes."""

    quantities: Mapping[int, Decimal]
    net: Decimal
    notes: tuple[tuple[str, Decimal], ...]


async def credited_so_far(
    session: AsyncSession, actor: Actor, row: InvoiceRow, lines: Sequence[InvoiceLine]
) -> Credited:
    """By every credit note that names it and is not cancelled, whatever door it came by."""
    given = {"supplier": actor.supplier_id, "concern": row.concern_id, "number": row.number}
    found = (await session.execute(_CREDITED, given)).all()
    notes = {one.id: (str(one.number), Decimal(one.net_amount)) for one in found}
    quantities = credited(
        [Row(x.position, x.quantity, x.name, x.order_line_ref, x.seller_item_id) for x in lines],
        [Row(x.position, x.quantity, x.name, x.order_line_ref, x.seller_item_id) for x in found],
    )
    return Credited(quantities, sum((net for _, net in notes.values()), Decimal(0)), tuple(notes.values()))


async def sums(session: AsyncSession, actor: Actor, today: date) -> Sums:
    """The figures of the start page."""
    rows = (await session.execute(_SUMS, {"supplier": actor.supplier_id, "today": today})).all()
    dates = sorted({row.payment_date for row in rows if row.done and row.payment_date})
    coming = [row for row in rows if dates and row.done and row.payment_date == dates[0]]
    waiting = [row for row in rows if not row.done]
    return Sums(
        dates[0] if dates else None, _amount(coming), _count(coming),
        _amount(waiting), _count(waiting), min((row.oldest for row in waiting), default=None),
        frozenset((row.pay_scheme, row.pay_number) for row in coming if row.pay_scheme),
    )  # fmt: skip


def _count(rows: Sequence[Any]) -> int:
    return sum(row._mapping["count"] for row in rows)


def _amount(rows: Sequence[Any]) -> Decimal:
    return sum((as_cost(row.amount, credit=row.is_credit_note) for row in rows), Decimal(0))


async def is_settling(session: AsyncSession, actor: Actor, begins: str) -> bool:
    """Whether something sent whose transport id begins so is not settled. Who asks next waits for our transaction."""
    values = {"supplier": actor.supplier_id, "begins": begins}
    await session.execute(_ONE_AT_A_TIME, values)
    return bool(await session.scalar(_SETTLING, values))


async def sent_files(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> list[SentFile]:
    """The supplier's own files among `ids`."""
    rows = (await session.execute(_DELIVERIES, {"supplier": actor.supplier_id, "ids": list(ids)})).all()
    return [SentFile(**row._mapping) for row in rows]


async def recent_files(session: AsyncSession, actor: Actor, *, refused: bool, most: int) -> list[UUID]:
    """The ids of what the supplier last sent in, the newest first; of the refused alone when asked so."""
    given = {"supplier": actor.supplier_id, "refused": refused, "most": most}
    return list((await session.execute(_RECENT, given)).scalars())


async def credits_asked(session: AsyncSession, actor: Actor) -> int:
    """How many invoices a customer asks the supplier to credit."""
    return int(await session.scalar(_ASKED, {"supplier": actor.supplier_id}) or 0)


async def refused_since(session: AsyncSession, actor: Actor, since: datetime) -> int:
    """How many files were refused after `since`."""
    values = {"supplier": actor.supplier_id, "since": since}
    return int((await session.execute(_REFUSED, values)).scalar_one())


@dataclass(frozen=True, slots=True)
class Earlier:
    """The supplier's own invoice that has a number already."""

    id: UUID
    number: str
    gross_amount: Decimal
    order_id: UUID | None
    arrived_at: datetime
    status: str


async def number_used(
    session: AsyncSession,
    actor: Actor,
    concern_id: UUID,
    number: str,
    *,
    but: UUID | None = None,
    folded: bool = False,
) -> Earlier | None:
    """The first of the supplier's own invoices to this concern that has the number, and is not cancelled (A4.11).

    `folded`: one whose number looks like it counts too. `but`: an invoice that is not asked about.
    """
    rows = await session.execute(_NUMBERS, {"supplier": actor.supplier_id, "concern": concern_id})
    key = folded_number_key if folded else invoice_number_key
    return next((Earlier(*row) for row in rows if key(row.number) == key(number) and row.id != but), None)


async def order_named(
    session: AsyncSession, actor: Actor, concern_id: UUID, number: str | None
) -> UUID | None:
    """The supplier's own order with that number."""
    given = {"supplier": actor.supplier_id, "concern": concern_id, "number": (number or "").strip()}
    found: UUID | None = await session.scalar(_ORDER_NAMED, given)
    return found


async def number_alike(
    session: AsyncSession, actor: Actor, concern_id: UUID, number: str, gross: Decimal, order_id: UUID
) -> bool:
    """Whether one of them has a number that looks like it, and the sum or the order in common (A4.11)."""
    rows = await session.execute(_NUMBERS, {"supplier": actor.supplier_id, "concern": concern_id})
    folded = folded_number_key(number)
    return any(
        folded_number_key(row.number) == folded and (row.gross_amount == gross or row.order_id == order_id)
        for row in rows
    )
