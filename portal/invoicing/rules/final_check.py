"""Final check before Klar (A6.07): VAT of lines and per rate, valid codes, sambandskontroller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.coding.rules import check
from portal.coding.values import CodingError, CodingRegister, CodingRow, CodingRule
from portal.invoicing.match_values import VatRow
from portal.invoicing.rules.flow import ORDER
from portal.invoicing.status import MATCHING_REQUIRED, REVIEW
from portal.invoicing.values import ZERO
from portal.kernel.decision import Decision, Reason
from portal.kernel.money import format_kr, format_number_sv
from portal.kernel.plain import from_plain

KIND = "final"
RULES = ("A6.07.line_vat/1", "A6.07.rate_vat/1", "A6.07.coding/1", *check.RULES)
TOLERANCE = Decimal("0.01")
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class VatPair:
    """A line's VAT on the invoice beside that of its order line."""

    line: str
    invoice_category: str | None
    invoice_rate: Decimal | None
    order_category: str
    order_rate: Decimal


@dataclass(frozen=True, slots=True)
class FinalFacts:
    """`flow` decides where a failure goes; `pairs` is empty outside the order flow.

    `names` and `rules` are the part of the coding register that these rows need.
    """

    flow: str
    vat: tuple[VatRow, ...]
    coding: tuple[CodingRow, ...]
    total: Decimal
    names: Mapping[str, Mapping[str, str]]
    rules: tuple[CodingRule, ...] = ()
    pairs: tuple[VatPair, ...] = ()


@dataclass(frozen=True, slots=True)
class FinalResult:
    """`status` is where it goes when something failed, None when all is well."""

    status: str | None
    reasons: tuple[Reason, ...] = ()


def decide(facts: FinalFacts) -> FinalResult:
    """All that fails, VAT first. Order flow → Ordermatchning krävs, otherwise → Granskning ej utförd."""
    register = CodingRegister(facts.names, facts.rules)
    errors = check.check_rows(facts.coding, register, facts.total)
    reasons = (*_line_vat(facts), *_rate_vat(facts), *map(_coding, errors))
    if not reasons:
        return FinalResult(None)
    return FinalResult(MATCHING_REQUIRED if facts.flow == ORDER else REVIEW, reasons)


def _line_vat(facts: FinalFacts) -> list[Reason]:
    message = "Rad %(line)s: momsen är %(invoiced)s %% på fakturan men %(ordered)s %% på ordern."
    return [
        Reason(
            "vat",
            message,
            {
                "line": pair.line,
                "invoiced": f"{pair.invoice_category or '–'} {format_number_sv(pair.invoice_rate or ZERO)}",
                "ordered": f"{pair.order_category} {format_number_sv(pair.order_rate)}",
            },
            RULES[0],
            pair.line,
        )
        for pair in facts.pairs
        if (pair.invoice_category, pair.invoice_rate or ZERO) != (pair.order_category, pair.order_rate)
    ]


def _rate_vat(facts: FinalFacts) -> list[Reason]:
    """Tax per rate is base × rate, to within one öre (both included)."""
    reasons = []
    for row in facts.vat:
        due = row.base * (row.rate or ZERO) / _HUNDRED
        if abs(row.tax - due) > TOLERANCE:
            message = "Momsen på %(base)s med %(rate)s %% blir %(due)s men fakturan har %(tax)s."
            params = {
                "base": format_kr(row.base), "rate": format_number_sv(row.rate or ZERO),
                "due": format_kr(due), "tax": format_kr(row.tax),
            }  # fmt: skip
            reasons.append(Reason("vat", message, params, RULES[1]))
    return reasons


def _coding(error: CodingError) -> Reason:
    return Reason("coding", error.message, error.params, error.rule, str(error.row) if error.row else None)


def decision(facts: FinalFacts) -> tuple[FinalResult, Decision]:
    """The result, and the value that is stored with the invoice."""
    result = decide(facts)
    limits = {"vat_tolerance": str(TOLERANCE)}
    return result, Decision(KIND, facts, limits, RULES, {"status": result.status}, result.reasons)


def again(inputs: Mapping[str, Any], _limits: Mapping[str, Any]) -> Decision:
    """Today's code on stored inputs; the tolerance is today's, so a change of it gives "different"."""
    return decision(from_plain(FinalFacts, inputs))[1]
