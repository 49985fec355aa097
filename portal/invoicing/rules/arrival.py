"""Arrival control (A4): steps 1–3 stop at the first failure, step 4 lists every control that failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.invoicing.payment_values import Account
from portal.invoicing.rules import organisation, payment, supplier
from portal.invoicing.rules.payment import PaymentChoice
from portal.invoicing.status import (
    INVOICE_INFORMATION,
    LEVGRUPPEN,
    LOCAL_ADMIN,
    PAYMENT_INFORMATION,
    SUPPLIER_NOT_CHOSEN,
)  # fmt: skip
from portal.invoicing.values import ZERO, ArrivalFacts, HeaderFacts
from portal.kernel.dates import add_months, days_between
from portal.kernel.decision import Control, Decision, Reason, run
from portal.kernel.money import format_kr, format_number_sv
from portal.kernel.plain import from_plain, to_plain
from portal.kernel.text import sentence_list

KIND = "arrival"
OFFICIAL_RULES = "official_rules"
CURRENCY = "SEK"
MONTHS_BEFORE = 3
DAYS_AFTER = 10
MOST_DAYS_DUE = 100
_FORCIBLE = frozenset({"zero_amount", "vat_rate"})
_HUNDRED = Decimal(100)
_PAYABLE_DIFFERS = (
    "Raderna och momsen blir %(right)s men att betala är %(written)s. Skillnaden är %(difference)s."
)
_GROSS_DIFFERS = (
    "Raderna och momsen blir %(right)s men fakturabeloppet är %(written)s. Skillnaden är %(difference)s."
)
_ROUNDING_TOO_BIG = "Öresavrundningen är %(rounding)s. Högst %(most)s uppåt eller nedåt är tillåtet."
_PREPAID_OUTSIDE = "Redan betalt är %(prepaid)s. Det måste ligga mellan 0 kr och fakturabeloppet %(gross)s."

_NUMBER_TAKEN = {
    "same_organisation": "Fakturanummer %(number)s från leverantören finns redan. Är den här ny? Jämför fakturorna.",
    "other_organisation": "Fakturanummer %(number)s från leverantören är redan använt i en annan organisation.",
    "alike_here": "Fakturanummer %(number)s skiljer sig bara i skiljetecken eller inledande nollor från ett som redan"
    " finns från leverantören, med samma belopp eller samma order. Är den här ny? Jämför fakturorna.",
    "alike_elsewhere": "Fakturanummer %(number)s skiljer sig bara i skiljetecken eller inledande nollor från ett som"
    " leverantören har använt i en annan organisation, med samma belopp eller samma order. Är den här ny?",
}
_ALIKE = frozenset({"alike_here", "alike_elsewhere"})
NUMBER_NEW = "number_new"
"""Entry of `forced`: a person has said that the number which looks like another's is new. No used number allows it."""
_ELSEWHERE = frozenset({"other_organisation", "alike_elsewhere"})


@dataclass(frozen=True, slots=True)
class ArrivalResult:
    """`status` is where it rests, None when all is passed; `handler_role` who handles it there.

    `account`: where it is to be paid; `otherwise`: never by us, for it is paid in another way.
    """

    status: str | None
    handler_role: str | None = None
    organisation: str | None = None
    supplier: str | None = None
    account: Account | None = None
    reasons: tuple[Reason, ...] = ()
    otherwise: bool = False


def _currency(facts: HeaderFacts) -> Reason | None:
    if facts.currency == CURRENCY:
        return None
    return Reason("currency", "Valutan är %(currency)s. Vi tar bara emot SEK.", {"currency": facts.currency})


def _zero_amount(facts: HeaderFacts) -> Reason | None:
    if facts.net and facts.gross:
        return None
    params = {"net": format_kr(facts.net), "gross": format_kr(facts.gross)}
    return Reason(
        "zero_amount", "Netto är %(net)s och fakturabeloppet %(gross)s. Inget får vara noll.", params
    )


