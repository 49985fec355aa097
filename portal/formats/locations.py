"""XPaths a person can read: prefixes instead of namespaces, the same shape whatever wrote them."""

from __future__ import annotations

import re

from lxml import etree

from portal.formats.xml import UBL

_PREFIXES = {f"{UBL}CommonBasicComponents-2": "cbc:", f"{UBL}CommonAggregateComponents-2": "cac:"}
_CEN_STEP = re.compile(r"\*:([\w.-]+)\[namespace-uri\(\)='([^']*)'\]")
_PEPPOL_STEP = re.compile(r"Q\{([^}]*)\}([\w.-]+)")


def readable(location: str) -> str:
    """A rule report's location, e.g. /Invoice[1]/cac:InvoiceLine[2]/cbc:ID[1]."""
    shorter = _CEN_STEP.sub(lambda step: _PREFIXES.get(step.group(2), "") + step.group(1), location)
    return _PEPPOL_STEP.sub(lambda step: _PREFIXES.get(step.group(1), "") + step.group(2), shorter)


def location_of(element: etree._Element) -> str:
    """The location of an element in the same shape."""
    steps: list[str] = []
    node: etree._Element | None = element
    while node is not None:
        position = 1 + sum(1 for _ in node.itersiblings(node.tag, preceding=True))
        steps.append(f"/{short_name(node)}[{position}]")
        node = node.getparent()
    return "".join(reversed(steps))


def short_name(element: etree._Element) -> str:
    """cbc:ID, cac:Party, Invoice."""
    name = etree.QName(element)
    return _PREFIXES.get(name.namespace or "", "") + name.localname
