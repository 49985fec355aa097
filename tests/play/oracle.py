"""What must hold, whatever was done: judged from rows by SQL and from the original documents, by none of our rules.

Order flow: Klar ⇒ no more is paid than the order and its receipts owe, or a person accepted each difference by name
and another attested it. Manual flow: Klar ⇒ a reviewer and another person decided on exactly this sum. Nothing held
goes towards Klar; no order line is billed beyond what was ordered and received; what the supplier is owed goes to its
account; no number of a supplier's counts twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal as D
from typing import Any
from uuid import UUID

from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID
from portal.db.context import Context
from tests.play.faults import NEVER
from tests.play.lot import Lot
from tests.play.oracle_of_order import ORE, ZERO, billed_lines, differences, worth
from tests.play.oracle_of_payment import ROUNDING, check_payment, check_sums, check_two_persons
from tests.play.paper import Read, read
from tests.play.stage import Sent, Stage, require

# What a person accepts, by the product's names → the differences that it covers, by ours.
COVERS: Mapping[str, frozenset[str]] = {
    "price": frozenset({"price", "sum"}),
    "line_amount": frozenset({"price", "sum"}),
    "total": frozenset({"price", "sum", "charge"}),
    "quantity_over_ordered": frozenset({"ordered", "received", "sum"}),
    "quantity_over_received": frozenset({"received", "sum"}),
    "receipt_missing": frozenset({"received", "sum"}),
    "unit": frozenset({"unit", "price", "ordered", "received", "sum"}),
    "vat": frozenset({"vat", "sum"}),
    "charge": frozenset({"charge", "sum"}),
    "line_unknown": frozenset({"unknown", "sum", "charge"}),
    "order_of_line": frozenset({"other order", "unknown", "sum"}),
    "negative_quantity": frozenset({"sum", "unknown"}),
}

_STANDING = """
SELECT id, number, status, under_investigation, supplier_id, number_key FROM invoice WHERE id = ANY(:ids)
"""
_INVOICES = """
SELECT i.*, s.org_number,
  (SELECT json_agg(json_build_object('position', l.position, 'order_line', l.order_line_id)) FROM invoice_line l
    WHERE l.concern_id = i.concern_id AND l.invoice_id = i.id) AS paired,
  (SELECT json_agg(json_build_object('tag', e.tag, 'data', e.data, 'person', e.actor_id IS NOT NULL) ORDER BY e.id)
    FROM audit_event e WHERE e.concern_id = i.concern_id AND e.subject_id = i.id) AS events
FROM invoice i LEFT JOIN supplier s ON s.id = i.supplier_id WHERE i.id = ANY(:ids)
ORDER BY i.done_at, i.arrived_at, i.id
"""
_LINES = """
SELECT l.*, coalesce((SELECT sum(r.quantity) FROM receipt_line r WHERE r.concern_id = l.concern_id
  AND r.order_line_id = l.id), 0) AS came
