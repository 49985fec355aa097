"""The main job, end to end: a supplier joins, is bought from, and sees the day the money comes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from e2e.pages import flow
from e2e.pages.person import ByKeys, Person, Watched

BUYER, ATTESTANT, ADMIN = "bestallare@gsf", "attestant@gsf", "leverantorsadmin@stad"
# A letter too few: the search mends it.
MISSPELT = "överstryknigspenna modell 001"


@pytest.mark.parametrize(
    ("kind", "way", "script", "serial"),
    [
        pytest.param(Watched, "script", True, 101, id="with script"),
        pytest.param(Person, "plain", False, 102, id="without script"),
        pytest.param(ByKeys, "keys", True, 103, id="by keys only", marks=pytest.mark.deep),
    ],
)
def test_from_catalogue_to_pay_date(
    visit: Any, tmp_path: Path, kind: type[Person], way: str, script: bool, serial: int
) -> None:
    """Each person in a browser of the own. axe is script itself, and judges the pages of one of the ways."""
    company = flow.joining(serial)
    supplier, admin, buyer, attestant = (kind(visit(script=script)) for _ in range(4))

    def look(person: Person, step: str) -> None:
        flow.look(person.page, f"full-flow/{way}/{step}", checked=way == "script")

    flow.register(supplier, company)
    look(supplier, "01-registered")
    admin.sign_in(ADMIN)
    flow.approve(admin, company)
    look(admin, "02-agreement")
    supplier.sign_in(company.email, company.password)
    flow.upload(supplier, company, tmp_path)
    look(supplier, "03-mended")
    flow.submit_catalogue(supplier)
    flow.publish(admin, company)
    look(admin, "04-published")
    buyer.sign_in(BUYER)
    flow.fill_basket(buyer, company, MISSPELT)
    look(buyer, "05-found")
    buyer.open("/orders/basket")
    look(buyer, "06-basket")
    flow.send_basket(buyer, ("31100", "440"), ATTESTANT)
    look(buyer, "07-sent")
    attestant.sign_in(ATTESTANT)
    flow.attest(attestant, company.name)
    look(attestant, "08-attested")
    flow.confirm(supplier)
    look(supplier, "09-confirmed")
    flow.receive(buyer, company)
    look(buyer, "10-received")
    flow.invoice(supplier)
    look(supplier, "11-invoiced")
    told = flow.paid_on(supplier)
    look(supplier, "12-pay-date")
    assert "Klar" in told and company.bankgiro.replace("-", "\N{NON-BREAKING HYPHEN}") in told
