"""The concern's rules as a page shows them: what holds, what is to come, who chose it, and what waits for a second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.access.actor import Actor
from portal.access.models import Setting, SettingChange, User
from portal.access.rules.settings import LIMIT, RULES, Rule, value_of
from portal.access.status import PROPOSED
from portal.coding.models import CodingValue
from portal.invoicing.models import MatchLimit
from portal.kernel.errors import NotFound

MISSING = "Ändringen finns inte."


@dataclass(frozen=True, slots=True)
class Held:
    """What a rule says from a day on; None as the day when nobody has chosen and the default holds."""

    value: Any
    since: date | None


@dataclass(frozen=True, slots=True)
class Change:
    """One change with its persons' names, latest first in any list."""

    id: UUID
    key: str
    value: Any
    before: Any
    valid_from: date
    status: str
    why: str
    proposed_by: str
    proposed_person: UUID
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


async def held(session: AsyncSession, concern_id: UUID, rule: Rule, day: date) -> Held:
    """What the rule says that day for the whole concern."""
    row = (await session.execute(_latest(concern_id, rule, day))).first()
    return Held(rule.default, None) if row is None else Held(value_of(rule, row.value), row.valid_from)


def _latest(concern_id: UUID, rule: Rule, day: date) -> Any:
    model: Any = MatchLimit if rule.is_limit else Setting
    query = select(model.value, model.valid_from).where(
        model.concern_id == concern_id, model.organisation_id.is_(None), model.valid_from <= day,
        or_(model.valid_to.is_(None), model.valid_to >= day), _named(model, rule),
    )  # fmt: skip
    return query.order_by(model.valid_from.desc(), model.id.desc()).limit(1)


def _named(model: Any, rule: Rule) -> Any:
    if not rule.is_limit:
        return model.key == rule.key
    common = and_(model.supplier_id.is_(None), model.agreement_id.is_(None), model.unspsc_prefix.is_(None))
    return and_(model.name == rule.key.removeprefix(LIMIT), common)


async def changes(session: AsyncSession, concern_id: UUID, *, key: str | None = None) -> list[Change]:
    """Changes of one rule, or of all, latest first."""
    proposed, decided = aliased(User), aliased(User)
    query = (
        select(SettingChange, proposed.name, decided.name)
        .join(proposed, proposed.id == SettingChange.proposed_by)
        .outerjoin(decided, decided.id == SettingChange.decided_by)
        .where(SettingChange.concern_id == concern_id)
        .order_by(SettingChange.proposed_at.desc(), SettingChange.id.desc())
    )
    if key is not None:
        query = query.where(SettingChange.key == key)
    found: Any = (await session.execute(query)).all()
    return [_change(*row) for row in found if row[0].key in RULES]


def _change(row: SettingChange, proposed: str, decided: str | None) -> Change:
    rule = RULES[row.key]
    return Change(
        row.id, row.key, value_of(rule, row.value), value_of(rule, row.before), row.valid_from, row.status, row.why,
        proposed, row.proposed_person, row.proposed_at, decided, row.decided_at, row.decision_reason,
    )  # fmt: skip


async def find_change(session: AsyncSession, actor: Actor, key: str, change_id: UUID) -> SettingChange:
    """The change, locked until the transaction ends. NotFound outside the actor's concern."""
    query = select(SettingChange).where(
        SettingChange.concern_id == actor.concern_id, SettingChange.key == key, SettingChange.id == change_id
    )
    found = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if found is None:
        raise NotFound(MISSING)
    return found


async def waits(session: AsyncSession, concern_id: UUID, key: str) -> bool:
    """Whether a change of the rule waits for a second person."""
    query = select(SettingChange.id).where(
        SettingChange.concern_id == concern_id, SettingChange.key == key, SettingChange.status == PROPOSED
    )
    return (await session.execute(query.limit(1))).first() is not None


async def waiting_for(session: AsyncSession, actor: Actor) -> int:
    """How many changes by others wait for this person."""
    query = select(func.count()).where(
        SettingChange.concern_id == actor.concern_id, SettingChange.status == PROPOSED,
        SettingChange.proposed_person != actor.person_id,
    )  # fmt: skip
    return int((await session.execute(query)).scalar_one())


async def accounts_on(session: AsyncSession, concern_id: UUID, day: date) -> frozenset[str]:
    """Accounts of the concern's own chart that are valid that day."""
    query = select(CodingValue.code).where(
        CodingValue.concern_id == concern_id, CodingValue.dimension == "account",
        CodingValue.organisation_id.is_(None), CodingValue.valid_from <= day,
        or_(CodingValue.valid_to.is_(None), CodingValue.valid_to >= day),
    )  # fmt: skip
    return frozenset((await session.execute(query)).scalars())
