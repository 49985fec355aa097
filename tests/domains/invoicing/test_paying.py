"""From arrival to Klar, how an invoice is paid: today's facts decide, whatever was stored; real rows, real acts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from uuid import UUID

import pytest
from psycopg.errors import CheckViolation

from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.invoices.writer import Account
from portal.coding.values import CodeString
from portal.db.context import Context
from portal.invoicing.actions import approval, deviation, foreign_account, review
from portal.invoicing.actions.again import rerun
from portal.invoicing.actions.coding import Coded
from portal.invoicing.actions.paid_otherwise import (
    CHECKED_ALREADY,
    HOW_MISSING,
    NOT_CLAIMED,
    check_paid_otherwise,
    confirm_paid_otherwise,
)
from portal.invoicing.actions.waiting import wait_no_longer
from portal.invoicing.queries.summary import recomputed
from portal.kernel.errors import Conflict, Forbidden, Invalid
from portal.orders.actions.receipts import receive_all
from portal.suppliers.actions import terms
from portal.suppliers.rules.accounts import CallForm
from portal.suppliers.rules.terms import TermForm
from tests.domains.orders.conftest import actor_of
from tests.web.core.conftest import Site, make_site, site
from tests.web.invoicing.conftest import manual, ordered, rows, status_of, today_of

__all__ = ["make_site", "site"]
KB, SKOL = demo_id("supplier", "Kontorsbolaget AB"), demo_id("supplier", "Skolgrossisten AB")
CLOSE = "UPDATE supplier_account SET valid_to = valid_from WHERE supplier_id = :id"
REOPEN = "UPDATE supplier_account SET valid_to = NULL WHERE supplier_id = :id"
CALL = CallForm("010-555 02 00", "2025-11-01", "Talade med ekonomichefen, som bekräftade numret.")
BLOCK = "UPDATE supplier_relation SET status = 'blocked' WHERE supplier_id = :id"
UNBLOCK = "UPDATE supplier_relation SET status = 'approved' WHERE supplier_id = :id"
ROW = Coded(CodeString("6461", "31100", "440"), D(100))


async def act(site: Site, login: str, do: Callable[..., Awaitable[Any]], *args: Any, **how: Any) -> Any:
    """One action in a transaction of its actor."""
    actor = actor_of(login)
    async with site.installation.database.session(actor.context()) as session:
        return await do(session, actor, *args, now=site.clock.now(), **how)


async def again(site: Site, invoice: UUID) -> str:
    """What the job does after a person's act; where the invoice stands then."""
    await rerun(site.installation.database, CONCERN_ID, [invoice], site.clock.now())
    return await status_of(site, invoice)


async def kept(site: Site, invoice: UUID) -> Any:
    """The row."""
    return (await rows(site, "SELECT * FROM invoice WHERE id = :id", id=invoice))[0]


async def confirmed(site: Site, invoice: UUID) -> str:
    """The account confirmed for this invoice alone, by two persons; where it stands then."""
    await act(site, "levgruppen@stad", foreign_account.check_payment, invoice, call=CALL)
    await act(site, "levgruppen2@stad", foreign_account.confirm_payment, invoice)
    return await again(site, invoice)


async def agreed(site: Site, supplier: UUID, form: TermForm) -> None:
    """A term of the relation, by two persons."""
    term = await act(site, "levgruppen@stad", terms.propose, supplier, form, "Avtalet, punkt 7.")
    await act(site, "levgruppen2@stad", terms.approve, supplier, term)


async def account(
    site: Site, supplier: UUID, number: str, kind: str = "BANKGIRO", factor: UUID | None = None
) -> None:
    """An account of the supplier, active since yesterday."""
    yesterday = today_of(site) - timedelta(1)
    await site.change(
        "INSERT INTO supplier_account (concern_id, id, supplier_id, kind, number, status, valid_from, factor_id)"
        " VALUES (:concern, gen_random_uuid(), :id, :kind, :number, 'active', :since, :factor)",
        concern=CONCERN_ID, id=supplier, kind=kind, number=number, since=yesterday, factor=factor,
    )  # fmt: skip


async def reviewed(site: Site, number: str = "R-1", **changes: Any) -> UUID:
    """At its attestant."""
    invoice = await manual(site, number, **changes)
    assert await act(site, "granskare@gsf", review.accept, invoice, [ROW], shown=b"x") == "approval"
    return invoice


async def attest(site: Site, invoice: UUID) -> str:
    """Attested by the one who may."""
    (step,) = await rows(site, "SELECT id FROM approval_step WHERE subject_id = :id", id=invoice)
    return str((await act(site, "attestant@gsf", approval.approve, step.id, shown=b"x")).status)


