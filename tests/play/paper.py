"""An original document as the oracle reads it: a reader of its own, that shares nothing with the portal's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal as D
from xml.etree.ElementTree import Element, fromstring

CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
ZERO = D(0)


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line, by its place. `charges`: what its charges add less what its allowances take off."""

    position: int
    quantity: D
    unit: str
    amount: D
    price: D
    base: D
    name: str
    item_no: str | None
    order: str | None
    rate: D
    category: str
    charges: D

    @property
    def unit_price(self) -> D:
        """SEK without VAT for one unit."""
        return self.price / self.base


@dataclass(frozen=True, slots=True)
class Read:
    """What the document says."""

    credit: bool
    number: str
    issued: date
    due: date | None
    currency: str
    seller: str
    payee: str | None
    means: tuple[str, ...]
    accounts: tuple[str, ...]
    note: str
    lines: tuple[ReadLine, ...]
    charges: D
    net: D
    tax: D
    gross: D
    prepaid: D
    rounding: D
    payable: D


def read(data: bytes) -> Read:
    """The document in these bytes."""
    root = fromstring(data)
    totals = root.find(f"{CAC}LegalMonetaryTotal")
    assert totals is not None
    seller, payee = root.find(f"{CAC}AccountingSupplierParty"), root.find(f"{CAC}PayeeParty")
    due = _text(root, f"{CBC}DueDate") or _text(root, f".//{CBC}PaymentDueDate")
    return Read(
        root.tag.endswith("CreditNote"), str(_text(root, f"{CBC}ID")),
        date.fromisoformat(str(_text(root, f"{CBC}IssueDate"))), date.fromisoformat(due) if due else None,
        str(_text(root, f"{CBC}DocumentCurrencyCode")),
        str(_text(seller, f".//{CAC}PartyLegalEntity/{CBC}CompanyID")),
        None if payee is None else _text(payee, f"{CAC}PartyName/{CBC}Name"),
        tuple(str(one.text) for one in root.iter(f"{CBC}PaymentMeansCode")),
        tuple(str(one.findtext(f"{CBC}ID")) for one in root.iter(f"{CAC}PayeeFinancialAccount")),
        _text(root, f"{CBC}Note") or "", tuple(_lines(root)), _adds(root),
        _sum(totals, "TaxExclusiveAmount"),
        D(root.findtext(f"{CAC}TaxTotal/{CBC}TaxAmount") or 0), _sum(totals, "TaxInclusiveAmount"),
        _sum(totals, "PrepaidAmount"), _sum(totals, "PayableRoundingAmount"), _sum(totals, "PayableAmount"),
    )  # fmt: skip


def _text(node: Element | None, path: str) -> str | None:
    return None if node is None else node.findtext(path)


def _sum(totals: Element, name: str) -> D:
    return D(totals.findtext(f"{CBC}{name}") or 0)


def _adds(node: Element) -> D:
    found = ZERO
    for one in node.findall(f"{CAC}AllowanceCharge"):
        amount = D(one.findtext(f"{CBC}Amount") or 0)
        found += amount if one.findtext(f"{CBC}ChargeIndicator") == "true" else -amount
    return found


def _lines(root: Element) -> Iterator[ReadLine]:
    kinds = (f"{CAC}InvoiceLine", f"{CAC}CreditNoteLine")
    for position, line in enumerate((one for one in root if one.tag in kinds), 1):
        quantity = next(
            one for one in line if one.tag in (f"{CBC}InvoicedQuantity", f"{CBC}CreditedQuantity")
        )
        item, price = line.find(f"{CAC}Item"), line.find(f"{CAC}Price")
        vat = f"{CAC}ClassifiedTaxCategory"
        yield ReadLine(
            position, D(quantity.text or 0), str(quantity.get("unitCode")),
            D(line.findtext(f"{CBC}LineExtensionAmount") or 0), D(_text(price, f"{CBC}PriceAmount") or 0),
            D(_text(price, f"{CBC}BaseQuantity") or 1),
            str(_text(item, f"{CBC}Name")), _text(item, f"{CAC}SellersItemIdentification/{CBC}ID"),
            line.findtext(f"{CAC}OrderLineReference/{CAC}OrderReference/{CBC}ID"),
            D(_text(item, f"{vat}/{CBC}Percent") or 0), str(_text(item, f"{vat}/{CBC}ID")), _adds(line),
        )  # fmt: skip
