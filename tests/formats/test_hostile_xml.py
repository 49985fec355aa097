"""Damaged and hostile XML: only the declared errors, no matter what."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.formats.check import check_document
from portal.formats.en16931 import Invoice
from portal.formats.findings import Unreadable
from portal.formats.peppol.invoice_writer import write_invoice
from portal.formats.peppol.reader import read_invoice
from portal.formats.xml import parse_xml

CODES = {"EMPTY", "TOO_LARGE", "ZIP", "NOT_XML", "DOCTYPE", "ENCODING", "ROOT_UNKNOWN", "XSD"}
TOKENS = [
    b"<",
    b">",
    b"&",
    b"</",
    b"]]>",
    b"<!--",
    b"<!DOCTYPE x>",
    b"\0",
    b"\xff",
    b"'",
    b'"',
    b"<cbc:ID>",
    b"&amp;",
    b"1e9",
    b"NaN",
]

fixture_is_constant = settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def damages(draw: st.DrawFn) -> list[tuple[float, bytes, int]]:
    return draw(
        st.lists(
            st.tuples(st.floats(0, 1), st.sampled_from(TOKENS) | st.binary(max_size=4), st.integers(0, 30)),
            min_size=1,
            max_size=4,
        )
    )


def damaged(data: bytes, wounds: list[tuple[float, bytes, int]]) -> bytes:
    for place, put, cut in wounds:
        at = int(place * len(data))
        data = data[:at] + put + data[at + cut :]
    return data


@fixture_is_constant
@given(wounds=damages())
def test_damaged_xml_raises_only_what_is_declared(
    invoice: Invoice, wounds: list[tuple[float, bytes, int]]
) -> None:
    data = damaged(write_invoice(invoice), wounds)
    try:
        read_invoice(data)
    except Unreadable as error:
        assert error.finding.message.endswith(".")


@settings(fixture_is_constant, max_examples=80)
@given(wounds=damages())
def test_damaged_xml_gets_a_verdict(invoice: Invoice, wounds: list[tuple[float, bytes, int]]) -> None:
    result = check_document(damaged(write_invoice(invoice), wounds))
    assert all(finding.message for finding in result.findings)
    if not result.is_readable:
        assert {finding.code for finding in result.findings} <= CODES


@fixture_is_constant
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_refused_with_a_code(data: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_xml(data)
    assert refused.value.finding.code in CODES


INTERNAL = '<!DOCTYPE Invoice [<!ENTITY x SYSTEM "{0}">]><Invoice>&x;</Invoice>'
ATTACKS = [
    INTERNAL.format("file:///etc/hostname"),
    INTERNAL.format("http://127.0.0.1:9/x"),
    '<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:9/x.dtd"><Invoice/>',
    '<!DOCTYPE Invoice PUBLIC "a" "http://127.0.0.1:9/x.dtd"><Invoice/>',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x">%p;]><x/>',
    "<?xml version='1.0'?><!-- a --><?b c?>\n<!DOCTYPE x><x/>",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_no_doctype_gets_in_and_nothing_goes_out(
    attack: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(Unreadable) as refused:
        parse_xml(attack.encode(encoding))
    assert refused.value.finding.code == "DOCTYPE"


def test_an_xinclude_and_a_schema_location_are_only_text(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hemligt")
    root = parse_xml(
        '<a xmlns:xi="http://www.w3.org/2001/XInclude">'
        f'<xi:include href="{secret}" parse="text"/></a>'.encode(),
        roots=None,
    )
    assert "hemligt" not in "".join(str(text) for text in root.itertext())


@pytest.mark.parametrize("declared", ["UTF-7", "IBM037", "UTF-32", "hex", "rot13", "unicode_escape", "idna"])
def test_exotic_encodings_are_not_read(declared: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_xml(f'<?xml version="1.0" encoding="{declared}"?><a/>'.encode(), roots=None)
    assert refused.value.finding.code == "ENCODING"


def test_depth_and_number_of_tags_are_limited() -> None:
    for data, code in ((b"<a>" * 300 + b"</a>" * 300, "NOT_XML"), (b"<a/>" * 1_000_001, "TOO_LARGE")):
        with pytest.raises(Unreadable) as refused:
            parse_xml(data, roots=None)
        assert refused.value.finding.code == code
