"""The check of every crawl can fail: pages that hide an act or an amount beside the window, each in its own way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from e2e.pages.checks import too_wide

PHONE = {"width": 320, "height": 600}
STYLE = """body { margin: 0 } .num { white-space: nowrap } .w { width: 600px } .s { overflow-x: auto }
.c { overflow: hidden }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.x { width: 1200px } .far { margin-left: 400px } .near { margin-left: 280px; width: 80px }"""
PAGE = f"<!doctype html><style>{STYLE}</style><main>CONTENT</main>"
ROW = "<tr><td class=x>Pärm<td class=num>290,00"
SUMS = f"<div class='s table-scroll' tabindex=0><table class='x dense'>{ROW}</table></div>"
HIDDEN = {
    "a button beside the window": "<div class=w><button class=far>Kvittera</button></div>",
    "a link scrolled away": "<div class=s><div class=w><a href=x class=far>Rätta</a></div></div>",
    "a field scrolled away": "<div class=s><div class=w><input class=far></div></div>",
    "an amount scrolled away": "<div class=s><table class=w><tr><td class=w>Pärm<td class=num>290,00</table></div>",
    "an amount cut off": "<div class=c><p class='num near'>1 234 567,00</p></div>",
    "a status scrolled away": "<div class=s><div class=w><span class='status far'>Klar</span></div></div>",
    "an amount that stands out of its cell": "<div class='num near'>1 234 567,00</div>",
    "half a button": "<div class=c><button class=near>Sök</button></div>",
    "an amount of a table with all sums": SUMS,
    "only the page itself": "<div class=w>En rad som gör sidan bredare</div>",
}
IN_SIGHT = {
    "what fits": "<button>Kvittera</button><p class=num>290,00</p><input><a href=x>Rätta</a>",
    "what is only read aloud": "<a class=heard href=x>En lång text som bara läses upp för den som lyssnar</a>",
    "an amount only read aloud": "<table><tr><th class='num heard'>Belopp i svenska kronor</table>",
    "what is folded": "<details><summary>Mer</summary><p class=s><a href=x class=far>x</a></p></details>",
    "evidence in a box of its own": "<pre class=s tabindex=0><a href=x class=far>x</a>" + "x" * 200 + "</pre>",
    "words alone, scrolled in their box": "<div class=s><div class=w>Bara text</div></div>",
}  # fmt: skip


@pytest.fixture(scope="module")
def phone(chromium: Any) -> Iterator[Any]:
    page = chromium.new_page(viewport=PHONE)
    yield page
    page.close()


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_hidden_sideways_is_found(phone: Any, name: str) -> None:
    phone.set_content(PAGE.replace("CONTENT", HIDDEN[name]))
    assert too_wide(phone) != []


@pytest.mark.parametrize("name", IN_SIGHT)
def test_what_can_be_seen_is_let_be(phone: Any, name: str) -> None:
    phone.set_content(PAGE.replace("CONTENT", IN_SIGHT[name]))
    assert too_wide(phone) == []


def test_a_table_with_all_sums_may_scroll_in_its_box_where_there_is_room_for_a_table(phone: Any) -> None:
    phone.set_viewport_size({"width": 768, "height": 600})
    phone.set_content(PAGE.replace("CONTENT", SUMS))
    assert too_wide(phone) == []
    phone.set_content(PAGE.replace("CONTENT", SUMS.replace(" dense", "")))
    assert too_wide(phone) != []
    phone.set_viewport_size(PHONE)
