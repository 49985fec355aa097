"""The status tables: A5's names, who handles what, and that every arrow of the requirements exists."""

from __future__ import annotations

import pytest

from portal.invoicing.status import ARRIVAL, INVOICE, MATCHING
from portal.kernel.workflow import Machine
from portal.orders.status import ORDER, REQUISITION

A5 = [
    "Leverantör ej vald", "Betalningsinformation måste kontrolleras", "Fakturainformation måste kontrolleras",
    "Granskare ej angiven", "Inväntar leveranskvittens", "Ordermatchning krävs",
    "Granskning ej utförd", "Attest ej utförd", "Klar", "Makulerad",
]  # fmt: skip


def test_the_statuses_carry_a5s_names() -> None:
    assert [state.label for state in INVOICE.states if state.code != "attested"] == A5
    assert {move.target for move in INVOICE.moves_from("attested")} >= {"done", "approval"}, "it only passes"


def test_handlers() -> None:
    handlers = {state.code: state.handler for state in INVOICE.states}
    assert handlers["supplier_not_chosen"] == handlers["payment_information"] == "levgruppen"
    assert handlers["awaiting_receipt"] is None and handlers["done"] is None
    assert handlers["invoice_information"] == handlers["reviewer_missing"] == "local_admin"


def test_only_klar_and_makulerad_are_handled_and_final() -> None:
    assert INVOICE.in_tab("handled") == ("done", "cancelled")
    assert not INVOICE.moves_from("done") and not INVOICE.moves_from("cancelled")


@pytest.mark.parametrize(
    ("move", "source", "target"),
    [
        ("not_my_invoice", "matching_required", "reviewer_missing"),
        ("not_my_invoice", "review", "reviewer_missing"), ("not_my_invoice", "approval", "reviewer_missing"),
        ("send_back", "reviewer_missing", "invoice_information"),
        ("return_to_reviewer", "approval", "review"), ("choose_reviewer", "reviewer_missing", "review"),
        ("accept_review", "review", "approval"), ("approve", "approval", "done"),
        ("accept_deviation", "matching_required", "approval"), ("accept_match", "matching_required", "done"),
        ("receipt_timeout", "awaiting_receipt", "matching_required"),
        ("cancel", "invoice_information", "cancelled"),
        ("accept_vat_only", "review", "done"),
    ],
)  # fmt: skip
def test_arrows_of_a5_and_a9(move: str, source: str, target: str) -> None:
    assert source in INVOICE.move(move).sources
    assert INVOICE.move(move).target == target


def test_nobody_acts_while_a_receipt_is_awaited() -> None:
    assert all(move.permission is None for move in INVOICE.moves_from("awaiting_receipt"))


def test_levgruppens_statuses_are_never_the_local_administrators() -> None:
    for status in ("supplier_not_chosen", "payment_information"):
        for move in INVOICE.moves_from(status):
            assert not move.permissions & {"A44", "A45", "A14"}


def test_nobody_attests_for_others() -> None:
    for code in ("approve", "approve_part"):
        assert INVOICE.move(code).permissions == {"A14"}


def test_a_rerun_may_end_everywhere_it_should() -> None:
    system = {
        move.target for move in INVOICE.moves if move.permission is None and set(ARRIVAL) <= move.sources
    }
    assert system == {*ARRIVAL, *MATCHING, "reviewer_missing", "review", "done"}


@pytest.mark.parametrize("machine", [INVOICE, ORDER, REQUISITION], ids=lambda machine: str(machine.name))
def test_every_state_can_be_reached_and_left(machine: Machine) -> None:
    reached = {machine.initial}
    for _ in machine.states:
        reached |= {move.target for state in reached for move in machine.moves_from(state)}
    assert reached == set(machine.codes())
    for state in machine.states:
        assert state.terminal or any(move.target != state.code for move in machine.moves_from(state.code))


def test_order_statuses_carry_the_looks_names() -> None:
    assert [state.label for state in ORDER.states] == [
        "Skickad till leverantör", "Bekräftad",
        "Bekräftad med ändring", "Ändringen väntar på attest", "Ändringen är attesterad, gäller snart",
        "Delvis levererad", "Levererad", "Avslutad",
        "Avböjd av leverantören", "Makulerad",
    ]  # fmt: skip