def _sum(facts: HeaderFacts) -> Reason | None:
    """What is payable follows from lines and VAT: rounding is a few öre, and no more is prepaid than was owed."""
    if abs(facts.rounding) > facts.most_rounding:
        rounding = {"rounding": format_kr(facts.rounding), "most": format_kr(facts.most_rounding)}
        return Reason("sum", _ROUNDING_TOO_BIG, rounding)
    if not min(ZERO, facts.gross) <= facts.prepaid <= max(ZERO, facts.gross):
        prepaid = {"prepaid": format_kr(facts.prepaid), "gross": format_kr(facts.gross)}
        return Reason("sum", _PREPAID_OUTSIDE, prepaid)
    gross = facts.net + facts.tax
    payable = gross - facts.prepaid + facts.rounding
    if facts.gross == gross and facts.payable == payable:
        return None
    if facts.payable != payable:
        return _sum_reason(_PAYABLE_DIFFERS, payable, facts.payable)
    return _sum_reason(_GROSS_DIFFERS, gross, facts.gross)


def _sum_reason(message: str, right: Decimal, written: Decimal) -> Reason:
    params = {
        "right": format_kr(right),
        "written": format_kr(written),
        "difference": format_kr(abs(right - written)),
    }
    return Reason("sum", message, params)


def _number_taken(facts: HeaderFacts) -> Reason | None:
    taken = facts.number_taken
    if taken is None or (taken in _ALIKE and NUMBER_NEW in facts.forced):
        return None
    return Reason("number_taken", _NUMBER_TAKEN[taken], {"number": facts.number})


def only_alike(reasons: Iterable[Mapping[str, Any]]) -> bool:
    """Whether an invoice's stored reasons say that its number looks like another's, and not that it is used."""
    told = {_NUMBER_TAKEN[taken] for taken in _ALIKE}
    return any(one["code"] == "number_taken" and one["message"] in told for one in reasons)


def _invoice_date(facts: HeaderFacts) -> Reason | None:
    earliest = add_months(facts.arrival_date, -MONTHS_BEFORE)
    days_after = days_between(facts.arrival_date, facts.issue_date)
    if facts.issue_date >= earliest and days_after <= DAYS_AFTER:
        return None
    params = {"date": facts.issue_date.isoformat(), "arrival": facts.arrival_date.isoformat()}
    if days_after > 0:
        message = (
            "Fakturadatum %(date)s är %(days)s dagar efter ankomsten %(arrival)s. Högst 10 dagar är tillåtet."
        )
        return Reason("invoice_date", message, {**params, "days": str(days_after)})
    message = "Fakturadatum %(date)s är mer än 3 månader före ankomsten %(arrival)s."
    return Reason("invoice_date", message, params)


def _due_date(facts: HeaderFacts) -> Reason | None:
    if facts.due_date is None:
        return Reason("due_date", "Förfallodag saknas.")
    days = days_between(facts.issue_date, facts.due_date)
    if 0 <= days <= MOST_DAYS_DUE:
        return None
    if days < 0:
        before = {"due": facts.due_date.isoformat(), "issued": facts.issue_date.isoformat()}
        return Reason("due_date", "Förfallodag %(due)s ligger före fakturadatum %(issued)s.", before)
    params = {"due": facts.due_date.isoformat(), "days": str(days)}
    return Reason(
        "due_date",
        "Förfallodag %(due)s är %(days)s dagar efter fakturadatum. Högst 100 dagar är tillåtet.",
        params,
    )


def _vat_rate(facts: HeaderFacts) -> Reason | None:
    outside = [rate for rate in facts.rates if not facts.vat_low <= rate <= facts.vat_high]
    params = {"low": format_number_sv(facts.vat_low), "high": format_number_sv(facts.vat_high)}
    if outside:
        rates = sentence_list([f"{format_number_sv(rate)} %" for rate in outside])
        message = "Momssats %(rates)s ligger utanför %(low)s–%(high)s %%."
        return Reason("vat_rate", message, {**params, "rates": rates})
    if _share_within(facts):
        return None
    message = "Momsen %(tax)s på %(net)s ligger utanför %(low)s–%(high)s %%."
    return Reason("vat_rate", message, {**params, "tax": format_kr(facts.tax), "net": format_kr(facts.net)})


def _share_within(facts: HeaderFacts) -> bool:
    """BT-110 / BT-109 within the range; nothing but VAT is 100 % VAT (A4.16) and outside."""
    if not facts.net:
        return not facts.tax
    return facts.vat_low <= facts.tax * _HUNDRED / facts.net <= facts.vat_high


