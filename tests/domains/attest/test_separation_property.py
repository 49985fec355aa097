"""Nobody ever on both sides of a case: any order of deeds, on the real database (A6.08, A7, trust.md 1.9)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import insert

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.access.actor import Actor
from portal.attest.actions import (
    NewDelegation,
    approve_step,
    open_steps,
    plan_route,
    record_decision,
    register_delegation,
    return_steps,
    revoke_delegation,
)
from portal.attest.queries.delegations import acting_for
from portal.attest.rules.separation_of_duties import CONFLICTS
from portal.db.session import Database
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import PortalError
from portal.kernel.identifiers import uuid7
from portal.orders.models import Requisition
from tests.domains.attest.separation_ground import Ground
from tests.domains.orders.conftest import actor_of

LOGINS = (
    "bestallare@gsf", "bestallare2@gsf", "granskare@gsf", "attestant@gsf", "attestant2@gsf", "chef@gsf",
)  # fmt: skip
# Two users of one person (A2.22): what one of them has done bars the other.
SAME_PERSON = {"bestallare2@gsf": "attestant@gsf"}
NAMED = {"31100": "attestant@gsf", "31200": "attestant2@gsf"}
AWAITING = "awaiting_approval"
SEPARATED = CONFLICTS
LOGIN = st.sampled_from(LOGINS)


@cache
def acting(login: str) -> Actor:
    """The user, with the person it shares with another."""
    return replace(actor_of(login), person_id=demo_id("person", SAME_PERSON.get(login, login)))


class Cases(RuleBasedStateMachine):
    """One case at a time; every deed through the actions, each in its own transaction."""

    database: Database
    runner: asyncio.Runner
    ground: Ground
    start: datetime

    def __init__(self) -> None:
        super().__init__()
        self.now = self.start
        self.case: UUID | None = None
        self.links: list[UUID] = []
        for code, login in NAMED.items():
            self.ground.name_attestant(code, login)

    def teardown(self) -> None:
        """The next play begins as this one did."""
        self.ground.clear(self.case, self.links)

    def run(self, deed: Callable[[], Awaitable[None]]) -> None:
        """Do it; a refusal is an answer too."""
        with suppress(PortalError):
            self.runner.run(deed())  # type: ignore[arg-type]

    @initialize(login=LOGIN, ansvar=st.sampled_from(sorted(NAMED)))
    def order(self, login: str, ansvar: str) -> None:
        """The case, ordered and sent."""

        async def deed() -> None:
            buyer, made = acting(login), uuid7()
            async with self.database.session(buyer.context()) as session:
                await session.execute(insert(Requisition).values(
                    concern_id=CONCERN_ID, id=made, organisation_id=buyer.organisation_id, status=AWAITING,
                    user_id=buyer.user_id, person_id=buyer.person_id, buyer_user_id=buyer.user_id,
                    created_at=self.now, updated_at=self.now,
                ))  # fmt: skip
                await self._record(session, buyer, made, "order")
                await self._open(session, buyer, made, ansvar)
            self.case = made

        self.run(deed)

    async def _record(self, session: Any, actor: Actor, case: UUID, act: str, **behalf: Any) -> None:
        await record_decision(
            session, actor, subject_type="requisition", subject_id=case, case_id=case, act=act, shown=b"",
            organisation_id=actor.organisation_id, now=self.now, **behalf,  # type: ignore[arg-type]
        )  # fmt: skip

    async def _open(self, session: Any, buyer: Actor, case: UUID, ansvar: str) -> None:
        assert buyer.person_id is not None and buyer.organisation_id is not None
        shared: dict[str, Any] = {"concern_id": CONCERN_ID, "organisation_id": buyer.organisation_id}
        route = await plan_route(
            session, **shared, amounts={ansvar: Decimal(10)}, case_id=case, function="approve_order",
            asking_persons=frozenset({buyer.person_id}), day=stockholm_date(self.now),
        )  # fmt: skip
        if route.steps:
            await open_steps(
                session, **shared, subject_type="requisition", subject_id=case, route=route, now=self.now
            )

    @precondition(lambda self: self.case)
    @rule(login=LOGIN, by_owner=st.booleans())
    def approve(self, login: str, by_owner: bool) -> None:
        """The step's owner, or whoever tries, takes the first step of the route."""

        async def deed() -> None:
            assert self.case is not None
            if first := self.ground.first_step(self.case):
                step_id, owner = first
                await self._approve(owner if by_owner else login, step_id)

        self.run(deed)

    async def _approve(self, login: str, step_id: UUID) -> None:
        actor, case = acting(login), self.case
        assert case is not None
        async with self.database.session(actor.context()) as session:
            await approve_step(session, actor, step_id, case_id=case, shown=b"", note=None, now=self.now)

    @precondition(lambda self: self.case)
    @rule(logins=st.lists(LOGIN, min_size=2, max_size=3))
    def approve_at_once(self, logins: list[str]) -> None:
        """Several try at the same time."""

        async def deed() -> None:
            assert self.case is not None
            first = self.ground.first_step(self.case)
            tries = [self._approve(login, first[0]) for login in logins] if first else []
            results = await asyncio.gather(*tries, return_exceptions=True)
            assert all(result is None or isinstance(result, PortalError) for result in results), results
            assert sum(result is None for result in results) <= 1

        self.run(deed)

    @rule(login=LOGIN, act=st.sampled_from(["review", "accept_deviation"]), pick=st.integers(0, 3))
    def review(self, login: str, act: str, pick: int) -> None:
        """The invoice is reviewed in the same case."""
        self._act(login, act, pick)

    @rule(login=LOGIN, pick=st.integers(0, 3))
    def approve_invoice(self, login: str, pick: int) -> None:
        """The invoice is attested in the same case."""
        self._act(login, "approve", pick)

    @rule(login=LOGIN)
    def order_again(self, login: str) -> None:
        """Somebody takes the order over."""
        self._act(login, "order", 0)

    def _act(self, login: str, act: str, pick: int) -> None:
        """By oneself (pick 0) or with anybody's rights that lead here."""

        async def deed() -> None:
            actor, case = acting(login), self.case
            assert case is not None and actor.user_id is not None
            function = "approve_invoice" if act == "approve" else "review_invoice"
            async with self.database.session(actor.context()) as session:
                rights = await acting_for(session, actor.user_id, function, stockholm_date(self.now))
                user, chain = sorted(rights.items(), key=lambda right: len(right[1]))[pick % len(rights)]
                behalf = {"on_behalf_of": user, "chain": chain} if chain else {}
                await self._record(session, actor, case, act, **behalf)

        self.run(deed)

    @precondition(lambda self: self.case)
    @rule(login=LOGIN)
    def send_back(self, login: str) -> None:
        """Sent back: attests given no longer count, orders do."""

        async def deed() -> None:
            actor = acting(login)
            async with self.database.session(actor.context()) as session:
                await return_steps(
                    session,
                    actor,
                    subject_type="requisition",
                    subject_id=self.case,
                    note="x",
                    now=self.now,  # type: ignore[arg-type]
                )

        self.run(deed)

    @rule(
        giver=LOGIN, taker=LOGIN, days=st.integers(0, 3),
        function=st.sampled_from(["approve_order", "approve_invoice", "review_invoice"]),
    )  # fmt: skip
    def delegate(self, giver: str, taker: str, days: int, function: str) -> None:
        """Hand on, for some days."""

        async def deed() -> None:
            admin, day = actor_of("admin@gsf"), stockholm_date(self.now)
            new = NewDelegation(
                demo_id("user", giver), demo_id("user", taker), function, day, day + timedelta(days)
            )
            async with self.database.session(admin.context()) as session:
                self.links.append(
                    await register_delegation(session, admin, new, now=self.now, confirmed=True)
                )

        self.run(deed)

    @precondition(lambda self: self.links)
    @rule(pick=st.integers(0, 20))
    def revoke(self, pick: int) -> None:
        """End one."""

        async def deed() -> None:
            admin = actor_of("admin@gsf")
            async with self.database.session(admin.context()) as session:
                await revoke_delegation(session, admin, self.links[pick % len(self.links)], now=self.now)

        self.run(deed)

    @rule(ansvar=st.sampled_from(sorted(NAMED)), login=LOGIN)
    def change_role(self, ansvar: str, login: str) -> None:
        """Another attestant in the tree."""
        self.ground.name_attestant(ansvar, login)

    @rule()
    def next_day(self) -> None:
        """Delegations run out."""
        self.now += timedelta(days=1)

    @invariant()
    def nobody_is_on_both_sides(self) -> None:
        """By the rows alone, with the persons of whole chains."""
        if self.case is None:
            return
        deeds = self.ground.deeds(self.case)
        assert deeds, "the order itself is a deed"
        assert all(deed.whole for deed in deeds)
        did: dict[str, set[UUID]] = defaultdict(set)
        for deed in deeds:
            if deed.counts:
                did[deed.act] |= deed.persons
        for conflict in SEPARATED:
            assert not did[conflict.first] & did[conflict.then], conflict


def _play(urls: Any, start: datetime, examples: int, steps: int) -> None:
    ground = Ground(urls.app)
    ground.end_delegations(start)
    for login, other in SAME_PERSON.items():
        ground.share_person(login, other)
    with closing(ground), asyncio.Runner() as runner:
        database = Database(urls.app, audit_key=b"k", pool_size=4)
        given = {"database": database, "runner": runner, "ground": ground, "start": start}
        checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
        run_state_machine_as_test(
            type("Run", (Cases,), given),
            settings=settings(max_examples=examples, stateful_step_count=steps, suppress_health_check=checks),
        )
        runner.run(database.close())


def test_nobody_is_ever_on_both_sides(seeded_urls: Any, seeded_at: datetime) -> None:
    _play(seeded_urls, seeded_at, examples=15, steps=25)


@pytest.mark.deep
@pytest.mark.parametrize("part", range(8))
def test_nobody_is_ever_on_both_sides_deep(seeded_urls: Any, seeded_at: datetime, part: int) -> None:
    """2,000 plays of 40 steps, in parts that several processes share."""
    _play(seeded_urls, seeded_at, examples=250, steps=40)
