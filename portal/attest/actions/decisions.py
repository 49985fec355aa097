"""Decide: one row per decision with who, for whom, through which delegations, and the hash of what was shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import User
from portal.attest.actions.cases import HeldCase, hold_case, refused
from portal.attest.models import Decision as DecisionRow
from portal.attest.rules.separation_of_duties import can_be_refused
from portal.audit.log import Event, record
from portal.db.bulk import insert_rows
from portal.kernel.errors import Forbidden
from portal.kernel.identifiers import uuid7

SECOND_WALL = (
    "Du kan inte göra det här. Du, eller den du agerar för, har redan gjort en annan del av ärendet,"
    " och det ska vara olika personer."
)


async def record_decision(
    session: AsyncSession,
    actor: Actor,
    *,
    subject_type: str,
    subject_id: UUID,
    organisation_id: UUID,
    case_id: UUID,
    act: str,
    shown: bytes,
    now: datetime,
    amount: Decimal | None = None,
    note: str | None = None,
    on_behalf_of: UUID | None = None,
    chain: Sequence[UUID] = (),
    held: HeldCase | None = None,
    decision_id: UUID | None = None,
    undo_until: datetime | None = None,
) -> UUID:
    """Write what the actor decided, with its audit event; the decision's id.

    `shown` are the bytes of exactly what was shown; `amount` SEK excluding VAT; `chain` delegation ids,
    first link first; `held` the case when the caller holds it already; `undo_until`: nothing comes of it before
    then. Forbidden when the person, or somebody
    in the chain, is on the case's other side; the caller's transaction is then to be rolled back.
    """
    if can_be_refused(act):
        case = held or await hold_case(session, actor, case_id)
        if reason := await refused(session, actor, case, act, chain):
            raise Forbidden(reason.message)
    behalf = await _user(session, on_behalf_of)
    row = {
        "concern_id": actor.concern_id, "id": decision_id or uuid7(), "organisation_id": organisation_id,
        "subject_type": subject_type, "subject_id": subject_id, "case_id": case_id, "act": act,
        "user_id": actor.user_id, "person_id": actor.person_id, "on_behalf_of_user_id": on_behalf_of,
        "on_behalf_of_person_id": behalf.person_id if behalf else None,
        "chain": [str(link) for link in chain],
        "amount": amount, "shown_sha256": sha256(shown).digest(), "note": note, "decided_at": now,
        "undo_until": undo_until,
    }  # fmt: skip
    await _insert(session, row)
    await record(session, [_event(actor, row, behalf.login if behalf else None)])
    return UUID(str(row["id"]))


async def _user(session: AsyncSession, user_id: UUID | None) -> Any:
    if user_id is None:
        return None
    return (await session.execute(select(User.login, User.person_id).where(User.id == user_id))).one()


async def _insert(session: AsyncSession, row: dict[str, Any]) -> None:
    """The second wall answers here."""
    try:
        await insert_rows(session, DecisionRow, [row])
    except IntegrityError as error:
        diagnosis = getattr(error.orig, "diag", None)
        if diagnosis is not None and diagnosis.constraint_name == "separate_duties":
            raise Forbidden(SECOND_WALL) from error
        raise


def _event(actor: Actor, row: dict[str, Any], on_behalf_of: str | None) -> Event:
    return Event(
        f"{row['subject_type']}:decision:{row['act']}", row["subject_type"], row["subject_id"],
        row["decided_at"], actor=actor.login, actor_id=actor.user_id, concern_id=actor.concern_id,
        organisation_id=row["organisation_id"], on_behalf_of=on_behalf_of, why=row["note"],
        data={"decision": str(row["id"]), "chain": row["chain"], "shown_sha256": row["shown_sha256"].hex()},
    )  # fmt: skip
