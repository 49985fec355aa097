"""Cases from the field as real intakes: references, invoice numbers, credit notes, envelopes (CI12, CI22–CI25)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from dev.invoices.writer import Document, write
from portal.formats.roots import SBDH
from tests.cli.conftest import Command

LOCAL = "role:local_admin@GSF"
MATCHING, REVIEW = "Ordermatchning krävs", "Granskning ej utförd"


def rest(portal: Command, document: Document | bytes) -> tuple[str, str | None, list[str]]:
    invoice = portal.intake(document)["invoice"]
    return invoice["status_label"], invoice["handler"], [one["code"] for one in invoice["reasons"]]


def said(portal: Command, document: Document | bytes) -> str:
    return " ".join(one["message"] for one in portal.intake(document)["invoice"]["reasons"])


def contact(document: Document, name: str) -> bytes:
    """The document with a contact person of the buyer (BT-56)."""
    end = b"</cac:Party></cac:AccountingCustomerParty>"
    data = write(document)
    assert end in data
    return data.replace(end, f"<cac:Contact><cbc:Name>{name}</cbc:Name></cac:Contact>".encode() + end, 1)


def enveloped(data: bytes, *, times: int = 1, header: str = "<StandardBusinessDocumentHeader/>") -> bytes:
    """In an SBDH as the Peppol network wraps it."""
    inside = data.split(b"?>", 1)[1] * times
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<StandardBusinessDocument xmlns="{SBDH}">{header}'.encode()
        + inside
        + b"</StandardBusinessDocument>"
    )


def test_a_code_in_the_contacts_name_counts_after_the_reference(portal: Command) -> None:
    document = replace(portal.invoice("EX-100001"), order=None, reference="Anna")
    assert rest(portal, contact(document, "Anna A, GSF100")) == (REVIEW, "granskare@gsf", [])
    document = replace(document, number="F-2", reference="Ref GSF200")
    assert rest(portal, contact(document, "GSF100")) == (REVIEW, "bestallare2@gsf", [])


def test_two_numbers_are_both_named(portal: Command) -> None:
    document = replace(portal.invoice("EX-100001"), order=None, reference="GSF100 eller GSF200")
    assert "GSF100 och GSF200" in said(portal, document)


@pytest.mark.parametrize("field", ["order", "reference", "contact"])
def test_a_secret_code_anywhere_makes_the_invoice_secret(portal: Command, field: str) -> None:
    document = replace(portal.invoice("EX-100005"), order=None, reference="Anna")
    data: Document | bytes = (
        contact(document, "Ref: AOF900")
        if field == "contact"
        else replace(document, **{field: "Ref: AOF900"})
    )
    invoice = portal.intake(data)["invoice"]
    assert portal.rows("SELECT secret FROM invoice") == [(True,)]
    assert invoice["handler"] != "role:local_admin@GSF"


def test_ci22_in_an_envelope_it_is_the_invoice_inside(portal: Command) -> None:
    result = portal.intake(enveloped(write(portal.invoice("EX-100001"))))
    assert (result["stored"], result["invoice"]["status_label"]) == ("new", "Klar")
    assert result["findings"] == []


@pytest.mark.parametrize(("times", "words"), [(0, "är tomt"), (2, "innehåller 2 dokument")])
def test_an_envelope_holds_one_document(portal: Command, times: int, words: str) -> None:
    data = enveloped(write(portal.invoice("EX-100001")), times=times)
    (result,) = portal.json("intake", portal.file(data), exit_code=1)
    assert result["stored"] == "refused"
    assert [one["code"] for one in result["findings"]] == ["ENVELOPE"]
    assert words in result["findings"][0]["message"]


@pytest.mark.parametrize("wrap", [False, True])
def test_cii_is_refused_by_name(portal: Command, wrap: bool) -> None:
    space = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
    data = f'<?xml version="1.0"?><rsm:CrossIndustryInvoice xmlns:rsm="{space}"/>'.encode()
    (result,) = portal.json("intake", portal.file(enveloped(data) if wrap else data), exit_code=1)
    assert [one["code"] for one in result["findings"]] == ["CII"]
    assert "formatet CII" in result["findings"][0]["message"]


@pytest.mark.parametrize(
    ("root", "space"),
    [
        ("Invoice", "urn:sfti:documents:BasicInvoice:1:0"),
        ("ObjectEnvelope", "urn:sfti:documents:ObjectEnvelope:1:0"),
    ],
)
def test_svefaktura_is_refused_by_name(portal: Command, root: str, space: str) -> None:
    (result,) = portal.json("intake", portal.file(f'<{root} xmlns="{space}"/>'.encode()), exit_code=1)
    assert [one["code"] for one in result["findings"]] == ["SVEFAKTURA"]
    assert "är en Svefaktura" in result["findings"][0]["message"]


def test_ci23_numbers_keep_their_signs(portal: Command) -> None:
    first = portal.invoice("EX-100001", "26-1-11")
    other = portal.invoice("EX-100006", "26-11-1")
    other = replace(other, seller=first.seller, order="EX-100003", lines=portal.invoice("EX-100003").lines)
    other = replace(other, lines=(replace(other.lines[0], quantity=Decimal(6)),), accounts=first.accounts)
    assert rest(portal, first) == ("Klar", None, [])
    assert rest(portal, other) == ("Klar", None, [])
    assert portal.rows("SELECT number_key, folded_key FROM number_claim ORDER BY 1") == [
        ("26-1-11", "26111"), ("26-11-1", "26111"),
    ]  # fmt: skip


def test_ci23_a_number_like_another_with_the_same_sum_is_asked_about(portal: Command) -> None:
    manual = replace(portal.invoice("EX-100001", "2026-001"), order=None, reference="GSF100")
    assert rest(portal, manual)[0] == REVIEW
    twin = replace(manual, number="2026001")
    assert rest(portal, twin) == ("Fakturainformation måste kontrolleras", LOCAL, ["number_taken"])
    assert portal.rows("SELECT count(*) FROM number_claim") == [(1,)]
    other_sum = replace(twin, number="20-26-001", lines=manual.lines[:1])
    assert rest(portal, other_sum)[0] == REVIEW


def test_a_number_like_another_of_the_same_order_is_asked_about(portal: Command) -> None:
    whole = portal.invoice("EX-100003", "1-11")
    three, two = (replace(whole.lines[0], quantity=Decimal(n)) for n in (3, 2))
    assert rest(portal, replace(whole, lines=(three,)))[0] == "Klar"
    second = replace(whole, number="11-1", order="Ref EX-100003", lines=(two,))
    assert rest(portal, second)[2] == ["number_taken"]


def test_alike_in_one_delivery_of_many(portal: Command) -> None:
    manual = replace(portal.invoice("EX-100001", "7-01"), order=None, reference="GSF100")
    files = [
        portal.file(replace(manual, number=number), f"{place}.xml")
        for place, number in enumerate(("7-01", "701", "0701"))
    ]
    stopped = [
        [one["code"] for one in result["invoice"]["reasons"]] for result in portal.json("intake", *files)
    ]
    assert stopped == [[], ["number_taken"], ["number_taken"]]


def test_ci25_an_order_invoiced_in_full_still_counts(portal: Command) -> None:
    first = portal.invoice("EX-100001", "A-1")
    assert rest(portal, first)[0] == "Klar"
    again = replace(first, number="B-2")
    label, handler, codes = rest(portal, again)
    assert (label, handler) == (MATCHING, "bestallare@gsf")
    assert set(codes) == {"quantity_over_ordered"}


def credit_of(document: Document, number: str, **changes: Any) -> Document:
    credit = replace(document, number=number, credit_note=True, preceding=document.number, accounts=())
    return replace(credit, **changes)


def test_a_credit_note_goes_to_the_buyer_of_its_debits_order(portal: Command) -> None:
    """S13: as the portal writes it, with the order's number; and with nothing but the invoice it credits."""
    debit = portal.invoice("EX-100001", "A-1")
    assert rest(portal, debit)[0] == "Klar"
    as_written = credit_of(debit, "K-1")
    assert rest(portal, as_written) == (REVIEW, "bestallare@gsf", ["credit_note"])
    bare = credit_of(debit, "K-2", order=None, reference="x", preceding="a 1")
    assert rest(portal, bare) == (REVIEW, "bestallare@gsf", ["credit_note"])
    assert "faktura A-1 på order EX-100001. Den som beställde granskar den." in said(
        portal, replace(bare, number="K-3")
    )


