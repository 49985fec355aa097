"""Så kan du lösa det: for each stop the ways out, the best first, each with its consequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.formats.en16931 import Invoice as Neutral
from portal.invoicing import status as s
from portal.invoicing.actions.case import supplier_keys
from portal.invoicing.models import Invoice
from portal.invoicing.queries import choices
from portal.invoicing.queries.detail import Detail
from portal.invoicing.rules.foreign_account import another_company, confirmation_refusal
from portal.invoicing.rules.standing import Who, refusal
from portal.invoicing.status import INVOICE
from portal.kernel.dates import later, stockholm_date
from portal.kernel.money import format_sv
from portal.kernel.plain import from_plain
from portal.web.i18n import gettext

Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Solution:
    """A radio card. `verb` is the machine's move that it makes."""

    value: str
    verb: str
    title: str
    consequence: str
    checked: bool = False
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Solutions:
    """The cards, what their fields offer and start with, and the sum as it was reckoned."""

    cards: tuple[Solution, ...]
    suppliers: tuple[Option, ...] = ()
    organisations: tuple[Option, ...] = ()
    reviewers: tuple[Option, ...] = ()
    accounts: tuple[str, ...] = ()
    doubles: tuple[tuple[str, str, str], ...] = ()
    equation: tuple[tuple[str, str, str | None], ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    refused: str | None = None


async def solutions_of(
    session: AsyncSession, actor: Actor, detail: Detail, who: Who, now: Any
) -> Solutions | None:
    """The ways out for this actor; None in statuses that no role handles."""
    invoice = detail.invoice
    if invoice.status not in _CARDS:
        return None
    cards, refused = [], None
    for card in _cards(invoice):
        why = refusal(INVOICE.move(card.verb), detail.place, who) or _own_check(card, invoice, actor)
        if why is None:
            cards.append(card)
        refused = refused or why
    if not cards:
        return Solutions((), refused=refused)
    first = cards[0]
    if first.value != "cancel":  # what takes away is never chosen for anybody
        cards[0] = Solution(first.value, first.verb, first.title, first.consequence, True, True)
    day = stockholm_date(now)
    named = {card.value for card in cards}
    return Solutions(
        tuple(cards[:5]),
        await _possible_suppliers(session, invoice) if "supplier" in named else (),
        tuple((str(r.id), f"{r.code} {r.name}") for r in await choices.organisations(session, invoice.concern_id))
        if "organisation" in named else (),
        tuple((str(r.id), f"{r.name} ({r.login})") for r in await choices.reviewers(session, invoice, day))
        if "reviewer" in named else (),
        tuple(f"{r.kind.capitalize()} {r.number}" for r in await choices.registered_accounts(session, invoice, day))
        if "payment" in named else (),
        tuple(
            (str(r.id), r.number, format_sv(r.payable_amount))
            for r in await choices.same_number(session, actor, invoice)
        )
        if "number" in named else (),
        _equation(invoice),
        _values(invoice),
    )  # fmt: skip


def _own_check(card: Solution, invoice: Invoice, actor: Actor) -> str | None:
    if card.verb != "confirm_payment":
        return None
    return confirmation_refusal(actor.person_id, invoice.payment_checked_person)


async def _possible_suppliers(session: AsyncSession, invoice: Invoice) -> tuple[Option, ...]:
    """Those the invoice may be from: of its organisation number, or all when it states none (A9.04)."""
    seller = supplier_keys(from_plain(Neutral, invoice.document))
    return tuple(
        (str(row.id), row.name)
        for row in await choices.suppliers(session, invoice.concern_id)
        if another_company(seller, row.org_number, row.name) is None
    )


def _codes(invoice: Invoice) -> list[str]:
    return [str(one.get("code")) for one in invoice.reasons]


def right_total(invoice: Invoice) -> Decimal:
    """Net plus VAT: what BT-112 should be."""
    return invoice.net_amount + invoice.tax_amount


def _equation(invoice: Invoice) -> tuple[tuple[str, str, str | None], ...]:
    if "sum" not in _codes(invoice):
        return ()
    right = right_total(invoice) - invoice.prepaid_amount + invoice.rounding_amount
    return (
        (gettext("Rader, frakt och rabatt"), format_sv(invoice.net_amount), None),
        (gettext("Moms"), format_sv(invoice.tax_amount), None),
        (gettext("Räknat"), format_sv(right), "sum"),
        (gettext("Står på fakturan"), format_sv(invoice.payable_amount), None),
        (gettext("Skillnad"), format_sv(abs(right - invoice.payable_amount)), "warn"),
    )


def _values(invoice: Invoice) -> dict[str, str]:
    due = invoice.due_date or later(invoice.issue_date, 30)
    return {
        "gross": format_sv(right_total(invoice)), "number": invoice.number, "due_date": due.isoformat(),
        "issue_date": invoice.issue_date.isoformat(), "order_number": invoice.order_reference or "",
    }  # fmt: skip


def _cards(invoice: Invoice) -> Sequence[Solution]:
    return _CARDS[invoice.status](invoice)


def _cancel(verb: str = "cancel") -> Solution:
    return Solution(
        "cancel",
        verb,
        gettext("Makulera och be om ny faktura"),
        gettext("Leverantören får skälet i klartext."),
    )


def _supplier(_invoice: Invoice) -> list[Solution]:
    return [
        Solution(
            "supplier", "choose_supplier", gettext("Välj leverantör"),
            gettext("Bara anslutna leverantörer med fakturans organisationsnummer kan väljas."),
        ),
        _cancel("cancel_at_levgruppen"),
    ]  # fmt: skip


def _payment(invoice: Invoice) -> list[Solution]:
    propose = Solution(
        "propose_account", "propose_account", gettext("Föreslå kontot i registret"),
        gettext("Två personer kontrollerar det. Fakturan väntar här och går vidare när kontot gäller."),
    )  # fmt: skip
    first = Solution(
        "payment", "check_payment", gettext("Bekräfta kontot bara för den här fakturan"),
        gettext("Ring leverantören på ett nummer ni hade innan. En annan person bekräftar sedan."),
    )  # fmt: skip
    second = Solution(
        "payment_second", "confirm_payment", gettext("Bekräfta kontot som andra person"),
        gettext("Motringningen står i historiken. Fakturan betalas tidigast när väntetiden är slut."),
    )  # fmt: skip
    checked = invoice.payment_checked_person is not None
    return [propose, second if checked else first, _cancel("cancel_at_levgruppen")]


def _information(invoice: Invoice) -> list[Solution]:
    codes = _codes(invoice)
    total = format_sv(right_total(invoice))
    by_code = {
        "sum": Solution(
            "total", "correct_information", gettext("Ändra totalen till %(total)s kr") % {"total": total},
            gettext("Rader och moms stämmer. Ändringen sparas i historiken med ditt namn."),
        ),
        "due_date": Solution(
            "due_date", "change_due_date", gettext("Ändra förfallodag"),
            gettext("Högst 100 dagar efter fakturadatum."),
        ),
        "invoice_date": Solution(
            "issue_date", "correct_information", gettext("Ändra fakturadatum"),
            gettext("Tidigast 3 månader före och senast 10 dagar efter ankomsten."),
        ),
        "number_taken": Solution(
            "number", "correct_information", gettext("Ändra fakturanummer"),
            gettext("Om numret är felläst eller leverantören har meddelat ett annat."),
        ),
    }  # fmt: skip
    cards = [by_code[code] for code in dict.fromkeys(codes) if code in by_code]
    if set(codes) & {"zero_amount", "vat_rate"}:
        cards.append(Solution(
            "manual", "correct_information", gettext("Sätt kontrollen till Manuell"),
            gettext("Fakturan är rätt trots att kontrollen stoppade den. Den granskas av en person."),
        ))  # fmt: skip
    organisation = Solution(
        "organisation",
        "change_organisation",
        gettext("Byt organisation"),
        gettext("Fakturan hör till en annan organisation. Konteringen tas bort."),
    )
    if set(codes) & {"organisation_unknown", "organisation_conflict"}:
        cards.insert(0, organisation)
    cards.append(_cancel())
    cards.append(Solution(
        "flow", "change_flow", gettext("Byt flöde"),
        gettext("Ange ordernummer. All kontering tas bort och sparas i loggen."),
    ))  # fmt: skip
    if "due_date" not in codes:
        cards.append(by_code["due_date"])
    if "number_taken" not in codes:
        cards.append(by_code["number_taken"])
    return [*cards[:4], organisation] if organisation not in cards else cards


def _reviewer(_invoice: Invoice) -> list[Solution]:
    return [
        Solution(
            "reviewer", "choose_reviewer", gettext("Ange granskare"),
            gettext("Fakturan går till den du väljer för granskning och kontering."),
        ),
        Solution(
            "send_back", "send_back", gettext("Skicka tillbaka"),
            gettext("Till Fakturainformation, där uppgifter och flöde kan ändras."),
        ),
    ]  # fmt: skip


def _coding(_invoice: Invoice) -> list[Solution]:
    return [
        Solution(
            "accept_coding", "accept_coding", gettext("Godkänn konteringen"),
            gettext("Fakturan blir klar för betalning."),
        ),
        Solution(
            "send_back", "send_back", gettext("Skicka tillbaka"),
            gettext("Till Fakturainformation, där uppgifter och flöde kan ändras."),
        ),
    ]  # fmt: skip


_CARDS = {
    s.SUPPLIER_NOT_CHOSEN: _supplier,
    s.PAYMENT_INFORMATION: _payment,
    s.INVOICE_INFORMATION: _information,
    s.REVIEWER_MISSING: _reviewer,
    s.CODING_UNCHECKED: _coding,
}
