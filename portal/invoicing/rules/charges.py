"""Freight, fees and rounding: what is agreed, what the concern's list allows, and what stops (matching.md D2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.invoicing.match_values import Charge, InvoiceLineFacts, MatchFacts, MatchLimits
from portal.invoicing.values import ZERO
from portal.kernel.decision import Reason
from portal.kernel.money import canonical, format_kr
from portal.kernel.text import sentence_list
from portal.suppliers.values import AgreedCharge

RULE = "A6.10.charge/3"
FREIGHT = "FC"
# A line with these words alone and no article is no goods: a charge by its UNCL 7161 code where there is one.
CHARGE_WORDS: dict[str, str | None] = {
    "frakt": FREIGHT, "fraktavgift": FREIGHT, "expeditionsavgift": None, "faktureringsavgift": None,
}  # fmt: skip
ROUNDING_WORDS = frozenset({"öresavrundning", "öresutjämning"})
_WORDS_OF_CODE = {FREIGHT: "frakt"}
_NO_WORDS = "avgift"


@dataclass(frozen=True, slots=True)
class ChargeOutcome:
    """A charge in the match: its words, kronor as text, and whether it is agreed or allowed."""

    words: str
    amount: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class Charges:
    """All charges of an invoice, told apart. `rounding`: kronor that are rounding within its limit."""

    allowed: tuple[Charge, ...]
    refused: tuple[Charge, ...]
    rounding: Decimal

    @property
    def total(self) -> Decimal:
        """Kronor of all charges, rounding aside."""
        return sum((one.amount for one in (*self.allowed, *self.refused)), ZERO)

    @property
    def outcomes(self) -> tuple[ChargeOutcome, ...]:
        """Each as it is stored with the decision."""
        told = (*((one, True) for one in self.allowed), *((one, False) for one in self.refused))
        return tuple(ChargeOutcome(words_of(one), canonical(one.amount), allowed) for one, allowed in told)


def fold(words: str) -> str:
    """Words as they are compared: small letters, single blanks, no full stop or colon at the end."""
    return " ".join(words.casefold().split()).rstrip(".: ")


def is_rounding(words: str) -> bool:
    """Whether it says that it rounds off."""
    return fold(words) in ROUNDING_WORDS


def is_charge(words: str) -> bool:
    """Whether it says that it is a charge and nothing else."""
    return fold(words) in CHARGE_WORDS


def as_charge(line: InvoiceLineFacts) -> Charge:
    """A line of freight as the charge it is."""
    return Charge(line.line_amount, line.name, CHARGE_WORDS.get(fold(line.name)))


def words_of(charge: Charge) -> str:
    """Its own words, else what its code is called."""
    return charge.reason.strip() or _WORDS_OF_CODE.get(charge.reason_code or "", _NO_WORDS)


def judge(
    facts: MatchFacts, extra: Sequence[Charge], roundings: Sequence[Decimal], limits: MatchLimits
) -> Charges:
    """Charges of the document, of lines, and lines that are charges (`extra`); `roundings`: lines that round off.

    Rounding that is more than its limit is a charge like any other: in all, with BT-114, and without regard to sign,
    for two that take each other out may do so at different rates of VAT.
    """
    found = (
        *facts.charges,
        *(one for line in facts.lines for one in line.named_charges or _unnamed(line)),
        *extra,
    )
    written = [*roundings, *(one.amount for one in found if is_rounding(one.reason))]
    rounding = sum(written, ZERO)
    if max(sum(map(abs, written), ZERO), abs(rounding + facts.rounding)) <= limits.rounding:
        charges = [one for one in found if not is_rounding(one.reason)]
    else:
        over = [Charge(one, "Öresavrundning") for one in roundings]
        charges, rounding = [*found, *over], ZERO
    allowed, refused = _told_apart(charges, limits)
    return Charges(tuple(allowed), tuple(refused), rounding)


def _unnamed(line: InvoiceLineFacts) -> tuple[Charge, ...]:
    return (Charge(line.charges),) if line.charges else ()


def _told_apart(charges: Sequence[Charge], limits: MatchLimits) -> tuple[list[Charge], list[Charge]]:
    left = [one.most for one in limits.charges]
    allowed, rest = [], []
    for charge in charges:
        at = next(
            (
                n
                for n, one in enumerate(limits.charges)
                if _names(one, charge) and 0 < charge.amount <= left[n]
            ),
            None,
        )
        if at is None:
            rest.append(charge)
        else:
            left[at] -= charge.amount
            allowed.append(charge)
    listed = [one for one in rest if one.reason_code in limits.charge_codes and one.amount > 0]
    if sum((one.amount for one in listed), ZERO) > limits.charge_amount:
        listed = []
    return allowed + listed, [one for one in rest if one not in listed]


def _names(agreed: AgreedCharge, charge: Charge) -> bool:
    """By the code of both, else by their words."""
    if agreed.code and charge.reason_code:
        return agreed.code == charge.reason_code
    return bool(charge.reason) and fold(agreed.words) == fold(charge.reason)


def _named(charge: Charge, among: Sequence[Charge]) -> str:
    """Its words; with its own amount where some take off and some add, for then their sum says little."""
    mixed = len({one.amount > 0 for one in among}) > 1
    return f"{words_of(charge)} {format_kr(charge.amount)}" if mixed else words_of(charge)


def refusal(charges: Charges, limits: MatchLimits) -> tuple[Reason, ...]:
    """The deviation, in the charges' own words; none when every one is allowed."""
    if not charges.refused:
        return ()
    agreed = [one for one in limits.charges if any(_names(one, charge) for charge in charges.refused)]
    within = [one for one in charges.allowed if any(_names(kind, one) for kind in agreed)]
    message = "Fakturan har %(named)s på %(total)s men %(agreed)s är avtalat."
    params = {
        "named": sentence_list([_named(one, charges.refused) for one in charges.refused]),
        "total": format_kr(sum((one.amount for one in (*charges.refused, *within)), ZERO)),
        "agreed": format_kr(sum((one.most for one in agreed), ZERO)),
    }
    return (Reason("charge", message, params, RULE),)
