"""The VAT of an invoice without an order, held against the kind of goods and the day: told to its reviewer (C20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from portal.formats.en16931 import Invoice, InvoiceLine
from portal.invoicing.actions.case import Case
from portal.invoicing.match_values import VatRateRow
from portal.invoicing.rules import vat
from portal.invoicing.rules.vat import UNSPSC_LIST, VatFacts, VatLine

Articles = Mapping[tuple[UUID, str], str]
"""Supplier and article number → UNSPSC."""


def wants_articles(invoice: Invoice) -> list[str]:
    """Article numbers of the lines that do not say what kind of goods they are."""
    return [line.seller_item_id for line in invoice.lines if line.seller_item_id and not _says(line)]


def remark_on_vat(case: Case, articles: Articles, rates: Sequence[VatRateRow]) -> None:
    """Add what is wrong to why the invoice stands where it does, and keep the decision that found it."""
    lines = tuple(
        _line(position, line, case, articles) for position, line in enumerate(case.invoice.lines, 1)
    )
    known = tuple(line for line in lines if vat.kind_of(line.unspsc))
    if not known or case.rest is None:
        return
    reasons, decision = vat.decision(VatFacts(known, tuple(rates)))
    case.decisions.append(decision)
    if reasons:
        case.rest = replace(case.rest, reasons=(*case.rest.reasons, *reasons))


def _line(position: int, line: InvoiceLine, case: Case, articles: Articles) -> VatLine:
    unspsc = vat.unspsc_of(line)
    if unspsc is None and not _says(line) and case.supplier_id and line.seller_item_id:
        unspsc = articles.get((case.supplier_id, line.seller_item_id))
    day = vat.vat_day(line, case.invoice)
    return VatLine(position, line.name, unspsc, line.vat_category, line.vat_rate, day)


def _says(line: InvoiceLine) -> bool:
    return any(one.scheme == UNSPSC_LIST for one in line.classifications)
