"""Who has the invoice: choose a reviewer, hand it to another, not mine, send back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.actions.routes import void_steps
from portal.invoicing.actions.opening import (
    Opened,
    Seen,
    comment,
    hand_over,
    move,
    open_invoice,
    reason,
    required,
    took_part,
)
from portal.invoicing.queries.choices import reviewers
from portal.invoicing.status import LOCAL_ADMIN
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid

REVIEWER_MISSING = "Välj vem som ska granska fakturan."
NOT_A_REVIEWER = "Den du valde kan inte granska fakturor. Välj någon annan."
SAME_REVIEWER = "Fakturan ligger redan hos den du valde. Välj någon annan."
WHY_NOT_MINE = "Skriv varför det inte är din faktura. Administratören läser det."
WHY_BACK = "Skriv vad som behöver rättas."


async def choose_reviewer(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    user_id: UUID | None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Ange granskare (A5.04): the invoice goes to the chosen user for review; the new status."""
    opened = await open_invoice(session, actor, invoice_id, "choose_reviewer", seen=seen, now=now)
    chosen, name = await _reviewer(session, opened, user_id, now)
    kept = [one for one in opened.invoice.reasons if one.get("code") == "vat"]  # for whoever reviews it
    values = {"reviewer_id": chosen, "flow": "manual", "handler_role": None, "reasons": kept}
    target = await move(
        session, opened, "choose_reviewer", actor, now=now, values=values, data={"reviewer": name}
    )
    await hand_over(session, opened.invoice, [chosen], now)
    await took_part(session, opened.invoice, actor, now)
    return target


async def choose_other_reviewer(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    user_id: UUID | None,
    note: str | None = None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Välj annan granskare (A6.16): no delegation needed; a fakturasynare cannot be chosen."""
    opened = await open_invoice(session, actor, invoice_id, "choose_other_reviewer", seen=seen, now=now)
    chosen, name = await _reviewer(session, opened, user_id, now)
    if chosen == opened.invoice.reviewer_id:
        raise Invalid(SAME_REVIEWER, fields={"user_id": SAME_REVIEWER})
    target = await move(
        session, opened, "choose_other_reviewer", actor, now=now, why=note,
        values={"reviewer_id": chosen, "handler_role": None}, data={"reviewer": name},
    )  # fmt: skip
    await hand_over(session, opened.invoice, [chosen], now)
    return target


async def _reviewer(
    session: AsyncSession, opened: Opened, user_id: UUID | None, now: datetime
) -> tuple[UUID, str]:
    if user_id is None:
        raise Invalid(REVIEWER_MISSING, fields={"user_id": REVIEWER_MISSING})
    for user in await reviewers(session, opened.invoice, stockholm_date(now)):
        if user.id == user_id:
            return user.id, user.login
    raise Invalid(NOT_A_REVIEWER, fields={"user_id": NOT_A_REVIEWER})


async def not_my_invoice(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    note: str | None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Inte min faktura (A9.02): to the local administrators, who choose a reviewer; attests given become void."""
    text = required(note, "note", WHY_NOT_MINE)
    opened = await open_invoice(session, actor, invoice_id, "not_my_invoice", seen=seen, now=now)
    why = reason(
        "not_mine", "%(who)s säger att det inte är hens faktura: %(note)s", who=actor.name, note=text
    )
    values = {"reviewer_id": None, "handler_role": LOCAL_ADMIN, "reasons": [why]}
    return await _to_role(session, opened, "not_my_invoice", actor, text, values=values, now=now)


async def send_back(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    note: str | None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Skicka tillbaka (A9.01, A9.02): to arrival control, where alone an invoice may be changed or cancelled."""
    text = required(note, "note", WHY_BACK)
    opened = await open_invoice(session, actor, invoice_id, "send_back", seen=seen, now=now)
    why = reason("sent_back", "%(who)s har skickat tillbaka fakturan: %(note)s", who=actor.name, note=text)
    values = {"handler_role": LOCAL_ADMIN, "reasons": [why]}
    return await _to_role(session, opened, "send_back", actor, text, values=values, now=now)


async def _to_role(
    session: AsyncSession,
    opened: Opened,
    verb: str,
    actor: Actor,
    note: str,
    *,
    values: Mapping[str, object],
    now: datetime,
) -> str:
    invoice = opened.invoice
    target = await move(session, opened, verb, actor, now=now, why=note, values=values)
    await void_steps(
        session, concern_id=invoice.concern_id, subject_type="invoice", subject_id=invoice.id, now=now
    )
    await hand_over(session, invoice, (), now)
    await took_part(session, invoice, actor, now)
    await comment(session, invoice, actor, note, now)
    return target
