"""What is told of a file that is no XML: by the library's error codes, tried against the installed library."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.formats.check import check_document
from portal.formats.en16931 import Invoice
from portal.formats.findings import Unreadable
from portal.formats.peppol.invoice_writer import write_invoice
from portal.formats.peppol.reader import read_invoice
from portal.formats.xml import LONGEST_TEXT, MAX_BYTES, MAX_DEPTH, parse_xml

SAID = {
    "declaration": (b'\n<?xml version="1.0"?><a/>', "före första raden <?xml", (2, 6)),
    "declaration inside": (b'<a><?xml version="1.0"?></a>', "allra först i filen", (1, 9)),
    "character reference": ("<a>Åsa&#x1; & co</a>".encode(), "otillåtet tecken", (1, 7)),
    "character": (b"<a>\n b\x01</a>", "otillåtet tecken", (2, 3)),
    "tag": (b"<a><b></a></b>", "avslutas med fel namn", (1, 11)),
    "cut": (b"<a><b>", "avhuggen", (1, 7)),
    "cut in a tag": (b"<a><b", "inte avslutad med >", (1, 6)),
    "after the end": (b"<a/>x", "efter dokumentets slut", (1, 5)),
    "prefix": (b"<x:a/>", "prefix är inte deklarerat", (1, 5)),
    "entity": (b"<a>&foo;</a>", "entitet som inte finns", (1, 9)),
    "twice": (b'<a b="1" b="2"/>', "attribut förekommer två gånger", (1, 15)),
    "twice by namespace": (
        b'<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>',
        "attribut förekommer två gånger",
        (1, 43),
    ),
    "ampersand": (b"<a>A & B</a>", "skriv &amp;", (1, 6)),
    "ampersand in a word": (b"<a>A&B</a>", "skriv &amp;", (1, 7)),
    "less than": (b"<a>1 < 2</a>", "&lt;", (1, 6)),
    "less than in an attribute": (b'<a b="<"/>', "skriv &lt;", (1, 7)),
    "no quotes": (b"<a b=1/>", "saknar citattecken", (1, 6)),
    "no value": (b"<a b/>", "attribut saknar värde", (1, 5)),
    "cdata": (b"<a><![CDATA[ </a>", "CDATA-avsnitt är inte avslutat", (1, 18)),
    "comment": (b"<a><!-- </a>", "kommentar är inte avslutad", (1, 13)),
    "depth": (b"<a>" * 300 + b"</a>" * 300, "för många nivåer", (1, 771)),
    "nothing": (b'<?xml version="1.0"?><!-- -->', "innehåller inget element", (1, 30)),
}


@pytest.mark.parametrize("name", SAID)
def test_every_reason_is_told_with_row_and_column(name: str) -> None:
    data, words, (line, column) = SAID[name]
    (finding,) = check_document(data).findings
    assert finding.code == "NOT_XML"
    assert words in finding.message
    assert f"rad {line}, tecken {column}." in finding.message
    assert finding.location == f"rad {line}"


def test_a_line_break_before_the_declaration_of_an_invoice(invoice: Invoice) -> None:
    """Case CI24."""
    (finding,) = check_document(b"\r\n" + write_invoice(invoice)).findings
    assert "något står före första raden <?xml, till exempel en tom rad" in finding.message


def test_a_character_no_xml_may_hold_in_a_name(invoice: Invoice) -> None:
    """Case CI24."""
    data = write_invoice(invoice)
    assert data.count(b"Kontorsbolaget AB<") >= 1
    (finding,) = check_document(data.replace(b"Kontorsbolaget AB<", b"Kontorsbolaget&#x1; AB<")).findings
    assert finding.code == "NOT_XML" and "innehåller ett otillåtet tecken" in finding.message
    row = data.replace(b"Kontorsbolaget AB<", b"Kontorsbolaget&#x1; AB<").decode().split("\n")[1]
    assert f"rad 2, tecken {row.index('&#x1;') + 1}." in finding.message


def attached(invoice: Invoice, size: int) -> bytes:
    """The invoice with one PDF of so many bytes."""
    part = (
        "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>"
        '<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="underlag.pdf">'
        f"{base64.b64encode(bytes(size)).decode()}</cbc:EmbeddedDocumentBinaryObject>"
        "</cac:Attachment></cac:AdditionalDocumentReference>"
    )
    return (
        write_invoice(invoice)
        .decode()
        .replace("<cac:AccountingSupplierParty>", f"{part}<cac:AccountingSupplierParty>", 1)
        .encode()
    )


@pytest.mark.parametrize("size", [8_000_000, 14_900_000])
def test_one_attachment_may_fill_the_document(invoice: Invoice, size: int) -> None:
    """Case CI19."""
    data = attached(invoice, size)
    assert LONGEST_TEXT < len(data) <= MAX_BYTES
    assert check_document(data).findings == ()
    (only,) = read_invoice(data).attachments
    assert only.size == size


def test_beyond_the_limit_the_attachment_is_said_to_be_too_large(invoice: Invoice) -> None:
    (finding,) = check_document(attached(invoice, 15_000_000)).findings
    assert finding.code == "TOO_LARGE"
    assert finding.message.startswith("Bilagan är för stor. Filen är 20,1 MB med bilagor")
    assert "gränsen är 20 MB" in finding.message


FILL = "x" * LONGEST_TEXT
BOMBS = {
    "deep": ("<a>" * (MAX_DEPTH + 1) + FILL + "</a>" * (MAX_DEPTH + 1), "NOT_XML", "för många nivåer"),
    "deeper": ("<a>" * 3000 + FILL + "</a>" * 3000, "NOT_XML", "för många nivåer"),
    "tags": ("<a>" + FILL + "<b/>" * 1_000_000 + "</a>", "TOO_LARGE", "en miljon taggar"),
    "entities": (f'<!DOCTYPE a [<!ENTITY x "{FILL}">]><a>&x;&x;&x;</a>', "DOCTYPE", "ENTITY"),
    "nested": (
        '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]>' + f"<a>{FILL}&c;</a>",
        "DOCTYPE",
        "ENTITY",
    ),
    "outside": (f'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x"><a>{FILL}</a>', "DOCTYPE", "DOCTYPE"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_large_document_gets_no_further_with_a_bomb(name: str) -> None:
    text, code, words = BOMBS[name]
    with pytest.raises(Unreadable) as refused:
        parse_xml(text.encode(), roots=None)
    assert refused.value.finding.code == code
    assert words in refused.value.finding.message


def test_as_deep_as_allowed_is_read() -> None:
    parse_xml(("<a>" * MAX_DEPTH + FILL + "</a>" * MAX_DEPTH).encode(), roots=None)


MEASURE = """
import resource, sys
from portal.formats.xml import parse_xml
kind = sys.argv[1]
size = 19_900_000
data = b"<a>" + (b"x" * size if kind == "text" else b"<b c=''>%s</b>" % (b"1" * 28) * (size // 40)) + b"</a>"
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
parse_xml(data, roots=None)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize(("kind", "most"), [("text", 120), ("tags", 700)])
def test_memory_is_bounded_by_the_size_of_the_document(kind: str, most: int) -> None:
    """Megabytes beyond the bytes themselves, in a process of its own: a text costs its copies, tags their tree."""
    here = Path(__file__).parents[2]
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE, kind],
        capture_output=True,
        check=True,
        cwd=here,
        env=os.environ | {"PYTHONPATH": str(here)},
    )
    assert int(answer.stdout) <= most
