"""What the database itself refuses the app's role: a decision rewritten, a line removed, a number let go (K08)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from dev.demo_city.ids import CONCERN_ID
from dev.invoices.demo import seed_demo_invoices
from portal.db.context import Context
from portal.db.session import Database
from portal.formats.rulesets import packaged_rules
from portal.integrations.object_store import FolderStore
from portal.invoicing.actions.intake import IntakeParts

REFUSED = (
    "UPDATE decision SET act = 'approve'",
    "UPDATE decision SET person_id = gen_random_uuid()",
    "DELETE FROM decision",
    "DELETE FROM invoice",
    "DELETE FROM invoice_line",
    "UPDATE invoice_line SET quantity = 1",
    "UPDATE rule_decision SET result = 'passed'",
    "DELETE FROM rule_decision",
    "UPDATE receipt_line SET quantity = 99",
    "DELETE FROM purchase_order",
    "UPDATE order_change SET kind = 'accepted'",
    "UPDATE number_claim SET number_key = 'X'",
    "UPDATE setting SET value = '1'",
    "UPDATE user_role SET permission = 'A43'",
    "UPDATE group_permission SET permission = 'A43'",
    "DELETE FROM app_user",
)


@pytest.fixture
async def city(seeded: Database, seeded_at: datetime, tmp_path: Path) -> Database:
    """The city with its invoices."""
    await seed_demo_invoices(IntakeParts(seeded, FolderStore(tmp_path), packaged_rules()), seeded_at)
    return seeded


async def test_what_no_code_does_the_role_may_not_do(city: Database) -> None:
    for statement in REFUSED:
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with city.session(Context.for_system(CONCERN_ID)) as session:
                await session.execute(text(statement))


async def test_a_void_decision_stays_void(city: Database) -> None:
    async with city.session(Context.for_system(CONCERN_ID)) as session:
        changed = await session.execute(text("UPDATE decision SET voided_at = now()"))
        assert changed.rowcount > 0  # type: ignore[attr-defined]
    for again in ("NULL", "now() + interval '1 day'"):
        with pytest.raises(IntegrityError, match="stays void"):
            async with city.session(Context.for_system(CONCERN_ID)) as session:
                await session.execute(text(f"UPDATE decision SET voided_at = {again}"))


async def test_the_number_of_a_standing_invoice_is_not_let_go(city: Database) -> None:
    async with city.session(Context.for_system(CONCERN_ID)) as session:
        claims = (await session.execute(text("SELECT count(*) FROM number_claim"))).scalar_one()
        gone = await session.execute(text("DELETE FROM number_claim"))
        assert claims > 5 and gone.rowcount == 0  # type: ignore[attr-defined]
