"""Another payee than the seller (BG-10), or a claim that has been assigned or pledged: paid to the holder alone.

Whoever has been told that the claim is another's and pays the seller has not paid (skuldebrevslagen 10, 29 and 31 §§).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from portal.invoicing.payment_values import Account, PaymentFacts
from portal.kernel.clean_text import plain_text
from portal.kernel.decision import Reason

FACTORED = "393"
"""BT-3 of an invoice whose claim a factor has: says what a note would have said."""
# "får inte överlåtas" is no assignment; "är inte överlåten" neither. Goods are sold too: only a sold claim counts.
_ASSIGNED = re.compile(
    r"\böverlå(?:ten|tet|tna|tit|tits|ts|tes)\b|\bpantsat(?:t|ts|ta)\b|\bpantsätts\b"
    r"|\bpantförskriv(?:en|et|na|its|s)\b|\bbelåna(?:d|t|de|ts|s)\b|\bbefriande verkan\b"
    r"|\b(?:fordran|fordringen|fordringar|(?:kund|faktura)fordran|fakturan?|invoice|claim|receivables?)\b"
    r"[^.]{0,40}\b(?:såld|sålts|säljs|assigned|factored|pledged)\b",
    re.IGNORECASE,
)
_NOT_ASSIGNED = re.compile(r"\b(?:inte|ej|icke)\s+(?:har\s+|blivit\s+|vara\s+)*$", re.IGNORECASE)
_NO_NUMBER = (
    "Betalningsmottagare är %(payee)s, utan organisationsnummer."
    " Fakturan väntar tills levgruppen har kontrollerat vem som ska ha betalt."
)
_NO_FACTOR = (
    "Betalningsmottagare är %(payee)s, som inte är registrerad som mottagare för leverantören."
    " Fakturan väntar tills levgruppen har kontrollerat vem som ska ha betalt."
)
_NO_ACCOUNT = (
    "Betalningsmottagare är %(payee)s, men inget konto på fakturan är registrerat för den."
    " Fakturan väntar tills levgruppen har kontrollerat vem som ska ha betalt."
)
_TRANSFERRED = (
    "Fakturan säger att fordran är överlåten eller pantsatt, men inget konto på den är registrerat för en ny mottagare."
    " Fakturan väntar tills levgruppen har kontrollerat vem som ska ha betalt."
)


def says_assigned(texts: Iterable[str]) -> bool:
    """Whether a note says that the claim has been assigned or pledged ("överlåten", "har sålts", "belånad hos")."""
    for text in texts:
        plain = " ".join(plain_text(text).split())
        for found in _ASSIGNED.finditer(plain):
            # The word that says it is the last of what was found.
            before = plain[: found.end()].rpartition(" ")[0]
            if not _NOT_ASSIGNED.search(f"{before} "):
                return True
    return False


def has_payee(facts: PaymentFacts) -> bool:
    """Whether somebody else than the seller is named: the seller's own number names nobody else."""
    own = facts.payee_org_number is not None and facts.payee_org_number == facts.seller_org_number
    return facts.payee and not own


def counts(account: Account, facts: PaymentFacts) -> bool:
    """Whether a registered account may be paid: the seller's own, or the payee's."""
    if account.factor_org_number is None:
        return True
    if has_payee(facts):
        return account.factor_org_number == facts.payee_org_number
    return facts.transferred


def refusal(facts: PaymentFacts, given: list[Account], rule: str) -> Reason | None:
    """Why it cannot be paid: the payee has no registered account among those `given` on the invoice."""
    assignees = [account for account in given if account.factor_org_number is not None]
    if not has_payee(facts):
        return (
            Reason("payment_account", _TRANSFERRED, {}, rule) if facts.transferred and not assignees else None
        )
    named = {"payee": facts.payee_name or facts.payee_org_number or "–"}
    if facts.payee_org_number is None:
        return Reason("payment_account", _NO_NUMBER, named, rule)
    if all(account.factor_org_number != facts.payee_org_number for account in facts.registered):
        return Reason("payment_account", _NO_FACTOR, named, rule)
    return None if assignees else Reason("payment_account", _NO_ACCOUNT, named, rule)
