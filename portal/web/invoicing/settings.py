"""/invoicing/settings: Regler och gränser. The central administrator changes one, a second person where money asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from portal.access import permissions as p
from portal.access.rules.settings import RULES, ChangeForm
from portal.access.status import PROPOSED
from portal.invoicing.actions import setting_rules
from portal.invoicing.queries.rules_in_force import changes, held
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid
from portal.web.figures import machine
from portal.web.i18n import gettext
from portal.web.invoicing.settings_view import change_item, rule_item
from portal.web.pages import Html, Req, page, see_other
from portal.web.suppliers import forms

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
PATH = "/invoicing/settings"
READS = (p.CENTRAL_SYSTEM_ADMIN, p.LEVGRUPPEN, p.AUDITOR)
DECIDES = (p.CENTRAL_SYSTEM_ADMIN, p.LEVGRUPPEN)
DONE = {
    "active": "Ändringen är sparad.",
    "proposed": "Ändringen är föreslagen. Den gäller när en annan person har godkänt den.",
    "confirmed": "Ändringen är godkänd.",
    "rejected": "Ändringen är avvisad.",
}


class SettingsController(Controller):
    """The rules of the concern, each with a page of its own."""

    path = PATH

    @get(opt={"permission": READS})
    async def index(self, request: Req) -> Html:
        """All rules as they are today, and the changes that wait for a second person."""
        state = request.scope["state"]
        session, actor, today = state["session"], state["actor"], stockholm_date(state["now"])
        made = await changes(session, actor.concern_id)
        groups: dict[str, list[Any]] = {}
        for rule in RULES.values():
            now = await held(session, actor.concern_id, rule, today)
            groups.setdefault(gettext(rule.group), []).append(rule_item(rule, now, made, today))
        waiting = [change_item(RULES[one.key], one, actor) for one in made if one.status == PROPOSED]
        return await page(request, "invoicing/settings/index.html", groups=groups, waiting=waiting)

    @get("/{key:str}", opt={"permission": READS})
    async def show(self, request: Req, key: FromPath[str]) -> Html:
        """One rule with its history, and the form to change it."""
        return await _show(request, key)

    @post("/{key:str}", opt={"permission": p.CENTRAL_SYSTEM_ADMIN})
    async def change(self, request: Req, key: FromPath[str], data: Form) -> Response[Any]:
        """Change it, or propose to."""
        state = request.scope["state"]
        form = ChangeForm(*(forms.text(data, name) for name in ("value", "valid_from", "why")))
        try:
            status = await setting_rules.change(state["session"], state["actor"], key, form, now=state["now"])
        except Invalid as refused:
            return await _show(request, key, forms.translated(refused.fields), data)
        return _done(request, key, status)

    @post("/{key:str}/changes/{change_id:uuid}/confirmation", opt={"permission": DECIDES})
    async def confirm(self, request: Req, key: FromPath[str], change_id: FromPath[UUID]) -> Response[Any]:
        """The second person's yes."""
        state = request.scope["state"]
        await setting_rules.confirm(state["session"], state["actor"], key, change_id, now=state["now"])
        return _done(request, key, "confirmed")

    @post("/{key:str}/changes/{change_id:uuid}/rejection", opt={"permission": DECIDES})
    async def reject(
        self, request: Req, key: FromPath[str], change_id: FromPath[UUID], data: Form
    ) -> Response[Any]:
        """Say no, with a reason."""
        state = request.scope["state"]
        try:
            await setting_rules.reject(
                state["session"], state["actor"], key, change_id, forms.text(data, "reason"), now=state["now"]
            )
        except Invalid as refused:
            return await _show(request, key, forms.translated(refused.fields), data)
        return _done(request, key, "rejected")


def _done(request: Req, key: str, code: str) -> Response[Any]:
    return see_other(request, f"{PATH}/{key}", flash=("ok", gettext(DONE[code])))


async def _show(
    request: Req, key: str, errors: Mapping[str, str] | None = None, written: Mapping[str, Any] | None = None
) -> Html:
    state = request.scope["state"]
    session, actor, today = state["session"], state["actor"], stockholm_date(state["now"])
    rule = setting_rules.find_rule(key)
    made = await changes(session, actor.concern_id, key=key)
    now = await held(session, actor.concern_id, rule, today)
    items = [(one.status, change_item(rule, one, actor)) for one in made]
    return await page(
        request, "invoicing/settings/show.html", status=422 if errors else 200,
        rule=rule_item(rule, now, made, today), errors=errors or {}, written=written or {}, today=machine(today),
        waiting=[item for status, item in items if status == PROPOSED],
        past=[item for status, item in items if status != PROPOSED],
        may_change=actor.has(p.CENTRAL_SYSTEM_ADMIN),
    )  # fmt: skip
