"""The main job, end to end: a supplier joins, is bought from, and sees the day the money comes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from e2e.pages import flow
from e2e.pages.shell import sign_in

BUYER, ATTESTANT, ADMIN = "bestallare@gsf", "attestant@gsf", "leverantorsadmin@stad"
# A letter too few: the search mends it.
MISSPELT = "överstryknigspenna modell 001"


@pytest.mark.parametrize(
    ("script", "serial"), [(True, 101), (False, 102)], ids=["with script", "without script"]
)
def test_from_catalogue_to_pay_date(visit: Any, tmp_path: Path, script: bool, serial: int) -> None:
    run(visit, tmp_path, flow.joining(serial), script=script)


def run(visit: Any, folder: Path, company: flow.Joining, *, script: bool) -> None:
    """Each person in a browser of the own."""
    supplier, admin, buyer, attestant = (visit(script=script) for _ in range(4))

    def look(page: Any, step: str) -> None:
        flow.look(page, f"full-flow/{'script' if script else 'plain'}/{step}", checked=script)

    flow.register(supplier, company)
    look(supplier, "01-registered")
    sign_in(admin, ADMIN)
    flow.approve(admin, company)
    look(admin, "02-agreement")
    sign_in(supplier, company.email, company.password)
    flow.upload(supplier, company, folder)
    look(supplier, "03-mended")
    flow.submit_catalogue(supplier)
    flow.publish(admin, company)
    look(admin, "04-published")
    sign_in(buyer, BUYER)
    flow.fill_basket(buyer, company, MISSPELT)
    look(buyer, "05-found")
    buyer.goto("/orders/basket")
    look(buyer, "06-basket")
    flow.send_basket(buyer, ("31100", "440"), ATTESTANT)
    look(buyer, "07-sent")
    sign_in(attestant, ATTESTANT)
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
