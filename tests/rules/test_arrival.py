"""Arrival control A4: each figure of the requirements, the order of steps, the words shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.invoicing.payment_values import StandingFacts
from portal.invoicing.rules import arrival
from portal.invoicing.rules import payment as payment_rule
from portal.invoicing.values import (
    Candidate,
    OrganisationFacts,
    SupplierCandidate,
)  # fmt: skip
from portal.kernel.dates import add_months
from portal.kernel.decision import recompute
from portal.kernel.plain import to_plain
from tests.rules.arrival_facts import (
    ARRIVED,
    BG,
    GOOD,
    GSF,
    HEADER,
    KB,
    PAYMENT,
    SUPPLIER,
    codes,
    header,
)


def test_a_good_invoice_passes() -> None:
    result = arrival.decide(GOOD)
    assert (result.status, result.organisation, result.supplier, result.account) == (
        None, "gsf", "kb", BG,
    )  # fmt: skip


def test_the_wrong_sum_is_told_with_its_figures() -> None:
    result = header(gross=D("1274.21"), payable=D("1274.21"))
    assert codes(result) == ["sum"]
    text = result.reasons[0].text.replace("\u00a0", " ")
    assert text == "Raderna och momsen blir 1 274,23 kr men att betala är 1 274,21 kr. Skillnaden är 0,02 kr."
    assert result.reasons[0].rule == "A4.10/2"


def test_prepaid_and_rounding_are_part_of_what_is_to_be_paid() -> None:
    assert header(prepaid=D(1000), rounding=D("-0.23"), payable=D(274)).status is None
    assert codes(header(prepaid=D(1000), payable=D("274.24"))) == ["sum"]


@given(st.decimals(D("0.01"), D("99999.99"), places=2), st.integers(-3, 3))
def test_one_ore_is_never_forgiven(net: D, off: int) -> None:
    tax = (net / 4).quantize(D("0.01"))
    gross = net + tax + D(off) / 100
    result = header(net=net, tax=tax, gross=gross, payable=gross, rates=(D(25),), vat_high=D(100))
    assert ("sum" in codes(result)) == (off != 0)


@pytest.mark.parametrize(("changes", "code"), [
    ({"currency": "EUR"}, "currency"),
    ({"net": D(0), "gross": D("136.52"), "payable": D("136.52"), "forced": ("vat_rate",)}, "zero_amount"),
    ({"issue_date": date(2026, 1, 31), "due_date": date(2026, 3, 1)}, "invoice_date"),
    ({"due_date": None}, "due_date"),
    ({"due_date": None, "credit_note": True}, "due_date"),
    ({"rates": (D(27),)}, "vat_rate"),
    ({"fatal_rules": ("BR-01",)}, "official_rules"),
])  # fmt: skip
def test_each_control_stops_alone(changes: dict[str, Any], code: str) -> None:
    result = header(**changes)
    assert codes(result) == [code]
    assert (result.status, result.handler_role) == ("invoice_information", "local_admin")


def test_three_months_before_is_clamped_to_the_months_end() -> None:
    limit = date(2026, 2, 28)
    assert add_months(ARRIVED, -3) == limit
    assert header(issue_date=limit, due_date=limit).status is None
    assert codes(header(issue_date=limit - timedelta(1), due_date=limit)) == ["invoice_date"]


def test_ten_days_after() -> None:
    assert header(issue_date=ARRIVED + timedelta(10)).status is None
    assert codes(header(issue_date=ARRIVED + timedelta(11))) == ["invoice_date"]


def test_a_hundred_days_to_pay() -> None:
    assert header(due_date=ARRIVED + timedelta(100)).status is None
    assert codes(header(due_date=ARRIVED + timedelta(101))) == ["due_date"]


@pytest.mark.parametrize(
    ("rate", "stops"), [(D(0), False), (D(26), False), (D("26.01"), True), (D("-0.01"), True)]
)
def test_the_vat_range_is_0_to_26(rate: D, stops: bool) -> None:
    tax = (D(1000) * rate / 100).quantize(D("0.01"))
    result = header(net=D(1000), tax=tax, gross=1000 + tax, payable=1000 + tax, rates=(rate,))
    assert (codes(result) == ["vat_rate"]) == stops


def test_the_share_of_vat_counts_even_when_the_rates_look_right() -> None:
    assert codes(header(net=D(100), tax=D(27), gross=D(127), payable=D(127), rates=(D(25),))) == ["vat_rate"]


def test_hundred_percent_vat_stops_twice_and_is_forced_on_by_hand() -> None:
    only_vat = {"net": D(0), "tax": D(25), "gross": D(25), "payable": D(25), "rates": (D(25),)}
    assert codes(header(**only_vat)) == ["zero_amount", "vat_rate"]
    assert header(**only_vat, forced=("zero_amount", "vat_rate")).status is None


def test_only_the_controls_that_allow_it_can_be_forced() -> None:
    forced = tuple(control.code for control in arrival.CONTROLS)
    result = header(currency="EUR", due_date=None, number_taken="same_organisation", forced=forced)
    assert codes(result) == ["currency", "number_taken", "due_date"]


def test_step_four_lists_all_in_the_order_of_a4() -> None:
    result = header(
        currency="EUR", net=D(0), gross=D(1), payable=D(1), number_taken="same_organisation",
        issue_date=date(2020, 1, 1), due_date=None, rates=(D(99),), fatal_rules=("BR-CO-15", "BR-01"),
    )  # fmt: skip
    assert codes(result) == [control.code for control in arrival.CONTROLS]
    assert result.reasons[-1].text.endswith("BR-CO-15 och BR-01.")


def test_a_number_taken_elsewhere_goes_to_levgruppen_and_shows_nothing_of_the_other() -> None:
    here, there = header(number_taken="same_organisation"), header(number_taken="other_organisation")
    assert (here.handler_role, there.handler_role) == ("local_admin", "levgruppen")
    assert "F-1" in there.reasons[0].text


@pytest.mark.parametrize(
    ("taken", "role"), [("alike_here", "local_admin"), ("alike_elsewhere", "levgruppen")]
)
def test_a_number_that_looks_like_another_is_asked_about_and_may_be_answered(taken: str, role: str) -> None:
    """S06: the one question a person may answer with yes."""
    stopped = header(number_taken=taken)
    assert (codes(stopped), stopped.handler_role) == (["number_taken"], role)
    assert "Är den här ny?" in stopped.reasons[0].text
    assert arrival.only_alike([to_plain(reason) for reason in stopped.reasons])
    assert header(number_taken=taken, forced=("number_new",)).status is None
    assert header(number_taken=taken, forced=("number_taken",)).status is not None


def test_a_used_number_is_never_new() -> None:
    stopped = header(number_taken="same_organisation", forced=("number_new",))
    assert codes(stopped) == ["number_taken"]
    assert not arrival.only_alike([to_plain(reason) for reason in stopped.reasons])


@pytest.mark.parametrize(
    ("rounding", "stops"),
    [("-0.50", False), ("0.50", False), ("0.51", True), ("-0.51", True), ("1.01", True), ("100000", True)],
)
def test_rounding_is_a_few_ore(rounding: str, stops: bool) -> None:
    """CI01, CI02, CI03: what is payable may not grow by what is called rounding."""
    result = header(rounding=D(rounding), payable=D("1274.23") + D(rounding))
    assert codes(result) == (["sum"] if stops else [])
    if stops:
        assert "Högst 0,50" in result.reasons[0].text.replace("\u00a0", " ")


def test_a_concern_may_allow_a_whole_krona_of_rounding() -> None:
    assert header(rounding=D(1), payable=D("1275.23"), most_rounding=D(1)).status is None
    assert codes(header(rounding=D("1.01"), payable=D("1275.24"), most_rounding=D(1))) == ["sum"]


@pytest.mark.parametrize(
    ("prepaid", "stops"), [("0", False), ("1274.22", False), ("1274.24", True), ("-0.01", True)]
)
def test_what_is_prepaid_lies_between_nothing_and_all(prepaid: str, stops: bool) -> None:
    """CI04: a negative BT-113 would add to what is paid."""
    result = header(prepaid=D(prepaid), payable=D("1274.23") - D(prepaid))
    assert codes(result) == (["sum"] if stops else [])


def test_what_a_negative_invoice_has_had_back_is_negative_too() -> None:
    negative = {"net": D(-100), "tax": D(-25), "gross": D(-125), "rates": (D(25),)}
    assert header(**negative, prepaid=D(-25), payable=D(-100)).status is None
    assert codes(header(**negative, prepaid=D(25), payable=D(-150))) == ["sum"]


@given(st.decimals(-200_000, 200_000, places=2), st.decimals(-200_000, 200_000, places=2))
def test_nothing_but_a_few_ore_is_ever_added_to_what_was_matched(rounding: D, prepaid: D) -> None:
    payable = HEADER.gross - prepaid + rounding
    result = header(rounding=rounding, prepaid=prepaid, payable=payable)
    assert (result.status is None) == (abs(rounding) <= D("0.50") and 0 <= prepaid <= HEADER.gross)
    if result.status is None:
        assert payable <= HEADER.gross + D("0.50")


@pytest.mark.parametrize("credit_note", [False, True])
def test_nothing_is_due_before_it_is_dated(credit_note: bool) -> None:
    """CI21, on debit and credit; any year."""
    for due in (ARRIVED - timedelta(1), date(1, 1, 1)):
        result = header(due_date=due, credit_note=credit_note)
        assert codes(result) == ["due_date"]
        assert "före fakturadatum" in result.reasons[0].text
    assert header(due_date=ARRIVED, credit_note=credit_note).status is None


# Steps 1–3


def organisation(**changes: Any) -> arrival.ArrivalResult:
    return arrival.decide(replace(GOOD, organisation=OrganisationFacts(**changes)))


def test_the_organisation_is_found_in_the_right_order() -> None:
    aof = Candidate("EX-1", "aof", "Äldreomsorgsförvaltningen")
    assert organisation(identifier_gln=GSF).organisation == "gsf"
    assert organisation(order=aof).organisation == "aof"
    assert organisation(recipient_code=aof).organisation == "aof"
    assert organisation(order=aof, recipient_code=GSF).organisation == "aof"
    assert organisation(endpoint_gln=Candidate("0"), recipient_code=aof).organisation == "aof"
    assert organisation(chosen="slk", endpoint_gln=GSF, order=aof).organisation == "slk"


@pytest.mark.parametrize("where", ["order", "recipient_code"])
def test_a_gln_and_a_reference_of_two_organisations_conflict(where: str) -> None:
    result = organisation(
        endpoint_gln=GSF, **{where: Candidate("AOF100", "aof", "Äldreomsorgsförvaltningen")}
    )
    assert codes(result) == ["organisation_conflict"]
    assert (result.status, result.handler_role) == ("invoice_information", "levgruppen")
    assert "Grundskoleförvaltningen" in result.reasons[0].text


def test_nothing_known_is_organisation_unknown_and_ends_the_control() -> None:
    result = arrival.decide(
        replace(GOOD, organisation=OrganisationFacts(), header=replace(HEADER, currency="EUR"))
    )
    assert codes(result) == ["organisation_unknown"]
    assert "XYZ" in organisation(recipient_code=Candidate("XYZ")).reasons[0].text


def supplier(**changes: Any) -> arrival.ArrivalResult:
    return arrival.decide(replace(GOOD, supplier=replace(SUPPLIER, **changes)))


def test_the_first_key_on_the_invoice_decides_and_never_the_name() -> None:
    assert supplier(legal_id=None).supplier == "kb"
    assert supplier(legal_id=None, vat_number=None, endpoint="0007:5599001012").supplier == "kb"
    for changes in (
        {"legal_id": "5599001020"}, {"legal_id": None, "vat_number": "SE559900102001"},
        {"legal_id": None, "vat_number": None}, {"candidates": (replace(KB, joined=False),)},
    ):  # fmt: skip
        result = supplier(**changes)
        assert (codes(result), result.status) == (["supplier_unknown"], "supplier_not_chosen")


def test_an_internal_unit_is_known_by_its_gln() -> None:
    units = tuple(
        SupplierCandidate(f"unit{n}", "2120990011", gln=f"735009990004{n}", internal=True) for n in (4, 5)
    )
    assert supplier(legal_id="2120990011", glns=("7350099900044",), candidates=units).supplier == "unit4"
    assert codes(supplier(legal_id="2120990011", candidates=units)) == ["supplier_unknown"]


# The stored decision


def test_the_decision_is_recomputed_to_the_same_bytes_and_a_change_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registry = {arrival.KIND: arrival.again}
    held = payment_rule.decision(StandingFacts(PAYMENT, BG))[1].to_bytes()
    assert recompute(held, {payment_rule.KIND: payment_rule.again}) == "same"
    for facts in (GOOD, replace(GOOD, header=replace(HEADER, gross=D("1274.21"), rates=(D(27),)))):
        stored = arrival.decision(facts)[1].to_bytes()
        assert recompute(stored, registry) == "same"
        assert recompute(stored.replace(b"F-1", b"F-2"), registry) == "different"
        assert recompute(stored.replace(b'"days_after":10', b'"days_after":11'), registry) == "different"
    with monkeypatch.context() as patch:
        patch.setattr(arrival, "RULES", (*arrival.RULES[:-1], "official_rules/2"))
        assert recompute(stored, registry) == "different"
    monkeypatch.setattr(arrival, "LIMITS", {**arrival.LIMITS, "most_days_due": 90})
    assert recompute(stored, registry) == "different"


def test_what_was_decided_before_means_and_payees_were_asked_about_can_still_be_read() -> None:
    plain = to_plain(GOOD)
    old = {"accounts", "registered", "payee", "payee_org_number", "internal", "credit_note", "confirmed"}
    plain["payment"] = {name: value for name, value in plain["payment"].items() if name in old}
    del plain["header"]["most_rounding"]
    assert arrival.again(plain, {}).result["status"] is None
