"""Hits rehydrated: ids from a search engine → what the buyer may see and buy, under row-level security."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.catalog.rules.buyable import Buyer, OfferFacts, why_not

FACETS = ("agreement", "supplier", "segment")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filters a person has chosen; an empty group does not narrow."""

    agreements: tuple[UUID, ...] = ()
    suppliers: tuple[UUID, ...] = ()
    segments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleHit:
    """An article with what makes it buyable for one organisation. Price is SEK excluding VAT per `unit`."""

    id: UUID
    item_no: str
    name: str
    description: str | None
    unspsc: str
    unit: str
    price: Decimal
    vat_rate: Decimal
    manufacturer: str | None
    min_quantity: Decimal | None
    lead_time_days: int | None
    removed: bool
    supplier_name: str
    supplier_status: str
    agreement_number: str
    agreement_name: str
    agreement_kind: str
    agreement_from: date
    agreement_to: date | None
    price_terms: str
    agreement_seen: bool
    callable: bool
    suppliers_on_agreement: int
    ranking_limit: Decimal | None
    cap_amount: Decimal | None
    rank: int | None
    above: tuple[str, ...]

    def blocked(self, today: date) -> str | None:
        """Why it cannot be bought today, as a code; None when it can. Secrecy is asked when it is put in the basket:
        a hit is the same to all who see it."""
        facts = OfferFacts(
            self.removed, self.supplier_status, self.rank is not None or not self.agreement_seen,
            self.agreement_seen and self.callable, self.agreement_from, self.agreement_to,
        )  # fmt: skip
        return why_not(facts, Buyer(sees_secret=True), today)


@dataclass(frozen=True, slots=True)
class HitPage:
    """`counts`: facet → {value: (name, hits)}; a facet is counted with the other facets' choices applied."""

    hits: tuple[ArticleHit, ...]
    total: int
    more: bool
    counts: dict[str, dict[str, tuple[str, int]]]
    without: dict[str, int]


