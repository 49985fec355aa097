"""Somebody else was first: what they did, what was written meanwhile, and the ways on from there (409)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.models import ApprovalStep
from portal.attest.queries.steps import steps_where
from portal.kernel.errors import Conflict
from portal.web.attest.present import DETAILS
from portal.web.attest.sources import SOURCES
from portal.web.i18n import gettext, localised
from portal.web.orders.texts import said
from portal.web.pages import Html, Req, page

OTHERS = "Någon annan kan ha hunnit före, eller så har det tagits tillbaka."


async def what_happened(session: AsyncSession, actor: Actor, step_id: UUID, now: Any) -> str:
    """Who did what to the step's document last, and when, in a sentence."""
    step = await _step(session, actor, step_id)
    told = (
        await SOURCES.by_type[step.subject_type].told(session, actor, step.subject_id, now) if step else None
    )
    if told is None:
        return gettext(OTHERS)
    at, text = told
    return gettext("Senast hände det här, %(at)s: %(text)s") % {"at": at[:1].lower() + at[1:], "text": text}


async def moved_on(request: Req, step_id: UUID, error: Conflict, kept: str = "") -> Html:
    """The page of a form that came too late. `kept`: what was written in it, to be copied."""
    scope = request.scope["state"]
    await scope["session"].rollback()
    step = await _step(scope["session"], scope["actor"], step_id)
    href = localised(f"{DETAILS[step.subject_type]}{step.subject_id}") if step else None
    return await page(
        request, "attest/steps/moved_on.html", status=error.status, text=said(error), kept=kept, href=href
    )


async def _step(session: AsyncSession, actor: Actor, step_id: UUID) -> Any:
    mine = (ApprovalStep.concern_id == actor.concern_id, ApprovalStep.id == step_id)
    found = await steps_where(session, *mine)
    return found[0] if found else None
