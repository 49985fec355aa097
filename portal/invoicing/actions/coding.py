"""The coding of an invoice: proposed, kept as a draft, and accepted only when every rule is kept (A6.17–A6.21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.coding.queries import files_of, load_register
from portal.coding.rules.check import check_rows, comment_needed
from portal.coding.values import CodeString, CodingError, CodingRegister, CodingRow
from portal.invoicing.actions.opening import Opened, Seen, comment, open_for, tell
from portal.invoicing.models import Invoice, InvoiceCoding
from portal.invoicing.queries.detail import coding_of, head_of
from portal.invoicing.queries.limits import rounding_account
from portal.invoicing.queries.scope import rights_of
from portal.invoicing.rules import rounding
from portal.invoicing.rules.standing import not_allowed
from portal.invoicing.status import INVOICE, MATCHING_REQUIRED
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import uuid7
from portal.kernel.money import canonical
from portal.kernel.text import Message

FIX_CODING = "Konteringen behöver rättas innan fakturan kan gå vidare."
COMMENT_NEEDED = (
    "Konto %(accounts)s kräver en kommentar. Skriv vilka som deltog och varför, eller bifoga en fil."
)
NO_ROWS = "Fakturan saknar kontering. Lägg till minst en rad."
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Coded:
    """One row as a person or a rule has written it. `source`: where the proposal came from, in words."""

    code: CodeString
    amount: Decimal
    text: str | None = None
    source: str | None = None


async def save_coding(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    rows: Sequence[Coded],
    *,
    seen: Seen | None = None,
    now: datetime,
) -> None:
    """Keep the rows as a draft: nothing is required of them yet."""
    opened = await open_coding(session, actor, invoice_id, seen=seen, now=now)
    await replace_coding(session, opened, actor, rows, now)


async def open_coding(
    session: AsyncSession, actor: Actor, invoice_id: UUID, *, seen: Seen | None, now: datetime
) -> Opened:
    """Whoever may accept the review, or answer the deviation, may code."""
    rights = await rights_of(session, actor, stockholm_date(now))
    status = (await head_of(session, actor, rights, invoice_id)).invoice.status
    move = INVOICE.move("accept_deviation" if status == MATCHING_REQUIRED else "accept_review")
    return await open_for(
        session, actor, invoice_id, lambda place, who: not_allowed(move, place, who), seen=seen, now=now
    )


async def replace_coding(
    session: AsyncSession, opened: Opened, actor: Actor, rows: Sequence[Coded], now: datetime
) -> None:
    """The rows instead of what was there; what was there is kept in the log when it differs."""
    invoice = opened.invoice
    before = await coding_of(session, invoice)
    if [_row_key(row) for row in before] == [_coded_key(row) for row in rows]:
        return
    await session.execute(
        delete(InvoiceCoding).where(
            InvoiceCoding.concern_id == invoice.concern_id, InvoiceCoding.invoice_id == invoice.id
        )
    )
    if rows:
        values = [_values(invoice, position, row) for position, row in enumerate(rows[:MOST_ROWS], 1)]
        await session.execute(insert(InvoiceCoding), values)
    data = {"before": [_logged(row) for row in before], "rows": len(rows)}
    await tell(session, opened, "invoice:coding:save", actor, now=now, data=data)


async def checked(
    session: AsyncSession,
    opened: Opened,
    actor: Actor,
    rows: Sequence[Coded],
    *,
    note: str | None,
    now: datetime,
) -> Mapping[str, Decimal]:
    """Store rows that keep every rule; ansvar → amount for the route. Invalid with the errors at their fields.

    What the invoice rounds off gets a row beside them, and no attest of its own.

    Field names are dimension-row ("account-1") as the form spells them.
    """
    invoice = opened.invoice
    assert invoice.organisation_id is not None
    register = await load_register(session, invoice.concern_id, invoice.organisation_id, stockholm_date(now))
    if not rows:
        raise Invalid(NO_ROWS, fields={"coding": NO_ROWS})
    coded = [CodingRow(row.code, row.amount, note) for row in rows]
    fields = fields_of(check_rows(coded, register, invoice.net_amount))
    has_file = bool(await files_of(session, invoice.concern_id, invoice_id=invoice.id))
    if accounts := comment_needed(coded, register, has_file=has_file):
        fields["comment"] = Message(COMMENT_NEEDED, accounts=", ".join(accounts))
    if fields:
        raise Invalid(FIX_CODING, fields=fields)
    day = stockholm_date(now)
    await replace_coding(
        session, opened, actor, await with_rounding(session, invoice, rows, register, day), now
    )
    if note and note.strip():
        await comment(session, invoice, actor, note.strip(), now)
    amounts: dict[str, Decimal] = {}
    for row in rows:
        responsibility = row.code.responsibility or ""
        amounts[responsibility] = amounts.get(responsibility, Decimal(0)) + row.amount
    return amounts


async def with_rounding(
    session: AsyncSession, invoice: Invoice, rows: Sequence[Coded], register: CodingRegister, day: date
) -> list[Coded]:
    """The rows, and one for what the invoice rounds off (BT-114)."""
    if not invoice.rounding_amount:
        return list(rows)
    account = await rounding_account(session, invoice.concern_id, day)
    coded = [CodingRow(row.code, row.amount) for row in rows]
    row = rounding.rounding_row(coded, invoice.rounding_amount, account, register)
    return [*rows, Coded(row.code, row.amount, None, rounding.SOURCE)] if row else list(rows)


def fields_of(errors: Sequence[CodingError]) -> dict[str, str]:
    """Errors by form field, the first of each field."""
    fields: dict[str, str] = {}
    for error in errors:
        name = f"{error.dimension}-{error.row}" if error.row else "coding"
        fields.setdefault(name, Message(error.message, **error.params))
    return fields


def _values(invoice: Invoice, position: int, row: Coded) -> dict[str, object]:
    code = row.code
    return {
        "concern_id": invoice.concern_id, "id": uuid7(), "invoice_id": invoice.id, "position": position,
        "account": code.account or "", "responsibility": code.responsibility, "operation": code.operation,
        "project": code.project, "activity": code.activity, "free": code.free, "amount": row.amount,
        "text": row.text, "source": row.source,
    }  # fmt: skip


def _row_key(row: InvoiceCoding) -> tuple[object, ...]:
    codes = (row.account, row.responsibility, row.operation, row.project, row.activity, row.free)
    return (*(code or "" for code in codes), row.amount)


def _coded_key(row: Coded) -> tuple[object, ...]:
    code = row.code
    codes = (code.account, code.responsibility, code.operation, code.project, code.activity, code.free)
    return (*(one or "" for one in codes), row.amount)


def _logged(row: InvoiceCoding) -> dict[str, str]:
    named = {
        "account": row.account,
        "responsibility": row.responsibility or "",
        "operation": row.operation or "",
    }
    return {**named, "amount": canonical(row.amount)}
