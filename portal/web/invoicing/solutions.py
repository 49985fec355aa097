"""Så kan du lösa det: for each stop the ways out, the best first, each with its consequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from portal.invoicing.rules import arrival
from portal.invoicing.rules.foreign_account import another_company, confirmation_refusal
from portal.invoicing.rules.standing import Who, refusal
from portal.invoicing.status import INVOICE
from portal.kernel.dates import later, stockholm_date
from portal.kernel.money import format_sv
from portal.kernel.plain import from_plain
from portal.web.figures import machine
from portal.web.i18n import gettext

Option = tuple[str, str]
SENT_BACK = frozenset({"sent_back"})


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
    doubles = await choices.same_number(session, actor, invoice) if "number_taken" in _codes(invoice) else ()
    shown = _suggested(cards, invoice, is_double=any(_is_double(row, invoice) for row in doubles))
    day = stockholm_date(now)
    named = {card.value for card in shown}
    return Solutions(
        shown,
        await _possible_suppliers(session, invoice) if "supplier" in named else (),
        tuple((str(r.id), f"{r.code} {r.name}") for r in await choices.organisations(session, invoice.concern_id))
        if "organisation" in named else (),
        tuple((str(r.id), f"{r.name} ({r.login})") for r in await choices.reviewers(session, invoice, day))
        if "reviewer" in named else (),
        tuple(f"{r.kind.capitalize()} {r.number}" for r in await choices.registered_accounts(session, invoice, day))
        if "propose_account" in named else (),
        tuple((str(r.id), r.number, format_sv(r.payable_amount)) for r in (*doubles, *detail.alike))
        if "number" in named else (),
        _equation(invoice),
        _values(invoice),
    )  # fmt: skip


MOST_CARDS = 5
# Chosen beforehand, as nothing is lost by them and their values are reckoned; never what cannot be taken back.
_CHOSEN_FIRST = frozenset({
    "total", "due_date", "issue_date", "organisation", "supplier", "propose_account", "reviewer", "accept_coding",
})  # fmt: skip


def _suggested(cards: Sequence[Solution], invoice: Invoice, *, is_double: bool) -> tuple[Solution, ...]:
    """The cards by the reason of the stop: the fitting one first and marked, and chosen when that is safe."""
    if SENT_BACK & set(_codes(invoice)):
        return tuple(cards)
    if is_double:  # the same invoice once more: another number would only have it paid twice
        cards = sorted(cards, key=lambda card: card.value != "cancel")
    first = cards[0]
    chosen = first.value in _CHOSEN_FIRST
    # A taken number that is no double may be anything: the person says what.
    suggested = is_double or first.value != "number"
    return (replace(first, checked=chosen, suggested=suggested), *cards[1:MOST_CARDS])


def _is_double(other: Any, invoice: Invoice) -> bool:
    """The same number, and the same amount: the invoice has been sent twice."""
    return bool(other.payable_amount == invoice.payable_amount)


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


def _sum_is_right(invoice: Invoice) -> bool:
    """Whether the total and what is to be paid follow from net, VAT, prepaid and rounding as they are written."""
    right = right_total(invoice), _payable(invoice)
    return right == (invoice.gross_amount, invoice.payable_amount)


def _payable(invoice: Invoice) -> Decimal:
    """What BT-115 should be."""
    return right_total(invoice) - invoice.prepaid_amount + invoice.rounding_amount


def _equation(invoice: Invoice) -> tuple[tuple[str, str, str | None], ...]:
    right = _payable(invoice)
    if "sum" not in _codes(invoice) or right == invoice.payable_amount:
        return ()
    return (
        (gettext("Rader, frakt och rabatt"), format_sv(invoice.net_amount), None),
        (gettext("Moms"), format_sv(invoice.tax_amount), None),
        (gettext("Räknat"), format_sv(right), "sum"),
        (gettext("Står på fakturan"), format_sv(invoice.payable_amount), None),
        (gettext("Skillnad"), format_sv(abs(right - invoice.payable_amount)), "warn"),
    )


def _values(invoice: Invoice) -> dict[str, str]:
    """What the fields begin with: never the value that the invoice was stopped for."""
    codes = set(_codes(invoice))
    good = later(invoice.issue_date, 30)
    due = good if "due_date" in codes or invoice.due_date is None else invoice.due_date
    return {
        "gross": format_sv(right_total(invoice)), "number": "" if "number_taken" in codes else invoice.number,
        "due_date": machine(due),
        "issue_date": "" if "invoice_date" in codes else machine(invoice.issue_date),
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
    if "paid_otherwise" in _codes(invoice):
        return [
            Solution(
                "paid_otherwise", "confirm_paid_otherwise", gettext("Fakturan betalas inte av oss"),
                gettext("Kontrollera att den är betald på annat sätt. Den går vidare, men betalas aldrig av oss."),
            ),
            _cancel("cancel_at_levgruppen"),
        ]  # fmt: skip
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
    organisation = Solution(
        "organisation",
        "change_organisation",
        gettext("Byt organisation"),
        gettext("Fakturan hör till en annan organisation. Konteringen tas bort."),
    )
    if _sum_is_right(invoice):
        del by_code["sum"]  # the total is right: it is something else of the sum that is wrong
    if SENT_BACK & set(codes):
        return _sent_back(by_code, organisation)
    cards = [by_code[code] for code in dict.fromkeys(codes) if code in by_code]
    if set(codes) & {"zero_amount", "vat_rate"}:
        cards.append(Solution(
            "manual", "correct_information", gettext("Sätt kontrollen till Manuell"),
            gettext("Fakturan är rätt trots att kontrollen stoppade den. Den granskas av en person."),
        ))  # fmt: skip
    if arrival.only_alike(invoice.reasons):
        cards.insert(0, Solution(
            "new", "correct_information", gettext("Den är ny: numret är ett annat"),
            gettext("Jämför fakturorna först. Kontrollen fortsätter sedan, och numret står kvar."),
        ))  # fmt: skip
    if set(codes) & {"organisation_unknown", "organisation_conflict"}:
        cards.insert(0, organisation)
    cards += [_cancel(), _flow()]
    if "due_date" not in codes:
        cards.append(by_code["due_date"])
    if "number_taken" not in codes:
        cards.append(by_code["number_taken"])
    return [*cards[:4], organisation] if organisation not in cards else cards


def _flow() -> Solution:
    return Solution(
        "flow", "change_flow", gettext("Byt flöde"),
        gettext("Ange ordernummer. All kontering tas bort och sparas i loggen."),
    )  # fmt: skip


def _sent_back(by_code: Mapping[str, Solution], organisation: Solution) -> list[Solution]:
    """A person has sent it back: what that person wrote decides which way fits, so nothing is chosen beforehand."""
    return [
        Solution(
            "recheck", "correct_information", gettext("Kontrollera igen"),
            gettext("Ingenting ändras. Kontrollen görs om och fakturan går dit reglerna säger."),
        ),
        Solution(
            "reference", "change_flow", gettext("Ange referens"),
            gettext("Fakturan går till den som koden eller ordern hör till. Konteringen tas bort och sparas i loggen."),
        ),
        Solution(
            "by_hand", "change_flow", gettext("Manuellt flöde"),
            gettext("Ingen order söks. Fakturan granskas, konteras och attesteras."),
        ),
        _flow(), by_code["due_date"], by_code["number_taken"], organisation, _cancel(),
    ]  # fmt: skip


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
            gettext("Fakturan blir klar."),
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
