"""The rules for invoices between two German parties that BIS Billing got after 2024 (DE-R-*), as data.

They judge a Swedish portal's invoices only when both addresses are German; they are here so that an installation
without the official set says what that set says. XPath 2.0; `$bothGerman` is added_rules' variable.
"""

from __future__ import annotations

from portal.formats.added_rules import Context, Rule
from portal.formats.findings import Severity

_HEAD = "If both supplier and customer are located in Germany, "
_ROOT = "/*[$bothGerman]"


def _said(path: str) -> str:
    """An element with more than blanks."""
    return f"{path}[boolean(normalize-space(.))]"


def _rule(number: str, test: str, text: str, severity: Severity = "fatal") -> Rule:
    return Rule(f"DE-R-{number}", test, f"{_HEAD}{text}", severity)


def _must(number: str, path: str, name: str) -> Rule:
    return _rule(number, _said(path), f'the element "{name}" shall be provided.')


def _iban(path: str) -> str:
    """A well-formed IBAN whose number, letters written as 10–35 and the first four last, is 1 modulo 97."""
    bare = f"normalize-space(replace({path}, '\\s', ''))"
    turned = f"concat(substring({bare}, 5), upper-case(substring({bare}, 1, 2)), substring({bare}, 3, 2))"
    value = "if ($sign gt 64) then string($sign - 55) else string($sign - 48)"
    digits = f"string-join(for $sign in string-to-codepoints({turned}) return {value}, '')"
    formed = f"matches({bare}, '^[A-Z]{{2}}[0-9]{{2}}[a-zA-Z0-9]{{0,30}}$')"
    return f"(if ({formed}) then xs:decimal({digits}) mod 97 = 1 else false())"


_TAXED = "('S', 'Z', 'E', 'AE', 'K', 'G', 'L', 'M')"
_ANY_TAX = (
    f"cac:AllowanceCharge[cbc:ChargeIndicator = ('true', 'false')]/cac:TaxCategory/cbc:ID = {_TAXED} "
    f"or (cac:InvoiceLine | cac:CreditNoteLine)/cac:Item/cac:ClassifiedTaxCategory/cbc:ID = {_TAXED}"
)
_SELLER_TAX = "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID"
_SKONTO = r"(^|\r?\n)#(SKONTO)#TAGE=([0-9]+#PROZENT=[0-9]+\.[0-9]{2})(#BASISBETRAG=-?[0-9]+\.[0-9]{2})?#$"
_NOTE = "cac:PaymentTerms/cbc:Note[1]"
_FILENAME = "cac:Attachment/cbc:EmbeddedDocumentBinaryObject/@filename"
_MANDATE = "cac:PaymentMeans/cac:PaymentMandate"
_CREDITOR = "cac:PartyIdentification/cbc:ID[@schemeID = 'SEPA']"

_DOCUMENT = (
    _rule("001", "cac:PaymentMeans", 'an invoice shall contain "PAYMENT INSTRUCTIONS" (BG-16).'),
    _must("015", "cbc:BuyerReference", "Buyer reference"),
    _rule(
        "016",
        f"not({_ANY_TAX}) or cac:TaxRepresentativeParty or {_said(_SELLER_TAX)}",
        "an invoice with VAT shall contain the seller's VAT identifier, tax registration or tax representative.",
    ),
    _rule(
        "017",
        "normalize-space((cbc:InvoiceTypeCode, cbc:CreditNoteTypeCode)[1]) "
        "= ('326', '380', '384', '389', '381', '875', '876', '877')",
        "the invoice type code should be 326, 380, 384, 389, 381, 875, 876 or 877.",
        "warning",
    ),
    _rule(
        "018",
        f"every $line in {_NOTE}/tokenize(., '(\\r?\\n)')[starts-with(normalize-space(.), '#')] satisfies "
        f"matches(normalize-space($line), '{_SKONTO}') "
        f"and matches({_NOTE}/tokenize(., '#.+#')[last()], '^\\s*\\n')",
        "cash discounts (Skonto) shall be written #SKONTO#TAGE=n#PROZENT=n.nn# on a row of their own.",
    ),
    _rule(
        "022",
        "every $one in cac:AdditionalDocumentReference satisfies "
        f"not($one/{_FILENAME} = $one/preceding-sibling::cac:AdditionalDocumentReference/{_FILENAME})",
        "attached documents shall have unique file names.",
    ),
    _rule(
        "026",
        "not(normalize-space((cbc:InvoiceTypeCode, cbc:CreditNoteTypeCode)[1]) = '384') "
        "or cac:BillingReference/cac:InvoiceDocumentReference",
        "a corrected invoice (384) should name the invoice before it.",
        "warning",
    ),
    _rule(
        "030",
        f"not({_MANDATE}) or cac:AccountingSupplierParty/cac:Party/{_CREDITOR} or cac:PayeeParty/{_CREDITOR}",
        "a direct debit shall have the bank assigned creditor identifier (BT-90).",
    ),
    _rule(
        "031",
        f"not({_MANDATE}) or {_MANDATE}/cac:PayerFinancialAccount/cbc:ID",
        "a direct debit shall have the debited account (BT-91).",
    ),
)
_CONTACT = (
    _must("005", "cbc:Name", "Seller contact point"),
    _must("006", "cbc:Telephone", "Seller contact telephone number"),
    _must("007", "cbc:ElectronicMail", "Seller contact email address"),
    _rule(
        "027",
        "matches(normalize-space(cbc:Telephone), '.*([0-9].*){3,}.*')",
        "the seller's telephone number should have three digits or more.",
        "warning",
    ),
    _rule(
        "028",
        r"matches(normalize-space(cbc:ElectronicMail), '^[^@\s]+@([^@.\s]+\.)+[^@.\s]+$')",
        "the seller's email address should be one that is possible.",
        "warning",
    ),
)


