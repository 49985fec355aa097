"""Granskning (A5.08): the coding is right and the goods came, says the reviewer; then the attestants decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.actions.decisions import record_decision
from portal.attest.actions.routes import open_steps, plan_route
from portal.attest.rules.route import Route
from portal.invoicing.actions.closing import final_control
from portal.invoicing.actions.coding import Coded, checked
from portal.invoicing.actions.credit_left import require_room
from portal.invoicing.actions.finishing import finish
from portal.invoicing.actions.opening import Opened, Seen, hand_over, move, open_invoice, took_part
from portal.invoicing.rules.reasons import Several
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid
from portal.kernel.text import sentence_list

FINAL_CHECK = "Slutkontrollen stoppade fakturan. %(why)s"
NO_ROUTE = "Fakturan kan inte skickas till attest. %(why)s"


async def accept(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    rows: Sequence[Coded],
    *,
    note: str | None = None,
    shown: bytes,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Acceptera: coding checked, decision recorded, steps opened at each ansvar's attestant; the new status.

    Invalid with errors at their fields, or when no one may attest. An invoice of VAT only (A4.16) has no
    ansvar to attest and goes through the final check at once.
    """
    opened = await open_invoice(session, actor, invoice_id, "accept_review", seen=seen, now=now)
    if opened.invoice.net_amount == 0:
        return await _vat_only(session, opened, actor, shown=shown, note=note, now=now)
    amounts = await checked(session, opened, actor, rows, note=note, now=now)
    return await to_attest(
        session, opened, actor, amounts, act="review", verb="accept_review", shown=shown, note=note, now=now
    )


async def to_attest(
    session: AsyncSession,
    opened: Opened,
    actor: Actor,
    amounts: Mapping[str, Decimal],
    *,
    act: str,
    verb: str,
    shown: bytes,
    note: str | None,
    data: Mapping[str, object] | None = None,
    now: datetime,
) -> str:
    """Record what the person decided and lay the invoice before the attestants of `amounts` (ansvar → SEK)."""
    invoice = opened.invoice
    assert invoice.organisation_id is not None
    if invoice.is_credit_note:
        await require_room(session, invoice)
    await decided(session, opened, actor, act, shown=shown, note=note, now=now)
    route = await route_for(session, opened, actor, amounts, now)
    if not route.steps:
        raise Invalid(NO_ROUTE, why=Several(route.refusals))
    to = [step.attestant.login for step in route.steps]
    values: dict[str, object] = {"reasons": [], "handler_role": None}
    target = await move(
        session, opened, verb, actor, now=now, why=note, values=values,
        data={"to": sentence_list(to), **(data or {})},
    )  # fmt: skip
    await open_steps(
        session, subject_type="invoice", subject_id=invoice.id, concern_id=invoice.concern_id,
        organisation_id=invoice.organisation_id, route=route, now=now,
    )  # fmt: skip
    await hand_over(session, invoice, [UUID(step.attestant.user) for step in route.steps], now)
    await took_part(session, invoice, actor, now)
    return target


async def route_for(
    session: AsyncSession, opened: Opened, actor: Actor, amounts: Mapping[str, Decimal], now: datetime
) -> Route:
    """Who attests: never the actor or anybody who ordered or reviewed in the case (A6.08)."""
    invoice = opened.invoice
    assert invoice.organisation_id is not None
    persons = frozenset({actor.person_id} if actor.person_id else ())
    return await plan_route(
        session, concern_id=invoice.concern_id, organisation_id=invoice.organisation_id, amounts=amounts,
        case_id=opened.case_id, asking_persons=persons, function="approve_invoice", day=stockholm_date(now),
        secret=invoice.secret,
    )  # fmt: skip


async def decided(
    session: AsyncSession,
    opened: Opened,
    actor: Actor,
    act: str,
    *,
    shown: bytes,
    note: str | None,
    now: datetime,
) -> UUID:
    """The decision row of the act, with the hash of what was shown; Forbidden by separation of duties."""
    invoice = opened.invoice
    assert invoice.organisation_id is not None
    return await record_decision(
        session, actor, subject_type="invoice", subject_id=invoice.id,
        organisation_id=invoice.organisation_id, case_id=opened.case_id, act=act, shown=shown, now=now,
        amount=invoice.net_amount, note=note, on_behalf_of=opened.behalf, chain=opened.chain,
    )  # fmt: skip


async def _vat_only(
    session: AsyncSession, opened: Opened, actor: Actor, *, shown: bytes, note: str | None, now: datetime
) -> str:
    """Kontrollattest alone is enough: rows of VAT have no ansvar (A4.16)."""
    await decided(session, opened, actor, "review", shown=shown, note=note, now=now)
    closing = await final_control(session, opened.invoice, now=now)
    if closing.result.reasons:
        raise Invalid(FINAL_CHECK, why=Several(closing.result.reasons))
    return await finish(session, opened, closing, "accept_vat_only", actor, why=note, now=now)
