"""Columns that may change what a price means: what it is for, a discount, when it holds, whether it is sold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.catalog.rules.columns import Columns
from portal.catalog.rules.outcome import Doubt, Wrong
from portal.catalog.rules.prices import DECIMALS
from portal.catalog.rules.questions import OTHER
from portal.catalog.rules.units import unit_code, unit_name
from portal.kernel.errors import Invalid
from portal.kernel.money import format_number_sv, format_sv, parse_amount, round_to

HUNDRED = Decimal(100)
SOLD = frozenset(("", "0", "o", "a", "aktiv", "active", "ok", "ja", "nej", "lagervara", "ordinarie"))
_DAY = re.compile(r"((?:19|20)\d\d)[-./ ]?(\d\d)[-./ ]?(\d\d)(?: 00:00:00)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./ ]((?:19|20)\d\d)")
_TITLE_DAY = re.compile(
    r"(?:giltig|gäller|gällande|valid|fr\.?\s?o\.?\s?m)\D{0,30}?((?:19|20)\d\d-\d\d-\d\d)", re.IGNORECASE
)
_PER = re.compile(r"(?:per\s*)?(\d{1,6})(?:\s*(\D+))?", re.IGNORECASE)


class Skipped(Exception):
    """The row is left out as the supplier has answered: the article is not sold any more."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The file's columns of terms, what the supplier has answered, and today."""

    columns: Columns
    answers: Mapping[str, str]
    today: date

    def apply(self, price: Decimal, unit: str, texts: Mapping[str, str]) -> tuple[Decimal, date | None]:
        """The price per unit and the later day it holds from; Doubt, Wrong or Skipped as the terms say."""
        self._sold(texts.get("status", ""))
        self._unit(unit, texts.get("base_unit", ""), "base_unit")
        for name, text in texts.items():
            if name.startswith(OTHER) and text and self.answers.get(name) != "no":
                raise Doubt(
                    name, {"no": None}, "Kolumnen ”%(heading)s” läses inte.", text, heading=name[len(OTHER) :]
                )
        price = self._per(price, unit, self.columns.per or texts.get("price_per", ""))
        price = self._discounted(price, texts.get("discount", ""))
        self._until(texts.get("valid_to", ""))
        return price, self._from(texts.get("valid_from", ""))

    def _sold(self, text: str) -> None:
        if text.casefold() in SOLD:
            return
        answer = self.answers.get("status")
        if answer == "skip":
            raise Skipped
        if answer != "read":
            raise Doubt("status", {"read": None}, "Raden har ”%(text)s” i sin status.", text, text=text)

    def _unit(self, unit: str, text: str, name: str) -> None:
        if text and unit_code(text) != unit and self.answers.get("base_unit") != "each":
            told = f"{unit_name(unit)} / {text}"
            raise Doubt("base_unit", {"each": None}, "Raden har två enheter: %(units)s.", told, units=told)

    def _per(self, price: Decimal, unit: str, text: str) -> Decimal:
        found = _PER.fullmatch(text.strip())
        if not found:
            self._unit(unit, text, "price_per")
            return price
        count = Decimal(found.group(1))
        if count == 0:
            raise Wrong("Priset gäller för noll enheter.", "Skriv hur många priset gäller för.")
        answer = self.answers.get("price_per")
        if count == 1 or answer == "each":
            return price
        one = price / count
        told = f"{format_sv(price)} per {count} = {format_number_sv(round_to(one, DECIMALS))}/{_short(unit)}"
        if answer != "per":
            raise Doubt(
                "price_per", {"per": None, "each": None}, "Priset kan gälla för %(count)s.", told, count=count
            )
        if round_to(one, DECIMALS) != one:
            raise Wrong(
                "Priset per enhet har fler än fyra decimaler: %(told)s.", "Skriv priset per enhet.", told=told
            )
        return round_to(one, DECIMALS)

    def _discounted(self, price: Decimal, text: str) -> Decimal:
        bare = text.removesuffix("%").strip()
        if not bare:
            return price
        try:
            percent = parse_amount(bare)
        except Invalid:
            raise Wrong(
                "”%(text)s” är ingen rabatt i procent.", "Skriv till exempel 10.", text=text
            ) from None
        if not 0 <= percent < HUNDRED:
            raise Wrong("”%(text)s” är ingen rabatt i procent.", "Skriv till exempel 10.", text=text)
        answer = self.answers.get("discount")
        if percent == 0 or answer == "net":
            return price
        less = round_to(price * (1 - percent / HUNDRED), DECIMALS)
        if answer != "subtract":
            told = f"{format_sv(price)} / {format_number_sv(less)}"
            raise Doubt("discount", {"net": None}, "Raden har rabatten %(text)s.", told, text=text)
        return less

    def _until(self, text: str) -> None:
        day = read_day(text)
        if day and day < self.today:
            raise Wrong("Priset slutade gälla %(day)s.", "Skriv det pris som gäller nu.", day=day)
        if text and self.answers.get("valid_to") != "read":
            raise Doubt("valid_to", {"read": None}, "Priset slutar gälla %(text)s.", text, text=text)

    def _from(self, text: str) -> date | None:
        if not text:
            return None
        day = read_day(text)
        if day is None:
            if self.answers.get("valid_from_unread") == "today":
                return None
            raise Doubt("valid_from_unread", {"today": None}, "”%(text)s” är inget datum.", text, text=text)
        return day if day > self.today else None


def _short(unit: str) -> str:
    return "st" if unit in {"H87", "EA", "C62"} else unit_name(unit)


def read_day(text: str) -> date | None:
    """A date as price lists write it, or None."""
    found, order = _DAY.fullmatch(text), (1, 2, 3)
    if found is None:
        found, order = _DAY_FIRST.fullmatch(text), (3, 2, 1)
    if found is None:
        return None
    try:
        return date(*(int(found.group(place)) for place in order))
    except ValueError:
        return None


def title_day(texts: list[str], today: date) -> date | None:
    """The later day that a title above the table says the prices hold from."""
    days = [read_day(found) for text in texts for found in _TITLE_DAY.findall(text)]
    return max((day for day in days if day and day > today), default=None)