def test_a_credit_note_goes_to_the_reviewer_of_its_debit(portal: Command) -> None:
    debit = replace(portal.invoice("EX-100001", "A-1"), order=None, reference="GSF200")
    credit = credit_of(debit, "K-1", reference="GSF100")
    # Together in one delivery: the debit first.
    files = [portal.file(one, f"{place}.xml") for place, one in enumerate((credit, debit))]
    handlers = [result["invoice"]["handler"] for result in portal.json("intake", *files)]
    assert handlers == ["bestallare2@gsf", "bestallare2@gsf"]


def test_a_credit_note_of_an_unknown_invoice_says_so(portal: Command) -> None:
    debit = portal.invoice("EX-100001", "A-1")
    document = credit_of(debit, "K-1", order=None, reference="Anna")
    assert rest(portal, document)[0] == "Granskare ej angiven"
    assert "A-1, som vi inte har fått från leverantören" in said(portal, replace(document, number="K-2"))


def test_a_credit_note_of_a_secret_debit_is_secret(portal: Command) -> None:
    debit = replace(portal.invoice("EX-100005", "A-1"), order=None, reference="AOF900")
    portal.intake(debit)
    portal.intake(credit_of(debit, "K-1", reference="Anna"))
    assert portal.rows("SELECT secret FROM invoice") == [(True,), (True,)]
