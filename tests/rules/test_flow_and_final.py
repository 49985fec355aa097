"""Flow choice A6.11–A6.13, final check A6.07, deadlines A5.06 and A6.23, the day of payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from portal.coding.rules.check import CENTRAL_RULES
from portal.coding.values import CodeString, CodingRow
from portal.invoicing.flow_values import (
    CodeCandidate,
    DebitCandidate,
    FlowFacts,
    OrderCandidate,
    SubscriptionCandidate,
)
from portal.invoicing.match_values import VatRow
from portal.invoicing.rules import final_check, flow
from portal.invoicing.rules.deadlines import receipt_deadline, receipt_overdue
from portal.invoicing.rules.payment_date import Payable, payment_date, short_terms
from portal.invoicing.rules.registry import REGISTRY
from portal.kernel.dates import stockholm_date
from portal.kernel.decision import recompute
from portal.orders.status import INVOICEABLE, ORDER

ORDER_1 = OrderCandidate("O-1", "order-id", "gsf", "kb", "sent")
SUBSCRIPTION = SubscriptionCandidate("S-1", "subscription-id", "gsf", "kb")
CODE = CodeCandidate("GSF100", "gsf", "reviewer-id")
FACTS = FlowFacts("gsf", "kb", orders=(ORDER_1,), subscriptions=(SUBSCRIPTION,), codes=(CODE,))


def choose(**changes: Any) -> flow.FlowResult:
    return flow.decide(replace(FACTS, **changes))


def test_order_then_subscription_then_a_person() -> None:
    everything = {"order_reference": "O-1", "contract_reference": "S-1", "buyer_reference": "GSF100"}
    assert choose(**everything).flow == "order"
    assert choose(**everything, orders=()).target == "subscription-id"
    assert choose(**everything, orders=(), subscriptions=()).reviewer == "reviewer-id"


@pytest.mark.parametrize("field", ["order_reference", "buyer_reference"])
def test_an_order_number_counts_in_both_fields(field: str) -> None:
    assert choose(**{field: " o-1 "}).target == "order-id"


@pytest.mark.parametrize("field", ["contract_reference", "object_reference", "buyer_reference"])
def test_a_subscription_number_counts_in_three_fields(field: str) -> None:
    assert choose(**{field: "S-1"}).target == "subscription-id"


@pytest.mark.parametrize("status", ORDER.codes())
def test_only_an_order_that_was_sent_counts_also_when_it_is_closed(status: str) -> None:
    """M24: what was received and not yet invoiced of a closed order may still be billed."""
    result = choose(order_reference="O-1", orders=(replace(ORDER_1, status=status),))
    assert (result.flow == "order") == (status in INVOICEABLE)
    assert (status in INVOICEABLE) or status not in ("sent", "closed", "received")


@pytest.mark.parametrize(
    ("status", "words"), [("cancelled", "som är makulerad"), ("rejected_by_supplier", "har avböjt")]
)
def test_an_order_that_is_no_more_is_named_as_such(status: str, words: str) -> None:
    """Not as a number nobody knows: whoever settles the invoice is to see that the order was there."""
    result = choose(order_reference="O-1", orders=(replace(ORDER_1, status=status),))
    (reason,) = result.reasons
    assert (result.flow, reason.code, dict(reason.params)) == ("manual", "reviewer_unknown", {"order": "O-1"})
    assert reason.text.startswith("Fakturan gäller order O-1") and words in reason.text


@pytest.mark.parametrize("other", [{"organisation": "aof"}, {"supplier": "another"}])
def test_the_order_of_another_does_not_count(other: dict[str, str]) -> None:
    result = choose(order_reference="O-1", orders=(replace(ORDER_1, **other),))
    assert (result.flow, result.reviewer) == ("manual", None)


def test_the_unknown_number_is_named() -> None:
    result = choose(order_reference="O-77", buyer_reference="Anna")
    assert [reason.code for reason in result.reasons] == ["reviewer_unknown"]
    assert result.reasons[0].text.startswith("O-77 och Anna är varken")


EX = OrderCandidate("EX-100001", "ex-id", "gsf", "kb", "sent", "buyer-id")
EX_2 = replace(EX, number="EX-100002", id="ex-2")
FE = CodeCandidate("FE-055", "gsf", "fe-reviewer")


def by(result: flow.FlowResult) -> tuple[str | None, str | None, str | None]:
    hit = result.evidence
    return (result.by, hit.field, hit.how) if hit else (result.by, None, None)


@pytest.mark.parametrize(
    ("changes", "evidence"),
    [
        ({"order_reference": "EX-100001"}, ("EX-100001", "order_reference", "exact")),
        ({"order_reference": "EX-100001 Anna A"}, ("EX-100001", "order_reference", "leading")),
        ({"order_reference": "Order EX-100001"}, ("EX-100001", "order_reference", "token")),
        ({"buyer_reference": "Order EX-100001"}, ("EX-100001", "buyer_reference", "token")),
        ({"order_reference": "Ref EX-100002", "buyer_reference": "EX-100001"},
         ("EX-100001", "buyer_reference", "exact")),
        ({"buyer_reference": "Order FE-055"}, ("FE-055", "buyer_reference", "token")),
        ({"buyer_reference": "GSF100_AB"}, ("GSF100", "buyer_reference", "leading")),
        ({"contact_name": "Anna A, GSF100"}, ("GSF100", "contact_name", "token")),
        ({"buyer_reference": "FE-055", "contact_name": "GSF100"}, ("FE-055", "buyer_reference", "exact")),
        ({"buyer_reference": "GSF100 EX-100001"}, ("EX-100001", "buyer_reference", "token")),
        ({"contact_name": "EX-100001"}, (None, None, None)),
        ({"order_reference": "EX-1000011", "buyer_reference": "se avtal 100"}, (None, None, None)),
    ],
)  # fmt: skip
def test_the_number_is_found_among_other_words(
    changes: dict[str, str], evidence: tuple[str | None, str | None, str | None]
) -> None:
    """CI12, CI12b, CI13: the evidence is stored with the decision."""
    facts = replace(FACTS, orders=(EX, EX_2), codes=(CODE, FE), **changes)
    result, stored = flow.decision(facts)
    assert by(result) == evidence
    assert recompute(stored.to_bytes(), REGISTRY) == "same"


def test_two_different_hits_are_none_and_both_are_named() -> None:
    codes = choose(buyer_reference="GSF100 eller FE-055", codes=(CODE, FE))
    orders = choose(order_reference="EX-100001, EX-100002", orders=(EX, EX_2))
    for result, named in ((codes, "GSF100 och FE-055"), (orders, "EX-100001 och EX-100002")):
        assert (result.flow, result.reviewer, result.target) == ("manual", None, None)
        assert [reason.code for reason in result.reasons] == ["reviewer_unknown"]
        assert named in result.reasons[0].text


def test_another_organisations_code_or_suppliers_order_is_no_hit_at_all() -> None:
    other = replace(CODE, code="AOF100", organisation="aof")
    assert choose(buyer_reference="Ref AOF100", codes=(CODE, other)).reviewer is None
    assert choose(buyer_reference="Ref AOF100 GSF100", codes=(CODE, other)).reviewer == "reviewer-id"
    orders = (EX, replace(EX_2, supplier="another"))
    assert choose(order_reference="EX-100001 EX-100002", orders=orders).target == "ex-id"


DEBIT = DebitCandidate("F-1", "gsf", "kb", "EX-100001", "buyer-id")


@pytest.mark.parametrize(
    ("changes", "reviewer", "said"),
    [
        ({"debits": (DEBIT,)}, "buyer-id", "faktura F-1 på order EX-100001. Den som beställde granskar den."),
        ({"debits": (replace(DEBIT, order=None, responsible="clerk"),)}, "clerk", "går till samma granskare"),
        ({"debits": (DEBIT,), "buyer_reference": "GSF100"}, "buyer-id", "på order EX-100001"),
        ({"debits": (replace(DEBIT, organisation="aof"),)}, None, "F-1, som vi inte har fått"),
        ({"debits": (replace(DEBIT, supplier="another"),)}, None, "F-1, som vi inte har fått"),
        ({"debits": (replace(DEBIT, responsible=None),), "buyer_reference": "GSF100"}, "reviewer-id", "F-1."),
        ({"buyer_reference": "Ref GSF100"}, "reviewer-id", "som vi inte har fått från leverantören"),
        ({"order_reference": "EX-100001", "orders": (EX,)}, "buyer-id", "gäller order EX-100001"),
        ({"preceding": (), "buyer_reference": "GSF100"}, "reviewer-id", "säger inte vilken faktura"),
    ],
)
def test_a_credit_note_goes_to_who_answered_for_its_debit(
    changes: dict[str, Any], reviewer: str | None, said: str
) -> None:
    """S13: the order's buyer, else the reviewer; then the order on it, then its own code. Never an order match."""
    result = choose(**{"credit_note": True, "preceding": ("F-1",), **changes})
    assert (result.flow, result.reviewer) == ("manual", reviewer)
    assert said in result.reasons[0].text
    codes = [reason.code for reason in result.reasons]
    assert codes == (["credit_note"] if reviewer else ["credit_note", "reviewer_unknown"])


