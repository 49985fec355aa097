"""Varför ligger den här? Two or three sentences on every invoice: the reason, why you, what then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal.invoicing import status as s
from portal.invoicing.models import Invoice
from portal.invoicing.queries.detail import Detail
from portal.invoicing.rules.deadlines import receipt_deadline
from portal.invoicing.rules.flow import ORDER
from portal.invoicing.rules.standing import Standing
from portal.kernel.dates import format_day_long, stockholm_date
from portal.kernel.text import sentence_list
from portal.web.i18n import current_locale, gettext
from portal.web.invoicing.found_by import by_code, chosen_by
from portal.web.invoicing.payment_words import how_paid
from portal.web.invoicing.rows import role_name
from portal.web.invoicing.spoken import filled


@dataclass(frozen=True, slots=True)
class Told:
    """What the sentences are made of."""

    detail: Detail
    standing: Standing

    @property
    def owners(self) -> str:
        """Those who have it, by name, joined."""
        return sentence_list([owner.name for owner in self.detail.owners], gettext("och"))

    @property
    def reasons(self) -> str:
        """Every reason of the stop, each a sentence of its own."""
        return " ".join(filled(one) for one in self.detail.reasons)


def why(detail: Detail, standing: Standing) -> str:
    """The sentences, in the reader's language. Every status has some."""
    told = Told(detail, standing)
    held = () if s.INVOICE.state(detail.invoice.status).terminal else _held(told)
    return " ".join(
        filter(None, (part.strip() for part in (*_BY_STATUS[detail.invoice.status](told), *held)))
    )


def why_held(invoice: Invoice) -> str | None:
    """Why nobody may attest it and nothing makes it Klar; None when nothing holds it."""
    if not invoice.under_investigation or s.INVOICE.state(invoice.status).terminal:
        return None
    if invoice.hold_reason:
        return gettext("Fakturan är under utredning: %(why)s") % {"why": invoice.hold_reason}
    if invoice.credit_request:
        return gettext("Ni har bett leverantören om kredit.")
    return gettext("Fakturan är under utredning.")


def _held(told: Told) -> list[str]:
    """What holds it, and what ends that."""
    invoice = told.detail.invoice
    why_so = why_held(invoice)
    if why_so is None:
        return []
    ends = (
        gettext("Den betalas inte förrän krediten har kommit eller någon avslutar utredningen.")
        if invoice.credit_request and not invoice.hold_reason
        else gettext("Den godkänns och betalas inte förrän någon avslutar utredningen.")
    )
    return ["" if invoice.credit_request and invoice.status == s.MATCHING_REQUIRED else _ended(why_so), ends]


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _supplier(told: Told) -> list[str]:
    then = gettext("Levgruppen väljer leverantör eller makulerar. Sedan fortsätter kontrollen av sig själv.")
    return [told.reasons, then]


def _payment(told: Told) -> list[str]:
    then = _two(told.detail.invoice)
    if not told.detail.invoice.only_payment_left:
        return [told.reasons, then]
    return [told.reasons, then, gettext("Allt annat är klart: den behöver inte attesteras igen.")]


def _two(invoice: Invoice) -> str:
    """What is left of what two of levgruppen do."""
    if any(one.get("code") == "paid_otherwise" for one in invoice.reasons):
        if invoice.otherwise_checked_person is None:
            return gettext(
                "En i levgruppen antecknar hur den är betald och en annan bekräftar, eller så makuleras den."
            )
        return gettext("Det är antecknat hur den är betald. Nu bekräftar en annan person i levgruppen.")
    if invoice.payment_checked_person is not None:
        return gettext("Leverantören är uppringd. Nu bekräftar en annan person i levgruppen.")
    return gettext("Levgruppen ringer leverantören på ett känt nummer och bekräftar, eller makulerar.")


def _information(told: Told) -> list[str]:
    role = told.detail.invoice.handler_role or s.LOCAL_ADMIN
    mine = gettext("Du rättar eller makulerar den.") if told.standing.turn else (
        gettext("%(who)s rättar eller makulerar den.") % {"who": role_name(role)}
    )  # fmt: skip
    return [told.reasons, mine, gettext("Sedan fortsätter kontrollen av sig själv.")]


def _reviewer_missing(told: Told) -> list[str]:
    who = (
        gettext("Du") if told.standing.turn else role_name(told.detail.invoice.handler_role or s.LOCAL_ADMIN)
    )
    then = gettext("%(who)s anger vem som ska granska den. Sedan attesteras den.") % {"who": who}
    return [told.reasons, then]


def _awaiting(told: Told) -> list[str]:
    invoice, head = told.detail.invoice, told.detail.head
    deadline = stockholm_date(receipt_deadline(invoice.arrival_date, told.detail.wait_days))
    params = {
        "buyer": head.order_buyer or gettext("beställaren"),
        "order": head.order_number or "",
        "day": format_day_long(deadline, current_locale()),
    }
    waits = gettext("Fakturan väntar på att %(buyer)s kvitterar leveransen av order %(order)s.") % params
    then = gettext("Då matchas den av sig själv. Ingen behöver göra något här.")
    late = gettext("Finns ingen kvittens den %(day)s får beställaren svara på fakturan.") % params
    return [waits, then, late]


