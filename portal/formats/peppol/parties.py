"""Parties, addresses and identifiers read from UBL: the same in invoices, orders and responses."""

from __future__ import annotations

from portal.formats.en16931 import Address, Identifier, Party
from portal.formats.peppol.tree import Children, children, each, identifier, inside, text


def read_party(of: Children) -> Party:
    """A cac:Party's children as a Party; an empty Party when there are none."""
    entity = inside(of, "PartyLegalEntity")
    contact = inside(of, "Contact")
    vat, registration = _tax_numbers(of)
    return Party(
        name=text(inside(of, "PartyName"), "Name"),
        legal_name=text(entity, "RegistrationName"),
        endpoint=identifier(of, "EndpointID"),
        identifiers=_identifiers(of),
        legal_id=identifier(entity, "CompanyID"),
        vat_number=vat,
        tax_registration=registration,
        address=read_address(inside(of, "PostalAddress")),
        contact_name=text(contact, "Name"),
        contact_email=text(contact, "ElectronicMail"),
        contact_phone=text(contact, "Telephone"),
        legal_form=text(entity, "CompanyLegalForm"),
    )


def _identifiers(of: Children) -> tuple[Identifier, ...]:
    found = (identifier(children(element), "ID") for element in each(of, "PartyIdentification"))
    return tuple(value for value in found if value is not None)


def _tax_numbers(of: Children) -> tuple[str | None, str | None]:
    """(VAT number BT-31, other registration BT-32), told apart by TaxScheme."""
    vat = registration = None
    for element in each(of, "PartyTaxScheme"):
        scheme = children(element)
        if (text(inside(scheme, "TaxScheme"), "ID") or "").upper() == "VAT":
            vat = vat or text(scheme, "CompanyID")
        else:
            registration = registration or text(scheme, "CompanyID")
    return vat, registration


def read_address(of: Children) -> Address:
    """A postal address's children as an Address."""
    return Address(
        street=text(of, "StreetName"),
        additional=text(of, "AdditionalStreetName"),
        city=text(of, "CityName"),
        postcode=text(of, "PostalZone"),
        country=text(inside(of, "Country"), "IdentificationCode"),
        line=text(inside(of, "AddressLine"), "Line"),
        subdivision=text(of, "CountrySubentity"),
    )
