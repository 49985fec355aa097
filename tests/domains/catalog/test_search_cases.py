"""Every line of "Search" in tests/cases: a buyer at GSF, in the demo's catalogues with a few articles more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest

from dev.demo_city import catalogues
from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.catalog.actions.indexing import rebuild
from portal.catalog.indexed_search import IndexedSearch, IndexWatch
from portal.catalog.search import PostgresSearch
from tests.domains.catalog.conftest import Shop, buyer, csv, row
from tests.integrations.meilisearch_stand_in import meilisearch

MORE = (
    ("HL-9901", "Handskar nitril", "42132203"),
    ("HL-9902", "Sopsäck svart 660 l", "47121701"),
    ("HL/77.3", "Moppgarn", "47131618"),
    ("HL-9904", "Sopsäckshållare vägg", "47121701"),
)
# typed → what the name of one of the first three holds
FOUND = (
    ("kontors stol", "Ergonomisk kontorsstol, grå"),
    ("kulspets penna", "Kulspetspenna blå"),
    ("A4-pärm", "Pärm A4 röd"),
    ("kb1001", "Kopieringspapper A4 80 g, 500 ark"),
    ("KB 1001", "Kopieringspapper A4 80 g, 500 ark"),
    ("KB–1001", "Kopieringspapper A4 80 g, 500 ark"),
    ("1001", "Kopieringspapper A4 80 g, 500 ark"),
    ("mjolk", "mjölk"),
    ("sopsäck i svart", "Sopsäck svart 660 l"),
    ("nitrilhandskar", "Handskar nitril"),
    ("nitrilhandske", "Handskar nitril"),
    ("handskar nitril", "Handskar nitril"),
    ("660 liter", "Sopsäck svart 660 l"),
    ("660l sopsäck", "Sopsäck svart 660 l"),
    ("sopsäck 660 l", "Sopsäck svart 660 l"),
    ("1,5 %", "Mellanmjölk 1,5 %, 1 liter"),
    ("mjölk 1,5 procent", "Mellanmjölk 1,5 %, 1 liter"),
    ("HL/77.3", "Moppgarn"),
    ("hl 77 3", "Moppgarn"),
    ("HL-77.3", "Moppgarn"),
    ("14111507", "Kopieringspapper A4 80 g, 500 ark"),
    ("toapapper", "Toalettpapper"),
    ("toapapper jumborulle", "Toalettpapper jumborulle"),
    ("pennor", "penna"),
    ("kontorsbolaget pärm", "Pärm A4 röd"),
)
ALL_THEIRS = (
    ("städmaterial", "agreement_id = (SELECT id FROM agreement WHERE number = 'R-2026-004')"),
    ("städutrustning", "left(unspsc, 2) = '47'"),
    ("kontorsbolaget", "supplier_id = (SELECT id FROM supplier WHERE name = 'Kontorsbolaget AB')"),
    ("R-2026-001", "agreement_id = (SELECT id FROM agreement WHERE number = 'R-2026-001')"),
    ("r2026 001", "agreement_id = (SELECT id FROM agreement WHERE number = 'R-2026-001')"),
    ("44121704", "unspsc = '44121704'"),
    ("44120000", "left(unspsc, 4) = '4412'"),
)


@pytest.fixture(params=["postgresql", "meilisearch"])
async def stocked(shop: Shop, request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    """The shop with the articles added to Hygienlagret's, by a file of theirs."""
    shop.agreement, shop.supplier = "R-2026-004", "Hygienlagret AB"
    place = catalogues.catalogue_id(shop.agreement, shop.supplier)
    theirs = [
        row(a["item_no"], a["name"], str(a["price"]).replace(".", ","), unit=a["unit"], unspsc=a["unspsc"])
        for a in catalogues.articles()
        if a["catalogue_id"] == place
    ]
    added = [row(number, name, unspsc=unspsc) for number, name, unspsc in MORE]
    upload = await shop.take_in(csv([*theirs, *added]))
    assert (upload.rows_new, upload.rows_removed) == (len(MORE), 0)
    if request.param == "postgresql":
        yield shop
        return
    async with meilisearch(CONCERN_ID) as engine:
        await rebuild(engine, shop.database, CONCERN_ID)
        shop.engine = partial(IndexedSearch, IndexWatch(shop.database, engine))
        yield shop


async def test_what_is_typed_is_among_the_first_three(stocked: Shop) -> None:
    wrong = {}
    for typed, right in FOUND:
        names = await stocked.names(typed)
        if not any(right in name for name in names[:3]):
            wrong[typed] = names[:5]
    assert wrong == {}


async def test_a_number_of_an_agreement_a_supplier_or_a_code_finds_all_theirs(stocked: Shop) -> None:
    for typed, theirs in ALL_THEIRS:
        ids = (await stocked.search(typed)).article_ids
        rows = await stocked.rows(f"SELECT id FROM article WHERE {theirs} AND removed_at IS NULL")
        assert set(ids[:10]) <= {found.id for found in rows}, typed
        assert len(ids) >= min(len(rows), 10), typed


async def test_a_whole_word_stands_before_a_longer_one(stocked: Shop) -> None:
    names = await stocked.names("sopsäck", limit=100)
    whole = [name.startswith("Sopsäck ") for name in names]
    assert whole == sorted(whole, reverse=True)
    assert "Sopsäckshållare vägg" in names


async def test_a_shortened_word_is_not_read_as_another(stocked: Shop) -> None:
    found = await stocked.search("toapapper")
    assert found.corrected == {"toapapper": "toalettpapper"}
    assert not any("Torkpapper" in name for name in await stocked.names("toapapper", limit=100))


async def test_a_word_with_a_minus_is_left_out(stocked: Shop) -> None:
    every, but_red = await stocked.names("penna", limit=100), await stocked.names("penna -röd", limit=100)
    assert any("röd" in name for name in every)
    assert but_red == [name for name in every if "röd" not in name]
    assert await stocked.names("-röd")
    assert not any("röd" in name.split() for name in await stocked.names("-röd", limit=500))


async def test_nothing_found_proposes_the_nearest_and_categories(stocked: Shop) -> None:
    assert await stocked.names("sopsäck diamantbelagd") == []
    organisation = demo_id("organisation", "GSF")
    async with stocked.database.session(buyer("GSF")) as session:
        engine = PostgresSearch(session, stocked.today)
        where = {"concern_id": CONCERN_ID, "organisation_id": organisation}
        nearest = await engine.nearest("sopsäck diamantbelagd", **where)
        categories = await engine.categories(**where)
    assert all("Sopsäck" in hit.name for hit in await stocked.hits(nearest))
    assert nearest
    assert set(categories) >= {"44", "47"}
    assert list(categories.values()) == sorted(categories.values(), reverse=True)
