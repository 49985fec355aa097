"""X03: whatever EN 16931 has on the document is on the page, and the amounts explain themselves."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from portal.formats import en16931
from portal.formats.en16931 import AllowanceCharge, Identifier, Invoice, InvoiceLine, Party, PaymentAccount
from portal.formats.peppol.attachments import Held, held_in
from portal.formats.peppol.invoice_writer import write_invoice
from portal.formats.peppol.reader import read_invoice
from portal.formats.xml import parse_xml
from portal.kernel.money import format_number_sv, kilobytes
from portal.web.paper.attachments import attachment_views
from portal.web.paper.lines import line_view
from portal.web.paper.whole import paper_of
from portal.web.paper.words import day
from tests.web.gallery import environment

D = Decimal
# Told by other words than the value's own: what it is, which sign an amount has, which kind of account it is.
IN_WORDS = {"is_credit_note", "is_charge", "PaymentAccount.scheme"}


class Whole:
    """Makes a document with another value in every field, and two of each part that may come several times."""

    def __init__(self) -> None:
        self.numbers = count(1000)
        self.given: dict[str, Any] = {}

    def make(self, kind: Any, path: str) -> Any:
        """A value of that type; leaves are noted under their path."""
        if (
            kind is Identifier and path != "InvoiceLine.classifications"
        ):  # only a class has a version of its list
            return Identifier(self._leaf(str, f"{path}.value"), self._leaf(str, f"{path}.scheme"))
        if is_dataclass(kind):
            hints = get_type_hints(kind, vars(en16931))
            return kind(
                **{
                    field.name: self.make(hints[field.name], self._path(kind, field.name))
                    for field in fields(kind)
                }
            )
        if get_origin(kind) is tuple:
            return tuple(self.make(get_args(kind)[0], path) for _ in range(2))
        if get_origin(kind) is UnionType:
            return self.make(next(one for one in get_args(kind) if one is not NoneType), path)
        return self._leaf(kind, path)

    def _path(self, kind: Any, name: str) -> str:
        return f"{kind.__name__}.{name}"

    def _leaf(self, kind: Any, path: str) -> Any:
        number = next(self.numbers)
        value = {
            str: f"ord{number}", Decimal: D(number) + D("0.25"), bool: False,
            date: date(2000, 1, 1) + timedelta(days=number), int: number * 1000,
        }[kind]  # fmt: skip
        self.given[f"{path} #{number}"] = value
        return value


def spelled(value: Any) -> str:
    """How the page says it."""
    match value:
        case date():
            return day(value)
        case Decimal():
            return format_number_sv(value)
        case int():
            return kilobytes(value)
    return str(value)


def drawn(invoice: Invoice, held: tuple[Held, ...] = ()) -> str:
    """What a reader sees of it: the text of the page, without markup."""
    template = environment().from_string(
        '{% from "components/paper.html" import readable_invoice %}{{ readable_invoice(paper, attachments) }}'
    )
    views = attachment_views(held, "/files", lambda name: f"/page?document={name}")
    page = template.render(paper=paper_of(invoice), attachments=views)
    return html.unescape(re.sub(r"<[^>]*>", " ", page))


def attached(invoice: Invoice) -> tuple[Held, ...]:
    return tuple(Held(one, b"x", None) for one in invoice.attachments)


def test_every_term_of_the_document_is_on_the_page() -> None:
    whole = Whole()
    invoice = whole.make(Invoice, "Invoice")
    page = drawn(invoice, attached(invoice))
    checked = {path: value for path, value in whole.given.items() if not _in_words(path)}
    assert len(checked) > 300, "the document is no longer walked through"
    assert [path for path, value in checked.items() if spelled(value) not in page] == []


def _in_words(path: str) -> bool:
    full = path.partition(" ")[0]
    return full in IN_WORDS or full.partition(".")[2] in IN_WORDS


def _types(kind: Any) -> Iterator[Any]:
    yield kind
    for hint in get_type_hints(kind, vars(en16931)).values():
        for one in (hint, *get_args(hint)):
            if is_dataclass(one):
                yield from _types(one)


def test_the_walk_meets_every_part_there_is() -> None:
    parts = {one for one in vars(en16931).values() if isinstance(one, type) and is_dataclass(one)}
    assert set(_types(Invoice)) == parts


def test_what_stands_on_the_page_comes_from_the_bytes() -> None:
    """Written and read, the page is the same: no term is lost on the way in."""
    whole = Whole()
    invoice = replace(
        whole.make(Invoice, "Invoice"), attachments=(), uuid=None,
        accounts=(PaymentAccount("5050109", "BANKGIRO", "30", "OCR1", "Giro", "Kontorsbolaget"),),
        means=(whole.make(en16931.PaymentMeans, "Means"),), payment_means_code="30",
        payment_means_text="Giro", payment_reference="OCR1",
    )  # fmt: skip
    card = replace(invoice.means[0], card="1234")
    invoice = replace(invoice, means=(card,))
    assert drawn(read_invoice(write_invoice(invoice))) == drawn(invoice)


def line(**changes: Any) -> InvoiceLine:
    bare = InvoiceLine("1", D(4), "HUR", D(2560), "Konsult", D(650), vat_category="S", vat_rate=D(25))
    return replace(bare, **changes)


OFF = AllowanceCharge(is_charge=False, amount=D(40), reason="Stamkund", percent=D("1.5"), base_amount=D(2600))


@pytest.mark.parametrize(
    ("one", "reckoned"),
    [
        (line(allowances_charges=(OFF,)), "4 tim × 650,00 − rabatt 40,00 = 2 560,00"),
        (line(quantity=D(10), unit="EA", net_price=D(1200), base_quantity=D(100), line_amount=D(120)),
         "10 st à 1 200,00 per 100 st = 120,00"),
        (line(quantity=D(10), unit="EA", net_price=D(1200), base_quantity=D(2), base_unit="XPK", line_amount=D(6000)),
         "10 st à 1 200,00 per 2 förp = 6 000,00"),
        (line(allowances_charges=(replace(OFF, amount=D(-40)),), line_amount=D(2640)),
         "4 tim × 650,00 + avgift 40,00 = 2 640,00"),
        (line(allowances_charges=(replace(OFF, is_charge=True),), line_amount=D(2640)),
         "4 tim × 650,00 + avgift 40,00 = 2 640,00"),
        (line(quantity=D(3), net_price=D("0.3333"), line_amount=D(1)), "3 tim × 0,3333 = 1,00"),
        (line(), "4 tim × 650,00 ≠ 2 560,00"),
    ],
)  # fmt: skip
def test_a_line_explains_its_amount(one: InvoiceLine, reckoned: str) -> None:
    view = line_view(one)
    assert view.reckoning.replace("\u00a0", " ") == reckoned
    assert (view.off is not None) == ("≠" in reckoned)


def test_a_line_says_its_share_and_its_discounted_price() -> None:
    rows = {row.label: row.value.replace("\u00a0", " ") for row in line_view(
        line(allowances_charges=(OFF,), gross_price=D(700), price_discount=D(50))
    ).rows}  # fmt: skip
    assert rows["Rabatt"] == "Stamkund, 40,00, 1,5 % av 2 600,00"
    assert rows["Pris före rabatt"] == "700,00 − 50,00 = 650,00"
    assert rows["Moms"] == "25 %"


def bare(**changes: Any) -> Invoice:
    day_ = date(2026, 11, 1)
    base = Invoice(
        is_credit_note=False, number="F-1", issue_date=day_, type_code="380", currency="SEK", seller=Party("S"),
        buyer=Party("B"), lines=(line(allowances_charges=(OFF,)),), sum_of_lines=D(2560), net_amount=D(2560),
        tax_amount=D(640), gross_amount=D(3200), payable_amount=D(3200),
        vat_breakdown=(en16931.VatBreakdown(D(2560), D(640), "S", D(25)),),
    )  # fmt: skip
    return replace(base, **changes)


def steps(invoice: Invoice) -> list[tuple[str, str, str | None]]:
    paper = paper_of(invoice)
    return [(one.label, one.amount.replace("\u00a0", " "), one.off) for one in (*paper.sums, paper.payable)]


def test_a_plain_invoice_has_a_short_sum() -> None:
    assert [(label, amount) for label, amount, _ in steps(bare())] == [
        ("Netto", "2 560,00"), ("Moms 25\u00a0%", "640,00"), ("Att betala", "3 200,00 kr"),
    ]  # fmt: skip


def test_the_sums_follow_from_each_other_and_say_where_they_do_not() -> None:
    freight = AllowanceCharge(is_charge=True, amount=D(95), reason="Frakt", vat_category="S", vat_rate=D(25))
    invoice = bare(
        allowances_charges=(freight, replace(OFF, amount=D(15), percent=None, base_amount=None)), charge_total=D(95),
        allowance_total=D(15), net_amount=D(2640), tax_amount=D(660), gross_amount=D(3300), prepaid_amount=D(300),
        rounding_amount=D("0.5"), payable_amount=D("3000.5"),
        vat_breakdown=(en16931.VatBreakdown(D(2640), D(660), "S", D(25)),),
    )  # fmt: skip
    assert [(label, amount) for label, amount, _ in steps(invoice)] == [
        ("Summa rader", "2 560,00"), ("Rabatter", "−15,00"), ("Avgifter", "95,00"), ("Netto", "2 640,00"),
        ("Moms 25\u00a0%", "660,00"), ("Totalt med moms", "3 300,00"), ("Redan betalt", "−300,00"),
        ("Avrundning", "0,50"), ("Att betala", "3 000,50 kr"),
    ]  # fmt: skip
    assert all(off is None for _, _, off in steps(invoice))
    assert [one.label for one in paper_of(invoice).charges] == ["Avgift: Frakt", "Rabatt: Stamkund"]
    wrong = [off for _, _, off in steps(replace(invoice, net_amount=D(2700), payable_amount=D(1)))]
    assert [one for one in wrong if one] == [
        "Räknat blir det 2\u00a0640,00.", "Räknat blir det 3\u00a0360,00.", "Räknat blir det 3\u00a0000,50.",
    ]  # fmt: skip


def test_codes_are_told_in_words_and_identifiers_by_their_scheme() -> None:
    reverse = en16931.VatBreakdown(D(2560), D(0), "AE", D(0), "Omvänd byggmoms", "VATEX-EU-AE")
    page = drawn(bare(
        type_code="384", tax_amount=D(0), vat_breakdown=(reverse,), tax_point_code="432",
        object_id=Identifier("A-17", "AVE"),
        delivery_location=Identifier("7350099900013", "0088"), payment_means_code="48",
        lines=(line(standard_item_id=Identifier("7310865004703", "0160"),
                    classifications=(Identifier("14111507", "TSP", "26"),)),),
    )).replace("\u00a0", " ")  # fmt: skip
    for text in ("Rättad faktura (384)", "Moms 0 %, omvänd betalningsskyldighet", "Omvänd byggmoms (VATEX-EU-AE)",
                 "betalningsdagen (432)", "A-17 (AVE)", "GLN 7350099900013", "kort (48)", "GTIN 7310865004703",
                 "UNSPSC 26 14111507"):  # fmt: skip
        assert text in page, text


PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def views(*files: tuple[str, str, bytes]) -> Any:
    attachments = tuple(
        en16931.Attachment(f"A{at}", "Underlag", name, media_type, len(data))
        for at, (name, media_type, data) in enumerate(files)
    )
    written = write_invoice(
        bare(attachments=attachments), embedded={f"A{at}": file[2] for at, file in enumerate(files)}
    )
    return attachment_views(held_in(parse_xml(written)), "/f", lambda name: f"/p?document={name}")


def test_only_what_is_a_picture_or_pdf_by_its_bytes_is_shown() -> None:
    files = views(
        ("a.png", "image/png", PNG), ("b.pdf", "application/pdf", b"<script>alert(1)</script>"),
        ("c.html", "text/html", b"%PDF-1.7"), ("d.svg", "image/svg+xml", b"<svg onload='x'/>"),
    )  # fmt: skip
    assert [(one.kind, bool(one.show), one.is_picture) for one in files] == [
        ("PNG-bild", True, True), ("application/pdf", False, False), ("PDF", True, False),
        ("image/svg+xml", False, False),
    ]  # fmt: skip
    assert [bool(one.warning) for one in files] == [False, True, True, False]
    assert "men det är något annat" in str(files[1].warning) and "text/html" in str(files[2].warning)


def test_a_link_is_told_with_its_host_and_opens_nothing() -> None:
    away = en16931.Attachment("A", None, None, None, None, "https://filer.example.test/x?y=1")
    (one,) = attachment_views(
        held_in(parse_xml(write_invoice(bare(attachments=(away,))))), "/f", lambda name: name
    )
    assert (one.host, one.href, one.show) == ("filer.example.test", None, None)
    template = environment().from_string(
        '{% from "components/paper.html" import attachment_list %}{{ attachment_list([one]) }}'
    )
    page = template.render(one=one)
    assert "<code>https://filer.example.test/x?y=1</code>" in page and "<a" not in page


def test_what_is_no_base64_is_said_and_cannot_be_opened() -> None:
    written = write_invoice(
        bare(attachments=(en16931.Attachment("A", None, "a.pdf", "application/pdf", 5),)),
        embedded={"A": b"%PDF-1.4"},
    )
    data = re.sub(rb"(<cbc:EmbeddedDocumentBinaryObject[^>]*>)[^<]*", "\\1%PDF å".encode(), written)
    (one,) = attachment_views(held_in(parse_xml(data)), "/f", lambda name: name)
    assert one.href is None and one.show is None and "base64" in str(one.warning)