async def decisions_hold(site: Site, invoice: UUID) -> bool:
    """Whether today's code makes every stored decision again."""
    found = await rows(site, "SELECT stored FROM rule_decision WHERE invoice_id = :id", id=invoice)
    return recomputed([bytes(row.stored) for row in found]) == "same"


async def test_the_account_chosen_at_arrival_is_kept_on_the_invoice(site: Site) -> None:
    row = await kept(site, await ordered(site, "EX-100001", "P-1"))
    assert (row.status, row.pay_scheme, row.pay_number, row.pay_factor) == (
        "done",
        "BANKGIRO",
        "5050109",
        None,
    )
    assert not row.paid_otherwise and row.payment_date is not None


async def test_a_factors_account_is_kept_with_whose_it_is(site: Site) -> None:
    await site.change(
        "INSERT INTO supplier_factor (concern_id, id, supplier_id, name, org_number)"
        " VALUES (:concern, :id, :supplier, 'Faktorn AB', '5599001129')",
        concern=CONCERN_ID, id=demo_id("factor", "1"), supplier=KB,
    )  # fmt: skip
    await account(site, KB, "5051107", factor=demo_id("factor", "1"))
    to_factor = {"payee": ("Faktorn AB", "5599001129"), "accounts": (Account("505-1107"),)}
    row = await kept(site, await ordered(site, "EX-100001", "P-2", **to_factor))
    assert (row.status, row.pay_number, row.pay_factor) == ("done", "5051107", "5599001129")


async def test_prepaid_in_full_is_confirmed_by_a_person_and_never_paid(site: Site) -> None:
    """CI05, with every act it takes."""
    invoice = await ordered(site, "EX-100001", "P-3", prepaid=D("936.25"))
    assert await status_of(site, invoice) == "payment_information"
    with pytest.raises(Invalid, match="Skriv hur"):
        await act(site, "levgruppen@stad", check_paid_otherwise, invoice, note=" ")
    with pytest.raises(Forbidden):
        await act(site, "admin@gsf", check_paid_otherwise, invoice, note="kort")
    assert "betald" in HOW_MISSING
    assert await confirmed(site, invoice) == "payment_information", "an account confirmed is another question"
    await said_by_two(site, invoice, "Betald med kort av rektorn.")
    assert await again(site, invoice) == "done"
    row = await kept(site, invoice)
    assert (row.paid_otherwise, row.payment_date, row.pay_scheme) == (True, None, None)
    assert row.done_at is not None
    assert await decisions_hold(site, invoice)


@pytest.mark.parametrize("means", ["48", "49", "97"])
async def test_another_means_is_confirmed_for_this_invoice_alone(site: Site, means: str) -> None:
    invoice = await ordered(site, "EX-100001", "P-4", means=means)
    await said_by_two(site, invoice)
    assert await again(site, invoice) == "done"
    row = await kept(site, invoice)
    assert (row.paid_otherwise, row.payment_date) == (True, None)
    other = await ordered(site, "EX-100003", "P-5", means=means)
    assert await status_of(site, other) == "payment_information"


async def said_by_two(site: Site, invoice: UUID, note: str = "Betald.") -> None:
    """One of levgruppen notes how it is paid, another confirms."""
    await act(site, "levgruppen@stad", check_paid_otherwise, invoice, note=note)
    await act(site, "levgruppen2@stad", confirm_paid_otherwise, invoice)


async def test_nobody_alone_says_that_an_invoice_is_paid_otherwise(site: Site) -> None:
    """Not first the second, not both by one person, not twice; and the database says so too."""
    invoice = await ordered(site, "EX-100001", "P-4", means="48")
    with pytest.raises(Forbidden, match="behöver först anteckna"):
        await act(site, "levgruppen2@stad", confirm_paid_otherwise, invoice)
    await act(site, "levgruppen@stad", check_paid_otherwise, invoice, note="Betald.")
    assert await again(site, invoice) == "payment_information"
    with pytest.raises(Forbidden, match="Du har själv"):
        await act(site, "levgruppen@stad", confirm_paid_otherwise, invoice)
    with pytest.raises(Conflict, match=CHECKED_ALREADY):
        await act(site, "levgruppen2@stad", check_paid_otherwise, invoice, note="Betald.")
    alone = "UPDATE invoice SET otherwise_confirmed_person = otherwise_checked_person WHERE id = :id"
    with pytest.raises(CheckViolation, match="otherwise_two_persons"):
        await site.change(alone, id=invoice)
    assert (await kept(site, invoice)).payment_date is None


