"""The basket's page: without script, with htmx, with faults, in two tabs."""

from __future__ import annotations

import re

from sqlalchemy import update

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.catalog.models import Article
from portal.db.context import Context
from tests.web.core.conftest import Site
from tests.web.orders.conftest import add, draft, fields, post, user

CODED = {"responsibility": "31100", "operation": "440"}


def coded(given: dict[str, str], **codes: str) -> dict[str, str]:
    """The form with these codes on every row."""
    return {
        name: codes.get(name.partition("-")[0], value) if "-" in name else value
        for name, value in given.items()
    }


async def test_from_article_to_sent_requisition_without_script(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    answer = await add(buyer, "KB-1001", "10")
    assert (answer.status_code, answer.headers["location"]) == (303, "/catalog/articles")
    await add(buyer, "FV-3001", "12")
    page = await buyer.get("/orders/basket")
    assert page.status_code == 200
    assert "2 rader blir 2 beställningar" in page.text
    assert "Konto föreslaget från varugrupp 14" in page.text
    assert "499,00" in page.text and "8,57" in page.text
    given = coded(fields(page.text), **CODED)
    sent = await post(buyer, draft(page.text), {**given, "do": "send", "goods_mark": "Plan 1"})
    assert sent.status_code == 303, sent.text
    shown = await buyer.get(sent.headers["location"])
    assert "Väntar på attest" in shown.text
    assert "attestant@gsf" in shown.text
    assert "skickade beställningen för attest" in shown.text


async def test_faults_stand_at_their_fields_after_an_attempt(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    await add(buyer, "FV-3001", "12")
    page = await buyer.get("/orders/basket")
    assert "ds-error-summary" not in page.text
    given = coded(fields(page.text), account="7101", responsibility="31200", operation="440")
    refused = await post(buyer, draft(page.text), {**given, "do": "send"})
    assert refused.status_code == 422
    assert (
        "Mellanmjölk 1,5 %, 1 liter: Konto 7101 Representation får inte användas på ansvar 31200"
        in refused.text
    )
    assert "Byt till 6471 Livsmedel" in refused.text
    fix = re.search(r'value="(set:account:[^"]+)"', refused.text)
    assert fix
    mended = await post(buyer, draft(refused.text), {**fields(refused.text), "do": fix.group(1)})
    assert mended.status_code == 303
    again = await buyer.get("/orders/basket")
    assert "6471 Livsmedel</option>" in again.text and "får inte användas" not in again.text


async def test_a_coding_rule_names_its_dimensions_in_english(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    await add(buyer, "FV-3001", "12")
    page = await buyer.get("/en/orders/basket")
    given = coded(fields(page.text), account="7101", responsibility="31200", operation="440")
    refused = await post(buyer, draft(page.text), {**given, "do": "send"})
    assert "Account 7101 Representation may not be used on cost centre 31200 Norra skolan" in refused.text


async def test_the_route_is_shown_and_follows_the_ansvar(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    await add(buyer, "KB-1001", "2")
    page = await buyer.get("/orders/basket")
    assert "Attestant attestant@gsf" not in page.text
    saved = await post(buyer, draft(page.text), coded(fields(page.text), **CODED), htmx=True)
    assert saved.status_code == 200 and "Attestant attestant@gsf" in saved.text and "Sparad" in saved.text
    assert 'id="basket-bar"' in saved.text and 'hx-swap-oob="morph"' in saved.text
    moved = await post(buyer, draft(saved.text), coded(fields(saved.text), responsibility="31200"), htmx=True)
    assert "2 attestant2@gsf" in moved.text and "Attestant attestant@gsf" not in moved.text


async def test_two_tabs_conflict_instead_of_overwriting(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    await add(buyer, "KB-1001", "2")
    page = await buyer.get("/orders/basket")
    old = fields(page.text)
    quantity = next(name for name in old if name.startswith("quantity-"))
    assert (await post(buyer, draft(page.text), {**old, quantity: "3"})).status_code == 303
    late = await post(buyer, draft(page.text), {**old, quantity: "9", "do": "send"})
    assert late.status_code == 409
    assert f'name="{quantity}" value="3"' in (await buyer.get("/orders/basket")).text


async def test_an_unreadable_quantity_is_told_and_kept_in_the_field(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    await add(buyer, "KB-1001", "2")
    page = await buyer.get("/orders/basket")
    given = fields(page.text)
    quantity = next(name for name in given if name.startswith("quantity-"))
    refused = await post(buyer, draft(page.text), {**given, quantity: "tio"})
    assert refused.status_code == 422
    assert "”tio” är inte ett tal" in refused.text and f'name="{quantity}" value="tio"' in refused.text


async def test_the_search_page_gets_the_row_with_undo_and_the_counter(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    added = await add(buyer, "KB-1001", "10", htmx=True)
    assert added.status_code == 200
    assert "10 förpackningar i varukorgen" in added.text.replace("\u00a0", " ")
    assert 'id="basket-count" hx-swap-oob="true">1' in added.text
    undo = re.search(r'action="([^"]+/undo[^"]*)"', added.text)
    assert undo
    back = await post(buyer, undo.group(1).replace("&amp;", "&"), {}, htmx=True)
    assert "Lägg i varukorg" in back.text and 'id="basket-count" hx-swap-oob="true">0' in back.text
    assert "Varukorgen är tom" in (await buyer.get("/orders/basket")).text


async def test_a_removed_line_can_be_put_back(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    await add(buyer, "KB-1001", "10")
    await add(buyer, "KB-1002", "5")
    page = await buyer.get("/orders/basket")
    remove = re.findall(r'value="(remove:[^"]+)"', page.text)[1]
    gone = await post(buyer, draft(page.text), {**fields(page.text), "do": remove}, htmx=True)
    assert "är borttagen" in gone.text and 'form="undo-removal"' in gone.text
    await add(buyer, "KB-1002", "5")
    assert "Kulspetspenna blå" in (await buyer.get("/orders/basket")).text


async def test_split_and_copy_by_buttons(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    await add(buyer, "KB-1001", "10")
    await add(buyer, "KB-1002", "5")
    page = await buyer.get("/orders/basket")
    split = re.findall(r'value="(split:[^"]+)"', page.text)[0]
    await post(buyer, draft(page.text), {**coded(fields(page.text), **CODED), "do": split})
    page = await buyer.get("/orders/basket")
    assert page.text.count('name="share-') == 2 and page.text.count('value="50"') == 2
    copy = re.findall(r'value="(copy:[^"]+)"', page.text)[0]
    await post(buyer, draft(page.text), {**fields(page.text), "do": copy})
    page = await buyer.get("/orders/basket")
    assert page.text.count('name="share-') == 4
    uncopy = 'name="do" value="uncopy"'
    assert uncopy in page.text and "Kopierad från" not in page.text
    await post(buyer, draft(page.text), {**fields(page.text), "do": "uncopy"})
    page = await buyer.get("/orders/basket")
    assert page.text.count('name="share-') == 2 and uncopy not in page.text
    asked = re.findall(r'value="(copy:[^"]+:account)"', page.text)[0]
    await post(buyer, draft(page.text), {**fields(page.text), "do": asked})
    assert "Kopierad från Kopieringspapper" in (await buyer.get("/orders/basket")).text


async def test_what_became_another_stands_at_its_line_and_is_accepted_there(site: Site) -> None:
    """CO03: same number and price, but a 25-pack at another VAT; its new name alone stops nothing."""
    buyer = await user(site, "bestallare@gsf")
    await add(buyer, "KB-1002", "20")
    async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
        await session.execute(update(Article).where(Article.id == demo_id("article", "KB-1002")).values(
            unit="XPK", vat_rate=6, name="Kulspetspenna blå 25-pack",
        ))  # fmt: skip
    page = await buyer.get("/orders/basket")
    assert "Enhet: nu förpackning, var styck" in page.text and "Moms: nu 6 %, var 25 %" in page.text
    assert "Namn: nu Kulspetspenna blå 25-pack, var Kulspetspenna blå" in page.text
    given = coded(fields(page.text), **CODED)
    refused = await post(buyer, draft(page.text), {**given, "do": "send"})
    assert refused.status_code == 422 and "Enheten är nu förpackning, inte styck." in refused.text
    (accept,) = re.findall(r'value="(accept:[^"]+)"', refused.text)
    await post(buyer, draft(refused.text), {**fields(refused.text), "do": accept})
    page = await buyer.get("/orders/basket")
    assert "var styck" not in page.text
    sent = await post(buyer, draft(page.text), {**coded(fields(page.text), **CODED), "do": "send"})
    assert sent.status_code == 303, sent.text


async def test_a_typed_zero_stays_in_its_field_with_the_reason(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    await add(buyer, "KB-1002", "20")
    page = await buyer.get("/orders/basket")
    field = next(name for name in fields(page.text) if name.startswith("quantity-"))
    for written in ("0", "-3", ""):
        answer = await post(buyer, draft(page.text), {**fields(page.text), field: written, "do": "save"})
        assert answer.status_code == 422, written
        assert "Skriv ett antal som är större än noll, eller ta bort raden." in answer.text
        assert f'name="{field}" value="{written}"' in answer.text
    half = await post(buyer, draft(page.text), {**fields(page.text), field: "0,5", "do": "send"})
    assert half.status_code == 422 and "säljs bara i hela enheter" in half.text
    remove = re.findall(r'value="(remove:[^"]+)"', page.text)[0]
    now = await buyer.get("/orders/basket")
    gone = await post(buyer, draft(now.text), {**fields(now.text), field: "0", "do": remove})
    assert gone.status_code == 303 and "Varukorgen är tom" in (await buyer.get("/orders/basket")).text


async def test_the_least_quantity_is_shown_before_it_is_refused(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
        paper = update(Article).where(Article.id == demo_id("article", "KB-1001"))
        await session.execute(paper.values(min_quantity=5))
    article = (await buyer.get(f"/catalog/articles/{demo_id('article', 'KB-1001')}")).text
    assert re.search(r"Minsta antal</dt>\s*<dd[^>]*>5<", article)
    await add(buyer, "KB-1001", "5")
    assert "Minst 5" in (await buyer.get("/orders/basket")).text


async def test_a_malformed_button_is_told_as_such(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    await add(buyer, "KB-1001", "5")
    page = await buyer.get("/orders/basket")
    for button in ("remove:x", "split:", "copy:1", "set:a", "accept:x", "unsplit:x:y"):
        answer = await post(buyer, draft(page.text), {**fields(page.text), "do": button})
        assert answer.status_code == 404, button


async def test_the_english_page_has_the_same_form(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    await add(buyer, "KB-1001", "10")
    page = await buyer.get("/en/orders/basket")
    assert page.status_code == 200 and draft(page.text).startswith("/en/orders/requisitions/")


async def test_who_may_not_order_has_no_basket(site: Site) -> None:
    auditor = await user(site, "revisor@stad")
    assert (await auditor.get("/orders/basket")).status_code == 403
    assert (await add(auditor, "KB-1001")).status_code == 403


async def test_a_temporary_address_needs_b42(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    assert (await buyer.get("/orders/addresses/new")).status_code == 403
    await site.change(
        "INSERT INTO user_role (concern_id, user_id, permission, valid_from, scope)"
        " SELECT concern_id, id, 'B42', '2020-01-01', 'local' FROM app_user WHERE login = 'bestallare@gsf'"
    )
    form = {"name": "Kulturhuset", "street": "Torget 2", "postcode": "99999", "city": "Exempelstad"}
    wrong = await post(buyer, "/orders/addresses", {**form, "postcode": "12"})
    assert wrong.status_code == 422 and "fem siffror" in wrong.text
    assert (await post(buyer, "/orders/addresses", form)).headers["location"] == "/orders/basket"
    await add(buyer, "KB-1001", "10")
    assert "Kulturhuset, Torget 2, 999 99 Exempelstad" in (await buyer.get("/orders/basket")).text
