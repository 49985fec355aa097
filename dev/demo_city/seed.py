"""Build the demo city in an empty, migrated database. Running it again changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from dev.demo_city import catalogues, data, master_data, orders
from dev.demo_city.ids import CONCERN_ID
from portal.access.models import Concern
from portal.access.passwords import hash_password
from portal.audit.log import Event, record
from portal.catalog.models import Article, ArticlePrice, Catalogue
from portal.db.base import Base
from portal.db.context import Context
from portal.db.session import Database
from portal.kernel.dates import stockholm_date

# Every word of every article, with how many articles hold it: what misspelt words are mended against.
VOCABULARY = text("""
INSERT INTO search_word (concern_id, word, articles)
SELECT :concern, word, ndoc FROM ts_stat('SELECT search FROM article', 'b') WHERE length(word) > 2
ON CONFLICT (concern_id, word) DO UPDATE SET articles = excluded.articles
""")


async def seed(database: Database, now: datetime) -> bool:
    """Seed everything as of `now`; False when the city is there already."""
    today = stockholm_date(now)
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        if (await session.execute(select(func.count()).select_from(Concern))).scalar_one():
            return False
        for model, rows in master_data.rows(now, today, hash_password(data.PASSWORD)):
            await _insert(session, model, rows)
        await _insert(session, Catalogue, catalogues.catalogues(now))
        articles = list(catalogues.articles())
        await _insert(session, Article, articles)
        await _insert(session, ArticlePrice, [
            {"concern_id": CONCERN_ID, "article_id": a["id"], "valid_from": today, "price": a["price"], "vat_rate": a["vat_rate"]}
            for a in articles
        ])  # fmt: skip
        await session.execute(VOCABULARY, {"concern": CONCERN_ID})
        for model, rows in orders.rows(now, today):
            await _insert(session, model, rows)
        await record(session, [Event(
            "concern:demo:seed", "concern", CONCERN_ID, now, actor="system", concern_id=CONCERN_ID,
        )])  # fmt: skip
    return True


async def _insert(session: AsyncSession, model: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        await session.execute(insert(model), rows)
