"""Every list says what its rows are of, adds up what the filters leave, and is taken home as a file of just that."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from portal.kernel.listed import Contents
from portal.web.listing import contents_text
from tests.web.core.conftest import Browser, Site
from tests.web.invoicing.conftest import AOF, VARD, manual, ordered, post, user

SUPPLIER = "leverantor@kontorsbolaget.test"
LISTS = {
    "/orders": "admin@gsf", "/orders/receipts": "mottagare@gsf", "/invoicing/invoices": "admin@gsf",
    "/supplier/orders": SUPPLIER, "/supplier/invoices": SUPPLIER,
}  # fmt: skip


@pytest.fixture
async def full(site: Site) -> Site:
    """Invoices that wait, that are done, that are secret, and one whose words are hostile."""
    await ordered(site, "EX-100001", "L-1")
    await ordered(site, "EX-100002", "L-2")
    await ordered(site, "EX-100003", "+46-1", lines=lambda lines: (replace(lines[0], name="=HYPERLINK(1)"),))
    await manual(site, "L-3", "AOF100", seller=VARD, org=AOF)
    return site


async def table(browser: Browser, path: str, **query: str) -> tuple[list[dict[str, str]], list[str]]:
    """The file's rows by heading, and the cells of the page's row of sums, both of the same address."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = await browser.get(f"{path}/csv?{asked}")
    assert (
        answer.headers["content-type"] == "text/csv; charset=utf-8" and answer.content[:3] == b"\xef\xbb\xbf"
    )
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    page = (await browser.get(f"{path}?{asked}&view=table")).text
    foot = page.partition("<tfoot")[2].partition("</tfoot>")[0]
    return rows, [cell.strip() for cell in re.findall(r"</span>([^<]+)</td>", foot)]


def amount(text: str) -> Decimal:
    """A written amount, of a page or of the file."""
    return Decimal(text.replace("\u00a0", "").replace("\u2212", "-").replace(",", "."))


@pytest.mark.parametrize(
    ("contents", "text"),
    [
        (Contents(0, ()), ""), (Contents(1, ("Pärm",)), "Pärm"),
        (Contents(2, ("Pärm", "Penna")), "2 rader: Pärm, Penna"),
        (Contents(12, ("Pärm", "Penna")), "12 rader: Pärm, Penna …"),
    ],
)  # fmt: skip
def test_what_a_row_is_of(contents: Contents, text: str) -> None:
    assert contents_text(contents) == text


async def test_sums_and_file_are_of_the_same_rows(full: Site) -> None:
    for path, login in LISTS.items():
        rows, sums = await table(await user(full, login), path, tab="all", show="all")
        assert rows, path
        last = "Att betala" if path.endswith("/invoices") else "Inkl. moms"
        for heading, total in zip(("Exkl. moms", "Moms", last), map(amount, sums), strict=True):
            column = next(name for name in rows[0] if name.startswith(heading))
            assert sum(amount(row[column]) for row in rows) == total, (path, heading)


async def test_filters_are_followed(full: Site) -> None:
    browser = await user(full, "admin@gsf")
    rows, sums = await table(browser, "/invoicing/invoices", tab="all", number="L-2")
    assert [row["Nummer"] for row in rows] == ["L-2"] and sums[0] == "249,50"
    rows, sums = await table(browser, "/orders", tab="all", number="EX-100003")
    assert [row["Order"] for row in rows] == ["EX-100003"] and sums[0] == "290,00"
    supplier = await user(full, SUPPLIER)
    rows, _sums = await table(supplier, "/supplier/invoices", tab="done")
    assert [row["Nummer"] for row in rows] == ["L-1"]


async def test_the_file_holds_what_the_list_does_and_no_formula(full: Site) -> None:
    everything = {
        path: (await table(await user(full, login), path, tab="all"))[0] for path, login in LISTS.items()
    }
    numbers = {row["Nummer"] for row in everything["/invoicing/invoices"]}
    assert numbers == {"L-1", "L-2", "'+46-1"}, "not the secret one of another organisation"
    (hostile,) = [row for row in everything["/supplier/invoices"] if row["Nummer"] == "'+46-1"]
    assert hostile["Vad"] == "'=HYPERLINK(1)"
    assert hostile["Kund"] == "Grundskoleförvaltningen" and hostile["Beställning"] == "EX-100003"
    assert all(row["Leverantör"] == "Kontorsbolaget AB" for row in everything["/invoicing/invoices"])


async def test_no_other_reads_the_file(full: Site) -> None:
    other = await user(full, "leverantor@farskvaror.test")
    rows, _sums = await table(other, "/supplier/invoices")
    assert rows == []
    assert (await other.get("/orders/csv")).status_code == 403
    assert (await other.get("/invoicing/invoices/csv")).status_code == 403
    assert (await (await user(full, "admin@gsf")).get("/supplier/orders/csv")).status_code == 403
    assert (await full.browser().get("/orders/csv")).status_code in (303, 401, 403)
    buyer = await user(full, "bestallare2@gsf")
    rows, _sums = await table(buyer, "/orders")
    assert rows == [], "nobody else's, though of the same organisation"


async def test_an_invoice_that_waits_is_told_where_the_goods_are_receipted(full: Site) -> None:
    for login, path, text in (
        ("bestallare@gsf", "/orders", "Faktura väntar"), ("mottagare@gsf", "/orders/receipts", "Faktura väntar"),
        (SUPPLIER, "/supplier/orders", "Er faktura väntar på kvittens"),
    ):  # fmt: skip
        page = (await (await user(full, login)).get(path)).text
        waiting = [row for row in page.split("<tr data-row") if text in row]
        assert len(waiting) == 1 and "EX-100002" in waiting[0], path


async def test_the_view_stays_and_the_person_may_choose_it_for_good(full: Site) -> None:
    browser = await user(full, "admin@gsf")
    page = (await browser.get("/invoicing/invoices?tab=all&view=table")).text
    assert '<input type="hidden" name="view" value="table">' in page
    assert "tab=handled&amp;view=table" in page
    assert "<tfoot" not in (await browser.get("/orders?tab=all")).text
    assert (
        await post(browser, "/account/preferences", {"tables": "on", "shortcuts": "on"})
    ).status_code == 303
    assert "<tfoot" in (await browser.get("/orders?tab=all")).text
    assert "<tfoot" not in (await browser.get("/orders?tab=all&view=list")).text


async def test_a_list_too_long_to_add_up_says_so(full: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (
        "kernel.listed",
        "orders.queries.order_lists",
        "invoicing.queries.list_table",
        "web.listing",
    ):
        monkeypatch.setattr(f"portal.{module}.MOST_LISTED", 2)
    browser = await user(full, "admin@gsf")
    for path in ("/orders", "/invoicing/invoices"):
        page = (await browser.get(f"{path}?tab=all&view=table")).text
        assert "Fler än 2 rader: välj ett filter för att se summan" in page
        refused: Any = await browser.get(f"{path}/csv?tab=all")
        assert refused.status_code == 422 and "Välj ett filter" in refused.text
