"""From a file to what buyers find: checked, mended, approved, published; and what must not happen on the way."""

from __future__ import annotations

from decimal import Decimal as D
from uuid import UUID

import pytest

from dev.demo_city.ids import CONCERN_ID
from portal.catalog.actions import deciding
from portal.catalog.actions.mending import mend
from portal.catalog.actions.publishing import publish_now
from portal.catalog.actions.uploading import open_catalogue, receive_file
from portal.catalog.actions.validation import validate
from portal.catalog.exchange import with_errors
from portal.catalog.queries.rows import difference_page, error_texts, wrong_cells
from portal.catalog.queries.uploads import catalogue_choices, find_upload
from portal.catalog.status import DROPPED, FAULTY, PUBLISHED, PUBLISHING, READY, REFUSED, SUBMITTED
from portal.db.session import Database
from portal.jobs.models import JobProgress
from portal.jobs.progress import request_stop
from portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from portal.web.catalog.upload_view import error_text
from tests.domains.catalog.conftest import SYSTEM, Shop, csv, person, row

SUPPLIER = person("leverantor@natkompaniet.test", "SUPPLIER", "SIGNED_IN", supplier="Nätkompaniet AB")
PUBLISHER = person("leverantorsadmin@stad", "B41", central=True)
LOCAL = person("leverantorsadmin@gsf", "B41")


async def _sent_by_supplier(shop: Shop, data: bytes) -> UUID:
    """As the supplier's page does it: in the supplier's own eyes, with the job run by hand."""
    async with shop.database.session(SUPPLIER.context()) as session:
        choice = next(
            c for c in await catalogue_choices(session, SUPPLIER) if c.agreement_number == shop.agreement
        )
    catalogue_id = await open_catalogue(shop.database, choice)
    async with shop.database.session(SUPPLIER.context()) as session:
        upload_id = await receive_file(
            session, shop.store, choice, catalogue_id, filename="sortiment.csv", data=data, actor=SUPPLIER,
            now=shop.clock.now(),
        )  # fmt: skip
    await validate(shop.database, shop.store, CONCERN_ID, upload_id, shop.clock.now)
    return upload_id


async def test_two_hundred_rows_three_wrong_mended_published_and_found_by_a_misspelt_word(shop: Shop) -> None:
    rows = [row(f"N-{n}", f"Nätverkskabel {n} meter") for n in range(1, 198)]
    rows += [row("N-901", "Ljudisolerande hörlurar", "ring oss"), row("N-902", "Växel", unit="flarn"),
             row("N-903", "Router", unspsc="4412170")]  # fmt: skip
    upload_id = await _sent_by_supplier(shop, csv(rows))
    async with shop.database.session(SUPPLIER.context()) as session:
        upload = await find_upload(session, upload_id, SUPPLIER)
        assert (upload.status, upload.rows_total, upload.rows_wrong, upload.rows_new) == (READY, 200, 3, 197)
        wrong = await wrong_cells(session, upload)
        assert [(cell.row, cell.column, cell.value) for cell in wrong] == [
            (199, "Pris", "ring oss"), (200, "Enhet", "flarn"), (201, "UNSPSC", "4412170"),
        ]  # fmt: skip
        still = await mend(session, upload, 199, {"price": "fyra"}, SUPPLIER, shop.clock.now())
        assert [error.column for error in still] == ["Pris"]
        for number, texts in (
            (199, {"price": "499,00"}),
            (200, {"unit": "st"}),
            (201, {"unspsc": "43222609"}),
        ):
            assert not await mend(session, upload, number, texts, SUPPLIER, shop.clock.now())
        await deciding.submit(session, upload_id, SUPPLIER, confirmed=False, now=shop.clock.now())
    await _publish(shop.database, upload_id, shop)
    assert await shop.names("hörlurrar") == ["Ljudisolerande hörlurar"]
    assert (await shop.search("hörlurrar")).corrected == {"hörlurrar": "hörlurar"}
    assert await shop.rows("SELECT 1 FROM article WHERE item_no = 'N-903' AND unspsc = '43222609'")
    tags = [tag for (tag,) in await shop.rows(
        "SELECT tag FROM audit_event WHERE subject_id = :id ORDER BY id", id=upload_id
    )]  # fmt: skip
    assert tags[0] == "upload:file:receive"
    assert tags[-3:] == ["upload:status:submit", "upload:status:publish", "upload:status:published"]
    async with shop.database.session(SUPPLIER.context()) as session:
        assert (await find_upload(session, upload_id, SUPPLIER)).status == PUBLISHED


async def _publish(database: Database, upload_id: UUID, shop: Shop) -> None:
    async with database.session(PUBLISHER.context()) as session:
        await deciding.publish(session, upload_id, PUBLISHER, confirmed=False, now=shop.clock.now())
    async with database.session(SYSTEM) as session:
        await publish_now(session, upload_id, shop.clock.now())


