"""Who may do what where an invoice stands: every status against every role, without a database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from portal.invoicing import status as s
from portal.invoicing.rules.standing import Place, Who, refusal, stand
from portal.invoicing.status import INVOICE
from portal.kernel.workflow import Move

OWNER, OTHER, HERE, ELSEWHERE = "u1", "u2", "gsf", "aof"
STANDARD = frozenset({"A14", "BX1"})


def who(
    *codes: str, user: str = OTHER, at: str = HERE, central: bool = False, for_owner: str | None = None
) -> Who:
    """An actor; `for_owner`: the function handed over by the owner."""
    own = {user: ()}
    handed = {**own, OWNER: ("d1",)}
    review = handed if for_owner == "review" else own
    return Who(frozenset(codes), at, central, review, handed if for_owner == "approve" else own)


def place(status: str, **changes: Any) -> Place:
    """GSF's invoice that OWNER has before them."""
    return replace(Place(status=status, organisation=HERE, owners=frozenset({OWNER})), **changes)


LOCAL = {"A44": who("A44"), "A45": who("A45")}
LEVGRUPPEN = who("A45", "levgruppen", at="stad", central=True)


@pytest.mark.parametrize("code", [move.code for move in INVOICE.moves if move.permission is None])
def test_a_persons_hand_never_makes_a_system_move(code: str) -> None:
    move = INVOICE.move(code)
    for status in move.sources:
        for actor in (*LOCAL.values(), LEVGRUPPEN, who(*STANDARD, user=OWNER)):
            assert refusal(move, place(status), actor) is not None


@pytest.mark.parametrize("move", [m for m in INVOICE.moves if m.permission], ids=lambda m: m.code)
def test_outside_its_sources_or_organisation_or_permission_every_verb_is_refused(move: Move) -> None:
    everything = frozenset({"A14", "BX1", "A44", "A45", "levgruppen", "A43", "A51"})
    for status in INVOICE.codes():
        if status not in move.sources:
            assert refusal(move, place(status), Who(everything, HERE, False)) is not None
    for status in move.sources:
        assert refusal(move, place(status), Who(everything, ELSEWHERE, False)) is not None
        assert refusal(move, place(status), Who(frozenset({"B26"}), HERE, False)) is not None


@pytest.mark.parametrize("status", [s.SUPPLIER_NOT_CHOSEN, s.PAYMENT_INFORMATION])
def test_levgruppens_statuses_are_theirs_alone(status: str) -> None:
    for move in INVOICE.moves_from(status):
        if move.permission:
            assert refusal(move, place(status, handler_role="levgruppen"), LEVGRUPPEN) is None
            for actor in LOCAL.values():
                assert refusal(move, place(status, handler_role="levgruppen"), actor) is not None


def test_information_is_the_local_administrators_unless_levgruppen_has_it() -> None:
    correct, at = (
        INVOICE.move("correct_information"),
        place(s.INVOICE_INFORMATION, handler_role="local_admin"),
    )
    for actor in LOCAL.values():
        assert refusal(correct, at, actor) is None and stand(at, actor).turn
        theirs = place(s.INVOICE_INFORMATION, handler_role="levgruppen")
        assert refusal(correct, theirs, actor) == "Levgruppen hanterar den här fakturan."
        assert not stand(theirs, actor).turn


def test_nobody_has_a_verb_while_a_receipt_is_awaited() -> None:
    assert [move.code for move in INVOICE.moves_from(s.AWAITING_RECEIPT) if move.permission] == []


def test_owner_delegate_and_administrators_review_and_others_read() -> None:
    accept = INVOICE.move("accept_review")
    assert refusal(accept, place(s.REVIEW), who(*STANDARD, user=OWNER)) is None
    delegate = who(*STANDARD, for_owner="review")
    assert refusal(accept, place(s.REVIEW), delegate) is None
    assert (stand(place(s.REVIEW), delegate).behalf, stand(place(s.REVIEW), delegate).chain) == (
        OWNER,
        ("d1",),
    )
    for actor in LOCAL.values():
        assert refusal(accept, place(s.REVIEW), actor) is None and not stand(place(s.REVIEW), actor).turn
    assert refusal(accept, place(s.REVIEW), who(*STANDARD)) is not None
    assert refusal(accept, place(s.REVIEW), who(*STANDARD, for_owner="approve")) is not None


def test_attest_is_the_attestants_or_the_delegates_and_no_administrators() -> None:
    for code in ("approve", "approve_part", "return_to_reviewer"):
        move = INVOICE.move(code)
        assert refusal(move, place(s.APPROVAL), who(*STANDARD, user=OWNER)) is None
        assert refusal(move, place(s.APPROVAL), who(*STANDARD, for_owner="approve")) is None
        assert refusal(move, place(s.APPROVAL), who(*STANDARD, for_owner="review")) is not None
        for actor in (who("A44", "A14"), who("A45", "A14")):
            assert refusal(move, place(s.APPROVAL), actor) is not None
    for actor in LOCAL.values():
        assert refusal(INVOICE.move("send_back"), place(s.APPROVAL), actor) is None


@pytest.mark.parametrize("code", ["cancel", "change_organisation"])
def test_an_internal_invoice_is_neither_cancelled_nor_moved(code: str) -> None:
    at = place(s.INVOICE_INFORMATION, internal=True)
    assert "Interna fakturor" in (refusal(INVOICE.move(code), at, LEVGRUPPEN) or "")
    assert refusal(INVOICE.move(code), place(s.INVOICE_INFORMATION), LEVGRUPPEN) is None
