"""The attest list: approve a card, send one back with the reason, or choose several and review them first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.access.locks import release_lock
from portal.attest.queries.steps import step_seen
from portal.attest.queries.waiting import waiting_for
from portal.attest.rules.undo import TOO_LATE
from portal.invoicing.actions.opening import begin as begin_invoice
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Invalid, NotFound, PortalError
from portal.kernel.identifiers import read_uuids
from portal.orders.actions.approval import begin as begin_requisition
from portal.web.attest.cards import Card
from portal.web.attest.moved_on import moved_on, what_happened
from portal.web.attest.present import DONE, RETURNED, SHOWS, View, item, list_path, total, view
from portal.web.attest.sources import SOURCES
from portal.web.attest.undoing import UndoView, newest_first, undo_one, undo_view
from portal.web.figures import kr
from portal.web.i18n import gettext, ngettext
from portal.web.invoicing.locks import answer
from portal.web.pages import Html, Req, is_htmx, page, partials_and_menu, see_other

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
PERMISSION = {"permission": p.ORDER_AND_INVOICE}
MISSING = "Det finns inget att attestera här."
MOVED = "Det väntar inte längre på dig. %(what)s"
CHANGED = "Det har ändrats sedan du såg det. Läs igenom det igen innan du attesterar."
REASON_NEEDED = "Skriv varför, så att den som får tillbaka ärendet vet vad som ska rättas."
LIST = ("attest/steps/_steps.html", "attest/steps/_bar.html")
UNDONE_MANY = "%(num)s attester är ångrade. De väntar på attest igen."
NOTHING_CHOSEN = "Välj minst ett ärende att attestera."


class AttestController(Controller):
    """Everything that waits for this attestant."""

    path = "/attest"
    opt = PERMISSION

    @get()
    async def index(self, request: Req) -> Html:
        """The list; ?show=own or delegated narrows it, ?selected= ticks cards."""
        ticked = read_uuids(request.query_params.getall("selected", []))
        return await _list(request, show=_show(request), ticked=ticked)

    @post("/steps/{step_id:uuid}/approval")
    async def approve(self, request: Req, step_id: FromPath[UUID]) -> Response[Any]:
        """Attest one card; ?shown= is the digest of what the person saw."""
        scope = request.scope["state"]
        try:
            card = await card_of(scope["session"], scope["actor"], scope["now"], step_id)
            shown = request.query_params.get("shown", "")
            undo = undo_time(request)
            text = await attest_card(scope["session"], scope["actor"], card, shown, scope["now"], undo=undo)
        except PortalError as refused:
            return await _refused(request, refused)
        if is_htmx(request):
            return await _parts(request, done=text)
        return _done(request, _path(_show(request)), "ok", text)

    @get("/selection")
    async def choose(self, request: Req) -> Response[Any]:
        """What was ticked, to look through before anything is attested."""
        scope = request.scope["state"]
        ticked = read_uuids(request.query_params.getall("selected", []))
        cards = [card for card in await _cards(scope) if card.waiting.step.id in ticked]
        if not cards:
            return see_other(request, "/attest", flash=("warn", gettext(NOTHING_CHOSEN)))
        return await page(request, "attest/steps/selection.html", **_selection(cards, scope["now"]))

    @post("/selection")
    async def approve_chosen(self, request: Req) -> Response[Any]:
        """Attest each of the reviewed ones on its own; what cannot be is told and left."""
        chosen = dict(text.split(":", 1) for text in (await request.form()).getall("step", []) if ":" in text)
        done, refused = await _approve_each(request, chosen)
        amount = kr(total(done))
        text = ngettext(
            "%(num)s attesterad, %(amount)s kr.", "%(num)s attesterade, %(amount)s kr.", len(done)
        )
        text %= {"num": len(done), "amount": amount}
        tone = "warn" if refused else "ok"
        return _done(request, "/attest", tone, " ".join([text, *refused]))

    @post("/undo")
    async def undo(self, request: Req) -> Response[Any]:
        """Undo one attest of a moment ago, or several; what cannot be is told."""
        chosen = read_uuids((await request.form()).getall("decision", []))
        done, refused = await _undo_each(request, newest_first(chosen))
        if not done:
            return await _refused(request, refused[0] if refused else Conflict(TOO_LATE))
        text = done[0] if len(done) == 1 else gettext(UNDONE_MANY) % {"num": len(done)}
        told = " ".join([text, *(_words(error) for error in refused)])
        if is_htmx(request):
            return await _parts(request, done=told)
        return _done(request, "/attest", "warn" if refused else "ok", told)

    @post("/steps/{step_id:uuid}/lock")
    async def begin(self, request: Req, step_id: FromPath[UUID]) -> Response[Any]:
        """The first act on a card keeps others from it (A6.22)."""
        scope = request.scope["state"]
        card = await card_of(scope["session"], scope["actor"], scope["now"], step_id)
        if card.subject_type == "invoice":
            await begin_invoice(
                scope["session"], scope["actor"], card.waiting.step.subject_id, now=scope["now"]
            )
        elif card.subject_type == "requisition":
            await begin_requisition(scope["session"], scope["actor"], step_id, now=scope["now"])
        return answer(request, f"/attest/steps/{step_id}/return")

    @post("/steps/{step_id:uuid}/lock/release")
    async def release(self, request: Req, step_id: FromPath[UUID]) -> Response[Any]:
        """Left without having done anything: one's own lock is let go."""
        scope = request.scope["state"]
        card = await card_of(scope["session"], scope["actor"], scope["now"], step_id)
        await release_lock(scope["session"], scope["actor"], card.subject_type, card.waiting.step.subject_id)
        return answer(request, "/attest")

    @get("/steps/{step_id:uuid}/return")
    async def ask_why(self, request: Req, step_id: FromPath[UUID]) -> Html:
        """The form that asks for the reason."""
        scope = request.scope["state"]
        try:
            card = await card_of(scope["session"], scope["actor"], scope["now"], step_id)
        except Conflict as error:
            return await moved_on(request, step_id, error)
        return await _return_page(request, card)

    @post("/steps/{step_id:uuid}/return")
    async def send_back(self, request: Req, step_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Send it back to whoever ordered or reviewed."""
        scope = request.scope["state"]
        note = data.get("note", "").strip()
        try:
            card = await card_of(scope["session"], scope["actor"], scope["now"], step_id)
            if not note:
                return await _return_page(request, card, note=note, error=gettext(REASON_NEEDED))
            source = SOURCES.by_type[card.subject_type]
            subject = card.waiting.step.subject_id
            await source.send_back(scope["session"], scope["actor"], subject, note=note, now=scope["now"])
        except Conflict as error:
            return await moved_on(request, step_id, error, note)
        text = gettext(RETURNED[card.subject_type]) % {"party": card.party}
        return _done(request, "/attest", "ok", text)


async def _cards(scope: Any) -> list[Card]:
    session, actor, now = scope["session"], scope["actor"], scope["now"]
    day = stockholm_date(now)
    return await SOURCES.cards(session, actor, await waiting_for(session, actor, day), day)


async def card_of(session: AsyncSession, actor: Actor, now: datetime, step_id: UUID) -> Card:
    """The card of one step that waits for the actor.

    Conflict when it did and no longer does; NotFound outside the actor's sight.
    """
    day = stockholm_date(now)
    waiting = await waiting_for(session, actor, day)
    found = await SOURCES.cards(session, actor, [one for one in waiting if one.step.id == step_id], day)
    if not found and not await step_seen(session, actor, step_id):
        raise NotFound(MISSING)
    if not found:
        raise Conflict(MOVED, what=await what_happened(session, actor, step_id, now))
    return found[0]


async def attest_card(
    session: AsyncSession,
    actor: Actor,
    card: Card,
    shown: str,
    now: datetime,
    *,
    undo: timedelta,
    accepts: bool = False,
) -> str:
    """Attest what was seen, with what has changed if it `accepts`; what to tell. Conflict when it is not what was
    seen."""
    if shown != card.digest:
        raise Conflict(CHANGED)
    source = SOURCES.by_type[card.subject_type]
    step = card.waiting.step.id
    told = await source.approve(
        session, actor, step, shown=card.shown, note=None, now=now, accepts=accepts, undo=undo
    )
    amount = card.facts.after if accepts and card.facts.after is not None else card.amount
    return told or gettext(DONE[card.subject_type]) % {"party": card.party, "amount": kr(amount)}


def undo_time(request: Req) -> timedelta:
    """How long an attest can be undone in this installation."""
    return timedelta(seconds=request.app.state.services.settings.undo_seconds)


async def _approve_each(request: Req, chosen: dict[str, str]) -> tuple[list[Card], list[str]]:
    scope = request.scope["state"]
    session, actor, now = scope["session"], scope["actor"], scope["now"]
    done: list[Card] = []
    refused: list[str] = []
    for step_id in read_uuids(chosen):
        try:
            async with session.begin_nested():
                card = await card_of(session, actor, now, step_id)
                shown = chosen.get(str(step_id), "")
                await attest_card(session, actor, card, shown, now, undo=undo_time(request))
            done.append(card)
        except PortalError as error:
            refused.append(_words(error))
    return done, list(dict.fromkeys(refused))


async def _undo_each(request: Req, chosen: Collection[UUID]) -> tuple[list[str], list[PortalError]]:
    """Each on its own: one that is too late does not keep the others back."""
    scope = request.scope["state"]
    done: list[str] = []
    refused: list[PortalError] = []
    for decision_id in chosen:
        try:
            async with scope["session"].begin_nested():
                done.append(await undo_one(scope["session"], scope["actor"], decision_id, scope["now"]))
        except PortalError as error:
            refused.append(error)
    return done, refused


def _done(request: Req, path: str, tone: str, text: str) -> Response[Any]:
    """Back to the list with what was done."""
    return see_other(request, path, flash=(tone, text))


async def _refused(request: Req, error: PortalError) -> Html:
    """The list as it is now, with why it could not be done; nothing of the attempt stays."""
    if isinstance(error, NotFound):
        raise error
    await request.scope["state"]["session"].rollback()
    if is_htmx(request):
        return await _parts(request, status=Invalid.status, error=_words(error))
    return await _list(request, show=_show(request), status=error.status, error=_words(error))


def _words(error: PortalError) -> str:
    text = gettext(error.message)
    return text % error.params if error.params else text


async def _parts(request: Req, *, status: int = 200, **told: str) -> Html:
    """The list as it is now, beside the menu that counts it."""
    shown = await _view(request, _show(request))
    return await partials_and_menu(
        request, *LIST, status=status, view=shown, undo=await _undo(request), **told
    )


async def _undo(request: Req) -> UndoView | None:
    scope = request.scope["state"]
    return await undo_view(scope["session"], scope["actor"], scope["now"])


async def _view(request: Req, show: str, ticked: Collection[UUID] = ()) -> View:
    scope = request.scope["state"]
    return view(await _cards(scope), stockholm_date(scope["now"]), show=show, ticked=ticked)


async def _list(
    request: Req, *, show: str, ticked: Collection[UUID] = (), status: int = 200, error: str | None = None
) -> Html:
    shown = await _view(request, show, ticked)
    return await page(
        request, "attest/steps/index.html", status=status, view=shown, error=error, undo=await _undo(request)
    )


def _selection(cards: list[Card], now: datetime) -> dict[str, Any]:
    today = stockholm_date(now)
    able = [card for card in cards if card.ready]
    return {
        "items": [item(card, today) for card in able],
        "blocked": [item(card, today) for card in cards if not card.ready],
        "sum": kr(total(able)),
        "back": f"{list_path('all')}?" + "&".join(f"selected={card.waiting.step.id}" for card in cards),
    }


async def _return_page(request: Req, card: Card, *, note: str = "", error: str | None = None) -> Html:
    today = stockholm_date(request.scope["state"]["now"])
    return await page(
        request, "attest/steps/return.html", status=Invalid.status if error else 200, note=note, error=error,
        card=item(card, today), to_reviewer=card.subject_type == "invoice",
    )  # fmt: skip


def _show(request: Req) -> str:
    given = request.query_params.get("show", "all")
    return given if given in SHOWS else "all"


def _path(show: str) -> str:
    return "/attest" if show == "all" else f"/attest?show={show}"
