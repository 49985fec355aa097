"""Whose eyes the database looks through: the transaction-local context that row-level security reads."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import TextClause, text


@dataclass(frozen=True, slots=True)
class Context:
    """Who is asking. The default sees nothing at all.

    `organisations` None means every organisation of the concern; `system` marks work no person does.
    """

    concern_id: UUID | None = None
    organisations: tuple[UUID, ...] | None = ()
    supplier_id: UUID | None = None
    sees_secret: bool = False
    system: bool = False
    user_id: UUID | None = None

    @classmethod
    def for_system(cls, concern_id: UUID | None) -> Context:
        """The installation's own work in one concern: jobs, intake, the operator's commands."""
        return cls(concern_id=concern_id, organisations=None, sees_secret=True, system=True)

    def settings(self) -> dict[str, str]:
        """The values of the app.* settings, all text; an empty one denies."""
        return {
            "concern": str(self.concern_id or ""),
            "organisations": "{" + ",".join(map(str, self.organisations or ())) + "}",
            "all_organisations": "on" if self.organisations is None else "",
            "supplier": str(self.supplier_id or ""),
            "sees_secret": "on" if self.sees_secret else "",
            "system": "on" if self.system else "",
            "user": str(self.user_id or ""),
        }


NOBODY = Context()

# One round trip sets all of them, and `true` binds them to the transaction: nothing leaks to the next user of
# a pooled connection.
SET_CONTEXT: TextClause = text(
    "SELECT set_config('app.concern', :concern, true), set_config('app.organisations', :organisations, true),"
    " set_config('app.all_organisations', :all_organisations, true), set_config('app.supplier', :supplier, true),"
    " set_config('app.sees_secret', :sees_secret, true), set_config('app.system', :system, true),"
    " set_config('app.user', :user, true)"
)
