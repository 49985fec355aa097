"""A supplier registers, signs in at once, and is approved by somebody else."""

from __future__ import annotations

from typing import Any

import pytest

FORM = {
    "org_number": "559900-1145", "name": "Pappersbruket AB", "vat_number": "SE559900114501", "f_tax": "1",
    "bankgiro": "505-1206", "street": "Bruksgatan 1", "postcode": "99999", "city": "Exempelstad",
    "contact_name": "Order", "phone": "010-555 03 00", "email": "order@pappersbruket.test",
    "password": "granris mossa bäck",
}  # fmt: skip
PATH = "/suppliers/registration"


async def registered(site: Any, **changes: str) -> Any:
    browser = site.browser()
    answer = await browser.post(PATH, {**FORM, **changes})
    assert answer.status_code == 303, answer.text
    return browser


async def test_a_supplier_registers_signs_in_and_waits(site: Any, rows: Any, signed_in: Any) -> None:
    browser = await registered(site)
    assert "så här går det till" in (await browser.get(f"{PATH}/welcome")).text
    assert (await browser.sign_in(FORM["email"], FORM["password"])).status_code == 303
    start = await browser.get("/")
    assert start.status_code == 200, start.text
    assert "Väntar på godkännande" in start.text
    assert "Leverantörsportalen" in start.text
    (row,) = await rows(
        site,
        "SELECT r.status, r.registered_by = u.id AS own, a.status AS account, a.number, s.endpoint,"
        " sign_in_challenge(u.email) AS challenge"
        " FROM supplier s JOIN supplier_relation r ON r.supplier_id = s.id"
        " JOIN supplier_account a ON a.supplier_id = s.id JOIN app_user u ON u.supplier_id = s.id"
        " WHERE s.org_number = '5599001145'",
    )
    assert (row.status, row.own, row.account, row.number) == ("pending", True, "proposed", "5051206")
    assert row.endpoint == "0007:5599001145"
    assert row.challenge.startswith("$argon2id$")
    jobs = await rows(
        site, "SELECT 1 FROM procrastinate_jobs WHERE task_name = 'suppliers.mail_registration'"
    )
    events = await rows(
        site, "SELECT tag FROM audit_event WHERE supplier_id IS NOT NULL AND tag LIKE 'supplier:%'"
    )
    assert len(jobs) == 1
    assert {e.tag for e in events} >= {
        "supplier:company:register", "supplier:login:open", "supplier:account:propose",
    }  # fmt: skip


async def test_every_fault_is_named_at_its_field_with_how_to_mend_it(shared_site: Any) -> None:
    wrong = {
        "org_number": "559900-1146", "vat_number": "", "f_tax": "", "bankgiro": "505-1207", "postcode": "12",
        "password": "kort", "email": "order", "contact_name": "", "name": "",
    }  # fmt: skip
    answer = await shared_site.browser().post(PATH, {**FORM, **wrong})
    assert answer.status_code == 422
    for name in wrong:
        assert f'id="{name}-error"' in answer.text, name
        assert f'href="#{name}"' in answer.text, name
    assert "Sista siffran i organisationsnumret" in answer.text
    assert "behöver minst 12" in answer.text
    assert 'value="Bruksgatan 1"' in answer.text, "what was right is not asked for again"
    assert "kort" not in answer.text.split('name="password"')[1][:200]


@pytest.mark.parametrize(
    ("org_number", "vat_number"), [("559900-1012", "SE559900101201"), ("212099-0011", "SE212099001101")]
)
async def test_a_known_number_is_refused_and_nothing_of_the_known_one_is_told(
    shared_site: Any, org_number: str, vat_number: str
) -> None:
    form = {
        **FORM,
        "org_number": org_number,
        "vat_number": vat_number,
        "name": "Någon annan AB",
        "bankgiro": "505-1206",
    }
    answer = await shared_site.browser().post(PATH, form)
    assert answer.status_code == 422
    assert "redan anmält" in answer.text
    assert "Kontorsbolaget" not in answer.text
    assert "kontorsbolaget.test" not in answer.text


