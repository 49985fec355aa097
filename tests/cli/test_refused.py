"""Refused is what is no readable invoice or is for nobody here; kept as evidence, each with its code."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from dev.invoices.writer import Buyer, write
from tests.cli.conftest import Command


def _spoil(portal: Command, kind: str) -> bytes:
    clean = write(portal.invoice("EX-100001"))
    return {
        "NOT_XML": b"Hej, fakturan kommer i morgon.",
        "EMPTY": b"",
        "ZIP": b"PK\x03\x04" + b"\0" * 40,
        "DOCTYPE": clean.replace(b"?>", b'?><!DOCTYPE Invoice [<!ENTITY a "b">]>', 1),
        "ROOT_UNKNOWN": b"<Faktura/>",
        "XSD": clean.replace(b"<cbc:IssueDate>", b"<cbc:IssueDate>2026-02-30", 1),
        "NOT_INVOICE": clean.replace(b"Invoice", b"Order"),
    }[kind]


@pytest.mark.parametrize("code", ["NOT_XML", "EMPTY", "ZIP", "DOCTYPE", "ROOT_UNKNOWN", "XSD", "NOT_INVOICE"])
def test_refused_with_its_own_code(portal: Command, code: str) -> None:
    data = _spoil(portal, code)
    (result,) = portal.json("intake", portal.file(data), exit_code=1)
    assert (result["stored"], result["invoice"]) == ("refused", None)
    assert result["sha256"] == hashlib.sha256(data).hexdigest()
    assert result["findings"][0]["code"] == code
    assert result["findings"][0]["severity"] == "fatal"
    kept = portal.folder / "data" / "objects" / result["sha256"][:2] / result["sha256"][2:]
    assert kept.read_bytes() == data


def test_for_nobody_here(portal: Command) -> None:
    stranger = Buyer(
        "Annan kommun", ("0007", "5566778899"), org_number="5566778899", vat_number="SE556677889901"
    )
    document = replace(portal.invoice("EX-100001"), buyer=stranger)
    (result,) = portal.json("intake", portal.file(document), exit_code=1)
    assert (result["stored"], result["findings"][0]["code"]) == ("refused", "RECIPIENT_UNKNOWN")


def test_one_bad_file_never_stops_the_others(portal: Command) -> None:
    good = portal.file(portal.invoice("EX-100001"), "good.xml")
    bad = portal.file(b"nej", "bad.xml")
    results = portal.json("intake", bad, good, str(portal.folder / "gone.xml"), exit_code=1)
    assert [result["stored"] for result in results] == ["refused", "new", "refused"]
    assert results[0]["file"] == bad
    assert results[1]["invoice"]["status_label"] == "Klar"
    assert results[2]["findings"][0]["code"] == "FILE"


def test_the_same_bytes_again_change_nothing(portal: Command) -> None:
    path = portal.file(portal.invoice("EX-100001"))
    (first,) = portal.json("intake", path, exit_code=0)
    results = portal.json("intake", path, path, exit_code=0)
    assert [result["stored"] for result in results] == ["duplicate", "duplicate"]
    assert {result["invoice"]["id"] for result in results} == {first["invoice"]["id"]}
    assert len(portal.json("invoice", "show", "F-1")) == 1


def test_an_invoice_that_breaks_the_rules_is_taken_in(portal: Command) -> None:
    """Fatal findings of CEN and Peppol are one control of step 4, named in its message."""
    data = write(portal.invoice("EX-100001")).replace(b"SE212099001101", b"XX212099001101")
    result = portal.intake(data)
    assert result["stored"] == "new"
    fatal = {f["code"] for f in result["findings"] if f["severity"] == "fatal"}
    reason = result["invoice"]["reasons"][-1]
    assert reason["code"] == "official_rules"
    assert fatal
    assert all(code in reason["message"] for code in fatal)
