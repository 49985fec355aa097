"""How it is to be paid, by BT-81 (UNCL 4461) and BT-113: by us to an account, or in another way already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from portal.formats.en16931 import PaymentMeans
from portal.invoicing.payment_values import PaymentFacts
from portal.kernel.decision import Reason

# 50 and 56 are the codes of old for plusgiro and bankgiro; 1 says nothing.
TRANSFERS = frozenset({"1", "30", "31", "42", "50", "56", "58"})
CARD, DEBIT = "48", "49"
_CASH = (
    "Fakturan är enligt leverantören betald kontant."
    " Den väntar tills levgruppen har kontrollerat att den inte betalas två gånger."
)
_CHECK = (
    "Fakturan betalas enligt leverantören med check."
    " Den väntar tills levgruppen har kontrollerat att den inte betalas två gånger."
)
_CARD = (
    "Fakturan är enligt leverantören betald med kort."
    " Den väntar tills levgruppen har kontrollerat att den inte betalas två gånger."
)
_DEBIT = (
    "Fakturan betalas enligt leverantören med autogiro."
    " Den väntar tills levgruppen har kontrollerat att den inte betalas två gånger."
)
_CLEARING = (
    "Fakturan betalas enligt leverantören genom kvittning."
    " Den väntar tills levgruppen har kontrollerat att den inte betalas två gånger."
)
_NAMED: Mapping[str, str] = MappingProxyType(
    {
        "10": _CASH,
        "20": _CHECK,
        CARD: _CARD,
        DEBIT: _DEBIT,
        "54": _CARD,
        "55": _CARD,
        "59": _DEBIT,
        "97": _CLEARING,
    }
)
_BY_CODE = (
    "Fakturan har betalsätt %(code)s, som inte är en betalning till ett konto."
    " Den väntar tills levgruppen har kontrollerat hur den betalas."
)
_PREPAID = (
    "Leverantören skriver att hela fakturan redan är betald."
    " Den väntar tills levgruppen har kontrollerat betalningen."
)

NOT_CHECKED = "Någon i levgruppen behöver först anteckna hur fakturan är betald."
OWN_CHECK = "Du har själv antecknat hur fakturan är betald. En annan person i levgruppen behöver bekräfta."


def second_refusal(person: object, checked: object) -> str | None:
    """Why this person may not be the second to say that an invoice is paid otherwise, or None."""
    if checked is None:
        return NOT_CHECKED
    return OWN_CHECK if person is None or person == checked else None


def told(codes: Iterable[str], means: Iterable[PaymentMeans]) -> tuple[str, ...]:
    """The codes, and what a card (BG-18) or a mandate (BG-19) says beside a code that says another thing."""
    beside: list[str] = []
    for one in means:
        if one.code.strip() in TRANSFERS:
            beside += [CARD] if one.card or one.card_holder else []
            beside += [DEBIT] if one.mandate or one.debited else []
    return tuple(dict.fromkeys((*codes, *beside)))


def other_means(facts: PaymentFacts) -> tuple[str, ...]:
    """The codes on the invoice that are no transfer by us to an account, each once."""
    codes = (code.strip() for code in facts.means)
    return tuple(dict.fromkeys(code for code in codes if code and code not in TRANSFERS))


def is_claimed(facts: PaymentFacts) -> bool:
    """Whether the invoice says that it is paid otherwise than by us."""
    return facts.prepaid or bool(other_means(facts))


def refusal(facts: PaymentFacts, rule: str) -> Reason | None:
    """Why a person has to look at it first: none when a person has, or it is agreed with the supplier."""
    if facts.otherwise_confirmed:
        return None
    unknown = [code for code in other_means(facts) if code not in facts.allowed_means]
    if unknown and unknown[0] in _NAMED:
        return Reason("paid_otherwise", _NAMED[unknown[0]], {}, rule)
    if unknown:
        return Reason("paid_otherwise", _BY_CODE, {"code": unknown[0]}, rule)
    if facts.prepaid and not facts.prepaid_allowed:
        return Reason("paid_otherwise", _PREPAID, {}, rule)
    return None
