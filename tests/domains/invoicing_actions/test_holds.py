"""Under utredning and credit asked for (A5.14, A9.13): no path leads to attest or Klar while it stands (M08, CO10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dev.demo_city.ids import CONCERN_ID
from dev.invoices.orders import invoice_for
from portal.access.actor import system_actor
from portal.attest.actions.steps import approve_step
from portal.audit.transition import Step, Subject, move, move_all
from portal.coding.values import CodeString
from portal.db.context import Context
from portal.invoicing.actions import approval, cancellation, deviation, holds, review
from portal.invoicing.actions.again import rerun
from portal.invoicing.actions.coding import Coded
from portal.invoicing.actions.credit_request import ask_for_credit
from portal.invoicing.actions.holds import credit_has_come
from portal.invoicing.models import Invoice
from portal.invoicing.status import INVOICE, ON_HOLD
from portal.kernel.errors import Conflict, Forbidden, Invalid
from portal.kernel.workflow import Move
from tests.domains.invoicing_actions.test_attest import act, reviewed
from tests.web.core.conftest import Site, make_site, shared_site, site
from tests.web.invoicing.conftest import invoice_of, manual, ordered, rows, status_of, today_of

__all__ = ["make_site", "shared_site", "site"]
ROW = Coded(CodeString("6461", "31100", "440"), Decimal(100))
GUARDED = [
    pytest.param(move, source, id=f"{move.code} from {source}")
    for move in INVOICE.moves
    for source in sorted(move.sources)
    if INVOICE.held(move)
]


def dearer(lines: Any) -> Any:
    """52,40 instead of 49,90."""
    return (replace(lines[0], price=Decimal("52.40")), *lines[1:])


async def hold(site: Site, login: str, invoice: UUID) -> None:
    """Put it under investigation."""
    await act(site, login, holds.investigate, invoice, on=True, note="Vi väntar på svar.")


async def again(site: Site, *invoices: UUID) -> None:
    """What a receipt, a correction or a wait sets off."""
    await rerun(site.installation.database, CONCERN_ID, invoices, site.clock.now())


async def history(site: Site, invoice: UUID) -> Sequence[str]:
    """The tags of what has happened."""
    sql = "SELECT tag FROM audit_event WHERE subject_id = :id ORDER BY at, id"
    return [row.tag for row in await rows(site, sql, id=invoice)]


def test_what_a_hold_keeps_back() -> None:
    assert {state.code for state in INVOICE.states} >= ON_HOLD.targets >= {"approval", "done"}
    assert {param.values[0].code for param in GUARDED} >= {
        "finish_match", "accept_match", "accept_deviation", "accept_review", "approve", "approve_part"
    }  # fmt: skip


@pytest.fixture(scope="module")
def one() -> dict[str, UUID]:
    """The module's invoice, moved about by hand."""
    return {}


@pytest.mark.parametrize(("verb", "source"), GUARDED)
@pytest.mark.parametrize("many", [False, True])
async def test_no_move_of_the_machine_passes_a_hold(
    shared_site: Site, one: dict[str, UUID], verb: Move, source: str, many: bool
) -> None:
    """Not even the system's, not even when the values of the move would take the mark away."""
    if not one:
        one["id"] = await manual(shared_site, "H-MACHINE")
    given = {"s": source, "id": one["id"]}
    await shared_site.change("UPDATE invoice SET under_investigation = false WHERE id = :id", id=one["id"])
    await shared_site.change(
        "UPDATE invoice SET status = :s, under_investigation = true WHERE id = :id", **given
    )
    subject = Subject(Invoice, CONCERN_ID, one["id"], source)
    values = {"under_investigation": False}
    now, system = shared_site.clock.now(), system_actor(CONCERN_ID)
    with pytest.raises(Conflict, match="under utredning"):
        async with shared_site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
            if many:
                await move_all(session, INVOICE, [Step(subject, verb.code, values=values)], system, at=now)
            else:
                await move(session, INVOICE, subject, verb.code, system, at=now, values=values)
    assert await status_of(shared_site, one["id"]) == source


