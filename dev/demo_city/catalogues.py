"""The demo city's catalogues: the articles the page names, and some hundreds of plausible ones around them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from dev.demo_city import data
from dev.demo_city.assortment import FILLING
from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.demo_city.master_data import supplier_id

_NUMBERS = sorted({row[1] for row in data.ARTICLES} | FILLING.keys())


def catalogue_id(agreement: str, supplier: str) -> Any:
    """The id of a supplier's catalogue on an agreement."""
    return demo_id("catalogue", f"{agreement}/{supplier}")


def article_id(item_no: str) -> Any:
    """The id of an article by its number."""
    return demo_id("article", item_no)


def catalogues(now: datetime) -> list[dict[str, Any]]:
    """One catalogue for each agreement and supplier that has articles."""
    pairs = {(agreement, supplier) for _no, agreement, supplier, *_ in data.ARTICLES}
    pairs |= {(agreement, filling.supplier) for agreement, filling in FILLING.items()}
    return [
        {"concern_id": CONCERN_ID, "id": catalogue_id(agreement, supplier), "supplier_id": supplier_id(supplier),
         "agreement_id": demo_id("agreement", agreement), "name": agreement, "version": 1, "published_at": now}
        for agreement, supplier in sorted(pairs)
    ]  # fmt: skip


def agreement_of(article: dict[str, Any]) -> str:
    """The number of the agreement whose catalogue has the article."""
    return next(number for number in _NUMBERS if demo_id("agreement", number) == article["agreement_id"])


def articles() -> Iterator[dict[str, Any]]:
    """Every article as a row."""
    for item_no, agreement, supplier, name, unspsc, unit, price, vat in data.ARTICLES:
        yield _article(item_no, agreement, supplier, name, unspsc, unit, Decimal(price), vat)
    for agreement, filling in FILLING.items():
        named = ((kind, position) for kind in filling.kinds for position in range(len(kind.variants)))
        for number, (kind, position) in enumerate(named, start=filling.first):
            words, item_no = f"{kind.noun} {kind.variants[position]}", f"{filling.prefix}-{number}"
            cost = Decimal(kind.price) + Decimal(kind.step) * position
            yield _article(
                item_no, agreement, filling.supplier, words, kind.unspsc, kind.unit, cost, filling.vat
            )


def _article(
    item_no: str, agreement: str, supplier: str, name: str, unspsc: str, unit: str, price: Decimal, vat: int
) -> dict[str, Any]:
    return {
        "concern_id": CONCERN_ID, "id": article_id(item_no), "catalogue_id": catalogue_id(agreement, supplier),
        "agreement_id": demo_id("agreement", agreement), "supplier_id": supplier_id(supplier), "item_no": item_no,
        "name": name, "description": None, "unspsc": unspsc, "unit": unit, "price": price, "vat_rate": vat,
        "gtin": None, "manufacturer": None, "min_quantity": None, "lead_time_days": 2, "version": 1, "removed_at": None,
    }  # fmt: skip