async def test_what_does_not_claim_it_cannot_be_confirmed_as_paid_otherwise(site: Site) -> None:
    invoice = await ordered(site, "EX-100001", "P-6", accounts=(Account("5050208"),))
    with pytest.raises(Conflict, match=NOT_CLAIMED):
        await act(site, "levgruppen@stad", check_paid_otherwise, invoice, note="Betald.")
    with pytest.raises(Conflict, match=NOT_CLAIMED):
        await act(site, "levgruppen2@stad", confirm_paid_otherwise, invoice)


async def test_paid_otherwise_without_an_order_is_attested_and_never_paid(site: Site) -> None:
    invoice = await manual(site, "P-7", means="48", accounts=())
    await said_by_two(site, invoice)
    assert await again(site, invoice) == "review"
    await act(site, "granskare@gsf", review.accept, invoice, [ROW], shown=b"x")
    assert await attest(site, invoice) == "done"
    row = await kept(site, invoice)
    assert (row.paid_otherwise, row.payment_date, row.pay_number) == (True, None, None)


@pytest.mark.parametrize("means", ["50", "1", None])
async def test_a_transfer_is_paid_to_the_registered_account(site: Site, means: str | None) -> None:
    """CI07b: the code of old with the plusgiro, no particular code, no means at all."""
    await account(site, KB, "476680", "PLUSGIRO")
    accounts = (Account("47668-0", "PLUSGIRO"),) if means == "50" else ()
    row = await kept(site, await ordered(site, "EX-100001", "P-8", means=means, accounts=accounts))
    expected = ("PLUSGIRO", "476680") if means == "50" else ("BANKGIRO", "5050109")
    assert (row.status, row.pay_scheme, row.pay_number) == ("done", *expected)


@pytest.mark.parametrize("what", [CLOSE, BLOCK])
async def test_an_account_closed_before_the_attest_stops_it_and_nobody_attests_twice(
    site: Site, what: str
) -> None:
    invoice = await reviewed(site)
    await site.change(what, id=SKOL)
    assert await attest(site, invoice) == "payment_information"
    row = await kept(site, invoice)
    assert (row.handler_role, row.payment_date, row.done_at) == ("levgruppen", None, None)
    assert [one["code"] for one in row.reasons] == ["payment_account"]
    events = "SELECT count(*) AS n FROM audit_event WHERE subject_id = :id"
    before = (await rows(site, events, id=invoice))[0].n
    assert await again(site, invoice) == "payment_information"
    assert (await rows(site, events, id=invoice))[0].n == before, (
        "a rerun that changes nothing writes nothing"
    )
    await site.change(REOPEN, id=SKOL)
    await site.change(UNBLOCK, id=SKOL)
    async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
        await wait_no_longer(session, CONCERN_ID, site.clock.now())
    row = await kept(site, invoice)
    assert (row.status, row.pay_number, row.only_payment_left) == ("done", "5050208", False)
    assert row.payment_date is not None and row.reasons == []
    assert await decisions_hold(site, invoice)
    decided = "SELECT count(*) AS n FROM decision WHERE subject_id = :id AND act = 'approve'"
    assert (await rows(site, decided, id=invoice))[0].n == 1


async def test_what_waits_for_its_account_goes_on_when_the_account_is_active(site: Site) -> None:
    invoice = await ordered(site, "EX-100001", "P-14", accounts=(Account("1000009"),))
    stopped = await ordered(site, "EX-100003", "P-15", accounts=(Account("1000017"),))
    assert await status_of(site, invoice) == "payment_information"
    await account(site, KB, "1000009")
    async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
        await wait_no_longer(session, CONCERN_ID, site.clock.now())
    assert (await kept(site, invoice)).pay_number == "1000009"
    assert [await status_of(site, one) for one in (invoice, stopped)] == ["done", "payment_information"]


async def test_a_changed_account_is_paid_when_levgruppen_has_confirmed_the_new_one(site: Site) -> None:
    invoice = await reviewed(site, accounts=())
    assert (await kept(site, invoice)).pay_number == "5050208"
    await site.change(CLOSE, id=SKOL)
    await account(site, SKOL, "5050802")
    assert await attest(site, invoice) == "payment_information"
    assert await confirmed(site, invoice) == "done"
    assert (await kept(site, invoice)).pay_number == "5050802"


async def test_a_blocked_supplier_is_not_paid_by_a_confirmation(site: Site) -> None:
    invoice = await reviewed(site)
    await site.change(BLOCK, id=SKOL)
    assert await attest(site, invoice) == "payment_information"
    assert await confirmed(site, invoice) == "payment_information"


