"""Every file of tests/cases/catalogues through the real upload action, with what tests/cases/README.md says of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal as D
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID
from portal.catalog.actions import deciding
from portal.catalog.actions.answering import hop_over, read_again, refuse_row
from portal.catalog.actions.publishing import publish_now
from portal.catalog.actions.uploading import open_catalogue, receive_file
from portal.catalog.actions.validation import validate
from portal.catalog.queries.rows import wrong_cells
from portal.catalog.queries.uploads import catalogue_choices, find_upload, list_uploads
from portal.catalog.rules.reading import Answers
from portal.catalog.status import ASKING, FAULTY, PLANNED, PUBLISHED, READY, SUBMITTED
from portal.catalog.values import UploadFacts
from portal.kernel.errors import Invalid, NotFound
from tests.domains.catalog.conftest import HEADER, SYSTEM, Shop, csv, person, row

CASES = Path(__file__).resolve().parents[2] / "cases" / "catalogues"
SUPPLIER = person("leverantor@natkompaniet.test", "SUPPLIER", "SIGNED_IN", supplier="Nätkompaniet AB")
PUBLISHER = person("leverantorsadmin@stad", "B41", central=True)
SEVEN = ["BS-100", "BS-101", "BS-102", "BS-103", "BS-104", "BS-105", "BS-106"]


async def sent_in(shop: Shop, name: str, data: bytes | None = None) -> UUID:
    """As the supplier's page does it, with the job run by hand."""
    async with shop.database.session(SUPPLIER.context()) as session:
        choice = next(
            one
            for one in await catalogue_choices(session, SUPPLIER)
            if one.agreement_number == shop.agreement
        )
    catalogue_id = await open_catalogue(shop.database, choice)
    async with shop.database.session(SUPPLIER.context()) as session:
        upload_id = await receive_file(
            session, shop.store, choice, catalogue_id, filename=name, actor=SUPPLIER, now=shop.clock.now(),
            data=(CASES / name).read_bytes() if data is None else data,
        )  # fmt: skip
    await validate(shop.database, shop.store, CONCERN_ID, upload_id, shop.clock.now)
    return upload_id


async def answer(shop: Shop, upload_id: UUID, **said: Any) -> UploadFacts:
    """The supplier answers, and the job reads the file again."""
    async with shop.database.session(SUPPLIER.context()) as session:
        await read_again(session, upload_id, SUPPLIER, Answers(**said), now=shop.clock.now())
    await validate(shop.database, shop.store, CONCERN_ID, upload_id, shop.clock.now)
    return await look(shop, upload_id)


async def look(shop: Shop, upload_id: UUID) -> UploadFacts:
    async with shop.database.session(SUPPLIER.context()) as session:
        return await find_upload(session, upload_id, SUPPLIER)


async def found(shop: Shop, upload_id: UUID) -> tuple[dict[str, Any], dict[int, list[str]], UploadFacts]:
    """(article number → price of the good rows, row → what is wrong, the upload)."""
    upload = await look(shop, upload_id)
    async with shop.database.session(SYSTEM) as session:
        wrong: dict[int, list[str]] = {}
        for cell in await wrong_cells(session, upload, limit=None):
            wrong.setdefault(cell.row, []).append(cell.message % cell.message_params)
    rows = await shop.rows(
        "SELECT item_no, price FROM upload_row WHERE upload_id = :id AND errors IS NULL ORDER BY row_number",
        id=upload_id,
    )
    return dict(rows), wrong, upload


