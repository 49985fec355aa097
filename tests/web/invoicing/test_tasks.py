"""Min dag and the menu's counters: what waits for the person, and for the person's role."""

from __future__ import annotations

from tests.web.core.conftest import Site
from tests.web.invoicing.conftest import VARD, manual, user


async def test_a_review_that_only_levgruppen_may_see_waits_on_their_min_dag(site: Site) -> None:
    """Secret by its supplier, to a reference whose reviewer holds no B45: it goes to nobody else (A2.13)."""
    await manual(site, "HEMLIG-2", seller=VARD)
    day = (await (await user(site, "levgruppen@stad")).get("/")).text
    assert "Granska faktura från Vårdboendet AB" in day and "Faktura HEMLIG-2" in day
    waiting = (await (await user(site, "levgruppen@stad")).get("/invoicing/invoices")).text
    assert "En faktura väntar på dig." in waiting and ">HEMLIG-2" in waiting
    assert "HEMLIG-2" not in (await (await user(site, "granskare@gsf")).get("/")).text


async def test_who_reviews_nothing_is_shown_no_empty_task_of_reviews(site: Site) -> None:
    day = (await (await user(site, "levgruppen@stad")).get("/")).text
    assert "Fakturor i ankomstkontroll" in day and "Fakturor att granska" not in day
