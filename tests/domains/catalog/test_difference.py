"""The set-based comparison and the pure rule say the same, whatever the two catalogues are."""

from __future__ import annotations

import asyncio
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from portal.catalog.actions.staging import Target, count_rows, stage
from portal.catalog.rules.columns import find_columns
from portal.catalog.rules.diff import difference
from portal.catalog.rules.rows import ArticleRow, RowReader
from portal.db.session import Database
from portal.formats.table import Row
from portal.integrations.object_store import FakeStore
from portal.kernel.dates import FixedClock
from tests.conftest import AUDIT_KEY, DatabaseUrls
from tests.domains.catalog.conftest import HEADER, SYSTEM, Shop, csv, row

PRICES = ("1", "9,99", "10", "99", "100", "1000")
CATALOGUES = st.dictionaries(
    st.sampled_from([f"N-{n}" for n in range(8)]),
    st.tuples(st.sampled_from(("Kabel", "Dosa")), st.sampled_from(PRICES)),
)


async def _same(shop: Shop, today: dict[str, tuple[str, str]], file: dict[str, tuple[str, str]]) -> None:
    base = await shop.take_in(csv([row("N-first")]), publish=False)
    target = Target(base.concern_id, base.id, base.catalogue_id)
    expected = difference(_articles(today), _articles(file).values())
    async with shop.database.open(SYSTEM) as session:
        given_rows = [
            {"concern": base.concern_id, "catalogue": base.catalogue_id, "agreement": base.agreement_id,
             "supplier": base.supplier_id, **article._asdict()}
            for article in _articles(today).values()
        ]  # fmt: skip
        await session.execute(_INSERT, given_rows)
        await session.execute(text("DELETE FROM upload_row WHERE upload_id = :id"), {"id": base.id})
        rows = iter([Row(n, row(no, *cells)) for n, (no, cells) in enumerate(file.items(), start=2)])
        async for _ in stage(session, target, rows, find_columns(HEADER)):
            pass
        counts = await count_rows(session, target)
        await session.rollback()
    assert (counts["rows_new"], counts["rows_changed"], counts["rows_removed"], counts["rows_unchanged"]) == (
        len(expected.new), len(expected.changed), len(expected.removed), expected.unchanged,
    )  # fmt: skip
    assert counts["rows_to_confirm"] == len(expected.to_confirm)


_INSERT = text("""
INSERT INTO article (concern_id, id, catalogue_id, agreement_id, supplier_id, item_no, name, unit, price, vat_rate,
  unspsc, description, gtin, manufacturer, min_quantity, lead_time_days, version)
VALUES (:concern, gen_random_uuid(), :catalogue, :agreement, :supplier, :item_no, :name, :unit, :price, :vat_rate,
  :unspsc, :description, :gtin, :manufacturer, :min_quantity, :lead_time_days, 1)
""")


def _articles(rows: dict[str, tuple[str, str]]) -> dict[str, ArticleRow]:
    reader = RowReader(find_columns(HEADER))
    found = {no: reader.read(row(no, *cells), n) for n, (no, cells) in enumerate(rows.items(), start=2)}
    return {no: article for no, article in found.items() if isinstance(article, ArticleRow)}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(today=CATALOGUES.filter(bool), file=CATALOGUES.filter(bool))
def test_the_database_counts_as_the_rule_does(
    seeded_urls: DatabaseUrls,
    seeded_at: datetime,
    today: dict[str, tuple[str, str]],
    file: dict[str, tuple[str, str]],
) -> None:
    async def run() -> None:
        database = Database(seeded_urls.app, audit_key=AUDIT_KEY)
        try:
            await _same(Shop(database, FixedClock(seeded_at), FakeStore()), today, file)
        finally:
            await database.close()

    asyncio.run(run())