# name → (status, numbers of the rows read, rows that are wrong, questions)
EXPECTED: Mapping[str, tuple[str, list[str], list[int], list[str]]] = {
    "title-rows.xlsx": (ASKING, ["BS-100", "BS-101", "BS-102"], [9, 10, 11, 12, 14, 15, 16, 18], ["valid_from"]),
    "articles-on-sheet-2.xlsx": (FAULTY, [], [], []),
    "prices-with-kr.xlsx": (
        ASKING,
        ["BS-100", "BS-101", "BS-102", "BS-104", "BS-105", "10006", "0012345", "BS-109", "=1+1", "BS-110", "BS-111"],
        [5, 10, 11, 16], ["price_rounded", "price_english"],
    ),
    "footer-row.xlsx": (READY, SEVEN, [11], []),
    "numbers-and-percent.xlsx": (READY, ["BS-100", "BS-101", "BS-102"], [5, 6, 7, 8, 9, 10, 11], []),
    "semicolon-cp1252.csv": (READY, ["BS-100", "BS-101", "BS-102"], [5, 6, 7, 8, 9, 10, 11], []),
    "seven-articles.xlsx": (READY, SEVEN, [], []),
    "one-row-left.xlsx": (READY, ["BS-100"], [], []),
    "price-unit-100.csv": (ASKING, [], [2, 3], ["price_per"]),
    "price-from-date.csv": (ASKING, ["U-1"], [], ["valid_from"]),
    "mangled-numbers.csv": (ASKING, ["00471"], [2, 3, 4, 6], ["item_alike"]),
    "number-formats.xlsx": (
        ASKING, ["000471", "1234567890123", "OK-5", "OK-7", "12,1"], [4, 5, 7], ["price_rounded"],
    ),
    "hidden-rows.xlsx": (READY, ["HR-1", "HR-3", "HR-5"], [], []),
    "three-sheets.xlsx": (READY, ["M-1", "M-2", "M-3"], [], []),
    "price-cells.csv": (
        ASKING, ["P-4", "P-6", "P-9", "P-10", "P-11", "P-12", "P-13", "P-17"], [2, 3, 4, 6, 8, 9, 15, 16, 17],
        ["price_point", "price_comma", "price_colon", "price_english"],
    ),
    "vat-cells.csv": (ASKING, ["V-1", "V-3", "V-4"], [3, 6, 7, 8, 9, 10], ["vat_share", "vat_code"]),
    "look-alikes.csv": (ASKING, ["AB-1"], [3, 4, 5, 6, 7, 8, 9], ["item_alike"]),
    "mac-roman.csv": (READY, ["Å-1"], [], []),
    "nfd.csv": (READY, ["NFD-1"], [], []),
    "formulas-and-errors.xlsx": (READY, ["F-1"], [3, 4, 5, 6, 7], []),
    "html.csv": (READY, [], [], []),
}  # fmt: skip


def test_every_case_is_told_of() -> None:
    assert {path.name for path in CASES.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(set(EXPECTED) - {"html.csv"}))
async def test_each_file_is_read_as_it_should(shop: Shop, name: str) -> None:
    status, numbers, wrong_rows, questions = EXPECTED[name]
    good, wrong, upload = await found(shop, await sent_in(shop, name))
    assert (upload.status, list(good), sorted(wrong)) == (status, numbers, wrong_rows)
    assert [asked["kind"] for asked in upload.reading["questions"]] == questions
    assert all(len(messages) == 1 for messages in wrong.values()), wrong


async def test_titles_are_passed_and_their_date_is_asked_about(shop: Shop) -> None:
    upload_id = await sent_in(shop, "title-rows.xlsx")
    good, _wrong, upload = await found(shop, upload_id)
    assert good["BS-100"] == D("1890.50")
    assert upload.reading["header_row"] == 4
    assert [number for number, _ in upload.reading["above"]] == [1, 2]
    assert upload.reading["alone"][0][0] == 18
    assert upload.reading["questions"][0]["params"]["date"] == "2027-01-01"
    with pytest.raises(Invalid):
        await answer(shop, upload_id, kinds={"valid_from": "någon gång"})
    upload = await answer(shop, upload_id, kinds={"valid_from": "planned"})
    assert (upload.status, upload.valid_from) == (READY, date(2027, 1, 1))


