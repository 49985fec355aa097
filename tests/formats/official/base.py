"""One exact invoice and one exact credit note with most of what BIS Billing knows: what the mutants start from."""

from __future__ import annotations

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_VAT = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"


def _amount(name: str, value: str) -> str:
    return f'<cbc:{name} currencyID="SEK">{value}</cbc:{name}>'


def _category(rate: str, name: str = "TaxCategory") -> str:
    return f"<cac:{name}><cbc:ID>S</cbc:ID><cbc:Percent>{rate}</cbc:Percent>{_VAT}</cac:{name}>"


def _party(name: str, endpoint: str, number: str, street: str, extra: str = "") -> str:
    return (
        f"<cac:Party>{endpoint}<cac:PartyName><cbc:Name>{name}</cbc:Name></cac:PartyName>"
        f"<cac:PostalAddress><cbc:StreetName>{street}</cbc:StreetName><cbc:CityName>Exempelstad</cbc:CityName>"
        "<cbc:PostalZone>99999</cbc:PostalZone><cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode>"
        "</cac:Country></cac:PostalAddress>"
        f"<cac:PartyTaxScheme><cbc:CompanyID>SE{number}01</cbc:CompanyID>{_VAT}</cac:PartyTaxScheme>{extra}"
        f"<cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName>"
        f'<cbc:CompanyID schemeID="0007">{number}</cbc:CompanyID></cac:PartyLegalEntity>'
        "<cac:Contact><cbc:Name>Kontoret</cbc:Name><cbc:Telephone>010-000 00 00</cbc:Telephone>"
        "<cbc:ElectronicMail>post@exempel.test</cbc:ElectronicMail></cac:Contact></cac:Party>"
    )


def _allowance(charge: str, code: str, reason: str, factor: str, amount: str, base: str, tax: str) -> str:
    return (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{charge}</cbc:ChargeIndicator>"
        f"<cbc:AllowanceChargeReasonCode>{code}</cbc:AllowanceChargeReasonCode>"
        f"<cbc:AllowanceChargeReason>{reason}</cbc:AllowanceChargeReason>"
        f"<cbc:MultiplierFactorNumeric>{factor}</cbc:MultiplierFactorNumeric>"
        f"{_amount('Amount', amount)}{_amount('BaseAmount', base)}{tax}</cac:AllowanceCharge>"
    )


def _line(kind: str, number: str, quantity: str, amount: str, price: str, rate: str, extra: str = "") -> str:
    counted = "CreditedQuantity" if kind == "CreditNote" else "InvoicedQuantity"
    return (
        f"<cac:{kind}Line><cbc:ID>{number}</cbc:ID>"
        f'<cbc:{counted} unitCode="EA">{quantity}</cbc:{counted}>{_amount("LineExtensionAmount", amount)}'
        "<cac:InvoicePeriod><cbc:StartDate>2026-10-05</cbc:StartDate><cbc:EndDate>2026-10-20</cbc:EndDate>"
        f"</cac:InvoicePeriod><cac:OrderLineReference><cbc:LineID>{number}</cbc:LineID></cac:OrderLineReference>"
        f"{extra}<cac:Item><cbc:Description>Vara {number}</cbc:Description><cbc:Name>Vara {number}</cbc:Name>"
        f"<cac:SellersItemIdentification><cbc:ID>V-{number}</cbc:ID></cac:SellersItemIdentification>"
        '<cac:StandardItemIdentification><cbc:ID schemeID="0160">07350000000008</cbc:ID>'
        "</cac:StandardItemIdentification><cac:OriginCountry><cbc:IdentificationCode>SE</cbc:IdentificationCode>"
        "</cac:OriginCountry><cac:CommodityClassification>"
        '<cbc:ItemClassificationCode listID="TST" listVersionID="26.0801">44120000</cbc:ItemClassificationCode>'
        f"</cac:CommodityClassification>{_category(rate, 'ClassifiedTaxCategory')}</cac:Item>"
        f'<cac:Price>{_amount("PriceAmount", price)}<cbc:BaseQuantity unitCode="EA">1</cbc:BaseQuantity></cac:Price>'
        f"</cac:{kind}Line>"
    )


