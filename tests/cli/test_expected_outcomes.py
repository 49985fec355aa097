"""demo-city.md, expected outcomes, through `portal intake --json`: each on a fresh seed of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from dev.invoices.writer import Account, Buyer, Document, Line, Seller, Totals
from tests.cli.conftest import Command

Change = Callable[[Document], Document]


def line(number: int, **changes: object) -> Change:
    """Change one line of the invoice."""

    def change(document: Document) -> Document:
        lines = list(document.lines)
        lines[number - 1] = replace(lines[number - 1], **changes)  # type: ignore[arg-type]
        return replace(document, lines=tuple(lines))

    return change


def header(**changes: object) -> Change:
    """Change fields of the document."""
    return lambda document: replace(document, **changes)  # type: ignore[arg-type]


def buyer(**changes: object) -> Change:
    """Change how the buyer is named."""
    return lambda document: replace(document, buyer=replace(document.buyer, **changes))  # type: ignore[arg-type]


def dated(days: int) -> Change:
    """Issued and due so many days later (or, negative, earlier)."""

    def change(document: Document) -> Document:
        issued = document.issue_date + timedelta(days)
        return replace(document, issue_date=issued, due_date=issued + timedelta(30))

    return change


def due(days: int) -> Change:
    """Due so many days after its date."""
    return lambda document: replace(document, due_date=document.issue_date + timedelta(days))


def reference(code: str | None) -> Change:
    """No order, another reference."""
    return header(order=None, reference=code)


MERCHANT_SUMS = Totals(tax=Decimal("136.52"), gross=Decimal("1274.21"), payable=Decimal("1274.21"))
LOCAL, LEVGRUPPEN = "role:local_admin@GSF", "role:levgruppen"
INFORMATION = "Fakturainformation måste kontrolleras"
MATCHING = "Ordermatchning krävs"
PAYMENT = "Betalningsinformation måste kontrolleras"
OTHERWISE, ACCOUNT = ("paid_otherwise",), ("payment_account",)
STRANGER = Seller("Cykelverkstaden HB", "9699001088", "SE969900108801")

OUTCOMES: tuple[tuple[str, str, tuple[Change, ...], str, str | None, tuple[str, ...]], ...] = (
    ("as ordered", "EX-100001", (), "Klar", None, ()),
    ("dearer", "EX-100001", (line(1, price=Decimal("52.40")),), MATCHING, "bestallare@gsf", ("price",)),
    (
        "more than ordered", "EX-100001", (line(1, quantity=Decimal(12)),), MATCHING, "bestallare@gsf",
        ("quantity_over_ordered",),
    ),
    ("not received", "EX-100002", (), "Inväntar leveranskvittens", None, ("receipt_missing",)),
    ("what is received", "EX-100003", (line(1, quantity=Decimal(6)),), "Klar", None, ()),
    ("more than received", "EX-100003", (), MATCHING, "bestallare@gsf", ("quantity_over_received",)),
    ("review asked for", "EX-100004", (), MATCHING, "bestallare@gsf", ("review_requested",)),
    ("food", "EX-100005", (), "Klar", None, ()),
    ("books", "EX-100006", (), "Klar", None, ()),
    ("recipient code", "EX-100001", (reference("GSF100"),), "Granskning ej utförd", "granskare@gsf", ()),
    (
        "unknown reference", "EX-100001", (reference("XYZ"),), "Granskare ej angiven", LOCAL,
        ("reviewer_unknown",),
    ),
    (
        "nobody's reference", "EX-100001",
        (reference("XYZ"), buyer(endpoint=("0007", "2120990011"), gln=None)), INFORMATION, LEVGRUPPEN,
        ("organisation_unknown",),
    ),
    (
        "another's order", "EX-100001", (buyer(endpoint=("0088", "7350099900020"), gln=None),), INFORMATION,
        LEVGRUPPEN, ("organisation_conflict",),
    ),
    ("unknown supplier", "EX-100001", (header(seller=STRANGER),), "Leverantör ej vald", LEVGRUPPEN,
     ("supplier_unknown",)),
    (
        "another account", "EX-100001", (header(accounts=(Account("5050208"),)),),
        "Betalningsinformation måste kontrolleras", LEVGRUPPEN, ("payment_account",),
    ),
    ("euro", "EX-100001", (header(currency="EUR"),), INFORMATION, LOCAL, ("currency",)),
    ("27 percent", "EX-100001", (line(1, vat_rate=Decimal(27)),), INFORMATION, LOCAL, ("vat_rate",)),
    ("four months old", "EX-100001", (dated(-125),), INFORMATION, LOCAL, ("invoice_date",)),
    ("eleven days ahead", "EX-100001", (dated(11),), INFORMATION, LOCAL, ("invoice_date",)),
    ("no due date", "EX-100001", (header(due_date=None),), INFORMATION, LOCAL, ("due_date",)),
    ("box for piece", "EX-100001", (line(2, unit="XBX"),), MATCHING, "bestallare@gsf", ("unit",)),
    (
        "other rate", "EX-100001", (line(2, vat_rate=Decimal(12)),), MATCHING, "bestallare@gsf", ("vat",),
    ),
    (
        "unknown line", "EX-100001", (line(2, order_line="9", item_no="KB-9"),), MATCHING, "bestallare@gsf",
        ("line_unknown",),
    ),
    ("own numbering of lines", "EX-100001", (line(1, order_line="01"), line(2, order_line="10")), "Klar", None, ()),
    (
        "line of another order", "EX-100001", (line(2, order="EX-100002"),), MATCHING, "bestallare@gsf",
        ("order_of_line",),
    ),
    (
        "food at the rate of before", "EX-100005", (line(1, vat_rate=Decimal(12)), line(2, vat_rate=Decimal(12))),
        MATCHING, "bestallare@aof", ("vat", "vat"),
    ),
    ("rounded to whole kronor", "EX-100001", (header(rounding=Decimal("-0.25")),), "Klar", None, ()),
    (
        "CI01, a big rounding", "EX-100001", (header(rounding=Decimal("100000.00")),), INFORMATION, LOCAL, ("sum",),
    ),
    ("CI02, 25 öre down", "EX-100001", (header(rounding=Decimal("-0.25")),), "Klar", None, ()),
    ("CI02, 50 öre up", "EX-100001", (header(rounding=Decimal("0.50")),), "Klar", None, ()),
    ("CI03, 51 öre", "EX-100001", (header(rounding=Decimal("0.51")),), INFORMATION, LOCAL, ("sum",)),
    ("CI03, 1,01 kr", "EX-100001", (header(rounding=Decimal("1.01")),), INFORMATION, LOCAL, ("sum",)),
    (
        "CI04, prepaid below nothing", "EX-100001", (header(prepaid=Decimal("-100000.00")),), INFORMATION, LOCAL,
        ("sum",),
    ),
    ("prepaid more than all", "EX-100001", (header(prepaid=Decimal("936.26")),), INFORMATION, LOCAL, ("sum",)),
    ("CI05, prepaid in full", "EX-100001", (header(prepaid=Decimal("936.25")),), PAYMENT, LEVGRUPPEN, OTHERWISE),
    ("prepaid in part", "EX-100001", (header(prepaid=Decimal("500.00")),), "Klar", None, ()),
    ("CI07, card", "EX-100001", (header(means="48", card="4321", accounts=()),), PAYMENT, LEVGRUPPEN, OTHERWISE),
    (
        "CI07, direct debit", "EX-100001", (header(means="49", mandate="M-1", accounts=()),), PAYMENT, LEVGRUPPEN,
        OTHERWISE,
    ),
    ("cash, with the account", "EX-100001", (header(means="10"),), PAYMENT, LEVGRUPPEN, OTHERWISE),
    ("clearing", "EX-100001", (header(means="97"),), PAYMENT, LEVGRUPPEN, OTHERWISE),
    ("CI07b, code 1", "EX-100001", (header(means="1"),), "Klar", None, ()),
    ("CI07b, code 56", "EX-100001", (header(means="56"),), "Klar", None, ()),
    ("CI07b, no means at all", "EX-100001", (header(accounts=()),), "Klar", None, ()),
    (
        "another's plusgiro by code 50", "EX-100001", (header(means="50", accounts=(Account("476680", "PLUSGIRO"),)),),
        PAYMENT, LEVGRUPPEN, ACCOUNT,
    ),
    (
        "CI11, a payee without account", "EX-100001", (header(payee=("Faktorn AB", "5599001129"), accounts=()),),
        PAYMENT, LEVGRUPPEN, ACCOUNT,
    ),
    (
        "CI11, a payee with the seller's", "EX-100001", (header(payee=("Faktorn AB", "5599001129")),), PAYMENT,
        LEVGRUPPEN, ACCOUNT,
    ),
    ("a payee by name only", "EX-100001", (header(payee=("Faktorn AB", None)),), PAYMENT, LEVGRUPPEN, ACCOUNT),
    (
        "the seller as payee", "EX-100001", (header(payee=("Kontorsbolaget, kundreskontran", "5599001012")),), "Klar",
        None, (),
    ),
    (
        "an assigned claim, by a note", "EX-100001", (header(note="Fakturan är överlåten till Faktorn AB."),), PAYMENT,
        LEVGRUPPEN, ACCOUNT,
    ),
    (
        "an assigned claim, by the terms", "EX-100001", (header(terms="30 dagar. Fordran har överlåtits."),), PAYMENT,
        LEVGRUPPEN, ACCOUNT,
    ),
    ("CI21, due before dated", "EX-100001", (due(-1),), INFORMATION, LOCAL, ("due_date",)),
    (
        "CI27, no order and a payee", "EX-100001", (reference("GSF100"), header(payee=("Faktorn AB", "5599001129"))),
        PAYMENT, LEVGRUPPEN, ACCOUNT,
    ),
    ("cheaper", "EX-100001", (line(1, price=Decimal("40")),), "Klar", None, ()),
    # CI12, CI12b, CI13 and two hits: numbers as people write them
    ("code, name", "EX-100001", (reference("GSF100 Anna A"),), "Granskning ej utförd", "granskare@gsf", ()),
    ("Ref: code", "EX-100001", (reference("Ref: GSF100"),), "Granskning ej utförd", "granskare@gsf", ()),
    ("code_name", "EX-100001", (reference("GSF100_AB"),), "Granskning ej utförd", "granskare@gsf", ()),
    (
        "part of a token", "EX-100001", (header(order="EX-1000011", reference="se avtal 100"),),
        "Granskare ej angiven", LOCAL, ("reviewer_unknown",),
    ),
    ("word, order", "EX-100001", (header(order="Order EX-100001"),), "Klar", None, ()),
    ("order, name", "EX-100001", (header(order="EX-100001 Anna A"),), "Klar", None, ()),
    ("order among words in BT-10", "EX-100001", (reference("Vår order EX-100001"),), "Klar", None, ()),
    (
        "two codes", "EX-100001", (reference("GSF100 eller GSF200"),), "Granskare ej angiven", LOCAL,
        ("reviewer_unknown",),
    ),
    (
        "two orders", "EX-100001", (header(order="EX-100001, EX-100003"),), "Granskare ej angiven", LOCAL,
        ("reviewer_unknown",),
    ),
    (
        "another's code among words", "EX-100001", (reference("Ref: AOF100"),), "Granskare ej angiven", LOCAL,
        ("reviewer_unknown",),
    ),
    (
        "only words name the organisation", "EX-100001",
        (reference("Ref: GSF100"), buyer(endpoint=("0007", "2120990011"), gln=None)), INFORMATION, LEVGRUPPEN,
        ("organisation_unknown",),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("order", "changes", "outcome"),
    [pytest.param(row[1], row[2], row[3:], id=row[0]) for row in OUTCOMES],
)
def test_comes_to_rest(
    portal: Command,
    order: str,
    changes: tuple[Change, ...],
    outcome: tuple[str, str | None, tuple[str, ...]],
) -> None:
    label, handler, codes = outcome
    document = portal.invoice(order)
    for change in changes:
        document = change(document)
    result = portal.intake(document)
    assert result["stored"] == "new"
    invoice = result["invoice"]
    assert (invoice["status_label"], invoice["handler"]) == (label, handler), invoice["reasons"]
    found = [reason["code"] for reason in invoice["reasons"] if reason["code"] != "official_rules"]
    assert found == list(codes)
    assert all("%(" not in reason["message"] for reason in invoice["reasons"])


def test_due_after_101_days(portal: Command) -> None:
    """A4.13."""
    document = portal.invoice("EX-100001")
    late = replace(document, due_date=document.issue_date + timedelta(101))
    assert [r["code"] for r in portal.intake(late)["invoice"]["reasons"]] == ["due_date"]


def test_wrong_sum_of_the_deck(portal: Command) -> None:
    """A4.17: 1 137,71 + 136,52 = 1 274,23, written as 1 274,21."""
    lines = (Line(Decimal(1), "XPK", Decimal("1137.71"), "Varor", vat_rate=Decimal(12), order_line="1"),)
    document = replace(portal.invoice("EX-100001"), lines=lines, totals=MERCHANT_SUMS)
    invoice = portal.intake(document)["invoice"]
    assert invoice["status_label"] == INFORMATION
    assert [r["code"] for r in invoice["reasons"]] == ["sum", "official_rules"]
    sums = invoice["reasons"][0]["message"].replace("\N{NO-BREAK SPACE}", " ")
    assert "1 274,23 kr" in sums
    assert "1 274,21 kr" in sums


def test_number_used_in_another_organisation(portal: Command) -> None:
    """A4.11: levgruppen, without a word of the other invoice."""
    first = portal.invoice("EX-100001", "A-1")
    assert portal.intake(first)["invoice"]["status_label"] == "Klar"
    other = replace(
        first, number="a 1", order=None, reference="SLK100",
        buyer=Buyer("Stadsledningskontoret", ("0088", "7350099900037"), "7350099900037"),
    )  # fmt: skip
    invoice = portal.intake(other)["invoice"]
    assert (invoice["status_label"], invoice["handler"]) == (INFORMATION, LEVGRUPPEN)
    assert [r["code"] for r in invoice["reasons"]] == ["number_taken"]
    assert "GSF" not in invoice["reasons"][0]["message"]
    assert "Grundskole" not in invoice["reasons"][0]["message"]


def test_number_used_in_the_same_organisation(portal: Command) -> None:
    first = portal.invoice("EX-100001", "A-1")
    portal.intake(first)
    again = replace(first, note="en gång till")
    invoice = portal.intake(again)["invoice"]
    assert (invoice["handler"], invoice["reasons"][0]["code"]) == (LOCAL, "number_taken")
