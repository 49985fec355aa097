"""What has changed since a beställning was sent: old beside new, and a choice between sending back and saying yes."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Invalid
from portal.orders.actions.standing import may_accept
from portal.web.attest.cards import Card
from portal.web.attest.moved_on import moved_on
from portal.web.attest.present import RETURNED, change_text, item
from portal.web.attest.sources import SOURCES
from portal.web.attest.steps import CHANGED, PERMISSION, REASON_NEEDED, attest_card, card_of, undo_time
from portal.web.figures import kr
from portal.web.i18n import gettext, localised
from portal.web.pages import Html, Req, page, see_other

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
NOTHING_CHOSEN = "Välj vad du vill göra med ändringen."
RETURN, ACCEPT = "return", "accept"


class ChangesController(Controller):
    """The choice, as a page of its own: one press in a list is no yes to something new."""

    path = "/attest/steps/{step_id:uuid}/changes"
    opt = PERMISSION

    @get()
    async def show(self, request: Req, step_id: FromPath[UUID]) -> Response[Any]:
        """Old and new, nothing chosen; the list when nothing has changed."""
        try:
            card = await _card(request, step_id)
        except Conflict as error:
            return await moved_on(request, step_id, error)
        if not card.must_choose:
            return see_other(request, "/attest")
        return await _page(request, card, {}, {})

    @post()
    async def choose(self, request: Req, step_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Send it back, or attest with the new values."""
        try:
            return await self._choose(request, step_id, data)
        except Conflict as error:
            return await moved_on(request, step_id, error, data.get("note", ""))

    async def _choose(self, request: Req, step_id: UUID, data: Form) -> Response[Any]:
        scope, card = request.scope["state"], await _card(request, step_id)
        session, actor, now = scope["session"], scope["actor"], scope["now"]
        errors = _errors(data)
        if errors:
            return await _page(request, card, data, errors)
        if data["choice"] == RETURN:
            source, subject = SOURCES.by_type[card.subject_type], card.waiting.step.subject_id
            await source.send_back(session, actor, subject, note=data["note"].strip(), now=now)
            text = gettext(RETURNED[card.subject_type]) % {"party": card.party}
            return see_other(request, "/attest", flash=("ok", text))
        if data.get("shown", "") != card.digest:
            raise Conflict(CHANGED)
        text = await attest_card(
            session, actor, card, card.digest, now, undo=undo_time(request), accepts=True
        )
        return see_other(request, "/attest", flash=("ok", text))


async def _card(request: Req, step_id: UUID) -> Card:
    scope = request.scope["state"]
    return await card_of(scope["session"], scope["actor"], scope["now"], step_id)


def _errors(data: dict[str, str]) -> dict[str, str]:
    if data.get("choice") not in (RETURN, ACCEPT):
        return {"choice": gettext(NOTHING_CHOSEN)}
    if data["choice"] == RETURN and not data.get("note", "").strip():
        return {"note": gettext(REASON_NEEDED)}
    return {}


async def _page(request: Req, card: Card, data: dict[str, str], errors: dict[str, str]) -> Html:
    scope = request.scope["state"]
    step = card.waiting.step
    alone = await may_accept(scope["session"], scope["actor"].concern_id, step.subject_id)
    proposed = " ".join(change_text(*change) for change in card.facts.changes)
    return await page(
        request, "attest/changes/show.html", status=Invalid.status if errors else 200, errors=errors,
        card=item(card, stockholm_date(scope["now"])), changes=card.facts.changes, alone=alone,
        after=kr(card.facts.after or card.facts.whole), choice=data.get("choice", ""),
        note=data.get("note", proposed), action=localised(f"/attest/steps/{step.id}/changes"),
    )  # fmt: skip