def _address(city: str, zone: str) -> tuple[Rule, ...]:
    return (
        _must(city, "cbc:CityName", "city"),
        _must(zone, "cbc:PostalZone", "post code"),
    )


def _means(codes: str) -> str:
    return f"{_ROOT}/cac:PaymentMeans[normalize-space(cbc:PaymentMeansCode) = ({codes})]"


def _only(number: str, code: str, wanted: str, others: tuple[str, str]) -> tuple[Rule, ...]:
    """A way of payment with its own details, and no other's."""
    return (
        _rule(f"{number}-1", wanted, f"payment by {code} shall have its {wanted}."),
        _rule(
            f"{number}-2",
            " and ".join(f"not({one})" for one in others),
            f"payment by {code} shall have no details of another way.",
        ),
    )


_ACCOUNT, _CARD, _DEBIT = "cac:PayeeFinancialAccount", "cac:CardAccount", "cac:PaymentMandate"
_TRANSFER = (
    _rule(
        "019",
        f"not(normalize-space(cbc:PaymentMeansCode) = '58') or {_iban(f'{_ACCOUNT}/cbc:ID')}",
        "the account of a SEPA transfer (58) should be an IBAN.",
        "warning",
    ),
    *_only("023", "credit transfer", _ACCOUNT, (_CARD, _DEBIT)),
)
_DIRECT_DEBIT = (
    _rule(
        "020",
        _iban(f"{_DEBIT}/cac:PayerFinancialAccount/cbc:ID"),
        "the account of a SEPA direct debit (59) should be an IBAN.",
        "warning",
    ),
    *_only("025", "direct debit", _DEBIT, (_ACCOUNT, _CARD)),
)
_SELLER = f"{_ROOT}/cac:AccountingSupplierParty"
_BUYER = f"{_ROOT}/cac:AccountingCustomerParty"
_PLACE = f"{_ROOT}/cac:Delivery/cac:DeliveryLocation/cac:Address"
_EXTERNAL = f"{_ROOT}/cac:AdditionalDocumentReference/cac:Attachment/cac:ExternalReference"

GERMAN: tuple[Context, ...] = tuple(
    Context(match, "german", rules)
    for match, rules in (
        (_ROOT, _DOCUMENT),
        (_SELLER, (_rule("002", "cac:Party/cac:Contact", "the seller's contact shall be provided."),)),
        (f"{_SELLER}/cac:Party/cac:PostalAddress", _address("003", "004")),
        (f"{_SELLER}/cac:Party/cac:Contact", _CONTACT),
        (f"{_BUYER}/cac:Party/cac:PostalAddress", _address("008", "009")),
        (_PLACE, _address("010", "011")),
        (_means("'30', '58'"), _TRANSFER),
        (_means("'48', '54', '55'"), _only("024", "card", _CARD, (_ACCOUNT, _DEBIT))),
        (_means("'59'"), _DIRECT_DEBIT),
        (
            f"{_ROOT}/cac:TaxTotal/cac:TaxSubtotal",
            (_must("014", "cac:TaxCategory/cbc:Percent", "VAT category rate"),),
        ),
        (
            _EXTERNAL,
            (
                _rule(
                    "T02",
                    r"matches(cbc:URI, '^([a-zA-Z])([a-zA-Z0-9+.-])+:.*')",
                    "the place of a document should be a whole URL.",
                    "warning",
                ),
            ),
        ),
    )
)
