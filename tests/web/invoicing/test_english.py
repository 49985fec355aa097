"""Under /en nothing of the portal's own is Swedish: every reason an invoice can stop for, and what is done then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from dev.demo_city.ids import CONCERN_ID
from dev.invoices.writer import Account, Buyer, Charge, Line, Totals
from portal.invoicing.actions.again import rerun
from portal.invoicing.rules.reasons import REASONS
from tests.web.core.conftest import Site
from tests.web.invoicing.conftest import (
    CYKEL,
    manual,
    ordered,
    rows,
    today_of,
    user,
)
from tests.web.invoicing.english import swedish_left

Stopped = Callable[[Site], Awaitable[UUID]]
NUMBERS = count(10)


def line(number: int, **changes: Any) -> Callable[[Any], Any]:
    """Change one line of an order's invoice."""
    return lambda lines: (*lines[: number - 1], replace(lines[number - 1], **changes), *lines[number:])


async def double(site: Site) -> UUID:
    """The number of another invoice of the same supplier."""
    await manual(site, "E-1")
    return await manual(site, "E-1", note="again")


async def against_official_rules(site: Site) -> UUID:
    """An invoice whose document broke two rules when it came."""
    invoice = await manual(site, "E-2", currency="EUR")
    await site.change(
        "UPDATE invoice SET fatal_rules = '[\"BR-16\", \"BR-CO-15\"]', currency = 'SEK' WHERE id = :id",
        id=invoice,
    )
    await rerun(site.installation.database, CONCERN_ID, [invoice], site.clock.now())
    return invoice


async def invalid_coding(site: Site) -> UUID:
    """An order whose account is no longer valid when its invoice comes."""
    await site.change("UPDATE coding_value SET valid_to = valid_from WHERE code = '6451'")
    return await ordered(site, "EX-100001", "E-3")


async def waited_too_long(site: Site) -> UUID:
    """Reminded of and then handed over."""
    invoice = await ordered(site, "EX-100002", "E-4")
    await site.change("UPDATE invoice SET arrival_date = arrival_date - 8 WHERE id = :id", id=invoice)
    await rerun(site.installation.database, CONCERN_ID, [invoice], site.clock.now())
    return invoice


async def on_hold(site: Site) -> UUID:
    """Held at arrival, and then put right: it fits, and rests at the buyer."""
    invoice = await ordered(site, "EX-100006", "E-5", due_date=None)
    held = "UPDATE invoice SET under_investigation = true, due_date = issue_date + 30 WHERE id = :id"
    await site.change(held, id=invoice)
    await rerun(site.installation.database, CONCERN_ID, [invoice], site.clock.now())
    return invoice


def of_order(order: str, **changes: Any) -> Stopped:
    """The invoice of an order, changed."""
    return lambda site: ordered(site, order, f"E-{next(NUMBERS)}", **changes)


def without_order(reference: str = "GSF100", **changes: Any) -> Stopped:
    """An invoice without an order, changed."""
    return lambda site: manual(site, f"E-{next(NUMBERS)}", reference, **changes)


def dated(days: int) -> Stopped:
    """An invoice without an order, dated so many days from today."""

    async def made(site: Site) -> UUID:
        day = today_of(site) + timedelta(days)
        return await manual(site, f"E-{next(NUMBERS)}", issue_date=day, due_date=day + timedelta(30))

    return made


async def due_late(site: Site) -> UUID:
    """Due in 101 days."""
    return await manual(site, "E-13", due_date=today_of(site) + timedelta(101))


