"""What the reader may do with an invoice where it stands: steps to attest, choices, further ways, or why not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from portal.attest.queries.steps import StepView
from portal.invoicing import status as s
from portal.invoicing.models import Invoice
from portal.invoicing.rules.deviations import total_of
from portal.invoicing.rules.standing import may_hold, may_mark_secret
from portal.kernel.money import as_cost, format_sv
from portal.web.i18n import gettext
from portal.web.invoicing.page_view import Gathered, Link, StepLine


def my_steps(found: Gathered) -> list[StepView]:
    """Waiting steps the actor may attest, own and delegated."""
    return [
        step
        for step in found.detail.steps
        if step.state == "waiting" and step.approver_id in found.rights.approve
    ]


def approve_label(found: Gathered) -> str:
    """What the attest button says, as on the attest list: the whole with VAT, or the actor's share without."""
    invoice, share = found.invoice, sum((step.amount for step in my_steps(found)), Decimal(0))
    if share == invoice.net_amount:
        whole = format_sv(weighed(invoice, invoice.payable_amount + invoice.prepaid_amount))
        return gettext("Attestera %(amount)s kr") % {"amount": whole}
    return gettext("Attestera %(amount)s kr exklusive moms") % {"amount": format_sv(weighed(invoice, share))}


def weighed(invoice: Invoice, amount: Decimal) -> Decimal:
    """An amount of the invoice as it weighs on the cost."""
    return as_cost(amount, credit=invoice.is_credit_note)


def steps_of(found: Gathered, *, locked: bool) -> tuple[StepLine, ...]:
    may = not locked and found.invoice.status == s.APPROVAL and found.may_prepare("approve")
    mine = {step.id for step in my_steps(found)} if may else set()
    return tuple(
        StepLine(
            str(step.id), f"{step.responsibility} {step.responsibility_name}",
            f"{step.approver_name}, {format_sv(weighed(found.invoice, step.amount))} kr", step.state, step.id in mine,
        )
        for step in found.detail.steps
    )  # fmt: skip


def choices_of(found: Gathered) -> tuple[dict[str, Any], ...]:
    """The ways out of Ordermatchning krävs, the most fitting first (look.md, Val).

    Nothing that cannot be taken back is chosen beforehand, and what a hold stops is not offered while it stands.
    """
    if found.invoice.status != s.MATCHING_REQUIRED or found.why_not("rematch") is not None:
        return ()
    codes = {str(one.get("code")) for one in found.detail.reasons}
    wanted: tuple[str, ...]
    if codes <= {"on_hold"}:
        wanted = ("receipt", "not_mine") if found.invoice.under_investigation else ("rematch", "not_mine")
    elif codes == {"review_requested"}:
        wanted = ("accept_match", "receipt", "not_mine")
    elif found.invoice.is_credit_note:
        wanted = ("accept", "not_mine")
    else:
        wanted = ("credit", "receipt", "accept", "not_mine")
    cards = _cards(found)
    shown = [dict(cards[code]) for code in wanted if not (found.detail.place.held and code in _STOPPED)]
    if shown and shown[0]["value"] in _GOOD_FIRST and not found.invoice.credit_request:
        shown[0]["checked"] = True
    return tuple(shown)


_STOPPED = frozenset({"accept", "accept_match"})
_GOOD_FIRST = frozenset({"credit", "accept_match", "rematch"})


def _cards(found: Gathered) -> dict[str, dict[str, Any]]:
    more = total_of(found.parts)
    credit = (
        gettext("Be om kredit på %(amount)s kr") % {"amount": format_sv(more)}
        if more > 0
        else gettext("Be om kredit")
    )
    accept = (
        (gettext("Godkänn krediten"), gettext("Fakturan går till attest hos den som ansvarar för kostnaden."))
        if found.invoice.is_credit_note
        else (
            gettext("Godkänn skillnaden"),
            gettext("Du skriver varför. Fakturan går sedan till attest hos den som ansvarar för kostnaden."),
        )
    )
    texts: dict[str, tuple[str, str]] = {
        "credit": (credit, gettext(
            "Beloppet är exklusive moms. Vi betalar inget förrän krediten har kommit eller någon avslutar utredningen."
        )),
        "receipt": (gettext("Be om ändrad kvittens"), gettext(
            "Välj det här om mer har kommit än som är kvitterat. Fakturan matchas om av sig själv."
        )),
        "accept": accept,
        "accept_match": (gettext("Godkänn fakturan"), gettext(
            "Den blir klar. Ordern är redan attesterad."
        )),
        "rematch": (gettext("Matcha igen"), gettext(
            "Fakturan stämmer nu med ordern och det som är kvitterat, och blir klar av sig själv."
        )),
        "not_mine": (gettext("Inte min faktura"), gettext(
            "Fakturan går till lokal administratör med din kommentar."
        )),
    }  # fmt: skip
    return {
        code: {"value": code, "title": title, "consequence": text} for code, (title, text) in texts.items()
    }


def links_of(found: Gathered, base: str) -> list[Link]:
    """What else can be done, each on its own page; nothing that the status does not know."""
    status, links = found.invoice.status, []
    if status in (s.REVIEW, s.APPROVAL):
        links.append(Link(gettext("Inte min faktura"), f"{base}/rejection", found.why_not("not_my_invoice")))
    if status == s.REVIEW:
        links.append(
            Link(gettext("Välj annan granskare"), f"{base}/reviewer", found.why_not("choose_other_reviewer"))
        )
    if may_hold(found.detail.place, found.who) is None:
        text = (
            gettext("Avsluta utredningen")
            if found.invoice.under_investigation
            else gettext("Under utredning")
        )
        links.append(Link(text, f"{base}/investigation"))
    if may_mark_secret(found.detail.place, found.who) is None:
        text = gettext("Ta bort sekretess") if found.invoice.secret else gettext("Sätt sekretess")
        links.append(Link(text, f"{base}/secrecy"))
    if status in (s.REVIEW, s.APPROVAL, s.MATCHING_REQUIRED) and found.why_not("send_back") is None:
        links.append(Link(gettext("Skicka tillbaka"), f"{base}/return"))
    return [link for link in links if link.blocked is None or found.standing.turn]


def blocked_of(found: Gathered) -> str | None:
    """Why the main action is not the reader's, in a status where somebody has one."""
    verb = {s.REVIEW: "accept_review", s.APPROVAL: "approve", s.MATCHING_REQUIRED: "rematch"}.get(
        found.invoice.status
    )
    if verb is None:
        return None
    if not found.who.has(*s.INVOICE.move(verb).permissions):
        return gettext("Du kan läsa fakturan. Andra handlägger den.")
    reason = found.why_not(verb)
    return gettext(reason) if reason else None
