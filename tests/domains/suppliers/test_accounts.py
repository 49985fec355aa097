"""Who tries to have money sent elsewhere is stopped: by the rule, and by the database if the rule is passed by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.access.actor import Actor
from portal.db.context import Context
from portal.db.session import Database
from portal.integrations.mail import FakeMailer
from portal.jobs.context import JobContext
from portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from portal.suppliers.actions import accounts, company
from portal.suppliers.actions.accounts import Proposal
from portal.suppliers.actions.company import ContactFacts
from portal.suppliers.jobs import mail_account, open_accounts
from portal.suppliers.rules.accounts import CallForm
from portal.suppliers.rules.joining import Address
from portal.wiring import SUBSCRIPTIONS
from tests.conftest import AUDIT_KEY, DatabaseUrls
from tests.domains.orders.conftest import actor_of, supplier_of

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
KONTOR, NAME = demo_id("supplier", "Kontorsbolaget AB"), "Kontorsbolaget AB"
FIRST, SECOND = actor_of("levgruppen@stad"), actor_of("levgruppen2@stad")
NEW, OTHERS = "505-1206", "505-0208"
CALL = CallForm("010-555 02 00", "2025-03-01", "Talade med ekonomichefen.")


@pytest.fixture
async def city(seeded_urls: DatabaseUrls) -> Any:
    """The demo city, with events that set off their jobs."""
    opened = Database(seeded_urls.app, audit_key=AUDIT_KEY, subscriptions=SUBSCRIPTIONS)
    yield opened
    await opened.close()


async def act(city: Database, actor: Actor, action: Any, *args: Any, now: datetime = NOW, **how: Any) -> Any:
    async with city.session(actor.context()) as session:
        return await action(session, actor, *args, now=now, **how)


async def proposed(city: Database, actor: Actor = FIRST, number: str = NEW, **factor: str) -> UUID:
    proposal = Proposal("BANKGIRO", number, "Brev den 20 november.", **factor)
    found: UUID = await act(city, actor, accounts.propose, KONTOR, proposal)
    return found


async def called(city: Database, account: UUID, actor: Actor = FIRST) -> None:
    await act(city, actor, accounts.call_back, KONTOR, account, CALL)


async def one(city: Database, account: UUID) -> Any:
    sql = "SELECT * FROM supplier_account WHERE id = :id"
    return (await found(city, sql, id=account))[0]


async def found(city: Database, sql: str, **params: Any) -> list[Any]:
    async with city.session(Context.for_system(CONCERN_ID)) as session:
        return list((await session.execute(text(sql), params)).all())


async def waited(city: Database, hours: float) -> None:
    later = NOW + timedelta(hours=hours)
    await open_accounts(JobContext(city, lambda: later, "suppliers.open_accounts", 1, 1, None))


async def test_the_whole_way_takes_two_persons_and_two_days(city: Database) -> None:
    account = await proposed(city)
    await called(city, account)
    await act(city, SECOND, accounts.approve, KONTOR, account)
    await waited(city, 47.9)
    assert (await one(city, account)).status == "approved"
    await waited(city, 48)
    await waited(city, 49)
    row = await one(city, account)
    assert row.status == "active" and row.valid_from == (NOW + timedelta(hours=48)).date()
    jobs = await found(city, "SELECT task_name, args FROM procrastinate_jobs ORDER BY id")
    assert [job.args["supplier_id"] for job in jobs if job.task_name == "invoicing.supplier_changed"] == [
        str(KONTOR)
    ], "once, however often the job runs"
    tags = await found(
        city, "SELECT tag FROM audit_event WHERE supplier_id = :id AND at >= :since ORDER BY id",
        id=KONTOR, since=NOW,
    )  # fmt: skip
    assert [event.tag for event in tags] == [
        "supplier:account:propose", "supplier_account:status:call_back", "supplier_account:status:approve",
        "supplier_account:status:activate",
    ]  # fmt: skip


async def test_an_insider_alone_is_stopped_at_every_step(city: Database) -> None:
    account = await proposed(city)
    with pytest.raises(Forbidden):
        await act(city, FIRST, accounts.approve, KONTOR, account)
    with pytest.raises(Conflict):
        await act(city, SECOND, accounts.approve, KONTOR, account)
    await called(city, account)
    with pytest.raises(Forbidden, match="föreslagit"):
        await act(city, FIRST, accounts.approve, KONTOR, account)
    await waited(city, 500)
    assert (await one(city, account)).status == "called_back"


async def test_who_called_does_not_approve_and_one_person_with_two_logins_is_one(city: Database) -> None:
    account = await proposed(city)
    await called(city, account, SECOND)
    with pytest.raises(Forbidden, match="ringt upp"):
        await act(city, SECOND, accounts.approve, KONTOR, account)
    twice = replace(SECOND, person_id=FIRST.person_id)
    with pytest.raises(Forbidden, match="föreslagit"):
        await act(city, twice, accounts.approve, KONTOR, account)
    assert (await one(city, account)).status == "called_back"


@pytest.mark.parametrize(
    "login", ["leverantorsadmin@stad", "fakturaadmin@gsf", "central@stad", "bestallare@gsf"]
)
async def test_nobody_else_takes_a_step(city: Database, login: str) -> None:
    account = await proposed(city)
    actor = actor_of(login)
    for action, args in (
        (accounts.propose, (KONTOR, Proposal("BANKGIRO", NEW, "Brev."))),
        (accounts.call_back, (KONTOR, account, CALL)),
        (accounts.approve, (KONTOR, account)),
        (accounts.reject, (KONTOR, account, "Nej.")),
        (accounts.close, (KONTOR, account, "Nej.")),
    ):
        with pytest.raises(Forbidden):
            await act(city, actor, action, *args)


async def test_sent_twice_it_is_done_once(city: Database) -> None:
    account = await proposed(city)
    with pytest.raises(Invalid) as twice:
        await proposed(city, SECOND)
    assert "redan" in twice.value.fields["number"]
    await called(city, account)
    with pytest.raises(Conflict):
        await called(city, account, SECOND)
    await act(city, SECOND, accounts.approve, KONTOR, account)
    with pytest.raises(Conflict):
        await act(city, SECOND, accounts.approve, KONTOR, account)


async def test_stopped_during_the_wait_it_never_holds_and_may_be_proposed_again(city: Database) -> None:
    account = await proposed(city)
    await called(city, account)
    await act(city, SECOND, accounts.approve, KONTOR, account)
    with pytest.raises(Invalid):
        await act(city, FIRST, accounts.reject, KONTOR, account, " ")
    await act(city, FIRST, accounts.reject, KONTOR, account, "Leverantören känner inte till bytet.")
    await waited(city, 500)
    assert (await one(city, account)).status == "rejected"
    assert await proposed(city) != account


async def test_a_blocked_suppliers_account_does_not_come_in_force(city: Database) -> None:
    account = await proposed(city)
    await called(city, account)
    await act(city, SECOND, accounts.approve, KONTOR, account)
    await found(
        city, "UPDATE supplier_relation SET status = 'blocked' WHERE supplier_id = :id RETURNING 1", id=KONTOR
    )
    await waited(city, 100)
    assert (await one(city, account)).status == "approved"


async def test_another_suppliers_account_is_refused_with_a_reason(city: Database) -> None:
    for actor, action, args in (
        (FIRST, accounts.propose, (KONTOR, Proposal("BANKGIRO", OTHERS, "Brev."))),
        (FIRST, accounts.propose, (KONTOR, Proposal("BANKGIRO", f"0{OTHERS}", "Brev."))),
        (supplier_of(NAME), company.propose_account, (CONCERN_ID, "BANKGIRO", OTHERS)),
    ):
        with pytest.raises(Invalid) as refused:
            await act(city, actor, action, *args)
        assert set(refused.value.fields) == {"number"}
    assert not await found(
        city, "SELECT 1 FROM supplier_account WHERE supplier_id = :id AND status = 'proposed'", id=KONTOR
    )


async def test_a_factor_is_shared_by_its_clients_and_by_nobody_else(city: Database) -> None:
    factor = {"factor_name": "Exempelfactoring AB", "factor_org_number": "556677-8899"}
    other = demo_id("supplier", "Skolgrossisten AB")
    await proposed(city, **factor)
    shared = Proposal("BANKGIRO", NEW, "Factoringavtal.", **factor)
    account = await act(city, FIRST, accounts.propose, other, shared)
    assert (await one(city, account)).factor_id is not None
    with pytest.raises(Invalid):
        await act(
            city,
            FIRST,
            accounts.propose,
            demo_id("supplier", "Datorhuset AB"),
            Proposal("BANKGIRO", NEW, "Vårt."),
        )
    with pytest.raises(Invalid) as wrong:
        await proposed(city, number="505-0208", factor_name="X", factor_org_number="1")
    assert "factor_org_number" in wrong.value.fields


async def test_a_closed_account_is_closed_for_good(city: Database) -> None:
    (row,) = await found(city, "SELECT id FROM supplier_account WHERE supplier_id = :id", id=KONTOR)
    await act(city, FIRST, accounts.close, KONTOR, row.id, "Banken har bytts.")
    assert (await one(city, row.id)).status == "closed"
    with pytest.raises(Conflict):
        await act(city, SECOND, accounts.close, KONTOR, row.id, "En gång till.")
    with pytest.raises(NotFound):
        await act(
            city, SECOND, accounts.close, demo_id("supplier", "Datorhuset AB"), row.id, "Fel leverantör."
        )


async def test_a_taken_over_login_cannot_bring_its_own_number_and_the_old_contacts_are_told(
    city: Database,
) -> None:
    """The thief changes phone and address first, then the account: the register knows since when."""
    thief = supplier_of(NAME)
    facts = ContactFacts(
        "Order", "tjuv@thief.test", "070-111 22 33", Address("Gatan 1", "999 99", "Exempelstad")
    )
    await act(city, thief, company.change_contact, facts)
    await act(city, thief, company.propose_account, CONCERN_ID, "BANKGIRO", NEW)
    sql = "SELECT id FROM supplier_account WHERE supplier_id = :id AND status = 'proposed'"
    (account,) = await found(city, sql, id=KONTOR)
    fresh = CallForm("+46 70-111 22 33", "2024-01-01", "Talade med någon.")
    with pytest.raises(Invalid) as refused:
        await act(city, FIRST, accounts.call_back, KONTOR, account.id, fresh)
    assert set(refused.value.fields) == {"called_number"}
    mailer, context = FakeMailer(), JobContext(city, lambda: NOW, "t", 1, 1, CONCERN_ID)
    for _ in range(2):
        await mail_account(mailer, "https://portal.test", context, account_id=str(account.id))
    to = {mail.to for mail in mailer.sent}
    assert to >= {"tjuv@thief.test", "leverantor@kontorsbolaget.test"}
    assert len({mail.id for mail in mailer.sent}) == len(to), "taken up again, the letters are the same"
    assert all("505-1206" in mail.text for mail in mailer.sent)


PAST_THE_RULES = {
    "at once": "UPDATE supplier_account SET status = 'active' WHERE id = :id",
    "without a call": "UPDATE supplier_account SET status = 'approved', approved_person = :second,"
    " approved_at = now(), active_from = now() + interval '1 h' WHERE id = :id",
    "another number": "UPDATE supplier_account SET number = '5050208' WHERE id = :id",
    "another proposer": "UPDATE supplier_account SET proposed_person = :second WHERE id = :id",
    "approved by oneself": "UPDATE supplier_account SET status = 'approved', called_person = :second,"
    " called_at = now(), approved_person = :first, approved_at = now(), active_from = now() + interval '48 h'"
    " WHERE id = :id",
    "approved by who called": "UPDATE supplier_account SET status = 'approved', called_person = :second,"
    " called_at = now(), approved_person = :second, approved_at = now(), active_from = now() + interval '48 h'"
    " WHERE id = :id",
    "no wait": "UPDATE supplier_account SET status = 'approved', called_person = :first, called_at = now(),"
    " approved_person = :second, approved_at = now(), active_from = now() WHERE id = :id",
    "born active": "INSERT INTO supplier_account (concern_id, id, supplier_id, kind, number, status, valid_from)"
    " SELECT concern_id, gen_random_uuid(), supplier_id, kind, '5051115', 'active', valid_from"
    " FROM supplier_account WHERE id = :id",
}


@pytest.mark.parametrize("name", list(PAST_THE_RULES))
async def test_the_database_refuses_what_the_rules_would(city: Database, name: str) -> None:
    account = await proposed(city)

    async def change(session: AsyncSession) -> None:
        values = {"id": account, "first": FIRST.person_id, "second": SECOND.person_id}
        used = {key: value for key, value in values.items() if f":{key}" in PAST_THE_RULES[name]}
        await session.execute(text(PAST_THE_RULES[name]), used)

    with pytest.raises(IntegrityError):
        async with city.session(FIRST.context()) as session:
            await change(session)
    assert (await one(city, account)).status == "proposed"


async def test_a_rewritten_wait_is_refused(city: Database) -> None:
    account = await proposed(city)
    await called(city, account)
    await act(city, SECOND, accounts.approve, KONTOR, account)
    with pytest.raises(IntegrityError):
        async with city.session(SECOND.context()) as session:
            sql = "UPDATE supplier_account SET active_from = approved_at + interval '1 s' WHERE id = :id"
            await session.execute(text(sql), {"id": account})


@pytest.mark.parametrize(("set_to", "hours"), [(24, 24), (120, 120), (1, 24)])
async def test_the_wait_is_as_set(city: Database, set_to: int, hours: int) -> None:
    await found(
        city,
        "INSERT INTO setting (concern_id, id, key, value, valid_from) VALUES (:c, gen_random_uuid(),"
        " 'supplier.account_wait_hours', CAST(:v AS jsonb), '2020-01-01') RETURNING 1",
        c=CONCERN_ID, v=str(set_to),
    )  # fmt: skip
    account = await proposed(city)
    await called(city, account)
    await act(city, SECOND, accounts.approve, KONTOR, account)
    assert (await one(city, account)).active_from == NOW + timedelta(hours=hours)
