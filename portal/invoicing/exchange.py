"""Bytes → what the portal can take in, or why it cannot: the only file that knows formats and this domain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.formats.check import check_document, check_shape
from portal.formats.documents import document_type
from portal.formats.en16931 import Identifier, Invoice
from portal.formats.findings import Finding, Unreadable, fatal
from portal.formats.peppol.attachments import NOT_BASE64
from portal.formats.peppol.reader import read_invoice
from portal.formats.rulesets import RuleSet
from portal.formats.xml import parse_xml

GLN_SCHEME, ORG_SCHEME = "0088", "0007"
MOST, MOST_PERCENT = Decimal(10) ** 12, Decimal(1000)
_NAMES = {
    "order": "en order", "order_response": "ett ordersvar", "order_change": "en orderändring",
    "order_cancellation": "en avbeställning", "order_agreement": "ett orderavtal",
    "despatch_advice": "en leveransavisering", "catalogue": "en katalog", "punch_out": "en varukorg",
    "application_response": "ett svarsmeddelande", "message_level_response": "ett svarsmeddelande",
    "catalogue_response": "ett svar på en katalog", "order_response_advanced": "ett ordersvar",
}  # fmt: skip
UNKNOWN_DOCUMENT = "inget dokument vi känner"
TOO_HIGH = "Ett belopp eller antal på fakturan är orimligt stort. Rätta det och skicka fakturan igen."
NO_ADDRESS = "Fakturan saknar köparens elektroniska adress. Fyll i den och skicka fakturan igen."
UNKNOWN_ADDRESS = (
    "Köparens elektroniska adress %(address)s hör inte till någon kommun eller myndighet här. "
    "Kontrollera adressen och skicka fakturan till rätt mottagare."
)
NOT_INVOICE = (
    "Filen är %(document)s, inte en faktura eller kreditfaktura. Skicka fakturan som Peppol BIS Billing 3."
)
MESSAGES = (TOO_HIGH, NO_ADDRESS, UNKNOWN_ADDRESS, NOT_INVOICE, NOT_BASE64)
"""What a refused file is told: stored filled in, in Swedish; told in another language from these msgids."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An invoice, or the fatal findings for which it is refused."""

    invoice: Invoice | None
    findings: tuple[Finding, ...] = ()


def read(data: bytes, rules: Sequence[RuleSet], *, max_bytes: int) -> Reading:
    """Parse and hold against the XSD. Refused are only layers xml and xsd, and other documents."""
    try:
        root = parse_xml(data, max_bytes=max_bytes)
        document = document_type(root)
        if document not in {"invoice", "credit_note"}:
            return Reading(None, (_other_document(document),))
        findings = tuple(check_shape(root, rules))
        if findings:
            return Reading(None, findings)
        invoice = read_invoice(root)
        findings = tuple(_unstorable(invoice))
        return Reading(None, findings) if findings else Reading(invoice)
    except Unreadable as error:
        return Reading(None, error.findings)


def _unstorable(invoice: Invoice) -> Iterator[Finding]:
    """Numbers no account could hold: valid by the schema, which knows no limit."""
    header = (
        invoice.net_amount, invoice.tax_amount, invoice.gross_amount, invoice.payable_amount,
        invoice.prepaid_amount, invoice.rounding_amount,
    )  # fmt: skip
    lines = (
        value
        for line in invoice.lines
        for value in (line.quantity, line.net_price, line.line_amount, line.base_quantity)
    )
    rates = (line.vat_rate for line in invoice.lines)
    if any(map(_over(MOST), (*header, *lines))) or any(map(_over(MOST_PERCENT), rates)):
        yield fatal("VALUE", TOO_HIGH, layer="xsd", location="/")


def _over(most: Decimal) -> Callable[[Decimal | None], bool]:
    return lambda value: value is not None and abs(value) >= most


def judge(data: bytes, rules: Sequence[RuleSet], *, max_bytes: int) -> tuple[Finding, ...]:
    """Everything XSD, CEN and Peppol say of it, in this process."""
    return check_document(data, max_bytes=max_bytes, rules=rules).findings


def address_of(invoice: Invoice) -> tuple[str, ...]:
    """Peppol addresses that may tell whose invoice it is.

    The buyer's endpoint alone when there is one (BT-49), else GLNs and the legal id.
    """
    buyer = invoice.buyer
    if buyer.endpoint is not None:
        return (_address(buyer.endpoint),)
    glns = [one for one in buyer.identifiers if one.scheme == GLN_SCHEME]
    legal = [Identifier(buyer.legal_id.value, ORG_SCHEME)] if buyer.legal_id else []
    return tuple(map(_address, (*glns, *legal)))


def _address(identifier: Identifier) -> str:
    value = "".join(identifier.value.split())
    if identifier.scheme == ORG_SCHEME:
        value = value.replace("-", "")
    return f"{identifier.scheme or ''}:{value}"


def no_concern(invoice: Invoice) -> Finding:
    """The finding for an invoice that is nobody's here."""
    addresses = address_of(invoice)
    message = UNKNOWN_ADDRESS % {"address": addresses[0]} if addresses else NO_ADDRESS
    location = "/Invoice/cac:AccountingCustomerParty/cac:Party/cbc:EndpointID"
    if invoice.is_credit_note:
        location = location.replace("/Invoice", "/CreditNote")
    return fatal("RECIPIENT_UNKNOWN", message, layer="xml", location=location)


def _other_document(document: str) -> Finding:
    message = NOT_INVOICE % {"document": _NAMES.get(document, UNKNOWN_DOCUMENT)}
    return fatal("NOT_INVOICE", message, layer="xml", location="/")
