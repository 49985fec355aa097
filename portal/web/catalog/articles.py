"""Sök i kataloger: what the buyer's organisation may buy, found by words, and one article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, get
from litestar.datastructures import State
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.catalog.queries.articles import ArticleHit, Chosen, HitPage, hit_page, shown
from portal.catalog.rules.unspsc import SEGMENTS
from portal.catalog.search import MOST_CANDIDATES, PostgresSearch
from portal.integrations.search import SearchFilters, SearchResult
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import NotFound
from portal.kernel.identifiers import read_uuid, read_uuids
from portal.web.catalog.present import HitView, SearchView, category_links, hit_view, search_view
from portal.web.pages import Html, Req, is_htmx, page, partials
from portal.web.services import Services

BUYS = {"permission": p.ORDER_AND_INVOICE}
PATH = "/catalog/articles"
PAGE = 20
MOST_SHOWN = 50
MOST_CHOSEN = 20


class ArticleController(Controller):
    """Search, and one article."""

    path = PATH

    @get(opt=BUYS)
    async def index(self, request: Req, state: State) -> Html:
        """The search page; its results alone for htmx; only the next hits when `after` is given."""
        asked = Asked(request)
        view = await _search(request, state.services, asked)
        if not is_htmx(request):
            return await page(request, "catalog/articles/index.html", view=view)
        part = "_hits" if asked.after else "_results"
        return partials(request, f"catalog/articles/{part}.html", view=view)

    @get("/{article_id:uuid}", opt=BUYS)
    async def show(self, request: Req, article_id: FromPath[UUID]) -> Html:
        """One article, whether it may be bought or not."""
        scope = request.scope["state"]
        actor, today = _buyer(scope["actor"]), stockholm_date(scope["now"])
        hits = await shown(scope["session"], [article_id], concern_id=_concern(actor),
                           organisation_id=_organisation(actor), today=today)  # fmt: skip
        if not hits or not hits[0].agreement_seen:
            raise NotFound("Artikeln finns inte.")
        hit = hit_view(hits[0], actor.organisation_name, today)
        return await page(request, "catalog/articles/show.html", hit=hit, article=hits[0])


class Asked:
    """What the address asks for. Whatever cannot be read is left out: an address never breaks the page."""

    def __init__(self, request: Req) -> None:
        query = request.query_params
        self.words = " ".join(query.get("q", "")[:200].replace("\0", " ").split())
        self.chosen = Chosen(
            agreements=read_uuids(query.getall("agreement", [])[:MOST_CHOSEN]),
            suppliers=read_uuids(query.getall("supplier", [])[:MOST_CHOSEN]),
            segments=tuple(one for one in query.getall("segment", [])[:MOST_CHOSEN] if one in SEGMENTS),
        )
        self.after = read_uuid(query.get("after"))
        limit = query.get("limit", "")
        self.limit = (
            min(int(limit), MOST_SHOWN) if limit.isascii() and limit.isdigit() and int(limit) else PAGE
        )

    def address(self, *, without: tuple[str, str] | None = None, after: UUID | None = None) -> str:
        """The address of this search, without one choice or from another place on."""
        pairs = [("q", self.words)] if self.words else []
        groups = {"agreement": self.chosen.agreements, "supplier": self.chosen.suppliers,
                  "segment": self.chosen.segments}  # fmt: skip
        pairs += [(name, str(value)) for name, values in groups.items() for value in values]
        kept = [
            pair
            for pair in pairs
            if pair != without and (without is None or without[1] or pair[0] != without[0])
        ]
        if after is not None:
            kept.append(("after", str(after)))
        return f"{PATH}?{urlencode(kept)}" if kept else PATH

    def cleared(self) -> str:
        """The address of the words alone: clearing the filters never clears the words."""
        return f"{PATH}?{urlencode({'q': self.words})}" if self.words else PATH


async def first_articles(
    request: Req, services: Services, words: str, most: int
) -> tuple[Sequence[HitView], int]:
    """The best hits of some words, for a page that is about more than articles, and how many there are."""
    scope = request.scope["state"]
    session, actor, today = scope["session"], _buyer(scope["actor"]), stockholm_date(scope["now"])
    where = {"concern_id": _concern(actor), "organisation_id": _organisation(actor)}
    found = await services.search(session, today).search(words, limit=MOST_CANDIDATES, **where)
    hits = await hit_page(session, found.article_ids, today=today, chosen=Chosen(), limit=most, **where)
    return [hit_view(hit, actor.organisation_name, today) for hit in hits.hits], hits.total


async def _search(request: Req, services: Services, asked: Asked) -> SearchView:
    scope = request.scope["state"]
    session, actor, today = scope["session"], _buyer(scope["actor"]), stockholm_date(scope["now"])
    engine, where = (
        services.search(session, today),
        {"concern_id": _concern(actor), "organisation_id": _organisation(actor)},
    )
    found = await engine.search(asked.words, limit=MOST_CANDIDATES, **where)
    ids = found.article_ids
    if len(ids) >= MOST_CANDIDATES and asked.chosen != Chosen():
        narrowed = await engine.search(
            asked.words, limit=MOST_CANDIDATES, filters=_filters(asked.chosen), **where
        )
        ids = tuple(dict.fromkeys((*narrowed.article_ids, *ids)))
    hits = await hit_page(
        session, ids, today=today, chosen=asked.chosen, limit=asked.limit, after=asked.after, **where
    )
    blocked = await _blocked(request, asked, actor, hits) if not asked.after else []
    result = SearchResult(ids, found.corrected)
    view = search_view(asked, result, hits, blocked, actor.organisation_name, today)
    if ids or not asked.words:
        return view
    nearest, categories = await _instead(session, actor, asked.words, today)
    return replace(
        view,
        nearest=tuple(hit_view(hit, actor.organisation_name, today) for hit in nearest),
        categories=category_links(categories, PATH),
    )


async def _instead(
    session: AsyncSession, actor: Actor, words: str, today: date
) -> tuple[list[ArticleHit], Mapping[str, int]]:
    """When nothing fits: what is nearest, and the categories of goods there are."""
    engine = PostgresSearch(session, today)
    where = {"concern_id": _concern(actor), "organisation_id": _organisation(actor)}
    ids = await engine.nearest(words, **where)
    return await shown(session, ids, today=today, **where), await engine.categories(**where)


async def _blocked(request: Req, asked: Asked, actor: Actor, hits: HitPage) -> list[ArticleHit]:
    """Articles with exactly the number that was typed which cannot be bought: shown with the reason, not hidden."""
    if not any(char.isdigit() for char in asked.words):
        return []
    scope = request.scope["state"]
    session, today = scope["session"], stockholm_date(scope["now"])
    ids = await PostgresSearch(session, today).find_number(asked.words, _concern(actor))
    found = await shown(
        session, ids, concern_id=_concern(actor), organisation_id=_organisation(actor), today=today
    )
    return [hit for hit in found if hit.agreement_seen and hit.blocked(today)]


def _filters(chosen: Chosen) -> SearchFilters:
    return SearchFilters(chosen.agreements, chosen.suppliers, chosen.segments)


def _buyer(actor: Actor) -> Actor:
    if actor.concern_id is None or actor.organisation_id is None:
        raise NotFound("Sidan finns inte.")
    return actor


def _concern(actor: Actor) -> Any:
    return actor.concern_id


def _organisation(actor: Actor) -> Any:
    return actor.organisation_id