async def test_a_later_price_is_published_on_its_day_and_not_before(shop: Shop) -> None:
    upload_id = await sent_in(shop, "price-from-date.csv")
    await answer(shop, upload_id, kinds={"valid_from": "planned"})
    await _submit_and_publish(shop, upload_id)
    assert (await look(shop, upload_id)).status == PLANNED
    async with shop.database.session(SYSTEM) as session:
        await publish_now(session, upload_id, shop.clock.now())
    assert (await look(shop, upload_id)).status == PLANNED
    assert not await shop.rows("SELECT 1 FROM article WHERE item_no = 'U-1'")
    while shop.today < date(2027, 1, 1):
        shop.clock.advance(days=10)
    async with shop.database.session(SYSTEM) as session:
        await publish_now(session, upload_id, shop.clock.now())
    assert (await look(shop, upload_id)).status == PUBLISHED


async def _submit_and_publish(shop: Shop, upload_id: UUID, *, removals: bool = False) -> None:
    async with shop.database.session(SUPPLIER.context()) as session:
        await deciding.submit(
            session, upload_id, SUPPLIER, confirmed=False, removals=removals, now=shop.clock.now()
        )
    async with shop.database.session(PUBLISHER.context()) as session:
        await deciding.publish(
            session, upload_id, PUBLISHER, confirmed=False, removals=removals, now=shop.clock.now()
        )
    async with shop.database.session(SYSTEM) as session:
        await publish_now(session, upload_id, shop.clock.now())


async def test_a_price_per_hundred_is_the_quotient_once_it_is_said(shop: Shop) -> None:
    upload_id = await sent_in(shop, "price-unit-100.csv")
    example = (await look(shop, upload_id)).reading["questions"][0]["examples"][0]
    assert example[2] == "412,00 per 100 = 4,12/st"
    upload = await answer(shop, upload_id, kinds={"price_per": "per"})
    good, _wrong, _ = await found(shop, upload_id)
    assert (upload.status, good) == (READY, {"PB-1": D("4.12")})


async def test_missing_columns_are_said_once_and_remembered(shop: Shop) -> None:
    upload_id = await sent_in(shop, "articles-on-sheet-2.xlsx")
    upload = await look(shop, upload_id)
    told = [message % params for message, params in upload.problems]
    assert [text.partition(" saknas")[0] for text in told] == ["Kolumnen ”Moms %”", "Kolumnen ”UNSPSC”"]
    assert "Artikel, Namn, Enhet, Nettopris, Antal per förpackning" in told[0]
    assert upload.reading["sheet"] == "Artiklar"
    own = ("Kod hos oss", "Vad det är", "Enhet", "Vårt belopp", "Moms %", "UNSPSC")
    data = csv([row("E-1")], own)
    upload_id = await sent_in(shop, "egen.csv", data)
    assert (await look(shop, upload_id)).status == FAULTY
    names = {"kodhososs": "item_no", "vaddetär": "name", "vårtbelopp": "price"}
    assert (await answer(shop, upload_id, columns=names)).status == READY
    good, _wrong, upload = await found(shop, await sent_in(shop, "igen.csv", data))
    assert (upload.status, list(good)) == (READY, ["E-1"])


async def test_other_words_that_may_change_the_price_are_never_passed_over(shop: Shop) -> None:
    header = (*HEADER, "Rabatt %", "Status", "Energitillägg")
    data = csv(
        [(*row("N-1", price="100"), "10", "", ""), (*row("N-2"), "", "UL", ""), (*row("N-3"), "", "", "3")],
        header,
    )
    upload_id = await sent_in(shop, "rabatt.csv", data)
    upload = await look(shop, upload_id)
    asked = [one["kind"] for one in upload.reading["questions"]]
    assert (upload.status, asked) == (ASKING, ["discount", "status", "other:Energitillägg"])
    kinds = {"discount": "subtract", "status": "skip", "other:Energitillägg": "no"}
    good, wrong, upload = (await answer(shop, upload_id, kinds=kinds), *(await found(shop, upload_id)))[1:]
    assert (upload.status, good, wrong) == (READY, {"N-1": D(90), "N-3": D(10)}, {})
    assert upload.reading["skipped"] == [3]


