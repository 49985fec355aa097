"""Peppol BIS Billing 3 → the neutral invoice: Invoice and CreditNote, one pass, no XPath.

Whatever the XSD lets through is read, so that an invoice with faults can be taken in and its faults shown: a
missing total is 0 and a missing text empty, and the official rules say what is missing.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lxml import etree

from portal.formats import en16931
from portal.formats.documents import CAC, document_type
from portal.formats.en16931 import PaymentAccount, PaymentMeans, PrecedingInvoice, VatBreakdown
from portal.formats.findings import Finding, Unreadable, fatal
from portal.formats.peppol.accounts import BRANCHES, account_of
from portal.formats.peppol.attachments import read_documents
from portal.formats.peppol.lines import read_allowance, read_line
from portal.formats.peppol.parties import read_address, read_party
from portal.formats.peppol.tree import (
    ZERO,
    Children,
    attribute,
    children,
    day,
    each,
    identifier,
    inside,
    number,
    text,
    texts,
)
from portal.formats.xml import MAX_BYTES, parse_xml

_CARD_DIGITS = 4


def read_invoice(source: etree._Element | bytes, *, max_bytes: int = MAX_BYTES) -> en16931.Invoice:
    """The invoice or credit note in a parsed root or in bytes.

    Raises Unreadable: the xml findings of `parse_xml`, NOT_INVOICE for another document, MISSING or VALUE
    (layer xsd, with place) for what no schema-valid invoice has.
    """
    root = parse_xml(source, max_bytes=max_bytes) if isinstance(source, bytes) else source
    kind = document_type(root)
    if kind not in {"invoice", "credit_note"}:
        message = (
            f"Dokumentet är ingen faktura eller kreditfaktura utan {kind}. "
            "Skicka fakturan som Peppol BIS Billing 3."
        )
        raise Unreadable(fatal("NOT_INVOICE", message, location=f"/{etree.QName(root).localname}"))
    return _read(children(root), is_credit_note=kind == "credit_note")


def _read(of: Children, *, is_credit_note: bool) -> en16931.Invoice:
    currency = text(of, "DocumentCurrencyCode") or ""
    totals = inside(of, "LegalMonetaryTotal")
    delivery = inside(of, "Delivery")
    period = inside(of, "InvoicePeriod")
    tax, tax_in_other = _tax_totals(of, currency)
    means = [children(element) for element in each(of, "PaymentMeans")]
    documents = read_documents(of)
    issued = day(of, "IssueDate")
    if issued is None:
        raise Unreadable(_missing("IssueDate"))
    return en16931.Invoice(
        is_credit_note=is_credit_note,
        number=text(of, "ID") or "",
        issue_date=issued,
        type_code=text(of, "CreditNoteTypeCode" if is_credit_note else "InvoiceTypeCode") or "",
        currency=currency,
        seller=read_party(inside(of, "AccountingSupplierParty", "Party")),
        buyer=read_party(inside(of, "AccountingCustomerParty", "Party")),
        lines=tuple(
            read_line(element) for element in each(of, "CreditNoteLine" if is_credit_note else "InvoiceLine")
        ),
        sum_of_lines=number(totals, "LineExtensionAmount") or ZERO,
        net_amount=number(totals, "TaxExclusiveAmount") or ZERO,
        tax_amount=number(tax, "TaxAmount") or ZERO,
        gross_amount=number(totals, "TaxInclusiveAmount") or ZERO,
        payable_amount=number(totals, "PayableAmount") or ZERO,
        prepaid_amount=number(totals, "PrepaidAmount") or ZERO,
        rounding_amount=number(totals, "PayableRoundingAmount") or ZERO,
        allowance_total=number(totals, "AllowanceTotalAmount") or ZERO,
        charge_total=number(totals, "ChargeTotalAmount") or ZERO,
        due_date=day(of, "DueDate") or _due_date_of(means),
        tax_point_date=day(of, "TaxPointDate"),
        tax_point_code=text(period, "DescriptionCode"),
        delivery_date=day(delivery, "ActualDeliveryDate"),
        delivery_name=text(inside(delivery, "DeliveryParty", "PartyName"), "Name"),
        delivery_location=identifier(inside(delivery, "DeliveryLocation"), "ID"),
        delivery_address=read_address(inside(delivery, "DeliveryLocation", "Address")),
        period_start=day(period, "StartDate"),
        period_end=day(period, "EndDate"),
        tax_currency=text(of, "TaxCurrencyCode"),
        tax_currency_amount=tax_in_other,
        buyer_reference=text(of, "BuyerReference"),
        order_reference=_order_number(inside(of, "OrderReference")),
        sales_order_reference=text(inside(of, "OrderReference"), "SalesOrderID"),
        contract_reference=text(inside(of, "ContractDocumentReference"), "ID"),
        project_reference=text(inside(of, "ProjectReference"), "ID") or documents.project,
        object_id=documents.object_id,
        despatch_reference=text(inside(of, "DespatchDocumentReference"), "ID"),
        receiving_reference=text(inside(of, "ReceiptDocumentReference"), "ID"),
        tender_reference=text(inside(of, "OriginatorDocumentReference"), "ID"),
        accounting_cost=text(of, "AccountingCost"),
        payee=read_party(inside(of, "PayeeParty")) if each(of, "PayeeParty") else None,
        tax_representative=(
            read_party(inside(of, "TaxRepresentativeParty")) if each(of, "TaxRepresentativeParty") else None
        ),
        accounts=_accounts(means),
        payment_means_code=next(
            (code for code in (text(one, "PaymentMeansCode") for one in means) if code), None
        ),
        payment_means_text=_means_text(means[0]) if means else None,
        means=_other_means(means),
        payment_reference=next((ref for ref in (text(one, "PaymentID") for one in means) if ref), None),
        payment_terms=text(inside(of, "PaymentTerms"), "Note"),
        vat_breakdown=tuple(_breakdown(children(element)) for element in tax.get(f"{CAC}TaxSubtotal", ())),
        allowances_charges=tuple(
            read_allowance(children(element)) for element in each(of, "AllowanceCharge")
        ),
        preceding=_preceding(of),
        notes=texts(of, "Note"),
        attachments=documents.attachments,
        customization_id=text(of, "CustomizationID"),
        profile_id=text(of, "ProfileID"),
        uuid=text(of, "UUID"),
    )


def _missing(name: str) -> Finding:
    message = f"Elementet cbc:{name} saknas. Lägg till det."
    return fatal("MISSING", message, layer="xsd", location=f"cbc:{name}")


def _tax_totals(of: Children, currency: str) -> tuple[Children, Decimal | None]:
    """The tax total with the breakdown (invoice currency), and the amount in BT-6's currency."""
    totals = [children(element) for element in each(of, "TaxTotal")]
    other = text(of, "TaxCurrencyCode")
    main = next((total for total in totals if f"{CAC}TaxSubtotal" in total), None)
    if main is None:
        main = next(
            (total for total in totals if attribute(total, "TaxAmount", "currencyID") == currency), {}
        )
    in_other = (
        number(total, "TaxAmount")
        for total in totals
        if total is not main and other is not None and attribute(total, "TaxAmount", "currencyID") == other
    )
    return main, next(in_other, None)


