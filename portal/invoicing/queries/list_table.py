"""What the list of invoices says beside its rows: what each is of, its sums, and all of it for a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.invoicing.models import Invoice, InvoiceLine
from portal.invoicing.queries.lists import COLUMNS, SORTS, Filters, chosen_rows
from portal.invoicing.queries.scope import Rights
from portal.kernel.listed import MOST_LISTED, NAMED, Contents, Totals
from portal.orders.models import PurchaseOrder

# As text, since planning it costs more than running it: the list is the page that is opened most.
_CONTENTS = text(f"""
SELECT CAST(invoice_id AS text), count(*), (array_agg(name ORDER BY position))[1:{NAMED}] FROM invoice_line
WHERE concern_id = :concern AND invoice_id = ANY(CAST(:ids AS uuid[])) GROUP BY invoice_id
""")  # noqa: S608 - a constant only
AMOUNTS = ("net_amount", "tax_amount", "gross_amount", "payable_amount")


async def contents_of(session: AsyncSession, actor: Actor, ids: Sequence[str]) -> Mapping[str, Contents]:
    """What each of the invoices (ids as text) is of."""
    if not ids:
        return {}
    connection = await session.connection()
    rows = await connection.execute(_CONTENTS, {"concern": actor.concern_id, "ids": list(ids)})
    return {row[0]: Contents(row[1], row[2]) for row in rows}


async def totals(session: AsyncSession, actor: Actor, rights: Rights, filters: Filters) -> Totals:
    """What the invoices of the list come to, by currency; credit notes take away."""
    columns = [getattr(Invoice, name) for name in AMOUNTS]
    inner = (
        select(Invoice.currency, Invoice.is_credit_note, *columns)
        .where(*chosen_rows(actor, rights, filters))
        .limit(MOST_LISTED + 1)
        .subquery()
    )
    sums = [func.sum(case((inner.c.is_credit_note, -inner.c[name]), else_=inner.c[name])) for name in AMOUNTS]
    query = (
        select(inner.c.currency, func.count(), *sums).group_by(inner.c.currency).order_by(inner.c.currency)
    )
    return Totals.of([tuple(row) for row in await session.execute(query)])


async def every_invoice(
    session: AsyncSession, actor: Actor, rights: Rights, filters: Filters
) -> AsyncIterator[Any]:
    """All invoices of the list in its order, read as they are asked for; no more than one above MOST_LISTED.

    Columns of COLUMNS, then issue_date, order_number, lines and names.
    """
    sort = SORTS.get(filters.sort, SORTS["arrived"])
    keys = (sort.column, Invoice.id)
    order = and_(PurchaseOrder.concern_id == Invoice.concern_id, PurchaseOrder.id == Invoice.order_id)
    query = (
        select(
            *COLUMNS, Invoice.issue_date, PurchaseOrder.number.label("order_number"), *_contents(),
        )
        .outerjoin(PurchaseOrder, order)
        .where(*chosen_rows(actor, rights, filters))
        .order_by(*(key.desc() if sort.descending else key.asc() for key in keys))
        .limit(MOST_LISTED + 1)
        .execution_options(yield_per=500)
    )  # fmt: skip
    async for row in await session.stream(query):
        yield row


def _contents() -> tuple[ColumnElement[Any], ...]:
    own = and_(InvoiceLine.concern_id == Invoice.concern_id, InvoiceLine.invoice_id == Invoice.id)
    count = select(func.count()).select_from(InvoiceLine).where(own).scalar_subquery()
    first = select(InvoiceLine.name).where(own).order_by(InvoiceLine.position).limit(NAMED).scalar_subquery()
    return count.label("lines"), func.array(first).label("names")
