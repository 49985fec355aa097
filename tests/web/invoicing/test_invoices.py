"""The list and the page: whose invoices, secrecy, filters, paging, the original, search, counters and Min dag."""

from __future__ import annotations

import base64
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.invoices.orders import invoice_for
from dev.invoices.writer import write
from portal.formats.rulesets import packaged_rules
from portal.invoicing.actions.intake import receive
from portal.invoicing.actions.parts import IntakeParts, OneByOne
from portal.invoicing.actions.pipeline import process_deliveries
from portal.invoicing.status import INVOICE
from tests.web.core.conftest import Site
from tests.web.invoicing.conftest import AOF, HTMX, VARD, manual, post, rows, today_of, user

LIST = "/invoicing/invoices"


async def many(site: Site, count: int) -> None:
    """Rows of granskare@gsf, one minute apart, numbered P-0 …"""
    await site.change(
        "INSERT INTO invoice (concern_id, id, organisation_id, sha256, status, status_since, is_credit_note, number,"
        " number_key, seller_name, issue_date, due_date, arrived_at, arrival_date, currency, net_amount, tax_amount,"
        " gross_amount, prepaid_amount, rounding_amount, payable_amount, reasons, manual_controls, credited_numbers,"
        " under_investigation, secret)"
        " SELECT :c, gen_random_uuid(), :o, '\\x00', 'review', :now, false, 'P-' || n, 'P' || n, 'Provbolaget',"
        " :day, :day + n, :now + n * interval '1 minute', :day, 'SEK', n, 0, n, 0, 0, n, '[]', '[]', '[]', false, false"
        " FROM generate_series(1, :n) n",
        c=CONCERN_ID, o=demo_id("organisation", "GSF"), now=site.clock.now(), day=today_of(site), n=count,
    )  # fmt: skip
    await site.change(
        "INSERT INTO invoice_participant (concern_id, invoice_id, user_id, waiting, since)"
        " SELECT concern_id, id, :u, true, :now FROM invoice WHERE seller_name = 'Provbolaget'",
        u=demo_id("user", "granskare@gsf"), now=site.clock.now(),
    )  # fmt: skip


def numbers(html: str) -> list[str]:
    """The invoice numbers of a list, in order."""
    return re.findall(r'data-row-link>Provbolaget</a><small class="of">(P-\d+)', html)


async def test_pages_of_fifty_by_keyset_both_ways(site: Site) -> None:
    await many(site, 120)
    browser = await user(site, "granskare@gsf")
    seen, path, sizes = [], f"{LIST}?supplier=Provbolaget", []
    while path:
        html = (await browser.get(path)).text
        sizes.append(len(numbers(html)))
        seen += numbers(html)
        following = re.search(r'rel="next" href="([^"]+)"', html)
        last, path = path, following.group(1).replace("&amp;", "&") if following else ""
    assert sizes == [50, 50, 20] and seen == [f"P-{n}" for n in range(120, 0, -1)]
    html = (await browser.get(last)).text
    previous = re.search(r'rel="prev" href="([^"]+)"', html)
    assert (
        previous
        and numbers((await browser.get(previous.group(1).replace("&amp;", "&"))).text) == seen[50:100]
    )
    assert len(numbers((await browser.get(f"{LIST}?supplier=Provbolaget&cursor=damaged")).text)) == 50


async def test_filters_are_in_the_address_and_shown_as_chips(site: Site) -> None:
    await many(site, 9)
    browser = await user(site, "granskare@gsf")
    day = today_of(site)
    for query, expected in (
        ("number=p-7", ["P-7"]),
        ("amount_from=8&amount_to=9,00", ["P-9", "P-8"]),
        (f"due_to={(day + timedelta(days=2)).isoformat()}&sort=due", ["P-1", "P-2"]),
        ("status=done", []),
        ("status=review&sort=amount&amount_from=9", ["P-9"]),
        ("status=nonsense&amount_from=x&number=P-1", ["P-1"]),
    ):
        html = (await browser.get(f"{LIST}?supplier=provbol&{query}")).text
        assert numbers(html) == expected, query
        assert "Leverantör: provbol" in html
    assert "Inga fakturor passar filtren" in (await browser.get(f"{LIST}?number=finns-inte")).text


async def test_a_normal_user_sees_own_invoices_only(site: Site) -> None:
    invoice = await manual(site, "E-1")
    owner, other = await user(site, "granskare@gsf"), await user(site, "bestallare2@gsf")
    assert "E-1" in (await owner.get(LIST)).text
    for path in (LIST, f"{LIST}?tab=all", f"{LIST}?tab=handled", "/search?q=E-1"):
        assert ">E-1<" not in (await other.get(path)).text, path
    assert (await other.get(f"{LIST}/{invoice}")).status_code == 404
    assert "Alla</a>" not in (await owner.get(LIST)).text


