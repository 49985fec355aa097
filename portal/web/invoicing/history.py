"""Vad har hänt? Audit events as whole sentences, oldest first, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from portal.access.actor import Actor
from portal.audit.models import AuditEvent
from portal.invoicing.status import INVOICE
from portal.kernel.dates import STOCKHOLM, format_clock, format_day_long, stockholm_date
from portal.kernel.workflow import UnknownMove
from portal.web.figures import machine
from portal.web.i18n import current_locale, gettext
from portal.web.invoicing.spoken import Reason, spoken

CHANNELS: Mapping[str, str] = {
    "order_flip": "Leverantören gjorde fakturan av ordern i portalen.",
    "upload": "Leverantören laddade upp fakturan i portalen.",
    "command": "Fakturan lästes in av driften.",
    "folder": "Fakturan kom in i inkorgen.",
    "access_point": "Fakturan kom in som e-faktura.",
}
SEEN = "invoice:secret:see"
SENTENCES: Mapping[str, str] = {
    "invoice:arrival:receive": "Fakturan kom in.",
    "invoice:status:stop_supplier": "Ankomstkontrollen stoppade: leverantören är okänd.",
    "invoice:status:stop_payment": "Ankomstkontrollen stoppade: betalningen måste kontrolleras.",
    "invoice:status:stop_information": "Ankomstkontrollen stoppade fakturan.",
    "invoice:status:stop_no_reviewer": "Ingen granskare hittades. Lokal administratör anger granskare.",
    "invoice:status:route_review": "Alla kontroller godkända. Fakturan skickades till granskaren.",
    "invoice:status:wait_receipt": "Alla kontroller godkända. Fakturan väntar på leveranskvittens.",
    "invoice:status:stop_match": "Fakturan lämnades till beställaren.",
    "invoice:status:finish_match": "Fakturan stämmer med order och kvittens. Den är klar.",
    "invoice:status:receipt_timeout": "Kvittensen kom inte i tid. Beställaren får svara.",
    "invoice:status:reviewer_left": "Granskaren är inte aktiv längre. Lokal administratör anger granskare.",
    "invoice:handler:move": "Den som hade fakturan är inte aktiv längre. Den gick vidare.",
    "invoice:status:fail_final_check": "Slutkontrollen stoppade fakturan. Den gick tillbaka till granskning.",
    "invoice:status:match_changed": "Mer skiljer nu än vad som godkändes. Beställaren får ta ställning igen.",
    "invoice:status:hold_payment": "Allt annat är klart, men betalningen måste kontrolleras först.",
    "invoice:status:release_payment": "Betalningen är kontrollerad. Fakturan är klar.",
    "invoice:status:check_paid_otherwise": "%(who)s antecknade hur fakturan är betald.",
    "invoice:status:confirm_paid_otherwise": "%(who)s bekräftade att fakturan inte ska betalas av oss.",
    "invoice:status:choose_supplier": "%(who)s valde leverantören %(supplier)s.",
    "invoice:status:propose_account": "%(who)s föreslog kontot i leverantörsregistret. Fakturan väntar.",
    "invoice:status:check_payment": "%(who)s ringde leverantören på %(number)s, känt sedan %(since)s.",
    "invoice:status:confirm_payment": "%(who)s bekräftade kontot som andra person, bara för den här fakturan.",
    "invoice:status:correct_information": "%(who)s rättade uppgifter på fakturan.",
    "invoice:status:change_due_date": "%(who)s ändrade förfallodagen.",
    "invoice:status:change_flow": "%(who)s angav order %(order)s. Tidigare kontering togs bort.",
    "invoice:status:change_organisation": "%(who)s flyttade fakturan till %(organisation)s.",
    "invoice:status:cancel": "%(who)s makulerade fakturan.",
    "invoice:status:cancel_at_levgruppen": "%(who)s makulerade fakturan.",
    "invoice:status:choose_reviewer": "%(who)s angav %(reviewer)s som granskare.",
    "invoice:status:choose_other_reviewer": "%(who)s skickade fakturan till %(reviewer)s för granskning.",
    "invoice:status:not_my_invoice": "%(who)s svarade att det inte är rätt mottagare.",
    "invoice:status:send_back": "%(who)s skickade tillbaka fakturan för rättning.",
    "invoice:status:accept_review": "%(who)s granskade och godkände. Fakturan gick till %(to)s för attest.",
    "invoice:status:accept_vat_only": "%(who)s granskade och godkände. Fakturan är klar.",
    "invoice:status:accept_deviation": "%(who)s godkände skillnaden. Fakturan gick till %(to)s för attest.",
    "invoice:status:accept_match": "%(who)s granskade och godkände. Ordern är redan attesterad, så fakturan är klar.",
    "invoice:status:approve_part": "%(who)s attesterade sin del.",
    "invoice:status:approve": "%(who)s attesterade. Fakturan är klar.",
    "invoice:status:attest": "%(who)s attesterade.",
    "invoice:status:undo_attest": "%(who)s ångrade sin attest. Den gäller inte.",
    "invoice:status:undo_attest_part": "%(who)s ångrade sin attest. Den gäller inte.",
    "invoice:status:complete_attest": "Tiden att ångra attesten var ute. Fakturan är klar.",
    "invoice:status:stop_attest": "Attesten gäller inte längre. Fakturan väntar på attest igen.",
    "invoice:status:return_to_reviewer": "%(who)s returnerade fakturan till granskaren.",
    "invoice:status:rematch": "%(who)s bad om att fakturan matchas igen.",
    "invoice:file:add": "%(who)s bifogade %(name)s.",
    "invoice:file:remove": "%(who)s tog bort filen %(name)s.",
    "invoice:coding:save": "%(who)s ändrade konteringen.",
    "invoice:investigation:start": "%(who)s märkte fakturan Under utredning.",
    "invoice:investigation:end": "%(who)s avslutade utredningen.",
    "invoice:investigation:credited": "Krediten som ni bad om har kommit.",
    "invoice:secrecy:set": "%(who)s satte sekretess på fakturan.",
    "invoice:secrecy:clear": "%(who)s tog bort sekretessen.",
    "invoice:receipt:remind": "Beställaren påmindes om att kvittera leveransen.",
    SEEN: "%(who)s såg den sekretessbelagda fakturan på kommandoraden.",
}
ASKED: Mapping[str, str] = {
    "credit": "%(who)s bad leverantören om en kreditfaktura.",
    "receipt": "%(who)s bad om att kvittensen ändras.",
    "new_number": "%(who)s svarade att fakturan är ny, fast numret liknar ett annat.",
    "control": "%(who)s bad om att fakturan kontrolleras igen.",
    "reference": "%(who)s angav referensen %(reference)s. Tidigare kontering togs bort.",
    "by_hand": "%(who)s valde manuellt flöde. Tidigare kontering togs bort.",
}
CHANGED: Mapping[str, str] = {
    "number": "Fakturanummer", "gross_amount": "Fakturabelopp", "issue_date": "Fakturadatum",
    "due_date": "Förfallodag",
}  # fmt: skip
# Told by the moves they belong to.
SILENT = ("invoice:decision:", "invoice:approval:", "invoice:lock:")


def timeline(
    events: Sequence[AuditEvent], actor: Actor, now: datetime, reasons: Sequence[Reason] = ()
) -> list[dict[str, Any]]:
    """What the timeline macro shows: at, iso, text and now on the last.

    `reasons`: the invoice's stored reasons, from which the system's are told in another language than Swedish.
    """
    told = [event for event in events if not event.tag.startswith(SILENT)]
    rows: list[dict[str, Any]] = [
        {"at": _at(event.at, now), "iso": machine(event.at), "text": sentence(event, actor, reasons)}
        for event in told
    ]
    if rows:
        rows[-1]["now"] = True
    return rows


def sentence(event: AuditEvent, actor: Actor, reasons: Sequence[Reason] = ()) -> str:
    """One event in words, with why after it: a person's own words as they are, in quotes."""
    who = gettext("Du") if event.actor_id and event.actor_id == actor.user_id else event.actor
    if event.on_behalf_of:
        who = gettext("%(who)s (för %(owner)s)") % {"who": who, "owner": event.on_behalf_of}
    holes = _Holes({**event.data, "who": who})
    text = _message(event) % holes
    return " ".join(filter(None, (text, *_changes(event), _why(event, text, reasons))))