def _official_rules(facts: HeaderFacts) -> Reason | None:
    if not facts.fatal_rules:
        return None
    message = "Fakturan bryter mot de officiella reglerna: %(rules)s."
    return Reason(OFFICIAL_RULES, message, {"rules": sentence_list(facts.fatal_rules)})


CONTROLS: tuple[Control[HeaderFacts], ...] = (
    Control("currency", "Valutan är SEK", "stop", _currency, "A4.08"),
    Control("zero_amount", "Netto och fakturabelopp är inte noll", "stop", _zero_amount, "A4.09"),
    Control("sum", "Fakturabeloppet är netto plus moms", "stop", _sum, "A4.10", 2),
    Control("number_taken", "Fakturanumret är nytt för leverantören", "stop", _number_taken, "A4.11", 2),
    Control(
        "invoice_date",
        "Fakturadatum 3 månader före–10 dagar efter ankomst",
        "stop",
        _invoice_date,
        "A4.12",
    ),
    Control("due_date", "Förfallodag 0–100 dagar efter fakturadatum", "stop", _due_date, "A4.13", 2),
    Control("vat_rate", "Momssats inom leverantörens gränser", "stop", _vat_rate, "A4.14"),
    Control(OFFICIAL_RULES, "CEN:s och Peppols regler", "stop", _official_rules, "official_rules"),
)
RULES = (organisation.RULE, supplier.RULE, payment.RULE, *(control.rule for control in CONTROLS))


def decide(facts: ArrivalFacts) -> ArrivalResult:
    """Steps 1–4 of A4 in order. The caller takes the number key in the transaction that passes step 4."""
    whose = organisation.choose(facts.organisation)
    if whose.reason:
        return ArrivalResult(INVOICE_INFORMATION, LEVGRUPPEN, reasons=(whose.reason,))
    who = supplier.choose(facts.supplier)
    if who.reason or who.supplier is None:
        reasons = (who.reason,) if who.reason else ()
        return ArrivalResult(SUPPLIER_NOT_CHOSEN, LEVGRUPPEN, whose.organisation, reasons=reasons)
    where = payment.check(facts.payment)
    if where.reason:
        return ArrivalResult(
            PAYMENT_INFORMATION, LEVGRUPPEN, whose.organisation, who.supplier.id, reasons=(where.reason,)
        )
    return _controlled(facts.header, whose.organisation, who.supplier.id, where)


def _controlled(
    header: HeaderFacts, organisation_id: str | None, supplier_id: str, where: PaymentChoice
) -> ArrivalResult:
    forced = _FORCIBLE & set(header.forced)
    reasons = tuple(reason for reason in run(CONTROLS, header) if reason.code not in forced)
    if not reasons:
        return ArrivalResult(
            None, None, organisation_id, supplier_id, where.account, otherwise=where.otherwise
        )
    elsewhere = header.number_taken in _ELSEWHERE and any(one.code == "number_taken" for one in reasons)
    handler = LEVGRUPPEN if elsewhere else LOCAL_ADMIN
    return ArrivalResult(
        INVOICE_INFORMATION, handler, organisation_id, supplier_id, where.account, reasons, where.otherwise
    )


LIMITS: Mapping[str, Any] = {
    "currency": CURRENCY,
    "months_before": MONTHS_BEFORE,
    "days_after": DAYS_AFTER,
    "most_days_due": MOST_DAYS_DUE,
}
"""Fixed, not changeable (A4.12, A4.13): stored with every decision, so that a change of them shows."""


def decision(facts: ArrivalFacts) -> tuple[ArrivalResult, Decision]:
    """The result, and the value that is stored with the invoice."""
    result = decide(facts)
    reasons, plain = result.reasons, to_plain(result)
    plain.pop("reasons")
    return result, Decision(KIND, facts, LIMITS, RULES, plain, reasons)


def again(inputs: Mapping[str, Any], _limits: Mapping[str, Any]) -> Decision:
    """Today's code on stored inputs; the limits are today's, so a change of them gives "different"."""
    return decision(from_plain(ArrivalFacts, inputs))[1]