@pytest.mark.parametrize("status", sorted(ON_HOLD.targets))
async def test_the_database_says_so_too(site: Site, status: str) -> None:
    invoice = await manual(site, "H-1")
    await hold(site, "granskare@gsf", invoice)
    sql = "UPDATE invoice SET status = :status, under_investigation = false WHERE id = :id"
    with pytest.raises(IntegrityError, match="hold_stands"):
        async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
            await session.execute(text(sql), {"status": status, "id": invoice})


async def test_a_receipt_does_not_make_a_held_invoice_klar_and_ending_the_hold_does(site: Site) -> None:
    """CO10, at the buyer: the match is made and stored, and the invoice rests there until the hold is ended."""
    invoice = await ordered(site, "EX-100003", "H-2")
    await hold(site, "bestallare@gsf", invoice)
    await site.change("UPDATE order_line SET received_quantity = quantity WHERE received_quantity = 6")
    await again(site, invoice)
    row = (await rows(site, "SELECT * FROM invoice WHERE id = :id", id=invoice))[0]
    assert row.status == "matching_required" and row.under_investigation and row.payment_date is None
    assert [one["code"] for one in row.reasons] == ["on_hold"]
    line = "SELECT l.invoiced_quantity FROM order_line l JOIN purchase_order o ON o.id = l.order_id"
    assert (await rows(site, f"{line} WHERE o.number = 'EX-100003'"))[0].invoiced_quantity == 0
    for verb in (deviation.accept_match, deviation.accept_deviation):
        how = {"rows": [ROW], "note": "Ja."} if verb is deviation.accept_deviation else {}
        with pytest.raises(Conflict, match="under utredning"):
            await act(site, "bestallare@gsf", verb, invoice, shown=b"x", **how)
    await act(site, "bestallare@gsf", deviation.rematch, invoice)
    await again(site, invoice)
    assert await status_of(site, invoice) == "matching_required", "asked again it is no less held"
    await act(site, "bestallare@gsf", holds.investigate, invoice, on=False, note="De kom.")
    await again(site, invoice)
    assert await status_of(site, invoice) == "done"


async def test_an_invoice_held_at_arrival_is_still_held_where_it_goes(site: Site) -> None:
    """The mark stays through every move, the system's too."""
    invoice = await ordered(site, "EX-100001", "H-3", due_date=None)
    await hold(site, "admin@gsf", invoice)
    await site.change("UPDATE invoice SET due_date = issue_date + 30 WHERE id = :id", id=invoice)
    await again(site, invoice)
    row = (await rows(site, "SELECT status, under_investigation FROM invoice WHERE id = :id", id=invoice))[0]
    assert tuple(row) == ("matching_required", True)


async def test_neither_review_nor_attest_passes_it(site: Site) -> None:
    """CO10, in review and at the attestant."""
    held = await manual(site, "H-4")
    await hold(site, "granskare@gsf", held)
    with pytest.raises(Conflict, match="under utredning"):
        await act(site, "granskare@gsf", review.accept, held, [ROW], shown=b"x")
    invoice, step = await reviewed(site, "H-5")
    await hold(site, "attestant@gsf", invoice)
    with pytest.raises(Conflict, match="under utredning"):
        await act(site, "attestant@gsf", approval.approve, step, shown=b"x")
    with pytest.raises(Conflict):
        await act(site, "attestant@gsf", approve_step, step, case_id=invoice, shown=b"x", note=None)
    waiting = await rows(site, "SELECT state FROM approval_step WHERE id = :id", id=step)
    assert waiting[0].state == "waiting"
    await act(site, "attestant@gsf", approval.return_to_reviewer, invoice, note="Vänta in svaret.")
    row = (await rows(site, "SELECT status, under_investigation FROM invoice WHERE id = :id", id=invoice))[0]
    assert tuple(row) == ("review", True), "a way back is open, and the mark goes along"


@pytest.mark.parametrize("on", [True, False])
async def test_it_is_put_on_and_ended_in_words_only(site: Site, on: bool) -> None:
    invoice = await manual(site, "H-6")
    if not on:
        await hold(site, "granskare@gsf", invoice)
    for note in (None, "  "):
        with pytest.raises(Invalid):
            await act(site, "granskare@gsf", holds.investigate, invoice, on=on, note=note)
    with pytest.raises(Conflict):
        await act(site, "granskare@gsf", holds.investigate, invoice, on=False, note="Ja.")
        await act(site, "granskare@gsf", holds.investigate, invoice, on=True, note="Ja.")
        await act(site, "granskare@gsf", holds.investigate, invoice, on=True, note="Ja.")