async def test_coding_that_is_no_longer_valid_goes_back_to_the_reviewer(site: Site) -> None:
    invoice = await reviewed(site)
    await site.change(CLOSE, id=SKOL)
    assert await attest(site, invoice) == "payment_information"
    await site.change(REOPEN, id=SKOL)
    await site.change("UPDATE coding_value SET valid_to = valid_from WHERE code = '6461'")
    assert await again(site, invoice) == "review"
    row = await kept(site, invoice)
    assert (row.handler_role, row.only_payment_left) == (None, False)
    waiting = "SELECT user_id FROM invoice_participant WHERE invoice_id = :id AND waiting"
    assert [one.user_id for one in await rows(site, waiting, id=invoice)] == [
        demo_id("user", "granskare@gsf")
    ]


@pytest.mark.parametrize("what", [CLOSE, BLOCK])
async def test_an_account_closed_while_the_goods_were_awaited_stops_the_match(site: Site, what: str) -> None:
    invoice = await ordered(site, "EX-100002", "P-9")
    assert await status_of(site, invoice) == "awaiting_receipt"
    await site.change(what, id=KB)
    order = demo_id("order", "EX-100002")
    await act(site, "bestallare@gsf", receive_all, order, received_on=today_of(site), note=None)
    assert await again(site, invoice) == "payment_information"
    row = await kept(site, invoice)
    assert (row.handler_role, row.payment_date) == ("levgruppen", None)
    invoiced = "SELECT sum(l.invoiced_quantity) AS n FROM order_line l WHERE l.order_id = :id"
    assert (await rows(site, invoiced, id=order))[0].n == 0, "nothing counts as invoiced while it is stopped"
    await site.change(REOPEN, id=KB)
    await site.change(UNBLOCK, id=KB)
    assert await again(site, invoice) == "done"
    assert (await rows(site, invoiced, id=order))[0].n == 5
    assert await decisions_hold(site, invoice)


async def test_a_review_that_was_asked_for_stops_before_payment_too(site: Site) -> None:
    invoice = await ordered(site, "EX-100004", "P-10")
    await site.change(CLOSE, id=KB)
    assert (
        await act(site, "bestallare@gsf", deviation.accept_match, invoice, shown=b"x")
        == "payment_information"
    )
    await site.change(REOPEN, id=KB)
    assert await again(site, invoice) == "done"
    order = "SELECT status FROM purchase_order WHERE number = 'EX-100004'"
    assert [row.status for row in await rows(site, order)] == ["closed"]


async def test_short_terms_are_not_paid_before_the_agreed_days(site: Site) -> None:
    """Ten days against the relation's thirty; due days counted from the invoice date."""
    due = today_of(site) + timedelta(10)
    invoice = await ordered(site, "EX-100001", "P-11", due_date=due)
    row = await kept(site, invoice)
    assert row.status == "done"
    assert row.payment_date >= row.issue_date + timedelta(30)


async def test_a_concern_may_set_its_own_ceiling_of_rounding_but_no_more_than_a_krona(site: Site) -> None:
    setting = (
        "INSERT INTO setting (concern_id, id, key, value, valid_from)"
        " VALUES (:concern, gen_random_uuid(), 'arrival.most_rounding', '\"5.00\"', '2020-01-01')"
    )
    await site.change(setting, concern=CONCERN_ID)
    assert await status_of(site, await ordered(site, "EX-100001", "P-12", rounding=D("1.00"))) == "done"
    assert (
        await status_of(site, await ordered(site, "EX-100005", "P-13", rounding=D("1.01")))
        == "invoice_information"
    )


@pytest.mark.parametrize(("form", "changes"), [
    (TermForm("payment_means", "48"), {"means": "48", "card": "4321", "accounts": ()}),
    (TermForm("payment_means", "49"), {"means": "49", "mandate": "M-1", "accounts": ()}),
    (TermForm("prepaid"), {"prepaid": D("936.25")}),
])  # fmt: skip
async def test_what_is_agreed_of_the_supplier_passes_and_is_never_paid(
    site: Site, form: TermForm, changes: dict[str, Any]
) -> None:
    """CI08, CI05: with no human step."""
    await agreed(site, KB, form)
    row = await kept(site, await ordered(site, "EX-100001", "P-16", **changes))
    assert (row.status, row.paid_otherwise, row.payment_date, row.pay_number) == ("done", True, None, None)


async def test_the_days_agreed_of_the_supplier_hold(site: Site) -> None:
    await agreed(site, KB, TermForm("payment_days", days="10"))
    due = today_of(site) + timedelta(10)
    row = await kept(site, await ordered(site, "EX-100001", "P-17", due_date=due))
    assert (row.payment_date - row.issue_date).days in range(10, 20)