NAMES = {
    "account": {"6451": "Kontorsmaterial"},
    "responsibility": {"31100": "Centralskolan"},
    "operation": {"440": ""},
}
ROW = CodingRow(CodeString("6451", "31100", "440"), D(499))
FINAL = final_check.FinalFacts(
    "order", (VatRow(D(499), D("124.75"), "S", D(25)),), (ROW,), D(499), NAMES, CENTRAL_RULES
)


@pytest.mark.parametrize(
    ("tax", "fails"), [("124.76", False), ("124.74", False), ("124.77", True), ("124.73", True)]
)
def test_tax_per_rate_is_right_to_one_ore(tax: str, fails: bool) -> None:
    result = final_check.decide(replace(FINAL, vat=(VatRow(D(499), D(tax), "S", D(25)),)))
    assert [reason.code for reason in result.reasons] == (["vat"] if fails else [])


@pytest.mark.parametrize(("way", "status"), [("order", "matching_required"), ("manual", "review")])
def test_where_a_failure_goes(way: str, status: str) -> None:
    wrong = CodingRow(CodeString("6451", "31100"), D(499))
    result = final_check.decide(replace(FINAL, flow=way, coding=(wrong,)))
    assert (result.status, [reason.code for reason in result.reasons]) == (status, ["coding"])


