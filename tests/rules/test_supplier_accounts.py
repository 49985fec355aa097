"""Accounts and terms of a relation: persons are compared, and a call back counts only on a number held before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from portal.access.rules.settings import ACCOUNT_WAIT, RULES, value_of
from portal.invoicing.rules.foreign_account import (
    another_company,
    confirmation_refusal,
    other_name,
    ready_day,
)
from portal.invoicing.values import SupplierFacts
from portal.kernel.dates import stockholm_date
from portal.suppliers.rules.accounts import (
    CallForm,
    Phone,
    check_call,
    ends,
    phones_of,
    read_call,
    read_number,
    refusal,
)
from portal.suppliers.rules.terms import Term, TermForm, check_term, read_term, together
from portal.suppliers.values import AgreedCharge

PROPOSED = date(2026, 11, 20)
GOOD = CallForm("010-555 02 00", "2025-03-01", "Talade med ekonomichefen.")


@pytest.mark.parametrize(
    ("person", "proposed", "called", "refused"),
    [
        ("a", "a", "b", "föreslagit"),
        ("a", "b", "a", "ringt upp"),
        ("a", None, "a", "ringt upp"),
        (None, "b", "c", "person"),
        ("a", "b", "b", None),
        ("a", None, "b", None),
    ],
)
def test_who_may_approve_an_account(
    person: str | None, proposed: str | None, called: str, refused: str | None
) -> None:
    why = refusal(person, proposed, called)
    assert (why is None) if refused is None else (why is not None and refused in why)


def test_a_call_on_a_number_held_before_counts() -> None:
    assert check_call(GOOD, (), PROPOSED) == {}
    assert read_call(GOOD).since == date(2025, 3, 1)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (CallForm("", GOOD.since, GOOD.note), "called_number"),
        (CallForm("12", GOOD.since, GOOD.note), "called_number"),
        (CallForm(GOOD.number, "", GOOD.note), "called_since"),
        (CallForm(GOOD.number, "i våras", GOOD.note), "called_since"),
        (CallForm(GOOD.number, "2026-11-20", GOOD.note), "called_since"),
        (CallForm(GOOD.number, "2026-12-01", GOOD.note), "called_since"),
        (CallForm(GOOD.number, GOOD.since, " "), "called_note"),
    ],
)
def test_what_is_wrong_with_a_call_stands_at_its_field(form: CallForm, field: str) -> None:
    assert set(check_call(form, (), PROPOSED)) == {field}


@pytest.mark.parametrize("written", ["070-111 22 33", "+46 70 111 22 33", "0046701112233"])
def test_a_number_changed_with_the_proposal_is_refused_whatever_day_is_written(written: str) -> None:
    """A taken-over login changes the number first; the register knows since when."""
    on_file = (Phone("070-1112233", date(2026, 11, 20)), Phone("010-555 02 00", date(2024, 1, 1)))
    errors = check_call(CallForm(written, "2024-01-01", GOOD.note), on_file, PROPOSED)
    assert set(errors) == {"called_number"}
    assert check_call(GOOD, on_file, PROPOSED) == {}


def test_numbers_of_the_company_since_when() -> None:
    former = [
        {"email": "a@x.test", "phone": "1", "until": "2025-01-01T12:00:00+00:00"},
        {"email": "b@x.test", "phone": "1", "until": "2025-06-01T12:00:00+00:00"},
        {"email": "b@x.test", "phone": None, "until": "2025-09-01T12:00:00+00:00"},
    ]

    def day(text: str) -> date:
        return stockholm_date(datetime.fromisoformat(text))

    assert phones_of("2", date(2024, 1, 1), former, day) == (
        Phone("2", date(2025, 9, 1)), Phone("1", date(2024, 1, 1)),
    )  # fmt: skip
    assert phones_of(None, date(2024, 1, 1), [], day) == ()


@pytest.mark.parametrize(
    ("setting", "hours"), [(None, 48), (48, 48), (1, 24), (24, 24), (500, 120), (True, 48), ("7", 48)]
)
def test_the_wait_is_never_outside_24_to_120_hours(setting: object, hours: int) -> None:
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    wait = value_of(RULES[ACCOUNT_WAIT], setting)
    assert wait == hours
    assert ends(now, wait) == now + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("kind", "written", "number"),
    [
        ("BANKGIRO", "505-1206", "5051206"),
        ("BANKGIRO", "505-1207", None),
        ("PLUSGIRO", "28 65 43-4", "2865434"),
        ("IBAN", "SE45 5000 0000 0583 9825 7466", "SE4550000000058398257466"),
        ("IBAN", "SE46 5000 0000 0583 9825 7466", None),
        ("CASH", "505-1206", None),
    ],
)
def test_check_digits(kind: str, written: str, number: str | None) -> None:
    assert read_number(kind, written) == number


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        (TermForm(), {"kind"}),
        (TermForm("payment_means", "30"), {"code"}),
        (TermForm("payment_means", "49"), set()),
        (TermForm("prepaid"), set()),
        (TermForm("charge"), {"words", "amount"}),
        (TermForm("charge", "F", "frakt", "100"), {"code"}),
        (TermForm("charge", "", "frakt", "0"), {"amount"}),
        (TermForm("charge", "FC", "", "1 000,50"), set()),
        (TermForm("unit", "", "bunt"), {"code"}),
        (TermForm("unit", "XPK", ""), {"words"}),
        (TermForm("unit", "XPK", "bunt"), set()),
        (TermForm("payment_days", days="61"), {"days"}),
        (TermForm("payment_days", days="-1"), {"days"}),
        (TermForm("payment_days", days="٣"), {"days"}),
        (TermForm("payment_days", days="60"), set()),
    ],
)
def test_a_term_says_what_is_wrong_at_its_field(form: TermForm, fields: set[str]) -> None:
    assert set(check_term(form)) == fields


def test_all_that_is_agreed_as_the_rules_read_it() -> None:
    forms = (
        TermForm("payment_means", "49"), TermForm("payment_means", "48"), TermForm("prepaid"),
        TermForm("charge", "fc", "frakt", "250"), TermForm("unit", "XPK", "bunt"),
        TermForm("payment_days", days="10"),
    )  # fmt: skip
    terms = together(map(read_term, forms), 10)
    assert terms.payment_means == {"48", "49"} and terms.prepaid and terms.units == {"bunt": "XPK"}
    assert terms.charges == (AgreedCharge("FC", "frakt", Decimal(250)),)
    assert terms.payment_days == 10
    assert together([], 30).payment_days == 30
    assert Term("unit", "XPK", "Bunt").key == Term("unit", "EA", "bunt").key
    assert Term("charge", None, "frakt").key != Term("charge", None, "avgift").key


@pytest.mark.parametrize(
    ("seller", "refused"),
    [
        (SupplierFacts(legal_id="969900-1088"), True),
        (SupplierFacts(legal_id="559900-1020"), False),
        (SupplierFacts(legal_id="5599001020", vat_number="SE969900108801"), False),
        (SupplierFacts(vat_number="SE969900108801"), True),
        (SupplierFacts(vat_number="SE559900102001"), False),
        (SupplierFacts(legal_id="DE811569869"), True),
        (SupplierFacts(seller_name="Ingen siffra alls"), False),
    ],
)
def test_another_companys_invoice_is_never_a_suppliers(seller: SupplierFacts, refused: bool) -> None:
    why = another_company(seller, "5599001020", "Skolgrossisten AB")
    assert (why is not None) is refused


@pytest.mark.parametrize(
    ("written", "registered", "other"),
    [
        ("Skolgrossisten AB", "Skolgrossisten AB", False),
        ("SKOLGROSSISTEN Aktiebolag (publ)", "Skolgrossisten AB", False),
        ("Skolgrossisten", "Skolgrossisten AB", False),
        ("Skolgrosisten AB", "Skolgrossisten AB", True),
        ("Skоlgrossisten AB", "Skolgrossisten AB", True),
        ("Cykelverket", "Cykelverkstaden HB", True),
        ("Vem som helst", None, False),
    ],
)
def test_a_name_that_is_not_the_registers(written: str, registered: str | None, other: bool) -> None:
    assert other_name(written, registered) is other


def test_two_persons_confirm_an_account_for_one_invoice() -> None:
    assert (
        confirmation_refusal("a", None) and confirmation_refusal("a", "a") and confirmation_refusal(None, "b")
    )
    assert confirmation_refusal("b", "a") is None


def test_nothing_is_paid_before_the_wait_is_over() -> None:
    end = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert ready_day(date(2026, 11, 20), end) == date(2026, 11, 22)
    assert ready_day(date(2026, 12, 1), end) == date(2026, 12, 1)
    assert ready_day(date(2026, 11, 20), None) == date(2026, 11, 20)
