"""The registers a coding is checked against, as they are valid for an organisation on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.queries import in_force
from portal.coding.models import CodingRule as RuleRow
from portal.coding.models import CodingValue, CommentAccount, UnspscAccount
from portal.coding.rules.proposal import Proposal, propose_account
from portal.coding.values import ANY, DIMENSIONS, CodingRegister, CodingRule, Span

Option = tuple[str, str]


async def load_register(
    session: AsyncSession, concern_id: UUID, organisation_id: UUID, day: date
) -> CodingRegister:
    """Codes, sambandskontroller, comment accounts and UNSPSC map: common ones and the organisation's own."""
    return CodingRegister(
        values=await _values(session, concern_id, organisation_id, day),
        rules=await _rules(session, concern_id, organisation_id, day),
        comment_accounts=await _comment_accounts(session, concern_id, organisation_id, day),
        unspsc_accounts=await _unspsc_accounts(session, concern_id, day),
    )


def options(register: CodingRegister) -> Mapping[str, tuple[Option, ...]]:
    """(code, name) per dimension, in the order of codes: what the selects of a coding row offer."""
    return {dimension: tuple(sorted(register.values.get(dimension, {}).items())) for dimension in DIMENSIONS}


def propose(register: CodingRegister, unspsc: str | None) -> Proposal | None:
    """The account for an article's UNSPSC code, with the prefix that gave it (A6.19)."""
    return propose_account(unspsc, register.unspsc_accounts)


def _valid(model: Any, concern_id: UUID, day: date) -> ColumnElement[bool]:
    return and_(model.concern_id == concern_id, in_force(model, day))


def _own_or_common(model: Any, organisation_id: UUID) -> ColumnElement[bool]:
    return or_(model.organisation_id.is_(None), model.organisation_id == organisation_id)


async def _values(
    session: AsyncSession, concern_id: UUID, organisation_id: UUID, day: date
) -> dict[str, dict[str, str]]:
    """Names per dimension and code; the organisation's own name of a code wins over the common one."""
    query = (
        select(CodingValue.dimension, CodingValue.code, CodingValue.name)
        .where(_valid(CodingValue, concern_id, day), _own_or_common(CodingValue, organisation_id))
        .order_by(CodingValue.organisation_id.is_not(None), CodingValue.valid_from)
    )
    values: dict[str, dict[str, str]] = {dimension: {} for dimension in DIMENSIONS}
    for dimension, code, name in await session.execute(query):
        values[dimension][code] = name
    return values


async def _rules(
    session: AsyncSession, concern_id: UUID, organisation_id: UUID, day: date
) -> tuple[CodingRule, ...]:
    query = (
        select(RuleRow)
        .where(_valid(RuleRow, concern_id, day), _own_or_common(RuleRow, organisation_id))
        .order_by(RuleRow.organisation_id.is_not(None), RuleRow.code, RuleRow.id)
    )
    return tuple(_combined((await session.execute(query)).scalars()))


def _combined(rows: Iterable[RuleRow]) -> list[CodingRule]:
    """Rows of one code and the same demand are one rule over several dimensions (A6.18)."""
    grouped: dict[tuple[Any, ...], list[Span]] = {}
    for row in rows:
        low, high = (row.then_from, row.then_to) if row.then_from is not None else ANY
        then = Span(row.then_dimension, low or "", high or low or "")
        when = Span(row.when_dimension, row.when_from, row.when_to)
        grouped.setdefault((row.organisation_id, row.code, row.logic, then), []).append(when)
    return [
        CodingRule(code, logic, tuple(spans), then)
        for (_organisation, code, logic, then), spans in grouped.items()
    ]


async def _comment_accounts(
    session: AsyncSession, concern_id: UUID, organisation_id: UUID, day: date
) -> frozenset[str]:
    query = select(CommentAccount.account).where(
        _valid(CommentAccount, concern_id, day), _own_or_common(CommentAccount, organisation_id)
    )
    return frozenset((await session.execute(query)).scalars())


async def _unspsc_accounts(session: AsyncSession, concern_id: UUID, day: date) -> dict[str, str]:
    query = select(UnspscAccount.prefix, UnspscAccount.account).where(_valid(UnspscAccount, concern_id, day))
    rows = await session.execute(query.order_by(UnspscAccount.valid_from))
    return {row.prefix: row.account for row in rows}
