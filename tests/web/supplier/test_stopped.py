"""A stopped invoice as its supplier meets it: why, with figures, no pay day, and the way to send it anew."""

from __future__ import annotations

import re
from typing import Any

from dev.demo_city.ids import demo_id
from tests.web.supplier.test_portal import LOGIN, OTHER, RECEIVED, flipped, invoice_form, process, quantities

PARTLY = f"/supplier/orders/{demo_id('order', 'EX-100003')}"
DAY = r"[0-9]+.(?:januari|februari|december|november).[0-9]{4}"


async def upload(site: Any, rows: Any, browser: Any, content: bytes) -> None:
    sent = [("files", ("igen.xml", content, "application/xml"))]
    form = {"_csrf_token": await browser.token("/account")}
    answer = await browser.client.post(
        "/supplier/invoices/new", data=form, files=sent, headers={"sec-fetch-site": "same-origin"}
    )
    assert answer.status_code == 303
    await process(site, rows)


async def test_more_than_received_says_so_and_is_sent_anew(site: Any, rows: Any, signed_in: Any) -> None:
    browser = await signed_in(site, LOGIN)
    row, _ = await flipped(site, rows, browser, PARTLY, **quantities("7"))
    assert [one["code"] for one in row.reasons] == ["quantity_over_received"]
    path = f"/supplier/invoices/{row.id}"
    page = (await browser.get(path)).text
    assert "ni har fakturerat 7 men 6 är kvitterat och inte fakturerat. Det är 1 för mycket." in page
    assert "be kunden kvittera resten" in page
    assert "Ingen betaldag förrän" in page and not re.search(rf"Betalas {DAY}", page)
    assert "you have invoiced 7 but 6" in (await browser.get(f"/en{path}")).text
    assert "ni har fakturerat 7 men 6" in (await browser.get("/supplier/invoices")).text
    again = f"{PARTLY}/invoices/new?corrects={row.id}"
    assert f'href="{again}"' in page
    form = (await browser.get(again)).text
    assert 'href="#quantity-1"' in form and 'name="quantity-1" value="7"' in form
    assert "Först då går nummer F-1001 att använda igen." in form
    hidden = {"corrects": str(row.id)}
    sent = await invoice_form(browser, PARTLY, "f-1001") | quantities("6") | hidden
    same = await browser.post(f"{PARTLY}/invoices", sent)
    assert same.status_code == 422 and "Numret blir ledigt bara om kunden makulerar" in same.text
    assert (await browser.post(f"{PARTLY}/invoices", sent | {"number": "F-1001R"})).status_code == 303
    await process(site, rows)
    (new,) = await rows(site, "SELECT * FROM invoice WHERE number = 'F-1001R'")
    assert (new.status, new.net_amount * 7) == ("done", row.net_amount * 6)
    other = await signed_in(site, OTHER)
    assert (await other.get(f"/supplier/invoices/new?corrects={row.id}")).status_code == 404


async def test_a_second_with_the_number_names_the_first(site: Any, rows: Any, signed_in: Any) -> None:
    browser = await signed_in(site, LOGIN)
    row, _ = await flipped(site, rows, browser, RECEIVED, **quantities("5", "0"))
    original = await site.installation.store.get(row.sha256.hex())
    await upload(site, rows, browser, original.replace(b"</cbc:ID>", b"</cbc:ID><!-- igen -->", 1))
    (second,) = await rows(site, "SELECT * FROM invoice WHERE id <> :id AND number = 'F-1001'", id=row.id)
    assert [one["code"] for one in second.reasons] == ["number_taken"]
    page = (await browser.get(f"/supplier/invoices/{second.id}")).text
    assert "Fakturanummer F-1001 har ni redan använt hos kunden." in page
    assert re.search(rf"Faktura F-1001 på 311,88.kr skickade ni den {DAY}: Klar\.", page)
    assert f'href="/supplier/invoices/{row.id}"' in page
    assert "Ingen betaldag: numret finns redan" in page and not re.search(rf"Betalas {DAY}", page)
    assert f"/invoices/new?corrects={second.id}" in page


async def test_a_double_of_an_order_billed_whole_is_sent_anew_without_it(
    site: Any, rows: Any, signed_in: Any
) -> None:
    browser = await signed_in(site, LOGIN)
    row, _ = await flipped(site, rows, browser)
    original = await site.installation.store.get(row.sha256.hex())
    await upload(site, rows, browser, original.replace(b"</cbc:ID>", b"</cbc:ID><!-- igen -->", 1))
    (second,) = await rows(site, "SELECT * FROM invoice WHERE id <> :id AND number = 'F-1001'", id=row.id)
    again = f"/supplier/invoices/new?corrects={second.id}"
    assert f'href="{again}"' in (await browser.get(f"/supplier/invoices/{second.id}")).text
    assert (await browser.get(again)).status_code == 200


async def test_a_cancelled_one_says_why_and_a_stopped_one_without_order_goes_to_the_upload(
    site: Any, rows: Any, signed_in: Any
) -> None:
    browser = await signed_in(site, LOGIN)
    row, _ = await flipped(site, rows, browser)
    reasons = '[{"code": "due_date", "message": "x", "params": {"due": "2027-04-01", "days": "120"}}]'
    await site.change(
        "UPDATE invoice SET status = 'invoice_information', order_id = NULL, order_reference = NULL,"
        " reasons = CAST(:r AS jsonb), payment_date = NULL WHERE id = :i",
        r=reasons, i=row.id,
    )  # fmt: skip
    told = "Förfallodagen är 1 april 2027, 120 dagar efter fakturadatum. Högst 100 dagar är tillåtet."
    again = f"/supplier/invoices/new?corrects={row.id}"
    for path in (f"/supplier/invoices/{row.id}", "/supplier/invoices", again):
        assert told in (await browser.get(path)).text.replace("\u00a0", " "), path
    await site.change(
        "UPDATE invoice SET status = 'cancelled', cancelled_reason = 'Samma varor på F-1000.' WHERE id = :i",
        i=row.id,
    )
    page = (await browser.get("/supplier/invoices")).text
    assert "Makulerad av kunden: Samma varor på F-1000." in page and told not in page
