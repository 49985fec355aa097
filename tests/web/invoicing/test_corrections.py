"""Arrival control in the browser: every stop put right by whoever may, refused for everybody else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from dev.demo_city.ids import demo_id
from dev.invoices.writer import Account, Buyer, Line, Seller, Totals
from tests.web.core.conftest import Site
from tests.web.invoicing.conftest import (
    CYKEL,
    GIRO,
    GSF,
    fields,
    manual,
    ordered,
    post,
    rows,
    status_of,
    today_of,
    user,
)

ADMINS = ("admin@gsf", "fakturaadmin@gsf")
OTHERS = ("granskare@gsf", "synare@gsf", "revisor@stad", "leverantorsadmin@stad")


def at(invoice: Any) -> str:
    """The address of the corrections of an invoice."""
    return f"/invoicing/invoices/{invoice}/correction"


async def solved(site: Site, login: str, invoice: Any, **form: str) -> Any:
    """Send one way out; the answer."""
    return await post(await user(site, login), at(invoice), form)


async def test_the_wrong_sum_is_corrected_and_the_invoice_goes_on(site: Site) -> None:
    totals = Totals(
        net=Decimal("1137.71"), tax=Decimal("136.52"), gross=Decimal("1274.21"), payable=Decimal("1274.21")
    )
    invoice = await manual(site, "F-77120", totals=totals)
    assert await status_of(site, invoice) == "invoice_information"
    browser = await user(site, "fakturaadmin@gsf")
    page = await browser.get(f"/invoicing/arrivals?id={invoice}")
    text = page.text.replace("\u00a0", " ")
    assert "Ändra totalen till 1 274,23 kr" in text and "Föreslås" in text and "0,02" in text
    form = fields(page.text) | {"solution": "total"}
    answer = await post(browser, at(invoice), form)
    assert answer.status_code == 303 and answer.headers["location"] == "/invoicing/arrivals"
    assert await status_of(site, invoice) == "review"
    found = (await rows(site, "SELECT gross_amount, payable_amount FROM invoice WHERE id = :id", id=invoice))[
        0
    ]
    assert (found.gross_amount, found.payable_amount) == (Decimal("1274.23"), Decimal("1274.23"))
    history = (await browser.get(f"/invoicing/invoices/{invoice}")).text
    assert "Du rättade uppgifter på fakturan." in history and "1274.21 → 1274.23" in history


async def test_due_date_number_and_manual(site: Site) -> None:
    day = today_of(site)
    late = await manual(site, "D-1", due_date=day + timedelta(days=101))
    good = (day + timedelta(days=30)).isoformat()
    assert (await solved(site, "admin@gsf", late, solution="due_date", due_date="snart")).status_code == 422
    assert (await solved(site, "admin@gsf", late, solution="due_date", due_date=good)).status_code == 303
    assert await status_of(site, late) == "review"
    await manual(site, "D-2")
    double = await manual(site, "D-2", note="andra bytes")
    assert await status_of(site, double) == "invoice_information"
    assert (await solved(site, "admin@gsf", double, solution="number", number="D-2B")).status_code == 303
    assert await status_of(site, double) == "review"
    vat = await manual(site, "D-3", totals=Totals(tax=Decimal(27), gross=Decimal(127), payable=Decimal(127)))
    assert await status_of(site, vat) == "invoice_information"
    assert (await solved(site, "admin@gsf", vat, solution="manual")).status_code == 303
    controls = (await rows(site, "SELECT manual_controls FROM invoice WHERE id = :id", id=vat))[0]
    assert controls.manual_controls == ["vat_rate"]


async def test_a_number_like_another_is_answered_once_and_a_used_one_never(site: Site) -> None:
    """S06: "Är den här ny?" has a yes; the likeness stays on both pages."""
    first = await manual(site, "2026-001")
    alike = await manual(site, "2026001")
    admin = await user(site, "admin@gsf")
    page = (await admin.get(f"/invoicing/arrivals?id={alike}")).text
    assert "Är den här ny?" in page and 'value="new"' in page
    assert f'/invoicing/invoices/{first}"' in page
    assert (await solved(site, "admin@gsf", alike, solution="new")).status_code == 303
    assert await status_of(site, alike) == "review"
    claims = await rows(site, "SELECT number_key FROM number_claim ORDER BY 1")
    assert [row.number_key for row in claims] == ["2026-001", "2026001"]
    page = (await admin.get(f"/invoicing/invoices/{alike}")).text
    assert "svarade att fakturan är ny" in page and "Liknande nummer från leverantören" in page
    assert "2026-001 (125,00" in page
    assert "2026001 (125,00" in (await admin.get(f"/invoicing/invoices/{first}")).text
    used = await manual(site, "2026 001", note="andra bytes")
    page = (await admin.get(f"/invoicing/arrivals?id={used}")).text
    assert 'value="new"' not in page
    refused = await solved(site, "admin@gsf", used, solution="new")
    assert refused.status_code == 422 and "Numret är redan använt" in refused.text
    assert await status_of(site, used) == "invoice_information"


async def test_where_the_reference_was_found_is_told(site: Site) -> None:
    """S01: the control list names the field and its words, and the reason names the code, not the words."""
    invoice = await manual(site, "R-1", "Ref: GSF100, Anna")
    page = (await (await user(site, "granskare@gsf")).get(f"/invoicing/invoices/{invoice}")).text
    assert "GSF100 hittades i referensen (BT-10), där det står ”Ref: GSF100, Anna”" in page
    assert "Referensen GSF100 hör till" in page
    unknown = await manual(site, "R-2", "Anna")
    page = (await (await user(site, "admin@gsf")).get(f"/invoicing/invoices/{unknown}")).text
    assert "Varken order eller mottagare hittades på fakturan" in page


async def test_cancelled_with_a_reason_and_the_number_is_free(site: Site) -> None:
    invoice = await manual(site, "K-1", currency="EUR")
    silent = await solved(site, "admin@gsf", invoice, solution="cancel", comment=" ")
    assert silent.status_code == 422 and "Skriv varför fakturan makuleras" in silent.text
    assert (
        await solved(site, "admin@gsf", invoice, solution="cancel", comment="Fel valuta.")
    ).status_code == 303
    assert await status_of(site, invoice) == "cancelled"
    assert await status_of(site, await manual(site, "K-1")) == "review"
    admin = await user(site, "admin@gsf")
    assert "Skäl: Fel valuta." in (await admin.get(f"/invoicing/invoices/{invoice}")).text


async def test_flow_by_order_number_drops_the_coding_into_the_log(site: Site) -> None:
    invoice = await manual(site, "B-1")
    reviewer = await user(site, "granskare@gsf")
    form = fields((await reviewer.get(f"/invoicing/invoices/{invoice}")).text)
    await post(reviewer, f"/invoicing/invoices/{invoice}/coding", form | {"account-1": "6461", "do": "save"})
    admin = await user(site, "admin@gsf")
    held = await post(admin, f"/invoicing/invoices/{invoice}/return", {"note": "Det finns en order."})
    assert held.status_code == 409  # granskare@gsf still has it open
    await site.change("DELETE FROM record_lock")
    back = await post(admin, f"/invoicing/invoices/{invoice}/return", {"note": "Det finns en order."})
    assert back.status_code == 303 and await status_of(site, invoice) == "invoice_information"
    answer = await post(admin, at(invoice), {"solution": "flow", "order_number": "EX-100006"})
    assert answer.status_code == 303
    assert await status_of(site, invoice) == "matching_required"
    sql = "SELECT data FROM audit_event WHERE subject_id = :id AND tag = 'invoice:status:change_flow'"
    logged = (await rows(site, sql, id=invoice))[0].data
    assert logged["order"] == "EX-100006" and logged["dropped_coding"][0]["account"] == "6461"


async def test_another_companys_invoice_is_never_attached(site: Site) -> None:
    """M11: an organisation number that differs is refused, whoever asks; the way is to register or cancel."""
    invoice = await manual(site, "L-1", seller=CYKEL, accounts=(Account("5050208"),))
    assert await status_of(site, invoice) == "supplier_not_chosen"
    form = {"solution": "supplier", "supplier_id": str(demo_id("supplier", "Skolgrossisten AB"))}
    for login in ADMINS:
        assert (await solved(site, login, invoice, **form)).status_code == 403
    refused = await solved(site, "levgruppen@stad", invoice, **form)
    assert refused.status_code == 422 and "ett annat företag" in refused.text
    page = (await (await user(site, "levgruppen@stad")).get(f"/invoicing/invoices/{invoice}")).text
    assert "Skolgrossisten AB</option>" not in page, "only who it may be from is offered"
    assert f'href="/suppliers/{demo_id("supplier", CYKEL.name)}"' in page and "selected" not in page
    assert await status_of(site, invoice) == "supplier_not_chosen"


async def test_levgruppen_chooses_a_supplier_that_has_joined_since(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Seller("Cykelverket i staden", CYKEL.org_number, CYKEL.vat_number)
    monkeypatch.setitem(GIRO, other.name, "5050802")
    invoice = await manual(site, "L-1", seller=other, accounts=(Account("5050802"),))
    joined, form = demo_id("supplier", "Cykelverkstaden HB"), {"solution": "supplier"}
    form["supplier_id"] = str(joined)
    assert (await solved(site, "levgruppen@stad", invoice, **form)).status_code == 422
    await site.change("UPDATE supplier_relation SET status = 'approved' WHERE supplier_id = :s", s=joined)
    assert (await solved(site, "levgruppen@stad", invoice, **form)).status_code == 303
    assert await status_of(site, invoice) == "payment_information", "its account is still a proposal"
    page = (await (await user(site, "levgruppen@stad")).get(f"/invoicing/invoices/{invoice}")).text
    assert "På fakturan heter säljaren Cykelverket i staden, i registret Cykelverkstaden HB." in page


async def test_organisation_is_chosen_centrally_and_internal_invoices_never_move(site: Site) -> None:
    nowhere = Buyer("Exempelstads kommun", ("0007", "2120990011"))
    invoice = await manual(site, "O-1", "XYZ", buyer=nowhere)
    assert await status_of(site, invoice) == "invoice_information"
    form = {"solution": "organisation", "organisation_id": str(demo_id("organisation", "GSF"))}
    assert (await solved(site, "admin@gsf", invoice, **form)).status_code == 404
    assert (await solved(site, "central@stad", invoice, **form)).status_code == 303
    assert await status_of(site, invoice) == "reviewer_missing"
    internal = await manual(site, "O-2", currency="EUR")
    await site.change(
        "UPDATE supplier_relation SET internal_organisation_id = :org WHERE supplier_id = :s",
        org=demo_id("organisation", "LOK"), s=demo_id("supplier", "Skolgrossisten AB"),
    )  # fmt: skip
    for chosen in (form, {"solution": "cancel", "comment": "Nej."}):
        answer = await solved(site, "levgruppen@stad", internal, **chosen)
        assert answer.status_code == 403 and "Interna fakturor" in answer.text
    assert await status_of(site, internal) == "invoice_information"


async def test_a_reviewer_is_chosen_by_the_administrators(site: Site) -> None:
    invoice = await manual(site, "G-1", "GSF10")
    assert await status_of(site, invoice) == "reviewer_missing"
    assert (await solved(site, "admin@gsf", invoice, solution="reviewer", user_id="")).status_code == 422
    wrong = str(demo_id("user", "bestallare@aof"))
    assert (await solved(site, "admin@gsf", invoice, solution="reviewer", user_id=wrong)).status_code == 422
    begun = await post(await user(site, "admin@gsf"), f"/invoicing/invoices/{invoice}/lock")
    assert begun.status_code == 303
    right = str(demo_id("user", "granskare@gsf"))
    assert (
        await solved(site, "fakturaadmin@gsf", invoice, solution="reviewer", user_id=right)
    ).status_code == 409
    await site.change("DELETE FROM record_lock")
    assert (
        await solved(site, "fakturaadmin@gsf", invoice, solution="reviewer", user_id=right)
    ).status_code == 303
    assert await status_of(site, invoice) == "review"


@pytest.mark.parametrize("login", OTHERS)
async def test_nobody_else_corrects(site: Site, login: str) -> None:
    invoice = await manual(site, "N-1", currency="EUR")
    answer = await solved(site, login, invoice, solution="cancel", comment="Nej.")
    assert answer.status_code == 403, answer.text
    assert await status_of(site, invoice) == "invoice_information"


async def test_a_foreign_organisation_is_not_told_that_it_exists(site: Site) -> None:
    invoice = await manual(site, "X-1", currency="EUR")
    admin = await user(site, "admin@aof")
    for path in (f"/invoicing/invoices/{invoice}", f"/invoicing/invoices/{invoice}/original", at(invoice)):
        assert (await admin.get(path)).status_code == 404
    answer = await post(admin, at(invoice), {"solution": "cancel", "comment": "Nej."})
    assert answer.status_code == 404


async def test_the_queue_loads_the_next_and_levgruppens_is_for_reading(site: Site) -> None:
    first = await manual(site, "Q-1", currency="EUR")
    await manual(site, "Q-2", currency="EUR", buyer=Buyer(GSF[0], ("0088", GSF[1]), GSF[1]))
    stopped = await manual(site, "Q-3", accounts=(Account("5050802"),))
    browser = await user(site, "fakturaadmin@gsf")
    page = await browser.get(f"/invoicing/arrivals?id={first}")
    form = fields(page.text) | {"solution": "cancel", "comment": "Fel valuta."}
    part = await post(browser, at(first), form, htmx=True)
    assert part.status_code == 200 and part.text.lstrip().startswith('<div id="arrival-work"')
    assert "Faktura Q-1: Makulerad." in part.text and ">Q-2<" in part.text and ">Q-1<" not in part.text
    bad = await post(
        browser, at(first).replace(str(first), str(stopped)), {"solution": "cancel", "queue": "1"}, htmx=True
    )
    assert bad.status_code in (403, 422)
    theirs = await browser.get("/invoicing/arrivals?tab=levgruppen")
    assert "Q-3" in theirs.text and "Bara läsa" in theirs.text and 'id="work"' not in theirs.text


async def test_htmx_shows_errors_in_place(site: Site) -> None:
    invoice = await manual(site, "Q-9", currency="EUR")
    browser = await user(site, "fakturaadmin@gsf")
    form = {"solution": "cancel", "comment": "", "queue": "1"}
    part = await post(browser, at(invoice), form, htmx=True)
    assert part.status_code == 422 and part.text.lstrip().startswith('<div id="arrival-work"')
    assert "Skriv varför fakturan makuleras" in part.text and 'href="#comment"' in part.text


def chosen(html: str, name: str = "solution") -> list[str]:
    """Which radio cards of the form are chosen beforehand."""
    tags = re.findall(rf'<input [^>]*name="{name}"[^>]*>', html)
    return [re.findall(r'value="([^"]*)"', tag)[0] for tag in tags if " checked" in tag]


def offered(html: str) -> list[str]:
    """The ways out, in their order."""
    return re.findall(r'name="solution" value="([^"]*)"', html) or re.findall(
        r'<input [^>]*value="([^"]*)"[^>]*name="solution"', html
    )


async def sent_back(site: Site, number: str, **changes: Any) -> Any:
    """An invoice that passed every control and that an administrator has sent back."""
    invoice = await manual(site, number, **changes)
    back = await post(
        await user(site, "admin@gsf"), f"/invoicing/invoices/{invoice}/return", {"note": "Fel kod."}
    )
    assert back.status_code == 303 and await status_of(site, invoice) == "invoice_information"
    return invoice


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"solution": "recheck"}, "review"),
        ({"solution": "reference", "reference": "GSF200"}, "review"),
        ({"solution": "reference", "reference": "ex-100006"}, "matching_required"),
        ({"solution": "by_hand"}, "review"),
    ],
)
async def test_after_a_send_back_there_are_ways_on(site: Site, form: dict[str, str], status: str) -> None:
    """S12: nothing needs to be changed, and nothing that cannot be undone is chosen beforehand."""
    invoice = await sent_back(site, "S-1")
    page = (await (await user(site, "admin@gsf")).get(f"/invoicing/invoices/{invoice}")).text
    assert offered(page)[:3] == ["recheck", "reference", "by_hand"] and chosen(page) == []
    done = await solved(site, "admin@gsf", invoice, **form)
    assert done.status_code == 303, done.text
    assert await status_of(site, invoice) == status
    reviewer = "SELECT u.login FROM invoice i LEFT JOIN app_user u ON u.id = i.reviewer_id WHERE i.id = :id"
    if form.get("reference") == "GSF200":
        assert (await rows(site, reviewer, id=invoice))[0].login == "bestallare2@gsf"


async def test_by_hand_no_order_is_looked_for_until_one_is_given(site: Site) -> None:
    invoice = await ordered(
        site, "EX-100001", "S-2", lines=lambda lines: (replace(lines[0], quantity=Decimal(12)), lines[1])
    )
    admin = await user(site, "admin@gsf")
    assert (
        await post(admin, f"/invoicing/invoices/{invoice}/return", {"note": "Ingen order."})
    ).status_code == 303
    assert (await solved(site, "admin@gsf", invoice, solution="by_hand")).status_code == 303
    assert await status_of(site, invoice) == "reviewer_missing"
    back = {"solution": "send_back", "note_back": "Det var en order ändå."}
    assert (await solved(site, "admin@gsf", invoice, **back)).status_code == 303
    given = {"solution": "flow", "order_number": "EX-100001"}
    assert (await solved(site, "admin@gsf", invoice, **given)).status_code == 303
    assert await status_of(site, invoice) == "matching_required"


async def test_an_empty_reference_is_asked_for(site: Site) -> None:
    invoice = await sent_back(site, "S-3")
    answer = await solved(site, "admin@gsf", invoice, solution="reference", reference=" ")
    assert answer.status_code == 422 and 'href="#reference"' in answer.text


async def test_what_is_suggested_follows_the_reason(site: Site) -> None:
    """X06: a double is to be cancelled, never given another number; a field never begins with the faulty value."""
    day = today_of(site)
    first = await manual(site, "X-1")
    double = await manual(site, "X-1", note="andra bytes")
    other = await manual(site, "X-1", note="annat", lines=(Line(Decimal(2), "EA", Decimal(100), "Lås"),))
    late = await manual(site, "X-2", due_date=day + timedelta(days=101))
    foreign = await manual(site, "X-3", currency="EUR")
    admin = await user(site, "admin@gsf")
    page = (await admin.get(f"/invoicing/arrivals?id={double}")).text
    assert offered(page)[0] == "cancel" and chosen(page) == [] and "Makulera som dubblett" in page
    twins = page.split('id="twins"')[1].split("</div>")[0]
    assert f'href="/invoicing/invoices/{first}"' in twins and twins.count("Faktura X-1") == 2
    assert fields(page)["comment"].startswith("Fakturan har kommit två gånger. Faktura X-1 kom också")
    page = (await admin.get(f"/invoicing/invoices/{other}")).text
    assert offered(page)[0] == "cancel" and chosen(page) == [] and fields(page)["number"] == ""
    assert fields(page)["comment"] == "" and "Föreslås" not in page
    page = (await admin.get(f"/invoicing/invoices/{late}")).text
    assert chosen(page) == ["due_date"] and fields(page)["due_date"] == (day + timedelta(30)).isoformat()
    assert chosen((await admin.get(f"/invoicing/invoices/{foreign}")).text) == []


async def test_a_wrong_reference_is_put_right_where_a_reviewer_is_missing(site: Site) -> None:
    """X06, A5.04: it passes arrival control again, where alone it is changed, and goes to the right reviewer."""
    invoice = await manual(site, "X-4", "GSF10")
    assert await status_of(site, invoice) == "reviewer_missing"
    page = (await (await user(site, "admin@gsf")).get(f"/invoicing/arrivals?id={invoice}")).text
    assert offered(page) == ["right_reference", "reviewer", "send_back"] and chosen(page) == [
        "right_reference"
    ]
    assert fields(page)["right_reference"] == ""
    empty = await solved(site, "admin@gsf", invoice, solution="right_reference", right_reference=" ")
    assert empty.status_code == 422 and 'href="#right_reference"' in empty.text
    assert await status_of(site, invoice) == "reviewer_missing"
    done = await solved(site, "admin@gsf", invoice, solution="right_reference", right_reference="GSF200")
    assert done.status_code == 303 and await status_of(site, invoice) == "review"
    reviewer = "SELECT u.login FROM invoice i JOIN app_user u ON u.id = i.reviewer_id WHERE i.id = :id"
    assert (await rows(site, reviewer, id=invoice))[0].login == "bestallare2@gsf"
    tags = (
        "SELECT tag FROM audit_event WHERE subject_id = :id AND tag LIKE 'invoice:status:%' ORDER BY at, id"
    )
    told = [row.tag.rpartition(":")[2] for row in await rows(site, tags, id=invoice)]
    assert told[-3:] == ["send_back", "change_flow", "route_review"], told
    with_none = await manual(site, "X-5", None)
    page = (await (await user(site, "admin@gsf")).get(f"/invoicing/arrivals?id={with_none}")).text
    assert offered(page)[0] == "reviewer"
