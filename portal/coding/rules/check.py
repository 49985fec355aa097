"""Whether a coding is valid (A6.17, A6.18): mandatory codes, known codes, sambandskontroller kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from portal.coding.values import (
    ANY,
    DIMENSIONS,
    LABELS,
    CodeString,
    CodingError,
    CodingRegister,
    CodingRow,
    CodingRule,
    Span,
)
from portal.kernel.money import format_kr

MANDATORY = ("account", "responsibility")
RULES = ("A6.17.mandatory/1", "A6.17.exists/1", "A6.18/1", "A6.20/1", "A6.17.sum/1")
_NEEDS_OPERATION = Span("operation", *ANY)
CENTRAL_RULES = (CodingRule("A6.17", "requires", (Span("account", "3", "8"),), _NEEDS_OPERATION),)
"""Central rule: verksamhet is required for konto 3–8."""


def check_rows(
    rows: Sequence[CodingRow], register: CodingRegister, total: Decimal | None = None
) -> tuple[CodingError, ...]:
    """Every error of every row, and the sum of amounts against `total` (SEK excluding VAT) if given."""
    errors = [error for number, row in enumerate(rows, 1) for error in check_code(row.code, register, number)]
    return (*errors, *_sum(rows, total))


def check_code(code: CodeString, register: CodingRegister, row: int = 1) -> tuple[CodingError, ...]:
    """Mandatory codes, then unknown codes, then the rules in the register's order."""
    errors = [
        CodingError(row, dimension, "%(label)s saknas. Välj en kod.", {"label": LABELS[dimension]}, RULES[0])
        for dimension in MANDATORY
        if not code.get(dimension)
    ]
    errors += (error for dimension in DIMENSIONS if (error := _unknown(code, register, dimension, row)))
    errors += (error for rule in register.rules if (error := check_rule(rule, code, register, row)))
    return tuple(errors)


def _unknown(code: CodeString, register: CodingRegister, dimension: str, row: int) -> CodingError | None:
    value = code.get(dimension)
    if value is None or value in register.values.get(dimension, {}):
        return None
    message = "%(label)s %(code)s finns inte eller gäller inte i dag. Välj en annan kod."
    return CodingError(row, dimension, message, {"label": LABELS[dimension], "code": value}, RULES[1])


def check_rule(
    rule: CodingRule, code: CodeString, register: CodingRegister, row: int = 1
) -> CodingError | None:
    """One sambandskontroll; None when it is kept or does not apply."""
    if not rule.when or not all(span.holds(code.get(span.dimension)) for span in rule.when):
        return None
    message = _LOGICS[rule.logic](rule, code)
    if message is None:
        return None
    params = _params(rule, code, register)
    return CodingError(row, rule.then.dimension, message, params, f"A6.18.{rule.code}/1")


def _forbids(rule: CodingRule, code: CodeString) -> str | None:
    if not rule.then.holds(code.get(rule.then.dimension)):
        return None
    return "%(then)s får inte användas på %(when)s."


def _requires(rule: CodingRule, code: CodeString) -> str | None:
    if rule.then.holds(code.get(rule.then.dimension)):
        return None
    if not rule.then.low:
        return "%(label)s saknas. Det krävs för %(when)s."
    return "%(when)s kräver %(label_small)s %(span)s."


def _limits(rule: CodingRule, code: CodeString) -> str | None:
    if code.get(rule.then.dimension) is None or rule.then.holds(code.get(rule.then.dimension)):
        return None
    return "%(then)s får inte användas på %(when)s. Välj %(label_small)s %(span)s."


_LOGICS: Mapping[str, Callable[[CodingRule, CodeString], str | None]] = MappingProxyType(
    {"forbids": _forbids, "requires": _requires, "limits": _limits}
)


def _params(rule: CodingRule, code: CodeString, register: CodingRegister) -> dict[str, str]:
    label = LABELS[rule.then.dimension]
    small = [_named(span.dimension, code, register) for span in rule.when]
    return {
        "then": _named(rule.then.dimension, code, register),
        "when": " och ".join(name[:1].lower() + name[1:] for name in small),
        "label": label,
        "label_small": label.lower(),
        "span": rule.then.low if rule.then.low == rule.then.high else f"{rule.then.low}–{rule.then.high}",
    }


def _named(dimension: str, code: CodeString, register: CodingRegister) -> str:
    """ "Konto 7101 Representation": code before name, the code never cut."""
    value = code.get(dimension) or ""
    name = register.values.get(dimension, {}).get(value, "")
    return " ".join(filter(None, (LABELS[dimension], value, name)))


def _sum(rows: Sequence[CodingRow], total: Decimal | None) -> tuple[CodingError, ...]:
    coded = sum((row.amount for row in rows), Decimal(0))
    if total is None or coded == total:
        return ()
    message = "Konteringen är %(coded)s men ska vara %(total)s. Skillnaden är %(difference)s."
    params = {
        "coded": format_kr(coded),
        "total": format_kr(total),
        "difference": format_kr(abs(total - coded)),
    }
    return (CodingError(0, "amount", message, params, RULES[4]),)


def comment_needed(
    rows: Sequence[CodingRow], register: CodingRegister, *, has_file: bool = False
) -> tuple[str, ...]:
    """Accounts that ask for a comment or a file and have neither (A6.20)."""
    if has_file:
        return ()
    missing = (row.code.account for row in rows if not (row.comment or "").strip())
    return tuple(dict.fromkeys(account for account in missing if account in register.comment_accounts))
