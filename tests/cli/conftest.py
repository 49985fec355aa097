"""The commands, run in this process over a database and a data folder of the test's own."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID
from dev.invoices.orders import invoice_for
from dev.invoices.writer import Document, write
from portal.cli import main
from portal.db.context import Context
from portal.db.session import Database
from portal.kernel.dates import stockholm_date
from tests.conftest import AUDIT_KEY, DatabaseUrls


@dataclass(frozen=True, slots=True)
class Command:
    """`portal …` over one seeded city; `day` is today: commands read the clock themselves."""

    folder: Path
    urls: DatabaseUrls
    day: date

    def run(self, *args: str, exit_code: int | None = None) -> str:
        """Standard output of a command; `exit_code` is asserted when given."""
        result = CliRunner().invoke(main, list(args))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        if exit_code is not None:
            assert result.exit_code == exit_code, result.output
        return result.stdout

    def json(self, *args: str, exit_code: int | None = None) -> list[dict[str, Any]]:
        """The JSON array a command prints."""
        elements = json.loads(self.run(*args, "--json", exit_code=exit_code))
        assert isinstance(elements, list)
        return elements

    def invoice(self, order: str, number: str = "F-1") -> Document:
        """The clean invoice of a stored order."""
        return asyncio.run(self._invoice(order, number))

    async def _invoice(self, order: str, number: str) -> Document:
        database = self.database()
        try:
            return await invoice_for(database, order, number, self.day)
        finally:
            await database.close()

    def database(self) -> Database:
        """A door to the database, to be closed."""
        return Database(self.urls.app, audit_key=AUDIT_KEY)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the installation itself reads."""
        return asyncio.run(self._rows(query))

    async def _rows(self, query: str) -> list[tuple[Any, ...]]:
        database = self.database()
        try:
            async with database.session(Context.for_system(CONCERN_ID)) as session:
                return [tuple(row) for row in (await session.execute(text(query))).all()]
        finally:
            await database.close()

    def file(self, document: Document | bytes, name: str = "invoice.xml") -> str:
        """Write the document and give its path."""
        path = self.folder / name
        path.write_bytes(document if isinstance(document, bytes) else write(document))
        return str(path)

    def intake(self, document: Document | bytes, *args: str) -> dict[str, Any]:
        """What `portal intake --json` says of one document."""
        return self.json("intake", self.file(document), *args)[0]


def _command(urls: DatabaseUrls, folder: Path, patch: pytest.MonkeyPatch) -> Command:
    patch.setenv("PORTAL_DATA_DIR", str(folder / "data"))
    patch.setenv("DATABASE_URL", urls.app)
    patch.setenv("MIGRATION_DATABASE_URL", urls.owner)
    patch.setenv("PORTAL_MODE", "test")
    return Command(folder, urls, stockholm_date(datetime.now(UTC)))


@pytest.fixture
def portal(seeded_urls: DatabaseUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command over the demo city, for this test alone."""
    return _command(seeded_urls, tmp_path, monkeypatch)
