"""Files meant to hurt whoever reads them as a catalogue, each with the answer it must get.

An answer is a code of UnreadableTable, or "read" where the file does no harm and is read as what it is. Every file is
made when it is asked for: several are bombs of many megabytes once they are unpacked.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from portal.formats.tabular import write_csv, write_xlsx

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
BOOK = "xl/workbook.xml"
BOOK_RELATIONS = "xl/_rels/workbook.xml.rels"
HEADER = ("Artikelnummer", "Benämning", "Enhet", "Pris", "Moms", "UNSPSC")
ROW = ("N-1", "Patchkabel", "st", "49,50", "25", "43223301")
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
HUGE = 4_000_000_000

Make = Callable[[], bytes]


def plain() -> bytes:
    """An honest workbook of one row."""
    return write_xlsx(HEADER, [ROW])


def zipped(changes: dict[str, bytes], *, stored: bool = False, base: bytes | None = None) -> bytes:
    """An honest workbook with some parts changed or added."""
    out, kind = io.BytesIO(), zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(io.BytesIO(base or plain())) as old, zipfile.ZipFile(out, "w", kind) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return out.getvalue()


def sheet(rows: str, *, before: str = "", prolog: str = "") -> bytes:
    """A sheet of these rows."""
    return f'{prolog}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>'.encode()


def elsewhere(target: str, content: bytes, *, kind: str = "worksheet") -> bytes:
    """The only sheet of the workbook lies where nobody looks for one; its relation says where."""
    book = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>"
    )
    relations = (
        f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        "</Relationships>"
    )
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return zipped({BOOK: book.encode(), BOOK_RELATIONS: relations.encode(), name: content})


def shared(texts: list[str], rows: str) -> bytes:
    """A workbook whose cells show shared texts by number."""
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    return zipped({STRINGS: f'<sst xmlns="{MAIN}">{items}</sst>'.encode(), SHEET: sheet(rows)})


def showing(index: int, rows: int, columns: int = 1) -> str:
    """So many cells that all show one shared text."""
    letters = "ABCDEFGHIJ"[:columns]
    return "".join(
        f'<row r="{n}">' + "".join(f'<c r="{c}{n}" t="s"><v>{index}</v></c>' for c in letters) + "</row>"
        for n in range(1, rows + 1)
    )


def lying(size: int, claimed: int) -> bytes:
    """A part that is larger than its directory says."""
    data = zipped({"xl/media/x": bytes(size)})
    return data.replace(size.to_bytes(4, "little"), claimed.to_bytes(4, "little"))


def overlapping() -> bytes:
    """Many directory entries that all point at the same packed bytes (Fifield's better bomb)."""
    data = zipped({"xl/media/aaaa": bytes(9_900_000)})
    directory = data.rindex(b"PK\x01\x02", 0, data.rindex(b"PK\x05\x06"))
    end = data.rindex(b"PK\x05\x06")
    entry = data[directory:end]
    copies = b"".join(entry.replace(b"aaaa", f"b{n:03}".encode()) for n in range(20))
    count = struct.unpack_from("<H", data, end + 10)[0] + 20
    size = struct.unpack_from("<I", data, end + 12)[0] + len(copies)
    tail = bytearray(data[end:])
    struct.pack_into("<HHI", tail, 8, count, count, size)
    return data[:end] + copies + bytes(tail)


def quoted_name(name: str) -> bytes:
    return zipped({name: b"<x/>"})


def encrypted() -> bytes:
    data = bytearray(zipped({}))
    data[data.find(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def method(number: int) -> bytes:
    """Every part claims a way of packing that is not deflate."""
    data = bytearray(plain())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<H", data, at + 10, number)
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def nested(depth: int) -> bytes:
    """A zip in a zip in a zip: none of them a workbook."""
    data = b"x" * 1_000
    for level in range(depth):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            new.writestr(f"{level}.zip", data)
        data = out.getvalue()
    return data


def laughs(levels: int) -> str:
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, levels + 1)
    )
    return f"<!DOCTYPE worksheet [{entities}]>"


def png(width: int, height: int) -> bytes:
    """A picture of a few bytes that claims to be very large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1_000)))
        + chunk(b"IEND", b"")
    )


def head() -> bytes:
    return ";".join(HEADER).encode() + b"\n"


XXE = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
WEB = '<!DOCTYPE worksheet SYSTEM "http://127.0.0.1:9/x.dtd">'
TEXT_CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>'
WIDE = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 2_000))

HOSTILE: dict[str, tuple[Make, str]] = {
    # cells far out, wherever the sheet lies and however it is written
    "area": (lambda: zipped({SHEET: sheet(FAR)}), "bomb"),
    "area elsewhere": (lambda: elsewhere("blad/a.xml", sheet(FAR)), "bomb"),
    "area in the root": (lambda: elsewhere("/a.xml", sheet(FAR)), "bomb"),
    "area in a theme": (lambda: elsewhere("theme/theme1.xml", sheet(FAR)), "bomb"),
    "area in a picture": (lambda: elsewhere("media/a.png", sheet(FAR)), "bomb"),
    "area without blanks": (lambda: zipped({SHEET: sheet(FAR.replace('c r="XFD', 'c s="0"r="XFD'))}), "bomb"),
    "area in small letters": (lambda: zipped({SHEET: sheet(FAR.lower())}), "bomb"),
    "area with blanks": (lambda: zipped({SHEET: sheet(FAR.replace('r="X', 'r =\n "X'))}), "bomb"),
    "area in single quotes": (lambda: zipped({SHEET: sheet(FAR.replace('"', "'"))}), "bomb"),
    "area as a row": (lambda: zipped({SHEET: sheet('<row r="9999999"><c r="A1"><v>1</v></c></row>')}), "bomb"),
    "area of thin rows": (lambda: zipped({SHEET: sheet(WIDE)}), "bomb"),
    "area that is only declared": (
        lambda: zipped({SHEET: sheet(ONE, before='<dimension ref="A1:XFD1048576"/>')}),
        "read",
    ),
    "area beyond numbers": (lambda: zipped({SHEET: sheet(FAR.replace("1048576", "9999999999"))}), "bomb"),
    "area by entity": (lambda: zipped({SHEET: sheet(FAR.replace("XFD", "&#88;FD"))}), "any"),
    # texts shown again and again
    "shared text": (lambda: shared(["x" * 30_000], showing(0, 40_000)), "bomb"),
    "shared text of many columns": (lambda: shared(["x" * 20_000], showing(0, 5_000, 10)), "bomb"),
    "shared text, the third": (
        lambda: shared(["a", "b", "x" * 32_000], showing(2, 20_000)), "bomb",
    ),
    "shared text, long but seldom": (lambda: shared(["x" * 32_000, "y"], showing(1, 20_000)), "read"),
    "shared text out of range": (lambda: shared(["a"], showing(7, 3)), "any"),
    "shared count that lies": (
        lambda: zipped({STRINGS: f'<sst xmlns="{MAIN}" count="{HUGE}" uniqueCount="{HUGE}"><si><t>a</t></si></sst>'
                        .encode(), SHEET: sheet(showing(0, 2))}),
        "any",
    ),
    "cell too long": (lambda: shared(["x" * 40_000], showing(0, 2)), "cell"),
    "inline text too long": (
        lambda: zipped({SHEET: sheet(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * 40_000}</t></is></c></row>')}),
        "cell",
    ),
    "text of fifty megabytes": (lambda: zipped({SHEET: sheet(f"<row><c>{'x' * 50_000_000}</c></row>")}), "bomb"),
    # XML that defines, fetches or digs
    "entities": (lambda: zipped({SHEET: sheet(TEXT_CELL, prolog=laughs(3))}), "doctype"),
    "billion laughs": (lambda: zipped({SHEET: sheet(TEXT_CELL, prolog=laughs(9))}), "doctype"),
    "quadratic": (
        lambda: zipped({SHEET: sheet("<row/>", prolog=f'<!DOCTYPE w [<!ENTITY x "{"y" * 100_000}">]>')}), "doctype",
    ),
    "file by entity": (lambda: zipped({SHEET: sheet(TEXT_CELL, prolog=XXE)}), "doctype"),
    "file by entity in the texts": (
        lambda: zipped({STRINGS: f'{XXE}<sst xmlns="{MAIN}"><si><t>&x;</t></si></sst>'.encode()}), "doctype",
    ),
    "file by entity in the book": (lambda: zipped({BOOK: XXE.encode() + b"<workbook/>"}), "doctype"),
    "address by doctype": (lambda: zipped({SHEET: sheet("<row/>", prolog=WEB)}), "doctype"),
    "depth": (lambda: zipped({SHEET: sheet("<row>" * 100_000)}), "any"),
    "depth of groups": (lambda: zipped({SHEET: sheet("<x>" * 50_000 + "</x>" * 50_000)}), "any"),
    "million attributes": (
        lambda: zipped({SHEET: sheet("<row " + " ".join(f'a{n}="1"' for n in range(300_000)) + "/>")}), "any",
    ),
    "sheet in utf-16": (lambda: zipped({SHEET: sheet(FAR).decode().encode("utf-16")}), "any"),
    "sheet cut": (lambda: zipped({SHEET: b"<worksheet><sheetData><row"}), "truncated"),
    "NUL in a sheet": (lambda: zipped({SHEET: sheet("<row r='1'><c r='A1'><v>\0</v></c></row>")}), "nul"),
    "NUL in shared texts": (lambda: shared(["Artikelnummer\0"], showing(0, 3)), "nul"),
    "NUL as an escape": (lambda: shared(["Artikelnummer_x0000_"], showing(0, 3)), "nul"),
    "half a sign as an escape": (lambda: shared(["Artikelnummer_xD800_"], showing(0, 3)), "any"),
    "NUL as an entity": (lambda: zipped({SHEET: sheet("<row r='1'><c r='A1'><v>&#0;</v></c></row>")}), "any"),
    "half a sign as an entity": (
        lambda: zipped({SHEET: sheet("<row r='1'><c r='A1'><v>&#xD800;</v></c></row>")}), "any",
    ),
    # relations that lead astray
    "sheet that is not there": (
        lambda: elsewhere("worksheets/none.xml", b"").replace(b"none.xml", b"nono.xml", 1), "any",
    ),
    "sheet outside the file": (lambda: elsewhere("../../../../etc/passwd", b"x"), "bomb"),
    "sheet that is the book": (lambda: elsewhere("workbook.xml", b"<x/>"), "any"),
    "no sheet to see": (
        lambda: zipped({BOOK: f'<workbook xmlns="{MAIN}"><sheets/></workbook>'.encode()}), "empty",
    ),
    # zips
    "ratio": (lambda: zipped({"xl/media/x": bytes(60_000_000)}), "bomb"),
    "sum": (lambda: zipped({f"xl/media/{n}": bytes(9_900_000) for n in range(12)}), "bomb"),
    "parts": (lambda: zipped({f"xl/media/{n}": b"x" for n in range(1_001)}), "bomb"),
    "many parts": (lambda: zipped({f"xl/media/{n}": b"" for n in range(30_000)}), "bomb"),
    "size that lies": (lambda: lying(60_000_000, 1_000), "bomb"),
    "parts that overlap": (overlapping, "bomb"),
    "zip in zips": (lambda: nested(20), "not_xlsx"),
    "slip": (lambda: quoted_name("../../x.xml"), "bomb"),
    "slip, absolute": (lambda: quoted_name("/etc/cron.d/x"), "bomb"),
    "slip, other slashes": (lambda: quoted_name("..\\..\\x.xml"), "bomb"),
    "slip, drive": (lambda: quoted_name("C:/x.xml"), "bomb"),
    "one name twice": (lambda: zipped({"XL/WORKBOOK.XML": b"<x/>"}), "truncated"),
    "password": (encrypted, "password"),
    "unknown packing": (lambda: method(99), "truncated"),
    "bzip2": (lambda: method(12), "truncated"),
    "cut": (lambda: plain()[:-40], "truncated"),
    "directory alone": (lambda: b"PK\x05\x06" + bytes(18), "not_xlsx"),
    "noise after PK": (lambda: b"PK\x03\x04" + bytes(range(256)) * 200, "truncated"),
    # what runs when opened
    "macros": (lambda: zipped({"xl/vbaProject.bin": b"x"}), "macros"),
    "old macros": (lambda: zipped({"xl/macrosheets/sheet1.xml": b"<x/>"}), "macros"),
    "links": (lambda: zipped({"xl/externalLinks/externalLink1.xml": b"<x/>"}), "links"),
    "formula": (
        lambda: zipped({SHEET: sheet('<row r="1"><c r="A1"><f>HYPERLINK("http://127.0.0.1:9")</f><v>1</v></c></row>')}),
        "read",
    ),
    "formula in csv": (lambda: head() + b'=cmd|"/c calc"!A1;x;st;1;25;43223301\n', "any"),
    # text files
    "endless line": (lambda: head() + b"x" * 5_000_000, "cell"),
    "endless line of cells": (lambda: b"a;b\n" + b"x;" * 2_000_000, "columns"),
    "endless header": (lambda: b"a;" * 2_000_000, "columns"),
    "endless quote": (lambda: head() + b'"' + b"x\n" * 2_000_000, "cell"),
    "open quote": (lambda: head() + b'N-1;"Patchkabel;st;1;25;43223301\n', "quote"),
    "blank lines": (lambda: head() + b"\n" * 10_000_000, "read"),
    "empty cells": (lambda: head() + b";;;;;\n" * 1_000_000, "read"),
    "NUL": (lambda: head() + b"N-1;\0;st;1;25;43223301\n", "nul"),
    "NUL alone": (lambda: bytes(1_000_000), "any"),
    "no encoding": (lambda: head() + b"\x81\x8d;x\n", "encoding"),
    "half of utf-16": (lambda: b"\xff\xfe" + ";".join(HEADER).encode("utf-16-le") + b"\x00", "encoding"),
    "utf-8 that lies": (lambda: b"\xef\xbb\xbf" + "Artikelnummer;Benämning\n".encode("cp1252"), "encoding"),
    "writing backwards": (lambda: write_csv(HEADER, [("N-1", "\u202egnp.exe", "st", "1", "25", "43223301")]), "read"),
    # other kinds of files
    "PDF": (lambda: b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj", "other_kind"),
    "PDF that launches": (lambda: b"%PDF-1.4\n<</Type/Action/S/Launch/F(calc.exe)>>", "other_kind"),
    "pixels": (lambda: png(100_000, 100_000), "other_kind"),
    "JPEG": (lambda: b"\xff\xd8\xff\xe0" + bytes(1_000), "other_kind"),
    "TIFF": (lambda: b"II*\0" + b"\xff" * 1_000, "other_kind"),
    "gzip": (lambda: b"\x1f\x8b\x08" + bytes(1_000), "other_kind"),
    "page with script": (lambda: b"<html><script>alert(1)</script>", "other_kind"),
    "picture with script": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "other_kind"),
    "XML that fetches": (lambda: b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/">', "other_kind"),
    "program": (lambda: b"MZ\x90" + bytes(1_000), "other_kind"),
    "old Excel": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000), "old_excel"),
}  # fmt: skip
"""Name → how it is made and its answer; "any": a refusal or a table, as the reader finds it, in time and memory."""
