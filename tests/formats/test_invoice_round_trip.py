"""What the invoice writer writes, the reader reads: every generated value comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.formats.check import check_document
from portal.formats.en16931 import (
    AllowanceCharge,
    Attachment,
    Invoice,
    InvoiceLine,
    ItemAttribute,
    Party,
    PaymentAccount,
    PrecedingInvoice,
    VatBreakdown,
)
from portal.formats.findings import Unreadable
from portal.formats.peppol.invoice_writer import CUSTOMIZATION, PROFILE, write_invoice
from portal.formats.peppol.reader import read_invoice
from portal.formats.rulesets import packaged_rules
from portal.formats.schemas import check_schema
from portal.formats.xml import parse_xml
from tests.formats.generated import (
    addresses,
    amounts,
    codes,
    days,
    identifiers,
    maybe,
    nonzero,
    parties,
    quantities,
    relaxed,
    texts,
)

allowances = st.builds(
    AllowanceCharge,
    is_charge=st.booleans(),
    amount=amounts,
    reason=maybe(texts),
    reason_code=maybe(codes),
    base_amount=maybe(amounts),
    percent=maybe(quantities),
)
document_allowances = st.builds(
    lambda value, category, rate: replace(value, vat_category=category, vat_rate=rate),
    allowances,
    codes,
    maybe(quantities),
)


classes = st.builds(lambda code, version: replace(code, version=version), identifiers, maybe(codes))


@st.composite
def lines(draw: st.DrawFn) -> InvoiceLine:
    category = draw(maybe(codes))
    gross = draw(maybe(amounts))
    base = draw(maybe(quantities))
    order_line = draw(maybe(codes))
    return InvoiceLine(
        id=draw(codes),
        quantity=draw(quantities),
        unit=draw(codes),
        line_amount=draw(amounts),
        name=draw(texts),
        net_price=draw(amounts),
        base_quantity=base,
        base_unit=draw(maybe(codes)) if base is not None else None,
        gross_price=gross,
        price_discount=draw(amounts) if gross is not None else None,
        description=draw(maybe(texts)),
        note=draw(maybe(texts)),
        order_line=order_line,
        object_id=draw(maybe(identifiers)),
        accounting_cost=draw(maybe(texts)),
        seller_item_id=draw(maybe(texts)),
        buyer_item_id=draw(maybe(texts)),
        standard_item_id=draw(maybe(identifiers)),
        classifications=tuple(draw(st.lists(classes, max_size=2))),
        vat_category=category,
        vat_rate=draw(maybe(quantities)) if category else None,
        allowances_charges=tuple(draw(st.lists(allowances, max_size=2))),
        period_start=draw(maybe(days)),
        period_end=draw(maybe(days)),
        order_reference=draw(maybe(codes)) if order_line else None,
        origin_country=draw(maybe(codes)),
        attributes=tuple(draw(st.lists(st.builds(ItemAttribute, texts, texts), max_size=2))),
    )


breakdowns = st.builds(
    VatBreakdown,
    amounts,
    amounts,
    category=codes,
    rate=maybe(quantities),
    exemption_reason=maybe(texts),
    exemption_code=maybe(codes),
)
numbers = st.one_of(
    st.tuples(st.from_regex(r"[0-9]{2,8}", fullmatch=True), st.sampled_from(["BANKGIRO", "PLUSGIRO"])),
    st.tuples(st.from_regex(r"SE[0-9]{22}", fullmatch=True), st.just("IBAN")),
    st.tuples(st.from_regex(r"[0-9]{5,12}", fullmatch=True), st.just("OTHER")),
)


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    means = draw(st.sampled_from(["30", "58"]))
    reference = draw(maybe(codes))
    means_text = draw(maybe(texts))
    accounts = tuple(
        PaymentAccount(
            number,
            scheme,
            means,
            reference,
            means_text,
            draw(maybe(texts)),
            draw(maybe(codes)) if scheme in {"IBAN", "OTHER"} else None,
        )
        for number, scheme in draw(st.lists(numbers, max_size=3))
    )
    tax_currency = draw(maybe(st.just("EUR")))
    payee = draw(maybe(texts))
    return Invoice(
        is_credit_note=draw(st.booleans()),
        number=draw(texts),
        issue_date=draw(days),
        type_code=draw(codes),
        currency="SEK",
        seller=draw(parties),
        buyer=draw(parties),
        lines=tuple(draw(st.lists(lines(), min_size=1, max_size=3))),
        sum_of_lines=draw(amounts),
        net_amount=draw(amounts),
        tax_amount=draw(amounts),
        gross_amount=draw(amounts),
        payable_amount=draw(amounts),
        prepaid_amount=draw(amounts),
        rounding_amount=draw(amounts),
        allowance_total=draw(amounts),
        charge_total=draw(amounts),
        due_date=draw(maybe(days)),
        tax_point_date=draw(maybe(days)),
        tax_point_code=draw(maybe(codes)),
        delivery_date=draw(maybe(days)),
        delivery_name=draw(maybe(texts)),
        delivery_location=draw(maybe(identifiers)),
        delivery_address=draw(addresses),
        period_start=draw(maybe(days)),
        period_end=draw(maybe(days)),
        tax_currency=tax_currency,
        tax_currency_amount=draw(nonzero) if tax_currency else None,
        buyer_reference=draw(maybe(texts)),
        order_reference=draw(maybe(codes.filter(lambda code: code != "NA"))),
        sales_order_reference=draw(maybe(texts)),
        contract_reference=draw(maybe(texts)),
        project_reference=draw(maybe(texts)),
        object_id=draw(maybe(identifiers)),
        despatch_reference=draw(maybe(texts)),
        receiving_reference=draw(maybe(texts)),
        tender_reference=draw(maybe(texts)),
        accounting_cost=draw(maybe(texts)),
        payee=Party(name=payee) if payee else None,
        tax_representative=draw(maybe(parties)),
        accounts=accounts,
        payment_means_code=means,
        payment_means_text=means_text,
        payment_reference=reference,
        payment_terms=draw(maybe(texts)),
        vat_breakdown=tuple(draw(st.lists(breakdowns, min_size=1, max_size=2))),
        allowances_charges=tuple(draw(st.lists(document_allowances, max_size=2))),
        preceding=tuple(draw(st.lists(st.builds(PrecedingInvoice, texts, maybe(days)), max_size=2))),
        notes=tuple(draw(st.lists(texts, max_size=2))),
        attachments=tuple(
            draw(st.lists(st.builds(Attachment, texts, maybe(texts), uri=maybe(texts)), max_size=2))
        ),
        customization_id=CUSTOMIZATION,
        profile_id=PROFILE,
    )


@relaxed
@given(invoices())
def test_an_invoice_comes_back_as_it_was_and_is_schema_valid(invoice: Invoice) -> None:
    written = write_invoice(invoice)
    assert read_invoice(written) == invoice
    name = "ubl-credit-note" if invoice.is_credit_note else "ubl-invoice"
    schema = next(rule_set.path for rule_set in packaged_rules() if rule_set.name == name)
    assert check_schema(parse_xml(written), schema) == []


def test_a_real_invoice_comes_back_as_it_was_and_keeps_all_rules(samples: dict[str, bytes]) -> None:
    for name, data in samples.items():
        invoice = read_invoice(data)
        assert read_invoice(write_invoice(invoice)) == invoice, name
        credit = replace(invoice, is_credit_note=True, type_code="381")
        found = {one: check_document(write_invoice(one)).findings for one in (invoice, credit)}
        assert set(found.values()) == {()}, name


def test_an_attachment_is_embedded_and_its_size_known(invoice: Invoice) -> None:
    attachment = Attachment("A1", "Underlag", "underlag.pdf", "application/pdf", 5)
    written = write_invoice(replace(invoice, attachments=(attachment,)), embedded={"A1": b"%PDF-"})
    assert read_invoice(written).attachments == (attachment,)


@pytest.mark.parametrize("size", range(7))
def test_the_size_of_an_attachment_is_that_of_its_bytes(invoice: Invoice, size: int) -> None:
    attachment = Attachment("A1", None, "a.csv", "text/csv", size)
    written = write_invoice(replace(invoice, attachments=(attachment,)), embedded={"A1": b"x" * size})
    assert (read_invoice(written).attachments[0].size or 0) == size


def test_pasted_control_characters_are_left_out(invoice: Invoice) -> None:
    written = write_invoice(replace(invoice, number="F\x0b1\x00\ufffe"))
    assert read_invoice(written).number == "F1"


def test_reading_names_the_place_of_what_is_no_value(invoice: Invoice) -> None:
    data = write_invoice(invoice).replace(b">49.90<", b">1e5<")
    with pytest.raises(Unreadable) as refused:
        read_invoice(data)
    assert (refused.value.finding.code, refused.value.finding.location) == (
        "VALUE",
        "/Invoice[1]/cac:InvoiceLine[1]/cac:Price[1]/cbc:PriceAmount[1]",
    )


def test_whatever_the_schema_lets_through_is_read(invoice: Invoice) -> None:
    bare = (
        b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
        b'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
        b'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
        b"<cbc:ID>1</cbc:ID><cbc:IssueDate>2026-01-31+01:00</cbc:IssueDate><cac:AccountingSupplierParty/>"
        b"<cac:AccountingCustomerParty/><cac:LegalMonetaryTotal>"
        b"<cbc:PayableAmount currencyID='SEK'>+1.</cbc:PayableAmount>"
        b"</cac:LegalMonetaryTotal><cac:InvoiceLine><cbc:ID>1</cbc:ID>"
        b"<cbc:LineExtensionAmount currencyID='SEK'>.5"
        b"</cbc:LineExtensionAmount><cac:Item/></cac:InvoiceLine></Invoice>"
    )
    root = parse_xml(bare)
    schema = next(rule_set.path for rule_set in packaged_rules() if rule_set.name == "ubl-invoice")
    assert check_schema(root, schema) == []
    read = read_invoice(root)
    assert (read.payable_amount, read.lines[0].line_amount, read.issue_date) == (
        1,
        Decimal("0.5"),
        date(2026, 1, 31),
    )
    assert (read.gross_amount, read.currency, read.lines[0].unit) == (0, "", "")


ACCOUNTS = [
    ("505-0109", "SE:BANKGIRO", "30", ("5050109", "BANKGIRO")),
    ("4 76 68 03-3", "SE:PLUSGIRO", "30", ("47668033", "PLUSGIRO")),
    ("SE45 5000 0000 0583 9825 7466", None, "30", ("SE4550000000058398257466", "IBAN")),
    ("5050109", None, "56", ("5050109", "BANKGIRO")),
    ("476680", None, "50", ("476680", "PLUSGIRO")),
    ("83279123456789", "SWEDSESS", "30", ("83279123456789", "OTHER")),
]


@pytest.mark.parametrize(("number", "branch", "means", "expected"), ACCOUNTS)
def test_accounts_are_told_apart(
    invoice: Invoice, number: str, branch: str | None, means: str, expected: tuple[str, str]
) -> None:
    xml = write_invoice(invoice).decode().replace("5050109", number).replace("Code>30<", f"Code>{means}<")
    with_branch = (
        xml.replace("SE:BANKGIRO", branch)
        if branch
        else xml.replace(
            "<cac:FinancialInstitutionBranch><cbc:ID>SE:BANKGIRO</cbc:ID></cac:FinancialInstitutionBranch>",
            "",
        )
    )
    (account,) = read_invoice(with_branch.encode()).accounts
    assert (account.number, account.scheme) == expected