@pytest.mark.parametrize(
    "login", ["synare@gsf", "admin@gsf", "fakturaadmin@gsf", "revisor@stad", "levgruppen@stad"]
)
async def test_b26_administrators_and_auditors_see_all_of_theirs(site: Site, login: str) -> None:
    invoice = await manual(site, "E-2")
    browser = await user(site, login)
    assert "E-2" in (await browser.get(f"{LIST}?tab=all")).text
    page = await browser.get(f"{LIST}/{invoice}")
    assert page.status_code == 200 and "Din tur" not in page.text


async def test_without_a14_or_sight_the_list_is_closed(site: Site) -> None:
    browser = await user(site, "leverantorsadmin@stad")
    assert (await browser.get(LIST)).status_code == 403


async def test_a_secret_invoice_is_seen_counted_and_found_by_nobody_without_b45(site: Site) -> None:
    invoice = await manual(site, "HEMLIG-1", "AOF900", seller=VARD, org=AOF)
    for login, sees in (("sekretess@aof", True), ("admin@aof", True), ("levgruppen@stad", True),
                        ("bestallare@aof", False), ("revisor@stad", False), ("central@stad", False)):  # fmt: skip
        browser = await user(site, login)
        pages = [
            (await browser.get(path)).text for path in (f"{LIST}?tab=all", LIST, "/search?q=HEMLIG-1", "/")
        ]
        found = [bool(re.search(">HEMLIG-1[<,]|Faktura HEMLIG-1", page)) for page in pages]
        assert any(found) == sees, (login, found)
        assert ((await browser.get(f"{LIST}/{invoice}")).status_code == 200) == sees, login
        assert ((await browser.get(f"{LIST}/{invoice}/original")).status_code == 200) == sees, login
        assert (
            "Vårdboendet" in (await browser.get("/search?q=vårdboendet")).text.replace("”", "")
        ) == sees, login
    assert (
        "counter" not in (await (await user(site, "bestallare@aof")).get("/")).text.split("Fakturor")[1][:80]
    )


async def test_the_original_is_text_or_a_download_that_no_browser_runs(site: Site) -> None:
    invoice = await manual(site, "R-1", note="<script>alert(1)</script>")
    browser = await user(site, "granskare@gsf")
    answer = await browser.get(f"{LIST}/{invoice}/original")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.content.startswith(b"<?xml")
    shown = (await browser.get(f"{LIST}/{invoice}?document=original")).text
    assert (
        "&lt;Invoice" in shown
        and "\n  &lt;cbc:ID&gt;R-1&lt;/cbc:ID&gt;\n" in shown
        and "<script>alert" not in shown
    )
    paper = (await browser.get(f"{LIST}/{invoice}")).text
    assert "<mark>GSF100</mark>" in paper and "<mark>saknas</mark>" in paper and "<script>alert" not in paper


@pytest.mark.parametrize("status", INVOICE.codes())
async def test_every_status_says_why_it_is_here(site: Site, status: str) -> None:
    invoice = await manual(site, "W-1")
    await site.change("UPDATE invoice SET status = :s WHERE id = :id", s=status, id=invoice)
    for login in ("granskare@gsf", "fakturaadmin@gsf", "levgruppen@stad"):
        page = await (await user(site, login)).get(f"{LIST}/{invoice}")
        assert page.status_code == 200
        why = page.text.split('id="why-heading">')[1].split("<p>")[1].split("</p>")[0]
        assert len(why) > 30, (status, why)
    english = await (await user(site, "granskare@gsf")).get(f"/en{LIST}/{invoice}")
    assert english.status_code == 200


async def test_min_dag_and_the_menu_count_what_waits(site: Site) -> None:
    await manual(site, "T-1", due_date=today_of(site))
    await manual(site, "T-2", "GSF10")
    start = (await (await user(site, "granskare@gsf")).get("/")).text.replace("\u00a0", " ")
    assert "Fakturor att granska" in start and "Granska faktura från Skolgrossisten AB" in start
    assert "1 förfallen" in start
    admin = (await (await user(site, "admin@gsf")).get("/")).text
    assert "Fakturor i ankomstkontroll" in admin and "Rätta faktura från Skolgrossisten AB" in admin


