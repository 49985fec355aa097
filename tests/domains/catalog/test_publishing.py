"""What publishing leaves behind: text vectors, prices over time, the vocabulary; and articles written in other ways."""

from __future__ import annotations

from decimal import Decimal as D

from dev.demo_city.ids import CONCERN_ID
from portal.catalog.actions.mending import mend
from portal.catalog.actions.publishing import publish_now
from tests.domains.catalog.conftest import SYSTEM, Shop, csv, person, row

_OUT_OF_STEP = """
SELECT item_no FROM article
WHERE search IS DISTINCT FROM article_vector(item_no, name, manufacturer, description, unspsc)
"""
_RECOUNTED = """
SELECT word, ndoc FROM ts_stat('SELECT search FROM article WHERE removed_at IS NULL', 'b') WHERE length(word) > 2
"""
_PRICES = """
SELECT p.price FROM article_price p JOIN article a ON a.concern_id = p.concern_id AND a.id = p.article_id
WHERE a.catalogue_id = :c AND a.item_no = :item_no ORDER BY p.valid_from
"""


async def test_every_vector_and_the_vocabulary_fit_the_articles_whatever_was_published(shop: Shop) -> None:
    before = dict(map(tuple, await shop.rows("SELECT word, articles FROM search_word")))
    first = csv([row("N-1", "Ormskinn lackerad"), row("N-2", "Kabel A4/A5"), row("N-3", "Dosa", "fel")])
    upload = await shop.take_in(first, publish=False)
    async with shop.database.session(SYSTEM) as session:
        actor = person("leverantorsadmin@stad", "B41", central=True)
        assert not await mend(session, upload, 4, {"price": "12,00"}, actor, shop.clock.now())
    await shop.change("UPDATE catalogue_upload SET status = 'publishing' WHERE id = :id", id=upload.id)
    async with shop.database.session(SYSTEM) as session:
        assert (await publish_now(session, upload.id, shop.clock.now())).version == 1
    assert await shop.names("dosa") == ["Dosa"]
    for rows in (
        [row("N-1", "Ormskinn borstad"), row("N-2", "Kabel A4/A5", "11,00")],
        [row("N-1", "Ormskinn lackerad"), row("N-3", "Dosa")],
    ):
        await shop.take_in(csv(rows))
        assert await shop.rows(_OUT_OF_STEP) == []
    words = dict(map(tuple, await shop.rows("SELECT word, articles FROM search_word")))
    counted = dict(map(tuple, await shop.rows(_RECOUNTED)))
    touched = {"ormskinn", "lackerad", "borstad", "kabel", "dosa"}
    assert {word: words.get(word, 0) for word in touched} == {word: counted.get(word, 0) for word in touched}
    assert {word: articles for word, articles in words.items() if word not in touched} == {
        word: articles for word, articles in before.items() if word not in touched
    }


async def test_an_article_written_in_another_way_has_its_vector_too(shop: Shop) -> None:
    upload = await shop.take_in(csv([row("N-1", "Kabel")]))
    await shop.change(
        "UPDATE article SET name = 'Växelriktare' WHERE catalogue_id = :c", c=upload.catalogue_id
    )
    assert await shop.names("växelriktare") == ["Växelriktare"]
    assert await shop.rows(_OUT_OF_STEP) == []
    await shop.change(
        "INSERT INTO article (concern_id, id, catalogue_id, agreement_id, supplier_id, item_no, name, unspsc, unit,"
        " price, vat_rate, version) SELECT concern_id, gen_random_uuid(), catalogue_id, agreement_id, supplier_id,"
        " 'N-2', 'Likriktare', unspsc, unit, price, vat_rate, 1 FROM article WHERE catalogue_id = :c",
        c=upload.catalogue_id,
    )
    assert await shop.names("likriktare") == ["Likriktare"]


async def test_a_price_is_noted_when_it_is_another_one_and_only_then(shop: Shop) -> None:
    async def prices(item_no: str) -> list[D]:
        return [price for (price,) in await shop.rows(_PRICES, c=upload.catalogue_id, item_no=item_no)]

    upload = await shop.take_in(csv([row("N-1"), row("N-2"), row("N-3")]))
    shop.clock.advance(days=1)
    await shop.take_in(csv([row("N-1", "Vara med nytt namn"), row("N-3", price="11,00")]))
    assert [await prices(one) for one in ("N-1", "N-2", "N-3")] == [[D(10)], [D(10)], [D(10), D(11)]]
    shop.clock.advance(days=1)
    await shop.take_in(csv([row("N-2"), row("N-3", price="12,00")]))
    await shop.take_in(csv([row("N-2"), row("N-3", price="13,00")]))
    assert [await prices(one) for one in ("N-2", "N-3")] == [[D(10)], [D(10), D(11), D(13)]]
    assert await shop.rows("SELECT 1 FROM article_price WHERE concern_id <> :c", c=CONCERN_ID) == []
