"""Pairing, charges, units and what is payable: the keys that give way, and properties over any invoice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.formats.en16931 import AllowanceCharge
from portal.invoicing.match_facts import charges_of
from portal.invoicing.match_values import (
    Charge,
    InvoiceLineFacts,
    MatchFacts,
    MatchLimits,
    OrderFacts,
    OrderLineFacts,
)
from portal.invoicing.rules.filling import Fill
from portal.invoicing.rules.matching import match
from portal.invoicing.rules.pairing import pair
from portal.kernel.money import format_kr, to_ore
from portal.suppliers.values import AgreedCharge
from tests.rules.test_matching import LIMITS, PAPER, PENS, invoice, line, outcome, with_paper

BARE: dict[str, Any] = {"order_line": None, "seller_item_id": None}
FREIGHT = Charge(D(95), "Frakt", "FC")


# Keys


@pytest.mark.parametrize(("changes", "why"), [
    ({"order_line": "01"}, "leading zeros"), ({"order_line": " 001 "}, "leading zeros and blanks"),
    ({"order_line": "10"}, "the supplier's own numbering"), ({"order_line": "NA"}, "no reference"),
    ({"order_line": None, "buyer_item_id": "ALIEN"}, "an alien buyer's number"),
    ({"order_line": None, "seller_item_id": None, "buyer_item_id": "b-1"}, "the buyer's number"),
    ({"order_line": None, "seller_item_id": "kb\N{EN DASH}1"}, "another dash"),
    ({"seller_item_id": "-"}, "no number"),
])  # fmt: skip
def test_a_key_that_fits_nothing_gives_way(changes: dict[str, Any], why: str) -> None:
    assert outcome(line(PAPER, **changes)) == ("matched", ()), why


@pytest.mark.parametrize(("changes", "named"), [
    ({"order_line": "2"}, ("orderrad 2 är Penna", "artikelnummer KB-1 är Papper")),
    ({"order_line": "2", "seller_item_id": None, "buyer_item_id": "B-1"}, ("orderrad 2 är Penna", "B-1 är Papper")),
    ({"order_line": None, "buyer_item_id": "B-2"}, ("B-2 är Penna", "KB-1 är Papper")),
    ({"seller_item_id": "KB-9"}, ("artikelnummer KB-9", "KB-1, Papper")),
])  # fmt: skip
def test_keys_that_point_apart_fill_nothing_and_are_named(
    changes: dict[str, Any], named: tuple[str, ...]
) -> None:
    result = match(invoice(line(PAPER, **changes)), LIMITS)
    assert result.codes == ("line_unknown",)
    assert all(words in result.reasons[0].text for words in named), result.reasons[0].text


TWINS = OrderFacts("O-2", (replace(PAPER, number="1"), replace(PAPER, number="2"), replace(PENS, number="3")))


def test_alike_order_lines_are_filled_in_order() -> None:
    result = match(invoice(line(PAPER, 15, order_line=None), order=TWINS), LIMITS)
    assert (result.decision, result.fills) == ("matched", (Fill(1, "1", D(10)), Fill(1, "2", D(5))))
    assert [one.invoiced for one in result.lines] == ["10", "5"]


def test_alike_order_lines_take_what_is_received_first() -> None:
    order = replace(TWINS, lines=(replace(TWINS.lines[0], received=D(0)), *TWINS.lines[1:]))
    assert match(invoice(line(PAPER, 8, order_line=None), order=order), LIMITS).fills == (Fill(1, "2", D(8)),)
    more = line(PAPER, 12, order_line=None)
    assert outcome(more, order=order) == ("awaiting_receipt", ("receipt_missing",))


def test_one_with_its_own_reference_goes_before_those_that_may_fill_several() -> None:
    loose, bound = line(PAPER, 10, order_line=None), line(PAPER, 10, order_line="1")
    assert pair(invoice(loose, bound, order=TWINS)).fills == [Fill(1, "2", D(10)), Fill(2, "1", D(10))]


def test_more_than_all_alike_is_over_the_ordered() -> None:
    assert outcome(line(PAPER, 21, order_line=None), order=TWINS) == ("deviation", ("quantity_over_ordered",))


def test_order_lines_of_one_article_at_two_prices() -> None:
    order = OrderFacts("O-3", (PAPER, replace(PAPER, number="2", price=D(40))))
    by_price = line(PAPER, 5, price="40", order_line=None)
    assert match(invoice(by_price, order=order), LIMITS).fills == (Fill(1, "2", D(5)),)
    result = match(invoice(line(PAPER, 5, price="45", order_line=None), order=order), LIMITS)
    assert result.codes == ("line_unknown",)
    assert "orderrad 1 och 2" in result.reasons[0].text


@pytest.mark.parametrize(
    "named", [None, "NA", "n/a", "-", "O-1", " o-1 ", "Order O-1", "SO-7", "BT-13 som skrivet"]
)
def test_a_line_that_names_the_invoices_own_order_or_none(named: str | None) -> None:
    facts = invoice(line(PAPER, order_reference=named), orders=("BT-13 som skrivet", "SO-7"))
    assert match(facts, LIMITS).codes == ()


def test_a_line_of_another_order_is_not_counted_here() -> None:
    result = match(invoice(line(PAPER), line(PENS, order_reference="O-22")), LIMITS)
    assert (result.codes, result.fills) == (("order_of_line",), (Fill(1, "1", D(10)),))
    assert "gäller order O-22" in result.reasons[0].text


@pytest.mark.parametrize("free", [
    {"quantity": D(0)}, {"net_price": D(0)}, {"order_line": "77", "seller_item_id": "TEXT"},
])  # fmt: skip
def test_a_line_that_costs_nothing_is_shown_and_left_aside(free: dict[str, Any]) -> None:
    extra = replace(line(PENS), line_amount=D(0), name="Restnoterad: pärm", **free)
    result = match(invoice(line(PAPER), extra), LIMITS)
    assert (result.decision, result.fills) == ("matched", (Fill(1, "1", D(10)),))
    assert (result.lines[1].name, result.lines[1].kind) == ("Restnoterad: pärm", "free")


def test_two_lines_of_one_id_are_two_lines() -> None:
    result = match(invoice(line(PAPER, id="1"), line(PENS, id=" 1 ")), LIMITS)
    assert result.fills == (Fill(1, "1", D(10)), Fill(2, "2", D(20)))
    assert [one.positions for one in result.lines] == [(1,), (2,)]


# Units


@pytest.mark.parametrize("unit", ["EA", "H87", "C62", "st", "styck"])
def test_a_piece_is_a_piece(unit: str) -> None:
    result = match(invoice(line(PENS, unit=unit)), LIMITS)
    assert result.decision == "matched"
    assert result.lines[0].units == (() if unit == "EA" else (f"{unit} = EA",))


def test_the_suppliers_own_word_is_agreed() -> None:
    agreed = MatchLimits(units=(("Bunt 5", "XPK"),))
    assert outcome(line(PAPER, unit="bunt5"))[1] == ("unit",)
    assert outcome(line(PAPER, unit="bunt5"), limits=agreed) == ("matched", ())
    assert outcome(line(PENS, unit="bunt5"), limits=agreed)[1] == ("unit",)


# Charges


def test_a_minus_sign_turns_an_allowance_into_a_charge_and_back() -> None:
    entries = (
        AllowanceCharge(False, D("-500"), "Rabatt"), AllowanceCharge(True, D("-5"), "Avgift"),
        AllowanceCharge(True, D(7), "Frakt", "FC"), AllowanceCharge(False, D(9), "Rabatt"),
        AllowanceCharge(False, D(0), "Inget"),
    )  # fmt: skip
    assert charges_of(entries) == (Charge(D(500), "Rabatt"), Charge(D(7), "Frakt", "FC"))


ON_A_LINE = {"charges": FREIGHT.amount, "named_charges": (FREIGHT,), "line_amount": D("594.00")}
AS_A_LINE = replace(line(PENS, 1, "95"), name="Fraktavgift", **BARE)


@pytest.mark.parametrize(("limits", "code"), [
    (MatchLimits(), "charge"),
    (MatchLimits(charge_codes=("FC",)), "charge"),
    (MatchLimits(charge_amount=D(95)), "charge"),
    (MatchLimits(charge_codes=("FC",), charge_amount=D("94.99")), "charge"),
    (MatchLimits(charge_codes=("FC",), charge_amount=D(95)), None),
    (MatchLimits(charges=(AgreedCharge("FC", "Frakt", D(95)),)), None),
    (MatchLimits(charges=(AgreedCharge("FC", "Frakt", D(94)),)), "charge"),
    (MatchLimits(charges=(AgreedCharge("SH", "Hantering", D(95)),)), "charge"),
])  # fmt: skip
def test_charges_are_judged_alike_wherever_they_stand(limits: MatchLimits, code: str | None) -> None:
    wanted = (code,) if code else ()
    assert outcome(line(PAPER), charges=(FREIGHT,), limits=limits)[1] == wanted
    assert outcome(line(PAPER, **ON_A_LINE), limits=limits)[1] == wanted
    assert outcome(line(PAPER), AS_A_LINE, limits=limits)[1] == wanted


@pytest.mark.parametrize(("changes", "words"), [
    ({}, "varken orderrad eller artikelnummer"), ({"name": "Porto"}, "Porto, finns inte på ordern"),
    ({"order_line": "9"}, "har orderrad 9, som inte finns"),
    ({"order_line": "9", "seller_item_id": "KB-9"}, "har artikelnummer KB-9, som inte finns"),
])  # fmt: skip
def test_an_unknown_line_is_told_by_what_it_carries(changes: dict[str, str], words: str) -> None:
    """The same goods may be on the order: a line that names none of its lines is not "not on the order"."""
    unknown = replace(
        line(PAPER), **{"name": PAPER.name, "seller_item_id": None, "order_line": None, **changes}
    )
    (reason,) = match(invoice(unknown), LIMITS).reasons
    assert words in reason.text


def test_an_agreed_charge_is_agreed_once_and_the_rest_is_named() -> None:
    agreed = MatchLimits(charges=(AgreedCharge(None, "Frakt", D(95)),))
    twice = invoice(line(PAPER), charges=(replace(FREIGHT, reason_code=None), Charge(D(95), "Frakt")))
    result = match(twice, agreed)
    assert result.codes == ("charge",)
    assert "Frakt på 190,00 kr men 95,00 kr" in result.reasons[0].text.replace("\u00a0", " ")
    assert [one.allowed for one in result.charges] == [True, False]


def test_freight_that_was_ordered_is_goods_like_any_other() -> None:
    ordered = replace(
        PENS, name="Frakt", price=D(95), ordered=D(1), received=D(1), seller_item_id=None, buyer_item_id=None
    )
    facts = invoice(line(PAPER), replace(AS_A_LINE, name="frakt"), order=OrderFacts("O-1", (PAPER, ordered)))
    assert match(facts, LIMITS).fills == (Fill(1, "1", D(10)), Fill(2, "2", D(1)))


@pytest.mark.parametrize(("amount", "bt114", "codes"), [
    ("0.50", "0", ()), ("-0.50", "0", ()), ("0.51", "0", ("charge",)), ("0.40", "0.20", ("charge",)),
    ("-0.40", "0.40", ()),
])  # fmt: skip
def test_a_line_that_rounds_off_is_rounding_within_the_limit(
    amount: str, bt114: str, codes: tuple[str, ...]
) -> None:
    rounds = replace(line(PENS, 1, amount), name="Öresavrundning", **BARE)
    facts = invoice(line(PAPER), rounds, rounding=D(bt114))
    assert match(replace(facts, payable=facts.net + D(bt114)), LIMITS).codes == codes


@pytest.mark.parametrize("amount", ["400", "0.40"])
def test_roundings_that_take_each_other_out_are_no_rounding(amount: str) -> None:
    """Net says nothing of them, and at different rates of VAT there is a hundred kronor more to pay."""
    up, down = (
        replace(line(PENS, 1, sign + amount), name="Öresavrundning", vat_rate=rate, **BARE)
        for sign, rate in (("", D(25)), ("-", D(0)))
    )
    result = match(invoice(line(PAPER), up, down), LIMITS)
    assert result.codes == ("charge",)
    assert [one.allowed for one in result.charges] == [False, False]
    assert f"avrundning {format_kr(D(amount))} och" in result.reasons[0].text


def test_freight_below_nothing_makes_no_room_for_more() -> None:
    limits = MatchLimits(
        charges=(AgreedCharge(None, "Frakt", D(95)),), charge_codes=("FC",), charge_amount=D(95)
    )
    result = match(
        invoice(line(PAPER), charges=(Charge(D(-500), "Frakt"), Charge(D(595), "Frakt", "FC"))), limits
    )
    assert [one.allowed for one in result.charges] == [False, False]


# What is payable


@pytest.mark.parametrize(("rounding", "codes"), [("0.50", ()), ("-0.25", ()), ("100000", ("total",))])
def test_what_is_payable_is_compared_with_what_was_matched(rounding: str, codes: tuple[str, ...]) -> None:
    facts = invoice(line(PAPER), line(PENS), rounding=D(rounding))
    assert match(replace(facts, payable=facts.net + D(rounding)), LIMITS).codes == codes


# An order that is done


@pytest.mark.parametrize(("quantity", "codes"), [(6, ()), (7, ("quantity_over_ordered",))])
def test_of_an_order_that_is_done_what_came_is_matched_and_nothing_beyond(
    quantity: int, codes: tuple[str, ...]
) -> None:
    done = replace(with_paper(received=D(6)), done=True)
    result = match(invoice(line(PAPER, quantity), order=done), LIMITS)
    assert result.codes == codes
    assert not codes or "order O-1 är avslutad" in result.reasons[0].text


def test_of_an_order_invoiced_in_full_nothing_is_left() -> None:
    done = replace(with_paper(invoiced=D(10)), done=True)
    result = match(invoice(line(PAPER, 1), order=done), LIMITS)
    assert (result.status, result.codes) == ("matching_required", ("quantity_over_ordered",))
    assert "0 är mottaget och inte fakturerat" in result.reasons[0].text


# Properties


@st.composite
def orders(draw: st.DrawFn) -> OrderFacts:
    """Orders with few articles and prices, so that alike lines are common."""
    lines = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        article = draw(st.integers(1, 3))
        ordered, received, invoiced = (D(draw(st.integers(0, 20))) for _ in range(3))
        price = D(draw(st.sampled_from(["10", "12.5"])))
        lines.append(
            OrderLineFacts(
                str(number), f"Vara {article}", "EA", price, ordered + 1, received, min(invoiced, ordered), "S", D(25),
                f"A-{article}", draw(st.sampled_from([None, f"B-{article}"])),
            )
        )  # fmt: skip
    return OrderFacts("O", tuple(lines), done=draw(st.booleans()))


KEYS = ("1", "2", "01", "005", "10", "NA", "-", None)
ITEMS = ("A-1", "A-2", "a 3", "A-9", "NA", None)
NAMES = ("Vara 1", "Frakt", "Öresavrundning", "Text")


@st.composite
def invoice_lines(draw: st.DrawFn) -> InvoiceLineFacts:
    quantity = D(draw(st.integers(-2, 30)))
    price = D(draw(st.sampled_from(["0", "10", "12.5", "10.01", "0.5"])))
    charge = D(draw(st.sampled_from(["0", "0", "0", "4", "500"])))
    rebate = D(draw(st.sampled_from(["0", "0", "1"])))
    off = D(draw(st.sampled_from(["0", "0", "0.01", "9.99"])))
    return InvoiceLineFacts(
        draw(st.sampled_from(["1", " 1 ", "2"])), quantity, draw(st.sampled_from(["EA", "H87", "XPK"])), price,
        to_ore(quantity * price - rebate + charge + off), "S", D(25), None, None, rebate, charge,
        draw(st.sampled_from(KEYS)), draw(st.sampled_from(ITEMS)), draw(st.sampled_from([None, "B-1", "B-2", "X"])),
        draw(st.sampled_from(NAMES)), (Charge(charge, "Frakt", "FC"),) if charge else (),
        draw(st.sampled_from([None, None, "O", "NA", "P-1"])),
    )  # fmt: skip


@st.composite
def invoices(draw: st.DrawFn) -> MatchFacts:
    """An order beside an invoice that may say anything."""
    lines = tuple(draw(st.lists(invoice_lines(), min_size=1, max_size=5)))
    charges = draw(
        st.sampled_from([(), (), (Charge(D(30), "Frakt", "FC"),), (Charge(D("0.3"), "Öresavrundning"),)])
    )
    net = sum((one.line_amount for one in lines), D(0)) + sum((one.amount for one in charges), D(0))
    rounding = D(draw(st.sampled_from(["0", "0", "0.5", "-0.5", "40", "100000"])))
    return MatchFacts(draw(orders()), lines, net, charges, rounding=rounding, payable=net + rounding)


@given(invoices())
def test_every_line_is_in_one_place_and_all_of_it(facts: MatchFacts) -> None:
    found = pair(facts)
    filled = {fill.position for fill in found.fills}
    places = [*filled, *found.unknown, *found.charges, *found.rounding, *found.free]
    assert sorted(places) == list(range(1, len(facts.lines) + 1))
    for position in filled:
        its = [fill.quantity for fill in found.fills if fill.position == position]
        assert sum(its) == facts.lines[position - 1].quantity
    for paired in found.pairs:
        assert sum(one.quantity for one in paired.lines) == sum(
            fill.quantity for fill in found.fills if fill.order_line == paired.order.number
        )
    cut = sum((one.line_amount for paired in found.pairs for one in paired.lines), D(0))
    assert cut == sum((facts.lines[at - 1].line_amount for at in filled), D(0))


@given(invoices())
def test_what_a_line_fills_is_what_its_keys_name(facts: MatchFacts) -> None:
    numbered = {one.number: one for one in facts.order.lines}
    for fill in pair(facts).fills:
        order, written = numbered[fill.order_line], facts.lines[fill.position - 1]
        by_row = (written.order_line or "").lstrip("0") == order.number
        by_item = written.seller_item_id == order.seller_item_id
        assert by_row or by_item or written.buyer_item_id == order.buyer_item_id
        assert written.order_reference in (None, "O", "NA")


@given(invoices(), st.sampled_from(["0", "00"]), st.sampled_from(["1", "x", ""]))
def test_ids_zeros_and_alien_numbers_change_nothing(facts: MatchFacts, zeros: str, line_id: str) -> None:
    lines = tuple(
        replace(
            one, id=line_id, order_line=zeros + one.order_line if (one.order_line or "").isdigit() else one.order_line,
            buyer_item_id=one.buyer_item_id or "ALIEN",
        )
        for one in facts.lines
    )  # fmt: skip
    assert pair(replace(facts, lines=lines)).fills == pair(facts).fills


@given(invoices(), st.sampled_from([MatchLimits(), MatchLimits(charge_codes=("FC",), charge_amount=D(50))]))
def test_klar_never_pays_more_than_order_and_receipts_owe(facts: MatchFacts, limits: MatchLimits) -> None:
    """What is payable, less VAT, is at most what came and was not invoiced, at the order's prices, allowed charges,
    one percent and 500 kr, and öre of rounding."""
    if match(facts, limits).status is not None:
        return
    owed = sum(
        (max(min(one.ordered, one.received) - one.invoiced, D(0)) * one.price for one in facts.order.lines),
        D(0),
    )
    allowance = min(owed / 100, D(500)) + limits.charge_amount * D("1.01")
    assert facts.payable is not None
    assert facts.payable <= owed + allowance + limits.rounding + D("0.005") * len(facts.lines)
