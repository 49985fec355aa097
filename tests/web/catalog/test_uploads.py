"""Upload, mend, approve and publish in the pages, without JavaScript and by htmx."""

from __future__ import annotations

import re

from dev.demo_city.ids import demo_id
from dev.demo_city.master_data import supplier_id
from tests.domains.catalog.conftest import csv, row
from tests.web.catalog.conftest import HTMX, post, upload, user, work
from tests.web.core.conftest import Site

MINE = "/supplier/catalogues"
THEIRS = "/catalog/uploads"
CHOSEN = f"{demo_id('agreement', 'R-2026-003')}/{supplier_id('Nätkompaniet AB')}"
SUPPLIER = "leverantor@natkompaniet.test"


async def test_from_a_file_with_errors_to_a_published_catalogue(site: Site) -> None:
    supplier, publisher = await user(site, SUPPLIER), await user(site, "leverantorsadmin@stad")
    start = (await supplier.get(MINE)).text
    assert "R-2026-003 IT-utrustning, Exempelstads kommun" in start
    data = csv(
        [row("N-1", "Patchkabel blå"), row("N-2", "Nätverksväxel", "1 499 EUR"), row("N-3", unit="flarn")]
    )
    sent = await upload(supplier, MINE, CHOSEN, data)
    assert sent.status_code == 303
    address = sent.headers["location"]
    waiting = (await supplier.get(address)).text
    assert 'hx-trigger="every 1s"' in waiting
    await work(site)
    report = (await supplier.get(address)).text
    assert "2 rader att rätta" in report
    assert "Priset är i EUR." in report
    assert "Publicera" not in report
    form = (await supplier.get(f"{address}/rows/3")).text
    assert 'value="1 499 EUR"' in form
    wrong = await post(supplier, f"{address}/rows/3", {"price": "mycket"}, htmx=True)
    assert "”mycket” är inte ett belopp." in wrong.text
    assert "<html" not in wrong.text
    mended = await post(supplier, f"{address}/rows/3", {"price": "1499"})
    assert mended.status_code == 303
    assert "1 rad att rätta" in (await supplier.get(address)).text
    assert (await post(supplier, f"{address}/submission")).status_code == 303
    assert "Väntar på godkännande" in (await supplier.get(address)).text
    theirs = THEIRS + address.removeprefix(MINE)
    assert "Kataloger att godkänna" in (await publisher.get("/")).text
    assert "Publicera 2 rader" in (await publisher.get(theirs)).text
    assert (await post(publisher, f"{theirs}/publication")).status_code == 303
    await work(site)
    assert "Publicerad" in (await supplier.get(address)).text
    buyer = await user(site, "bestallare@gsf")
    found = (await buyer.get("/catalog/articles?q=patchkabbel", headers=HTMX)).text
    assert "Patchkabel blå" in found
    assert "Visar träffar för ”patchkabel”" in found


async def test_a_refusal_reaches_the_supplier(site: Site) -> None:
    supplier, publisher = await user(site, SUPPLIER), await user(site, "leverantorsadmin@stad")
    address = (await upload(supplier, MINE, CHOSEN, csv([row("N-1")]))).headers["location"]
    await work(site)
    await post(supplier, f"{address}/submission")
    theirs = THEIRS + address.removeprefix(MINE)
    without = await post(publisher, f"{theirs}/refusal", {"reason": ""})
    assert without.status_code == 422
    assert "Skriv varför, så att leverantören vet vad som ska ändras." in without.text
    await post(publisher, f"{theirs}/refusal", {"reason": "Fel år i priserna."})
    assert "Fel år i priserna." in (await supplier.get(address)).text


async def test_odd_prices_are_confirmed_before_they_are_sent(site: Site) -> None:
    supplier = await user(site, "leverantor@kontorsbolaget.test")
    chosen = f"{demo_id('agreement', 'R-2026-001')}/{supplier_id('Kontorsbolaget AB')}"
    data = csv([("KB-1001", "Kopieringspapper A4 80 g, 500 ark", "XPK", "4990", "25", "14111507")])
    address = (await upload(supplier, MINE, chosen, data)).headers["location"]
    await work(site)
    page = (await supplier.get(f"{address}?tab=confirm")).text
    assert "+4\N{NO-BREAK SPACE}940,10\N{NO-BREAK SPACE}kr" in page
    refused = await post(supplier, f"{address}/submission")
    assert refused.status_code == 422
    assert "Bekräfta att priset stämmer" in refused.text
    assert (
        await post(supplier, f"{address}/submission", {"confirmed": "1", "removals": "1"})
    ).status_code == 303


async def test_what_is_missing_in_the_form_is_told_at_its_field(site: Site) -> None:
    supplier = await user(site, SUPPLIER)
    answer = await post(supplier, MINE, {"catalogue": ""})
    assert answer.status_code in {400, 422}
    token = await supplier.token("/account")
    answer = await supplier.post(
        MINE, {"catalogue": ""}, csrf=token, files={"other": ("a", b"", "text/plain")}
    )
    assert answer.status_code == 422
    assert "Välj vilken katalog filen gäller." in answer.text
    assert "Välj en fil." in answer.text


async def test_the_template_can_be_filled_in_and_sent_back_as_it_is(site: Site) -> None:
    supplier = await user(site, SUPPLIER)
    template = await supplier.get(f"{MINE}/template")
    assert template.content.startswith(b"PK")
    address = (await upload(supplier, MINE, CHOSEN, template.content, "katalogmall.xlsx")).headers["location"]
    await work(site)
    assert "1 av 1 rad kan skickas" in (await supplier.get(address)).text


async def test_strangers_get_404_and_a_file_with_errors_can_be_fetched(site: Site) -> None:
    supplier, other = await user(site, SUPPLIER), await user(site, "leverantor@kontorsbolaget.test")
    local = await user(site, "leverantorsadmin@gsf")
    address = (await upload(supplier, MINE, CHOSEN, csv([row("N-1", price="x")]), "höst 2026.csv")).headers[
        "location"
    ]
    await work(site)
    theirs = THEIRS + address.removeprefix(MINE)
    for browser, path in ((other, address), (local, theirs)):
        assert (await browser.get(path)).status_code == 404
        assert (await browser.get(f"{path}/errors")).status_code == 404
        for verb in ("rows/2", "disposal", "stop"):
            assert (await post(browser, f"{path}/{verb}", {"price": "1"})).status_code == 404
    file = await supplier.get(f"{address}/errors")
    assert re.search(r'filename="[\w.-]+-fel\.csv"', file.headers["content-disposition"])
    assert "är inte ett belopp" in file.content.decode("utf-8-sig")
    chosen = f"{demo_id('agreement', 'R-2026-001')}/{supplier_id('Kontorsbolaget AB')}"
    assert (await upload(supplier, MINE, chosen, csv([row("N-1")]))).status_code == 404
