"""XSD validation with messages a person can act on: which element, which line, which value."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import cast

from lxml import etree

from portal.formats.documents import UNKNOWN
from portal.formats.findings import Finding, fatal
from portal.formats.xml import UBL, read_trusted

MAX_FINDINGS = 50

_LOCK = threading.Lock()
_NAMED = re.compile(r"\{([^}]*)\}([\w.-]+)")
_ELEMENT = re.compile(r"^Element '([^']+)'")
_VALUE = re.compile(r": '(.*)' is not (?:a valid value|an element)", re.DOTALL)
_EXPECTED = re.compile(r"Expected is (?:one of )?\((.*)\)")
_ATTRIBUTE = re.compile(r"[Tt]he attribute '([^']+)'")
_PREFIXES = {f"{UBL}CommonBasicComponents-2": "cbc:", f"{UBL}CommonAggregateComponents-2": "cac:"}
_SHOWN = 60


@cache
def compiled(path: Path) -> etree.XMLSchema:
    """The schema of a file, compiled once per process; ours or the operator's, never a sender's."""
    return etree.XMLSchema(read_trusted(path).getroottree())


def check_schema(root: etree._Element, path: Path) -> list[Finding]:
    """Findings with code XSD, in document order, at most MAX_FINDINGS; empty when the document is valid."""
    with _LOCK:  # the error log belongs to the schema object, not to the call
        schema = compiled(path)
        if schema.validate(root):
            return []
        errors = list(cast("Iterable[etree._LogEntry]", schema.error_log))
    return [_finding(error, root) for error in errors[:MAX_FINDINGS]]


def _finding(error: etree._LogEntry, root: etree._Element) -> Finding:
    location = (error.path or "").replace("/*", f"/{etree.QName(root).localname}", 1)
    return fatal("XSD", _message(error), layer="xsd", location=location or f"rad {error.line}")


def _message(error: etree._LogEntry) -> str:
    element = _ELEMENT.match(error.message)
    name = _short(element.group(1)) if element else UNKNOWN
    place = f"Elementet {name} på rad {error.line}"
    for sign, words in _WORDS:
        if sign in error.message:
            return words(place, name, error.message)
    return f"{place} följer inte schemat för UBL 2.1. Rätta det enligt specifikationen för Peppol BIS."


def _short(name: str) -> str:
    return _NAMED.sub(lambda found: _PREFIXES.get(found.group(1), "") + found.group(2), name)


def _value(message: str) -> str:
    found = _VALUE.search(message)
    value = found.group(1) if found else ""
    return value if len(value) <= _SHOWN else value[:_SHOWN] + "…"


def _bad_value(place: str, name: str, message: str) -> str:
    value = _value(message)
    if not value.strip():
        return f"{place} saknar värde. Fyll i det eller ta bort elementet."
    return f'{place} har värdet "{value}", som {_how_to_write(name, message)}'


def _how_to_write(name: str, message: str) -> str:
    if name.endswith("Date") or "xs:date" in message:
        return "inte är ett datum som finns. Skriv år, månad och dag, till exempel 2026-01-31."
    if name.endswith("Time") or "xs:time" in message:
        return "inte är ett klockslag. Skriv till exempel 13:45:00."
    if name.endswith("Indicator") or "xs:boolean" in message:
        return "varken är true eller false. Skriv true eller false."
    if name.endswith("Amount"):
        return "inte är ett belopp. Skriv siffror med decimalpunkt, till exempel 1000.00."
    if name.endswith(_NUMBERS):
        return "inte är ett tal. Skriv siffror med decimalpunkt, till exempel 12.5."
    return "inte är tillåtet där. Rätta värdet enligt specifikationen för Peppol BIS."


_NUMBERS = ("Quantity", "Percent", "Numeric", "Measure", "Rate")


def _out_of_place(place: str, name: str, message: str) -> str:
    expected = _EXPECTED.search(message)
    if expected is None:
        return f"{place} får inte stå där. Ta bort eller flytta det."
    return f"{place} får inte stå där. Där väntas {_names(expected.group(1))}. Kontrollera ordningen."


def _incomplete(place: str, name: str, message: str) -> str:
    expected = _EXPECTED.search(message)
    missing = _names(expected.group(1)) if expected else "ett element"
    return f"{place} är ofullständigt: {missing} saknas. Lägg till det."


def _names(listed: str) -> str:
    names = [_short(name.strip()) for name in listed.split(",")]
    most = 6
    shown = names[:most] + (["…"] if len(names) > most else [])
    return " eller ".join(shown)


def _attribute_missing(place: str, name: str, message: str) -> str:
    return f"{place} saknar attributet {_attribute(message)}. Lägg till det."


def _attribute_extra(place: str, name: str, message: str) -> str:
    return f"{place} har attributet {_attribute(message)}, som inte är tillåtet. Ta bort det."


def _attribute(message: str) -> str:
    found = _ATTRIBUTE.search(message)
    return found.group(1) if found else ""


def _text_inside(place: str, name: str, message: str) -> str:
    return f"{place} innehåller lös text mellan sina element. Ta bort texten."


def _element_inside(place: str, name: str, message: str) -> str:
    return (
        f"{place} ska bara innehålla ett värde men innehåller ett annat element. Ta bort det inre elementet."
    )


_WORDS = (
    ("is not a valid value", _bad_value),
    ("is not an element of the set", _bad_value),
    ("This element is not expected", _out_of_place),
    ("Missing child element", _incomplete),
    ("is required but missing", _attribute_missing),
    ("is not allowed, because the content type is a simple", _element_inside),
    ("Character content other than whitespace", _text_inside),
    ("is not allowed", _attribute_extra),
)
