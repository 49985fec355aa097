"""A rule of the concern is changed: by the central administrator, and by two persons when it lets more through.

What was decided while the old value held stands; the new one counts from its day on.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import Setting, SettingChange
from portal.access.permissions import CENTRAL_SYSTEM_ADMIN, LEVGRUPPEN
from portal.access.rules.settings import (
    LIMIT,
    LONG,
    MOST_WHY,
    REMIND_DAY,
    RULES,
    TWO_DAYS,
    TWO_DAYS_WAIT,
    UNKNOWN,
    WAIT_DAYS,
    WHY,
    ChangeForm,
    Rule,
    check_form,
    loosens,
    read_day,
    read_value,
    stored,
)
from portal.access.status import ACTIVE, SETTING
from portal.audit.log import Event, record
from portal.audit.transition import Subject, Told, move
from portal.invoicing.models import MatchLimit
from portal.invoicing.queries.rules_in_force import accounts_on, find_change, held, waits
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from portal.kernel.identifiers import uuid7
from portal.kernel.text import Message, squash

FAILED = "Ändringen kunde inte sparas. Rätta fälten nedan."
NOT_YOURS = "Bara den centrala administratören ändrar regler och gränser."
NOT_SECOND = "Bara en central administratör eller levgruppen tar ställning till ändringen."
SAME = "Det värdet gäller redan den dagen."
WAITS_ALREADY = "Det finns redan en ändring av regeln som väntar på en till. Godkänn eller avvisa den först."
OWN = "Du har själv föreslagit ändringen. En annan person behöver godkänna den."


async def change(session: AsyncSession, actor: Actor, key: str, form: ChangeForm, *, now: datetime) -> str:
    """Change a rule: its new status, active or proposed. Invalid by field; Conflict while another change waits."""
    concern_id, rule = _central(actor), find_rule(key)
    await _one_at_a_time(session, concern_id)
    day = read_day(form.valid_from) or stockholm_date(now)
    errors = check_form(form, stockholm_date(now))
    value, before = None, (await held(session, concern_id, rule, day)).value
    try:
        value = await _read(session, concern_id, rule, form.value, day)
    except Invalid as wrong:
        errors["value"] = wrong.message
    if "value" not in errors and value == before:
        errors["value"] = SAME
    if errors:
        raise Invalid(FAILED, fields=errors)
    if await waits(session, concern_id, key):
        raise Conflict(WAITS_ALREADY)
    return await _keep(session, actor, rule, (value, before, day), squash(form.why), now)


async def confirm(session: AsyncSession, actor: Actor, key: str, change_id: UUID, *, now: datetime) -> None:
    """The second person agrees: it holds from its day, never from one that has passed."""
    concern_id = _second(actor)
    await _one_at_a_time(session, concern_id)
    row = await find_change(session, actor, key, change_id)
    if row.proposed_person == actor.person_id:
        raise Forbidden(OWN)
    day = max(row.valid_from, stockholm_date(now))
    await _decide(session, actor, row, "confirm", {"valid_from": day}, None, now)
    await _hold(session, concern_id, find_rule(key), row.value, day)


async def reject(
    session: AsyncSession, actor: Actor, key: str, change_id: UUID, why: str, *, now: datetime
) -> None:
    """Say no to a proposal, or take one's own back, with a reason."""
    _second(actor)
    row = await find_change(session, actor, key, change_id)
    if not squash(why) or len(why) > MOST_WHY:
        message = LONG if squash(why) else WHY
        raise Invalid(message, fields={"reason": message})
    await _decide(session, actor, row, "reject", {"decision_reason": squash(why)}, squash(why), now)


def find_rule(key: str) -> Rule:
    """The rule by its key; NotFound for another word."""
    if key not in RULES:
        raise NotFound(UNKNOWN)
    return RULES[key]


async def _read(session: AsyncSession, concern_id: UUID, rule: Rule, written: str, day: date) -> Any:
    value = read_value(rule, written, await accounts_on(session, concern_id, day))
    if rule.key == WAIT_DAYS and value <= (least := await _other(session, concern_id, REMIND_DAY, day)):
        raise Invalid(Message(TWO_DAYS_WAIT, day=least))
    if rule.key == REMIND_DAY and value >= (most := await _other(session, concern_id, WAIT_DAYS, day)):
        raise Invalid(Message(TWO_DAYS, day=most))
    return value


async def _other(session: AsyncSession, concern_id: UUID, key: str, day: date) -> int:
    return int((await held(session, concern_id, RULES[key], day)).value)


async def _keep(
    session: AsyncSession, actor: Actor, rule: Rule, what: tuple[Any, Any, date], why: str, now: datetime
) -> str:
    value, before, day = what
    concern_id, change_id, two = _central(actor), uuid7(), loosens(rule, before, value)
    status = SETTING.initial if two else ACTIVE
    row = {
        "concern_id": concern_id, "id": change_id, "key": rule.key, "value": stored(value), "before": stored(before),
        "valid_from": day, "loosens": two, "status": status, "why": why, "proposed_by": actor.user_id,
        "proposed_person": actor.person_id, "proposed_at": now,
    }  # fmt: skip
    await session.execute(insert(SettingChange).values(**row))
    if not two:
        await _hold(session, concern_id, rule, stored(value), day)
    await record(session, [Event(
        "setting:change:propose" if two else "setting:change:set", "setting", change_id, now, actor=actor.login,
        actor_id=actor.user_id, concern_id=concern_id, organisation_id=actor.organisation_id, to_status=status,
        why=why, data=_data(rule.key, stored(value), stored(before), day),
    )])  # fmt: skip
    return status


async def _hold(session: AsyncSession, concern_id: UUID, rule: Rule, kept: Any, day: date) -> None:
    """The row that the rules read; what held before stays, for what was decided on it."""
    row = {"concern_id": concern_id, "id": uuid7(), "valid_from": day}
    if rule.is_limit:
        await session.execute(
            insert(MatchLimit).values(name=rule.key.removeprefix(LIMIT), value=Decimal(kept), **row)
        )
    else:
        await session.execute(insert(Setting).values(key=rule.key, value=kept, **row))


async def _decide(
    session: AsyncSession, actor: Actor, row: SettingChange, code: str, values: dict[str, Any], why: str | None,
    now: datetime,
) -> None:  # fmt: skip
    subject = Subject(SettingChange, row.concern_id, row.id, row.status, actor.organisation_id)
    data = _data(row.key, row.value, row.before, values.get("valid_from", row.valid_from))
    decided = {"decided_by": actor.user_id, "decided_person": actor.person_id, "decided_at": now, **values}
    await move(session, SETTING, subject, code, actor, at=now, told=Told(why, data=data), values=decided)


def _data(key: str, value: Any, before: Any, day: date) -> dict[str, Any]:
    return {"key": key, "value": value, "before": before, "valid_from": day.isoformat()}


async def _one_at_a_time(session: AsyncSession, concern_id: UUID) -> None:
    """The two days of a receipt are weighed against each other, so all rules of a concern wait in one line."""
    given = {"key": f"setting:{concern_id}"}
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), given)


def _central(actor: Actor) -> UUID:
    if not actor.has(CENTRAL_SYSTEM_ADMIN) or actor.concern_id is None or actor.person_id is None:
        raise Forbidden(NOT_YOURS)
    return actor.concern_id


def _second(actor: Actor) -> UUID:
    allowed = actor.has(CENTRAL_SYSTEM_ADMIN, LEVGRUPPEN)
    if not allowed or actor.concern_id is None or actor.person_id is None:
        raise Forbidden(NOT_SECOND)
    return actor.concern_id
