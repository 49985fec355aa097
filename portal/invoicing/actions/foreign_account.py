"""An account on an invoice that is not the supplier's (A5.02): proposed to the register, or confirmed by two persons
for this invoice alone. The register is never changed by an invoice, and nobody alone lets a payment go.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.formats.en16931 import Invoice as Neutral
from portal.invoicing.actions.correction import CONFIRMED_PAYMENT, settled
from portal.invoicing.actions.opening import Opened, Seen, comment, move, open_invoice, required, took_part
from portal.invoicing.models import Invoice
from portal.invoicing.rules import foreign_account as rules
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Forbidden, Invalid
from portal.kernel.identifiers import account_number, org_number
from portal.kernel.plain import from_plain
from portal.suppliers.actions import accounts
from portal.suppliers.queries.accounts import held_by_another, hours_of_wait, living
from portal.suppliers.queries.contacts import phones
from portal.suppliers.rules.accounts import HELD, CallForm, check_call, ends, read_call

WHY_MISSING = "Skriv varför kontot ska läggas upp, till exempel vem som har meddelat det."
PROPOSED_ALREADY = (
    "Kontot finns redan i registret, eller är redan föreslaget. Följ det på leverantörens sida."
)
NO_ACCOUNT = "Fakturan har inget konto. Föreslå leverantörens konto på leverantörens sida."
CALL_MISSING = "Skriv vilket nummer du ringde, sedan när det är känt, och vem som bekräftade vad."


async def propose_account(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    note: str | None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Propose what the invoice asks to be paid on by the register's own rule; the invoice waits where it is.

    When the account holds the invoice is run again. A named payee with a number of its own is the factoring company.
    """
    why = required(note, "note_propose", WHY_MISSING)
    opened = await open_invoice(session, actor, invoice_id, "propose_account", seen=seen, now=now)
    invoice = opened.invoice
    assert invoice.supplier_id is not None  # nobody checks its payment before it has one
    document = from_plain(Neutral, invoice.document)
    if not document.accounts:
        raise Invalid(NO_ACCOUNT, fields={"solution": NO_ACCOUNT})
    known = {_key(*one) for one in await living(session, invoice.concern_id, invoice.supplier_id)}
    unknown = [one for one in document.accounts if _key(one.scheme, one.number) not in known]
    if not unknown:
        raise Invalid(PROPOSED_ALREADY, fields={"solution": PROPOSED_ALREADY})
    name, number = _factor(document)
    for one in unknown:
        reason = f"{invoice.number}: {why}"
        proposal = accounts.Proposal(one.scheme, one.number, reason[:500], name, number)
        await _propose(session, actor, invoice.supplier_id, proposal, now)
    data = {"accounts": [f"{one.scheme} {one.number}" for one in unknown]}
    return await _note(session, opened, "propose_account", actor, why, {}, data, now)


async def check_payment(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    call: CallForm,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """The first person has called the supplier back, on a number known before the invoice came. Invalid by field."""
    opened = await open_invoice(session, actor, invoice_id, "check_payment", seen=seen, now=now)
    invoice = opened.invoice
    if invoice.payment_checked_person is not None:
        raise Conflict(rules.CHECKED_ALREADY)
    assert invoice.supplier_id is not None  # nobody checks its payment before it has one
    await _nobody_elses(session, invoice)
    on_file = await phones(session, invoice.supplier_id)
    if errors := check_call(call, on_file, invoice.arrival_date):
        raise Invalid(CALL_MISSING, fields=errors)
    made = read_call(call)
    data = {"number": made.number, "since": made.since.isoformat()}
    values = {"payment_checked_person": actor.person_id}
    return await _note(session, opened, "check_payment", actor, made.note, values, data, now)


async def confirm_payment(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    note: str | None = None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """The second person confirms the account for this invoice alone; it is paid no earlier than after the wait."""
    opened = await open_invoice(session, actor, invoice_id, "confirm_payment", seen=seen, now=now)
    invoice = opened.invoice
    if why := rules.confirmation_refusal(actor.person_id, invoice.payment_checked_person):
        raise Forbidden(why)
    await _nobody_elses(session, invoice)
    hours = await hours_of_wait(session, invoice.concern_id, stockholm_date(now))
    values = {"payment_confirmed_person": actor.person_id, "pay_not_before": ends(now, hours)}
    return await settled(
        session, opened, "confirm_payment", actor, (CONFIRMED_PAYMENT,), values=values, data={"hours": hours},
        note=note, now=now,
    )  # fmt: skip


async def _propose(
    session: AsyncSession, actor: Actor, supplier_id: UUID, proposal: accounts.Proposal, now: datetime
) -> None:
    """What is wrong with the account is told at the way that was chosen: the invoice's form has no such fields."""
    try:
        await accounts.propose(session, actor, supplier_id, proposal, now=now)
    except Invalid as wrong:
        first = next(iter(wrong.fields.values()), wrong.message)
        raise Invalid(first, fields={"solution": first}) from wrong


async def _note(
    session: AsyncSession, opened: Opened, verb: str, actor: Actor, why: str, values: dict[str, Any],
    data: dict[str, Any], now: datetime,
) -> str:  # fmt: skip
    """The act in the history and among the comments; the invoice stays where it stands."""
    target = await move(session, opened, verb, actor, now=now, why=why, values=values, data=data)
    await took_part(session, opened.invoice, actor, now)
    await comment(session, opened.invoice, actor, why, now)
    return target


async def _nobody_elses(session: AsyncSession, invoice: Invoice) -> None:
    """Invalid when an account of the invoice is another supplier's in the register: no two persons make it its own."""
    assert invoice.supplier_id is not None  # nobody checks its payment before it has one
    document = from_plain(Neutral, invoice.document)
    _, factor = _factor(document)
    for scheme, number in {_key(one.scheme, one.number) for one in document.accounts}:
        if await held_by_another(
            session, invoice.concern_id, invoice.supplier_id, scheme, number, factor or None
        ):
            raise Invalid(HELD, fields={"solution": HELD})


def _factor(document: Neutral) -> tuple[str, str]:
    """Name and organisation number of the payee, when it is another company than the seller."""
    payee = document.payee
    number = org_number(payee.legal_id.value) if payee and payee.legal_id else None
    seller = document.seller.legal_id
    if payee is None or number is None or (seller and org_number(seller.value) == number):
        return "", ""
    return payee.name or payee.legal_name or "", number


def _key(scheme: str, number: str) -> tuple[str, str]:
    return scheme, account_number(scheme, number)
