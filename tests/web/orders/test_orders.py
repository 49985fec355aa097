"""Requisition, order, receipt and list pages; counters and Min dag."""

from __future__ import annotations

import re

import pytest

from dev.demo_city.ids import demo_id
from tests.web.core.conftest import Site
from tests.web.orders.conftest import add, post, user

PART = f"/orders/{demo_id('order', 'EX-100003')}"
LINE = demo_id("order_line", f"{demo_id('order', 'EX-100003')}/1")


async def test_the_order_page_tells_where_it_stands(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    page = await buyer.get(PART)
    assert page.status_code == 200
    assert "Delvis levererad" in page.text and "Kvittera leverans" in page.text
    coding = ("Konto 6451 Kontorsmaterial", "Ansvar 31100 Centralskolan", "Verksamhet 440 Grundskola")
    assert all(part.lower() in page.text.lower() for part in coding)
    assert "Ingen faktura har kommit än." in page.text


@pytest.mark.parametrize("login", ["bestallare2@gsf", "bestallare@aof"])
async def test_others_orders_are_not_there(site: Site, login: str) -> None:
    other = await user(site, login)
    assert (await other.get(PART)).status_code == 404
    assert (await other.get(PART + "/receipts/new")).status_code == 404


async def test_a_part_then_the_rest_is_receipted_and_taken_back(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    form = await buyer.get(PART + "/receipts/new")
    assert f'name="quantity-{LINE}" value="4"' in form.text
    wrong = await post(buyer, PART + "/receipts", {f"quantity-{LINE}": "5", f"seen-{LINE}": "6"})
    assert wrong.status_code == 422 and "högst 4 till" in wrong.text and 'value="5"' in wrong.text
    early = {f"quantity-{LINE}": "1", f"seen-{LINE}": "6", "received_on": "2001-01-01"}
    refused = await post(buyer, PART + "/receipts", early)
    assert refused.status_code == 422 and "Mottagningsdagen kan inte ligga före den." in refused.text
    stale = await post(buyer, PART + "/receipts", {f"quantity-{LINE}": "1", f"seen-{LINE}": "0"})
    assert stale.status_code == 409
    part = await post(buyer, PART + "/receipts", {f"quantity-{LINE}": "1", f"seen-{LINE}": "6"})
    assert part.status_code == 303
    rest = await post(buyer, PART + "/receipts", {"do": "all"})
    assert rest.status_code == 303
    page = await buyer.get(PART)
    assert "Levererad" in page.text and "Allt är levererat." in page.text
    undo = re.findall(r'action="([^"]+/reversal)"', page.text)[-1]
    assert (await post(buyer, undo)).status_code == 303
    assert "Tillbakatagen" in (await buyer.get(PART)).text


async def test_deliveries_of_the_whole_organisation_for_b10(site: Site) -> None:
    buyer, receiver = await user(site, "bestallare@gsf"), await user(site, "mottagare@gsf")
    assert "EX-100002" in (await buyer.get("/orders/receipts")).text
    assert "EX-100002" in (await receiver.get("/orders/receipts")).text, (
        "none of one's own wait: all of them are shown"
    )
    assert "EX-100002" in (await receiver.get("/orders/receipts?show=all")).text
    other = await user(site, "bestallare2@gsf")
    assert "EX-100002" not in (await other.get("/orders/receipts?show=all")).text


async def test_tabs_filters_and_all_for_who_may(site: Site) -> None:
    buyer, admin = await user(site, "bestallare@gsf"), await user(site, "admin@gsf")
    waiting = (await buyer.get("/orders")).text
    assert "EX-100002" in waiting and "EX-100001" not in waiting and "tab=all" not in waiting
    assert "EX-100001" in (await buyer.get("/orders?tab=handled")).text
    found = (await admin.get("/orders?tab=all&number=EX-100003")).text
    assert "EX-100003" in found and "EX-100001" not in found
    assert (await buyer.get("/orders?before=rubbish&status=none&from=x")).status_code == 200


async def test_min_dag_and_the_menu_count(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    await add(buyer, "KB-1001", "2")
    page = (await buyer.get("/")).text
    assert "Leveranser att kvittera" in page and "Påbörjat" in page
    assert re.search(r'id="basket-count">1<', page)