def _why(event: AuditEvent, text: str, reasons: Sequence[Reason]) -> str:
    if not event.why or event.tag == SEEN or event.why in text:
        return ""
    if _is_the_systems(event):
        return spoken(event.why, reasons, event.data.get("codes", ()))
    return f"”{event.why}”"


def _is_the_systems(event: AuditEvent) -> bool:
    """Whether the reason is the rules': also where a person asked and the final check answered."""
    answered = event.tag == "invoice:status:rematch" and "asked" not in event.data
    return event.actor_id is None or answered


class _Holes(dict[str, Any]):
    """What a sentence names and the event does not hold is left out, not an error."""

    def __missing__(self, key: str) -> str:
        return "–"


def _message(event: AuditEvent) -> str:
    if event.tag == "invoice:arrival:receive":
        return gettext(CHANNELS.get(str(event.data.get("channel")), SENTENCES[event.tag]))
    if asked := ASKED.get(str(event.data.get("asked"))):
        return gettext(asked)
    if found := SENTENCES.get(event.tag):
        return gettext(found)
    try:
        label = INVOICE.move(event.tag.rpartition(":")[2]).label
    except UnknownMove:
        label = event.tag.rpartition(":")[2].replace("_", " ")
    return "%(who)s: " + gettext(label).replace("%", "%%") + "."


def _changes(event: AuditEvent) -> list[str]:
    before, after = event.data.get("before"), event.data.get("after")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    template = gettext("%(what)s: %(before)s → %(after)s.")
    return [
        template % {"what": gettext(CHANGED[name]), "before": before[name] or "–", "after": after[name]}
        for name in CHANGED
        if name in after
    ]


def _at(at: datetime, now: datetime) -> str:
    day = stockholm_date(at)
    clock = format_clock(at.astimezone(STOCKHOLM))
    if day == stockholm_date(now):
        return gettext("I dag %(clock)s") % {"clock": clock}
    return f"{format_day_long(day, current_locale())} {clock}"