_COLUMNS = """
a.id, a.item_no, a.name, a.description, a.unspsc, a.unit, a.price, a.vat_rate, a.manufacturer, a.min_quantity,
a.lead_time_days, a.removed_at IS NOT NULL AS removed, s.name AS supplier_name, r.status AS supplier_status,
coalesce(g.number, '') AS agreement_number, coalesce(g.name, '') AS agreement_name,
coalesce(g.kind, '') AS agreement_kind, coalesce(g.valid_from, :today) AS agreement_from,
g.valid_to AS agreement_to, coalesce(g.price_terms, '') AS price_terms, g.id IS NOT NULL AS agreement_seen,
o.organisation_id IS NOT NULL AS callable,
(SELECT count(*) FROM agreement_supplier x WHERE x.concern_id = a.concern_id AND x.agreement_id = a.agreement_id)
  AS suppliers_on_agreement, g.ranking_limit, g.cap_amount, k.rank,
CASE WHEN g.kind = 'single_fixed' THEN '{}' ELSE array(SELECT u.name FROM agreement_supplier y
  JOIN supplier u ON u.id = y.supplier_id JOIN supplier_relation v ON v.concern_id = y.concern_id
  AND v.supplier_id = y.supplier_id AND v.status = 'approved' WHERE y.concern_id = a.concern_id
  AND y.agreement_id = a.agreement_id AND y.rank < k.rank ORDER BY y.rank, u.name) END AS above
"""
_JOINS = """
JOIN supplier s ON s.id = a.supplier_id
JOIN supplier_relation r ON r.concern_id = a.concern_id AND r.supplier_id = a.supplier_id
LEFT JOIN agreement g ON g.concern_id = a.concern_id AND g.id = a.agreement_id
LEFT JOIN agreement_supplier k ON k.concern_id = a.concern_id AND k.agreement_id = a.agreement_id
  AND k.supplier_id = a.supplier_id
LEFT JOIN agreement_organisation o ON o.concern_id = a.concern_id AND o.agreement_id = a.agreement_id
  AND o.organisation_id = :organisation
"""
# The twin of rules/buyable.why_not, for rows: a test holds the two together.
_BUYABLE = """
a.removed_at IS NULL AND r.status = 'approved' AND k.rank IS NOT NULL AND g.id IS NOT NULL
AND o.organisation_id IS NOT NULL AND g.valid_from <= :today AND (g.valid_to IS NULL OR g.valid_to >= :today)
"""
# What the ids stand for, with each facet's choice as a flag: counts and the page come from the same few rows.
_FOUND = f"""
WITH found AS MATERIALIZED (
  SELECT a.id, i.place, a.agreement_id, a.supplier_id, left(a.unspsc, 2) AS segment,
    (CAST(:agreements AS uuid[]) IS NULL OR a.agreement_id = ANY (CAST(:agreements AS uuid[]))) AS by_agreement,
    (CAST(:suppliers AS uuid[]) IS NULL OR a.supplier_id = ANY (CAST(:suppliers AS uuid[]))) AS by_supplier,
    (CAST(:segments AS text[]) IS NULL OR left(a.unspsc, 2) = ANY (CAST(:segments AS text[]))) AS by_segment
  FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS i (id, place)
  JOIN article a ON a.concern_id = :concern AND a.id = i.id {_JOINS} WHERE {_BUYABLE}
)
"""  # noqa: S608
# The counts come with the page's first row, or alone when it has none: one round trip for both.
_PAGE = text(f"""
{_FOUND}, counted AS (
  SELECT 'agreement' AS facet, f.agreement_id::text AS value, g.name, count(*) AS hits FROM found f
  JOIN agreement g ON g.concern_id = :concern AND g.id = f.agreement_id WHERE by_supplier AND by_segment GROUP BY 2, 3
  UNION ALL
  SELECT 'supplier', f.supplier_id::text, s.name, count(*) FROM found f
  JOIN supplier s ON s.id = f.supplier_id WHERE by_agreement AND by_segment GROUP BY 2, 3
  UNION ALL
  SELECT 'segment', segment, '', count(*) FROM found WHERE by_agreement AND by_supplier GROUP BY 2
  UNION ALL
  SELECT 'total', 'total', '', count(*) FROM found WHERE by_agreement AND by_supplier AND by_segment
), page AS MATERIALIZED (
  SELECT id, place FROM found WHERE by_agreement AND by_supplier AND by_segment
    AND place > coalesce((SELECT place FROM found WHERE id = :after), 0)
  ORDER BY place LIMIT :limit
), seen AS (
  SELECT i.place, {_COLUMNS} FROM page i JOIN article a ON a.concern_id = :concern AND a.id = i.id {_JOINS}
)
SELECT CASE WHEN row_number() OVER (ORDER BY seen.place) = 1 THEN counts.known::text END AS counts, seen.*
FROM (SELECT json_agg(json_build_array(facet, value, name, hits)) AS known FROM counted) counts
LEFT JOIN seen ON true ORDER BY seen.place
""")  # noqa: S608 - our own constants
_SHOWN = text(f"""
SELECT {_COLUMNS} FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS i (id, place)
JOIN article a ON a.concern_id = :concern AND a.id = i.id {_JOINS} ORDER BY i.place
""")  # noqa: S608 - our own constants


async def hit_page(
    session: AsyncSession,
    ids: Sequence[UUID],
    *,
    concern_id: UUID,
    organisation_id: UUID,
    today: date,
    chosen: Chosen,
    limit: int,
    after: UUID | None = None,
) -> HitPage:
    """One page of the hits, best first, after the article `after`, with counts per filter over all of them."""
    given = {
        "ids": list(ids), "concern": concern_id, "organisation": organisation_id, "today": today, "limit": limit + 1,
        "after": after, "agreements": list(chosen.agreements) or None, "suppliers": list(chosen.suppliers) or None,
        "segments": list(chosen.segments) or None,
    }  # fmt: skip
    rows = (await session.execute(_PAGE, given)).all()
    counts: dict[str, dict[str, tuple[str, int]]] = {facet: {} for facet in (*FACETS, "total")}
    for facet, value, name, number in json.loads(rows[0].counts):
        counts[facet][value] = (name, number)
    total = counts.pop("total")["total"][1]
    without = {facet: sum(number for _, number in values.values()) for facet, values in counts.items()}
    hits = [_hit(row[2:]) for row in rows if row.id is not None]
    return HitPage(tuple(hits[:limit]), total, len(hits) > limit, counts, without)


async def shown(
    session: AsyncSession, ids: Sequence[UUID], *, concern_id: UUID, organisation_id: UUID, today: date
) -> list[ArticleHit]:
    """These articles as the organisation sees them, in the order given, whether they may be bought or not."""
    if not ids:
        return []
    given: dict[str, Any] = {
        "ids": list(ids), "concern": concern_id, "organisation": organisation_id, "today": today,
    }  # fmt: skip
    return [_hit(row) for row in await session.execute(_SHOWN, given)]


def _hit(columns: Sequence[Any]) -> ArticleHit:
    most: Sequence[Any] = (*columns[:-1], tuple(columns[-1] or ()))
    return ArticleHit(*most)
