"""The rules a concern sets itself: what each is, its default, its bounds, and when two persons are needed.

One table, read by the rules that obey them, by the page and by `portal setting`. Which way protects money is part of
it: a change the other way is proposed by one person and confirmed by another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from portal.kernel.errors import Invalid
from portal.kernel.money import canonical_number, parse_amount
from portal.kernel.text import Message, squash

KRONOR, PERCENT, HOURS, DAYS, YES_NO, ACCOUNT, CODES = (
    "kr",
    "percent",
    "hours",
    "days",
    "yes_no",
    "account",
    "codes",
)
LOW, HIGH, FEW = "low", "high", "few"
ACCOUNT_WAIT = "supplier.account_wait_hours"
CHARGE_CODES, MOST_ROUNDING, ROUNDING_ACCOUNT = (
    "match.charge_codes", "arrival.most_rounding", "coding.rounding_account",
)  # fmt: skip
WAIT_DAYS, REMIND_DAY, HIDE_BUYER = "receipt.wait_days", "receipt.remind_day", "order.hide_buyer"
LIMIT = "match."
MOST_CODES, MOST_WHY = 20, 500
AHEAD = timedelta(days=366)
_CODE = re.compile(r"[A-Z]{2,3}")

WHOLE = "Skriv ett helt tal från %(least)s till %(most)s."
BETWEEN = "Skriv ett tal från %(least)s till %(most)s, med högst två decimaler."
YES_OR_NO = "Välj ja eller nej."
NO_ACCOUNT = "Kontot finns inte i kontoplanen, eller gäller inte den dagen."
BAD_CODES = "Skriv koder enligt UNCL 7161 med komma emellan, till exempel FC, ABL. Högst 20 koder."
BAD_DAY = "Skriv datumet som år-månad-dag, till exempel 2027-01-01."
PAST = "Regeln kan börja gälla i dag eller senare, högst ett år fram."
WHY = "Skriv varför, så att den som läser efteråt förstår."
LONG = "Skriv högst 500 tecken."
UNKNOWN = "Regeln finns inte."
TWO_DAYS = "Påminnelsen ska komma före den dag då fakturan stoppas (dag %(day)s)."
TWO_DAYS_WAIT = "Fakturan ska vänta längre än till påminnelsen (dag %(day)s)."


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `safer`: which way protects money: low or high values, few codes; None when neither does."""

    key: str
    group: str
    label: str
    help: str
    kind: str
    default: Any
    least: int = 0
    most: int = 0
    safer: str | None = None

    @property
    def is_limit(self) -> bool:
        """Whether it is a match limit, which an organisation, supplier or agreement may have another of."""
        return self.key.startswith(LIMIT) and self.kind in (KRONOR, PERCENT)


_MATCH, _ARRIVAL, _DELIVERY, _SUPPLIER = (
    "Matchning mot order och kvittens", "Ankomst", "Leverans och beställning", "Leverantörers konton",
)  # fmt: skip
_RULES = (
    Rule("match.price_percent", _MATCH, "Pris över avtalets pris",
         "Så mycket dyrare per enhet får en avtalad artikel vara utan att fakturan stoppas.",
         PERCENT, Decimal(0), 0, 10, LOW),
    Rule("match.over_delivery_percent", _MATCH, "Mer levererat än beställt",
         "Så mycket mer än beställt får faktureras, om det är kvitterat.", PERCENT, Decimal(0), 0, 20, LOW),
    Rule("match.line_amount", _MATCH, "Skillnad på en rads belopp",
         "Så mycket får en rads belopp skilja sig genom avrundning.", KRONOR, Decimal(10), 0, 1000, LOW),
    Rule("match.total_percent", _MATCH, "Skillnad på fakturans summa, procent",
         "Så mycket får hela fakturan skilja sig. Båda gränserna för summan ska hållas.",
         PERCENT, Decimal(1), 0, 10, LOW),
    Rule("match.total_amount", _MATCH, "Skillnad på fakturans summa, kronor",
         "Så många kronor får hela fakturan skilja sig.", KRONOR, Decimal(500), 0, 5000, LOW),
    Rule(CHARGE_CODES, _MATCH, "Avgifter som godtas",
         "Avgifternas koder (UNCL 7161), till exempel FC för frakt. Utan kod här behöver en avgift stå på ordern eller"
         " vara avtalad.", CODES, (), safer=FEW),
    Rule("match.charge_amount", _MATCH, "Högsta godtagna avgift",
         "Så mycket får avgifterna ovan kosta på en faktura, utan moms.", KRONOR, Decimal(0), 0, 1000, LOW),
    Rule(MOST_ROUNDING, _ARRIVAL, "Öresavrundning",
         "Så mycket får fakturan avrundas, uppåt eller nedåt.", KRONOR, Decimal("0.50"), 0, 1, LOW),
    Rule(ROUNDING_ACCOUNT, _ARRIVAL, "Konto för öresavrundning",
         "Avrundningen konteras här. Utan konto konteras den på fakturans största rad.", ACCOUNT, None),
    Rule(WAIT_DAYS, _DELIVERY, "Vänta på leveranskvittens",
         "Så många dagar efter ankomst väntar en faktura innan beställaren får den som avvikelse.", DAYS, 7, 1, 60),
    Rule(REMIND_DAY, _DELIVERY, "Påminn om leveranskvittens",
         "Så många dagar efter ankomst får beställaren en påminnelse med e-post.", DAYS, 5, 1, 59),
    Rule(HIDE_BUYER, _DELIVERY, "Dölj beställarens namn för leverantören",
         "Leverantören ser då organisationen, men inte vem som har beställt.", YES_NO, False),
    Rule(ACCOUNT_WAIT, _SUPPLIER, "Väntetid för ett nytt konto",
         "Så lång tid går från det att den andra personen har godkänt kontot till att det betalas på.",
         HOURS, 48, 24, 120, HIGH),
)  # fmt: skip
RULES: Mapping[str, Rule] = MappingProxyType({rule.key: rule for rule in _RULES})


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """A change as written: the value, from which day (ISO), and why."""

    value: str = ""
    valid_from: str = ""
    why: str = ""


