"""The root of a document: what is wrapped around it, and what to say of one that we do not read."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from portal.formats.findings import Finding, Unreadable, fatal

# The wrapping of the Peppol network, which some senders leave on.
SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
_ENVELOPE = f"{{{SBDH}}}StandardBusinessDocument"
_HEADER = f"{{{SBDH}}}StandardBusinessDocumentHeader"
# Factur-X, ZUGFeRD, XRechnung in CII: known by name, and not read.
_CII_NAMES = frozenset({"CrossIndustryInvoice", "CrossIndustryDocument"})
CII = (
    "Fakturan är i formatet CII (UN/CEFACT Cross Industry Invoice), som portalen inte läser ännu. "
    "Skicka den som Peppol BIS Billing 3 i formatet UBL."
)
# What Sweden had before Peppol, and its envelope: known by their namespaces.
_SVEFAKTURA = "urn:sfti:documents:"
SVEFAKTURA = (
    "Fakturan är en Svefaktura, ett äldre format som portalen inte läser. "
    "Skicka den som Peppol BIS Billing 3 i formatet UBL."
)


def unwrapped(root: etree._Element) -> etree._Element:
    """The one message inside an SBDH, as a document of its own; any other root as it is.

    Raises Unreadable (ENVELOPE) when there is none or several. An envelope in the envelope is no message.
    """
    if root.tag != _ENVELOPE:
        return root
    inside = [child for child in root if child.tag != _HEADER]
    if len(inside) != 1:
        raise Unreadable(_not_one(len(inside)))
    return deepcopy(inside[0])


def _not_one(number: int) -> Finding:
    if number:
        return fatal(
            "ENVELOPE", f"Kuvertet (SBDH) innehåller {number} dokument. Skicka varje dokument för sig."
        )
    return fatal(
        "ENVELOPE", "Kuvertet (SBDH) är tomt. Lägg dokumentet i det, eller skicka dokumentet utan kuvert."
    )


def unknown_root(root: etree._Element) -> Finding:
    """What is said of a document whose root is none that we read."""
    name = etree.QName(root)
    if name.localname in _CII_NAMES:
        return fatal("CII", CII, location=f"/{name.localname}")
    if (name.namespace or "").startswith(_SVEFAKTURA):
        return fatal("SVEFAKTURA", SVEFAKTURA, location=f"/{name.localname}")
    space = f" i namnrymden {name.namespace}" if name.namespace else " utan namnrymd"
    return fatal(
        "ROOT_UNKNOWN",
        f"Dokumentet är av en okänd sort: rotelementet är {name.localname}{space}. "
        "Skicka en Peppol-faktura (Invoice eller CreditNote) eller ett annat Peppol-meddelande.",
        location=f"/{name.localname}",
    )
