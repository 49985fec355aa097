"""VAT by kind of goods and day (C20), and the coding row of what an invoice rounds off (BT-114)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from portal.coding.values import CodeString, CodingRegister, CodingRow
from portal.formats.en16931 import Identifier, Invoice, InvoiceLine, Party
from portal.invoicing.match_values import MatchLimits, VatRateRow
from portal.invoicing.rules import vat
from portal.invoicing.rules.matching import match
from portal.invoicing.rules.registry import REGISTRY
from portal.invoicing.rules.rounding import rounding_row
from portal.invoicing.rules.vat import VatFacts, VatLine, kind_of, right_rate, unspsc_of, vat_day, wrong_rate
from portal.kernel.decision import recompute
from tests.rules.test_matching import PAPER, invoice, line, outcome

FOOD = (
    VatRateRow("food", date(1996, 1, 1), date(2026, 3, 31), D(12)),
    VatRateRow("food", date(2026, 4, 1), date(2027, 12, 31), D(6)),
)
MILK, WINE, TOBACCO, SERVED, PAPERS = "50131701", "50202203", "50211503", "90101500", "14111507"
BEFORE, AFTER, LATER = date(2026, 3, 31), date(2026, 4, 1), date(2028, 1, 1)


@pytest.mark.parametrize(("code", "kind"), [
    (MILK, "food"), ("50.13.17.01", "food"), ("50202301", "food"), (WINE, None), (TOBACCO, None), (SERVED, None),
    (PAPERS, None), ("", None), (None, None),
])  # fmt: skip
def test_what_is_food(code: str | None, kind: str | None) -> None:
    assert kind_of(code) == kind


@pytest.mark.parametrize(("code", "day", "rate"), [
    (MILK, BEFORE, D(12)), (MILK, AFTER, D(6)), (MILK, date(2027, 12, 31), D(6)), (MILK, LATER, None),
    (WINE, AFTER, None), (None, AFTER, None), (MILK, None, None),
])  # fmt: skip
def test_the_rate_of_the_day(code: str | None, day: date | None, rate: D | None) -> None:
    assert right_rate(FOOD, code, day) == rate


@pytest.mark.parametrize(("category", "rate", "wrong"), [
    ("S", D(6), None), ("S", D("6.00"), None), ("S", D(12), D(6)), ("S", D(25), D(6)), ("E", D(0), None),
    ("AE", D(0), None), ("S", None, D(6)),
])  # fmt: skip
def test_only_what_is_charged_is_held_against_it(category: str, rate: D | None, wrong: D | None) -> None:
    assert wrong_rate(FOOD, MILK, AFTER, category, rate) == wrong


ONE = InvoiceLine("1", D(1), "EA", D(10), "Mjölk", D(10))
PAPER_OF_IT = Invoice(
    False, "F-1", date(2026, 5, 1), "380", "SEK", Party(), Party(), (ONE,), D(10), D(10), D(0), D(10), D(10)
)


def test_the_day_is_the_lines_else_the_deliverys_else_the_receipts() -> None:
    received, ended = date(2026, 4, 2), date(2026, 4, 30)
    assert vat_day(ONE, PAPER_OF_IT) == date(2026, 5, 1)
    assert vat_day(ONE, PAPER_OF_IT, received) == received
    with_period = replace(PAPER_OF_IT, period_end=ended)
    assert vat_day(ONE, with_period, received) == ended
    delivered = replace(with_period, delivery_date=date(2026, 3, 30))
    assert vat_day(ONE, delivered, received) == date(2026, 3, 30)
    assert vat_day(replace(ONE, period_end=BEFORE), delivered, received) == BEFORE


@pytest.mark.parametrize(("codes", "found"), [
    ((), None), ((Identifier(MILK, "TST"),), MILK), ((Identifier(MILK, "CPV"),), None),
    ((Identifier(MILK, "TST"), Identifier("50112000", "TST")), MILK),
    ((Identifier(MILK, "TST"), Identifier(PAPERS, "TST")), None),
])  # fmt: skip
def test_the_kind_of_a_line(codes: tuple[Identifier, ...], found: str | None) -> None:
    assert unspsc_of(replace(ONE, classifications=codes)) == found


def test_the_remark_is_recomputed() -> None:
    facts = VatFacts(
        (VatLine(1, "Mjölk", MILK, "S", D(12), AFTER), VatLine(2, "Vin", WINE, "S", D(25), AFTER)), FOOD
    )
    reasons, decision = vat.decision(facts)
    assert [(one.code, one.line) for one in reasons] == [("vat", "1")]
    stored = decision.to_bytes()
    assert recompute(stored, REGISTRY) == "same"
    assert recompute(stored.replace(b'"rate":"6"', b'"rate":"12"'), REGISTRY) == "different"


FED = MatchLimits(vat_rates=FOOD)
ORDERED = replace(PAPER, vat_rate=D(12), unspsc=MILK)


def test_an_order_line_whose_own_rate_is_wrong_stops_too() -> None:
    order = replace(invoice(line(ORDERED)).order, lines=(ORDERED,))
    late, early = line(ORDERED, vat_day=AFTER), line(ORDERED, vat_day=BEFORE)
    result = match(invoice(late, order=order), FED)
    assert result.codes == ("vat",)
    assert "12 % på fakturan och på ordern men livsmedel hade 6 %" in result.reasons[0].text
    assert outcome(early, order=order, limits=FED) == ("matched", ())
    # The invoice's own class goes before the article's.
    assert outcome(replace(late, unspsc=SERVED), order=order, limits=FED) == ("matched", ())


REGISTER = CodingRegister({"account": {"3740": "Öresavrundning"}})
SMALL = CodingRow(CodeString("6451", "31100", "440"), D(10))
LARGE = CodingRow(CodeString("6411", "31200", "440", "9001"), D(-900))


def test_rounding_lies_at_the_largest_rows_ansvar_and_verksamhet() -> None:
    row = rounding_row((SMALL, LARGE), D("0.25"), "3740", REGISTER)
    assert row == CodingRow(CodeString("3740", "31200", "440"), D("0.25"))


@pytest.mark.parametrize("account", [None, "9999"])
def test_without_a_valid_account_it_stops_nothing(account: str | None) -> None:
    assert rounding_row((SMALL, LARGE), D("0.25"), account, REGISTER) == CodingRow(LARGE.code, D("0.25"))


def test_nothing_rounded_or_nothing_coded_is_no_row() -> None:
    assert rounding_row((SMALL,), D(0), "3740", REGISTER) is None
    assert rounding_row((), D("0.25"), "3740", REGISTER) is None
