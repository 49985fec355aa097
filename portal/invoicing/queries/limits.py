"""What a concern allows an invoice to deviate by, as it is on a day: limits, charges, rounding, rates of VAT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.rules.settings import CHARGE_CODES, MOST_ROUNDING, ROUNDING_ACCOUNT, RULES, value_of
from portal.access.setting_queries import setting
from portal.invoicing.match_values import InvoiceLineFacts, MatchLimits, VatRateRow
from portal.invoicing.queries.ordered import Order
from portal.invoicing.rules.line_units import folded
from portal.invoicing.rules.vat import CONTROLLED, kind_of
from portal.suppliers.values import RelationTerms

_LIMITS = text(
    "SELECT organisation_id, supplier_id, agreement_id, unspsc_prefix, name, value FROM match_limit"
    " WHERE concern_id = :concern AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day)"
    " ORDER BY valid_from, id"
)
_SETTINGS = text(
    "SELECT organisation_id, key, value FROM setting WHERE concern_id = :concern AND key = ANY(:keys)"
    " AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) ORDER BY valid_from, id"
)
_VAT_RATES = text(
    "SELECT category AS kind, valid_from, valid_to, rate FROM vat_rate ORDER BY category, valid_from"
)
_AMOUNTS = frozenset(
    field.name
    for field in fields(MatchLimits)
    if isinstance(field.default, Decimal) and field.name != "rounding"
)


@dataclass(frozen=True, slots=True)
class LimitRows:
    """Every limit in force, the charge codes allowed per organisation (None: common), and what holds for all.

    `rounding_account`: the concern's account for what an invoice rounds off (BT-114), if it has chosen one.
    """

    rows: Sequence[Any]
    charge_codes: Mapping[UUID | None, tuple[str, ...]]
    vat_rates: tuple[VatRateRow, ...] = ()
    rounding: Decimal | None = None
    rounding_account: str | None = None

    def for_invoice(
        self, order: Order, lines: Sequence[InvoiceLineFacts], terms: RelationTerms | None = None
    ) -> MatchLimits:
        """The most specific wins: organisation → supplier → agreement → commodity (matching.md D2).

        `terms` is agreed with the supplier. Of its units and of the rates of VAT only what these lines meet.
        """
        chosen: dict[str, tuple[tuple[bool, ...], Decimal]] = {}
        for row in self.rows:
            rank = _rank(row, order)
            if rank is not None and row.name in _AMOUNTS and rank >= chosen.get(row.name, (rank, 0))[0]:
                chosen[row.name] = (rank, row.value)
        terms = terms or RelationTerms()
        codes = self.charge_codes.get(order.organisation_id, self.charge_codes.get(None, ()))
        values: dict[str, Any] = {name: value.normalize() + 0 for name, (_, value) in chosen.items()}
        if self.rounding is not None:
            values["rounding"] = self.rounding
        return replace(
            MatchLimits(), charge_codes=codes, charges=terms.charges, units=_units(terms, lines),
            vat_rates=self.vat_rates if _controlled(order, lines) else (), **values,
        )  # fmt: skip


def _units(terms: RelationTerms, lines: Sequence[InvoiceLineFacts]) -> tuple[tuple[str, str], ...]:
    if not terms.units:
        return ()
    written = {folded(unit) for line in lines for unit in (line.unit, line.base_unit) if unit}
    return tuple(sorted((word, code) for word, code in terms.units.items() if folded(word) in written))


def _controlled(order: Order, lines: Sequence[InvoiceLineFacts]) -> bool:
    codes = (*(line.unspsc for line in lines), *(line.facts.unspsc for line in order.lines))
    return any(map(kind_of, codes))


def _rank(row: Any, order: Order) -> tuple[bool, ...] | None:
    """How specific the row is for this order; None when it is not about it."""
    own = (row.organisation_id, row.supplier_id, row.agreement_id)
    theirs = (order.organisation_id, order.supplier_id, order.agreement_id)
    if any(one is not None and one != other for one, other in zip(own, theirs, strict=True)):
        return None
    prefix = row.unspsc_prefix
    if prefix and not all((line.facts.unspsc or "").startswith(prefix) for line in order.lines):
        return None
    return (bool(prefix), row.agreement_id is not None, row.supplier_id is not None, own[0] is not None)


async def limits_in_force(session: AsyncSession, concern_id: UUID, day: date) -> LimitRows:
    """Match limits of the concern as they are that day, with the settings and rates they go with."""
    rows = (await session.execute(_LIMITS, {"concern": concern_id, "day": day})).all()
    keys = [CHARGE_CODES, ROUNDING_ACCOUNT, MOST_ROUNDING]
    settings = (await session.execute(_SETTINGS, {"concern": concern_id, "day": day, "keys": keys})).all()
    common = {row.key: row.value for row in settings if row.organisation_id is None}
    rounding, account = common.get(MOST_ROUNDING), common.get(ROUNDING_ACCOUNT)
    return LimitRows(
        rows,
        {row.organisation_id: tuple(map(str, row.value)) for row in settings if row.key == CHARGE_CODES},
        await _vat_rates(session),
        value_of(RULES[MOST_ROUNDING], rounding),
        None if account is None else str(account),
    )


async def _vat_rates(session: AsyncSession) -> tuple[VatRateRow, ...]:
    """Of the kinds whose VAT is controlled."""
    rows = (await session.execute(_VAT_RATES)).all()
    return tuple(VatRateRow(*row) for row in rows if row.kind in CONTROLLED)


async def rounding_account(session: AsyncSession, concern_id: UUID, day: date) -> str | None:
    """The concern's account for what an invoice rounds off, if it has chosen one."""
    found: str | None = await setting(session, concern_id, ROUNDING_ACCOUNT, day)
    return found
