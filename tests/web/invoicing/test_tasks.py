"""Min dag and the menu's counters: what waits for the person, and for the person's role."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

from portal.web.invoicing.tasks import _flag, _total
from tests.web.core.conftest import Site
from tests.web.invoicing.conftest import CYKEL, VARD, manual, ordered, rows, user


async def test_a_review_that_only_levgruppen_may_see_waits_on_their_min_dag(site: Site) -> None:
    """Secret by its supplier, to a reference whose reviewer holds no B45: it goes to nobody else (A2.13)."""
    await manual(site, "HEMLIG-2", seller=VARD)
    day = (await (await user(site, "levgruppen@stad")).get("/")).text
    assert "Granska faktura från Vårdboendet AB" in day and "Faktura HEMLIG-2" in day
    waiting = (await (await user(site, "levgruppen@stad")).get("/invoicing/invoices")).text
    assert "En faktura väntar på dig." in waiting and ">HEMLIG-2" in waiting
    assert "HEMLIG-2" not in (await (await user(site, "granskare@gsf")).get("/")).text
    (row,) = await rows(site, "SELECT id FROM invoice WHERE number = 'HEMLIG-2'")
    page = (await (await user(site, "levgruppen@stad")).get(f"/invoicing/invoices/{row.id}")).text
    assert "får inte se sekretess. Levgruppen granskar den eller lämnar den vidare." in page


async def test_the_invoice_of_a_supplier_that_asks_to_join_leads_to_its_approval(site: Site) -> None:
    await manual(site, "CYKEL-1", seller=CYKEL)
    levgruppen = await user(site, "levgruppen@stad")
    page = (await levgruppen.get("/invoicing/arrivals")).text
    (row,) = await rows(site, "SELECT id FROM supplier WHERE org_number = '9699001088'")
    assert "Cykelverkstaden HB har fakturans organisationsnummer men är inte godkänd än." in page
    assert f'href="/suppliers/{row.id}"' in page and 'name="supplier_id"' not in page
    assert "Godkänn leverantör" in (await levgruppen.get(f"/suppliers/{row.id}")).text


async def test_whoever_only_reads_is_told_so_and_an_order_does_not_deny_its_invoice(site: Site) -> None:
    invoice = await ordered(site, "EX-100003", "LÄST-1")
    auditor, receiver = await user(site, "revisor@stad"), await user(site, "mottagare@gsf")
    assert (
        "Du kan läsa fakturan. Andra handlägger den."
        in (await auditor.get(f"/invoicing/invoices/{invoice}")).text
    )
    (row,) = await rows(site, "SELECT order_id AS id FROM invoice WHERE number = 'LÄST-1'")
    page = (await receiver.get(f"/orders/{row.id}")).text
    assert "Fakturan ser den som beställde och den som handlägger den." in page and "LÄST-1" not in page
    assert "LÄST-1" in (await auditor.get(f"/orders/{row.id}")).text


async def test_the_track_of_an_order_ends_with_its_payment(site: Site) -> None:
    await ordered(site, "EX-100001", "BETALD-1")
    (row,) = await rows(site, "SELECT order_id AS id, status FROM invoice WHERE number = 'BETALD-1'")
    assert row.status == "done"
    page = (await (await user(site, "bestallare@gsf")).get(f"/orders/{row.id}")).text
    assert 'aria-current="step"' in page and "Betalas" in page.partition('aria-current="step"')[2][:200]


def test_credit_is_told_beside_what_is_owed() -> None:
    given = [SimpleNamespace(payable_amount=Decimal(amount)) for amount in ("1625", "100.50", "-1625")]
    told = [_total(some).replace("\N{NO-BREAK SPACE}", " ") for some in (given, given[:2], given[2:])]
    assert told == [
        "Totalt 1 725,50 kr, och kredit på 1 625,00 kr.",
        "Totalt 1 725,50 kr.",
        "Kredit på 1 625,00 kr.",
    ]


async def test_who_reviews_nothing_is_shown_no_empty_task_of_reviews(site: Site) -> None:
    day = (await (await user(site, "levgruppen@stad")).get("/")).text
    assert "Fakturor i ankomstkontroll" in day and "Fakturor att granska" not in day


def test_a_credit_note_is_never_overdue() -> None:
    today = date(2026, 11, 29)
    given = [(today + timedelta(days=1), "100"), (today, "100"), (date(2020, 1, 1), "-100")]
    rows_ = [SimpleNamespace(due_date=due, payable_amount=Decimal(amount)) for due, amount in given]
    told = [_flag([row], today) for row in rows_]
    assert [one and one[2] for one in told] == ["1 förfaller snart", "1 förfallen", None]
