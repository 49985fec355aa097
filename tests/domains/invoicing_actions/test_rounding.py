"""What an invoice rounds off (BT-114) by the ways of people: a coding row of its own and no attest of its own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from uuid import UUID

from portal.coding.values import CodeString
from portal.invoicing.actions import approval, deviation, review
from portal.invoicing.actions.coding import Coded
from portal.invoicing.actions.order_coding import coding_from_order
from portal.invoicing.models import Invoice
from tests.domains.invoicing_actions.test_attest import act
from tests.domains.orders.conftest import actor_of
from tests.web.core.conftest import Site
from tests.web.invoicing.conftest import fields, make_site, manual, ordered, rows, site, status_of, user

__all__ = ["make_site", "site"]
ROW = Coded(CodeString("6461", "31100", "440"), D(100))


async def coding_of(site: Site, invoice: UUID) -> list[tuple[str, str, str, D]]:
    sql = (
        "SELECT account, responsibility, operation, amount FROM invoice_coding WHERE invoice_id = :id"
        " ORDER BY position"
    )
    return [tuple(row) for row in await rows(site, sql, id=invoice)]


async def test_the_manual_way(site: Site) -> None:
    invoice = await manual(site, "R-1", rounding=D("-0.25"))
    assert await act(site, "granskare@gsf", review.accept, invoice, [ROW], shown=b"x") == "approval"
    assert await coding_of(site, invoice) == [
        ("6461", "31100", "440", D(100)), ("3740", "31100", "440", D("-0.25")),
    ]  # fmt: skip
    steps = await rows(site, "SELECT id, amount FROM approval_step WHERE subject_id = :id", id=invoice)
    assert [step.amount for step in steps] == [D(100)]
    done = await act(site, "attestant@gsf", approval.approve, steps[0].id, shown=b"x")
    assert done.status == "done"


async def test_a_returned_invoice_is_coded_anew_without_it_and_gets_it_again(site: Site) -> None:
    invoice = await manual(site, "R-2", rounding=D("0.50"))
    await act(site, "granskare@gsf", review.accept, invoice, [ROW], shown=b"x")
    attestant = await user(site, "attestant@gsf")
    page = (await attestant.get(f"/invoicing/invoices/{invoice}")).text
    assert "3740 Öresavrundning" in page
    assert "Konterat 100,50 av 100,50 kr" in page
    await act(site, "attestant@gsf", approval.return_to_reviewer, invoice, note="Fel konto.")
    reviewer = await user(site, "granskare@gsf")
    form = fields((await reviewer.get(f"/invoicing/invoices/{invoice}")).text)
    assert [name for name in form if name.startswith("amount-")] == ["amount-1"]
    changed = replace(ROW, code=CodeString("6451", "31100", "440"))
    await act(site, "granskare@gsf", review.accept, invoice, [changed], shown=b"x")
    assert [row[0] for row in await coding_of(site, invoice)] == ["6451", "3740"]


async def test_an_accepted_deviation_and_a_held_match(site: Site) -> None:
    def dearer(lines):  # type: ignore[no-untyped-def]
        return (replace(lines[0], price=D("52.40")), *lines[1:])

    dear = await ordered(site, "EX-100001", "R-3", rounding=D("0.25"), lines=dearer)
    async with site.installation.database.session(actor_of("bestallare@gsf").context()) as session:
        proposed = await coding_from_order(
            session, await session.get_one(Invoice, (actor_of("bestallare@gsf").concern_id, dear))
        )
    assert sum(row.amount for row in proposed) == D(774)
    await act(
        site, "bestallare@gsf", deviation.accept_deviation, dear, proposed, note="Nytt pris.", shown=b"x"
    )
    assert (await coding_of(site, dear))[-1] == ("3740", "31100", "440", D("0.25"))
    held = await ordered(site, "EX-100004", "R-4", rounding=D("0.50"))
    assert await act(site, "bestallare@gsf", deviation.accept_match, held, shown=b"x") == "done"
    assert [row[0] for row in await coding_of(site, held)] == ["6411", "3740"]
    assert await status_of(site, held) == "done"
    taken = await rows(site, "SELECT invoiced_quantity FROM order_line WHERE item_no = 'KB-1004'")
    assert D(1) in [row[0] for row in taken]
