"""The neutral invoice → Peppol BIS Billing 3, Invoice or CreditNote.

What is written is what the values say: sums are not computed here. The UUID is left out: UBL-CR-004
warns of it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from lxml import etree

from portal.formats.en16931 import Attachment, Invoice, PaymentAccount, PaymentMeans, VatBreakdown
from portal.formats.peppol.accounts import BRANCH_OF
from portal.formats.peppol.build import Part, cac, cbc, document, identified, money, tax_category
from portal.formats.peppol.write_lines import write_allowance, write_line
from portal.formats.peppol.write_parties import write_address, write_party

CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
# Peppol's word for "no order number" where the schema wants one beside a sales order (BT-14).
NO_ORDER = "NA"
_CREDIT_TRANSFER = "30"
_NOT_DEFINED = "1"


def write_invoice(invoice: Invoice, *, embedded: Mapping[str, bytes] | None = None) -> bytes:
    """The document as UTF-8 bytes. `embedded` holds the bytes of attachments by their id (BT-122)."""
    lines = (
        write_line(line, invoice.currency, is_credit_note=invoice.is_credit_note) for line in invoice.lines
    )
    return document(
        "CreditNote" if invoice.is_credit_note else "Invoice",
        cbc("CustomizationID", invoice.customization_id or CUSTOMIZATION),
        cbc("ProfileID", invoice.profile_id or PROFILE),
        cbc("ID", invoice.number),
        cbc("IssueDate", invoice.issue_date),
        _dates_and_type(invoice),
        _header(invoice),
        _references(invoice, embedded or {}),
        _parties(invoice),
        _payment(invoice),
        (write_allowance(value, invoice.currency) for value in invoice.allowances_charges),
        _tax(invoice),
        _totals(invoice),
        lines,
    )


def _dates_and_type(invoice: Invoice) -> Part:
    notes = [cbc("Note", note) for note in invoice.notes]
    tax_point = cbc("TaxPointDate", invoice.tax_point_date)
    if invoice.is_credit_note:
        return [tax_point, cbc("CreditNoteTypeCode", invoice.type_code), notes]
    return [cbc("DueDate", invoice.due_date), cbc("InvoiceTypeCode", invoice.type_code), notes, tax_point]


def _header(invoice: Invoice) -> Part:
    return [
        cbc("DocumentCurrencyCode", invoice.currency),
        cbc("TaxCurrencyCode", invoice.tax_currency),
        cbc("AccountingCost", invoice.accounting_cost),
        cbc("BuyerReference", invoice.buyer_reference),
        cac(
            "InvoicePeriod",
            cbc("StartDate", invoice.period_start),
            cbc("EndDate", invoice.period_end),
            cbc("DescriptionCode", invoice.tax_point_code),
        ),
    ]


def _references(invoice: Invoice, embedded: Mapping[str, bytes]) -> Part:
    project = cbc("ID", invoice.project_reference)
    as_document = invoice.is_credit_note and project is not None
    tender = cac("OriginatorDocumentReference", cbc("ID", invoice.tender_reference))
    return [
        _order_reference(invoice),
        (
            cac(
                "BillingReference",
                cac(
                    "InvoiceDocumentReference",
                    cbc("ID", reference.number),
                    cbc("IssueDate", reference.issue_date),
                ),
            )
            for reference in invoice.preceding
        ),
        cac("DespatchDocumentReference", cbc("ID", invoice.despatch_reference)),
        cac("ReceiptDocumentReference", cbc("ID", invoice.receiving_reference)),
        None if invoice.is_credit_note else tender,
        cac("ContractDocumentReference", cbc("ID", invoice.contract_reference)),
        _object(invoice),
        cac("AdditionalDocumentReference", project, cbc("DocumentTypeCode", "50")) if as_document else None,
        (_attachment(attachment, embedded.get(attachment.id)) for attachment in invoice.attachments),
        None if as_document else cac("ProjectReference", project),
        tender if invoice.is_credit_note else None,
    ]


def _order_reference(invoice: Invoice) -> etree._Element | None:
    order = invoice.order_reference or (NO_ORDER if invoice.sales_order_reference else None)
    return cac("OrderReference", cbc("ID", order), cbc("SalesOrderID", invoice.sales_order_reference))


def _object(invoice: Invoice) -> etree._Element | None:
    if invoice.object_id is None:
        return None
    return cac(
        "AdditionalDocumentReference", identified("ID", invoice.object_id), cbc("DocumentTypeCode", "130")
    )


def _attachment(attachment: Attachment, data: bytes | None) -> etree._Element | None:
    content = None
    if data is not None:
        content = cbc(
            "EmbeddedDocumentBinaryObject",
            b64encode(data).decode("ascii"),
            mimeCode=attachment.media_type,
            filename=attachment.filename,
        )
    return cac(
        "AdditionalDocumentReference",
        cbc("ID", attachment.id),
        cbc("DocumentDescription", attachment.description),
        cac("Attachment", content, cac("ExternalReference", cbc("URI", attachment.uri))),
    )


def _parties(invoice: Invoice) -> Part:
    return [
        cac("AccountingSupplierParty", write_party("Party", invoice.seller)),
        cac("AccountingCustomerParty", write_party("Party", invoice.buyer)),
        write_party("PayeeParty", invoice.payee) if invoice.payee else None,
        write_party("TaxRepresentativeParty", invoice.tax_representative)
        if invoice.tax_representative
        else None,
        _delivery(invoice),
    ]


def _delivery(invoice: Invoice) -> etree._Element | None:
    return cac(
        "Delivery",
        cbc("ActualDeliveryDate", invoice.delivery_date),
        cac(
            "DeliveryLocation",
            identified("ID", invoice.delivery_location),
            write_address("Address", invoice.delivery_address),
        ),
        cac("DeliveryParty", cac("PartyName", cbc("Name", invoice.delivery_name))),
    )


def _payment(invoice: Invoice) -> Part:
    due = cbc("PaymentDueDate", invoice.due_date) if invoice.is_credit_note else None
    code = invoice.payment_means_code
    if invoice.accounts:
        accounts = [
            _means(account, invoice, due if first == 0 else None)
            for first, account in enumerate(invoice.accounts)
        ]
    elif not invoice.means and (code or due is not None or invoice.payment_reference):
        reference = cbc("PaymentID", invoice.payment_reference)
        means = _code(code or _NOT_DEFINED, invoice.payment_means_text)
        accounts = [cac("PaymentMeans", means, due, reference)]
    else:
        accounts = []
    others = [
        _other_means(means, None if accounts or position else due, invoice.payment_reference)
        for position, means in enumerate(invoice.means)
    ]
    return [accounts, others, cac("PaymentTerms", cbc("Note", invoice.payment_terms))]


def _other_means(
    means: PaymentMeans, due: etree._Element | None, reference: str | None
) -> etree._Element | None:
    card = cac(
        "CardAccount",
        cbc("PrimaryAccountNumberID", means.card),
        cbc("NetworkID", "NA") if means.card else None,
        cbc("HolderName", means.card_holder),
    )
    payer = cac("PayerFinancialAccount", cbc("ID", means.debited))
    return cac(
        "PaymentMeans",
        _code(means.code or None, means.text),
        due,
        cbc("PaymentID", means.reference or reference),
        card,
        cac("PaymentMandate", cbc("ID", means.mandate), payer),
    )


def _means(account: PaymentAccount, invoice: Invoice, due: etree._Element | None) -> etree._Element | None:
    branch = account.branch or BRANCH_OF.get(account.scheme)
    return cac(
        "PaymentMeans",
        _code(account.means_code or invoice.payment_means_code or _CREDIT_TRANSFER, account.means_text),
        due,
        cbc("PaymentID", account.reference or invoice.payment_reference),
        cac(
            "PayeeFinancialAccount",
            cbc("ID", account.number),
            cbc("Name", account.name),
            cac("FinancialInstitutionBranch", cbc("ID", branch)),
        ),
    )


def _code(code: str | None, text: str | None) -> etree._Element | None:
    return cbc("PaymentMeansCode", code, name=text)


def _tax(invoice: Invoice) -> Part:
    other = None
    if invoice.tax_currency and invoice.tax_currency_amount is not None:
        other = cac("TaxTotal", money("TaxAmount", invoice.tax_currency_amount, invoice.tax_currency))
    return [
        cac(
            "TaxTotal",
            money("TaxAmount", invoice.tax_amount, invoice.currency),
            (_breakdown(part, invoice.currency) for part in invoice.vat_breakdown),
        ),
        other,
    ]


def _breakdown(part: VatBreakdown, currency: str) -> etree._Element | None:
    return cac(
        "TaxSubtotal",
        money("TaxableAmount", part.taxable_amount, currency),
        money("TaxAmount", part.tax_amount, currency),
        tax_category(
            "TaxCategory",
            part.category,
            part.rate,
            cbc("TaxExemptionReasonCode", part.exemption_code),
            cbc("TaxExemptionReason", part.exemption_reason),
        ),
    )


def _totals(invoice: Invoice) -> Part:
    currency = invoice.currency
    return cac(
        "LegalMonetaryTotal",
        money("LineExtensionAmount", invoice.sum_of_lines, currency),
        money("TaxExclusiveAmount", invoice.net_amount, currency),
        money("TaxInclusiveAmount", invoice.gross_amount, currency),
        money("AllowanceTotalAmount", invoice.allowance_total or None, currency),
        money("ChargeTotalAmount", invoice.charge_total or None, currency),
        money("PrepaidAmount", invoice.prepaid_amount or None, currency),
        money("PayableRoundingAmount", invoice.rounding_amount or None, currency),
        money("PayableAmount", invoice.payable_amount, currency),
    )
