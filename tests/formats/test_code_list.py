"""The organisation's own list of UNSPSC codes: read, kept, opened step by step and searched."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.formats.code_list import NO_LIST, install_codes, kept_codes, read_codes
from portal.kernel.errors import Invalid

LIST = (
    "Key;Kod;Titel\r\n1;44000000;Kontor\r\n2;44120000;Kontorsmaterial\r\n3;44121700;Skrivdon\r\n"
    '4;44121706;"Blyertspennor &amp; stift"\r\n5;44121708;Märkpennor\r\n6;44130000;Annat\r\n7;123;Ingen kod\r\n'
)


def _with(sign: str) -> bytes:
    """The list with another sign between its cells."""
    return LIST.replace("&amp;", "&amp").replace(";", sign).replace("&amp", "&amp;").encode()


@pytest.mark.parametrize(
    "data", [LIST.encode(), LIST.encode("utf-8-sig"), LIST.encode("cp1252"), _with(","), _with("\t")]
)
def test_it_opens_step_by_step(data: bytes) -> None:
    codes = read_codes(data)
    assert list(codes.under("")) == [("44", "Kontor")]
    assert list(codes.under("44")) == [("4412", "Kontorsmaterial"), ("4413", "Annat")]
    assert list(codes.under("4412")) == [("441217", "Skrivdon")]
    assert list(codes.under("441217")) == [("44121706", "Blyertspennor & stift"), ("44121708", "Märkpennor")]
    assert list(codes.search("PENNOR märk")) == [("44121708", "Märkpennor")]
    assert codes.name("4412") == "Kontorsmaterial" and codes.name("99") is None


@pytest.mark.parametrize("data", [b"", b"a;b\n1;2", b"Kod;Namn\n12;Kort", b"\xff\xfe\x00", b"Kod;Namn"])
def test_what_is_no_list_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        install_codes(data, tmp_path)
    assert kept_codes(tmp_path) == NO_LIST


def test_a_new_list_takes_the_place_of_the_old(tmp_path: Path) -> None:
    install_codes(LIST.encode(), tmp_path)
    assert kept_codes(tmp_path).name("44121706") == "Blyertspennor & stift"
    install_codes(b"Code,Title\n44121706,Pencils", tmp_path)
    assert kept_codes(tmp_path).names == {"44121706": "Pencils"}