async def test_search_finds_by_number_order_and_supplier(site: Site) -> None:
    await manual(site, "S-2026/77")
    browser = await user(site, "granskare@gsf")
    for words in ("S-2026/77", "s202677", "skolgross"):
        assert "S-2026/77" in (await browser.get("/search", params={"q": words})).text.replace(
            "”S-2026/77”", ""
        )
    buyer = await user(site, "bestallare@gsf")
    assert "Kontorsbolaget AB" in (await buyer.get("/search?q=EX-100001")).text
    assert "Skriv minst två tecken." in (await browser.get("/search?q=x")).text


async def test_the_list_is_swapped_by_htmx_and_whole_without(site: Site) -> None:
    await manual(site, "U-1")
    browser = await user(site, "granskare@gsf")
    part = await browser.get(LIST, headers=HTMX)
    assert part.text.lstrip().startswith('<div id="invoice-list"')
    assert "<html" in (await browser.get(LIST)).text


async def test_amounts_are_never_rounded_on_the_way(site: Site) -> None:
    invoice = await manual(site, "V-1")
    found = (await rows(site, "SELECT payable_amount FROM invoice WHERE id = :id", id=invoice))[0]
    assert found.payable_amount == Decimal("125.00")


async def test_a_form_without_the_token_does_nothing(site: Site) -> None:
    invoice = await manual(site, "Y-1")
    browser = await user(site, "granskare@gsf")
    answer: Any = await browser.post(f"{LIST}/{invoice}/rejection", {"note": "Nej."}, csrf="")
    assert answer.status_code == 403
    answer = await post(browser, f"{LIST}/{demo_id('invoice', 'none')}/rejection", {"note": "Nej."})
    assert answer.status_code == 404


@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("field", ["issue_date", "due_date"])
async def test_the_first_and_the_last_day_there_is_break_no_page(site: Site, field: str, day: date) -> None:
    invoice = await manual(site, "M-1", **{field: day})
    administrator = await user(site, "fakturaadmin@gsf")
    for path in ("/", "/invoicing/invoices", "/invoicing/arrivals", f"/invoicing/invoices/{invoice}"):
        assert (await administrator.get(path)).status_code == 200, path
    supplier = await user(site, "leverantor@skolgrossisten.test")
    for path in ("/", "/supplier/invoices", f"/supplier/invoices/{invoice}"):
        assert (await supplier.get(path)).status_code == 200, path


async def test_the_control_list_names_the_edition_of_the_official_rules(site: Site) -> None:
    """S09: where the packaged rules judge, that too is said."""
    document = write(await invoice_for(site.installation.database, "EX-100001", "RE-9", today_of(site)))
    rules = packaged_rules()
    parts = IntakeParts(site.installation.database, site.installation.store, rules, check=OneByOne(rules))
    received = await receive(parts, document, channel="command", now=site.clock.now())
    assert not await process_deliveries(parts, [received.delivery_id], site.clock.now())
    ((invoice_id,),) = await rows(site, "SELECT id FROM invoice WHERE number = 'RE-9'")
    browser = await user(site, "levgruppen@stad")
    html = (await browser.get(f"{LIST}/{invoice_id}")).text
    assert "CEN:s och Peppols regler, utgåva 2026.5 genom portalens ersättning" in html
    english = (await browser.get(f"/en{LIST}/{invoice_id}")).text
    assert "The rules of CEN and Peppol, edition 2026.5 by the portal&#39;s own version" in english


async def test_a_file_with_a_large_attachment_is_shown(site: Site) -> None:
    """Case CI19: the page reads the neutral invoice, and shows the beginning of the original."""
    document = write(
        await invoice_for(site.installation.database, "EX-100001", "RE-8", today_of(site))
    ).decode()
    part = (
        "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>"
        '<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="underlag.pdf">'
        f"{base64.b64encode(bytes(8_000_000)).decode()}</cbc:EmbeddedDocumentBinaryObject>"
        "</cac:Attachment></cac:AdditionalDocumentReference>"
    )
    before = "<cac:AccountingSupplierParty>"
    parts = IntakeParts(site.installation.database, site.installation.store, packaged_rules())
    data = document.replace(before, part + before, 1).encode()
    received = await receive(parts, data, channel="command", now=site.clock.now())
    assert not await process_deliveries(parts, [received.delivery_id], site.clock.now())
    ((invoice_id,),) = await rows(site, "SELECT id FROM invoice WHERE number = 'RE-8'")
    browser = await user(site, "levgruppen@stad")
    page = await browser.get(f"{LIST}/{invoice_id}")
    assert page.status_code == 200 and "RE-8" in page.text
    assert len(page.content) < 1_000_000
