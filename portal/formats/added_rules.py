"""Rules in force that the packaged Peppol rules of 2024 lack (BIS Billing 3.0.19, May 2025).

Each has a marker: an installed stylesheet that contains it brings the rule itself, and ours is not run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from lxml import etree

from portal.formats.documents import CAC, CBC
from portal.formats.findings import Finding, Severity
from portal.formats.locations import location_of
from portal.formats.swedish_texts import swedish_text

# The packaged set has these as warnings; they are fatal since 2025.
RAISED: dict[str, Severity] = {"SE-R-003": "fatal", "SE-R-004": "fatal"}

_ORGANISATION_NUMBER_LENGTH = 10
_GERMAN_TYPE_CODES = frozenset({"326", "384"})
_DIGITS = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class AddedRule:
    """`check` yields the elements that break the rule; `marker` is text found in a stylesheet that has it."""

    id: str
    severity: Severity
    marker: str
    text: str
    check: Callable[[etree._Element], Iterator[etree._Element]]


def luhn_holds(number: str) -> bool:
    """u:checkSEOrgnr of the official rules: only digits, the tenth the Luhn digit of the nine before."""
    if not _DIGITS.fullmatch(number) or len(number) < _ORGANISATION_NUMBER_LENGTH:
        return False
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(number[:9]))
    total = sum(value // 10 + value % 10 for value in doubled)
    return (10 - total % 10) % 10 == int(number[9])


def _text(element: etree._Element | None) -> str:
    return " ".join((element.text or "").split()) if element is not None else ""


def _country(root: etree._Element, side: str) -> str:
    path = f"{CAC}{side}/{CAC}Party/{CAC}PostalAddress/{CAC}Country/{CBC}IdentificationCode"
    return _text(root.find(path))


def _seller_numbers(root: etree._Element) -> Iterator[etree._Element]:
    """SE-R-013: context PartyLegalEntity with CompanyID of a seller whose postal address is in SE."""
    if _country(root, "AccountingSupplierParty") != "SE":
        return
    for entity in root.iterfind(f"{CAC}AccountingSupplierParty/{CAC}Party/{CAC}PartyLegalEntity"):
        company = entity.find(f"{CBC}CompanyID")
        if company is not None and not luhn_holds(_text(company)):
            yield entity


def _german_types(root: etree._Element) -> Iterator[etree._Element]:
    """PEPPOL-EN16931-P0112: 326 and 384 only when seller and buyer are both in DE."""
    sides = ("AccountingSupplierParty", "AccountingCustomerParty")
    if all(_country(root, side).upper() == "DE" for side in sides):
        return
    for code in root.iterfind(f"{CBC}InvoiceTypeCode"):
        if _text(code) in _GERMAN_TYPE_CODES:
            yield code


def _numbers_of_0007(root: etree._Element) -> Iterator[etree._Element]:
    """PEPPOL-COMMON-R049's Luhn part; a wrong length or a letter is found by the packaged part."""
    identifications = root.iter(f"{CAC}PartyIdentification")
    inside = chain.from_iterable(party.iterchildren(f"{CBC}ID") for party in identifications)
    for element in chain(root.iter(f"{CBC}EndpointID", f"{CBC}CompanyID"), inside):
        number = _text(element)
        packaged_is_content = len(number) == _ORGANISATION_NUMBER_LENGTH and _NUMBER.fullmatch(number)
        if element.get("schemeID") == "0007" and packaged_is_content and not luhn_holds(number):
            yield element


ADDED = (
    AddedRule(
        "SE-R-013",
        "fatal",
        "SE-R-013",
        "The last digit of a Swedish organization number must be valid according to the Luhn algorithm.",
        _seller_numbers,
    ),
    AddedRule(
        "PEPPOL-EN16931-P0112",
        "fatal",
        "PEPPOL-EN16931-P0112",
        "Invoice type code 326 or 384 are only allowed when both buyer and seller are German organizations",
        _german_types,
    ),
    AddedRule(
        "PEPPOL-COMMON-R049",
        "fatal",
        "checkSEOrgnr",
        "Swedish organization number MUST be stated in the correct format.",
        _numbers_of_0007,
    ),
)


def missing_from(stylesheet: str) -> tuple[AddedRule, ...]:
    """The added rules a Peppol stylesheet does not bring itself."""
    return tuple(rule for rule in ADDED if rule.marker not in stylesheet)


def run_added(root: etree._Element, rules: tuple[AddedRule, ...]) -> list[Finding]:
    """The findings of these rules on an Invoice or CreditNote."""
    return [
        Finding(rule.id, rule.severity, "peppol", location_of(element), swedish_text(rule.id, rule.text))
        for rule in rules
        for element in rule.check(root)
    ]
