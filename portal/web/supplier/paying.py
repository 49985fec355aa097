"""What a supplier is told of how an invoice is paid: the account chosen when it came, never the register's of today."""

from __future__ import annotations

from collections.abc import Sequence

from portal.invoicing import status as s
from portal.invoicing.payment_values import Account as Chosen
from portal.invoicing.rules.payment import key, spelt
from portal.invoicing.rules.payment_date import short_terms
from portal.kernel.dates import later
from portal.suppliers.values import Account
from portal.web.figures import full_day
from portal.web.i18n import gettext
from portal.web.supplier.queries.invoices import InvoiceRow
from portal.web.suppliers.words import ACCOUNT_KINDS, account_number

Note = tuple[str, str]


def account_name(kind: str, number: str) -> str:
    """ "bankgiro 505-0109", with hard blanks and dashes."""
    if kind not in ACCOUNT_KINDS:
        return spelt(Chosen(kind, number))
    name = gettext(ACCOUNT_KINDS[kind])
    name = name if kind == "IBAN" else name.lower()
    return f"{name} {account_number(kind, number)}".replace(" ", "\u00a0").replace("-", "\u2011")


def chosen_account(row: InvoiceRow) -> str | None:
    """The account chosen for the invoice, in words; None when nothing is paid on it."""
    if row.pay_scheme is None or row.pay_number is None or row.nothing_to_pay:
        return None
    return account_name(row.pay_scheme, row.pay_number)


def payment_notes(row: InvoiceRow, registered: Sequence[Account]) -> tuple[Note, ...]:
    """Payee, account, terms shorter than agreed, and what has changed since: (tone, sentence)."""
    if row.status == s.CANCELLED or row.is_credit_note:
        return ()
    notes: list[Note] = []
    if row.payee_name:
        notes.append(
            ("info", gettext("Betalningsmottagare på fakturan är %(payee)s.") % {"payee": row.payee_name})
        )
    if (account := chosen_account(row)) is not None:
        notes += _account(row, account, registered)
    own = short_terms(row.due_date, row.issue_date, row.payment_days)
    if own is not None and own >= 0 and not (row.nothing_to_pay or row.is_credit_note):
        params = {
            "own": own,
            "days": row.payment_days,
            "day": full_day(later(row.issue_date, row.payment_days)),
        }
        text = gettext(
            "Fakturan har %(own)s dagars villkor, avtalat är %(days)s. Den betalas tidigast %(day)s."
        )
        notes.append(("info", text % params))
    return tuple(notes)


def _account(row: InvoiceRow, account: str, registered: Sequence[Account]) -> list[Note]:
    chosen = key(Chosen(row.pay_scheme or "", row.pay_number or ""))
    active = {key(Chosen(one.kind, one.number)) for one in registered if one.status == "active"}
    named = {"account": account}
    if row.status in s.ARRIVAL:
        return []
    if chosen in active:
        return [] if row.status == s.DONE else [("info", gettext("Betalas till %(account)s.") % named)]
    text = gettext(
        "Kontot %(account)s är inte registrerat hos kunden i dag. Kunden kontrollerar det före betalning."
    )
    return [("warn", text % named)]
