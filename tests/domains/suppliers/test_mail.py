"""Letters: to those who approve, and to the supplier when it is decided."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.db.context import Context
from portal.db.session import Database
from portal.integrations.mail import FakeMailer
from portal.jobs.context import JobContext
from portal.suppliers.jobs import mail_decision, mail_registration

SUPPLIER = demo_id("supplier", "Cykelverkstaden HB")
BASE = "https://portal.test"


async def set_status(database: Database, status: str, note: str | None = None) -> JobContext:
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        statement = text("UPDATE supplier_relation SET status = :s, note = :n WHERE supplier_id = :id")
        await session.execute(statement, {"s": status, "n": note, "id": SUPPLIER})
    return JobContext(database, lambda: datetime(2026, 11, 24, tzinfo=UTC), "suppliers", 7, 1, CONCERN_ID)


async def test_the_central_supplier_administrators_are_told_once(seeded: Database) -> None:
    mailer, context = FakeMailer(), await set_status(seeded, "pending")
    await mail_registration(mailer, BASE, context, supplier_id=str(SUPPLIER))
    await mail_registration(mailer, BASE, context, supplier_id=str(SUPPLIER))
    assert {mail.to for mail in mailer.sent} == {"leverantorsadmin@stad.exempelstad.test"}
    assert len({mail.id for mail in mailer.sent}) == 1, "taken up again, the letter is the same"
    (letter, *_) = mailer.sent
    assert f"{BASE}/suppliers/{SUPPLIER}" in letter.text
    assert "969900-1088" in letter.text
    await set_status(seeded, "approved")
    await mail_registration(mailer, BASE, context, supplier_id=str(SUPPLIER))
    assert len(mailer.sent) == 2, "nothing waits any longer"


async def test_the_supplier_is_told_what_was_decided(seeded: Database) -> None:
    mailer, context = FakeMailer(), await set_status(seeded, "rejected", "F-skatten är återkallad.")
    await mail_decision(mailer, BASE, context, supplier_id=str(SUPPLIER))
    await set_status(seeded, "approved")
    await mail_decision(mailer, BASE, context, supplier_id=str(SUPPLIER))
    refused, approved = mailer.sent
    assert refused.to == approved.to == "leverantor@cykelverkstaden.test"
    assert "F-skatten är återkallad." in refused.text
    assert "är godkänd som leverantör" in approved.text
    assert refused.id != approved.id