async def test_a_used_address_gets_the_answer_of_any_other_and_a_mail(site: Any, rows: Any) -> None:
    """K07: whoever fills in the form does not learn who signs in here; whoever holds the address is told."""
    used = {
        "email": "leverantor@kontorsbolaget.test",
        "org_number": "559900-1152",
        "vat_number": "SE559900115201",
    }
    known = await site.browser().post(PATH, {**FORM, **used})
    fresh = await site.browser().post(PATH, FORM)
    assert (known.status_code, known.headers["location"]) == (fresh.status_code, fresh.headers["location"])
    assert await rows(site, "SELECT 1 FROM supplier WHERE org_number = '5599001152'") == []
    (job,) = await rows(
        site, "SELECT args FROM procrastinate_jobs WHERE task_name = 'suppliers.mail_known_address'"
    )
    assert job.args["email"] == used["email"]


async def test_another_companys_account_is_refused_and_nothing_of_it_is_told(shared_site: Any) -> None:
    """The same answer whether or not the e-mail signs somebody in."""
    answers = [
        await shared_site.browser().post(PATH, {**FORM, "bankgiro": "505-0109", "email": email})
        for email in (FORM["email"], "leverantor@kontorsbolaget.test")
    ]
    for answer in answers:
        assert answer.status_code == 422 and 'id="bankgiro-error"' in answer.text
        assert "Kontorsbolaget" not in answer.text


async def test_trying_numbers_is_slowed_down(site: Any, rows: Any, signed_in: Any) -> None:
    browser = site.browser()
    token = await browser.token(PATH)
    form = {**FORM, "org_number": "559900-1012", "vat_number": "SE559900101201"}
    codes = [(await browser.post(PATH, form, csrf=token)).status_code for _ in range(21)]
    assert codes[:20] == [422] * 20
    assert codes[20] == 403
    site.clock.advance(hours=1)
    assert (await browser.post(PATH, form, csrf=token)).status_code == 422


async def test_approval_opens_the_account_and_the_mail_goes_out(site: Any, rows: Any, signed_in: Any) -> None:
    await registered(site)
    (supplier,) = await rows(site, "SELECT id FROM supplier WHERE org_number = '5599001145'")
    admin = await signed_in(site, "leverantorsadmin@stad")
    listed = await admin.get("/suppliers?status=pending")
    assert "Pappersbruket AB" in listed.text
    shown = await admin.get(f"/suppliers/{supplier.id}")
    assert "Godkänn leverantör och konto" in shown.text
    assert "505-1206" in shown.text
    assert (await admin.post(f"/suppliers/{supplier.id}/approval")).status_code == 303
    (row,) = await rows(
        site, "SELECT r.status, a.status AS account, u.login FROM supplier_relation r"
        " JOIN supplier_account a USING (concern_id, supplier_id) JOIN app_user u ON u.id = r.decided_by"
        " WHERE r.supplier_id = :id", id=supplier.id,
    )  # fmt: skip
    assert (row.status, row.account, row.login) == ("approved", "active", "leverantorsadmin@stad")
    assert (await admin.post(f"/suppliers/{supplier.id}/approval")).status_code == 409


async def test_whoever_registered_does_not_approve(site: Any, rows: Any, signed_in: Any) -> None:
    admin = await signed_in(site, "leverantorsadmin@stad")
    assert (await admin.post(PATH, FORM)).status_code == 303
    (supplier,) = await rows(site, "SELECT id FROM supplier WHERE org_number = '5599001145'")
    assert "Du har själv anmält" in (await admin.get(f"/suppliers/{supplier.id}")).text
    assert (await admin.post(f"/suppliers/{supplier.id}/approval")).status_code == 403
    other = await signed_in(site, "leverantorsadmin@gsf")
    assert (await other.post(f"/suppliers/{supplier.id}/approval")).status_code == 303


async def test_refusal_needs_a_reason_which_the_supplier_reads(site: Any, rows: Any, signed_in: Any) -> None:
    await registered(site)
    (supplier,) = await rows(site, "SELECT id FROM supplier WHERE org_number = '5599001145'")
    admin = await signed_in(site, "leverantorsadmin@stad")
    assert (await admin.post(f"/suppliers/{supplier.id}/rejection", {"reason": " "})).status_code == 422
    reason = {"reason": "F-skatten är återkallad."}
    assert (await admin.post(f"/suppliers/{supplier.id}/rejection", reason)).status_code == 303
    own = await signed_in(site, FORM["email"], FORM["password"])
    start = (await own.get("/")).text
    assert "F-skatten är återkallad." in start
    assert "leverantorsadmin" not in start
