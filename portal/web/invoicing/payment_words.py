"""How an invoice is paid, in words: the account chosen at arrival, who gets it, when, or that we do not pay it."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.invoicing.models import Invoice
from portal.invoicing.payment_values import Account
from portal.invoicing.queries.detail import Detail
from portal.invoicing.queries.references import AccountRow
from portal.invoicing.rules.payment import key, spelt
from portal.invoicing.rules.payment_date import DAYS, short_terms
from portal.invoicing.status import CANCELLED, DONE
from portal.kernel.dates import format_day_long, later
from portal.kernel.identifiers import format_org_number
from portal.web.i18n import current_locale, gettext

Line = tuple[str, str, str | None]


def nothing_to_pay(invoice: Invoice) -> bool:
    """Whether it is known that no money leaves us for it."""
    return invoice.paid_otherwise or (not invoice.is_credit_note and invoice.payable_amount <= 0)


def how_paid(detail: Detail) -> str:
    """The last sentence of an invoice that is Klar."""
    invoice = detail.invoice
    if invoice.payment_date and not invoice.is_credit_note:
        day = format_day_long(invoice.payment_date, current_locale())
        return gettext("Den betalas %(day)s.") % {"day": day}
    if nothing_to_pay(invoice):
        return _otherwise(invoice)
    if detail.head.internal:
        return gettext("Den regleras i redovisningen och betalas inte ut.")
    if invoice.is_credit_note:
        return gettext("Den räknas av mot nästa betalning till leverantören.")
    return gettext("Den betalas inte ut.")


def not_paid(detail: Detail) -> tuple[str, str, str]:
    """The last step of Spåret where no day of payment is."""
    invoice = detail.invoice
    if nothing_to_pay(invoice):
        when = gettext("inget att betala") if invoice.payable_amount <= 0 else gettext("betald på annat sätt")
        return ("left", gettext("Betalas inte av oss"), when)
    if invoice.is_credit_note:
        return ("left", gettext("Räknas av"), gettext("mot nästa betalning"))
    return ("left", gettext("Betalas"), gettext("regleras i redovisningen"))


def payment_lines(detail: Detail) -> tuple[Line, ...]:
    """(icon, sentence, tone): where the money goes, who gets it, short terms, and what has changed since arrival."""
    invoice = detail.invoice
    lines = [*basic_lines(invoice, detail.supplier.terms.payment_days if detail.supplier else DAYS)]
    account = chosen_account(invoice)
    if account and not nothing_to_pay(invoice) and invoice.status != CANCELLED:
        lines += _changes(invoice, account, detail)
    return tuple(lines)


def basic_lines(invoice: Invoice, days: int) -> tuple[Line, ...]:
    """What the invoice's own row says of its payment: on its page and on the attest card."""
    lines: list[Line] = []
    account = chosen_account(invoice)
    if invoice.payable_amount <= 0 and invoice.prepaid_amount and not invoice.paid_otherwise:
        lines.append(("ban", gettext("Leverantören skriver att hela fakturan redan är betald."), "warn"))
    elif nothing_to_pay(invoice):
        lines.append(("ban", _otherwise(invoice), "warn"))
    elif account:
        lines.append(("landmark", _to(account), None))
    if invoice.prepaid_amount and not invoice.paid_otherwise and invoice.payable_amount > 0:
        lines.append(("info", gettext("En del är redan betald. Bara resten betalas."), None))
    if payee := payee_of(invoice):
        lines.append(
            ("users", gettext("Betalningsmottagare på fakturan är %(payee)s.") % {"payee": payee}, None)
        )
    own = None if nothing_to_pay(invoice) else short_terms(invoice.due_date, invoice.issue_date, days)
    if own is not None and own >= 0 and not invoice.is_credit_note:
        lines.append(("clock", _short(own, days, later(invoice.issue_date, days)), None))
    return tuple(lines)


def chosen_account(invoice: Invoice) -> Account | None:
    """The account chosen at arrival."""
    if invoice.pay_scheme is None or invoice.pay_number is None:
        return None
    return Account(invoice.pay_scheme, invoice.pay_number, invoice.pay_factor)


def payee_of(invoice: Invoice) -> str | None:
    """BG-10 as written: name and number."""
    party: dict[str, Any] | None = (invoice.document or {}).get("payee")
    if not party:
        return None
    name = party.get("name") or party.get("legal_name") or ""
    legal = (party.get("legal_id") or {}).get("value")
    number = f"{gettext('Org.nr')} {format_org_number(legal)}" if legal else ""
    return ", ".join(filter(None, (name, number))) or None


def _to(account: Account) -> str:
    if account.factor_org_number is None:
        return gettext("Betalas till %(account)s.") % {"account": spelt(account)}
    named = {"account": spelt(account), "number": format_org_number(account.factor_org_number)}
    return gettext("Betalas till %(account)s, som hör till mottagaren med org.nr %(number)s.") % named


def _otherwise(invoice: Invoice) -> str:
    if invoice.payable_amount <= 0 and invoice.prepaid_amount:
        return gettext("Hela fakturan är redan betald. Inget betalas av oss.")
    if invoice.payable_amount <= 0:
        return gettext("Det finns inget att betala.")
    return gettext("Fakturan är betald på annat sätt. Den betalas inte av oss.")


def _short(own: int, days: int, earliest: date) -> str:
    params = {"own": own, "days": days, "day": format_day_long(earliest, current_locale())}
    return (
        gettext("Fakturan har %(own)s dagars villkor, avtalat är %(days)s. Den betalas tidigast %(day)s.")
        % params
    )


def _changes(invoice: Invoice, account: Account, detail: Detail) -> list[Line]:
    active = [row for row in detail.accounts if row.active]
    if all(key(_of(row)) != key(account) for row in active):
        return [("triangle-alert", _gone(invoice, account), "stop")]
    new = [row for row in active if row.since > invoice.arrival_date and key(_of(row)) != key(account)]
    text = gettext("Leverantören har fått ett nytt konto sedan fakturan kom in: %(account)s.")
    return [("info", text % {"account": spelt(_of(row))}, "warn") for row in new]


def _gone(invoice: Invoice, account: Account) -> str:
    named = {"account": spelt(account)}
    if "payment_account" in invoice.manual_controls:
        return gettext("Kontot %(account)s är inte registrerat. Levgruppen har bekräftat det.") % named
    if invoice.status == DONE:
        return (
            gettext("Kontot %(account)s är inte längre registrerat. Kontrollera det före betalning.") % named
        )
    return (
        gettext("Kontot %(account)s är inte längre registrerat. Fakturan stannar innan den blir klar.")
        % named
    )


def _of(row: AccountRow) -> Account:
    return Account(row.kind, row.number, row.factor)