def test_line_vat_and_the_coded_sum_are_checked() -> None:
    pair = final_check.VatPair("1", "S", D(12), "S", D(25))
    result = final_check.decide(replace(FINAL, pairs=(pair,), total=D(500)))
    assert [reason.code for reason in result.reasons] == ["vat", "coding"]


def test_flow_and_final_decisions_are_recomputed() -> None:
    for decision in (flow.decision(FACTS)[1], final_check.decision(FINAL)[1]):
        stored = decision.to_bytes()
        assert recompute(stored, REGISTRY) == "same"
        assert recompute(stored.replace(b"gsf", b"aof").replace(b"499", b"498"), REGISTRY) == "different"


ARRIVED = date(2026, 3, 25)  # the clock changes on the 29th


def test_reminder_on_day_five_and_day_seven_moves() -> None:
    days = [ARRIVED + timedelta(n) for n in range(9)]
    assert [receipt_overdue(ARRIVED, day) for day in days] == [n >= 7 for n in range(9)]


def test_day_seven_begins_at_midnight_in_stockholm() -> None:
    deadline = receipt_deadline(ARRIVED)
    assert deadline.astimezone(UTC) == datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert receipt_overdue(ARRIVED, stockholm_date(deadline))
    assert not receipt_overdue(ARRIVED, stockholm_date(deadline - timedelta(seconds=1)))


ISSUED, READY = date(2026, 11, 4), date(2026, 11, 20)


def paid_on(due: date | None, ready: date = READY, **changes: Any) -> date | None:
    facts: dict[str, Any] = {"due": due, "issued": ISSUED, "amount": D(1), **changes}
    return payment_date(Payable(**facts), ready)


def test_the_day_of_payment() -> None:
    assert paid_on(date(2026, 12, 4)) == date(2026, 12, 4)
    assert paid_on(date(2026, 12, 24)) == date(2026, 12, 28)
    assert paid_on(date(2026, 11, 1), issued=date(2026, 10, 1)) == date(2026, 11, 23)
    assert paid_on(date(2026, 12, 4), never=True) is None
    assert paid_on(None) is None


def test_short_terms_do_not_make_us_pay_earlier_than_agreed() -> None:
    """The invoice's ten days against thirty, or fifteen, agreed."""
    due = date(2026, 11, 14)
    assert paid_on(due) == date(2026, 12, 4)
    assert paid_on(due, days=15) == date(2026, 11, 23)
    assert paid_on(due, ready=date(2026, 12, 10)) == date(2026, 12, 11)
    assert paid_on(date(1, 1, 1), issued=date(1, 1, 1)) == date(2026, 11, 23)
    assert paid_on(date.max, issued=date.max) == date.max
    assert (short_terms(due, ISSUED, 30), short_terms(due, ISSUED, 10), short_terms(None, ISSUED, 30)) == (
        10, None, None,
    )  # fmt: skip


@pytest.mark.parametrize("amount", ["0", "-0.01", "-125"])
def test_where_nothing_is_to_be_paid_there_is_no_day(amount: str) -> None:
    assert paid_on(date(2026, 12, 4), amount=D(amount)) is None
