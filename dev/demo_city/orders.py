"""The EX orders: attested, sent and partly received, waiting for their invoices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from dev.demo_city import data
from dev.demo_city.catalogues import article_id
from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.demo_city.master_data import Rows, organisation_id, supplier_id, user_id
from portal.attest.models import Decision
from portal.kernel.money import to_ore
from portal.orders import models as orders
from portal.orders.status import PARTLY_RECEIVED, RECEIVED, SENT

ARTICLES = {row[0]: row for row in data.ARTICLES}
ORGANISATIONS = {row[0]: row for row in data.ORGANISATIONS}
APPROVERS = {row[0]: row[4] for row in data.RESPONSIBILITIES}
HUNDRED = Decimal(100)


def rows(now: datetime, today: date, given: Sequence[tuple[Any, ...]] = data.EX_ORDERS) -> Rows:
    """Orders with lines, coding, receipts and the decisions behind them."""
    made = [_Made(order, now, today) for order in given]
    yield orders.PurchaseOrder, [m.order for m in made]
    yield orders.OrderLine, [line for m in made for line in m.lines]
    yield orders.OrderCoding, [row for m in made for row in m.coding]
    yield orders.Receipt, [m.receipt for m in made if m.receipt_lines]
    yield orders.ReceiptLine, [line for m in made for line in m.receipt_lines]
    yield Decision, [row for m in made for row in m.decisions]


class _Made:
    """One order with everything that hangs on it."""

    def __init__(self, given: tuple[Any, ...], now: datetime, today: date) -> None:
        number, code, buyer, supplier, lines, coding, review = given
        self.id = demo_id("order", number)
        self.lines = [self._line(i, *line) for i, line in enumerate(lines, start=1)]
        net = sum((line["net_amount"] for line in self.lines), Decimal(0))
        tax = sum(
            (to_ore(line["net_amount"] * line["vat_rate"] / HUNDRED) for line in self.lines), Decimal(0)
        )
        self.order = {
            "concern_id": CONCERN_ID, "id": self.id, "organisation_id": organisation_id(code), "requisition_id": None,
            "number": number, "supplier_id": supplier_id(supplier),
            "agreement_id": demo_id("agreement", ARTICLES[lines[0][0]][1]), "status": self._status(lines),
            "buyer_user_id": user_id(buyer), "buyer_person_id": demo_id("person", buyer),
            "buyer_name": ORGANISATIONS[code][1], "buyer_gln": ORGANISATIONS[code][2], "buyer_reference": None,
            "net_amount": net, "tax_amount": tax, "gross_amount": net + tax, "delivery_name": ORGANISATIONS[code][1],
            "delivery_street": "Stora torget 1", "delivery_postcode": data.POSTCODE, "delivery_city": data.CITY,
            "delivery_gln": None, "goods_mark": None, "wanted_on": None, "note_to_supplier": None,
            "review_requested": review, "secret": False, "created_at": now, "sent_at": now, "document_sha256": None,
        }  # fmt: skip
        self.coding = [self._coding(line, coding) for line in self.lines]
        self.receipt, self.receipt_lines = self._receipt(number, lines, buyer, now, today)
        approver = APPROVERS[coding[1]]
        self.decisions = [
            self._decision("order", buyer, now),
            self._decision("approve_order", approver, now),
            *([self._decision("receipt", buyer, now)] if self.receipt_lines else []),
        ]

    def _line(self, position: int, item_no: str, quantity: int, received: int) -> dict[str, Any]:
        _no, _agreement, _supplier, name, unspsc, unit, price, vat = ARTICLES[item_no]
        return {
            "concern_id": CONCERN_ID, "id": demo_id("order_line", f"{self.id}/{position}"), "order_id": self.id,
            "position": position, "article_id": article_id(item_no), "item_no": item_no, "buyer_item_no": None,
            "name": name, "unspsc": unspsc, "unit": unit, "quantity": Decimal(quantity), "price": Decimal(price),
            "vat_rate": Decimal(vat), "vat_category": "S", "net_amount": to_ore(Decimal(price) * quantity),
            "received_quantity": Decimal(received), "invoiced_quantity": Decimal(0),
        }  # fmt: skip

    @staticmethod
    def _status(lines: tuple[tuple[str, int, int], ...]) -> str:
        if all(received == quantity for _item, quantity, received in lines):
            return RECEIVED
        return PARTLY_RECEIVED if any(received for _item, _quantity, received in lines) else SENT

    @staticmethod
    def _coding(line: dict[str, Any], coding: tuple[str, str, str]) -> dict[str, Any]:
        account, responsibility, operation = coding
        return {
            "concern_id": CONCERN_ID, "id": demo_id("order_coding", str(line["id"])), "order_line_id": line["id"],
            "account": account, "responsibility": responsibility, "operation": operation, "project": None,
            "activity": None, "free": None, "share": HUNDRED,
        }  # fmt: skip

    def _receipt(
        self, number: str, lines: Any, buyer: str, now: datetime, today: date
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        receipt_id = demo_id("receipt", number)
        receipt = {
            "concern_id": CONCERN_ID, "id": receipt_id, "order_id": self.id, "user_id": user_id(buyer),
            "person_id": demo_id("person", buyer), "received_on": today, "note": None, "created_at": now,
        }  # fmt: skip
        received = [
            {"concern_id": CONCERN_ID, "id": demo_id("receipt_line", f"{number}/{line['position']}"),
             "receipt_id": receipt_id, "order_line_id": line["id"], "quantity": Decimal(given[2]), "amount": None}
            for line, given in zip(self.lines, lines, strict=True) if given[2]
        ]  # fmt: skip
        return receipt, received

    def _decision(self, act: str, login: str, now: datetime) -> dict[str, Any]:
        return {
            "concern_id": CONCERN_ID, "id": demo_id("decision", f"{self.id}/{act}"),
            "organisation_id": self.order["organisation_id"], "subject_type": "order", "subject_id": self.id,
            "case_id": self.id, "act": act, "user_id": user_id(login), "person_id": demo_id("person", login),
            "on_behalf_of_user_id": None, "on_behalf_of_person_id": None, "chain": [], "amount": self.order["net_amount"],
            "shown_sha256": sha256(str(self.id).encode()).digest(), "note": None, "decided_at": now, "voided_at": None,
        }  # fmt: skip