async def test_only_the_leverantorsadministrator_publishes_and_only_of_the_own_agreements(shop: Shop) -> None:
    upload_id = await _sent_by_supplier(shop, csv([row("N-1")]))
    async with shop.database.session(SUPPLIER.context()) as session:
        with pytest.raises(Forbidden):
            await deciding.publish(session, upload_id, SUPPLIER, confirmed=True, now=shop.clock.now())
    async with shop.database.session(LOCAL.context()) as session:
        with pytest.raises(NotFound):
            await deciding.publish(session, upload_id, LOCAL, confirmed=True, now=shop.clock.now())
    other = person("leverantor@kontorsbolaget.test", "SUPPLIER", supplier="Kontorsbolaget AB")
    async with shop.database.session(other.context()) as session:
        with pytest.raises(NotFound):
            await find_upload(session, upload_id, other)


async def test_a_refused_upload_tells_the_supplier_why(shop: Shop) -> None:
    upload_id = await _sent_by_supplier(shop, csv([row("N-1")]))
    async with shop.database.session(SUPPLIER.context()) as session:
        await deciding.submit(session, upload_id, SUPPLIER, confirmed=False, now=shop.clock.now())
    async with shop.database.session(PUBLISHER.context()) as session:
        with pytest.raises(Invalid):
            await deciding.drop(session, upload_id, PUBLISHER, reason=" ", now=shop.clock.now())
        await deciding.drop(
            session, upload_id, PUBLISHER, reason="Priset följer inte avtalet.", now=shop.clock.now()
        )
    async with shop.database.session(SUPPLIER.context()) as session:
        upload = await find_upload(session, upload_id, SUPPLIER)
    assert (upload.status, upload.reason) == (REFUSED, "Priset följer inte avtalet.")
    assert await shop.names("Vara") == []


async def test_prices_ten_times_up_or_down_need_a_confirmation(shop: Shop) -> None:
    await shop.take_in(csv([row("N-1", price="100"), row("N-2", price="100"), row("N-3", price="100")]))
    upload = await shop.take_in(
        csv([row("N-1", price="1000"), row("N-2", price="10"), row("N-3", price="999,99")]), publish=True
    )
    assert (upload.status, upload.rows_to_confirm) == (READY, 2)
    async with shop.database.session(PUBLISHER.context()) as session:
        page = await difference_page(session, upload, "confirm", "")
        assert [(one.item_no, one.old_price, one.price) for one in page] == [
            ("N-1", D(100), D(1000)), ("N-2", D(100), D(10)),
        ]  # fmt: skip
        with pytest.raises(Invalid, match="2 priserna"):
            await deciding.publish(session, upload.id, PUBLISHER, confirmed=False, now=shop.clock.now())
        await deciding.publish(session, upload.id, PUBLISHER, confirmed=True, now=shop.clock.now())


async def test_an_upload_is_the_whole_catalogue_but_a_wrong_row_removes_nothing(shop: Shop) -> None:
    await shop.take_in(csv([row("N-1", "Kabel"), row("N-2", "Kontakt"), row("N-3", "Dosa")]))
    shop.clock.advance(days=1)
    upload = await shop.take_in(csv([row("N-1", "Kabel", "12,00"), row("N-2", "Kontakt", "fel")]))
    assert (upload.rows_changed, upload.rows_removed, upload.rows_wrong) == (1, 1, 1)
    assert upload.status == PUBLISHED
    left = await shop.rows(
        "SELECT item_no, price FROM article WHERE catalogue_id = :c AND removed_at IS NULL ORDER BY item_no",
        c=upload.catalogue_id,
    )
    assert left == [("N-1", D("12")), ("N-2", D("10"))]
    prices = await shop.rows(
        "SELECT p.price, p.valid_from FROM article_price p JOIN article a ON a.id = p.article_id"
        " WHERE a.catalogue_id = :c AND a.item_no = 'N-1' ORDER BY p.valid_from", c=upload.catalogue_id,
    )  # fmt: skip
    assert [price for price, _ in prices] == [D(10), D(12)]
    assert (prices[1][1] - prices[0][1]).days == 1
    assert await shop.names("Dosa") == []


async def test_an_article_that_comes_back_is_the_same_article(shop: Shop) -> None:
    first = await shop.take_in(csv([row("N-1", "Kabel"), row("N-2")]))
    before = await shop.rows(
        "SELECT id FROM article WHERE catalogue_id = :c AND item_no = 'N-1'", c=first.catalogue_id
    )
    await shop.take_in(csv([row("N-2")]))
    assert await shop.names("Kabel") == []
    await shop.take_in(csv([row("N-1", "Kabel"), row("N-2")]))
    after = await shop.rows(
        "SELECT id FROM article WHERE catalogue_id = :c AND item_no = 'N-1'", c=first.catalogue_id
    )
    assert before == after
    assert await shop.names("Kabel") == ["Kabel"]


