"""A supplier's accounts as the page shows them: each with its steps in words, and the step that is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.access.actor import Actor
from portal.kernel.identifiers import format_org_number
from portal.suppliers.queries.accounts import AccountCase
from portal.suppliers.rules.accounts import Phone, refusal
from portal.suppliers.status import ACCOUNT, ACTIVE, APPROVED, CALLED_BACK, PROPOSED
from portal.suppliers.values import Relation
from portal.web.figures import full_day, moment
from portal.web.i18n import gettext
from portal.web.suppliers.words import ACCOUNT_KINDS, account_number, account_state, relation_state


@dataclass(frozen=True, slots=True)
class AccountItem:
    """An account: `steps` as (label, text), `moves` the actor may make now, `blocked` why not approve."""

    id: UUID
    title: str
    note: str | None
    state: tuple[str, str, str]
    status: str
    steps: tuple[tuple[str, str], ...]
    moves: frozenset[str]
    blocked: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class AccountsView:
    """The page. `phones`: numbers on file, newest first, each with since when."""

    id: UUID
    name: str
    state: tuple[str, str, str]
    waiting: tuple[AccountItem, ...]
    holding: tuple[AccountItem, ...]
    ended: tuple[AccountItem, ...]
    phones: tuple[tuple[str, str], ...]
    may_propose: bool
    kinds: tuple[tuple[str, str], ...]


def accounts_page(
    relation: Relation, cases: Sequence[AccountCase], phones: Sequence[Phone], actor: Actor, hours: int
) -> AccountsView:
    """The supplier's accounts, for this actor."""
    items = [(case.status, _item(case, relation, actor, hours)) for case in cases]
    return AccountsView(
        relation.supplier_id, relation.name, relation_state(relation.status),
        tuple(item for status, item in items if status in (PROPOSED, CALLED_BACK, APPROVED)),
        tuple(item for status, item in items if status == ACTIVE),
        tuple(item for status, item in items if ACCOUNT.state(status).terminal),
        tuple((phone.number, full_day(phone.since)) for phone in phones),
        actor.has("levgruppen") and relation.status == "approved",
        tuple((code, gettext(label)) for code, label in ACCOUNT_KINDS.items()),
    )  # fmt: skip


def _item(case: AccountCase, relation: Relation, actor: Actor, hours: int) -> AccountItem:
    number = f"{gettext(ACCOUNT_KINDS[case.kind])} {account_number(case.kind, case.number)}"
    factor = case.factor
    note = f"{factor.name}, {format_org_number(factor.org_number)}" if factor else None
    why = refusal(actor.person_id, case.proposed_person, case.called_person)
    return AccountItem(
        case.id, number, note, account_state(case.status), case.status, tuple(_steps(case)),
        _moves(case, relation, actor), gettext(why) if why else None, _next(case, relation, hours),
    )  # fmt: skip


def _moves(case: AccountCase, relation: Relation, actor: Actor) -> frozenset[str]:
    """An account that comes in force with its supplier has no steps of its own."""
    onward = relation.status == "approved"
    return frozenset(
        move.code
        for move in ACCOUNT.moves_from(case.status)
        if move.code in ("call_back", "approve", "reject", "close")
        and actor.has(*move.permissions)
        and (onward or move.code in ("reject", "close"))
    )


def _next(case: AccountCase, relation: Relation, hours: int) -> str | None:
    if case.status == PROPOSED and relation.status == "pending":
        return gettext("Kontot börjar gälla när leverantören godkänns.")
    texts = {
        PROPOSED: gettext("Nästa steg: ring leverantören på ett nummer som ni hade före förslaget."),
        CALLED_BACK: gettext(
            "Nästa steg: en annan person i levgruppen godkänner. Sedan löper %(hours)s timmars väntetid."
        )
        % {"hours": hours},
        APPROVED: gettext(
            "Kontot börjar gälla av sig självt när väntetiden är slut. Till dess kan det stoppas."
        ),
    }
    return texts.get(case.status)


def _steps(case: AccountCase) -> list[tuple[str, str]]:
    steps = []
    if case.proposed_at:
        who = case.proposed_by or gettext("leverantören själv")
        steps.append((gettext("Föreslaget"), _told(who, case.proposed_at, case.why)))
    if case.called_at:
        call = gettext("ringde %(number)s, känt sedan %(since)s.") % {
            "number": case.called_number, "since": full_day(case.called_since),
        }  # fmt: skip
        who = f"{case.called_by or ''} {call}"
        steps.append((gettext("Motringt"), _told(who, case.called_at, case.called_note)))
    if case.approved_at:
        steps.append((gettext("Godkänt"), _told(case.approved_by or "", case.approved_at, None)))
    if case.active_from and case.status == APPROVED:
        steps.append((gettext("Gäller tidigast"), moment(case.active_from)))
    if case.status == ACTIVE:
        steps.append((gettext("Gäller från"), full_day(case.valid_from)))
    if case.ended_at:
        steps.append((gettext("Avslutat"), _told(case.ended_by or "", case.ended_at, case.end_reason)))
    return steps


def _told(who: str, at: datetime, text: str | None) -> str:
    return " ".join(part for part in (moment(at), who.strip(), f"”{text}”" if text else "") if part)
