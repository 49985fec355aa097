"""The concern's rules as the pages show them: values in words with their unit, who chose them and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.access.rules.settings import (
    ACCOUNT,
    CODES,
    DAYS,
    FEW,
    HIGH,
    HOURS,
    KRONOR,
    LOW,
    PERCENT,
    YES_NO,
    Rule,
)
from portal.access.status import ACTIVE, PROPOSED, SETTING
from portal.invoicing.queries.rules_in_force import Change, Held
from portal.kernel.money import NBSP, format_kr, format_number_sv
from portal.web.figures import full_day, moment
from portal.web.i18n import gettext, ngettext

OWN = "Du har själv föreslagit ändringen. En annan person behöver godkänna den."
_BOUNDS = {
    KRONOR: "Kronor, från %(least)s till %(most)s.", PERCENT: "Procent, från %(least)s till %(most)s.",
    HOURS: "Timmar, från %(least)s till %(most)s.", DAYS: "Dagar, från %(least)s till %(most)s.",
    ACCOUNT: "Kontots nummer. Lämna tomt för inget konto.", CODES: "Koder med komma emellan. Lämna tomt för inga.",
}  # fmt: skip
_TWO = {
    LOW: "Ett högre värde släpper igenom mer och godkänns av en annan person.",
    HIGH: "En kortare tid skyddar sämre och godkänns av en annan person.",
    FEW: "Fler koder släpper igenom mer och godkänns av en annan person.",
}


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """One change: what to what, its steps, and what this reader may do with it."""

    id: UUID
    key: str
    label: str
    text: str
    state: tuple[str, str, str]
    steps: tuple[tuple[str, str], ...]
    may_decide: bool
    blocked: str | None


@dataclass(frozen=True, slots=True)
class RuleItem:
    """One rule: what holds, what is to come, and how it is written."""

    key: str
    label: str
    help: str
    now: str
    default: str
    is_default: bool
    chosen: str
    coming: tuple[str, ...]
    bounds: str
    two: str | None
    written: str
    yes_no: bool
    few: bool


def rule_item(rule: Rule, held: Held, changes: Sequence[Change], today: date) -> RuleItem:
    """The rule as it is today; `changes` of it, latest first."""
    mine = [one for one in changes if one.key == rule.key and one.status == ACTIVE]
    chosen = next((one for one in mine if one.valid_from <= today), None)
    coming = sorted((one for one in mine if one.valid_from > today), key=lambda one: one.valid_from)
    bounds = {"least": rule.least, "most": rule.most}
    return RuleItem(
        rule.key, gettext(rule.label), gettext(rule.help), words(rule, held.value), words(rule, rule.default),
        held.value == rule.default, _chosen(held, chosen),
        tuple(gettext("%(value)s från %(day)s") % {"value": words(rule, one.value), "day": full_day(one.valid_from)}
              for one in coming),
        gettext(_BOUNDS[rule.kind]) % bounds if rule.kind in _BOUNDS else "",
        gettext(_TWO[rule.safer]) if rule.safer else None, _written(rule, held.value), rule.kind == YES_NO,
        rule.kind == CODES,
    )  # fmt: skip


def _chosen(held: Held, change: Change | None) -> str:
    if held.since is None:
        return gettext("Ingen har ändrat den.")
    if change is None:
        return gettext("Gäller sedan %(day)s, från installationen.") % {"day": full_day(held.since)}
    given = {"day": full_day(held.since), "who": change.proposed_by, "second": change.decided_by}
    if change.decided_by:
        return gettext("Gäller sedan %(day)s. Föreslagen av %(who)s, godkänd av %(second)s.") % given
    return gettext("Gäller sedan %(day)s. Ändrad av %(who)s.") % given


def change_item(rule: Rule, change: Change, actor: Actor) -> ChangeItem:
    """The change for this reader."""
    state = SETTING.state(change.status)
    decides = change.status == PROPOSED and actor.has(p.CENTRAL_SYSTEM_ADMIN, p.LEVGRUPPEN)
    own = change.proposed_person == actor.person_id
    return ChangeItem(
        change.id, change.key, gettext(rule.label),
        gettext("Från %(before)s till %(after)s, gäller från %(day)s.") % {
            "before": words(rule, change.before), "after": words(rule, change.value),
            "day": full_day(change.valid_from),
        },
        (state.tone, state.icon, gettext(state.label)), tuple(_steps(change)), decides,
        gettext(OWN) if own else None,
    )  # fmt: skip


def _steps(change: Change) -> list[tuple[str, str]]:
    alone = change.status == ACTIVE and change.decided_at is None
    first = gettext("Ändrad") if alone else gettext("Föreslagen")
    steps = [(first, f"{moment(change.proposed_at)} {change.proposed_by} ”{change.why}”")]
    if change.decided_at:
        label = gettext("Godkänd") if change.status == ACTIVE else gettext("Avvisad")
        reason = f" ”{change.reason}”" if change.reason else ""
        steps.append((label, f"{moment(change.decided_at)} {change.decided_by or ''}{reason}"))
    return steps


def words(rule: Rule, value: Any) -> str:
    """A value as it is read: "2 %", "500,00 kr", "48 timmar", "ja"."""
    if rule.kind in (HOURS, DAYS):
        return _time(rule, value)
    if rule.kind == YES_NO:
        return gettext("ja") if value else gettext("nej")
    if rule.kind == CODES:
        return ", ".join(value) or gettext("inga")
    if rule.kind == ACCOUNT:
        return str(value) if value else gettext("inget konto")
    return format_kr(value) if rule.kind == KRONOR else f"{format_number_sv(value)}{NBSP}%"


def _time(rule: Rule, value: int) -> str:
    if rule.kind == HOURS:
        return ngettext("%(num)s timme", "%(num)s timmar", value) % {"num": value}
    return ngettext("%(num)s dag", "%(num)s dagar", value) % {"num": value}


def _written(rule: Rule, value: Any) -> str:
    if rule.kind in (KRONOR, PERCENT):
        return format_number_sv(value).replace(NBSP, " ")
    if rule.kind == YES_NO:
        return "ja" if value else "nej"
    return ", ".join(value) if rule.kind == CODES else str(value or "")
