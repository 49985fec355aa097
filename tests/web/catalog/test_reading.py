"""The pages of a file that needs answers, of one article, of the codes, and what the supplier is told afterwards."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

from tests.domains.catalog.conftest import csv, row
from tests.web.catalog.conftest import post, upload, user, work
from tests.web.catalog.test_uploads import CHOSEN, MINE, SUPPLIER, THEIRS
from tests.web.core.conftest import Browser, Site

CASES = Path(__file__).resolve().parents[2] / "cases" / "catalogues"


async def _sent(site: Site, name: str, data: bytes | None = None) -> tuple[Browser, str]:
    supplier = await user(site, SUPPLIER)
    content = (CASES / name).read_bytes() if data is None else data
    address = (await upload(supplier, MINE, CHOSEN, content, name)).headers["location"]
    await work(site)
    return supplier, address


async def test_a_file_with_doubts_waits_for_its_answers(site: Site) -> None:
    supplier, address = await _sent(site, "price-unit-100.csv")
    page = (await supplier.get(address)).text
    assert "Väntar på svar om filen" in page
    assert "412,00 per 100 = 4,12/st" in page
    assert 'name="q-price_per"' in page
    without = await post(supplier, f"{address}/answers", {"q-price_per": "nonsens"})
    assert without.status_code in {400, 422}
    assert "Svara på alla frågor om filen." in without.text
    assert (await post(supplier, f"{address}/answers", {"q-price_per": "per"})).status_code == 303
    await work(site)
    page = (await supplier.get(address)).text
    assert "4,12" in page
    assert "Kontrollerad, inte skickad" in page


async def test_what_was_not_read_is_told_and_columns_are_mapped(site: Site) -> None:
    supplier, address = await _sent(site, "hidden-rows.xlsx")
    page = (await supplier.get(address)).text
    assert "Det här läste vi inte" in page
    assert "2 dolda rader: 3 (HR-2), 5 (HR-4)" in page
    assert "Läs de dolda raderna också" in page
    own = csv([row("E-1")], ("Kod hos oss", "Vad det är", "Enhet", "Vårt belopp", "Moms %", "UNSPSC"))
    supplier, address = await _sent(site, "egen.csv", own)
    page = (await supplier.get(address)).text
    assert "Vilken kolumn är vad?" in page
    said = {"c-kodhososs": "item_no", "c-vaddetär": "name", "c-vårtbelopp": "price"}
    assert (await post(supplier, f"{address}/answers", said)).status_code == 303
    await work(site)
    assert "1 av 1 rad kan skickas" in (await supplier.get(address)).text


async def test_a_footer_is_hopped_over_and_codes_are_found(site: Site) -> None:
    supplier, address = await _sent(site, "footer-row.xlsx")
    page = (await supplier.get(address)).text
    assert "1 rad att rätta" in page
    assert "Hoppa över raden" in page
    assert (await post(supplier, f"{address}/rows/11/omission")).status_code == 303
    assert "Alla rader är godkända." in (await supplier.get(address)).text
    codes = (await supplier.get(f"{MINE}/unspsc?q=papper")).text
    assert "14 Papper och pappersprodukter" in codes
    assert "47 Städutrustning" not in codes


async def test_the_approver_sees_every_field_refuses_a_row_and_the_supplier_reads_why(site: Site) -> None:
    supplier, address = await _sent(site, "nytt.csv", csv([row("N-1"), row("N-2")]))
    publisher = await user(site, "leverantorsadmin@stad")
    theirs = THEIRS + address.removeprefix(MINE)
    assert (await publisher.get(theirs)).status_code == 404
    await post(supplier, f"{address}/submission", {"removals": "1"})
    await work(site)
    page = (await publisher.get(theirs)).text
    assert "Pris enligt avtalet" in page
    article = (await publisher.get(f"{theirs}/articles/3")).text
    assert "44121704" in article
    assert "Ta inte med raden" in article
    bare = await post(publisher, f"{theirs}/articles/3/refusal", {"reason": " "})
    assert "Skriv varför" in bare.text
    await post(publisher, f"{theirs}/articles/3/refusal", {"reason": "Finns på annat avtal"})
    await post(publisher, f"{theirs}/publication", {"removals": "1"})
    await work(site)
    assert "Kunden tar inte med raden: Finns på annat avtal" in (await supplier.get(address)).text
    letters = [
        message_from_bytes(path.read_bytes(), policy=SMTP)
        for path in site.installation.settings.mail_dir.glob("*.eml")
    ]
    texts = [str(one.get_body().get_content()) for one in letters]  # type: ignore[union-attr]
    assert any("Den börjar gälla först när någon har godkänt den." in text for text in texts)
    assert any("Rad 3, N-2: Finns på annat avtal" in text for text in texts)


async def test_a_refusal_is_on_the_suppliers_start_page_and_files_are_listed(site: Site) -> None:
    supplier, address = await _sent(site, "nytt.csv", csv([row("N-1")]))
    assert "En katalogfil väntar på er." in (await supplier.get("/")).text
    await post(supplier, f"{address}/submission", {"removals": "1"})
    publisher = await user(site, "leverantorsadmin@stad")
    theirs = THEIRS + address.removeprefix(MINE)
    await post(publisher, f"{theirs}/refusal", {"reason": "Fel år i priserna."})
    page = (await supplier.get("/")).text
    assert "är avslagen" in page
    assert "Fel år i priserna." in page
    assert "Avslagen" in (await supplier.get(address)).text
    assert (await supplier.get("/supplier/files")).status_code == 200
    assert (await supplier.get("/supplier/files?tab=refused")).status_code == 200
