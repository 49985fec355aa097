"""A4.15, A2.13: secret from the first moment: seen, counted and found by nobody without B45."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from dev.invoices.writer import Account, Buyer, Document, Line, Seller
from portal.audit.models import AuditEvent
from portal.cli.acting import acting_as, looking
from portal.invoicing.models import Invoice
from portal.settings import Settings
from portal.wiring import build
from tests.cli.conftest import Command

CARE = Seller("Vårdboendet AB", "5599001095", "SE559900109501")
AOF = Buyer("Äldreomsorgsförvaltningen", ("0088", "7350099900020"), "7350099900020")
GSF = Buyer("Grundskoleförvaltningen", ("0088", "7350099900013"), "7350099900013")
WITH_SIGHT = ("sekretess@aof", "admin@aof", "levgruppen@stad")
WITHOUT = ("bestallare@aof", "synare@gsf", "admin@gsf", "fakturaadmin@gsf", "central@stad", "revisor@stad")


def _secret(portal: Command, **changes: object) -> Document:
    line = Line(Decimal(30), "DAY", Decimal(2150), "Vårddygn")
    base = replace(
        portal.invoice("EX-100005", "S-1"), seller=CARE, accounts=(Account("5050901"),), order=None,
        lines=(line,), buyer=AOF, reference="AOF900",
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def test_only_those_with_sight_find_it(portal: Command) -> None:
    taken = portal.intake(_secret(portal))["invoice"]
    assert (taken["status_label"], taken["handler"]) == ("Granskning ej utförd", "sekretess@aof")
    for key in ("S-1", taken["id"]):
        for login in WITH_SIGHT:
            assert len(portal.json("invoice", "show", key, "--as", login)) == 1, login
        for login in WITHOUT:
            assert portal.json("invoice", "show", key, "--as", login) == [], login


def test_intake_as_a_user_shows_only_what_the_user_sees(portal: Command) -> None:
    assert portal.intake(_secret(portal), "--as", "admin@gsf")["invoice"] is None
    again = portal.intake(_secret(portal), "--as", "levgruppen@stad")
    assert (again["stored"], again["invoice"]["number"]) == ("duplicate", "S-1")


def test_nobody_without_sight_counts_it(portal: Command) -> None:
    portal.intake(_secret(portal))
    counted = asyncio.run(_counts(portal))
    assert {login: counted[login] for login in WITHOUT} == dict.fromkeys(WITHOUT, 0)
    assert counted["levgruppen@stad"] == 1


@pytest.mark.parametrize(
    ("changes", "handler"),
    [
        ({"reference": "AOF100"}, "role:levgruppen"),  # the reviewer holds no B45
        ({"reference": "unknown"}, "role:local_admin@AOF"),  # one of AOF's administrators does
        ({"reference": "unknown", "buyer": GSF}, "role:levgruppen"),  # none of GSF's does
        ({"accounts": (Account("5050208"),)}, "role:levgruppen"),
        ({"currency": "EUR", "buyer": GSF}, "role:levgruppen"),
    ],
)
def test_a_stop_is_always_before_somebody_with_sight(
    portal: Command, changes: dict[str, object], handler: str
) -> None:
    taken = portal.intake(_secret(portal, **changes))["invoice"]
    assert taken["handler"] == handler
    assert portal.json("invoice", "show", "S-1")[0]["secret"] is True


def test_each_sight_is_noted(portal: Command) -> None:
    portal.intake(_secret(portal))
    portal.json("invoice", "show", "S-1", "--as", "levgruppen@stad")
    assert asyncio.run(_sights(portal)) == ["levgruppen@stad", "operator"]


async def _counts(portal: Command) -> dict[str, int]:
    installation = build(Settings.from_env(), portal.urls.app, portal.urls.owner)
    found = {}
    for login in (*WITHOUT, "levgruppen@stad"):
        (actor,) = await acting_as(installation, login)
        async with looking(installation, actor) as eyes:
            query = select(func.count()).select_from(Invoice)  # the policies alone, without `seen`
            found[login] = int((await eyes.session.execute(query)).scalar_one())
    await installation.database.close()
    return found


async def _sights(portal: Command) -> list[str]:
    installation = build(Settings.from_env(), portal.urls.app, portal.urls.owner)
    (actor,) = await acting_as(installation, None)
    async with looking(installation, actor) as eyes:
        query = select(AuditEvent.actor).where(AuditEvent.tag == "invoice:secret:see")
        found = sorted((await eyes.session.execute(query)).scalars())
    await installation.database.close()
    return found
