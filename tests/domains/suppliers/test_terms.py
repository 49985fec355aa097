"""Terms of a relation: proposed by one, approved by another, ended by anyone of levgruppen, read by the invoices."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.access.actor import Actor
from portal.db.context import Context
from portal.db.session import Database
from portal.invoicing.queries.references import Wanted, look_up
from portal.kernel.errors import Conflict, Forbidden, Invalid
from portal.suppliers.actions import terms
from portal.suppliers.queries.relations import find_relation
from portal.suppliers.rules.terms import TermForm
from portal.suppliers.values import AgreedCharge, RelationTerms
from portal.wiring import SUBSCRIPTIONS
from tests.conftest import AUDIT_KEY, DatabaseUrls
from tests.domains.orders.conftest import actor_of

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
KONTOR = demo_id("supplier", "Kontorsbolaget AB")
FIRST, SECOND = actor_of("levgruppen@stad"), actor_of("levgruppen2@stad")
WHY = "Avtalet, punkt 7."


@pytest.fixture
async def city(seeded_urls: DatabaseUrls) -> Any:
    """The demo city, with events that set off their jobs."""
    opened = Database(seeded_urls.app, audit_key=AUDIT_KEY, subscriptions=SUBSCRIPTIONS)
    yield opened
    await opened.close()


async def act(city: Database, actor: Actor, action: Any, *args: Any) -> Any:
    async with city.session(actor.context()) as session:
        return await action(session, actor, *args, now=NOW)


async def agreed(city: Database, form: TermForm) -> UUID:
    term: UUID = await act(city, FIRST, terms.propose, KONTOR, form, WHY)
    await act(city, SECOND, terms.approve, KONTOR, term)
    return term


async def read(city: Database) -> RelationTerms:
    """As an invoice of the supplier reads it."""
    async with city.session(Context.for_system(CONCERN_ID)) as session:
        known = await look_up(session, CONCERN_ID, Wanted(chosen={KONTOR}), NOW.date())
    return known.suppliers[0].terms


async def test_nothing_is_agreed_until_two_persons_have(city: Database) -> None:
    assert await read(city) == RelationTerms()
    term = await act(city, FIRST, terms.propose, KONTOR, TermForm("payment_days", days="10"), WHY)
    assert await read(city) == RelationTerms()
    with pytest.raises(Forbidden, match="föreslagit"):
        await act(city, FIRST, terms.approve, KONTOR, term)
    with pytest.raises(Forbidden, match="föreslagit"):
        await act(city, replace(SECOND, person_id=FIRST.person_id), terms.approve, KONTOR, term)
    with pytest.raises(Forbidden):
        await act(city, actor_of("leverantorsadmin@stad"), terms.approve, KONTOR, term)
    await act(city, SECOND, terms.approve, KONTOR, term)
    assert (await read(city)).payment_days == 10
    async with city.session(FIRST.context()) as session:
        assert (await find_relation(session, FIRST, KONTOR)).payment_days == 10, "the page says the same"
    with pytest.raises(Conflict):
        await act(city, SECOND, terms.approve, KONTOR, term)
    await act(city, SECOND, terms.end, KONTOR, term, "Avtalet är slut.")
    assert (await read(city)).payment_days == 30


async def test_all_kinds_reach_the_rules_and_end(city: Database) -> None:
    means = await agreed(city, TermForm("payment_means", "49"))
    await agreed(city, TermForm("prepaid"))
    await agreed(city, TermForm("charge", "FC", "frakt", "250"))
    await agreed(city, TermForm("unit", "XPK", "bunt"))
    assert await read(city) == RelationTerms(
        frozenset({"49"}), True, (AgreedCharge("FC", "frakt", Decimal(250)),), {"bunt": "XPK"}, 30
    )
    with pytest.raises(Invalid):
        await act(city, FIRST, terms.end, KONTOR, means, " ")
    await act(city, FIRST, terms.end, KONTOR, means, "Kortet är spärrat.")
    assert (await read(city)).payment_means == frozenset()
    async with city.session(Context.for_system(CONCERN_ID)) as session:
        sql = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'invoicing.supplier_changed'"
        assert (await session.execute(text(sql))).scalar_one() == 4


async def test_a_newer_term_takes_the_place_of_the_earlier_one_about_the_same(city: Database) -> None:
    earlier = await agreed(city, TermForm("unit", "XPK", "bunt"))
    with pytest.raises(Conflict):
        await act(city, SECOND, terms.propose, KONTOR, TermForm("unit", "XPK", "bunt"), WHY)
    await act(city, FIRST, terms.propose, KONTOR, TermForm("unit", "EA", "Bunt"), WHY)
    with pytest.raises(Conflict):
        await act(city, SECOND, terms.propose, KONTOR, TermForm("unit", "PR", "bunt"), WHY)
    async with city.session(Context.for_system(CONCERN_ID)) as session:
        sql = "SELECT id FROM relation_term WHERE status = 'proposed'"
        later = (await session.execute(text(sql))).scalar_one()
    await act(city, SECOND, terms.approve, KONTOR, later)
    assert (await read(city)).units == {"Bunt": "EA"}
    async with city.session(Context.for_system(CONCERN_ID)) as session:
        row = await session.execute(
            text("SELECT status, end_reason FROM relation_term WHERE id = :id"), {"id": earlier}
        )
        assert tuple(row.one()) == ("ended", terms.REPLACED)


async def test_the_database_refuses_one_person_for_both(city: Database) -> None:
    term = await act(city, FIRST, terms.propose, KONTOR, TermForm("prepaid"), WHY)
    for person in ("proposed_person", "NULL"):
        with pytest.raises(IntegrityError):
            async with city.session(FIRST.context()) as session:
                sql = f"UPDATE relation_term SET status = 'active', approved_person = {person} WHERE id = :id"
                await session.execute(text(sql), {"id": term})
