"""`portal check` below the command line: each bad file its own code and message, every good one accepted."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from portal.formats.check import check_document
from portal.formats.en16931 import Invoice
from portal.formats.peppol.invoice_writer import write_invoice
from portal.formats.rule_install import install_rules
from portal.formats.rulesets import list_rules
from portal.formats.xml import MAX_BYTES

UBL = b"urn:oasis:names:specification:ubl:schema:xsd:"
BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 10 + b'"><!ENTITY c "' + b"&b;" * 10 + b'">]>'


def declared(invoice: Invoice, encoding: str, *, written_as: str) -> bytes:
    body = write_invoice(invoice).decode().split("?>", 1)[1]
    return f'<?xml version="1.0" encoding="{encoding}"?>{body}'.encode(written_as)


def with_value(invoice: Invoice, element: str, value: str) -> bytes:
    xml = write_invoice(invoice).decode()
    changed = re.sub(rf"(<cbc:{element}\b[^>]*>)[^<]*", rf"\g<1>{value}", xml, count=1)
    assert changed != xml
    return changed.encode()


def test_every_real_swedish_invoice_is_accepted_without_a_finding(samples: dict[str, bytes]) -> None:
    assert len(samples) == 15
    found = {name: check_document(data).findings for name, data in samples.items()}
    assert found == dict.fromkeys(samples, ())


@pytest.mark.parametrize("is_credit_note", [False, True])
def test_what_the_portal_writes_has_no_finding(invoice: Invoice, is_credit_note: bool) -> None:
    code = "381" if is_credit_note else "380"
    result = check_document(write_invoice(replace(invoice, is_credit_note=is_credit_note, type_code=code)))
    assert (result.document, result.verdict, result.findings) == (
        "credit_note" if is_credit_note else "invoice",
        "accepted",
        (),
    )


BAD = {
    "text": ("NOT_XML", "inte XML"),
    "empty": ("EMPTY", "tom"),
    "padded": ("TOO_LARGE", "20,1 MB. Gränsen är 20 MB"),
    "zip": ("ZIP", "zip-arkiv"),
    "doctype": ("DOCTYPE", "DOCTYPE"),
    "bomb": ("DOCTYPE", "ENTITY"),
    "encoding": ("ENCODING", "UTF-8, men tecknet"),
    "encoding16": ("ENCODING", "UTF-16 men är sparad med en annan"),
    "encoding1": ("ENCODING", "ISO-8859-1 men är sparad med en annan"),
    "klingon": ("ENCODING", "KLINGON, som inte kan läsas"),
    "root": ("ROOT_UNKNOWN", "rotelementet är Faktura"),
    "amount": ("XSD", 'cbc:PayableAmount på rad 2 har värdet "1000,00"'),
    "day": ("XSD", 'cbc:IssueDate på rad 2 har värdet "2026-02-30"'),
    "cut": ("NOT_XML", "inte hel XML"),
}


@pytest.fixture(scope="module")
def bad_files(invoice: Invoice) -> dict[str, bytes]:
    good = write_invoice(invoice)
    return {
        "text": "Hej! Här kommer fakturan på 1000 kr.".encode("cp1252"),
        "empty": b"",
        "padded": good + b" " * (MAX_BYTES - len(good) + 1),
        "zip": b"PK\x03\x04" + good,
        "doctype": good.replace(b"<Invoice", b"<!DOCTYPE Invoice><Invoice", 1),
        "bomb": b'<?xml version="1.0"?>' + BOMB + b"<Invoice>&c;</Invoice>",
        "encoding": declared(invoice, "UTF-8", written_as="latin-1"),
        "encoding16": declared(invoice, "UTF-16", written_as="utf-8"),
        "encoding1": declared(invoice, "ISO-8859-1", written_as="utf-8"),
        "klingon": declared(invoice, "KLINGON", written_as="utf-8"),
        "root": b"<Faktura><Nummer>1</Nummer></Faktura>",
        "amount": with_value(invoice, "PayableAmount", "1000,00"),
        "day": with_value(invoice, "IssueDate", "2026-02-30"),
        "cut": good[: len(good) // 2],
    }


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_rejected_with_its_own_code_and_message(name: str, bad_files: dict[str, bytes]) -> None:
    code, words = BAD[name]
    result = check_document(bad_files[name])
    assert result.verdict == "rejected"
    assert [finding.code for finding in result.findings] == [code]
    assert words in result.findings[0].message
    assert not result.is_readable


def test_no_two_bad_files_get_the_same_message(bad_files: dict[str, bytes]) -> None:
    messages = {name: check_document(data).findings[0].message for name, data in bad_files.items()}
    assert len(set(messages.values())) == len(messages)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-8-sig", "cp1252"])
def test_an_honest_declaration_is_accepted(invoice: Invoice, encoding: str) -> None:
    claim = "UTF-8" if encoding == "utf-8-sig" else encoding
    assert check_document(declared(invoice, claim, written_as=encoding)).findings == ()


@pytest.mark.parametrize("prolog", [" " * 500_000, "<!-- -" + "- " * 200_000, "<?a " + "?" * 300_000])
def test_a_long_prolog_costs_one_pass(prolog: str) -> None:
    assert check_document(f"<?xml version='1.0'?>{prolog}".encode()).findings[0].code == "NOT_XML"


def test_the_limit_is_a_setting(invoice: Invoice) -> None:
    data = write_invoice(invoice)
    assert check_document(data, max_bytes=len(data)).findings == ()
    assert check_document(data, max_bytes=len(data) - 1).findings[0].code == "TOO_LARGE"


DOCUMENTS = [
    ("Order", "order:3", "order"),
    ("OrderResponse", "order_response:3", "order_response"),
    ("OrderResponse", "order_agreement:3", "order_agreement"),
    ("OrderChange", "order_change:3", "order_change"),
    ("OrderCancellation", "order_cancellation:3", "order_cancellation"),
    ("DespatchAdvice", "despatch_advice:3", "despatch_advice"),
    ("Catalogue", "catalogue:3", "catalogue"),
    ("Catalogue", "punch_out:3", "punch_out"),
    ("ApplicationResponse", "invoice_response:3", "application_response"),
]


@pytest.mark.parametrize(("root", "transaction", "document"), DOCUMENTS)
def test_other_documents_are_named_and_said_to_have_no_rules(
    root: str, transaction: str, document: str
) -> None:
    data = (
        f'<{root} xmlns="{UBL.decode()}{root}-2" xmlns:cbc="{UBL.decode()}CommonBasicComponents-2">'
        f"<cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:{transaction}</cbc:CustomizationID></{root}>"
    )
    result = check_document(data.encode())
    assert (result.document, result.verdict) == (document, "accepted")
    assert [(finding.code, finding.severity) for finding in result.findings] == [("NO_RULES", "warning")]


def test_an_installed_schema_judges_orders(shared_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "order-rules"
    (folder / "common").mkdir(parents=True)
    (folder / "maindoc").mkdir()
    source = shared_data / "ubl-xsd"
    for path in [*source.glob("common/*.xsd"), source / "maindoc" / "UBL-Order-2.1.xsd"]:
        (folder / path.relative_to(source)).write_bytes(path.read_bytes())
    (folder / "rules.toml").write_text(
        '[[rule_set]]\nname = "ubl-order"\nkind = "xsd"\nversion_date = 2013-11-04\n'
        'path = "maindoc/UBL-Order-2.1.xsd"\napplies_to = ["order"]\n'
    )
    install_rules(folder, tmp_path / "data")
    empty = b'<Order xmlns="%sOrder-2"/>' % UBL
    result = check_document(empty, rules=list_rules(tmp_path / "data", date(2026, 11, 1)))
    assert [finding.code for finding in result.findings] == ["XSD"]
    assert "ofullständigt" in result.findings[0].message


def test_rule_findings_carry_id_layer_place_and_swedish(invoice: Invoice) -> None:
    result = check_document(write_invoice(replace(invoice, payable_amount=invoice.gross_amount + 1)))
    assert result.as_json("a.xml") == {
        "file": "a.xml",
        "document": "invoice",
        "verdict": "rejected",
        "findings": [
            {
                "code": "BR-CO-16",
                "severity": "fatal",
                "layer": "en16931",
                "location": "/Invoice[1]/cac:LegalMonetaryTotal[1]",
                "message": "Att betala (BT-115) är inte beloppet med moms minus betalt plus avrundning. "
                "Räkna om beloppet.",
            }
        ],
    }
    assert result.is_readable


def test_both_rule_sets_are_run_even_when_the_first_finds_fatals(invoice: Invoice) -> None:
    wrong = replace(invoice, payable_amount=invoice.gross_amount + 1, order_reference=None)
    layers = {finding.layer for finding in check_document(write_invoice(wrong)).findings}
    assert layers == {"en16931", "peppol"}


XSD_FAULTS = [
    (r"<cbc:IssueDate>[^<]*</cbc:IssueDate>", "", "får inte stå där. Där väntas"),
    (r' currencyID="SEK"', "", "saknar attributet currencyID"),
    (r"<cbc:ID>F-1", "<cbc:ID extra='1'>F-1", "attributet extra, som inte är tillåtet"),
    (r"<cbc:ID>F-1", "<cbc:ID><cbc:ID>x</cbc:ID>", "innehåller ett annat element"),
    (r"<cac:Delivery>|<cac:PaymentMeans>", r"lös text\g<0>", "lös text mellan"),
    (r"<cbc:PriceAmount([^>]*)>[^<]*", r"<cbc:PriceAmount\g<1>>", "saknar värde"),
    (r"(<cbc:InvoicedQuantity[^>]*>)[^<]*", r"\g<1>tio", 'värdet "tio", som inte är ett tal'),
]


@pytest.mark.parametrize(("pattern", "replacement", "words"), XSD_FAULTS)
def test_schema_faults_are_told_in_swedish(
    invoice: Invoice, pattern: str, replacement: str, words: str
) -> None:
    data = re.sub(pattern, replacement, write_invoice(invoice).decode(), count=1).encode()
    first = check_document(data).findings[0]
    assert (first.code, first.layer) == ("XSD", "xsd")
    assert words in first.message
    assert "rad 2" in first.message
