"""The ground the plays of separation stand on: one door of its own, which asks the rows and no code of the portal.

A play is many transactions of many persons, some at once, so it cannot be rolled back: what it leaves that would
reach into the next (delegations, steps that wait) is taken away instead. That keeps a thousandth play as quick as
the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.db.context import Context
from tests.meddling import meddle

# Who did what, with everybody whose rights were used: through each link of the chain, its giver.
_ACTS = """
SELECT d.act, d.voided_at IS NULL AS counts,
       d.shown_sha256 IS NOT NULL AND (d.on_behalf_of_user_id IS NULL) = (jsonb_array_length(d.chain) = 0) AS whole,
       array_remove(ARRAY[d.person_id, d.on_behalf_of_person_id], NULL) AS named, jsonb_array_length(d.chain) AS links,
       ARRAY(SELECT u.person_id FROM delegation g JOIN app_user u ON u.id = g.from_user_id
             WHERE g.id::text IN (SELECT jsonb_array_elements_text(d.chain))) AS givers
FROM decision d WHERE d.concern_id = %s AND d.case_id = %s
"""
_FIRST_STEP = """
SELECT s.id, u.login FROM approval_step s JOIN app_user u ON u.id = s.approver_id
WHERE s.concern_id = %s AND s.subject_type = 'requisition' AND s.subject_id = %s AND s.state <> 'void'
ORDER BY s.created_at, s.responsibility, s.id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Deed:
    """A decision as its row tells it: every person in it, whether it still counts, and whether it is whole."""

    act: str
    persons: frozenset[UUID]
    counts: bool
    whole: bool


class Ground:
    """A connection as the app's role that sees the whole city, beside those of the persons who act."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._rows = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        for name, value in Context.for_system(CONCERN_ID).settings().items():
            self._rows.execute("SELECT set_config('app.' || %s, %s, false)", (name, value))

    def close(self) -> None:
        self._rows.close()

    def share_person(self, login: str, other: str) -> None:
        """The user becomes another user of the same person (A2.22)."""
        self._do(
            "UPDATE app_user SET person_id = %s WHERE id = %s",
            demo_id("person", other),
            demo_id("user", login),
        )

    def end_delegations(self, now: datetime) -> None:
        """Those the city was seeded with."""
        self._do("UPDATE delegation SET revoked_at = %s WHERE revoked_at IS NULL", now)

    def name_attestant(self, ansvar: str, login: str) -> None:
        """The attest tree names another."""
        named = "UPDATE responsibility SET approver_id = :id WHERE code = :ansvar"
        meddle(self._url, named, id=demo_id("user", login), ansvar=ansvar)

    def first_step(self, case: UUID) -> tuple[UUID, str] | None:
        """The first step of the case's route that is not void, and its owner's login."""
        return self._do(_FIRST_STEP, CONCERN_ID, case).fetchone()

    def deeds(self, case: UUID) -> list[Deed]:
        """Everything decided in the case."""
        return [
            Deed(act, frozenset((*named, *givers)), counts, whole and len(givers) == links)
            for act, counts, whole, named, links, givers in self._do(_ACTS, CONCERN_ID, case)
        ]

    def clear(self, case: UUID | None, links: Sequence[UUID]) -> None:
        """Nothing of a play is in force any more; its decisions stay, in a case nobody returns to."""
        meddle(self._url, "DELETE FROM delegation WHERE id = ANY(:links)", links=list(links))
        self._do(
            "UPDATE approval_step SET state = 'void' WHERE concern_id = %s AND subject_id = %s AND state = 'waiting'",
            CONCERN_ID, case,
        )  # fmt: skip

    def _do(self, statement: str, *values: Any) -> psycopg.Cursor[Any]:
        return self._rows.execute(statement, values)
