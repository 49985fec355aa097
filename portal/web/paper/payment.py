"""How and where to pay: terms, every means with its account, card or mandate (BT-20, BG-16 to BG-19)."""

from __future__ import annotations

from portal.formats.en16931 import Invoice, PaymentAccount, PaymentMeans
from portal.formats.peppol.accounts import BRANCH_OF
from portal.invoicing.payment_values import Account
from portal.invoicing.rules.payment import spelt
from portal.web.i18n import gettext
from portal.web.paper.view import Row, Section
from portal.web.paper.words import joined, rows, worded
from portal.web.paper.words import means as means_words


def payment(invoice: Invoice) -> Section | None:
    """None where the document says nothing of it."""
    found = (
        *rows((gettext("Villkor"), invoice.payment_terms)),
        *(row for account in invoice.accounts for row in _account(account)),
        *(row for means in invoice.means for row in _means(means)),
        *_first(invoice),
    )
    return Section(gettext("Betalning"), found) if found else None


def _account(account: PaymentAccount) -> tuple[Row, ...]:
    return rows(
        (gettext("Konto"), joined((_number(account), account.name))),
        (gettext("Bank eller clearing"), account.branch),
        (gettext("Betalsätt"), _how(account.means_code, account.means_text)),
        (gettext("OCR"), account.reference),
    )


def _number(account: PaymentAccount) -> str:
    """As people write it; a number that is no giro is left as the document has it."""
    if account.scheme in BRANCH_OF:
        return spelt(Account(account.scheme, account.number))
    return f"IBAN {account.number}" if account.scheme == "IBAN" else account.number


def _means(means: PaymentMeans) -> tuple[Row, ...]:
    return rows(
        (gettext("Betalsätt"), _how(means.code, means.text)),
        (gettext("Kort"), gettext("slutar på %(digits)s") % {"digits": means.card} if means.card else None),
        (gettext("Kortets innehavare"), means.card_holder),
        (gettext("Medgivande"), means.mandate),
        (gettext("Dras från konto"), means.debited),
        (gettext("OCR"), means.reference),
    )


def _first(invoice: Invoice) -> tuple[Row, ...]:
    """What the first means says that no account, card or mandate has said."""
    codes = {account.means_code for account in invoice.accounts} | {means.code for means in invoice.means}
    references = {account.reference for account in invoice.accounts}
    references |= {means.reference for means in invoice.means}
    texts = {account.means_text for account in invoice.accounts} | {means.text for means in invoice.means}
    how = _how(
        None if invoice.payment_means_code in codes else invoice.payment_means_code,
        None if invoice.payment_means_text in texts else invoice.payment_means_text,
    )
    reference = None if invoice.payment_reference in references else invoice.payment_reference
    return rows((gettext("Betalsätt"), how), (gettext("OCR"), reference))


def _how(code: str | None, text: str | None) -> str:
    return joined((worded(code, means_words()) if code else "", text))
