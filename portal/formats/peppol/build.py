"""UBL built as an expression: nested calls in the schema's order, and what has no content is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from typing import Any

from lxml import etree

from portal.formats.documents import CAC, CBC
from portal.formats.en16931 import Identifier
from portal.formats.xml import UBL

Value = str | date | time | Decimal | bool | None
Part = etree._Element | None | Iterable["Part"]

_PREFIXES: dict[Any, str] = {"cac": CAC[1:-1], "cbc": CBC[1:-1]}
# What XML 1.0 cannot carry at all, escaped or not; it comes in with pasted text.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(name: str, *parts: Part) -> bytes:
    """The finished document of that root name as UTF-8 bytes."""
    nsmap: dict[Any, str] = {**_PREFIXES, None: f"{UBL}{name}-2"}
    root = etree.Element(f"{{{UBL}{name}-2}}{name}", nsmap=nsmap)
    _fill(root, parts)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def cac(name: str, *parts: Part) -> etree._Element | None:
    """An aggregate with its parts; None when nothing is in it."""
    element = etree.Element(CAC + name)
    _fill(element, parts)
    return element if len(element) else None


def _fill(element: etree._Element, parts: Iterable[Part]) -> None:
    for part in parts:
        if part is None:
            continue
        if isinstance(part, etree._Element):
            element.append(part)
        else:
            _fill(element, part)


def cbc(name: str, value: Value, /, **attributes: str | None) -> etree._Element | None:
    """A value with its attributes; None when there is no value or only blanks."""
    written = _written(value)
    if not written:
        return None
    element = etree.Element(CBC + name)
    element.text = written
    for attribute, given in attributes.items():
        if given:
            element.set(attribute, _written(given))
    return element


def _written(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case date() | time():
            return value.isoformat()
    return _ILLEGAL.sub("", value).strip()


def identified(name: str, value: Identifier | None, scheme: str = "schemeID") -> etree._Element | None:
    """An identifier with its scheme."""
    return cbc(name, value.value, **{scheme: value.scheme}) if value else None


def money(name: str, value: Decimal | None, currency: str) -> etree._Element | None:
    """An amount with its currency."""
    return cbc(name, value, currencyID=currency)


def tax_category(
    name: str, category: str | None, rate: Decimal | None, *exemption: etree._Element | None
) -> etree._Element | None:
    """A VAT category; None when there is none."""
    if category is None:
        return None
    scheme = cac("TaxScheme", cbc("ID", "VAT"))
    return cac(name, cbc("ID", category), cbc("Percent", rate), *exemption, scheme)
