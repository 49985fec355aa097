"""Quick steps into a UBL tree: an element's children by name once, instead of one XPath per field."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal

from lxml import etree

from portal.formats.documents import CAC, CBC
from portal.formats.en16931 import Identifier
from portal.formats.findings import Finding, Unreadable, fatal
from portal.formats.locations import location_of, short_name

Children = dict[str, list[etree._Element]]

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_MAX_DIGITS = 30


class _FullNames(dict[str, str]):
    """Local name → full name, spelled once: a document takes hundreds of lookups."""

    def __init__(self, namespace: str) -> None:
        super().__init__()
        self._namespace = namespace

    def __missing__(self, name: str) -> str:
        full = self[name] = self._namespace + name
        return full


_CBC = _FullNames(CBC)
_CAC = _FullNames(CAC)
_NOTHING: Children = {}
ZERO = Decimal(0)


def children(element: etree._Element | None) -> Children:
    """The element's children by full name, in document order; nothing for None."""
    if element is None:
        return _NOTHING
    found: Children = {}
    for child in element:
        found.setdefault(child.tag, []).append(child)
    return found


def inside(of: Children, *names: str) -> Children:
    """The children of the first descendant along `names` (aggregate names without prefix)."""
    for name in names:
        found = of.get(_CAC[name])
        if not found:
            return _NOTHING
        of = children(found[0])
    return of


def each(of: Children, name: str) -> list[etree._Element]:
    """All aggregates of that name."""
    return of.get(_CAC[name], [])


def text(of: Children, name: str) -> str | None:
    """The first value of that name, trimmed; None when absent or blank."""
    found = of.get(_CBC[name])
    if not found:
        return None
    return (found[0].text or "").strip() or None


def texts(of: Children, name: str) -> tuple[str, ...]:
    """All values of that name that are not blank."""
    values = ((element.text or "").strip() for element in of.get(_CBC[name], ()))
    return tuple(value for value in values if value)


def identifier(of: Children, name: str, scheme: str = "schemeID") -> Identifier | None:
    """The first value of that name with its scheme attribute."""
    found = of.get(_CBC[name])
    value = (found[0].text or "").strip() if found else ""
    return Identifier(value, found[0].get(scheme)) if found and value else None


def number(of: Children, name: str) -> Decimal | None:
    """The first value as written; None when absent. Raises Unreadable with its place when it is no number."""
    found = of.get(_CBC[name])
    if not found:
        return None
    value = (found[0].text or "").strip()
    if not _DECIMAL.fullmatch(value) or len(value) > _MAX_DIGITS:
        raise Unreadable(
            _bad(found[0], value, "ett tal. Skriv siffror med decimalpunkt, till exempel 1000.00.")
        )
    return Decimal(value)


def day(of: Children, name: str) -> date | None:
    """The first value as a date, a time zone dropped; None when absent, Unreadable when no such day."""
    found = of.get(_CBC[name])
    if not found:
        return None
    value = (found[0].text or "").strip()
    if written := _DATE.fullmatch(value):
        try:
            return date.fromisoformat(written.group(1))
        except ValueError:
            pass
    raise Unreadable(_bad(found[0], value, "ett datum som finns. Skriv till exempel 2026-01-31."))


def clock(of: Children, name: str) -> time | None:
    """The first value as a time of day without zone; None when absent, Unreadable when no such time."""
    found = of.get(_CBC[name])
    if not found:
        return None
    value = (found[0].text or "").strip()
    try:
        return time.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        raise Unreadable(_bad(found[0], value, "ett klockslag. Skriv till exempel 13:45:00.")) from None


def attribute(of: Children, name: str, attribute_name: str) -> str | None:
    """An attribute of the first value of that name."""
    found = of.get(_CBC[name])
    return found[0].get(attribute_name) if found else None


def _bad(element: etree._Element, value: str, wanted: str) -> Finding:
    place = f"Elementet {short_name(element)} på rad {element.sourceline}"
    message = f'{place} har värdet "{value[:60]}", som inte är {wanted}'
    return fatal("VALUE", message, layer="xsd", location=location_of(element))
