"""Which business document is this? Told by root and CustomizationID (Peppol SMP document identifiers)."""

from __future__ import annotations

from lxml import etree

from portal.formats.xml import UBL

CBC = f"{{{UBL}CommonBasicComponents-2}}"
CAC = f"{{{UBL}CommonAggregateComponents-2}}"

UNKNOWN = "unknown"
BY_ROOT = {
    "Invoice": "invoice",
    "CreditNote": "credit_note",
    "Order": "order",
    "OrderResponse": "order_response",
    "OrderChange": "order_change",
    "OrderCancellation": "order_cancellation",
    "DespatchAdvice": "despatch_advice",
    "Catalogue": "catalogue",
    "ApplicationResponse": "application_response",
}
# Some messages borrow another message's root: only the customization tells them apart.
BY_TRANSACTION = {
    ("Catalogue", "urn:fdc:peppol.eu:poacc:trns:punch_out:"): "punch_out",
    ("OrderResponse", "urn:fdc:peppol.eu:poacc:trns:order_agreement:"): "order_agreement",
    ("OrderResponse", "urn:fdc:peppol.eu:poacc:trns:order_response_advanced:"): "order_response_advanced",
    ("ApplicationResponse", "urn:fdc:peppol.eu:poacc:trns:mlr:"): "message_level_response",
    ("ApplicationResponse", "urn:fdc:peppol.eu:poacc:trns:catalogue_response:"): "catalogue_response",
}
DOCUMENTS = (*BY_ROOT.values(), *BY_TRANSACTION.values())


def document_type(root: etree._Element) -> str:
    """The document's name as `portal check` prints it, "unknown" when the root is no message we know."""
    name = etree.QName(root)
    if name.namespace != f"{UBL}{name.localname}-2":
        return UNKNOWN
    customization = (root.findtext(f"{CBC}CustomizationID") or "").strip()
    for (of_root, start), document in BY_TRANSACTION.items():
        if name.localname == of_root and customization.startswith(start):
            return document
    return BY_ROOT.get(name.localname, UNKNOWN)
