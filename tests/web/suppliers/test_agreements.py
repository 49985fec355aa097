"""Agreements: who reads, who keeps, and what is used of the cap."""

from __future__ import annotations

from typing import Any

import pytest

from dev.demo_city.ids import demo_id

CENTRAL = f"/suppliers/agreements/{demo_id('agreement', 'R-2026-001')}"
LOCAL = f"/suppliers/agreements/{demo_id('agreement', 'L-GSF-2026-01')}"
FORM = {
    "number": "R-2026-099", "name": "Möbler", "kind": "single_fixed", "valid_from": "2026-01-01", "valid_to": "",
    "cap_amount": "1 000 000,00", "ranking_limit": "", "price_terms": "Fasta priser",
}  # fmt: skip


def callers(*names: str) -> dict[str, Any]:
    return {"callers": [str(demo_id("organisation", name)) for name in names]}


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ("synare@gsf", 200),  # A51
        ("leverantorsadmin@gsf", 200),  # B41
        ("central@stad", 200),  # A43
        ("admin@gsf", 200),  # A44
        ("revisor@stad", 200),
        ("bestallare@gsf", 403),  # A14 alone does not read agreements
        ("fakturaadmin@gsf", 403),
        ("leverantor@kontorsbolaget.test", 403),
    ],
)
async def test_agreements_are_read_by_those_with_the_code(
    shared_site: Any, signed_in: Any, login: str, code: int
) -> None:
    browser = await signed_in(shared_site, login)
    assert (await browser.get("/suppliers/agreements")).status_code == code
    assert (await browser.get(CENTRAL)).status_code == code


async def test_without_a51_the_synare_reads_no_agreement(site: Any, signed_in: Any) -> None:
    await site.change("DELETE FROM group_permission WHERE group_code = 'viewer' AND permission = 'A51'")
    browser = await signed_in(site, "synare@gsf")
    assert (await browser.get("/suppliers/agreements")).status_code == 403
    assert (await browser.get(CENTRAL)).status_code == 403


@pytest.mark.parametrize(
    "login", ["synare@gsf", "central@stad", "admin@gsf", "revisor@stad", "bestallare@gsf"]
)
async def test_without_b41_nothing_is_changed(shared_site: Any, signed_in: Any, login: str) -> None:
    browser = await signed_in(shared_site, login)
    for path in (CENTRAL, "/suppliers/agreements", f"{CENTRAL}/suppliers"):
        assert (await browser.post(path, FORM | callers("GSF"))).status_code == 403, path
    assert (await browser.get(f"{CENTRAL}/edit")).status_code == 403
    supplier = demo_id("supplier", "Kontorsbolaget AB")
    assert (await browser.post(f"{CENTRAL}/suppliers/{supplier}/removal")).status_code == 403


@pytest.mark.parametrize(
    ("login", "code"),
    [("leverantorsadmin@stad", 200), ("levgruppen@stad", 200), ("admin@gsf", 403), ("synare@gsf", 403)],
)
async def test_the_register_is_for_those_who_approve(
    shared_site: Any, signed_in: Any, login: str, code: int
) -> None:
    browser = await signed_in(shared_site, login)
    assert (await browser.get("/suppliers")).status_code == code
    if code == 403:
        invited = demo_id("supplier", "Kontorsbolaget AB")
        assert (await browser.post(f"/suppliers/{invited}/block", {"reason": "Prov"})).status_code == 403


@pytest.mark.parametrize(("login", "opens"), [("leverantorsadmin@stad", True), ("levgruppen@stad", False)])
async def test_an_agreement_is_a_link_for_those_who_read_it(
    shared_site: Any, signed_in: Any, login: str, opens: bool
) -> None:
    browser = await signed_in(shared_site, login)
    page = (await browser.get(f"/suppliers/{demo_id('supplier', 'Kontorsbolaget AB')}")).text
    assert "R-2026-001" in page
    assert (f'href="{CENTRAL}"' in page) is opens


async def test_a_local_b41_keeps_only_its_own_local_agreements(site: Any, signed_in: Any, rows: Any) -> None:
    browser = await signed_in(site, "leverantorsadmin@gsf")
    assert (await browser.get(f"{CENTRAL}/edit")).status_code == 403
    assert (await browser.post(CENTRAL, FORM | callers("GSF"))).status_code == 403
    changed = FORM | {"number": "L-GSF-2026-01", "kind": "local"} | callers("GSF")
    assert (await browser.post(LOCAL, changed)).status_code == 303
    assert (await browser.post(LOCAL, changed | callers("AOF"))).status_code == 422
    made = await browser.post("/suppliers/agreements", FORM | {"kind": "local"} | callers("GSF"))
    assert made.status_code == 303
    (row,) = await rows(site, "SELECT organisation_id FROM agreement WHERE number = 'R-2026-099'")
    assert row.organisation_id == demo_id("organisation", "GSF")


