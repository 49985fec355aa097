"""X06: what is suggested at arrival follows the reason, for every reason there is."""

from __future__ import annotations

import pytest

from portal.invoicing.rules.arrival import _NUMBER_TAKEN as NUMBER_TEXTS
from portal.invoicing.rules.reasons import REASONS
from portal.invoicing.rules.ways_out import CANCEL, FITS, fitting
from portal.web.invoicing.corrections import _SOLUTIONS as ACTS

# Codes of the later controls (matching, attest), which arrival control and its queue never stop an invoice for.
LATER = {"vat", 
    "price", "quantity_over_received", "quantity_over_ordered", "receipt_missing", "review_requested", "on_hold",
    "line_unknown", "order_of_line", "unit", "charge", "total", "coding", "negative_quantity",
}  # fmt: skip


def reason(code: str, /, **params: str) -> dict[str, object]:
    return {"code": code, "message": "", "params": params}


def test_every_reason_of_arrival_has_its_ways() -> None:
    assert {code.partition("/")[0] for code in FITS} == (set(REASONS) - LATER) | {"not_mine", "sent_back"}


@pytest.mark.parametrize("code", FITS)
def test_a_way_is_an_act_and_the_first_is_never_another_number(code: str) -> None:
    fit = FITS[code]
    assert set(fit.ways) <= set(ACTS)
    assert fit.ways[0] != "number" and len(set(fit.ways)) == len(fit.ways)
    assert not (fit.chosen and fit.ways[0] == CANCEL), "what cannot be taken back is never chosen beforehand"
    assert not fit.chosen or fit.suggested


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("organisation_unknown", "organisation"), ("organisation_conflict", "organisation"),
        ("supplier_unknown", "supplier"),
        ("payment_account", "propose_account"), ("paid_otherwise", "paid_otherwise"), ("currency", "cancel"),
        ("zero_amount", "manual"), ("sum", "total"), ("number_taken", "cancel"), ("invoice_date", "issue_date"),
        ("due_date", "due_date"), ("vat_rate", "manual"), ("official_rules", "cancel"),
        ("reviewer_unknown", "reviewer"),
        ("credit_note", "reviewer"), ("not_mine", "reviewer"), ("sent_back", "recheck"),
    ],
)  # fmt: skip
def test_the_first_way_of_each_reason(code: str, first: str) -> None:
    assert fitting([reason(code)]).ways[0] == first


def test_a_double_is_cancelled_and_never_renumbered() -> None:
    fit = fitting([reason("number_taken")], is_double=True)
    assert (fit.ways, fit.suggested, fit.chosen) == ((CANCEL,), True, False)
    late = fitting([reason("due_date"), reason("number_taken")], is_double=True)
    assert (late.ways[0], late.suggested, late.chosen) == (CANCEL, True, False)


def test_a_number_that_only_looks_alike_is_asked_about() -> None:
    alike = {"code": "number_taken", "message": NUMBER_TEXTS["alike_here"], "params": {}}
    fit = fitting([alike])
    assert fit.ways[0] == "new" and not fit.suggested and not fit.chosen


def test_a_reference_that_is_nobodys_is_put_right() -> None:
    assert fitting([reason("reviewer_unknown", numbers="GSF10")]).ways[0] == "right_reference"
    assert fitting([reason("reviewer_unknown", code="GSF100")]).ways[0] == "reviewer"


def test_a_right_total_is_not_offered_as_the_mending_of_a_sum() -> None:
    assert "total" not in fitting([reason("sum")], sum_agrees=True).ways


def test_several_reasons_offer_the_ways_of_each_and_cancelling_last() -> None:
    fit = fitting([reason("due_date"), reason("sum")])
    assert fit.ways == ("due_date", "total", CANCEL) and fit.chosen
    assert fitting([reason("due_date"), reason("currency")]).ways == (CANCEL, "due_date")
    assert fitting([reason("due_date"), reason("sent_back")]).ways[0] == "recheck"
    assert fitting([reason("what is not known")]).ways == ()