def read_value(rule: Rule, written: str, accounts: Collection[str] = ()) -> Any:
    """The value of the rule as written. Invalid with a Swedish message; `accounts` are those valid that day."""
    return _READERS[rule.kind](rule, squash(written), accounts)


def check_form(form: ChangeForm, today: date) -> dict[str, str]:
    """Field → Swedish message for the day and the reason."""
    errors, day = {}, read_day(form.valid_from)
    if day is None:
        errors["valid_from"] = BAD_DAY
    elif not today <= day <= today + AHEAD:
        errors["valid_from"] = PAST
    if not squash(form.why) or len(form.why) > MOST_WHY:
        errors["why"] = WHY if not squash(form.why) else LONG
    return errors


def read_day(written: str) -> date | None:
    """The day, None for anything else."""
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        return None


def loosens(rule: Rule, before: Any, after: Any) -> bool:
    """Whether more comes through than before: then two persons are needed."""
    if rule.safer == FEW:
        return not set(after) <= set(before)
    if rule.safer is None:
        return False
    return bool(after > before if rule.safer == LOW else after < before)


def stored(value: Any) -> Any:
    """The value as JSON: amounts as plain text."""
    if isinstance(value, Decimal):
        return canonical_number(value)
    return list(value) if isinstance(value, tuple) else value


def value_of(rule: Rule, kept: Any) -> Any:
    """The value of what is stored, never outside the rule's bounds; the default for nothing."""
    if kept is None:  # never chosen, or chosen to be none
        return rule.default
    if rule.kind in (KRONOR, PERCENT):
        return min(max(abs(Decimal(str(kept))), Decimal(rule.least)), Decimal(rule.most))
    if rule.kind in (HOURS, DAYS):
        whole = isinstance(kept, int) and not isinstance(kept, bool)
        return min(max(kept, rule.least), rule.most) if whole else rule.default
    if rule.kind == CODES:
        return tuple(map(str, kept))
    return kept is True if rule.kind == YES_NO else str(kept)


def _amount(rule: Rule, written: str, _accounts: Collection[str]) -> Decimal:
    try:
        value = parse_amount(written)
    except Invalid:
        value = Decimal(-1)
    if not rule.least <= value <= rule.most:
        raise Invalid(Message(BETWEEN, least=rule.least, most=rule.most))
    return value


def _whole(rule: Rule, written: str, _accounts: Collection[str]) -> int:
    good = re.fullmatch("[0-9]{1,4}", written) and rule.least <= int(written) <= rule.most
    if not good:
        raise Invalid(Message(WHOLE, least=rule.least, most=rule.most))
    return int(written)


def _yes_no(_rule: Rule, written: str, _accounts: Collection[str]) -> bool:
    answers = {"ja": True, "yes": True, "nej": False, "no": False}
    if written.casefold() not in answers:
        raise Invalid(YES_OR_NO)
    return answers[written.casefold()]


def _account(_rule: Rule, written: str, accounts: Collection[str]) -> str | None:
    if not written:
        return None
    if written not in accounts:
        raise Invalid(NO_ACCOUNT)
    return written


def _codes(_rule: Rule, written: str, _accounts: Collection[str]) -> tuple[str, ...]:
    found = sorted({code for code in re.split(r"[\s,;]+", written.upper()) if code})
    if len(found) > MOST_CODES or not all(_CODE.fullmatch(code) for code in found):
        raise Invalid(BAD_CODES)
    return tuple(found)


_READERS: Mapping[str, Callable[[Rule, str, Collection[str]], Any]] = MappingProxyType({
    KRONOR: _amount, PERCENT: _amount, HOURS: _whole, DAYS: _whole, YES_NO: _yes_no, ACCOUNT: _account,
    CODES: _codes,
})  # fmt: skip
