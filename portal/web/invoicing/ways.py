"""What the reader may do with an invoice where it stands: steps to attest, choices, further ways, or why not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from portal.attest.queries.steps import StepView
from portal.invoicing import status as s
from portal.invoicing.actions.deviation import is_only_held
from portal.invoicing.models import Invoice
from portal.kernel.money import as_cost, format_sv
from portal.web.i18n import gettext
from portal.web.invoicing.comparison import Comparison
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
    may = not locked and found.invoice.status == s.APPROVAL and found.why_not("approve") is None
    mine = {step.id for step in my_steps(found)} if may else set()
    return tuple(
        StepLine(
            str(step.id), f"{step.responsibility} {step.responsibility_name}",
            f"{step.approver_name}, {format_sv(weighed(found.invoice, step.amount))} kr", step.state, step.id in mine,
        )
        for step in found.detail.steps
    )  # fmt: skip


def choices_of(found: Gathered, comparison: Comparison | None) -> tuple[dict[str, Any], ...]:
    """The ways out of Ordermatchning krävs, the most fitting first (look.md, Val)."""
    if found.invoice.status != s.MATCHING_REQUIRED or found.why_not("rematch") is not None:
        return ()
    more = comparison.difference if comparison is not None else Decimal(0)
    attest = gettext("Du skriver varför. Fakturan går sedan till attest hos den som ansvarar för kostnaden.")
    credit = (
        gettext("Be om kredit på %(amount)s kr") % {"amount": format_sv(more)}
        if more > 0
        else gettext("Be om kredit")
    )
    cards: list[dict[str, Any]] = [
        {"value": "credit", "title": credit,
         "consequence": gettext("Vi betalar inget förrän krediten har kommit. Fakturan märks Under utredning.")},
        {"value": "receipt", "title": gettext("Be om ändrad kvittens"),
         "consequence": gettext(
             "Välj det här om mer har kommit än som är kvitterat. Fakturan matchas om av sig själv."
         )},
        {"value": "accept", "title": gettext("Godkänn skillnaden"), "consequence": attest},
        {"value": "not_mine", "title": gettext("Inte min faktura"),
         "consequence": gettext("Fakturan går till lokal administratör med din kommentar.")},
    ]  # fmt: skip
    if is_only_held(found.invoice):  # no difference, so none to accept
        cards = [card for card in cards if card["value"] != "accept"]
        cards[0] = {"value": "accept_match", "title": gettext("Godkänn fakturan"),
                    "consequence": gettext("Den blir klar för betalning. Ordern är redan attesterad.")}  # fmt: skip
    cards[0]["checked"] = True
    return tuple(cards)


def links_of(found: Gathered, base: str) -> list[Link]:
    """What else can be done, each on its own page; nothing that the status does not know."""
    status, links = found.invoice.status, []
    if status in (s.REVIEW, s.APPROVAL):
        links.append(Link(gettext("Inte min faktura"), f"{base}/rejection", found.why_not("not_my_invoice")))
    if status == s.REVIEW:
        links.append(
            Link(gettext("Välj annan granskare"), f"{base}/reviewer", found.why_not("choose_other_reviewer"))
        )
    if status in (s.REVIEW, s.MATCHING_REQUIRED) and found.why_not(_INVESTIGATES[status]) is None:
        text = (
            gettext("Avsluta utredningen")
            if found.invoice.under_investigation
            else gettext("Under utredning")
        )
        links.append(Link(text, f"{base}/investigation"))
    if status in (s.REVIEW, s.APPROVAL, s.MATCHING_REQUIRED) and found.why_not("send_back") is None:
        links.append(Link(gettext("Skicka tillbaka"), f"{base}/return"))
    return [link for link in links if link.blocked is None or found.standing.turn]


_INVESTIGATES = {s.REVIEW: "accept_review", s.MATCHING_REQUIRED: "rematch"}


def blocked_of(found: Gathered) -> str | None:
    """Why the main action is not the reader's, in a status where somebody has one."""
    verb = {s.REVIEW: "accept_review", s.APPROVAL: "approve", s.MATCHING_REQUIRED: "rematch"}.get(
        found.invoice.status
    )
    reason = found.why_not(verb) if verb else None
    return gettext(reason) if reason else None
