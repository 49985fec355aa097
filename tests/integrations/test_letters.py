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
VALUES = {
    "order_sent": {**ORDER, "secret": False, "link": "/supplier/orders/1"},
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