FROM order_line l WHERE l.order_id = ANY(:orders) ORDER BY l.position
"""
# Where a hold keeps an invoice from, whoever moves it, and what each is a step back from.
FORWARD: Mapping[str, frozenset[str]] = {
    "approval": frozenset({"attested"}),
    "attested": frozenset(),
    "done": frozenset(),
}
# Past the control of the number, wherever it then rests.
ARRIVING = {"supplier_not_chosen", "payment_information", "invoice_information", "cancelled"}


@dataclass
class Book:
    """What the judge remembers of a history. `klar`: what has become Klar, with what it then billed of each line;
    `alone`: what did so by itself; `stood`: where each invoice stood before, if it was held."""

    klar: dict[UUID, dict[UUID, D]] = field(default_factory=dict)
    alone: dict[UUID, D] = field(default_factory=dict)
    stood: dict[UUID, str] = field(default_factory=dict)


@dataclass
class Judge:
    """Looks after every step, at the rows of those who acted."""

    store: Any
    books: dict[int, Book] = field(default_factory=dict)

    def book(self, stage: Stage) -> Book:
        return self.books.setdefault(id(stage), Book())

    async def __call__(self, lot: Lot) -> None:
        stages = [stage for stage in lot.acting if stage.sent]
        ids = [one.id for stage in stages for one in stage.sent]
        if not ids:
            return
        klar = {one for book in self.books.values() for one in book.klar}
        async with lot.parts.database.session(Context.for_system(CONCERN_ID)) as session:
            found = (await session.execute(text(_STANDING), {"ids": ids})).all()
            new = [row.id for row in found if row.status == "done" and row.id not in klar]
            orders = [stage.order for stage in stages]
            lines = (await session.execute(text(_LINES), {"orders": orders})).all()
            done = (await session.execute(text(_INVOICES), {"ids": new})).all() if new else ()
        standing = {row.id: row for row in found}
        for stage in stages:
            mine = {one.id: one for one in stage.sent}
            self._held(stage, [standing[one] for one in mine])
            _numbers(stage, [standing[one] for one in mine])
            own = [line for line in lines if line.order_id == stage.order]
            for row in done:
                if row.id in mine:
                    await self._became_klar(stage, mine[row.id], row, own)
            self._counted(stage, own)

    def _held(self, stage: Stage, rows: Sequence[Any]) -> None:
        """What was held, and is, has not gone on meanwhile."""
        stood = self.book(stage).stood
        for row in rows:
            before = stood.get(row.id, row.status)
            on = before != row.status and before not in FORWARD.get(row.status, {before})
            require(
                stage, not (on and row.under_investigation),
                f"{row.number} is held, and went from {before} to {row.status}",
            )  # fmt: skip
            klar = row.status == "done" and row.under_investigation
            require(stage, not klar, f"held and Klar: {row.number}")
        self.book(stage).stood = {row.id: row.status for row in rows if row.under_investigation}

    async def _became_klar(self, stage: Stage, one: Sent, row: Any, lines: Sequence[Any]) -> None:
        document = read(await self.store.get(bytes(row.sha256).hex()))
        by_person = [e for e in row.events if e["person"]]
        planted = NEVER & set(one.paper.faults)
        require(stage, by_person or not planted, f"{row.number} is Klar by itself with {sorted(planted)}")
        check_sums(stage, row, document, by_person)
        await check_payment(stage, row, document)
        self.book(stage).klar[row.id] = billed_lines(document, row)
        if row.flow == "order" and not row.is_credit_note:
            await self._order_flow(stage, row, document, lines)
        else:
            await check_two_persons(stage, row, "review", "accept_deviation")

    async def _order_flow(self, stage: Stage, row: Any, document: Read, lines: Sequence[Any]) -> None:
        found = dict(differences(stage, row, document, lines)) | dict(self._quantities(stage, row, lines))
        accepted = [e for e in row.events if e["tag"] == "invoice:status:accept_deviation"]
        codes = set(accepted[-1]["data"].get("accepted", ())) if accepted else set()
        covered: set[str] = set().union(*(COVERS.get(code, frozenset()) for code in codes))
        left = {name: told for name, told in found.items() if name not in covered}
        require(stage, not left, f"{row.number} is Klar with {left}; accepted by name: {sorted(codes)}")
        if accepted:
            await check_two_persons(stage, row, "accept_deviation")
        else:
            alone = self.book(stage).alone
            alone[row.id] = row.payable_amount
            most = sum((worth(line, min(line.quantity, line.came)) for line in lines), ZERO)
            slack = (ROUNDING + ORE * len(lines)) * len(alone)
            billed = sum(alone.values(), ZERO)
            require(stage, billed <= most + slack, f"{billed} is Klar of {most} owed")

    def _quantities(self, stage: Stage, row: Any, lines: Sequence[Any]) -> Iterator[tuple[str, str]]:
        billed = self.billed(stage)
        for line in lines:
            if line.id not in self.book(stage).klar[row.id]:
                continue
            if billed[line.id] > line.quantity:
                yield "ordered", f"{billed[line.id]} of {line.quantity} {line.item_no}"
            if billed[line.id] > line.came:
                yield "received", f"{billed[line.id]} of {line.came} {line.item_no}"

    def billed(self, stage: Stage) -> Mapping[UUID, D]:
        """By all that has become Klar, of each order line."""
        found: dict[UUID, D] = {}
        for one in self.book(stage).klar.values():
            for line, quantity in one.items():
                found[line] = found.get(line, ZERO) + quantity
        return found

    def _counted(self, stage: Stage, lines: Sequence[Any]) -> None:
        """The rows say what came and what was billed."""
        billed = self.billed(stage)
        for line in lines:
            counted, true = line.invoiced_quantity, billed.get(line.id, ZERO)
            require(stage, counted == true, f"{line.item_no}: {counted} counted as billed, {true} is")
            require(stage, line.received_quantity == line.came, f"{line.item_no}: received is not what came")


def _numbers(stage: Stage, rows: Sequence[Any]) -> None:
    """Of those past arrival control no two have the same supplier and number."""
    passed = [(row.supplier_id, row.number_key) for row in rows if row.status not in ARRIVING]
    twice = {one for one in passed if passed.count(one) > 1}
    require(stage, not twice, f"two count under the same number: {twice}")
