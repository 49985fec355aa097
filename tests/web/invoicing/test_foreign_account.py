"""An account on an invoice that is not the supplier's (M11): nobody alone makes it one that is paid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.invoices.writer import Account
from portal.invoicing.jobs import supplier_changed
from portal.jobs.context import JobContext
from portal.suppliers.jobs import open_accounts
from portal.wiring import intake_parts
from tests.web.core.conftest import Site
from tests.web.invoicing.conftest import manual, ordered, post, rows, status_of, today_of, user

FIRST, SECOND = "levgruppen@stad", "levgruppen2@stad"
SKOL = demo_id("supplier", "Skolgrossisten AB")
CALL = {
    "solution": "payment", "called_number": "010-555 02 00", "called_since": "2025-11-01",
    "called_note": "Talade med ekonomichefen, som bekräftade numret.",
}  # fmt: skip


async def solved(site: Site, login: str, invoice: UUID, **form: str) -> Any:
    """Send one way out; the answer."""
    return await post(await user(site, login), f"/invoicing/invoices/{invoice}/correction", form)


async def accounts_of(site: Site) -> list[tuple[str, str]]:
    sql = "SELECT number, status FROM supplier_account WHERE supplier_id = :id ORDER BY number"
    return [(row.number, row.status) for row in await rows(site, sql, id=SKOL)]


async def test_two_persons_confirm_it_for_the_invoice_alone_and_it_is_not_paid_at_once(site: Site) -> None:
    day = today_of(site)
    invoice = await manual(site, "B-1", accounts=(Account("5051206"),), due_date=day)
    assert await status_of(site, invoice) == "payment_information"
    before = await accounts_of(site)
    assert (await solved(site, "admin@gsf", invoice, **CALL)).status_code == 403
    empty = await solved(site, FIRST, invoice, solution="payment")
    assert empty.status_code == 422 and 'id="called_number-error"' in empty.text
    assert (await solved(site, FIRST, invoice, solution="payment_second")).status_code == 403, (
        "nobody has called"
    )
    assert (await solved(site, FIRST, invoice, **CALL)).status_code == 303
    assert await status_of(site, invoice) == "payment_information"
    assert (await solved(site, FIRST, invoice, solution="payment_second")).status_code == 403, "alone"
    await site.change(
        "UPDATE app_user SET person_id = :person WHERE login = :second",
        person=demo_id("person", FIRST), second=SECOND,
    )  # fmt: skip
    same = await solved(site, SECOND, invoice, solution="payment_second")
    assert same.status_code == 403, "the same person by another login"
    await site.change(
        "UPDATE app_user SET person_id = :person WHERE login = :second",
        person=demo_id("person", SECOND), second=SECOND,
    )  # fmt: skip
    assert (await solved(site, SECOND, invoice, solution="payment_second")).status_code == 303
    assert await status_of(site, invoice) == "review"
    assert await accounts_of(site) == before, "an invoice never changes the register"
    (row,) = await rows(site, "SELECT pay_not_before FROM invoice WHERE id = :id", id=invoice)
    assert row.pay_not_before == site.clock.now() + timedelta(hours=48)


async def test_a_number_that_came_with_the_invoice_is_no_call_back(site: Site) -> None:
    invoice = await manual(site, "B-2", accounts=(Account("5051206"),))
    fresh = await solved(site, FIRST, invoice, **{**CALL, "called_since": today_of(site).isoformat()})
    assert fresh.status_code == 422 and 'id="called_since-error"' in fresh.text


async def test_proposed_to_the_register_the_invoice_waits_and_goes_on_when_the_account_holds(
    site: Site,
) -> None:
    invoice = await manual(site, "B-3", accounts=(Account("5051206"),))
    form = {"solution": "propose_account", "note_propose": "Brev från leverantören."}
    assert (await solved(site, FIRST, invoice, **form)).status_code == 303
    assert await status_of(site, invoice) == "payment_information"
    assert ("5051206", "proposed") in await accounts_of(site)
    again = await solved(site, SECOND, invoice, **form)
    assert again.status_code == 422 and "redan föreslaget" in again.text
    (account,) = await rows(site, "SELECT id FROM supplier_account WHERE number = '5051206'")
    path = f"/suppliers/{SKOL}/accounts/{account.id}"
    call = {name: text for name, text in CALL.items() if name != "solution"}
    assert (await post(await user(site, FIRST), f"{path}/call", call)).status_code == 303
    assert (await post(await user(site, FIRST), f"{path}/approval")).status_code == 403
    assert (await post(await user(site, SECOND), f"{path}/approval")).status_code == 303
    assert await status_of(site, invoice) == "payment_information", "the wait runs"
    site.clock.advance(hours=48)
    await run_jobs(site)
    assert ("5051206", "active") in await accounts_of(site)
    assert await status_of(site, invoice) == "review"


async def test_another_suppliers_account_cannot_even_be_proposed(site: Site) -> None:
    invoice = await manual(site, "B-4", accounts=(Account("5050109"),))
    form = {"solution": "propose_account", "note_propose": "Brev från leverantören."}
    refused = await solved(site, FIRST, invoice, **form)
    assert refused.status_code == 422 and "hör till en annan leverantör" in refused.text
    assert "Kontorsbolaget" not in refused.text


async def test_nor_can_two_persons_confirm_it_for_an_invoice_alone(site: Site) -> None:
    """It would have paid one supplier's claim to another, which the register refuses."""
    invoice = await manual(site, "B-6", accounts=(Account("5050109"),))
    refused = await solved(site, FIRST, invoice, **CALL)
    assert refused.status_code == 422 and "hör till en annan leverantör" in refused.text
    await site.change(
        "UPDATE invoice SET payment_checked_person = :person WHERE id = :id",
        person=demo_id("person", FIRST), id=invoice,
    )  # fmt: skip
    second = await solved(site, SECOND, invoice, solution="payment_second")
    assert second.status_code == 422 and "hör till en annan leverantör" in second.text
    assert await status_of(site, invoice) == "payment_information"


async def run_jobs(site: Site) -> None:
    """What the worker does when the wait is over: the account holds, and its event runs the invoices again."""
    context = JobContext(site.installation.database, site.clock.now, "t", 1, 1, None)
    await open_accounts(context)
    queued = await site.rows(
        "SELECT args FROM procrastinate_jobs WHERE task_name = 'invoicing.supplier_changed' AND status = 'todo'"
    )
    assert [one.args["supplier_id"] for one in queued] == [str(SKOL)]
    own = JobContext(site.installation.database, site.clock.now, "t", 2, 1, CONCERN_ID)
    await supplier_changed(intake_parts(site.installation), own, supplier_id=str(SKOL))


async def test_what_two_have_confirmed_becomes_klar_and_is_paid_after_the_wait(site: Site) -> None:
    day = today_of(site)
    invoice = await ordered(site, "EX-100001", "B-5", accounts=(Account("5051206"),), due_date=day)
    assert (await solved(site, FIRST, invoice, **CALL)).status_code == 303
    assert (await solved(site, SECOND, invoice, solution="payment_second")).status_code == 303
    sql = "SELECT status, payment_date, pay_not_before FROM invoice WHERE id = :id"
    (row,) = await rows(site, sql, id=invoice)
    assert row.status == "done"
    assert row.payment_date > row.pay_not_before.date() >= day + timedelta(days=2)
