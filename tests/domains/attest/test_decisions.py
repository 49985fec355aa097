"""Attest of a step: who may, once, and what is kept of it (A6.02, A6.08, A7)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text, update

from dev.demo_city.ids import CONCERN_ID
from dev.demo_city.master_data import organisation_id, user_id
from portal.access.actor import Actor
from portal.access.models import User
from portal.attest.actions import (
    NewDelegation,
    approve_step,
    plan_route,
    record_decision,
    register_delegation,
    return_steps,
    void_steps,
)
from portal.attest.models import ApprovalStep, Decision, Delegation
from portal.attest.queries.acts import acts_of
from portal.attest.queries.delegations import acting_for
from portal.attest.queries.steps import steps_of
from portal.attest.queries.waiting import waiting_for
from portal.audit.models import AuditEvent
from portal.db.session import Database
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Forbidden, NotFound
from tests.meddling import meddle

Named = Callable[[str], Actor]
Make = Callable[..., Awaitable[UUID]]


async def _steps(database: Database, actor: Actor, subject: UUID) -> list[Any]:
    async with database.session(actor.context()) as session:
        return await steps_of(session, CONCERN_ID, "requisition", subject)


async def _approve(database: Database, actor: Actor, step: UUID, case: UUID, now: datetime) -> Any:
    async with database.session(actor.context()) as session:
        return await approve_step(session, actor, step, case_id=case, shown=b"the page", note=None, now=now)


async def _delegate(
    database: Database, admin: Actor, giver: str, taker: str, now: datetime, **more: Any
) -> UUID:
    day = stockholm_date(now)
    new = NewDelegation(
        user_id(giver), user_id(taker), more.get("function", "approve_order"), more.get("starts_on", day),
        more.get("ends_on", day + timedelta(6)),
    )  # fmt: skip
    async with database.session(admin.context()) as session:
        return await register_delegation(session, admin, new, now=now, confirmed=more.get("confirmed", False))


async def test_the_owner_attests_and_everything_is_kept(
    seeded: Database, seeded_at: datetime, actor: Named, make_requisition: Make
) -> None:
    case = await make_requisition("bestallare@gsf", {"31100": 100, "31200": 50})
    first, second = await _steps(seeded, actor("chef@gsf"), case)
    assert (first.approver_login, first.responsibility_name) == ("attestant@gsf", "Centralskolan")
    outcome = await _approve(seeded, actor("attestant@gsf"), first.id, case, seeded_at)
    assert not outcome.all_approved
    assert (await _approve(seeded, actor("attestant2@gsf"), second.id, case, seeded_at)).all_approved
    async with seeded.session(actor("chef@gsf").context()) as session:
        row = await session.get(Decision, (CONCERN_ID, outcome.decision_id))
        tags = select(AuditEvent.tag, AuditEvent.actor).where(AuditEvent.subject_id == case)
        events = {tuple(found) for found in await session.execute(tags)}
    assert row is not None
    assert (row.act, row.amount, row.chain) == ("approve_order", Decimal("100.00"), [])
    assert row.shown_sha256 == sha256(b"the page").digest()
    assert ("requisition:decision:approve_order", "attestant@gsf") in events
    assert ("requisition:approval:open", "system") in events


async def test_others_cannot_attest_and_those_outside_see_nothing(
    seeded: Database, seeded_at: datetime, actor: Named, make_requisition: Make
) -> None:
    case = await make_requisition("bestallare@gsf", {"31100": 100})
    (step,) = await _steps(seeded, actor("chef@gsf"), case)
    with pytest.raises(Forbidden, match="attestant@gsf"):
        await _approve(seeded, actor("attestant2@gsf"), step.id, case, seeded_at)
    with pytest.raises(NotFound):
        await _approve(seeded, actor("attestant@aof"), step.id, case, seeded_at)


async def test_a_delegate_attests_through_a_chain_which_is_kept(
    seeded: Database, seeded_at: datetime, actor: Named, make_requisition: Make
) -> None:
    admin = actor("admin@gsf")
    inner = await _delegate(seeded, admin, "attestant@gsf", "attestant2@gsf", seeded_at)
    outer = await _delegate(seeded, admin, "attestant2@gsf", "chef@gsf", seeded_at)
    case = await make_requisition("bestallare@gsf", {"31100": 100})
    chef = actor("chef@gsf")
    async with seeded.session(chef.context()) as session:
        (mine,) = await waiting_for(session, chef, stockholm_date(seeded_at))
    assert (mine.behalf, mine.chain) == ("attestant@gsf", (inner, outer))
    outcome = await _approve(seeded, chef, mine.step.id, case, seeded_at)
    assert outcome.on_behalf_of == "attestant@gsf"
    async with seeded.session(chef.context()) as session:
        acts = await acts_of(session, CONCERN_ID, case)
        row = await session.get(Decision, (CONCERN_ID, outcome.decision_id))
    assert row is not None and row.chain == [str(inner), str(outer)]
    assert row.on_behalf_of_user_id == user_id("attestant@gsf")
    assert len(acts[-1].persons) == 3


async def test_rights_end_with_the_day_and_with_revocation(
    seeded: Database, seeded_at: datetime, actor: Named
) -> None:
    day = stockholm_date(seeded_at)
    await _delegate(seeded, actor("admin@gsf"), "attestant@gsf", "attestant2@gsf", seeded_at, ends_on=day)
    async with seeded.session(actor("attestant2@gsf").context()) as session:
        today = await acting_for(session, user_id("attestant2@gsf"), "approve_order", day)
        tomorrow = await acting_for(session, user_id("attestant2@gsf"), "approve_order", day + timedelta(1))
        other = await acting_for(session, user_id("attestant2@gsf"), "approve_invoice", day)
    assert set(today) == {user_id("attestant2@gsf"), user_id("attestant@gsf")}
    assert set(tomorrow) == set(other) == {user_id("attestant2@gsf")}


async def test_who_ordered_cannot_attest_by_a_delegation_and_hears_to_whom_it_can_be_sent(
    seeded: Database, seeded_at: datetime, actor: Named, make_requisition: Make
) -> None:
    await _delegate(seeded, actor("admin@gsf"), "attestant@gsf", "bestallare@gsf", seeded_at)
    case = await make_requisition("bestallare@gsf", {"31100": 100})
    (step,) = await _steps(seeded, actor("chef@gsf"), case)
    with pytest.raises(Forbidden, match=r"har beställt.* Skicka till: attestant@gsf\.$"):
        await _approve(seeded, actor("bestallare@gsf"), step.id, case, seeded_at)
    assert (await _steps(seeded, actor("chef@gsf"), case))[0].state == "waiting"


async def test_a_second_user_of_the_same_person_is_the_same_person(
    seeded: Database, seeded_at: datetime, actor: Named, make_requisition: Make
) -> None:
    case = await make_requisition("bestallare@gsf", {"31100": 100})
    (step,) = await _steps(seeded, actor("chef@gsf"), case)
    buyer = actor("bestallare@gsf")
    async with seeded.session(actor("central@stad").context()) as session:
        same = update(User).where(User.id == user_id("attestant@gsf")).values(person_id=buyer.person_id)
        await session.execute(same)
    twin = Actor(
        **{**{f: getattr(actor("attestant@gsf"), f) for f in Actor.__slots__}, "person_id": buyer.person_id}
    )
    with pytest.raises(Forbidden, match="olika personer"):
        await _approve(seeded, twin, step.id, case, seeded_at)


async def test_two_delegates_at_once_one_wins_and_the_other_is_told(
    seeded: Database, seeded_at: datetime, actor: Named, make_requisition: Make
) -> None:
    for delegate in ("attestant2@gsf", "chef@gsf"):
        await _delegate(seeded, actor("admin@gsf"), "attestant@gsf", delegate, seeded_at)
    for _ in range(5):
        case = await make_requisition("bestallare@gsf", {"31100": 100})
        (step,) = await _steps(seeded, actor("chef@gsf"), case)
        tries = [
            _approve(seeded, actor(login), step.id, case, seeded_at)
            for login in ("attestant@gsf", "attestant2@gsf", "chef@gsf")
        ]
        results = await asyncio.gather(*tries, return_exceptions=True)
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "Conflict", "StepOutcome"]
        async with seeded.session(actor("chef@gsf").context()) as session:
            made = select(Decision.id).where(Decision.case_id == case, Decision.act == "approve_order")
            assert len((await session.execute(made)).all()) == 1


async def test_two_steps_at_once_exactly_one_is_the_last(
    seeded: Database, seeded_at: datetime, actor: Named, make_requisition: Make
) -> None:
    case = await make_requisition("bestallare@gsf", {"31100": 100, "31200": 50})
    steps = await _steps(seeded, actor("chef@gsf"), case)
    results = await asyncio.gather(
        *(_approve(seeded, actor(step.approver_login), step.id, case, seeded_at) for step in steps)
    )
    assert sorted(result.all_approved for result in results) == [False, True]


async def test_the_database_refuses_what_the_rules_did_not_see(
    seeded: Database,
    seeded_at: datetime,
    actor: Named,
    make_requisition: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = await make_requisition("bestallare@gsf", {"31100": 100})
    buyer = actor("bestallare@gsf")
    row = {
        "concern_id": CONCERN_ID, "organisation_id": buyer.organisation_id, "subject_type": "requisition",
        "subject_id": case, "case_id": case, "act": "approve_order", "user_id": buyer.user_id,
        "person_id": buyer.person_id, "shown_sha256": b"", "decided_at": seeded_at, "chain": [],
    }  # fmt: skip
    with pytest.raises(Exception, match="separation of duties"):
        async with seeded.session(buyer.context()) as session:
            await session.execute(insert(Decision).values(**row))
    monkeypatch.setattr("portal.attest.actions.cases.refusal", lambda act, earlier: None)
    async with seeded.session(buyer.context()) as session:
        with pytest.raises(Forbidden, match="olika personer"):
            async with session.begin_nested():
                await record_decision(
                    session, buyer, subject_type="requisition", subject_id=case, now=seeded_at, case_id=case,
                    organisation_id=buyer.organisation_id, act="approve_order", shown=b"",
                )  # fmt: skip
        assert (await session.execute(text("SELECT 1"))).scalar() == 1


async def test_sent_back_by_a_delegate_makes_attests_given_void(
    seeded: Database, seeded_at: datetime, actor: Named, make_requisition: Make
) -> None:
    case = await make_requisition("bestallare@gsf", {"31100": 100, "31200": 50})
    first, _second = await _steps(seeded, actor("chef@gsf"), case)
    await _approve(seeded, actor("attestant@gsf"), first.id, case, seeded_at)
    await _delegate(seeded, actor("admin@gsf"), "attestant2@gsf", "chef@gsf", seeded_at)
    chef = actor("chef@gsf")
    async with seeded.session(chef.context()) as session:
        behalf = await return_steps(
            session, chef, subject_type="requisition", subject_id=case, note="Fel ansvar", now=seeded_at
        )
    assert behalf == "attestant2@gsf"
    assert [step.state for step in await _steps(seeded, chef, case)] == ["returned"]
    async with seeded.session(chef.context()) as session:
        assert [act.act for act in await acts_of(session, CONCERN_ID, case)] == ["order"]
        with pytest.raises(Conflict):
            await return_steps(
                session, chef, subject_type="requisition", subject_id=case, note=None, now=seeded_at
            )


async def test_only_those_whose_turn_it_is_send_back(
    seeded: Database, seeded_at: datetime, actor: Named, make_requisition: Make
) -> None:
    case = await make_requisition("bestallare@gsf", {"31100": 100})
    chef = actor("chef@gsf")
    async with seeded.session(chef.context()) as session:
        with pytest.raises(Forbidden, match="attestant@gsf"):
            await return_steps(
                session, chef, subject_type="requisition", subject_id=case, note=None, now=seeded_at
            )
        await void_steps(
            session, concern_id=CONCERN_ID, subject_type="requisition", subject_id=case, now=seeded_at
        )
        assert await steps_of(session, CONCERN_ID, "requisition", case) == []


async def test_an_attestant_replaced_in_the_tree_can_no_longer_attest(
    seeded: Database, seeded_at: datetime, actor: Named, make_requisition: Make
) -> None:
    case = await make_requisition("bestallare@gsf", {"31100": 100})
    (step,) = await _steps(seeded, actor("chef@gsf"), case)
    named = "UPDATE responsibility SET approver_id = :id WHERE code = '31100'"
    assert meddle(seeded.url, named, id=user_id("attestant2@gsf"))
    with pytest.raises(Forbidden, match="inte längre attestant"):
        await _approve(seeded, actor("attestant@gsf"), step.id, case, seeded_at)


async def test_an_ansvar_whose_attestant_ordered_goes_up_and_is_attested_there(
    seeded: Database, seeded_at: datetime, actor: Named, make_requisition: Make
) -> None:
    case = await make_requisition("attestant@gsf", {"31100": 100})
    (step,) = await _steps(seeded, actor("chef@gsf"), case)
    assert (step.approver_login, step.escalated_from) == ("chef@gsf", "31100")
    assert (await _approve(seeded, actor("chef@gsf"), step.id, case, seeded_at)).all_approved


async def test_without_anyone_who_may_the_route_says_why_and_who_can_help(
    seeded: Database, seeded_at: datetime, actor: Named
) -> None:
    chef = actor("chef@gsf")
    async with seeded.session(chef.context()) as session:
        route = await plan_route(
            session, concern_id=CONCERN_ID, organisation_id=organisation_id("GSF"), case_id=None,
            amounts={"31000": Decimal(1)}, asking_persons=frozenset({chef.person_id}),  # type: ignore[arg-type]
            function="approve_order", day=stockholm_date(seeded_at),
        )  # fmt: skip
    assert route.steps == ()
    assert "chef@gsf har beställt. Be admin@gsf om hjälp." in route.refusals[0].text


async def test_a_secret_requisition_goes_to_who_may_see_it(
    seeded: Database, seeded_at: datetime, actor: Named, make_requisition: Make
) -> None:
    case = await make_requisition("sekretess@aof", {"41100": 100}, secret=True)
    (step,) = await _steps(seeded, actor("chef@aof"), case)
    assert step.approver_login == "attestant@aof"
    assert await _steps(seeded, actor("bestallare@aof"), case) == []
    assert (await _approve(seeded, actor("attestant@aof"), step.id, case, seeded_at)).all_approved


async def test_steps_and_delegations_of_others_are_out_of_sight(
    seeded: Database, seeded_at: datetime, actor: Named, make_requisition: Make
) -> None:
    await make_requisition("bestallare@gsf", {"31100": 100})
    foreign = actor("attestant@aof")
    async with seeded.session(foreign.context()) as session:
        assert await waiting_for(session, foreign, stockholm_date(seeded_at)) == []
        assert (await session.execute(select(ApprovalStep.id))).all() == []
        assert (await session.execute(select(Delegation.id))).all() == []
