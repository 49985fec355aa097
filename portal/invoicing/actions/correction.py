"""Put right what arrival control stopped (A4, A5.01–A5.03, A9): the person's act; the pipeline then goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.actions.routes import void_steps
from portal.formats.en16931 import Invoice as Neutral
from portal.invoicing.actions.case import supplier_keys
from portal.invoicing.actions.opening import Opened, Seen, comment, move, open_invoice, required, rerun_later
from portal.invoicing.actions.opening import took_part as noted
from portal.invoicing.models import InvoiceCoding
from portal.invoicing.queries.choices import organisations, suppliers
from portal.invoicing.queries.detail import coding_of
from portal.invoicing.rules import arrival
from portal.invoicing.rules.foreign_account import another_company
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import invoice_number_key
from portal.kernel.money import canonical
from portal.kernel.plain import from_plain

CHOSEN_SUPPLIER, CHOSEN_ORGANISATION, CONFIRMED_PAYMENT = "supplier", "organisation", "payment_account"
CONFIRMED_NUMBER = arrival.NUMBER_NEW
"""Entries of manual_controls: what a person has settled, beside the reason codes of forced controls."""
BY_HAND = "manual_flow"
"""Entry of manual_controls: a person has said that no order is to be looked for."""
NO_FLOW: Mapping[str, Any] = MappingProxyType({"order_id": None, "reviewer_id": None, "flow": None})
"""The columns of an invoice whose way is to be found anew."""
FORCIBLE: Mapping[str, str] = {"zero_amount": "A4.09", "vat_rate": "A4.14"}
NOTHING_CHANGED = "Du har inte ändrat något. Ändra en uppgift eller välj ett annat sätt."
SUPPLIER_MISSING = "Välj leverantören som har skickat fakturan."
ORGANISATION_MISSING = "Välj organisationen som fakturan hör till."
ORDER_MISSING = "Skriv ordernumret."
NOT_FORCIBLE = "Den kontrollen kan inte sättas till Manuell."
NUMBER_EMPTY = "Skriv fakturanumret."
NUMBER_USED = "Numret är redan använt av leverantören. Rätta numret eller makulera fakturan."


@dataclass(frozen=True, slots=True)
class Correction:
    """New values of the header; None is unchanged. `gross` is BT-112, BT-115 follows from it."""

    number: str | None = None
    issue_date: date | None = None
    due_date: date | None = None
    gross: Decimal | None = None


async def correct(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    correction: Correction,
    *,
    note: str | None = None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Rätta uppgifter or Ändra förfallodag (A4.10–A4.13, A9.06, A9.07). Invalid when nothing is changed."""
    only_due = correction == Correction(due_date=correction.due_date)
    verb = "change_due_date" if only_due else "correct_information"
    opened = await open_invoice(session, actor, invoice_id, verb, seen=seen, now=now)
    values = _changes(opened, correction)
    if not values:
        raise Invalid(NOTHING_CHANGED, fields={"solution": NOTHING_CHANGED})
    before = {name: _plain(getattr(opened.invoice, name)) for name in values}
    after = {name: _plain(value) for name, value in values.items()}
    data = {"before": before, "after": after}
    return await decided_by_rules(session, opened, verb, actor, values=values, data=data, note=note, now=now)


def _changes(opened: Opened, correction: Correction) -> dict[str, Any]:
    invoice = opened.invoice
    values: dict[str, Any] = {}
    if correction.number is not None:
        if not correction.number.strip():
            raise Invalid(NUMBER_EMPTY, fields={"number": NUMBER_EMPTY})
        number = correction.number.strip()
        values |= {"number": number, "number_key": invoice_number_key(number)}
    if correction.gross is not None:
        payable = correction.gross - invoice.prepaid_amount + invoice.rounding_amount
        values |= {"gross_amount": correction.gross, "payable_amount": payable}
    values |= {
        name: value for name in ("issue_date", "due_date") if (value := getattr(correction, name)) is not None
    }
    return {name: value for name, value in values.items() if getattr(invoice, name) != value}


