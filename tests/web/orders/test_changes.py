"""The order page after sending: the change and its attest, the rest ended, the receipt's button (M14, M15, S14)."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.db.context import Context
from portal.orders.actions.answer import answer
from tests.domains.orders.conftest import actor_of, supplier_of
from tests.domains.orders.flow import ordered
from tests.web.core.conftest import Browser, Site
from tests.web.orders.conftest import post, user

SUPPLIER = supplier_of("Kontorsbolaget AB")
PART = f"/orders/{demo_id('order', 'EX-100003')}"
LINE = demo_id("order_line", f"{demo_id('order', 'EX-100003')}/1")


async def changed(site: Site, *lines: dict[str, str]) -> UUID:
    """An order of paper that the supplier has changed; its id."""
    city, now = site.installation.database, site.clock.now()
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10}, now)
    async with city.session(SUPPLIER.context()) as session:
        await answer(
            session, SUPPLIER, order.id, code="CA", promised_on=None, note="Bara åtta", lines=lines, now=now
        )
    return order.id


def written(html: str, form: str) -> dict[str, str]:
    """What the fields of a form hold."""
    inside = html.partition(f'id="{form}"')[2].partition("</form>")[0]
    tags = re.findall(r"<input [^>]*>", inside)
    found = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in tags]
    return {one["name"]: one.get("value", "") for one in found if not one["name"].startswith("_")}


async def stands(site: Site, order: UUID) -> Any:
    """The order's status and its line."""
    query = (
        "SELECT o.status, l.quantity, l.price FROM purchase_order o JOIN order_line l ON l.order_id = o.id"
        f" WHERE o.id = '{order}'"
    )
    async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
        connection = await session.connection()
        return (await connection.exec_driver_sql(query)).one()


async def test_the_form_holds_what_the_supplier_answered_and_goes_to_attest_when_dearer(site: Site) -> None:
    order = await changed(site, {"position": "1", "quantity": "8", "price": "52.40"})
    buyer = await user(site, "bestallare@gsf")
    assert "Beställningar som leverantören ändrat" in (await buyer.get("/")).text
    page = (await buyer.get(f"/orders/{order}")).text
    given = written(page, "change-form")
    assert sorted(given.values()) == ["52,40", "8"]
    empty = await post(buyer, f"/orders/{order}/change-approval", dict.fromkeys(given, ""))
    assert empty.status_code == 422 and 'aria-invalid="true"' in empty.text
    unread = await post(buyer, f"/orders/{order}/change-approval", dict.fromkeys(given, "åtta"))
    assert unread.status_code == 422 and 'value="åtta"' in unread.text
    assert (await post(buyer, f"/orders/{order}/change-approval", given)).status_code == 303
    assert (await stands(site, order)).status == "change_awaiting_approval"
    waiting = (await buyer.get(f"/orders/{order}")).text
    assert "Ändringen väntar på attest" in waiting and "52,40" in waiting
    assert (await buyer.get(f"/orders/{order}/receipts/new")).status_code == 409
    attestant = await user(site, "attestant@gsf")
    card = (await attestant.get("/attest")).text
    assert "Ändrad order" in card and "avtalets pris är 49,90" in card
    assert (await attestant.get(f"/orders/{order}")).status_code == 200
    action = re.findall(r'action="(/attest/steps/[^"]+/approval[^"]*)"', card)[0].replace("&amp;", "&")
    assert (await post(attestant, action)).status_code == 303
    after = await stands(site, order)
    assert (after.status, str(after.quantity), str(after.price)) == ("confirmed", "8.0000", "52.4000")
    told = (await buyer.get(f"/orders/{order}")).text
    assert "först 10 à 49,90 kr" in told


async def test_a_refusal_reaches_the_suppliers_page(site: Site) -> None:
    order = await changed(site)
    buyer = await user(site, "bestallare@gsf")
    assert (await post(buyer, f"/orders/{order}/change-refusal", {"refusal": ""})).status_code == 422
    done = await post(buyer, f"/orders/{order}/change-refusal", {"refusal": "Vi behöver alla"})
    assert done.status_code == 303
    supplier = await user(site, "leverantor@kontorsbolaget.test")
    page = (await supplier.get(f"/supplier/orders/{order}")).text
    assert "Vi behöver alla" in page and 'id="answer-form"' in page