async def test_the_vocabulary_follows_the_articles(shop: Shop) -> None:
    words = "SELECT word, articles FROM search_word WHERE word IN ('ormskinn', 'lackerad', 'borstad') ORDER BY word"
    await shop.take_in(csv([row("N-1", "Ormskinn lackerad"), row("N-2", "Ormskinn borstad")]))
    assert await shop.rows(words) == [("borstad", 1), ("lackerad", 1), ("ormskinn", 2)]
    await shop.take_in(csv([row("N-1", "Ormskinn borstad")]))
    assert await shop.rows(words) == [("borstad", 1), ("ormskinn", 1)]


async def test_publishing_again_changes_nothing_and_a_stale_difference_is_asked_about_again(
    shop: Shop,
) -> None:
    waiting = await shop.take_in(csv([row("N-1", price="11,00")]), publish=False)
    published = await shop.take_in(csv([row("N-1"), row("N-2")]))
    async with shop.database.session(SYSTEM) as session:
        again = await publish_now(session, published.id, shop.clock.now())
        assert again.new == 0
    async with shop.database.open(PUBLISHER.context()) as session:
        with pytest.raises(Conflict):
            await deciding.publish(session, waiting.id, PUBLISHER, confirmed=False, now=shop.clock.now())
    async with shop.database.session(SYSTEM) as session:
        upload = await find_upload(session, waiting.id)
    assert (upload.status, upload.rows_new, upload.rows_changed, upload.rows_removed) == (READY, 0, 1, 1)


async def test_a_publishing_overtaken_by_another_goes_back_to_who_approves(shop: Shop) -> None:
    first = await shop.take_in(csv([row("N-1")]), publish=False)
    async with shop.database.session(PUBLISHER.context()) as session:
        await deciding.publish(session, first.id, PUBLISHER, confirmed=False, now=shop.clock.now())
    await shop.take_in(csv([row("N-2")]))
    async with shop.database.session(SYSTEM) as session:
        assert (await find_upload(session, first.id)).status == PUBLISHING
        assert (await publish_now(session, first.id, shop.clock.now())).version is None
        assert (await find_upload(session, first.id)).status == SUBMITTED


async def test_validating_twice_gives_the_same_rows(shop: Shop) -> None:
    upload = await shop.take_in(csv([row("N-1"), row("N-2", price="x")]), publish=False)
    await shop.change("UPDATE catalogue_upload SET status = 'validating' WHERE id = :id", id=upload.id)
    await validate(shop.database, shop.store, CONCERN_ID, upload.id, shop.clock.now)
    async with shop.database.session(SYSTEM) as session:
        again = await find_upload(session, upload.id)
    assert (again.status, again.rows_total, again.rows_wrong) == (READY, 2, 1)


async def test_a_stop_leaves_no_rows_and_the_catalogue_as_it_was(shop: Shop) -> None:
    async with shop.database.session(SUPPLIER.context()) as session:
        choice = next(
            c for c in await catalogue_choices(session, SUPPLIER) if c.agreement_number == shop.agreement
        )
    catalogue_id = await open_catalogue(shop.database, choice)
    async with shop.database.session(SUPPLIER.context()) as session:
        upload_id = await receive_file(
            session, shop.store, choice, catalogue_id, filename="x.csv", data=csv([row("N-1")]), actor=SUPPLIER,
            now=shop.clock.now(),
        )  # fmt: skip
        upload = await find_upload(session, upload_id, SUPPLIER)
        assert upload.progress_id is not None
        await request_stop(session, upload.progress_id, now=shop.clock.now())
    await validate(shop.database, shop.store, CONCERN_ID, upload_id, shop.clock.now)
    async with shop.database.session(SYSTEM) as session:
        stopped = await find_upload(session, upload_id)
        progress = await session.get(JobProgress, upload.progress_id)
    assert stopped.status == DROPPED
    assert progress is not None
    assert progress.state == "stopped"
    assert await shop.rows("SELECT 1 FROM upload_row WHERE upload_id = :id", id=upload_id) == []


async def test_the_suppliers_own_file_comes_back_with_what_is_wrong(shop: Shop) -> None:
    data = csv([row("N-1"), row("N-2", price="1.250,00 EUR")])
    upload = await shop.take_in(data, publish=False)
    async with shop.database.session(SYSTEM) as session:
        errors = {number: error_text(found) async for number, found in error_texts(session, upload)}
    again, ending = with_errors(data, errors)
    lines = again.decode("utf-8-sig").splitlines()
    assert ending == "csv"
    assert lines[0].endswith(";UNSPSC;Fel")
    assert lines[1].endswith(";44121704;")
    assert "Priset är i EUR." in lines[2]


async def test_a_file_that_cannot_be_used_changes_nothing(shop: Shop) -> None:
    upload = await shop.take_in(b"Artikelnummer;Pris\nN-1;10\n")
    assert upload.status == FAULTY
    assert [message % params for message, params in upload.problems] == [
        f"Kolumnen ”{name}” saknas. På rad 1 finns Artikelnummer, Pris. Välj vilken av dem det är, eller lägg till den."
        for name in ("Benämning", "Enhet", "Moms %", "UNSPSC")
    ]
