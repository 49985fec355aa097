"""The history as sentences: what an audit event says to a person (A10.13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.kernel.dates import STOCKHOLM, format_clock, format_day_long, stockholm_date
from portal.orders.queries.history import Happening
from portal.orders.rules.changes import LABELS
from portal.web.figures import machine
from portal.web.i18n import current_locale, gettext
from portal.web.orders.texts import filled

SENTENCES: Mapping[str, str] = {
    "requisition:status:send": "%(actor)s skickade beställningen för attest.",
    "requisition:status:approve_part": "%(actor)s godkände sin del.",
    "requisition:status:approve": "%(actor)s godkände beställningen.",
    "requisition:status:attest": "%(actor)s godkände beställningen.",
    "requisition:status:undo_attest": "%(actor)s ångrade sin attest. Den gäller inte.",
    "requisition:status:undo_attest_part": "%(actor)s ångrade sin attest. Den gäller inte.",
    "requisition:status:stop_attest": "Attesten gäller inte längre, så inget skickades till leverantören: %(why)s",
    "requisition:status:send_back": "%(actor)s skickade tillbaka: ”%(why)s”",
    "requisition:lines:accept_change": "%(actor)s godkände det som ändrats: %(changes)s.",
    "requisition:file:add": "%(actor)s bifogade %(name)s.",
    "requisition:file:remove": "%(actor)s tog bort filen %(name)s.",
    "requisition:status:take_back": "%(actor)s tog tillbaka beställningen.",
    "requisition:status:cancel": "%(actor)s tog bort beställningen.",
    "requisition:approval:move": "%(before)s är inte aktiv längre. Attesten gick vidare till %(after)s.",
    "order:approval:move": "%(before)s är inte aktiv längre. Attesten gick vidare till %(after)s.",
    "order:status:release": "Ordern skickades till leverantören.",
    "order:status:confirm": "Leverantören bekräftade ordern.",
    "order:status:confirm_with_change": "Leverantören bekräftade med ändring.",
    "order:status:reject": "Leverantören avböjde: ”%(why)s”",
    "order:status:accept_change": "%(actor)s godkände leverantörens ändring: %(before)s blev %(after)s.",
    "order:status:refuse_change": "%(actor)s godkände inte leverantörens ändring: ”%(why)s”",
    "order:status:change_to_attest": "%(actor)s skickade ändringen för attest: %(before)s blir %(after)s.",
    "order:status:approve_change_part": "%(actor)s godkände sin del av ändringen.",
    "order:status:attest_change": "%(actor)s attesterade ändringen: %(before)s blir %(after)s.",
    "order:status:undo_attest_change": "%(actor)s ångrade sin attest av ändringen. Den gäller inte.",
    "order:status:undo_attest_change_part": "%(actor)s ångrade sin attest av ändringen. Den gäller inte.",
    "order:status:complete_change": "Tiden att ångra var ute. Ändringen gäller: %(before)s blev %(after)s.",
    "order:status:complete_raise": "Tiden att ångra var ute. Beställningen är höjd: %(before)s blev %(after)s.",
    "order:status:complete_raise_part": "Tiden att ångra var ute. Beställningen är höjd: %(before)s blev %(after)s.",
    "order:status:stop_attest_change": "Attesten av ändringen gäller inte längre: %(why)s",
    "order:status:approve_change": "%(actor)s attesterade ändringen: %(before)s blev %(after)s.",
    "order:status:approve_raise": "%(actor)s attesterade att beställningen höjs: %(before)s blev %(after)s.",
    "order:status:approve_raise_part": "%(actor)s attesterade att beställningen höjs: %(before)s blev %(after)s.",
    "order:status:return_change": "%(actor)s skickade tillbaka ändringen: ”%(why)s”",
    "order:status:return_raise": "%(actor)s skickade tillbaka höjningen: ”%(why)s”",
    "order:status:return_raise_part": "%(actor)s skickade tillbaka höjningen: ”%(why)s”",
    "order:status:undo_over_receipt": "%(actor)s tog tillbaka en kvittens: %(lines)s.",
    "order:status:undo_all_changed": "%(actor)s tog tillbaka kvittensen: %(lines)s.",
    "order:status:receive_part": "%(actor)s kvitterade en del: %(lines)s.",
    "order:status:receive_all": "%(actor)s kvitterade: %(lines)s. Allt är levererat.",
    "order:status:undo_receipt": "%(actor)s tog tillbaka en kvittens: %(lines)s.",
    "order:status:undo_all_receipts": "%(actor)s tog tillbaka kvittensen: %(lines)s.",
    "order:status:undo_all_unanswered": "%(actor)s tog tillbaka kvittensen: %(lines)s.",
    "order:status:close": "%(actor)s avslutade resten: ”%(why)s” %(before)s blev %(after)s.",
    "order:status:finish": "Allt är fakturerat och beställningen avslutades.",
    "order:status:cancel": "%(actor)s makulerade beställningen: ”%(why)s”",
    "order:document:written": "Orderdokumentet skrevs och sparades.",
    "order:mail:sent": "Leverantören fick mejl med en länk till ordern.",
    "order:mail:failed": "Mejlet till leverantören kunde inte skickas: %(why)s",
}
"""Tag → msgid. Events without one are details of something told already."""
# The same where no line became another: the supplier changed the day alone.
UNCHANGED: Mapping[str, str] = {
    "order:status:accept_change": "%(actor)s godkände leverantörens ändring.",
    "order:status:close": "%(actor)s avslutade beställningen.",
}
BEHALF = "%(actor)s för %(behalf)s"


def timeline(happenings: Sequence[Happening]) -> tuple[dict[str, Any], ...]:
    """Events for the timeline macro, oldest first; the last one is now."""
    told = [_event(one) for one in happenings if one.tag in SENTENCES]
    if told:
        told[-1]["now"] = True
    return tuple(told)


def _event(one: Happening) -> dict[str, Any]:
    at = one.at.astimezone(STOCKHOLM)
    day = format_day_long(stockholm_date(at), current_locale())
    return {"at": f"{day} {format_clock(at)}", "iso": machine(at), "text": sentence(one)}


def sentence(one: Happening) -> str:
    """One event in words."""
    actor = gettext("Systemet") if one.actor == "system" else one.actor
    if one.on_behalf_of:
        actor = filled(BEHALF, {"actor": actor, "behalf": one.on_behalf_of})
    named = {name: _listed(one.data.get(name)) for name in ("lines", "before", "after")}
    msgid = SENTENCES[one.tag] if named["before"] else UNCHANGED.get(one.tag, SENTENCES[one.tag])
    given = {"actor": actor, "why": one.why or "", "name": one.data.get("name", ""), **named}
    return filled(msgid, {**given, "changes": _changes(one.data.get("changes", ()))})


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else ""


def _changes(changes: Sequence[Mapping[str, str]]) -> str:
    """What was another, old and new."""
    told = [
        filled("%(name)s, %(what)s nu %(now)s, var %(then)s", {
            **one, "what": gettext(LABELS[one["what"]]).lower(),
        })
        for one in changes
    ]  # fmt: skip
    return "; ".join(told)


def last_return(happenings: Sequence[Happening]) -> Happening | None:
    """The latest time it was sent back."""
    found = [one for one in happenings if one.tag == "requisition:status:send_back"]
    return found[-1] if found else None
