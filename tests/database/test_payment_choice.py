"""The account chosen before invoices kept it is found again in what was decided: a migration over real rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import create_engine, text

from dev.invoices.orders import invoice_for
from dev.invoices.writer import write
from portal.db.migrate import configuration, upgrade
from portal.db.session import Database
from portal.integrations.object_store import FolderStore
from portal.invoicing.actions.intake import Incoming, IntakeParts, receive_many
from portal.invoicing.actions.pipeline import process_deliveries
from portal.kernel.dates import stockholm_date
from tests.conftest import DatabaseUrls

CHOSEN = text("SELECT status, pay_scheme, pay_number, pay_factor, paid_otherwise FROM invoice")
BEFORE = "0012"


async def test_what_arrival_chose_is_kept_on_invoices_of_before(
    seeded: Database, seeded_urls: DatabaseUrls, seeded_at: Any, tmp_path: Path
) -> None:
    parts = IntakeParts(seeded, FolderStore(tmp_path), ())
    document = await invoice_for(seeded, "EX-100001", "F-1", stockholm_date(seeded_at))
    received = await receive_many(parts, [Incoming(write(document), "command")], now=seeded_at)
    assert not await process_deliveries(parts, [one.delivery_id for one in received], seeded_at)
    await seeded.close()
    engine = create_engine(seeded_urls.owner)
    with engine.connect() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE)
        connection.commit()
    upgrade(seeded_urls.owner)
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE invoice NO FORCE ROW LEVEL SECURITY"))
        (row,) = connection.execute(CHOSEN).all()
    engine.dispose()
    assert tuple(row) == ("done", "BANKGIRO", "5050109", None, False)
