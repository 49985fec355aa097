"""What the writers write, the readers read: every generated value comes back as it was."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.formats.check import check_document
from portal.formats.en16931 import (
    Address,
    AllowanceCharge,
    Attachment,
    Identifier,
    Invoice,
    InvoiceLine,
    Party,
    PaymentAccount,
    PrecedingInvoice,
    VatBreakdown,
)
from portal.formats.findings import Unreadable
from portal.formats.peppol.invoice_writer import CUSTOMIZATION, PROFILE, write_invoice
from portal.formats.peppol.order import Order, OrderDelivery, OrderLine, read_order, write_order
from portal.formats.peppol.order_response import (
    CONDITIONAL,
    OrderResponse,
    OrderResponseLine,
    read_order_response,
    write_order_response,
)
from portal.formats.peppol.reader import read_invoice
from portal.formats.rulesets import packaged_rules
from portal.formats.schemas import check_schema
from portal.formats.xml import parse_xml

LETTERS = string.ascii_letters + string.digits + "åäöÅÄÖé<>&\"'-/. "
texts = st.text(LETTERS, min_size=1, max_size=20).map(str.strip).filter(bool)
codes = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=8)
amounts = st.decimals(min_value=-10_000_000, max_value=10_000_000, places=2)
nonzero = amounts.filter(bool)
quantities = st.decimals(min_value=0, max_value=100_000, places=4)
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))
identifiers = st.builds(Identifier, codes, st.none() | codes)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


addresses = st.builds(Address, maybe(texts), maybe(texts), maybe(texts), maybe(texts), maybe(codes))
parties = st.builds(
    Party,
    name=maybe(texts),
    legal_name=texts,
    endpoint=maybe(identifiers),
    identifiers=st.lists(identifiers, max_size=2).map(tuple),
    legal_id=maybe(identifiers),
    vat_number=maybe(codes),
    tax_registration=maybe(texts),
    address=addresses,
    contact_name=maybe(texts),
    contact_email=maybe(texts),
    contact_phone=maybe(texts),
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


@st.composite
def lines(draw: st.DrawFn) -> InvoiceLine:
    category = draw(maybe(codes))
    gross = draw(maybe(amounts))
    base = draw(maybe(quantities))
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
        order_line=draw(maybe(codes)),
        object_id=draw(maybe(identifiers)),
        accounting_cost=draw(maybe(texts)),
        seller_item_id=draw(maybe(texts)),
        buyer_item_id=draw(maybe(texts)),
        standard_item_id=draw(maybe(identifiers)),
        classifications=tuple(draw(st.lists(identifiers, max_size=2))),
        vat_category=category,
        vat_rate=draw(maybe(quantities)) if category else None,
        allowances_charges=tuple(draw(st.lists(allowances, max_size=2))),
        period_start=draw(maybe(days)),
        period_end=draw(maybe(days)),
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
    accounts = tuple(
        PaymentAccount(number, scheme, means, reference)
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
        delivery_date=draw(maybe(days)),
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
        accounting_cost=draw(maybe(texts)),
        payee=Party(name=payee) if payee else None,
        accounts=accounts,
        payment_means_code=means,
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


relaxed = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
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


@st.composite
def orders(draw: st.DrawFn) -> Order:
    return Order(
        number=draw(texts),
        issue_date=draw(days),
        currency="SEK",
        buyer=draw(parties),
        seller=draw(parties),
        lines=tuple(draw(st.lists(order_lines(), min_size=1, max_size=3))),
        issue_time=draw(maybe(st.just(time(13, 45, 30)))),
        note=draw(maybe(texts)),
        customer_reference=draw(maybe(texts)),
        accounting_cost=draw(maybe(texts)),
        valid_until=draw(maybe(days)),
        quotation_reference=draw(maybe(texts)),
        previous_order=draw(maybe(texts)),
        contract_reference=draw(maybe(texts)),
        delivery=draw(deliveries),
        payment_terms=draw(maybe(texts)),
        tax_amount=draw(maybe(amounts)),
        sum_of_lines=Decimal("10.00"),
        net_amount=draw(maybe(amounts)),
        gross_amount=draw(maybe(amounts)),
        payable_amount=draw(amounts),
    )


@st.composite
def order_lines(draw: st.DrawFn) -> OrderLine:
    category = draw(maybe(codes))
    price = draw(maybe(amounts))
    base = draw(maybe(quantities)) if price is not None else None
    return OrderLine(
        id=draw(codes),
        quantity=draw(quantities),
        unit=draw(codes),
        name=draw(texts),
        net_price=price,
        line_amount=draw(maybe(amounts)),
        base_quantity=base,
        base_unit=draw(maybe(codes)) if base is not None else None,
        note=draw(maybe(texts)),
        description=draw(maybe(texts)),
        accounting_cost=draw(maybe(texts)),
        seller_item_id=draw(maybe(texts)),
        buyer_item_id=draw(maybe(texts)),
        standard_item_id=draw(maybe(identifiers)),
        classifications=tuple(draw(st.lists(identifiers, max_size=2))),
        vat_category=category,
        vat_rate=draw(maybe(quantities)) if category else None,
        delivery_start=draw(maybe(days)),
        delivery_end=draw(maybe(days)),
    )


deliveries = st.builds(
    OrderDelivery,
    location=maybe(identifiers),
    address=addresses,
    start=maybe(days),
    end=maybe(days),
    recipient=maybe(texts),
    contact_name=maybe(texts),
    contact_phone=maybe(texts),
    contact_email=maybe(texts),
)


@relaxed
@given(orders())
def test_an_order_comes_back_as_it_was(order: Order) -> None:
    assert read_order(write_order(order)) == order


@st.composite
def response_lines(draw: st.DrawFn) -> OrderResponseLine:
    price = draw(maybe(amounts))
    base = draw(maybe(quantities)) if price is not None else None
    quantity = draw(maybe(quantities))
    return OrderResponseLine(
        id=draw(codes),
        order_line=draw(codes),
        status_code=draw(st.sampled_from(["1", "3", "5", "7", "42"])),
        name=draw(texts),
        quantity=quantity,
        unit=draw(codes) if quantity is not None else None,
        backorder_quantity=draw(maybe(quantities)),
        net_price=price,
        base_quantity=base,
        base_unit=draw(maybe(codes)) if base is not None else None,
        note=draw(maybe(texts)),
        seller_item_id=draw(maybe(texts)),
        delivery_start=draw(maybe(days)),
        delivery_end=draw(maybe(days)),
        substitute_name=draw(maybe(texts)),
        substitute_item_id=draw(maybe(texts)),
    )


@st.composite
def responses(draw: st.DrawFn) -> OrderResponse:
    code = draw(st.sampled_from(["AB", "AP", "RE", "CA"]))
    return OrderResponse(
        number=draw(texts),
        issue_date=draw(days),
        response_code=code,
        order_number=draw(texts),
        seller=draw(parties),
        buyer=draw(parties),
        lines=tuple(draw(st.lists(response_lines(), min_size=1, max_size=3))) if code == CONDITIONAL else (),
        issue_time=draw(maybe(st.just(time(6, 0)))),
        sales_order=draw(maybe(texts)),
        note=draw(maybe(texts)),
        currency="SEK",
        customer_reference=draw(maybe(texts)),
        promised_start=draw(maybe(days)),
        promised_end=draw(maybe(days)),
    )


@relaxed
@given(responses())
def test_an_order_response_comes_back_as_it_was(response: OrderResponse) -> None:
    assert read_order_response(write_order_response(response)) == response


@pytest.mark.parametrize(("code", "has_line"), [("CA", False), ("AP", True), ("RE", True), ("XX", False)])
def test_a_response_whose_code_and_lines_contradict_is_not_written(
    seller: Party, buyer: Party, code: str, has_line: bool
) -> None:
    lines = (OrderResponseLine("1", "1", "5", name="Papper"),) if has_line else ()
    with pytest.raises(ValueError, match=code):
        write_order_response(OrderResponse("R1", date(2026, 1, 1), code, "O1", seller, buyer, lines))


@settings(max_examples=60, deadline=None)
@given(orders(), responses())
def test_orders_and_responses_are_valid_by_the_ubl_schema(order: Order, response: OrderResponse) -> None:
    folder = Path(__file__).parents[3] / "shared" / "data" / "ubl-xsd" / "maindoc"
    if not folder.is_dir():
        pytest.skip("the shared test data is not here")
    assert check_schema(parse_xml(write_order(order)), folder / "UBL-Order-2.1.xsd") == []
    assert check_schema(parse_xml(write_order_response(response)), folder / "UBL-OrderResponse-2.1.xsd") == []


@pytest.mark.parametrize("read", [read_order, read_order_response])
def test_another_document_is_refused_by_its_name(invoice: Invoice, read: Any) -> None:
    with pytest.raises(Unreadable, match="invoice"):
        read(write_invoice(invoice))


def test_an_order_is_no_invoice(seller: Party, buyer: Party) -> None:
    line = OrderLine("1", Decimal(1), "EA", "Papper")
    data = write_order(Order("O1", date(2026, 1, 1), "SEK", buyer, seller, (line,)))
    with pytest.raises(Unreadable) as refused:
        read_invoice(data)
    assert refused.value.finding.code == "NOT_INVOICE"