def base(kind: str) -> str:
    """The document; `kind` is Invoice or CreditNote. Lines 1000.00 at 25 % and 200.00 at 12 %."""
    is_invoice = kind == "Invoice"
    type_code = "380" if is_invoice else "381"
    tax = _category("25")
    subtotals = "".join(
        f"<cac:TaxSubtotal>{_amount('TaxableAmount', net)}{_amount('TaxAmount', vat)}{_category(rate)}"
        "</cac:TaxSubtotal>"
        for net, vat, rate in (("1000.00", "250.00", "25"), ("200.00", "24.00", "12"))
    )
    sums = (
        ("LineExtensionAmount", "1200.00"), ("TaxExclusiveAmount", "1200.00"), ("TaxInclusiveAmount", "1474.00"),
        ("AllowanceTotalAmount", "50.00"), ("ChargeTotalAmount", "50.00"), ("PrepaidAmount", "0.00"),
        ("PayableRoundingAmount", "0.00"), ("PayableAmount", "1474.00"),
    )  # fmt: skip
    due = "<cbc:DueDate>2026-11-30</cbc:DueDate>" if is_invoice else ""
    line_allowance = _allowance("false", "95", "Rabatt", "10", "100.00", "1000.00", "")
    seller = '<cbc:EndpointID schemeID="0007">5599001012</cbc:EndpointID>'
    buyer = (
        '<cbc:EndpointID schemeID="0088">7350099900013</cbc:EndpointID><cac:PartyIdentification>'
        '<cbc:ID schemeID="0088">7350099900013</cbc:ID></cac:PartyIdentification>'
    )
    f_tax = (
        "<cac:PartyTaxScheme><cbc:CompanyID>Godkänd för F-skatt</cbc:CompanyID><cac:TaxScheme><cbc:ID>TAX</cbc:ID>"
        "</cac:TaxScheme></cac:PartyTaxScheme>"
    )
    return (
        f'<{kind} xmlns="{_UBL}{kind}-2" xmlns:cac="{_UBL}CommonAggregateComponents-2" '
        f'xmlns:cbc="{_UBL}CommonBasicComponents-2">'
        "<cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
        "</cbc:CustomizationID><cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>"
        f"<cbc:ID>M-1</cbc:ID><cbc:IssueDate>2026-11-02</cbc:IssueDate>{due}"
        f"<cbc:{kind}TypeCode>{type_code}</cbc:{kind}TypeCode><cbc:Note>Tack</cbc:Note>"
        "<cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode><cbc:BuyerReference>GSF100</cbc:BuyerReference>"
        "<cac:InvoicePeriod><cbc:StartDate>2026-10-01</cbc:StartDate><cbc:EndDate>2026-10-31</cbc:EndDate>"
        "</cac:InvoicePeriod><cac:OrderReference><cbc:ID>EX-1</cbc:ID></cac:OrderReference><cac:BillingReference>"
        "<cac:InvoiceDocumentReference><cbc:ID>M-0</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>"
        "<cac:AdditionalDocumentReference><cbc:ID>B1</cbc:ID><cac:Attachment>"
        '<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="b1.pdf">JVBERg=='
        "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
        "<cac:AdditionalDocumentReference><cbc:ID>B2</cbc:ID><cac:Attachment><cac:ExternalReference>"
        "<cbc:URI>https://exempel.test/b2</cbc:URI></cac:ExternalReference></cac:Attachment>"
        "</cac:AdditionalDocumentReference>"
        f"<cac:AccountingSupplierParty>{_party('Kontorsbolaget AB', seller, '5599001012', 'Storgatan 1', f_tax)}"
        "</cac:AccountingSupplierParty>"
        f"<cac:AccountingCustomerParty>{_party('Exempelstads kommun', buyer, '2120990011', 'Skolgatan 2')}"
        "</cac:AccountingCustomerParty><cac:Delivery><cbc:ActualDeliveryDate>2026-10-20</cbc:ActualDeliveryDate>"
        "<cac:DeliveryLocation><cac:Address><cbc:CityName>Exempelstad</cbc:CityName>"
        "<cbc:PostalZone>99999</cbc:PostalZone><cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode>"
        "</cac:Country></cac:Address></cac:DeliveryLocation></cac:Delivery>"
        "<cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cbc:PaymentID>M-1</cbc:PaymentID>"
        "<cac:PayeeFinancialAccount><cbc:ID>5050109</cbc:ID><cac:FinancialInstitutionBranch>"
        "<cbc:ID>SE:BANKGIRO</cbc:ID></cac:FinancialInstitutionBranch></cac:PayeeFinancialAccount>"
        "</cac:PaymentMeans><cac:PaymentTerms><cbc:Note>30 dagar</cbc:Note></cac:PaymentTerms>"
        f"{_allowance('false', '95', 'Rabatt', '5', '50.00', '1000.00', tax)}"
        f"{_allowance('true', 'FC', 'Frakt', '5', '50.00', '1000.00', tax)}"
        f"<cac:TaxTotal>{_amount('TaxAmount', '274.00')}{subtotals}</cac:TaxTotal>"
        f"<cac:LegalMonetaryTotal>{''.join(_amount(*one) for one in sums)}</cac:LegalMonetaryTotal>"
        f"{_line(kind, '1', '11', '1000.00', '100.00', '25', line_allowance)}"
        f"{_line(kind, '2', '2', '200.00', '100.00', '12')}</{kind}>"
    )
