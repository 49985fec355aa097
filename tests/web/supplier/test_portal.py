"""The supplier portal from order to pay date, and what a supplier never sees."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from dev.demo_city import data
from dev.demo_city.ids import demo_id
from portal.formats.peppol.invoice_writer import write_invoice
from portal.formats.peppol.reader import read_invoice
from portal.invoicing.actions.parts import no_rules
from portal.invoicing.actions.pipeline import process_deliveries
from portal.invoicing.status import INVOICE
from portal.web.supplier.sentences import SENTENCES, STEPS, TABS
from portal.wiring import intake_parts

LOGIN = "leverantor@kontorsbolaget.test"
OTHER = "leverantor@farskvaror.test"
RECEIVED = f"/supplier/orders/{demo_id('order', 'EX-100001')}"
SENT = f"/supplier/orders/{demo_id('order', 'EX-100002')}"


def quantities(*values: str) -> dict[str, str]:
    return {f"quantity-{position}": value for position, value in enumerate(values, 1)}


async def invoice_form(browser: Any, path: str, number: str = "F-1001") -> dict[str, str]:
    """The prefilled form with a number written: what a person sends after one field and one press."""
    page = (await browser.get(f"{path}/invoices/new")).text
    fields = dict(re.findall(r'<input[^>]* name="([^"_][^"]*)" value="([^"]*)"', page))
    return {name: value for name, value in fields.items() if name != "q"} | {"number": number}


async def process(site: Any, rows: Any) -> None:
    """What the worker does with all that waits."""
    waiting = await rows(site, "SELECT id FROM delivery WHERE outcome = 'received'")
    await process_deliveries(
        intake_parts(site.installation, no_rules), [row.id for row in waiting], site.clock.now()
    )


async def flipped(site: Any, rows: Any, browser: Any, path: str = RECEIVED, **changes: str) -> Any:
    form = await invoice_form(browser, path) | changes
    sent = await browser.post(f"{path}/invoices", form)
    assert sent.status_code == 303, sent.text
    await process(site, rows)
    (row,) = await rows(site, "SELECT * FROM invoice WHERE number = :number", number=form["number"])
    return row, sent.headers["location"]


def test_every_status_has_a_sentence() -> None:
    assert set(SENTENCES) == set(INVOICE.codes())
    assert all(0 <= told.step < len(STEPS) for told in SENTENCES.values())
    assert sorted(code for _, _, codes in TABS for code in codes) == sorted(INVOICE.codes())


async def test_an_order_becomes_an_invoice_with_a_pay_date(site: Any, rows: Any, signed_in: Any) -> None:
    browser = await signed_in(site, LOGIN)
    row, location = await flipped(site, rows, browser)
    assert (row.status, row.flow, row.gross_amount) == ("done", "order", row.net_amount + row.tax_amount)
    went = (await browser.get(location)).text
    assert "Mottagen" in went
    assert "1 av 1 är behandlade" in went
    for path in (f"/supplier/invoices/{row.id}", "/supplier/invoices", "/"):
        text = (await browser.get(path)).text
        assert "Betalas" in text, path
        assert str(row.payment_date.year) in text, path
    again = await browser.get(f"{RECEIVED}/invoices/new")
    assert again.status_code == 409, "the order is invoiced whole, and closed"


async def test_the_form_is_filled_with_what_is_received_and_not_invoiced(
    shared_site: Any, signed_in: Any
) -> None:
    browser = await signed_in(shared_site, LOGIN)
    partly = f"/supplier/orders/{demo_id('order', 'EX-100003')}"
    assert 'name="quantity-1" value="6"' in (await browser.get(f"{partly}/invoices/new")).text
    form = await invoice_form(browser, partly) | quantities("7")
    tried = (await browser.post(f"{partly}/invoices/trial", form)).text
    assert "Kunden behöver jämföra" in tried
    form |= quantities("6")
    assert "blir klar utan handläggning" in (await browser.post(f"{partly}/invoices/trial", form)).text
    counted = await browser.post(f"{partly}/invoices/totals", form, headers={"hx-request": "true"})
    assert counted.text.lstrip().startswith('<div id="totals">')
    assert "217,50" in counted.text  # 6 × 29,00 and 25 % of it


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "x" * 36}, "number"),
        ({"issue_date": "2026-02-30"}, "issue_date"),
        ({"due_date": "2020-01-01"}, "due_date"),
        (quantities("11"), "quantity-1"),
        (quantities("-1"), "quantity-1"),
        (quantities("tio"), "quantity-1"),
        (quantities("0", "0"), "quantity-1"),
    ],
)
async def test_a_fault_is_named_at_its_field(
    shared_site: Any, signed_in: Any, changes: dict[str, str], field: str
) -> None:
    browser = await signed_in(shared_site, LOGIN)
    answer = await browser.post(f"{RECEIVED}/invoices", await invoice_form(browser, RECEIVED) | changes)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'href="#{field}"' in answer.text


async def test_two_sent_at_once_are_not_counted_against_the_same_goods(
    site: Any, rows: Any, signed_in: Any
) -> None:
    """The second would be made while the first is not counted: it waits, and keeps what was written."""
    browser = await signed_in(site, LOGIN)
    form = await invoice_form(browser, RECEIVED, "F-1") | quantities("5", "0")
    answers = await asyncio.gather(
        *(browser.post(f"{RECEIVED}/invoices", form | {"number": number}) for number in ("F-1", "F-2"))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    late = next(answer.text for answer in answers if answer.status_code == 422)
    assert "räknas fortfarande in. Vänta några sekunder" in late and 'value="5"' in late
    await process(site, rows)
    (row,) = await rows(site, "SELECT * FROM invoice")
    path = f"/supplier/invoices/{row.id}/credit"
    credit = {"number": "K-1", "issue_date": row.issue_date.isoformat(), "reason": "Trasiga."} | quantities(
        "3"
    )
    answers = await asyncio.gather(
        *(browser.post(path, credit | {"number": number}) for number in ("K-1", "K-2"))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    await process(site, rows)
    refused = await browser.post(path, credit | {"number": "K-3"})
    assert refused.status_code == 422 and "är kvar att kreditera" in refused.text


@pytest.mark.parametrize(
    ("day", "words"), [("1999-01-01", "äldre datum än fakturan"), ("2999-01-01", "framåt i tiden")]
)
async def test_a_credit_note_has_a_day_between_its_invoice_and_today(
    site: Any, rows: Any, signed_in: Any, day: str, words: str
) -> None:
    browser = await signed_in(site, LOGIN)
    row, _ = await flipped(site, rows, browser)
    credit = {"number": "K-1", "issue_date": day, "reason": "Trasiga."} | quantities("1")
    refused = await browser.post(f"/supplier/invoices/{row.id}/credit", credit)
    assert refused.status_code == 422 and words in refused.text and 'href="#issue_date"' in refused.text


async def test_a_used_number_is_refused_and_a_credit_note_names_its_invoice(
    site: Any, rows: Any, signed_in: Any
) -> None:
    browser = await signed_in(site, LOGIN)
    row, _ = await flipped(site, rows, browser, RECEIVED, **quantities("5", "0"))
    form = await invoice_form(browser, RECEIVED, "f 1001")
    assert form | quantities("5", "20") == form, "what is invoiced is not proposed again"
    again = await browser.post(f"{RECEIVED}/invoices", form)
    assert "redan skickat en faktura med det numret" in again.text
    alike = (await browser.post(f"{RECEIVED}/invoices/trial", form | {"number": "F1001"})).text
    assert "stanna i kundens kontroll" in alike and "skiljer sig bara i skiljetecken" in alike
    path = f"/supplier/invoices/{row.id}/credit"
    assert 'value="5"' in (await browser.get(path)).text
    credit = {"number": "K-1", "issue_date": row.issue_date.isoformat(), "reason": "Två var trasiga."}
    credit |= quantities("2")
    assert (await browser.post(path, credit | {"reason": " "})).status_code == 422
    assert (await browser.post(path, credit | quantities("6"))).status_code == 422
    assert (await browser.post(path, credit)).status_code == 303
    await process(site, rows)
    (made,) = await rows(site, "SELECT * FROM invoice WHERE number = 'K-1'")
    assert made.is_credit_note
    assert (made.credited_numbers, made.due_date) == (["F-1001"], row.issue_date)
    # S13: to whoever ordered, with a sentence that is true.
    assert (made.status, made.reviewer_id) == ("review", demo_id("user", "bestallare@gsf"))
    assert [one["code"] for one in made.reasons] == ["credit_note"]
    assert made.reasons[0]["params"] == {"number": "F-1001", "order": "EX-100001"}
    page = (await browser.get(path)).text
    assert 'value="3"' in page and "K-1" in page, "what is credited is not proposed again (M18)"
    again = credit | {"number": "K-2"} | quantities("4")
    refused = await browser.post(path, again)
    assert refused.status_code == 422 and "kvar att kreditera" in refused.text


async def test_answers(site: Any, rows: Any, signed_in: Any) -> None:
    browser = await signed_in(site, LOGIN)
    assert "EX-100002" in (await browser.get("/")).text
    missing = await browser.post(f"{SENT}/answer", {"code": "RE"})
    assert missing.status_code == 422
    assert 'id="RE-note-error"' in missing.text
    assert (await browser.post(f"{SENT}/answer", {"code": "AP"})).status_code == 303
    assert (await browser.post(f"{SENT}/answer", {"code": "AP"})).status_code == 409
    (order,) = await rows(site, "SELECT status FROM purchase_order WHERE number = 'EX-100002'")
    assert order.status == "confirmed"


async def test_uploaded_files_are_received_or_refused_with_words(
    site: Any, rows: Any, signed_in: Any
) -> None:
    browser = await signed_in(site, LOGIN)
    row, _ = await flipped(site, rows, browser)
    original = await site.installation.store.get(row.sha256.hex())
    token = await browser.token("/account")
    headers = {"sec-fetch-site": "same-origin"}

    async def upload(*files: tuple[str, bytes]) -> Any:
        sent = [("files", (name, content, "application/xml")) for name, content in files]
        return await browser.client.post(
            "/supplier/invoices/new", data={"_csrf_token": token}, files=sent, headers=headers
        )

    answer = await upload(("samma.xml", original), ("tom.xml", b""), ("text.xml", b"hej"))
    assert answer.status_code == 303
    await process(site, rows)
    page = (await browser.get(answer.headers["location"])).text
    assert "Redan inskickad" in page
    assert page.count("Kunde inte tas emot") == 2
    kept = await rows(site, "SELECT 1 FROM delivery WHERE channel = 'upload' AND outcome = 'refused'")
    assert len(kept) == 2, "a refused file stays as evidence"
    other = await signed_in(site, OTHER)
    assert (await other.get(answer.headers["location"])).status_code == 404
    token, browser = await other.token("/account"), other
    foreign = await upload(("annans.xml", original))
    assert "utställd av Kontorsbolaget AB" in foreign.text
    assert (
        await browser.client.post("/supplier/invoices/new", data={"_csrf_token": token}, headers=headers)
    ).status_code == 422


async def test_another_suppliers_pages_do_not_exist(site: Any, rows: Any, signed_in: Any) -> None:
    owner = await signed_in(site, LOGIN)
    row, _ = await flipped(site, rows, owner)
    other = await signed_in(site, OTHER)
    paths = [RECEIVED, f"{RECEIVED}/document", f"{RECEIVED}/invoices/new", f"/supplier/invoices/{row.id}",
             f"/supplier/invoices/{row.id}/credit"]  # fmt: skip
    assert [(await other.get(path)).status_code for path in paths] == [404] * len(paths)
    assert (await other.post(f"{SENT}/answer", {"code": "AP"})).status_code == 404
    assert (await other.post(f"{RECEIVED}/invoices", {"number": "F-2"})).status_code == 404
    for path in ("/", "/supplier/orders", "/supplier/invoices", "/supplier/company"):
        text = (await other.get(path)).text
        assert "EX-100001" not in text, path
        assert "F-1001" not in text, path
    buyer = await signed_in(site, "bestallare@gsf")
    assert (await buyer.get("/supplier/orders")).status_code == 403


async def test_no_page_holds_an_internal_name_coding_or_comment(site: Any, rows: Any, signed_in: Any) -> None:
    """Every status in turn, with a comment, a coding and reasons that a supplier never reads."""
    browser = await signed_in(site, LOGIN)
    row, _ = await flipped(site, rows, browser)
    secret = '[{"code": "price", "message": "Internt skäl", "params": {}}]'
    internal = [login for login, *_ in data.USERS] + [
        "Internt skäl",
        "Intern kommentar",
        "6451",
        "31100",
        "440 ",
    ]
    internal += [name for name in {user[1] for user in data.USERS} if name != "Beställare"]
    await site.change(
        "INSERT INTO invoice_comment (concern_id, id, invoice_id, user_id, text, created_at)"
        " VALUES (:c, gen_random_uuid(), :i, :u, 'Intern kommentar', now())",
        c=row.concern_id, i=row.id, u=demo_id("user", "granskare@gsf"),
    )  # fmt: skip
    for status in INVOICE.codes():
        await site.change(
            "UPDATE invoice SET status = :s, reasons = CAST(:r AS jsonb), reviewer_id = :u WHERE id = :i",
            s=status, r=secret, i=row.id, u=demo_id("user", "granskare@gsf"),
        )  # fmt: skip
        for path in ("/", "/supplier/invoices", f"/supplier/invoices/{row.id}", RECEIVED):
            # Whom to ask about the order is there to be read (X11); the login is in its e-mail address.
            text = (await browser.get(path)).text.replace("bestallare@gsf.exempelstad.test", "")
            assert SENTENCES[status].label in text, (status, path)
            assert not [word for word in internal if word in text], (status, path)
    for path in ("/supplier/orders", "/supplier/company", "/supplier/invoices/new", f"{SENT}/invoices/new"):
        text = (await browser.get(path)).text
        assert not [word for word in internal if word in text], path


async def test_a_changed_account_is_only_a_proposal(site: Any, rows: Any, signed_in: Any) -> None:
    browser = await signed_in(site, LOGIN)
    wrong = await browser.post("/supplier/company/accounts", {"kind": "BANKGIRO", "number": "505-1207"})
    assert wrong.status_code == 422
    assert (
        await browser.post("/supplier/company/accounts", {"kind": "BANKGIRO", "number": "505-1206"})
    ).status_code == 303
    accounts = await rows(
        site, "SELECT number, status FROM supplier_account WHERE supplier_id = :id ORDER BY number",
        id=demo_id("supplier", "Kontorsbolaget AB"),
    )  # fmt: skip
    assert [(a.number, a.status) for a in accounts] == [("5050109", "active"), ("5051206", "proposed")]
    page = (await browser.get("/supplier/company")).text
    assert "Väntar på kontroll" in page
    row, _ = await flipped(site, rows, browser)
    paid = read_invoice(await site.installation.store.get(row.sha256.hex()))
    assert [account.number for account in paid.accounts] == ["5050109"]
    assert write_invoice(paid)


async def test_contact_is_changed_at_once(site: Any, rows: Any, signed_in: Any) -> None:
    browser = await signed_in(site, LOGIN)
    facts = {"contact_name": "Order", "phone": "", "email": "order@kontorsbolaget.test", "street": "Nya gatan 1",
             "postcode": "99999", "city": "Exempelstad"}  # fmt: skip
    assert (await browser.post("/supplier/company/contact", facts | {"email": "fel"})).status_code == 422
    assert (await browser.post("/supplier/company/contact", facts)).status_code == 303
    (row,) = await rows(site, "SELECT email, postcode, name FROM supplier WHERE org_number = '5599001012'")
    assert tuple(row) == ("order@kontorsbolaget.test", "999 99", "Kontorsbolaget AB")


async def test_the_list_is_paged_and_searched(
    shared_site: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.web.supplier.order_index.PAGE", 2)
    browser = await signed_in(shared_site, LOGIN)
    seen: list[str] = []
    path: str | None = "/supplier/orders"
    while path:
        page = (await browser.get(path)).text
        seen += re.findall(r"data-row-link>(EX-\d+)<", page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        path = found.group(1).replace("&amp;", "&") if found else None
    assert sorted(seen) == ["EX-100001", "EX-100002", "EX-100003", "EX-100004"]
    found_one = (await browser.get("/supplier/orders?q=100003")).text
    assert re.findall(r"data-row-link>(EX-\d+)<", found_one) == ["EX-100003"]


async def test_a_supplier_is_sent_to_upload_only_where_there_is_an_agreement(
    site: Any, signed_in: Any
) -> None:
    """P07: without one it is told so, with one the first page has the template and the way to upload."""
    supplier = await signed_in(site, "leverantor@mattservice.test")
    pages = ("/", "/supplier/catalogues")
    for path in pages:
        text = (await supplier.get(path)).text
        assert "Ni är inte med på något avtal än" in text, path
        assert "Ladda upp katalog" not in text and 'type="file"' not in text, path
    await site.change(
        "INSERT INTO agreement_supplier (concern_id, agreement_id, supplier_id, rank) SELECT concern_id, id, :s, 2"
        " FROM agreement WHERE number = 'R-2026-003'", s=demo_id("supplier", "Mattservice AB"),
    )  # fmt: skip
    start, own = [(await supplier.get(path)).text for path in pages]
    assert "Lägg in er katalog" in start and 'href="/supplier/catalogues/template"' in start
    assert "Ladda upp katalog" in start and 'type="file"' in own
    template = await supplier.get("/supplier/catalogues/template")
    assert template.status_code == 200 and template.content.startswith(b"PK")