async def test_only_buyer_and_administrators_see_and_may_end_the_rest(site: Site) -> None:
    receiver = await user(site, "mottagare@gsf")
    assert "/ending" not in (await receiver.get(PART)).text
    assert (await post(receiver, f"{PART}/ending", {"ending": "Nej"})).status_code == 403
    admin = await user(site, "fakturaadmin@gsf")
    assert f'action="{PART}/ending"' in (await admin.get(PART)).text
    assert (await post(admin, f"{PART}/ending", {"ending": ""})).status_code == 422
    assert (await post(admin, f"{PART}/ending", {"ending": "Utgått"})).status_code == 303
    page = (await admin.get(PART)).text
    assert "Avslutad" in page and "Utgått" in page and "/receipts/new" not in page
    again = await post(admin, f"{PART}/ending", {"ending": "Utgått"})
    assert again.status_code == 409 and "redan avslutad" in again.text
    late = await post(admin, f"{PART}/receipts", {f"quantity-{LINE}": "1"})
    assert late.status_code == 409 and "avslutad och kan inte kvitteras" in late.text


async def test_by_hand_a_partly_delivered_order_is_not_cancelled_and_the_reason_is_true(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    page = await post(buyer, f"{PART}/cancellation", {"note": "Ångrat"})
    assert page.status_code == 409 and "Avsluta resten i stället" in page.text


def buttons(html: str) -> list[str]:
    """The buttons of the receipt's form."""
    return re.findall(r'<button type="submit"[^>]*form="receipt"[^>]*>', html)


async def received(browser: Browser) -> str:
    """What the order's page says has come."""
    page = (await browser.get(PART + "/receipts/new")).text
    return re.findall(rf'name="seen-{LINE}" value="([^"]*)"', page)[0]


async def test_one_button_and_what_was_typed_is_never_passed_over(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    form = (await buyer.get(PART + "/receipts/new")).text
    (button,) = buttons(form)
    assert 'data-receipt-part="Kvittera {typed} av {left}"' in button and 'name="do"' not in button
    assert 'data-left="4"' in form
    typed = {f"quantity-{LINE}": "1", f"seen-{LINE}": "6", "do": "all"}
    assert (await post(buyer, PART + "/receipts", typed)).status_code == 303
    assert await received(buyer) == "7"
    nothing = {f"quantity-{LINE}": "", f"seen-{LINE}": "7", "do": "all"}
    assert (await post(buyer, PART + "/receipts", nothing)).status_code == 422
    assert await received(buyer) == "7"


async def test_more_than_ordered_with_a_reason_is_received_and_offered_to_be_raised(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    rest = {f"quantity-{LINE}": "4", f"seen-{LINE}": "6"}
    assert (await post(buyer, PART + "/receipts", rest)).status_code == 303
    assert "Kvittera mer" in (await buyer.get(PART)).text
    more = {f"quantity-{LINE}": "2", f"seen-{LINE}": "10"}
    assert (await post(buyer, PART + "/receipts", more)).status_code == 422
    assert (await post(buyer, PART + "/receipts", {**more, "note": "På köpet"})).status_code == 303
    page = (await buyer.get(PART)).text
    assert f'action="{PART}/raising"' in page
    undo = re.findall(r'action="([^"]+/reversal)"', page)[-1]
    assert (await post(buyer, undo)).status_code == 303
    assert f'action="{PART}/raising"' not in (await buyer.get(PART)).text


async def test_the_supplier_knows_whom_to_ask_unless_hidden_or_secret(site: Site) -> None:
    order = demo_id("order", "EX-100003")
    supplier = await user(site, "leverantor@kontorsbolaget.test")
    path = f"/supplier/orders/{order}"
    name = actor_of("bestallare@gsf").name
    page = (await supplier.get(path)).text
    assert name in page and "mailto:bestallare@gsf.exempelstad.test" in page
    await site.change("UPDATE purchase_order SET secret = true WHERE id = :id", id=order)
    assert 'id="contact"' not in (await supplier.get(path)).text
    await site.change("UPDATE purchase_order SET secret = false WHERE id = :id", id=order)
    await site.change(
        "INSERT INTO setting (concern_id, id, key, value, valid_from) VALUES (:c, :i, 'order.hide_buyer',"
        " 'true', '2020-01-01')", c=CONCERN_ID, i=UUID(int=5),
    )  # fmt: skip
    assert 'id="contact"' not in (await supplier.get(path)).text
    other = await user(site, "leverantor@skolgrossisten.test")
    assert (await other.get(path)).status_code == 404
