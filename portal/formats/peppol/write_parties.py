"""Parties and addresses written to UBL: the same in invoices, orders and responses."""

from __future__ import annotations

from lxml import etree

from portal.formats.en16931 import Address, Party
from portal.formats.peppol.build import cac, cbc, identified


def write_party(name: str, party: Party) -> etree._Element | None:
    """A party's content in the schema's order, under `name` (Party, PayeeParty …)."""
    return cac(
        name,
        identified("EndpointID", party.endpoint),
        (cac("PartyIdentification", identified("ID", value)) for value in party.identifiers),
        cac("PartyName", cbc("Name", party.name)),
        write_address("PostalAddress", party.address),
        _tax_scheme(party.vat_number, "VAT"),
        _tax_scheme(party.tax_registration, "TAX"),
        cac(
            "PartyLegalEntity",
            cbc("RegistrationName", party.legal_name),
            identified("CompanyID", party.legal_id),
            cbc("CompanyLegalForm", party.legal_form),
        ),
        cac(
            "Contact",
            cbc("Name", party.contact_name),
            cbc("Telephone", party.contact_phone),
            cbc("ElectronicMail", party.contact_email),
        ),
    )


def write_address(name: str, address: Address) -> etree._Element | None:
    """An address under `name`; None when it is empty."""
    return cac(
        name,
        cbc("StreetName", address.street),
        cbc("AdditionalStreetName", address.additional),
        cbc("CityName", address.city),
        cbc("PostalZone", address.postcode),
        cbc("CountrySubentity", address.subdivision),
        cac("AddressLine", cbc("Line", address.line)),
        cac("Country", cbc("IdentificationCode", address.country)),
    )


def _tax_scheme(number: str | None, scheme: str) -> etree._Element | None:
    if not number:
        return None
    return cac("PartyTaxScheme", cbc("CompanyID", number), cac("TaxScheme", cbc("ID", scheme)))