NOWHERE = Buyer("Exempelstads kommun", ("0007", "2120990011"))
ELSEWHERE = Buyer("Exempelstads kommun", ("0088", "7350099900020"))
MILK = Line(Decimal(1), "EA", Decimal(10), "Mjölk", vat_rate=Decimal(12), unspsc="50131701")
STOPS: dict[str, tuple[str, Stopped]] = {
    "nobody's": ("organisation_unknown", without_order("XYZ", buyer=NOWHERE)),
    "another's order": ("organisation_conflict", of_order("EX-100001", buyer=ELSEWHERE)),
    "unknown supplier": ("supplier_unknown", without_order(seller=CYKEL, accounts=(Account("5050208"),))),
    "unknown account": ("payment_account", without_order(accounts=(Account("5050802"), Account("5050109")))),
    "cash": ("paid_otherwise", without_order(means="10", accounts=())),
    "an unknown means": ("paid_otherwise", without_order(means="68", accounts=())),
    "all prepaid": ("paid_otherwise", without_order(prepaid=Decimal(125))),
    "a payee by name": ("payment_account", without_order(payee=("Faktorn AB", None))),
    "a payee": ("payment_account", without_order(payee=("Faktorn AB", "5599001129"))),
    "a big rounding": ("sum", without_order(rounding=Decimal(1))),
    "prepaid too much": ("sum", without_order(prepaid=Decimal(126))),
    "due before": ("due_date", without_order(due_date=date(2000, 1, 1))),
    "euro": ("currency", without_order(currency="EUR")),
    "nothing": ("zero_amount", without_order(totals=Totals(Decimal(0), Decimal(0), Decimal(0), Decimal(0)))),
    "wrong payable": ("sum", without_order(totals=Totals(payable=Decimal(124)))),
    "wrong gross": ("sum", without_order(totals=Totals(gross=Decimal(124)))),
    "number": ("number_taken", double),
    "old": ("invoice_date", dated(-125)),
    "ahead": ("invoice_date", dated(11)),
    "due late": ("due_date", due_late),
    "never due": ("due_date", without_order(due_date=None)),
    "27 per cent": (
        "vat_rate", without_order(totals=Totals(tax=Decimal(27), gross=Decimal(127), payable=Decimal(127))),
    ),
    "official rules": ("official_rules", against_official_rules),
    "unknown reference": ("reviewer_unknown", without_order("XYZ")),
    "dearer": ("price", of_order("EX-100001", lines=line(1, price=Decimal("52.40"), quantity=Decimal(12)))),
    "more than received": ("quantity_over_received", of_order("EX-100003")),
    "more than ordered": ("quantity_over_ordered", of_order("EX-100001", lines=line(1, quantity=Decimal(12)))),
    "not received": ("receipt_missing", of_order("EX-100002")),
    "waited too long": ("receipt_missing", waited_too_long),
    "review asked for": ("review_requested", of_order("EX-100004")),
    "unknown line": ("line_unknown", of_order("EX-100001", lines=line(2, order_line="9", item_no="KB-9"))),
    "another article": ("line_unknown", of_order("EX-100001", lines=line(2, item_no="KB-9"))),
    "keys apart": ("line_unknown", of_order("EX-100001", lines=line(2, item_no="KB-1001"))),
    "line of another order": ("order_of_line", of_order("EX-100001", lines=line(2, order="EX-100002"))),
    "food at 12 per cent": ("vat", without_order(lines=(MILK,))),
    "box for piece": ("unit", of_order("EX-100001", lines=line(2, unit="XBX"))),
    "other rate": ("vat", of_order("EX-100001", lines=line(2, vat_rate=Decimal(12)))),
    "freight": ("charge", of_order("EX-100001", charges=(Charge(Decimal(500), "Freight"),))),
    "amount": ("total", of_order("EX-100001", lines=line(1, amount=Decimal(700)))),
    "takes off": ("negative_quantity", of_order("EX-100001", lines=line(1, quantity=Decimal(-1)))),
    "on hold": ("on_hold", on_hold),
    "credit note": ("credit_note", of_order("EX-100001", credit_note=True, preceding="E-0")),
    "credit note of nothing": ("credit_note", of_order("EX-100001", credit_note=True)),
    "invalid coding": ("coding", invalid_coding),
}  # fmt: skip
SAID = ("Låscylinder", "Mjölk")
READERS = ("admin@gsf", "bestallare@gsf", "levgruppen@stad")


def test_every_reason_is_tried() -> None:
    assert {code for code, _ in STOPS.values()} == set(REASONS)


async def test_stopped_invoices_in_english(site: Site) -> None:
    browsers = {login: await user(site, login) for login in READERS}
    left: dict[str, list[str]] = {}
    for name, (code, stopped) in STOPS.items():
        invoice = await stopped(site)
        found = (await rows(site, "SELECT status, reasons FROM invoice WHERE id = :id", id=invoice))[0]
        assert code in [reason["code"] for reason in found.reasons], (name, found.status, found.reasons)
        for login, browser in browsers.items():
            page = await browser.get(f"/en/invoicing/invoices/{invoice}")
            assert page.status_code in (200, 404)
            left |= {f"{name}, {login}": texts} if (texts := swedish_left(page.text, SAID)) else {}
    for login, browser in browsers.items():
        queue = (await browser.get("/en/invoicing/arrivals")).text
        left |= {f"queue, {login}": texts} if (texts := swedish_left(queue, SAID)) else {}
    assert not left, "\n".join(f"{where}: {texts}" for where, texts in left.items())
