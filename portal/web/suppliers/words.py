"""An account, and how a supplier stands with a customer, in words: the same to the supplier and to the customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.kernel.identifiers import format_bankgiro, format_plusgiro
from portal.suppliers.status import ACCOUNT, RELATION, TERM
from portal.suppliers.values import Account
from portal.web.i18n import gettext

ACCOUNT_KINDS = {"BANKGIRO": "Bankgiro", "PLUSGIRO": "Plusgiro", "IBAN": "IBAN"}
_GROUP = 4


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account in words."""

    kind: str
    number: str
    tone: str
    symbol: str
    label: str
    valid_from: date
    factor: str | None


def account_number(kind: str, number: str) -> str:
    """As people write it: 505-0109, or an IBAN in groups of four."""
    if kind == "BANKGIRO":
        return format_bankgiro(number)
    if kind == "PLUSGIRO":
        return format_plusgiro(number)
    return " ".join(number[i : i + _GROUP] for i in range(0, len(number), _GROUP))


def account_view(account: Account) -> AccountView:
    """An account with its state in words."""
    tone, symbol, label = account_state(account.status)
    kind = ACCOUNT_KINDS[account.kind]
    number = account_number(account.kind, account.number)
    return AccountView(kind, number, tone, symbol, label, account.valid_from, account.factor)


def relation_state(status: str) -> tuple[str, str, str]:
    """Tone, icon and label of a relation's status."""
    state = RELATION.state(status)
    return state.tone, state.icon, gettext(state.label)


def account_state(status: str) -> tuple[str, str, str]:
    """Tone, icon and label of an account's status."""
    state = ACCOUNT.state(status)
    return state.tone, state.icon, gettext(state.label)


def term_state(status: str) -> tuple[str, str, str]:
    """Tone, icon and label of a term's status."""
    state = TERM.state(status)
    return state.tone, state.icon, gettext(state.label)
