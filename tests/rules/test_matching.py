"""Order matching A6.10: precedence, limits, pairing; and properties over random orders."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.invoicing.match_values import (
    InvoiceLineFacts,
    MatchFacts,
    MatchLimits,
    OrderFacts,
    OrderLineFacts,
)
from portal.invoicing.rules import line_match, matching
from portal.invoicing.rules.filling import Fill
from portal.invoicing.rules.matching import MatchResult, match
from portal.invoicing.rules.reasons import REASONS
from portal.kernel.decision import recompute
from portal.kernel.money import to_ore

LIMITS = MatchLimits()
PAPER = OrderLineFacts("1", "Papper", "XPK", D("49.90"), D(10), D(10), D(0), "S", D(25), "KB-1", "B-1")
PENS = OrderLineFacts("2", "Penna", "EA", D("12.50"), D(20), D(20), D(0), "S", D(25), "KB-2", "B-2")
ORDER = OrderFacts("O-1", (PAPER, PENS))


def line(order: OrderLineFacts, quantity: Any = None, price: Any = None, **changes: Any) -> InvoiceLineFacts:
    quantity = D(quantity if quantity is not None else order.ordered)
    price = D(price if price is not None else order.price)
    facts = InvoiceLineFacts(
        order.number, quantity, order.unit, price, to_ore(quantity * price),
        order.vat_category, order.vat_rate,
        order_line=order.number, seller_item_id=order.seller_item_id,
    )  # fmt: skip
    return replace(facts, **changes)


def invoice(*lines: InvoiceLineFacts, order: OrderFacts = ORDER, **changes: Any) -> MatchFacts:
    net = sum((one.line_amount for one in lines), D(0)) + sum(
        (c.amount for c in changes.get("charges", ())), D(0)
    )
    return MatchFacts(order, lines, changes.pop("net", net), **changes)


def with_paper(**changes: Any) -> OrderFacts:
    return replace(ORDER, lines=(replace(PAPER, **changes), PENS))


def outcome(
    *lines: InvoiceLineFacts, limits: MatchLimits = LIMITS, **changes: Any
) -> tuple[str, tuple[str, ...]]:
    result = match(invoice(*lines, **changes), limits)
    return result.decision, result.codes


def test_as_ordered_is_matched() -> None:
    result = match(invoice(line(PAPER), line(PENS)), LIMITS)
    assert (result.decision, result.status, result.reasons) == ("matched", None, ())
    assert result.fills == (Fill(1, "1", D(10)), Fill(2, "2", D(20)))


def test_a_part_of_the_order_is_matched() -> None:
    assert outcome(line(PAPER, 3)) == ("matched", ())


@pytest.mark.parametrize(("changes", "code"), [
    ({"net_price": D("49.91")}, "price"),
    ({"unit": "EA"}, "unit"), ({"unit": "flarn"}, "unit"), ({"base_unit": "EA"}, "unit"),
    ({"vat_rate": D(12)}, "vat"), ({"vat_category": "AE"}, "vat"), ({"vat_rate": None}, "vat"),
    ({"order_line": "9", "seller_item_id": "KB-9"}, "line_unknown"), ({"seller_item_id": "KB-9"}, "line_unknown"),
    ({"order_line": None, "buyer_item_id": "B-9", "seller_item_id": None}, "line_unknown"),
    ({"order_reference": "O-2"}, "order_of_line"),
    ({"charges": D(1), "line_amount": D("500.00")}, "charge"),
    ({"line_amount": D("509.01")}, "total"),
    ({"quantity": D(-1), "line_amount": D("-49.90")}, "negative_quantity"),
])  # fmt: skip
def test_each_deviation_stops_alone(changes: dict[str, Any], code: str) -> None:
    assert outcome(line(PAPER, **changes), line(PENS)) == ("deviation", (code,))
    assert code in REASONS


def test_a_deviation_from_the_order_stops_before_a_receipt_is_waited_for() -> None:
    order = with_paper(received=D(0))
    assert outcome(line(PAPER, price="52.40"), order=order) == ("deviation", ("price",))


def test_all_deviations_are_listed() -> None:
    result = match(invoice(line(PAPER, 12, "52.40", vat_rate=D(6)), line(PENS, unit="XBX")), LIMITS)
    assert result.codes == ("price", "vat", "quantity_over_ordered", "unit")
    assert result.lines[0].deviations == ("price", "vat", "quantity_over_ordered")
    assert result.reasons[0].rule == "A6.10.price/1"


def test_the_difference_is_told_in_kronor() -> None:
    result = match(invoice(line(PAPER, price="52.40")), LIMITS)
    assert result.reasons[0].text.replace("\u00a0", " ") == (
        "Papper: priset är 52,40 kr men 49,90 kr på ordern. Det blir 25,00 kr mer."
    )
    assert result.lines[0].difference == "25.00"


def test_a_dearer_price_says_what_it_costs_also_when_that_is_nothing() -> None:
    prices = (("49.95", "Det blir 0,50 kr mer."), ("49.9001", "Skillnaden är mindre än ett öre."))
    for price, words in prices:
        (reason,) = match(invoice(line(PAPER, price=price)), LIMITS).reasons
        assert reason.code == "price" and reason.text.replace("\N{NO-BREAK SPACE}", " ").endswith(words)


def test_a_lower_price_passes_and_is_seen() -> None:
    result = match(invoice(line(PAPER, price="40")), LIMITS)
    assert (result.decision, result.lines[0].difference) == ("matched_within_tolerance", "-99.00")


def test_over_ordered_counts_what_others_have_invoiced() -> None:
    assert outcome(line(PAPER, 12)) == ("deviation", ("quantity_over_ordered",))
    order = with_paper(invoiced=D(6))
    assert outcome(line(PAPER, 4), order=order) == ("matched", ())
    assert outcome(line(PAPER, 5), order=order) == ("deviation", ("quantity_over_ordered",))


def test_nothing_received_waits() -> None:
    result = match(invoice(line(PAPER), order=with_paper(received=D(0))), LIMITS)
    assert (result.decision, result.status, result.codes) == (
        "awaiting_receipt", "awaiting_receipt", ("receipt_missing",),
    )  # fmt: skip


def test_received_but_already_invoiced_is_nothing_left() -> None:
    order = with_paper(received=D(6), invoiced=D(6))
    assert outcome(line(PAPER, 4), order=order) == ("awaiting_receipt", ("receipt_missing",))


def test_partly_received_is_a_persons_matter() -> None:
    order = with_paper(received=D(6))
    assert outcome(line(PAPER, 6), order=order) == ("matched", ())
    assert outcome(line(PAPER, 10), order=order) == ("deviation", ("quantity_over_received",))


def test_one_line_partly_received_decides_for_all() -> None:
    order = replace(ORDER, lines=(replace(PAPER, received=D(0)), replace(PENS, received=D(5))))
    assert outcome(line(PAPER), line(PENS), order=order) == ("deviation", ("quantity_over_received",))
    assert outcome(line(PAPER), line(PENS, 5), order=order) == ("awaiting_receipt", ("receipt_missing",))


def test_review_is_asked_for_only_when_all_else_is_well() -> None:
    order = replace(ORDER, review_requested=True)
    assert outcome(line(PAPER), order=order) == ("deviation", ("review_requested",))
    waiting = replace(order, lines=(replace(PAPER, received=D(0)),))
    assert outcome(line(PAPER), order=waiting) == ("awaiting_receipt", ("receipt_missing",))


def test_lines_pair_by_reference_then_buyers_then_sellers_item() -> None:
    bare = {"order_line": None}
    assert outcome(line(PAPER, **bare), line(PENS, **bare)) == ("matched", ())
    assert outcome(line(PAPER, **bare, buyer_item_id="b-1", seller_item_id=None)) == ("matched", ())
    assert outcome(line(PAPER, **bare, seller_item_id=None)) == ("deviation", ("line_unknown",))


def test_the_price_is_per_base_quantity_after_allowances() -> None:
    per_hundred = line(PAPER, net_price=D(4990), base_quantity=D(100), line_amount=D("499.00"))
    assert outcome(per_hundred) == ("matched", ())
    rebate = line(PAPER, price="54.90", allowances=D(50), line_amount=D("499.00"))
    assert outcome(rebate) == ("matched", ())


FREE = replace(PAPER, from_catalogue=False, price=D(1000), ordered=D(100), received=D(100))
FREE_ORDER = OrderFacts("O-3", (FREE,))


@pytest.mark.parametrize(("quantity", "price", "decision", "codes"), [
    (1, "1010", "matched_within_tolerance", ()), (1, "1020.01", "deviation", ("price",)),
    (10, "1010", "matched_within_tolerance", ()), (11, "1010", "deviation", ("price",)),
    (1, "1020", "deviation", ("total",)),
])  # fmt: skip
def test_free_text_may_cost_two_percent_and_a_hundred_kronor_and_the_total_one_percent(
    quantity: int, price: str, decision: str, codes: tuple[str, ...]
) -> None:
    assert outcome(line(FREE, quantity, price), order=FREE_ORDER) == (decision, codes)


def test_the_line_limit_excuses_ten_kronor_of_rounding_and_no_price() -> None:
    # 10 × 300 = 3 000: nine kronor are under 10 kr and under 1 %.
    dear = replace(PAPER, price=D(300))
    order = OrderFacts("O-4", (dear,))
    assert outcome(line(dear, line_amount=D(3009)), order=order) == ("matched_within_tolerance", ())
    assert outcome(line(dear, line_amount=D("3010.01")), order=order) == ("deviation", ("total",))
    assert outcome(line(dear, price="300.01"), order=order) == ("deviation", ("price",))


def test_over_delivery_is_a_limit() -> None:
    order = with_paper(received=D(11))
    assert outcome(line(PAPER, "10.5"), order=order, limits=MatchLimits(over_delivery_percent=D(5))) == (
        "matched",
        (),
    )


def test_a_credit_note_is_never_matched_by_itself() -> None:
    assert outcome(line(PAPER), credit_note=True, preceding=("F-1",)) == ("deviation", ("credit_note",))


# Properties


@st.composite
def orders(draw: st.DrawFn) -> OrderFacts:
    lines = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        ordered = D(draw(st.integers(1, 500)))
        invoiced = D(draw(st.integers(0, int(ordered) - 1)))
        price = draw(st.decimals(D("0.01"), D("9999"), places=2))
        lines.append(
            OrderLineFacts(
                str(number),
                f"Vara {number}",
                draw(st.sampled_from(["EA", "H87", "XPK", "KGM"])),
                price,
                ordered,
                ordered,
                invoiced,
                "S",
                draw(st.sampled_from([D(25), D(12), D(6)])),
                f"A-{number}",
            )
        )
    return OrderFacts("O", tuple(lines))


def rest(order: OrderFacts) -> list[InvoiceLineFacts]:
    return [line(one, one.ordered - one.invoiced) for one in order.lines]


@given(orders())
def test_an_invoice_of_the_rest_of_any_order_is_matched(order: OrderFacts) -> None:
    assert outcome(*rest(order), order=order) == ("matched", ())


@given(orders(), st.randoms(use_true_random=False), st.integers(1, 10_000))
def test_never_matched_when_a_price_is_above(order: OrderFacts, pick: random.Random, more: int) -> None:
    lines = rest(order)
    at = pick.randrange(len(lines))
    dear = lines[at].net_price + D(more) / 10_000
    lines[at] = replace(lines[at], net_price=dear, line_amount=to_ore(dear * lines[at].quantity))
    assert "price" in outcome(*lines, order=order)[1]


@given(orders(), st.randoms(use_true_random=False), st.integers(1, 1000))
def test_never_matched_over_the_ordered(order: OrderFacts, pick: random.Random, more: int) -> None:
    lines = rest(order)
    at = pick.randrange(len(lines))
    quantity = lines[at].quantity + D(more) / 1000
    lines[at] = replace(lines[at], quantity=quantity, line_amount=to_ore(quantity * lines[at].net_price))
    assert outcome(*lines, order=order) == ("deviation", ("quantity_over_ordered",))


@given(orders(), st.randoms(use_true_random=False), st.integers(1, 500))
def test_never_matched_over_the_received(order: OrderFacts, pick: random.Random, less: int) -> None:
    at = pick.randrange(len(order.lines))
    short = replace(order.lines[at], received=max(order.lines[at].ordered - less, D(0)))
    order = replace(order, lines=(*order.lines[:at], short, *order.lines[at + 1 :]))
    decision, codes = outcome(*rest(order), order=order)
    left = short.received - short.invoiced
    assert (decision, codes) == (
        ("deviation", ("quantity_over_received",)) if left > 0 else ("awaiting_receipt", ("receipt_missing",))
    )


@given(orders(), st.randoms(use_true_random=False), st.sampled_from(["vat", "unit"]))
def test_never_matched_with_another_vat_or_unit(order: OrderFacts, pick: random.Random, what: str) -> None:
    lines = rest(order)
    at = pick.randrange(len(lines))
    other: dict[str, Any] = {"vat_rate": D(0)} if what == "vat" else {"unit": "XCT"}
    lines[at] = replace(lines[at], **other)
    assert outcome(*lines, order=order) == ("deviation", (what,))


@st.composite
def cases(draw: st.DrawFn) -> tuple[OrderFacts, list[InvoiceLineFacts]]:
    """An order and an invoice that may deviate in any way."""
    order = draw(orders())
    lines = rest(order)
    for at in range(len(lines)):
        changed = draw(st.sampled_from([{}, {}, {"vat_rate": D(0)}, {"unit": "C62"}, {"order_line": "99"}]))
        quantity = lines[at].quantity + draw(st.sampled_from([0, 0, 1, 7]))
        lines[at] = replace(lines[at], quantity=quantity, line_amount=to_ore(quantity * lines[at].net_price))
        lines[at] = replace(lines[at], **changed)
    return order, lines


def essence(result: MatchResult) -> Any:
    return (
        result.decision,
        sorted(result.codes),
        sorted(one.difference for one in result.lines if one.order_line),
    )


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(
    case: tuple[OrderFacts, list[InvoiceLineFacts]], mix: random.Random
) -> None:
    order, lines = case
    mixed = mix.sample(lines, len(lines))
    assert essence(match(invoice(*lines, order=order), LIMITS)) == essence(
        match(invoice(*mixed, order=order), LIMITS)
    )


@given(cases(), st.randoms(use_true_random=False))
def test_splitting_a_line_does_not_change_the_outcome(
    case: tuple[OrderFacts, list[InvoiceLineFacts]], pick: random.Random
) -> None:
    order, lines = case
    at = pick.randrange(len(lines))
    whole = lines[at]
    if whole.quantity < 2:
        return
    part = D(pick.randrange(1, int(whole.quantity)))
    halves = [
        replace(
            whole, id=f"{whole.id}{name}", quantity=quantity, line_amount=to_ore(quantity * whole.net_price)
        )
        for name, quantity in (("a", part), ("b", whole.quantity - part))
    ]
    split = [*lines[:at], *halves, *lines[at + 1 :]]
    assert essence(match(invoice(*lines, order=order), LIMITS)) == essence(
        match(invoice(*split, order=order), LIMITS)
    )


def test_the_decision_is_recomputed_and_every_change_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = {matching.KIND: matching.again}
    stored = matching.decision(invoice(line(PAPER, 12), line(PENS)), LIMITS)[1].to_bytes()
    assert recompute(stored, registry) == "same"
    assert recompute(stored.replace(b'"ordered":"20"', b'"ordered":"21"'), registry) == "different"
    assert recompute(stored.replace(b'"line_amount":"10"', b'"line_amount":"11"'), registry) == "different"
    changed = replace(line_match.LINE_CONTROLS[0], version=99)
    monkeypatch.setattr(matching, "RULES", (matching.RULES[0], changed.rule, *matching.RULES[2:]))
    assert recompute(stored, registry) == "different"


def test_a_loosened_rule_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = matching.decision(invoice(line(PAPER, price="52.40")), LIMITS)[1].to_bytes()
    monkeypatch.setattr(matching, "LINE_CONTROLS", ())
    assert recompute(stored, {matching.KIND: matching.again}) == "different"
