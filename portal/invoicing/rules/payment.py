"""Step 3, where the money would go (A4.03): only to an account registered and active beforehand."""

from __future__ import annotations

from dataclasses import dataclass

from portal.invoicing.values import Account, PaymentFacts
from portal.kernel.decision import Reason
from portal.kernel.identifiers import account_number, format_bankgiro, format_plusgiro
from portal.kernel.text import sentence_list

RULE = "A4.03/1"
_NAMES = {"BANKGIRO": "bankgiro", "PLUSGIRO": "plusgiro", "IBAN": "IBAN"}


@dataclass(frozen=True, slots=True)
class PaymentChoice:
    """The account to pay on (None: nothing is paid out, or a person confirmed), or the reason to stop."""

    account: Account | None = None
    reason: Reason | None = None


def check(facts: PaymentFacts) -> PaymentChoice:
    """Every account on the invoice is the supplier's, or its factor's when a payee is named.

    No account on it means the registered one. Internal suppliers and credit notes are not controlled.
    """
    if facts.internal or facts.credit_note:
        return PaymentChoice()
    allowed = [account for account in facts.registered if account.active and _counts(account, facts)]
    if facts.confirmed:
        return PaymentChoice(_first(facts, allowed))
    unknown = [account for account in facts.accounts if not _among(account, allowed)]
    if unknown:
        return PaymentChoice(reason=_stop(unknown))
    account = _first(facts, allowed)
    return PaymentChoice(account) if account else PaymentChoice(reason=_none())


def _counts(account: Account, facts: PaymentFacts) -> bool:
    if account.factor_org_number is None:
        return True
    return facts.payee and facts.payee_org_number in (None, account.factor_org_number)


def _key(account: Account) -> tuple[str, str]:
    return account.scheme, account_number(account.scheme, account.number)


def _among(account: Account, allowed: list[Account]) -> bool:
    return _key(account) in map(_key, allowed)


def _first(facts: PaymentFacts, allowed: list[Account]) -> Account | None:
    if facts.accounts:
        return next((account for account in facts.accounts if _among(account, allowed)), None)
    factor_first = sorted(allowed, key=lambda account: (account.factor_org_number is None) == facts.payee)
    return factor_first[0] if factor_first else None


def spelt(account: Account) -> str:
    """The account as people write it: "bankgiro 123-4566"."""
    number = account_number(account.scheme, account.number)
    if account.scheme == "BANKGIRO":
        number = format_bankgiro(number)
    elif account.scheme == "PLUSGIRO":
        number = format_plusgiro(number)
    return f"{_NAMES.get(account.scheme, account.scheme)} {number}"


def _stop(unknown: list[Account]) -> Reason:
    message = (
        "Fakturan ska betalas till %(accounts)s, som inte är registrerat på leverantören."
        " Fakturan väntar tills levgruppen har kontrollerat uppgiften."
    )
    return Reason("payment_account", message, {"accounts": sentence_list([spelt(a) for a in unknown])}, RULE)


def _none() -> Reason:
    message = "Fakturan har inget betalkonto och leverantören har inget registrerat."
    return Reason("payment_account", message, {}, RULE)
