"""The header's search: articles for who buys, requisitions by number, words of one's own orders (P06)."""

from __future__ import annotations

import re

from dev.demo_city.ids import demo_id
from tests.web.core.conftest import Site, make_site, site
from tests.web.orders.conftest import add, draft, fields, post, user

__all__ = ["make_site", "site"]
CODED = {"responsibility": "31100", "operation": "440"}
ORDER = f"/orders/{demo_id('order', 'EX-100001')}"


async def test_a_buyer_finds_articles(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    html = (await buyer.get("/search", params={"q": "gelpenna"})).text
    assert html.count(">Gelpenna ") == 5
    assert "8 träffar på ”gelpenna”." in html
    assert 'href="/catalog/articles?q=gelpenna"' in html
    assert "KB-1001" in (await buyer.get("/search", params={"q": "kb1001"})).text


async def test_who_does_not_buy_finds_no_articles(site: Site) -> None:
    auditor = await user(site, "revisor@stad")
    assert ">Gelpenna " not in (await auditor.get("/search", params={"q": "gelpenna"})).text


async def test_own_orders_are_found_by_what_was_ordered_and_others_are_not(site: Site) -> None:
    buyer, other = await user(site, "bestallare@gsf"), await user(site, "bestallare2@gsf")
    asked = {"q": "kopieringspapper"}
    assert f'href="{ORDER}"' in (await buyer.get("/search", params=asked)).text
    assert f'href="{ORDER}"' not in (await other.get("/search", params=asked)).text


async def test_a_requisition_is_found_by_its_number_and_what_is_on_it(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    await add(buyer, "KB-1004")
    page = await buyer.get("/orders/basket")
    given = {name: CODED.get(name.partition("-")[0], value) for name, value in fields(page.text).items()}
    sent = await post(buyer, draft(page.text), {**given, "do": "send", "goods_mark": "Plan 1"})
    assert sent.status_code == 303, sent.text
    address = sent.headers["location"]
    number = re.search(r"<title>([^<·|]+)", (await buyer.get(address)).text)
    assert number is not None
    for words in (number.group(1).split()[0], "kontorsstol"):
        html = (await buyer.get("/search", params={"q": words})).text
        assert f'href="{address}"' in html, words
    other = await user(site, "bestallare2@gsf")
    assert f'href="{address}"' not in (await other.get("/search", params={"q": "kontorsstol"})).text