async def test_prices_repaired_are_counted_and_doubts_settled_by_kind(shop: Shop) -> None:
    upload_id = await sent_in(shop, "price-cells.csv")
    good, wrong, upload = await found(shop, upload_id)
    assert good == {"P-4": D("1234.5"), "P-6": D("0.1234"), "P-9": D(1250), "P-10": D("12.5"), "P-11": D("12.5"),
                    "P-12": D(1250), "P-13": D(1250), "P-17": D(1250)}  # fmt: skip
    assert upload.reading["repaired"] == 7
    assert wrong[2] == ["Priset är noll."]
    assert wrong[3] == ["Priset är negativt."]
    assert wrong[8] == ["”0,12345” har 5 decimaler. Ett pris har högst 4."]
    assert wrong[15] == ["Priset är i EUR."]
    kinds = {"price_point": "thousands", "price_comma": "leave", "price_colon": "yes", "price_english": "yes"}
    await answer(shop, upload_id, kinds=kinds)
    good, wrong, upload = await found(shop, upload_id)
    assert (good["P-3"], good["P-8"], good["P-16"]) == (D(1234), D("12.5"), D(1250))
    assert upload.status == READY
    assert sorted(wrong) == [2, 3, 6, 8, 15, 16]


async def test_hidden_rows_and_other_sheets_are_named_and_can_be_read(shop: Shop) -> None:
    upload_id = await sent_in(shop, "hidden-rows.xlsx")
    assert (await look(shop, upload_id)).reading["hidden"] == [[3, "HR-2"], [5, "HR-4"]]
    await answer(shop, upload_id, hidden=True)
    good, _wrong, _ = await found(shop, upload_id)
    assert list(good) == ["HR-1", "HR-2", "HR-3", "HR-4", "HR-5"]
    upload_id = await sent_in(shop, "three-sheets.xlsx")
    assert [name for name, _ in (await look(shop, upload_id)).reading["sheets"]] == ["Trasor", "Kem"]
    await answer(shop, upload_id, sheet="Kem")
    good, _wrong, _ = await found(shop, upload_id)
    assert list(good) == ["K-1", "K-2", "K-3"]


async def test_errors_of_cells_are_named(shop: Shop) -> None:
    _good, wrong, _ = await found(shop, await sent_in(shop, "formulas-and-errors.xlsx"))
    assert [wrong[number][0] for number in (3, 4, 5, 7)] == [
        "Cellen har en formel utan uträknat värde.", "Cellen visar felet #DIV/0!.", "Cellen visar felet #N/A.",
        "Cellen visar felet #N/A.",
    ]  # fmt: skip


async def test_html_becomes_text_once(shop: Shop) -> None:
    upload_id = await sent_in(shop, "html.csv")
    rows = await shop.rows(
        "SELECT item_no, name, description FROM upload_row WHERE upload_id = :id AND item_no IN ('H-1', 'H-2')"
        " ORDER BY 1", id=upload_id,
    )  # fmt: skip
    assert rows == [("H-1", "Golvmopp bred", "Slitstark & tålig mopp"), ("H-2", 'Mopp "Pro" bred', None)]


async def test_letters_of_other_programs_are_read_and_found(shop: Shop) -> None:
    await shop.take_in((CASES / "mac-roman.csv").read_bytes())
    assert await shop.names("såpa") == ["Såpa för trägolv ÅÄÖ"]
    await shop.take_in((CASES / "nfd.csv").read_bytes())
    assert await shop.names("rödlök") == ["Rödlök påse"]