async def test_a_foreign_local_agreement_does_not_exist(shared_site: Any, signed_in: Any) -> None:
    browser = await signed_in(shared_site, "admin@aof")
    assert (await browser.get(LOCAL)).status_code == 404
    assert "L-GSF-2026-01" not in (await browser.get("/suppliers/agreements")).text


async def test_a_central_agreement_is_made_and_ended_never_deleted(
    site: Any, signed_in: Any, rows: Any
) -> None:
    browser = await signed_in(site, "leverantorsadmin@stad")
    made = await browser.post("/suppliers/agreements", FORM | callers("GSF", "AOF"))
    assert made.status_code == 303
    path = made.headers["location"]
    supplier = str(demo_id("supplier", "Hygienlagret AB"))
    assert (
        await browser.post(f"{path}/suppliers", {"supplier_id": supplier, "rank": "1"})
    ).status_code == 303
    assert "Hygienlagret AB" in (await browser.get(path)).text
    assert (await browser.post(f"{path}/suppliers/{supplier}/removal")).status_code == 303
    assert (await browser.post(path, FORM | callers("GSF") | {"valid_to": "2026-01-31"})).status_code == 303
    ended = await browser.get(path)
    assert "Avslutat" in ended.text
    tags = {r.tag for r in await rows(site, "SELECT tag FROM audit_event WHERE subject_type = 'agreement'")}
    assert tags == {f"agreement:terms:{verb}" for verb in ("create", "change", "link", "unlink")}


async def test_an_unapproved_supplier_is_not_linked(shared_site: Any, signed_in: Any) -> None:
    browser = await signed_in(shared_site, "leverantorsadmin@stad")
    supplier = str(demo_id("supplier", "Cykelverkstaden HB"))
    answer = await browser.post(f"{CENTRAL}/suppliers", {"supplier_id": supplier, "rank": "1"})
    assert answer.status_code == 422


async def test_faults_are_named_at_their_fields(shared_site: Any, signed_in: Any) -> None:
    browser = await signed_in(shared_site, "leverantorsadmin@stad")
    wrong = FORM | {
        "number": "R-2026-002", "valid_from": "2026-05-01", "valid_to": "2026-04-01", "cap_amount": "mycket",
        "kind": "ranking",
    }  # fmt: skip
    answer = await browser.post("/suppliers/agreements", wrong)
    assert answer.status_code == 422
    for name in ("valid_to", "cap_amount", "ranking_limit", "callers"):
        assert f'id="{name}-error"' in answer.text, name
    taken = await browser.post("/suppliers/agreements", FORM | {"number": "R-2026-002"} | callers("GSF"))
    assert "Numret används av ett annat avtal" in taken.text


async def test_what_no_form_of_ours_writes_is_told_too(shared_site: Any, signed_in: Any) -> None:
    browser = await signed_in(shared_site, "leverantorsadmin@stad")
    answer = await browser.post("/suppliers/agreements", FORM | {"callers": "NaN"})
    assert answer.status_code == 422 and 'id="callers-error"' in answer.text
    agreement = demo_id("agreement", "R-2026-003")
    for rank in ("0", "-1", "100", "99999999999999999999", "²", "1,5"):
        form = {"supplier_id": str(demo_id("supplier", "Kontorsbolaget AB")), "rank": rank}
        answer = await browser.post(f"/suppliers/agreements/{agreement}/suppliers", form)
        assert answer.status_code == 422 and 'id="rank-error"' in answer.text, rank


async def test_the_cap_is_used_by_the_whole_concern(shared_site: Any, signed_in: Any) -> None:
    """749 + 249,50 + 290 + 2 490 kr are ordered on R-2026-001, and AOF's administrator is told as much."""
    for login in ("admin@gsf", "admin@aof"):
        text = (await (await signed_in(shared_site, login)).get(CENTRAL)).text.replace("\u00a0", " ")
        assert "3 778,50" in text, login


async def test_one_supplier_on_fixed_terms_takes_no_second_and_asks_no_rank(
    shared_site: Any, signed_in: Any
) -> None:
    """P11: the page asks nothing that means nothing, and a forged form is refused."""
    browser = await signed_in(shared_site, "leverantorsadmin@stad")
    agreement = demo_id("agreement", "R-2026-002")
    page = await browser.get(f"/suppliers/agreements/{agreement}")
    assert 'name="rank"' not in page.text and 'name="supplier_id"' not in page.text
    assert "Ändra avtalets typ om det ska ha fler" in page.text
    form = {"supplier_id": str(demo_id("supplier", "Kontorsbolaget AB")), "rank": "2"}
    answer = await browser.post(f"/suppliers/agreements/{agreement}/suppliers", form)
    assert answer.status_code == 422 and "Avtalet har en leverantör med fasta villkor" in answer.text
