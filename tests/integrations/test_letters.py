"""Mail in the reader's language, and in both to an address that has none."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from portal.integrations.letters import FOLDER, letter, letter_to_company

BASE = "https://portal.test"
SUPPLIER = SimpleNamespace(
    name="Testbolaget AB", status="rejected", note="Nej.", contact_name=None, email="a@b.test", phone=None
)
ORDER = {"number": "EX-1", "buyer": "Skolan", "order": "EX-1", "day": "4 december"}
SENT = {
    "lines": [{"number": "A-1", "name": "Papper", "quantity": "10", "unit": "förpackning", "code": "XPK",
               "price": "49,90 kr", "net": "499,00 kr"}],
    "net": "499,00 kr", "gross": "623,75 kr", "wanted": "2026-12-04", "place": ["Skolan", "Gatan 1"],
    "mark": None, "note": None, "contact": SimpleNamespace(name="Kim K", email="b@c.test"),
}  # fmt: skip
UPLOAD = SimpleNamespace(
    supplier_name="Testbolaget AB", agreement_name="Papper", agreement_number="E-1", filename="lista.csv",
    reason="Nej.", rows_new=1, rows_changed=2, rows_removed=3,
)  # fmt: skip
ACCOUNT = SimpleNamespace(supplier="Testbolaget AB", customer="Staden", status="approved", end_reason=None)
VALUES: dict[str, dict[str, object]] = {
    "address_known": {"company": "Testbolaget AB", "link": "/sign-in"},
    "catalogue_waiting": {"upload": UPLOAD, "link": "/catalogues/uploads/1"},
    "catalogue_decided": {
        "upload": UPLOAD, "published": True, "refused": [(2, "A-1", "B.")], "link": "/supplier/catalogues/1",
    },
    "supplier_account": {
        "account": ACCOUNT, "number": "999-0109", "when": "2026-12-04 10:00", "link": "/supplier/accounts",
    },
    "order_sent": {**ORDER, **SENT, "secret": False, "link": "/supplier/orders/1"},
    "order_answered": {
        **ORDER, "supplier": "Bolaget", "code": "CA", "note": "8.", "promised": None, "secret": False,
        "link": "/orders/1",
    },
    "order_changed": {
        **ORDER, "kind": "accepted", "note": None, "lines": [], "secret": False, "link": "/supplier/orders/1",
    },
    "step_moved": {
        "kind": "requisition", "number": "EX-1", "left": "a@gsf", "to": "b@gsf", "secret": False,
        "link": "/orders/requisitions/1",
    },
    "user_left": {"login": "a@gsf", "moved": [], "secret": 0, "link": "/"},
    "credit_request": {
        "customer": "Skolan", "number": "EX-1", "secret": False, "link": "/supplier/invoices/1",
    },
    "receipt_reminder": {**ORDER, "secret": False, "link": "/orders/1"},
    "supplier_decided": {"supplier": SUPPLIER, "link": "/"},
    "supplier_registered": {"supplier": SUPPLIER, "org_number": "559900-1012", "link": "/suppliers/1"},
}  # fmt: skip
SWEDISH = re.compile("[åäö]|\\b(och|har|skickat|är)\\b")


def test_every_letter_is_there_in_both_languages_and_tried_here() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {
        f"{name}.{language}.txt" for name in VALUES for language in ("sv", "en")
    }


@pytest.mark.parametrize("name", VALUES)
def test_in_swedish_and_in_english(name: str) -> None:
    values = VALUES[name]
    swedish = letter(name, "sv", base_url=BASE, **values)
    english = letter(name, "en", base_url=BASE, **values)
    assert swedish.subject and english.subject and swedish.subject != english.subject
    assert f"\n{BASE}{values['link']}\n" in swedish.text
    assert f"\n{BASE}/en{values['link']}\n" in english.text
    assert SWEDISH.search(swedish.text) and not SWEDISH.search(english.subject + english.text)


def test_a_language_we_do_not_write_is_answered_in_swedish() -> None:
    values = VALUES["order_sent"]
    assert letter("order_sent", "fi", base_url=BASE, **values) == letter(
        "order_sent", "sv", base_url=BASE, **values
    )


@pytest.mark.parametrize("name", ["order_sent", "credit_request", "supplier_decided"])
def test_a_company_reads_swedish_first_and_then_english(name: str) -> None:
    both = letter_to_company(name, base_url=BASE, **VALUES[name])
    swedish, english = (letter(name, one, base_url=BASE, **VALUES[name]) for one in ("sv", "en"))
    assert both.subject == f"{swedish.subject} / {english.subject}"
    assert both.text.startswith(swedish.text) and both.text.endswith(english.text)
    assert "In English" in both.text


@pytest.mark.parametrize("name", ["order_sent", "credit_request", "receipt_reminder"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_what_is_secret_names_nothing(name: str, language: str) -> None:
    written = letter(name, language, base_url=BASE, **{**VALUES[name], "secret": True})
    assert not re.search("EX-1|Skolan|december", written.subject + written.text)


def test_a_name_with_a_line_break_stays_in_its_line() -> None:
    odd = SimpleNamespace(**{**vars(SUPPLIER), "name": "Test\nbolaget AB"})
    written = letter("supplier_decided", "sv", base_url=BASE, supplier=odd, link="/")
    assert written.subject == "Test bolaget AB är inte godkänd"


KINDS = ("accepted", "raised", "refused", "ended", "cancelled")


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_decision_of_a_buyer_has_its_own_words(kind: str, language: str) -> None:
    values = {**VALUES["order_changed"], "kind": kind, "note": "Utgått",
              "lines": [{"name": "Papper", "from": "10 à 49,90 kr", "to": "6 à 49,90 kr"}]}  # fmt: skip
    written = letter("order_changed", language, base_url=BASE, **values)
    others = [
        letter("order_changed", language, base_url=BASE, **{**values, "kind": other}).subject
        for other in KINDS
        if other != kind
    ]
    assert written.subject not in others and "Utgått" in written.text and "6 à 49,90 kr" in written.text


@pytest.mark.parametrize("name", ["order_sent", "order_changed", "order_answered", "step_moved"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_of_what_is_secret_nothing_is_named(name: str, language: str) -> None:
    written = letter(name, language, base_url=BASE, **{**VALUES[name], "secret": True})
    said = written.subject + written.text
    for named in ("EX-1", "Papper", "499", "Bolaget", "b@gsf", "Kim K", "Skolan"):
        assert named not in said


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_order_mail_holds_lines_amount_day_address_and_whom_to_ask(language: str) -> None:
    text = letter("order_sent", language, base_url=BASE, **VALUES["order_sent"]).text
    for named in ("Papper", "49,90", "499,00", "623,75", "2026-12-04", "Skolan, Gatan 1", "b@c.test"):
        assert named in text


KINDS_OF_LEFT = (
    "step", "stuck", "reviewer", "no_reviewer", "deviation", "order", "begun", "code", "responsibility",
)  # fmt: skip


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_administrators_read_what_became_of_everything(language: str) -> None:
    moved = [
        {"kind": kind, "number": f"N{index}", "to": "", "left": "a@gsf", "why": "Fråga."}
        for index, kind in enumerate(KINDS_OF_LEFT)
    ]
    values = {"login": "a@gsf", "moved": moved, "secret": 2, "link": "/"}
    lines = letter("user_left", language, base_url=BASE, **values).text.splitlines()
    told = [line for line in lines if line.startswith("- ")]
    assert len(told) == len(KINDS_OF_LEFT) + 1 and len(set(told)) == len(told)
    assert all(f" N{index}" in told[index] for index in range(len(KINDS_OF_LEFT)))