async def set_manual(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    codes: tuple[str, ...],
    *,
    note: str | None = None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Force controls through by setting "Manuell" (A4.09, A4.14, A4.16). Invalid for a control that cannot."""
    if not codes or not set(codes) <= FORCIBLE.keys():
        raise Invalid(NOT_FORCIBLE, fields={"solution": NOT_FORCIBLE})
    opened = await open_invoice(session, actor, invoice_id, "correct_information", seen=seen, now=now)
    return await settled(session, opened, "correct_information", actor, codes, note=note, now=now)


async def confirm_number(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    note: str | None = None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """The invoice is new although its number looks like another's (A4.11). Invalid for a number that is used."""
    opened = await open_invoice(session, actor, invoice_id, "correct_information", seen=seen, now=now)
    if not arrival.only_alike(opened.invoice.reasons):
        raise Invalid(NUMBER_USED, fields={"solution": NUMBER_USED})
    return await settled(
        session, opened, "correct_information", actor, (CONFIRMED_NUMBER,), data={"asked": "new_number"},
        note=note, now=now,
    )  # fmt: skip


async def choose_supplier(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    supplier_id: UUID | None,
    note: str | None = None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Välj leverantör (A5.01), levgruppen only: one that has joined and is not blocked.

    Invalid when the invoice states another organisation number: a wrong supplier is cancelled (A9.04).
    """
    opened = await open_invoice(session, actor, invoice_id, "choose_supplier", seen=seen, now=now)
    found = [one for one in await suppliers(session, opened.invoice.concern_id) if one.id == supplier_id]
    if not found:
        raise Invalid(SUPPLIER_MISSING, fields={"supplier_id": SUPPLIER_MISSING})
    seller = supplier_keys(from_plain(Neutral, opened.invoice.document))
    if why := another_company(seller, found[0].org_number, found[0].name):
        raise Invalid(why, fields={"supplier_id": why})
    values = {"supplier_id": supplier_id}
    return await settled(
        session, opened, "choose_supplier", actor, (CHOSEN_SUPPLIER,), values=values,
        data={"supplier": found[0].name}, note=note, now=now,
    )  # fmt: skip


async def change_organisation(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    organisation_id: UUID | None,
    note: str | None = None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Byt organisation (A9.08): central and levgruppen only, never an internal invoice."""
    opened = await open_invoice(session, actor, invoice_id, "change_organisation", seen=seen, now=now)
    found = [
        one for one in await organisations(session, opened.invoice.concern_id) if one.id == organisation_id
    ]
    if not found:
        raise Invalid(ORGANISATION_MISSING, fields={"organisation_id": ORGANISATION_MISSING})
    dropped = await drop_coding(session, opened, now)
    values = {"organisation_id": organisation_id, "order_id": None, "reviewer_id": None, "flow": None}
    return await settled(
        session, opened, "change_organisation", actor, (CHOSEN_ORGANISATION,), values=values,
        data={"organisation": found[0].name, "dropped_coding": dropped}, note=note, now=now,
    )  # fmt: skip


async def change_flow(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    order_number: str | None,
    note: str | None = None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Byt flöde by entering an order number (A3.04, A9.03): all coding is dropped and kept in the log."""
    number = required(order_number, "order_number", ORDER_MISSING)
    opened = await open_invoice(session, actor, invoice_id, "change_flow", seen=seen, now=now)
    dropped = await drop_coding(session, opened, now)
    settled = [one for one in opened.invoice.manual_controls if one != BY_HAND]
    values = {**NO_FLOW, "order_reference": number, "manual_controls": settled}
    data = {"before": opened.invoice.order_reference, "order": number, "dropped_coding": dropped}
    return await decided_by_rules(
        session, opened, "change_flow", actor, values=values, data=data, note=note, now=now
    )


async def drop_coding(session: AsyncSession, opened: Opened, now: datetime) -> list[dict[str, str]]:
    """Delete the coding and what was attested on it; what it was, for the log (A6.21)."""
    invoice = opened.invoice
    kept = [
        {name: _plain(getattr(row, name)) for name in _LOGGED} for row in await coding_of(session, invoice)
    ]
    await session.execute(
        delete(InvoiceCoding).where(
            InvoiceCoding.concern_id == invoice.concern_id, InvoiceCoding.invoice_id == invoice.id
        )
    )
    await void_steps(
        session, concern_id=invoice.concern_id, subject_type="invoice", subject_id=invoice.id, now=now
    )
    return kept


async def settled(
    session: AsyncSession,
    opened: Opened,
    verb: str,
    actor: Actor,
    codes: tuple[str, ...],
    *,
    values: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    note: str | None,
    now: datetime,
) -> str:
    """Record the act and that `codes` are settled by a person; the rules say where the invoice goes."""
    controls = [*opened.invoice.manual_controls]
    controls += [code for code in codes if code not in controls]
    return await decided_by_rules(
        session, opened, verb, actor, values={**(values or {}), "manual_controls": controls},
        data={"controls": list(codes), **(data or {})}, note=note, now=now,
    )  # fmt: skip


async def decided_by_rules(
    session: AsyncSession,
    opened: Opened,
    verb: str,
    actor: Actor,
    *,
    values: Mapping[str, Any],
    data: Mapping[str, Any],
    note: str | None,
    now: datetime,
) -> str:
    """Record the act; where the invoice then rests is the pipeline's to say."""
    text = (note or "").strip() or None
    target = await move(session, opened, verb, actor, now=now, why=text, values=values, data=data)
    await noted(session, opened.invoice, actor, now)
    if text:
        await comment(session, opened.invoice, actor, text, now)
    await rerun_later(session, opened.invoice)
    return target


_LOGGED = ("account", "responsibility", "operation", "project", "activity", "free", "amount", "text")


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return canonical(value)
    return value.isoformat() if isinstance(value, date) else str(value or "")
