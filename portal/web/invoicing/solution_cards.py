"""The ways out of a stop as cards: what each is called and what follows, and which of them a status knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.invoicing import status as s
from portal.invoicing.models import Invoice
from portal.kernel.money import format_sv
from portal.web.i18n import gettext


@dataclass(frozen=True, slots=True)
class Solution:
    """A radio card. `verb` is the machine's move that it makes."""

    value: str
    verb: str
    title: str
    consequence: str
    checked: bool = False
    suggested: bool = False


ALWAYS: Mapping[str, tuple[str, ...]] = {
    s.SUPPLIER_NOT_CHOSEN: ("supplier", "cancel"),
    s.PAYMENT_INFORMATION: ("propose_account", "payment", "payment_second", "cancel"),
    s.INVOICE_INFORMATION: ("flow", "due_date", "organisation", "number", "cancel"),
    s.REVIEWER_MISSING: ("reviewer", "right_reference", "send_back"),
}
"""Ways that a status has whatever the reason, after those that fit it."""


def right_total(invoice: Invoice) -> Decimal:
    """Net plus VAT: what BT-112 should be."""
    return invoice.net_amount + invoice.tax_amount


def cards(invoice: Invoice, *, is_double: bool) -> Mapping[str, Solution]:
    """Every card that may be shown where the invoice stands, by name."""
    made = (*_arrival(invoice), *_payment(), *_way(), _cancel(invoice, is_double=is_double))
    return {card.value: card for card in made}


def _cancel(invoice: Invoice, *, is_double: bool) -> Solution:
    at_levgruppen = invoice.status in (s.SUPPLIER_NOT_CHOSEN, s.PAYMENT_INFORMATION)
    verb = "cancel_at_levgruppen" if at_levgruppen else "cancel"
    if is_double:
        text = gettext("Den här försvinner ur flödet och betalas inte. Den första är kvar.")
        return Solution("cancel", verb, gettext("Makulera som dubblett"), text)
    text = gettext("Leverantören får skälet i klartext.")
    return Solution("cancel", verb, gettext("Makulera och be om ny faktura"), text)


def _arrival(invoice: Invoice) -> tuple[Solution, ...]:
    total = format_sv(right_total(invoice))
    return (
        Solution(
            "supplier", "choose_supplier", gettext("Välj leverantör"),
            gettext("Bara anslutna leverantörer med fakturans organisationsnummer kan väljas."),
        ),
        Solution(
            "total", "correct_information", gettext("Ändra totalen till %(total)s kr") % {"total": total},
            gettext("Rader och moms stämmer. Ändringen sparas i historiken med ditt namn."),
        ),
        Solution(
            "due_date", "change_due_date", gettext("Ändra förfallodag"),
            gettext("Högst 100 dagar efter fakturadatum."),
        ),
        Solution(
            "issue_date", "correct_information", gettext("Ändra fakturadatum"),
            gettext("Tidigast 3 månader före och senast 10 dagar efter ankomsten."),
        ),
        Solution(
            "number", "correct_information", gettext("Ändra fakturanummer"),
            gettext("Bara om leverantören har meddelat ett annat nummer."),
        ),
        Solution(
            "manual", "correct_information", gettext("Sätt kontrollen till Manuell"),
            gettext("Fakturan är rätt trots att kontrollen stoppade den. Den granskas av en person."),
        ),
        Solution(
            "new", "correct_information", gettext("Den är ny: numret är ett annat"),
            gettext("Jämför fakturorna först. Kontrollen fortsätter sedan, och numret står kvar."),
        ),
        Solution(
            "organisation", "change_organisation", gettext("Byt organisation"),
            gettext("Fakturan hör till en annan organisation. Konteringen tas bort."),
        ),
    )  # fmt: skip


def _payment() -> tuple[Solution, ...]:
    return (
        Solution(
            "paid_otherwise", "check_paid_otherwise", gettext("Fakturan betalas inte av oss"),
            gettext("Kontrollera att den är betald på annat sätt. En annan person bekräftar sedan."),
        ),
        Solution(
            "otherwise_second", "confirm_paid_otherwise",
            gettext("Bekräfta som andra person att den inte betalas av oss"),
            gettext("Anteckningen står i historiken. Fakturan går vidare, men betalas aldrig av oss."),
        ),
        Solution(
            "propose_account", "propose_account", gettext("Föreslå kontot i registret"),
            gettext("Två personer kontrollerar det. Fakturan väntar här och går vidare när kontot gäller."),
        ),
        Solution(
            "payment", "check_payment", gettext("Bekräfta kontot bara för den här fakturan"),
            gettext("Ring leverantören på ett nummer ni hade innan. En annan person bekräftar sedan."),
        ),
        Solution(
            "payment_second", "confirm_payment", gettext("Bekräfta kontot som andra person"),
            gettext("Motringningen står i historiken. Fakturan betalas tidigast när väntetiden är slut."),
        ),
    )  # fmt: skip


def _way() -> tuple[Solution, ...]:
    return (
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
        Solution(
            "flow", "change_flow", gettext("Byt flöde"),
            gettext("Ange ordernummer. All kontering tas bort och sparas i loggen."),
        ),
        Solution(
            "reviewer", "choose_reviewer", gettext("Ange granskare"),
            gettext("Fakturan går till den du väljer för granskning och kontering."),
        ),
        Solution(
            "right_reference", "send_back", gettext("Rätta referensen"),
            gettext("Fakturan kontrolleras om och går till den som koden eller ordern hör till."),
        ),
        Solution(
            "send_back", "send_back", gettext("Skicka tillbaka"),
            gettext("Till Fakturainformation, där uppgifter och flöde kan ändras."),
        ),
    )  # fmt: skip