def _matching(told: Told) -> list[str]:
    invoice = told.detail.invoice
    if invoice.credit_request:
        return [told.reasons, *_credit_asked(told)]
    then = gettext("Godkänns skillnaden går fakturan till attest.")
    codes = {str(one.get("code")) for one in told.detail.reasons}
    if codes == {"review_requested"}:
        then = gettext("Godkänns den är den klar: ordern är redan attesterad.")
    elif codes <= {"on_hold"}:
        return [
            told.reasons or gettext("Fakturan stämmer nu med ordern och det som är kvitterat."),
            _answers(told),
        ]
    return [told.reasons, _answers(told), then]


def _credit_asked(told: Told) -> list[str]:
    asked = gettext("%(supplier)s är ombedd att kreditera.") % {"supplier": told.detail.head.supplier}
    return [asked, gettext("Kommer krediten inte kan du svara på nytt.")] if told.standing.turn else [asked]


def _answers(told: Told) -> str:
    head = told.detail.head
    order = {"order": head.order_number or ""}
    if told.standing.turn and told.standing.behalf is None:
        return gettext("Du beställde order %(order)s, så du svarar.") % order
    return gettext("%(who)s svarar för order %(order)s.") % {"who": told.owners or head.order_buyer, **order}


def _review(told: Told) -> list[str]:
    invoice = told.detail.invoice
    chosen = any(event.data.get("reviewer") for event in told.detail.events)
    role = role_name(invoice.handler_role) if invoice.handler_role else ""
    who = gettext("dig") if told.standing.turn and told.standing.behalf is None else told.owners or role
    if told.reasons:
        first = told.reasons
    elif invoice.secret and role and not told.owners:
        first = gettext(
            "Den som fakturan hör till får inte se sekretess. %(who)s granskar den eller lämnar den vidare."
        )
        first %= {"who": role}
    elif invoice.flow == ORDER:
        first = gettext("Fakturan ska granskas av %(who)s.") % {"who": who}
    elif (code := chosen_by(told.detail.decisions)) and not chosen:
        first = by_code(code, who, unknown_order=bool(invoice.order_reference))
    else:
        first = gettext("Fakturan saknar ordernummer. Granskare är %(who)s.") % {"who": who}
    return [
        first,
        gettext("Efter granskning och kontering attesteras den av den som ansvarar för kostnaden."),
    ]


def _approval(told: Told) -> list[str]:
    steps = told.detail.steps
    left = [f"{step.approver_name} ({step.responsibility})" for step in steps if step.state == "waiting"]
    done = [step.approver_name for step in steps if step.state == "approved"]
    sentences = [gettext("Fakturan är granskad och konterad.")]
    if told.standing.turn:
        sentences.append(gettext("Kostnaden ligger på ditt ansvar, så du attesterar.")
                         if told.standing.behalf is None
                         else gettext("Du attesterar för %(who)s.") % {"who": told.owners})  # fmt: skip
    else:
        sentences.append(
            gettext("Den väntar på attest av %(who)s.") % {"who": sentence_list(left, gettext("och"))}
        )
    if done:
        sentences.append(
            gettext("%(who)s har redan attesterat.") % {"who": sentence_list(done, gettext("och"))}
        )
    return [*sentences, gettext("När alla har attesterat är fakturan klar.")]


def _attested(told: Told) -> list[str]:
    who = [step.approver_name for step in told.detail.steps if step.state == "approved"]
    return [
        gettext("Fakturan är attesterad av %(who)s.") % {"who": sentence_list(who, gettext("och"))},
        gettext("Om några sekunder blir den klar. Till dess kan den som attesterade ångra sig."),
    ]


def _done(told: Told) -> list[str]:
    moves = [event for event in told.detail.events if event.to_status]
    order = {"order": told.detail.head.order_number or ""}
    if all(event.tag != "invoice:status:finish_match" for event in moves):
        first = gettext("Fakturan är granskad och attesterad.")
    elif any(event.actor_id for event in moves):
        first = gettext("Fakturan stämmer med order %(order)s och det som är kvitterat.") % order
    else:
        first = gettext(
            "Fakturan stämmer med order %(order)s och det som är kvitterat. Ingen behövde göra något."
        )
        first = first % order
    return [first, how_paid(told.detail)]


def _cancelled(told: Told) -> list[str]:
    reason = told.detail.invoice.cancelled_reason or ""
    return [
        gettext("Fakturan är makulerad och betalas aldrig."),
        gettext("Skäl: %(reason)s") % {"reason": reason} if reason else "",
        gettext("Samma nummer kan användas igen."),
    ]


_BY_STATUS: Mapping[str, Callable[[Told], list[str]]] = {
    s.SUPPLIER_NOT_CHOSEN: _supplier,
    s.PAYMENT_INFORMATION: _payment,
    s.INVOICE_INFORMATION: _information,
    s.REVIEWER_MISSING: _reviewer_missing,
    s.AWAITING_RECEIPT: _awaiting,
    s.MATCHING_REQUIRED: _matching,
    s.REVIEW: _review,
    s.APPROVAL: _approval,
    s.ATTESTED: _attested,
    s.DONE: _done,
    s.CANCELLED: _cancelled,
}
