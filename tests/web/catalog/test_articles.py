"""The search page: hits with price, agreement and reasons; filters in the address; pages by key; empty and blocked."""

from __future__ import annotations

import re

from dev.demo_city import catalogues
from dev.demo_city.ids import demo_id
from dev.demo_city.master_data import supplier_id
from tests.web.catalog.conftest import HTMX, post, user
from tests.web.core.conftest import Site

PAGE = "/catalog/articles"


async def test_a_hit_tells_price_unit_agreement_and_why_it_may_be_bought(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    html = (await buyer.get(f"{PAGE}?q=kopieringspapper")).text
    assert "1 träff" in html
    assert "49,90&nbsp;<small>kr</small>" in html
    assert "per förpackning, exklusive moms" in html
    assert "Grundskoleförvaltningen får avropa från avtalet." in html
    assert "Kontorsbolaget AB är ensam leverantör" in html
    assert f'value="{demo_id("article", "KB-1001")}"' in html


async def test_the_form_of_a_hit_puts_it_in_the_basket_and_comes_back_after_undo(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    article = demo_id("article", "KB-1001")
    html = (await buyer.get(f"{PAGE}?q=KB-1001")).text
    assert f'id="added-{article}"' in html
    added = await post(
        buyer, "/orders/basket/lines", {"article_id": str(article), "quantity": "10"}, htmx=True
    )
    assert "i varukorgen" in added.text
    assert f'id="added-{article}"' in added.text


async def test_pages_follow_each_other_without_gap_or_repetition(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    path, seen = f"{PAGE}?q=årskurs&limit=20", []
    for _ in range(12):
        html = (await buyer.get(path, headers=HTMX)).text
        seen += re.findall(r'<li class="hit" id="hit-([^"]+)"', html)
        more = re.search(r'href="([^"]+after=[^"]+)"', html)
        if more is None:
            break
        path = more.group(1).replace("&amp;", "&")
    for_a_year = [a for a in catalogues.articles() if "årskurs" in a["name"]]
    assert len(seen) == len(set(seen)) == len(for_a_year) > 40


async def test_filters_stand_in_the_address_as_chips_and_clearing_keeps_the_words(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    agreement = demo_id("agreement", "R-2026-001")
    html = (await buyer.get(f"{PAGE}?q=blå&agreement={agreement}&segment=44")).text
    assert html.count('class="chip"') == 2
    assert 'href="/catalog/articles?q=bl%C3%A5"' in html
    assert "Mikrofiberduk blå" in (await buyer.get(f"{PAGE}?q=blå")).text
    assert "Mikrofiberduk blå" not in html
    assert "Gelpenna blå" in html


async def test_an_empty_page_keeps_the_words_and_names_the_filter_that_shuts_out_most(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    wrong = supplier_id("Hygienlagret AB")
    html = (await buyer.get(f"{PAGE}?q=kulspetspenna&supplier={wrong}")).text
    assert 'value="kulspetspenna"' in html
    assert "Filtret Leverantör stänger ute 1 träff." in html
    assert "Ta bort filtret Leverantör" in html
    nothing = (await buyer.get(f"{PAGE}?q=finnsinte")).text
    assert "Inga artiklar passar ”finnsinte”." in nothing
    assert 'href="/catalog/articles?segment=47"' in nothing  # the categories there are


async def test_nothing_found_shows_what_is_nearest(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    html = (await buyer.get(f"{PAGE}?q=gelpenna+diamantbelagd")).text
    assert "Inga artiklar passar ”gelpenna diamantbelagd”." in html
    assert "Närmast det du skrev" in html
    assert "Gelpenna" in html.partition("Närmast det du skrev")[2]


async def test_an_article_that_may_not_be_bought_is_shown_with_the_reason_by_its_number(site: Site) -> None:
    buyer = await user(site, "bestallare@slk")
    html = (await buyer.get(f"{PAGE}?q=fv-3001")).text
    assert "Stadsledningskontoret får inte avropa från avtal" in html
    assert "Därför kan du inte köpa den här" in html
    assert "Lägg i varukorg" not in html
    assert "Mellanmjölk" not in (await buyer.get(f"{PAGE}?q=mellanmjölk")).text
    local = (await buyer.get(f"{PAGE}?q=SG-2001")).text
    assert "Räknehäfte" not in local  # another organisation's local agreement is not even seen
    assert (await buyer.get(f"{PAGE}/{demo_id('article', 'SG-2001')}")).status_code == 404


async def test_odd_addresses_never_break_the_page(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    for query in (
        "agreement=x&supplier=-&segment=zz",
        "after=nej",
        "q=%25'\"\\",
        "limit=0",
        "limit=9999",
        "q=",
    ):
        assert (await buyer.get(f"{PAGE}?{query}")).status_code == 200, query


async def test_a_supplier_and_a_visitor_cannot_search(site: Site) -> None:
    supplier = await user(site, "leverantor@kontorsbolaget.test")
    assert (await supplier.get(PAGE)).status_code == 403
    assert (await site.browser().get(PAGE)).status_code in {303, 401}
