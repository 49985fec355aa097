"""Mutants of the base documents, as recipes of steps that a file can hold: systematic ones, and random ones by seed.

A step: ["text", path, value] · ["attr", path, name, value] · ["drop", path] · ["twin", path] (a copy after it) ·
["put", path, xml] (a new element before the one at the path). Paths use cac, cbc and * for the root; the first match
counts, and a step whose path finds nothing does nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from functools import cache

from lxml import etree

from portal.formats.documents import CAC, CBC
from tests.formats.official.base import base

Step = list[str]
KINDS = ("Invoice", "CreditNote")
_SPACES = {"cac": CAC[1:-1], "cbc": CBC[1:-1]}
_DECLARED = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in _SPACES.items())

SELLER, BUYER = "/*/cac:AccountingSupplierParty/cac:Party", "/*/cac:AccountingCustomerParty/cac:Party"
_COUNTRY = "/cac:PostalAddress/cac:Country/cbc:IdentificationCode"
_VAT = "/cac:PartyTaxScheme[1]/cbc:CompanyID"
_LEGAL = "/cac:PartyLegalEntity/cbc:CompanyID"
_MEANS = "/*/cac:PaymentMeans"
_CODE = f"{_MEANS}/cbc:PaymentMeansCode"
_ACCOUNT = f"{_MEANS}/cac:PayeeFinancialAccount"
_CHARGE = "/*/cac:AllowanceCharge[cbc:ChargeIndicator='true']"
_ALLOWANCE = "/*/cac:AllowanceCharge[cbc:ChargeIndicator='false']"
_NOTE = "/*/cac:PaymentTerms/cbc:Note"
_MANDATE = (
    "<cac:PaymentMandate><cbc:ID>R1</cbc:ID><cac:PayerFinancialAccount><cbc:ID>DE89370400440532013000</cbc:ID>"
    "</cac:PayerFinancialAccount></cac:PaymentMandate>"
)
_CARD = (
    "<cac:CardAccount><cbc:PrimaryAccountNumberID>1234</cbc:PrimaryAccountNumberID><cbc:NetworkID>NA</cbc:NetworkID>"
    "</cac:CardAccount>"
)

# Scheme → numbers right and wrong. Those without are asked about the code list alone.
SCHEMES: dict[str, tuple[str, ...]] = {
    "0007": ("5599001012", "5599001013", "559900101", "559900-1012", "55990010122"),
    "0088": ("7350099900013", "7350099900014", "abc"),
    "0192": ("974760673", "974760674"),
    "0184": ("DK12345678", "12345678", "DK1234567", "1234567", "DK123456789"),
    "0096": ("1234567890", "123456789", "DK12345678"),
    "0198": ("DK12345678", "12345678", "DK1234567a"),
    "0208": ("0202239951", "0202239952"),
    "0106": ("12345678", "1234567"),
    "0190": ("12345678901234567890", "123"),
    "9944": ("NL123456789B12", "NL12345678B12"),
    "0217": ("123456789012", "12345678901"),
    "0151": ("51824753556", "51824753557"),
    "0201": ("abcdef", "ab-cde"),
    **dict.fromkeys(
        ("0203", "0225", "0235", "0240", "0242", "0244", "0245", "0246", "0248", "0037", "0193", "0202", "0212",
         "0213", "0215", "9901", "9999", "0002", "0199", "0204", "9930", "9956", "0230"),
        ("X1",),
    ),
}  # fmt: skip
CURRENCIES = (
    "SEK",
    "EUR",
    "XCG",
    "ZWG",
    "CNH",
    "VED",
    "MRU",
    "SLE",
    "ANG",
    "HRK",
    "BGN",
    "CUC",
    "ZWL",
    "XYZ",
)
TYPES = (
    "326",
    "380",
    "381",
    "383",
    "384",
    "386",
    "389",
    "751",
    "71",
    "261",
    "396",
    "532",
    "81",
    "875",
    "999",
)
CHARGES = ("PRV", "FC", "AA", "ABK", "ZZZ", "XX", "95")
ALLOWANCES = ("95", "41", "104", "PRV", "1000")
CATEGORIES = ("B", "S", "Z", "E", "AE", "K", "G", "O", "L", "M", "X")
PROFILES = (
    "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0", "urn:fdc:peppol.eu:2017:poacc:billing:02:1.0",
    "urn:peppol:bis:billing_with_response", "urn:peppol:france:billing:regulated",
    "urn:peppol:france:billing:non-regulated", "urn:other",
)  # fmt: skip
_BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
CUSTOMIZATIONS = (f"{_BILLING}::2.1", f"{_BILLING}#conformant#x", "urn:cen.eu:en16931:2017")
PAIRS = (
    ("DE", "DE"), ("DE", "SE"), ("SE", "DE"), ("DK", "DK"), ("DK", "SE"), ("NL", "NL"), ("NL", "SE"), ("IS", "IS"),
    ("NO", "SE"), ("IT", "IT"), ("GR", "GR"), ("SE", "NL"), ("FI", "SE"), ("XX", "SE"),
)  # fmt: skip
MEANS = (
    "1",
    "10",
    "30",
    "31",
    "42",
    "48",
    "49",
    "50",
    "54",
    "56",
    "57",
    "58",
    "59",
    "93",
    "97",
    "ZZZ",
    "999",
)
NOTES = (
    "#SKONTO#TAGE=14#PROZENT=2.25#\n", "#SKONTO#TAGE=14#PROZENT=2.25#", "#SKONTO#TAGE=14#PROZENT=2#\n",
    "#SKONTO#TAGE=14#PROZENT=2.25#BASISBETRAG=100.00#\nTack\n", "#SKONTO#TAGE=7#PROZENT=3.00#\n#SKONTO#TAGE=9#\n",
)  # fmt: skip
AMOUNTS = ("0", "0.00", "-1.00", "1", "100.001", "999999999.99", "1474.01", "274.00", "1200.00")
DATES = ("2026-11-01", "2026-10-01", "2020-02-29", "2027-01-01Z", "2026-12-31+01:00")
TEXTS = (
    "x",
    " ",
    "SE",
    "DE123456789",
    "GR123456789",
    "NL123456789B01",
    "SE559900101201",
    "true",
    "12",
    "#a#",
    "a#b",
)


def countries(seller: str, buyer: str) -> list[Step]:
    """The parties moved: address and VAT number."""
    return [
        ["text", SELLER + _COUNTRY, seller], ["text", BUYER + _COUNTRY, buyer],
        ["text", SELLER + _VAT, f"{'EL' if seller == 'GR' else seller}123456789"],
        ["text", BUYER + _VAT, f"{'EL' if buyer == 'GR' else buyer}123456789"],
    ]  # fmt: skip


def systematic() -> Iterator[list[Step]]:
    """Every list and every rule that differs between editions, right and wrong."""
    yield []
    for scheme, numbers in SCHEMES.items():
        for number in numbers:
            for path in (
                f"{SELLER}/cbc:EndpointID",
                f"{BUYER}/cac:PartyIdentification/cbc:ID",
                BUYER + _LEGAL,
            ):
                if number != "X1" or "Endpoint" in path:
                    yield [["text", path, number], ["attr", path, "schemeID", scheme]]
    for currency in CURRENCIES:
        yield [
            ["text", "/*/cbc:DocumentCurrencyCode", currency],
            ["attr", "//*[@currencyID]", "currencyID", currency],
        ]
    yield [["attr", "//cac:TaxSubtotal/cbc:TaxAmount", "currencyID", "EUR"]]
    yield [["attr", "//cac:TaxSubtotal[2]/cbc:TaxAmount", "currencyID", "EUR"]]
    yield [["attr", "/*/cac:TaxTotal/cbc:TaxAmount", "currencyID", "EUR"]]
    singles = {
        "/*/cbc:InvoiceTypeCode | /*/cbc:CreditNoteTypeCode": TYPES,
        f"{_CHARGE}/cbc:AllowanceChargeReasonCode": CHARGES,
        f"{_ALLOWANCE}/cbc:AllowanceChargeReasonCode": ALLOWANCES,
        "//cac:ClassifiedTaxCategory/cbc:ID": CATEGORIES,
        "//cac:TaxSubtotal/cac:TaxCategory/cbc:ID": CATEGORIES,
        "/*/cbc:ProfileID": PROFILES,
        "/*/cbc:CustomizationID": CUSTOMIZATIONS,
        _CODE: MEANS,
        SELLER + _LEGAL: ("5599001013", "559900-1012", "559900101", "55990010121", "Bolaget"),
    }
    for path, values in singles.items():
        for value in values:
            yield [["text", path, value]]
    for pair in PAIRS:
        yield countries(*pair)
    yield [["twin", "/*/cbc:Note"]]
    yield [*countries("DE", "DE"), ["twin", "/*/cbc:Note"]]
    yield from (*_german(), *_danish(), *_dutch())


def _german() -> Iterator[list[Step]]:
    here = countries("DE", "DE")
    drops = (
        _MEANS, f"{SELLER}/cac:Contact", f"{SELLER}/cac:PostalAddress/cbc:CityName",
        f"{SELLER}/cac:PostalAddress/cbc:PostalZone", f"{SELLER}/cac:Contact/cbc:Name",
        f"{SELLER}/cac:Contact/cbc:Telephone", f"{SELLER}/cac:Contact/cbc:ElectronicMail",
        f"{BUYER}/cac:PostalAddress/cbc:CityName", f"{BUYER}/cac:PostalAddress/cbc:PostalZone",
        "/*/cac:Delivery//cbc:CityName", "/*/cac:Delivery//cbc:PostalZone", "//cac:TaxSubtotal//cbc:Percent",
        "/*/cbc:BuyerReference", _ACCOUNT,
    )  # fmt: skip
    for path in drops:
        yield [*here, ["drop", path]]
    yield [*here, ["drop", f"{SELLER}/cac:PartyTaxScheme"], ["drop", f"{SELLER}/cac:PartyTaxScheme"]]
    yield [*here, ["twin", "/*/cac:AdditionalDocumentReference"]]
    yield [*here, ["text", "//cbc:URI", "b2"]]
    yield [*here, ["text", "//cbc:Telephone", "0a1"]]
    yield [*here, ["text", "//cbc:ElectronicMail", "a@b"]]
    for note in NOTES:
        yield [*here, ["text", _NOTE, note]]
    for code in TYPES:
        yield [*here, ["text", "/*/cbc:InvoiceTypeCode | /*/cbc:CreditNoteTypeCode", code]]
    yield [
        *here, ["text", "/*/cbc:InvoiceTypeCode | /*/cbc:CreditNoteTypeCode", "384"],
        ["drop", "/*/cac:BillingReference"],
    ]  # fmt: skip
    for code in ("58", "59", "48", "30"):
        chosen = [*here, ["text", _CODE, code]]
        yield chosen
        yield [*chosen, ["text", f"{_ACCOUNT}/cbc:ID", "DE89370400440532013000"]]
        yield [*chosen, ["text", f"{_ACCOUNT}/cbc:ID", "DE89370400440532013001"]]
        yield [*chosen, ["put", _ACCOUNT, _CARD]]
        yield [*chosen, ["put", _ACCOUNT, _CARD], ["drop", _ACCOUNT]]
        yield [*chosen, ["put", _NOTE.removesuffix("/cbc:Note"), f"<cac:PaymentMeans><cbc:PaymentMeansCode>{code}"
                         f"</cbc:PaymentMeansCode>{_MANDATE}</cac:PaymentMeans>"], ["drop", _MEANS]]  # fmt: skip


def _danish() -> Iterator[list[Step]]:
    here = [
        *countries("DK", "DK"), ["text", SELLER + _LEGAL, "DK12345678"], ["attr", SELLER + _LEGAL, "schemeID", "0184"],
    ]  # fmt: skip
    yield here
    yield [*here, ["text", BUYER + _LEGAL, "12345678"], ["attr", BUYER + _LEGAL, "schemeID", "0184"]]
    yield [*here, ["drop", BUYER + _LEGAL]]
    for version in ("19.05.01", "26.08.01", "26.0801", "20.01"):
        yield [*here, ["attr", "//cbc:ItemClassificationCode", "listVersionID", version]]
    for reason in ("1234", "12#4", "#124", "124#", "Rabatt"):
        for path in (_ALLOWANCE, _CHARGE):
            yield [*here, ["text", f"{path}/cbc:AllowanceChargeReasonCode", "ZZZ"],
                   ["text", f"{path}/cbc:AllowanceChargeReason", reason]]  # fmt: skip
    for account in ("1234567", "12345678", "123456"):
        for code, payment in (("50", "01#"), ("50", "71#1"), ("93", "71#123456789012345")):
            yield [*here, ["text", _CODE, code], ["text", f"{_MEANS}/cbc:PaymentID", payment],
                   ["text", f"{_ACCOUNT}/cbc:ID", account]]  # fmt: skip


def _dutch() -> Iterator[list[Step]]:
    for buyer in ("NL", "SE"):
        here = countries("NL", buyer)
        for code in ("1", "30", "58", "97"):
            yield [*here, ["text", _CODE, code]]
        yield [*here, ["drop", _MEANS]]
        yield [*here, ["drop", _MEANS], ["text", "/*/cac:LegalMonetaryTotal/cbc:PayableAmount", "-1.00"]]


def random_steps(seed: int, kind: str) -> list[Step]:
    """One to three edits at places drawn by the seed, every third time with the parties elsewhere."""
    draw = random.Random(f"{kind} {seed}")
    steps: list[Step] = countries(*draw.choice(PAIRS)) if draw.random() < 1 / 3 else []
    leaves = _leaves(kind)
    for _ in range(draw.randint(1, 3)):
        path = draw.choice(leaves)
        act = draw.random()
        if act < 0.25:
            steps.append(["drop", draw.choice((path, path.rsplit("/", 1)[0]))])
        elif act < 0.35:
            steps.append(["twin", draw.choice((path, path.rsplit("/", 1)[0]))])
        elif act < 0.5 and "currencyID" in _attributes(kind)[path]:
            steps.append(["attr", path, "currencyID", draw.choice(CURRENCIES)])
        elif act < 0.6 and "schemeID" in _attributes(kind)[path]:
            scheme = draw.choice(sorted(SCHEMES))
            steps += [["attr", path, "schemeID", scheme], ["text", path, draw.choice(SCHEMES[scheme])]]
        else:
            steps.append(["text", path, draw.choice(_fitting(path))])
    return steps


def _fitting(path: str) -> tuple[str, ...]:
    name = path.rsplit("/", 1)[1].split("[", maxsplit=1)[0].removeprefix("cbc:")
    pools = {
        "EndpointID": SCHEMES["0007"], "CompanyID": (*TEXTS, *SCHEMES["0007"]), "PaymentMeansCode": MEANS,
        "IdentificationCode": ("SE", "DE", "DK", "NO", "XX", "se", "EL"), "DocumentCurrencyCode": CURRENCIES,
        "InvoiceTypeCode": TYPES, "CreditNoteTypeCode": TYPES, "AllowanceChargeReasonCode": (*CHARGES, *ALLOWANCES),
        "ProfileID": PROFILES, "CustomizationID": CUSTOMIZATIONS, "ChargeIndicator": ("true", "false", "1"),
        "Note": NOTES, "Percent": ("25", "12", "6", "24", "0", ""), "URI": ("b2", "a:b"),
        "EmbeddedDocumentBinaryObject": ("QQ==",),
    }  # fmt: skip
    if name.endswith("Date"):
        return DATES
    if name.endswith(("Amount", "Quantity", "Numeric")):
        return AMOUNTS
    if name == "ID" and "Tax" in path:
        return (*CATEGORIES, "VAT", "TAX")
    return pools.get(name, TEXTS)


@cache
def _tree(kind: str) -> etree._ElementTree:
    return etree.fromstring(base(kind).encode()).getroottree()


@cache
def _attributes(kind: str) -> dict[str, tuple[str, ...]]:
    tree = _tree(kind)
    found = {
        tree.getpath(one): tuple(str(name) for name in one.attrib)
        for one in tree.getroot().iter()
        if not len(one)
    }
    return {path.replace(f"/*[local-name()='{kind}']", "/*", 1): names for path, names in found.items()}


@cache
def _leaves(kind: str) -> tuple[str, ...]:
    return tuple(_attributes(kind))


def mutant(kind: str, steps: list[Step]) -> bytes:
    """The base document after the steps, as bytes."""
    root = deepcopy(_tree(kind)).getroot()
    for act, path, *values in steps:
        found = root.xpath(path, namespaces=_SPACES)
        for one in found if path.startswith("//*") else found[:1]:
            _apply(one, act, values)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _apply(one: etree._Element, act: str, values: list[str]) -> None:
    parent = one.getparent()
    if act == "text":
        one.text = values[0]
    elif act == "attr":
        one.set(values[0], values[1])
    elif parent is None:
        return
    elif act == "drop":
        parent.remove(one)
    elif act == "twin":
        one.addnext(deepcopy(one))
    elif act == "put":
        one.addprevious(etree.fromstring(f"<put {_DECLARED}>{values[0]}</put>")[0])