@pytest.mark.parametrize(
    ("login", "may"),
    [
        ("granskare@gsf", True),
        ("admin@gsf", True),
        ("fakturaadmin@gsf", True),
        ("levgruppen@stad", True),
        ("synare@gsf", False),
        ("revisor@stad", False),
        ("central@stad", False),
    ],
)
async def test_who_may_end_it(site: Site, login: str, may: bool) -> None:
    invoice = await manual(site, "H-7")
    await hold(site, "granskare@gsf", invoice)
    end = act(site, login, holds.investigate, invoice, on=False, note="Klart.")
    if may:
        await end
        assert (await history(site, invoice))[-1] == "invoice:investigation:end"
    else:
        with pytest.raises(Forbidden):
            await end


async def credit_note(site: Site, number: str, debit: str, **changes: Any) -> UUID:
    """A credit note of EX-100003 that names the debit."""
    document = await invoice_for(site.installation.database, "EX-100003", number, today_of(site))
    return await invoice_of(site, replace(document, credit_note=True, preceding=debit, **changes))


async def test_the_credit_note_ends_the_wait_for_it_and_no_other(site: Site) -> None:
    invoice = await ordered(site, "EX-100003", "H-8")
    await act(site, "bestallare@gsf", ask_for_credit, invoice, note="Fyra pärmar fattas.")
    other = await credit_note(site, "K-1", "H-88")
    note = await credit_note(site, "K-2", "H-8")
    async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
        assert await credit_has_come(session, CONCERN_ID, other, site.clock.now()) == []
        assert await credit_has_come(session, CONCERN_ID, note, site.clock.now()) == [invoice]
        assert await credit_has_come(session, CONCERN_ID, note, site.clock.now()) == []
    row = (await rows(site, "SELECT * FROM invoice WHERE id = :id", id=invoice))[0]
    assert (row.under_investigation, row.credit_request, row.status) == (False, None, "matching_required")
    assert (await history(site, invoice))[-1] == "invoice:investigation:credited"
    job = "SELECT args->>'invoice_id' AS id FROM procrastinate_jobs WHERE task_name = 'invoicing.credit_note_came'"
    assert {row.id for row in await rows(site, job)} >= {str(other), str(note)}


async def test_a_mark_with_its_own_reason_outlives_the_credit_note(site: Site) -> None:
    invoice = await ordered(site, "EX-100003", "H-9")
    await hold(site, "bestallare@gsf", invoice)
    await act(site, "bestallare@gsf", ask_for_credit, invoice, note="Fyra pärmar fattas.")
    note = await credit_note(site, "K-3", "H-9")
    async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
        assert await credit_has_come(session, CONCERN_ID, note, site.clock.now()) == [invoice]
    row = (await rows(site, "SELECT * FROM invoice WHERE id = :id", id=invoice))[0]
    assert (row.under_investigation, row.hold_reason, row.credit_request) == (
        True,
        "Vi väntar på svar.",
        None,
    )


async def test_a_cancelled_invoice_asks_for_nothing(site: Site) -> None:
    invoice = await ordered(site, "EX-100001", "H-10", due_date=None)
    await hold(site, "admin@gsf", invoice)
    await act(site, "admin@gsf", cancellation.cancel, invoice, comment="Dubblett.")
    row = (
        await rows(site, "SELECT under_investigation, hold_reason FROM invoice WHERE id = :id", id=invoice)
    )[0]
    assert tuple(row) == (False, None)


async def test_more_than_was_invoiced_is_never_accepted_as_credit(site: Site) -> None:
    """M18: whatever door the credit notes came by."""
    debit = await manual(site, "CR-1")
    first, second = [await manual(site, n, credit_note=True, preceding="CR-1") for n in ("CR-2", "CR-3")]
    assert await act(site, "granskare@gsf", review.accept, first, [ROW], shown=b"x") == "approval"
    with pytest.raises(Conflict, match="kvar av faktura"):
        await act(site, "granskare@gsf", review.accept, second, [ROW], shown=b"x")
    assert {await status_of(site, one) for one in (debit, second)} == {"review"}