def _order_number(reference: Children) -> str | None:
    """BT-13; beside a sales order (BT-14) the word NA means there is none."""
    order = text(reference, "ID")
    return None if order == "NA" and text(reference, "SalesOrderID") else order


def _breakdown(of: Children) -> VatBreakdown:
    category = inside(of, "TaxCategory")
    return VatBreakdown(
        taxable_amount=number(of, "TaxableAmount") or ZERO,
        tax_amount=number(of, "TaxAmount") or ZERO,
        category=text(category, "ID") or "",
        rate=number(category, "Percent"),
        exemption_reason=text(category, "TaxExemptionReason"),
        exemption_code=text(category, "TaxExemptionReasonCode"),
    )


def _due_date_of(means: list[Children]) -> date | None:
    """A credit note carries BT-9 with the payment means."""
    return next((due for due in (day(one, "PaymentDueDate") for one in means) if due), None)


def _accounts(means: list[Children]) -> tuple[PaymentAccount, ...]:
    found: list[PaymentAccount] = []
    for one in means:
        account = inside(one, "PayeeFinancialAccount")
        written = text(account, "ID")
        if written is None:
            continue
        code = text(one, "PaymentMeansCode")
        branch = text(inside(account, "FinancialInstitutionBranch"), "ID")
        number_, scheme = account_of(written, branch, code)
        found.append(
            PaymentAccount(
                number_,
                scheme,
                code,
                text(one, "PaymentID"),
                means_text=_means_text(one),
                name=text(account, "Name"),
                branch=None if branch and branch.upper() in BRANCHES else branch,
            )
        )
    return tuple(found)


def _means_text(means: Children) -> str | None:
    """BT-82, written beside the code."""
    return (attribute(means, "PaymentMeansCode", "name") or "").strip() or None


def _other_means(means: list[Children]) -> tuple[PaymentMeans, ...]:
    """Those with a card or a mandate, and codes beside the first that have no account."""
    found: list[PaymentMeans] = []
    for position, one in enumerate(means):
        card, mandate = inside(one, "CardAccount"), inside(one, "PaymentMandate")
        alone = position > 0 and text(inside(one, "PayeeFinancialAccount"), "ID") is None
        if not (card or mandate or alone):
            continue
        number_ = text(card, "PrimaryAccountNumberID")
        found.append(
            PaymentMeans(
                code=text(one, "PaymentMeansCode") or "",
                card=number_[-_CARD_DIGITS:] if number_ else None,
                card_holder=text(card, "HolderName"),
                mandate=text(mandate, "ID"),
                debited=text(inside(mandate, "PayerFinancialAccount"), "ID"),
                text=_means_text(one),
                reference=text(one, "PaymentID"),
            )
        )
    return tuple(found)


def _preceding(of: Children) -> tuple[PrecedingInvoice, ...]:
    references = (
        inside(children(element), "InvoiceDocumentReference") for element in each(of, "BillingReference")
    )
    return tuple(
        PrecedingInvoice(text(reference, "ID") or "", day(reference, "IssueDate"))
        for reference in references
        if reference
    )
