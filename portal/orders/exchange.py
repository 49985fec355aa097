"""Orders ↔ Peppol documents: the only file of this domain that knows both sides."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.access.models import Concern
from portal.formats.en16931 import Address, Identifier, Party
from portal.formats.peppol import order as peppol
from portal.kernel.dates import STOCKHOLM, stockholm_date
from portal.orders.change_values import Contact
from portal.orders.models import OrderLine, PurchaseOrder
from portal.suppliers.models import Supplier

CURRENCY = "SEK"
COUNTRY = "SE"
ORG_NUMBER, GLN = "0007", "0088"
UNSPSC_LIST = "TST"  # UNCL 7143: UNSPSC


@dataclass(frozen=True, slots=True)
class OrderToSend:
    """Everything an order document is made of."""

    order: PurchaseOrder
    lines: tuple[OrderLine, ...]
    supplier: Supplier
    concern: Concern
    agreement: str | None = None
    contact: Contact | None = None


def order_document(given: OrderToSend) -> bytes:
    """The Peppol BIS Order 3 document of an order that has been sent, as UTF-8 bytes."""
    row = given.order
    sent = row.sent_at or row.created_at
    document = peppol.Order(
        number=row.number,
        issue_date=stockholm_date(sent),
        issue_time=sent.astimezone(STOCKHOLM).time().replace(microsecond=0, tzinfo=None),
        currency=CURRENCY,
        buyer=_buyer(given),
        seller=_seller(given.supplier),
        lines=tuple(_line(line) for line in given.lines),
        note=row.note_to_supplier,
        customer_reference=row.buyer_reference or row.number,
        contract_reference=given.agreement,
        delivery=_delivery(row),
        tax_amount=row.tax_amount,
        sum_of_lines=row.net_amount,
        net_amount=row.net_amount,
        gross_amount=row.gross_amount,
        payable_amount=row.gross_amount,
    )
    return peppol.write_order(document)


def _buyer(given: OrderToSend) -> Party:
    row, concern = given.order, given.concern
    place = Identifier(row.buyer_gln, GLN) if row.buyer_gln else None
    scheme, _, address = concern.peppol_id.partition(":")
    return Party(
        name=row.buyer_name,
        legal_name=concern.name,
        endpoint=place or Identifier(address, scheme),
        identifiers=(place,) if place else (),
        legal_id=Identifier(concern.org_number, ORG_NUMBER),
        vat_number=concern.vat_number,
        address=Address(
            street=row.delivery_street,
            city=row.delivery_city,
            postcode=row.delivery_postcode,
            country=COUNTRY,
        ),
        contact_name=given.contact.name if given.contact else None,
        contact_email=given.contact.email if given.contact else None,
    )


def _seller(supplier: Supplier) -> Party:
    scheme, _, address = (supplier.endpoint or f"{ORG_NUMBER}:{supplier.org_number}").partition(":")
    return Party(
        name=supplier.name,
        legal_name=supplier.name,
        endpoint=Identifier(address, scheme),
        identifiers=(Identifier(supplier.org_number, ORG_NUMBER),),
        legal_id=Identifier(supplier.org_number, ORG_NUMBER),
        address=Address(
            street=supplier.street, city=supplier.city, postcode=supplier.postcode, country=COUNTRY
        ),
        contact_name=supplier.contact_name,
        contact_email=supplier.email,
        contact_phone=supplier.phone,
    )


def _delivery(row: PurchaseOrder) -> peppol.OrderDelivery:
    return peppol.OrderDelivery(
        location=Identifier(row.delivery_gln, GLN) if row.delivery_gln else None,
        address=Address(
            street=row.delivery_street,
            additional=row.goods_mark,
            city=row.delivery_city,
            postcode=row.delivery_postcode,
            country=COUNTRY,
        ),
        start=row.wanted_on,
        end=row.wanted_on,
        recipient=row.delivery_name,
    )


def _line(line: OrderLine) -> peppol.OrderLine:
    return peppol.OrderLine(
        id=str(line.position),
        quantity=line.quantity,
        unit=line.unit,
        name=line.name,
        net_price=line.price,
        line_amount=line.net_amount,
        base_quantity=Decimal(1),
        base_unit=line.unit,
        seller_item_id=line.item_no,
        buyer_item_id=line.buyer_item_no,
        classifications=(Identifier(line.unspsc, UNSPSC_LIST),) if line.unspsc else (),
        vat_category=line.vat_category,
        vat_rate=line.vat_rate,
    )
