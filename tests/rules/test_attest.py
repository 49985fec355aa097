"""Attest route, delegation and separation of duties: A6.02, A6.08, A6.22, A7."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from portal.access.rules.locks import Lock
from portal.attest.rules.delegations import delegates_of, refuse_delegation, rights_of
from portal.attest.rules.route import build_route
from portal.attest.rules.separation_of_duties import refusal
from portal.attest.values import Act, Attestant, Delegation, Responsibility, RouteFacts, RouteRow

TODAY = date(2026, 5, 4)
HEAD = Attestant("u-head", "p-head", "chef@gsf", sees_secret=True)
FIRST = Attestant("u-first", "p-first", "attestant@gsf")
SECOND = Attestant("u-second", "p-second", "attestant2@gsf")
TREE = (
    Responsibility("31000", "GSF ledning", None, HEAD),
    Responsibility("31100", "Centralskolan", "31000", FIRST),
    Responsibility("31200", "Norra skolan", "31000", SECOND),
)
ROWS = (RouteRow("31200", D(5)), RouteRow("31100", D(10)), RouteRow("31200", D(7)))
FACTS = RouteFacts(ROWS, TREE, helpers=("admin@gsf",))


def test_one_step_per_ansvar_with_its_sum() -> None:
    steps = build_route(FACTS).steps
    assert [(s.responsibility, s.amount, s.attestant.login) for s in steps] == [
        ("31100", D(10), "attestant@gsf"), ("31200", D(12), "attestant2@gsf"),
    ]  # fmt: skip


def test_who_ordered_is_passed_over_whichever_user_is_used() -> None:
    route = build_route(replace(FACTS, acts=(Act("order", "p-first"),)))
    assert [s.attestant.login for s in route.steps] == ["chef@gsf", "attestant2@gsf"]
    assert route.steps[0].escalated_from == "31100"
    assert route.steps[0].why == "Går till 31000 GSF ledning: attestant@gsf har beställt."


@pytest.mark.parametrize("facts", [
    replace(FACTS, acts=(Act("order", "p-other", ("p-first",)),)),
    replace(FACTS, tree=(*TREE[:1], replace(TREE[1], attestant=replace(FIRST, active=False)), TREE[2])),
    replace(FACTS, tree=(*TREE[:1], replace(TREE[1], attestant=None), TREE[2])),
])  # fmt: skip
def test_behalf_inactive_and_missing_go_up_too(facts: RouteFacts) -> None:
    assert build_route(facts).steps[0].attestant == HEAD


def test_reviewing_shuts_out_of_the_invoice_but_not_of_the_order() -> None:
    facts = replace(FACTS, acts=(Act("review", "p-first"),))
    assert build_route(facts, "approve").steps[0].attestant == HEAD
    assert build_route(facts, "approve_order").steps[0].attestant == FIRST


def test_a_secret_document_needs_an_attestant_who_may_see_it() -> None:
    assert {s.attestant.login for s in build_route(replace(FACTS, secret=True)).steps} == {"chef@gsf"}


def test_nobody_left_is_refused_with_the_reason_and_who_can_help() -> None:
    route = build_route(replace(FACTS, acts=(Act("order", "p-first"), Act("order", "p-head"))))
    assert route.steps == ()
    assert route.refusals[0].text == (
        "Ingen kan attestera på ansvar 31100 Centralskolan: attestant@gsf har beställt"
        " och chef@gsf har beställt."
        " Be admin@gsf om hjälp."
    )
    assert "31999" in build_route(replace(FACTS, rows=(RouteRow("31999", D(1)),))).refusals[0].text


def test_a_ring_in_the_register_ends() -> None:
    ring = (replace(TREE[0], parent="31100"), TREE[1], TREE[2])
    acts = (Act("order", "p-first"), Act("order", "p-head"))
    assert build_route(replace(FACTS, tree=ring, acts=acts)).refusals


def link(giver: str, taker: str, function: str = "approve_invoice", days: int | None = 6) -> Delegation:
    ends = None if days is None else TODAY + timedelta(days)
    return Delegation(f"{giver}-{taker}", function, giver, f"p-{giver}", taker, f"p-{taker}", TODAY, ends)


def test_rights_are_inherited_in_several_steps_for_one_function() -> None:
    links = [link("a", "b"), link("b", "c"), link("c", "a"), link("x", "c", "receipt")]
    reached = rights_of("c", "approve_invoice", links, TODAY)
    assert [(r.user, r.behalf) for r in reached] == [("c", ()), ("b", ("p-b",)), ("a", ("p-a", "p-b"))]
    assert delegates_of("a", "approve_invoice", links, TODAY) == ("b", "c")


def test_a_delegation_holds_from_its_first_to_its_last_day() -> None:
    held = [link("a", "b").holds(TODAY + timedelta(day)) for day in (-1, 0, 6, 7)]
    assert held == [False, True, True, False]
    assert link("a", "b", days=None).holds(date(2099, 1, 1))


def test_what_cannot_be_delegated() -> None:
    same = replace(link("a", "a2"), to_person="p-a")
    assert "sig själv" in (refuse_delegation(same, []) or "")
    assert "slutar" in (refuse_delegation(link("a", "b", days=-1), []) or "")
    assert "redan" in (refuse_delegation(link("a", "b"), [link("a", "b")]) or "")
    assert "ring" in (refuse_delegation(link("c", "a"), [link("a", "b"), link("b", "c")]) or "")
    assert refuse_delegation(link("b", "a", "receipt"), [link("a", "b")]) is None


def test_receipt_and_attest_may_be_by_one_person() -> None:
    assert refusal(Act("approve", "p"), [Act("receipt", "p")]) is None


def test_the_refusal_says_whose_hand_it_was() -> None:
    reviewed = [Act("review", "p", ("q",))]
    own, other = refusal(Act("approve", "p"), reviewed), refusal(Act("approve", "q"), reviewed)
    assert own and own.text.startswith("Du kan inte attestera")
    assert other and other.text.startswith("Den du agerar för")


def test_the_lock_is_released_after_sixty_minutes() -> None:
    opened = datetime(2026, 5, 4, 8, tzinfo=UTC)
    lock = Lock("a", opened, opened)
    assert lock.holds(opened + timedelta(minutes=59, seconds=59))
    assert not lock.holds(opened + timedelta(minutes=60))


PERSONS = {f"u{n}": f"p{n // 2}" for n in range(8)}  # two users to a person
USERS = st.sampled_from(sorted(PERSONS))


class SeparationOfDuties(RuleBasedStateMachine):
    """Orders, reviews and attests one case by any user through any rights, delegating at will."""

    def __init__(self) -> None:
        super().__init__()
        self.acts: list[Act] = []
        self.links: list[Delegation] = []
        self.day = TODAY

    def _do(self, act: str, function: str, user: str, pick: int) -> None:
        rights = rights_of(user, function, self.links, self.day)
        chosen = rights[pick % len(rights)]
        done = Act(act, PERSONS[user], chosen.behalf)
        if refusal(done, self.acts) is None:
            self.acts.append(done)

    @rule(user=USERS)
    def order(self, user: str) -> None:
        done = Act("order", PERSONS[user])
        if refusal(done, self.acts) is None:
            self.acts.append(done)

    @rule(user=USERS, pick=st.integers(0, 7))
    def approve_order(self, user: str, pick: int) -> None:
        self._do("approve_order", "approve_order", user, pick)

    @rule(user=USERS, pick=st.integers(0, 7))
    def review(self, user: str, pick: int) -> None:
        self._do("review", "review_invoice", user, pick)

    @rule(user=USERS, pick=st.integers(0, 7))
    def approve(self, user: str, pick: int) -> None:
        self._do("approve", "approve_invoice", user, pick)

    @rule(giver=USERS, taker=USERS, function=st.sampled_from(["approve_invoice", "approve_order",
    "review_invoice"]),
          days=st.integers(0, 5))  # fmt: skip
    def delegate(self, giver: str, taker: str, function: str, days: int) -> None:
        new = Delegation(
            f"d{len(self.links)}", function, giver, PERSONS[giver], taker, PERSONS[taker], self.day,
            self.day + timedelta(days),
        )  # fmt: skip
        if refuse_delegation(new, self.links) is None:
            self.links.append(new)

    @rule()
    def next_day(self) -> None:
        self.day += timedelta(1)

    def _hands(self, *acts: str) -> set[str]:
        return {person for act in self.acts if act.act in acts for person in act.persons}

    @invariant()
    def buyer_and_attestant_are_different_persons(self) -> None:
        assert not self._hands("order") & self._hands("approve_order")

    @invariant()
    def reviewer_and_attestant_are_different_persons(self) -> None:
        assert not self._hands("review") & self._hands("approve")

    @invariant()
    def nobody_leads_a_ring(self) -> None:
        for user in PERSONS:
            for function in ("approve_invoice", "approve_order", "review_invoice"):
                assert user not in delegates_of(user, function, self.links, self.day)


SeparationOfDuties.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestSeparationOfDuties = SeparationOfDuties.TestCase
