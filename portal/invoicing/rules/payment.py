"""Step 3, where the money would go (A4.03): only to an account registered and active beforehand.

Decided at arrival (`check`), and once more with that day's facts before the invoice becomes Klar (`stands`): an
account is never paid because it was stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.invoicing.payment_values import Account, PaymentFacts, StandingFacts
from portal.invoicing.rules import payee, payment_means
from portal.kernel.decision import Decision, Reason
from portal.kernel.identifiers import account_number, format_bankgiro, format_plusgiro
from portal.kernel.plain import from_plain, to_plain
from portal.kernel.text import sentence_list

RULE = "A4.03/2"
KIND = "payment"
_NAMES = {"BANKGIRO": "bankgiro", "PLUSGIRO": "plusgiro", "IBAN": "IBAN"}
_UNKNOWN = (
    "Fakturan ska betalas till %(accounts)s, som inte är registrerat på leverantören."
    " Fakturan väntar tills levgruppen har kontrollerat uppgiften."
)
_NONE = "Fakturan har inget betalkonto och leverantören har inget registrerat."
_NOT_CHOSEN = "Inget betalkonto är valt för fakturan. Levgruppen kontrollerar hur den ska betalas."
_BLOCKED = (
    "Leverantören är inte längre godkänd. Fakturan väntar tills levgruppen har kontrollerat leverantören."
)
_CHANGED = (
    "Fakturan skulle betalas till %(account)s, som inte längre är registrerat på leverantören."
    " Fakturan väntar tills levgruppen har kontrollerat uppgiften."
)


@dataclass(frozen=True, slots=True)
class PaymentChoice:
    """The account to pay on, or the reason to stop. `otherwise`: we never pay it. None of them: nothing is paid
    out (an internal unit, a credit note)."""

    account: Account | None = None
    reason: Reason | None = None
    otherwise: bool = False


NOTHING_PAID = PaymentChoice()


def check(facts: PaymentFacts) -> PaymentChoice:
    """Every account on the invoice is the supplier's, or its factor's when a payee is named.

    No account on it means the registered one. Internal suppliers and credit notes are not controlled.
    """
    if facts.internal or facts.credit_note:
        return NOTHING_PAID
    if payment_means.is_claimed(facts):
        refused = payment_means.refusal(facts, RULE)
        return PaymentChoice(reason=refused) if refused else PaymentChoice(otherwise=True)
    allowed = [account for account in facts.registered if account.active and payee.counts(account, facts)]
    given = [account for account in allowed if _among(account, facts.accounts)]
    if facts.confirmed:  # what was confirmed is what stands on the invoice
        written = _first(facts, given) or next(iter(facts.accounts), None)
        return PaymentChoice(written or _first(facts, allowed))
    return _controlled(facts, allowed, given)


def _controlled(facts: PaymentFacts, allowed: list[Account], given: list[Account]) -> PaymentChoice:
    if refused := payee.refusal(facts, given, RULE):
        return PaymentChoice(reason=refused)
    unknown = [account for account in facts.accounts if not _among(account, allowed)]
    if unknown:
        return PaymentChoice(reason=_stop(unknown))
    account = _first(facts, given if facts.accounts else allowed)
    return (
        PaymentChoice(account)
        if account
        else PaymentChoice(reason=Reason("payment_account", _NONE, {}, RULE))
    )


def stands(facts: StandingFacts) -> PaymentChoice:
    """What holds of the choice made at arrival, with today's facts, when all else is decided."""
    now = facts.payment
    if now.internal or now.credit_note:
        return NOTHING_PAID
    if not facts.joined:
        return PaymentChoice(reason=Reason("payment_account", _BLOCKED, {}, RULE))
    if facts.otherwise:
        return PaymentChoice(otherwise=True)
    if now.confirmed:
        return check(now)
    active = [account for account in now.registered if account.active]
    if facts.stored is not None and facts.stored.factor_org_number in {
        account.factor_org_number for account in active if key(account) == key(facts.stored)
    }:
        return PaymentChoice(facts.stored)
    params = {"account": spelt(facts.stored)} if facts.stored else {}
    return PaymentChoice(reason=Reason("payment_account", _CHANGED if params else _NOT_CHOSEN, params, RULE))


def decision(facts: StandingFacts) -> tuple[PaymentChoice, Decision]:
    """The choice as it stands, and the value that is stored with the invoice."""
    choice = stands(facts)
    reasons = (choice.reason,) if choice.reason else ()
    result = {"account": to_plain(choice.account), "otherwise": choice.otherwise}
    return choice, Decision(KIND, facts, {}, (RULE,), result, reasons)


def again(inputs: Mapping[str, Any], _limits: Mapping[str, Any]) -> Decision:
    """Today's code on stored inputs."""
    return decision(from_plain(StandingFacts, inputs))[1]


def key(account: Account) -> tuple[str, str]:
    """An account for comparison."""
    return account.scheme, account_number(account.scheme, account.number)


def _among(account: Account, others: tuple[Account, ...] | list[Account]) -> bool:
    return key(account) in map(key, others)


def _first(facts: PaymentFacts, accounts: list[Account]) -> Account | None:
    """In the invoice's order, else the register's; the assignee's first where there is one."""
    written = [key(account) for account in facts.accounts]
    assigned = payee.has_payee(facts) or facts.transferred
    ordered = sorted(accounts, key=lambda one: written.index(key(one)) if key(one) in written else 0)
    ordered.sort(key=lambda one: (one.factor_org_number is None) == assigned)
    return ordered[0] if ordered else None


def spelt(account: Account) -> str:
    """The account as people write it: "bankgiro 123-4566"."""
    number = account_number(account.scheme, account.number)
    if account.scheme == "BANKGIRO":
        number = format_bankgiro(number)
    elif account.scheme == "PLUSGIRO":
        number = format_plusgiro(number)
    return f"{_NAMES.get(account.scheme, 'konto')} {number}"


def _stop(unknown: list[Account]) -> Reason:
    accounts = sentence_list([spelt(account) for account in unknown])
    return Reason("payment_account", _UNKNOWN, {"accounts": accounts}, RULE)