async def test_many_removals_are_confirmed_by_name_and_by_both(shop: Shop) -> None:
    await shop.take_in((CASES / "seven-articles.xlsx").read_bytes(), filename="seven-articles.xlsx")
    held = await shop.take_in(
        (CASES / "one-row-left.xlsx").read_bytes(), filename="one-row-left.xlsx", allow_removals=False
    )
    assert (held.status, held.rows_removed, held.many_removed) == (READY, 6, True)
    upload_id = await sent_in(shop, "one-row-left.xlsx")
    with pytest.raises(Invalid, match="6 artiklarna"):
        await _submit_and_publish(shop, upload_id)
    async with shop.database.session(SUPPLIER.context()) as session:
        await deciding.submit(
            session, upload_id, SUPPLIER, confirmed=False, removals=True, now=shop.clock.now()
        )
    async with shop.database.session(PUBLISHER.context()) as session:
        with pytest.raises(Invalid, match="6 artiklarna"):
            await deciding.publish(session, upload_id, PUBLISHER, confirmed=False, now=shop.clock.now())


async def test_a_draft_is_the_suppliers_alone(shop: Shop) -> None:
    upload_id = await sent_in(shop, "seven-articles.xlsx")
    count = "SELECT count(*) FROM catalogue_upload WHERE id = :id"
    async with shop.database.session(PUBLISHER.context()) as session:
        assert upload_id not in {one.id for one in await list_uploads(session, PUBLISHER, (READY,))}
        with pytest.raises(NotFound):
            await deciding.publish(
                session, upload_id, PUBLISHER, confirmed=True, removals=True, now=shop.clock.now()
            )
        assert (await session.execute(text(count), {"id": upload_id})).scalar_one() == 0
    async with shop.database.session(SUPPLIER.context()) as session:
        await deciding.submit(session, upload_id, SUPPLIER, confirmed=False, now=shop.clock.now())
    async with shop.database.session(PUBLISHER.context()) as session:
        assert (await find_upload(session, upload_id, PUBLISHER)).status == SUBMITTED


async def test_a_refused_row_stays_as_it_is_and_the_rest_is_published(shop: Shop) -> None:
    await shop.take_in(csv([row("N-1", "Kabel", "10,00"), row("N-2", "Kontakt", "10,00")]))
    upload_id = await sent_in(
        shop, "nytt.csv", csv([row("N-1", "Kabel", "11,00"), row("N-2", "Kontakt", "19,00")])
    )
    async with shop.database.session(SUPPLIER.context()) as session:
        await deciding.submit(session, upload_id, SUPPLIER, confirmed=False, now=shop.clock.now())
    async with shop.database.session(PUBLISHER.context()) as session:
        with pytest.raises(Invalid):
            await refuse_row(session, upload_id, 3, PUBLISHER, reason=" ", now=shop.clock.now())
        await refuse_row(session, upload_id, 3, PUBLISHER, reason="Över avtalets pris", now=shop.clock.now())
        await deciding.publish(session, upload_id, PUBLISHER, confirmed=False, now=shop.clock.now())
    async with shop.database.session(SYSTEM) as session:
        await publish_now(session, upload_id, shop.clock.now())
    _good, wrong, upload = await found(shop, upload_id)
    assert wrong == {3: ["Kunden tar inte med raden: Över avtalets pris"]}
    prices = await shop.rows(
        "SELECT item_no, price FROM article WHERE catalogue_id = :c AND removed_at IS NULL ORDER BY 1",
        c=upload.catalogue_id,
    )
    assert prices == [("N-1", D(11)), ("N-2", D(10))]


async def test_a_footer_is_hopped_over(shop: Shop) -> None:
    upload_id = await sent_in(shop, "footer-row.xlsx")
    async with shop.database.session(SUPPLIER.context()) as session:
        await hop_over(session, upload_id, 11, SUPPLIER, now=shop.clock.now())
        with pytest.raises(NotFound):
            await hop_over(session, upload_id, 2, SUPPLIER, now=shop.clock.now())
    upload = await look(shop, upload_id)
    assert (upload.rows_wrong, upload.rows_ok) == (0, 7)
