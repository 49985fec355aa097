"""Who sells, buys, is paid, answers for the VAT, and where it was delivered (BG-4 to BG-15)."""

from __future__ import annotations

from dataclasses import replace

from portal.formats.en16931 import APPROVED_FOR_F_TAX, Address, Identifier, Invoice, Party
from portal.web.i18n import gettext
from portal.web.paper.view import Row, Section
from portal.web.paper.words import ORG_SCHEME, day, identified, rows


def party(heading: str, of: Party) -> Section:
    """A party: name and address as on an envelope, then its numbers and how it is reached."""
    names = tuple(dict.fromkeys(filter(None, (of.name, of.legal_name))))
    lines = (*names, *filter(None, (of.contact_name,)), *address_lines(of.address))
    return Section(heading, (*_numbers(of), *_reached(of)), lines)


def address_lines(of: Address) -> tuple[str, ...]:
    """An address, a line each; Sweden needs no naming."""
    town = " ".join(filter(None, (of.postcode, of.city)))
    country = None if of.country == "SE" else of.country
    return tuple(filter(None, (of.street, of.additional, of.line, town, of.subdivision, country)))


def others(invoice: Invoice) -> tuple[Section, ...]:
    """Payee, tax representative and delivery, where the document names them."""
    found = []
    if invoice.payee:
        found.append(party(gettext("Betalas till"), invoice.payee))
    if invoice.tax_representative:
        found.append(party(gettext("Skatteombud"), invoice.tax_representative))
    delivery = _delivery(invoice)
    return (*found, *([delivery] if delivery.rows or delivery.lines else []))


def _delivery(invoice: Invoice) -> Section:
    lines = (*filter(None, (invoice.delivery_name,)), *address_lines(invoice.delivery_address))
    place = identified(invoice.delivery_location) if invoice.delivery_location else None
    when = day(invoice.delivery_date) if invoice.delivery_date else None
    return Section(gettext("Leverans"), rows((gettext("Levererat"), when), (gettext("Plats"), place)), lines)


def _numbers(of: Party) -> tuple[Row, ...]:
    legal = of.legal_id
    own = legal is None or legal.scheme in (None, ORG_SCHEME)
    number = identified(Identifier(legal.value, ORG_SCHEME) if own else legal) if legal else None
    found = rows(
        (gettext("Org.nr") if own else gettext("Registreringsnr"), number),
        (gettext("Momsreg.nr"), of.vat_number),
        (gettext("Skatt"), of.tax_registration),
        (gettext("Bolag"), of.legal_form),
        *((gettext("Id"), identified(one)) for one in of.identifiers),
    )
    return tuple(replace(row, lang="sv") if row.value == APPROVED_FOR_F_TAX else row for row in found)


def _reached(of: Party) -> tuple[Row, ...]:
    return rows(
        (gettext("Telefon"), of.contact_phone),
        (gettext("E-post"), of.contact_email),
        (gettext("Elektronisk adress"), identified(of.endpoint) if of.endpoint else None),
    )
