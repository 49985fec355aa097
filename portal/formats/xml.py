"""The one hardened XML parser: nothing else in the portal turns foreign bytes into a tree.

No entity is expanded, nothing is loaded from disk or network, a DOCTYPE is refused before the parser runs, and
size, number of tags and depth are bounded. A document so small that no text in it can pass libxml2's own limits
keeps those too; a larger one, which is one with attachments, is bounded by the size it may have.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from lxml import etree

from portal.formats.encoding import WrongEncoding, decode_xml
from portal.formats.findings import Finding, Unreadable, fatal
from portal.formats.roots import unknown_root, unwrapped
from portal.formats.xml_reasons import TOO_DEEP, not_xml, refused

MAX_BYTES = 20_000_000
# An invoice of the full size has about half as many; 20 MB of nothing but tags would be a gigabyte as a tree.
MAX_TAGS = 1_000_000
MAX_DEPTH = 256
# libxml2 refuses a longer text unless told that documents are huge; then it allows far more of everything.
LONGEST_TEXT = 10_000_000

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
UBL_NAMES = (
    "Invoice",
    "CreditNote",
    "Order",
    "OrderResponse",
    "OrderChange",
    "OrderCancellation",
    "DespatchAdvice",
    "Catalogue",
    "ApplicationResponse",
)
UBL_ROOTS = frozenset(f"{{{UBL}{name}-2}}{name}" for name in UBL_NAMES)

_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# One step a level: visits each element once, where counting ancestors would visit them over and over.
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_ATTACHMENT = b"EmbeddedDocumentBinaryObject"
_BLANK = b" \t\r\n\0\xef\xbb\xbf\xfe\xff"
# Possessive throughout: a prolog of a million blanks or comments costs one pass, not a backtrack each.
_DOCTYPE = re.compile(r"(?:\s++|<\?(?:[^?]++|\?(?!>))*+\?>|<!--(?:[^-]++|-(?!->))*+-->)*+<!DOCTYPE")


def parse_xml(
    data: bytes, *, max_bytes: int = MAX_BYTES, roots: Collection[str] | None = UBL_ROOTS
) -> etree._Element:
    """The root element of UBL bytes; comments and processing instructions are left out, and an SBDH around it.

    `roots` are the root names accepted ({namespace}name), None for any. Raises Unreadable with one finding of
    layer xml: EMPTY, TOO_LARGE, ZIP, NOT_XML, DOCTYPE, ENCODING, ENVELOPE, CII, SVEFAKTURA or ROOT_UNKNOWN.
    """
    _refuse_by_shape(data, max_bytes)
    text = _decoded(data)
    _refuse_doctype(text)
    root = unwrapped(_parsed(text))
    if roots is not None and root.tag not in roots:
        raise Unreadable(unknown_root(root))
    return root


def read_trusted(source: Path | bytes) -> etree._Element:
    """The root of a file of ours or the operator's (schema, stylesheet, report): same parser, no limit."""
    if isinstance(source, Path):
        return etree.parse(source, _parser(huge=True)).getroot()
    return etree.fromstring(source, _parser(huge=True))


def parse_part(data: bytes) -> etree._Element:
    """The root of a small part of a workbook (its list of sheets, relations, styles); Unreadable otherwise."""
    return parse_xml(data, roots=None)


def walk_part(data: bytes, tag: str) -> Iterator[etree._Element]:
    """The elements with a tag, one after the other and each forgotten after it: a sheet's rows are too many for a tree.

    The caller has measured the part. Unreadable when it is not whole, or declares a document type.
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Unreadable(_doctype(has_entities=b"<!ENTITY" in data))
    walk = etree.iterparse(
        io.BytesIO(data), events=("end",), tag=tag, resolve_entities=False, no_network=True, load_dtd=False,
        dtd_validation=False, attribute_defaults=False, remove_comments=True, remove_pis=True, huge_tree=False,
    )  # fmt: skip
    try:
        for _event, element in walk:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise Unreadable(not_xml(data.decode("utf-8", "replace"), error)) from None


def _refuse_by_shape(data: bytes, max_bytes: int) -> None:
    if len(data) > max_bytes:
        raise Unreadable(fatal("TOO_LARGE", _too_large(data, max_bytes)))
    if data.count(b"<") > MAX_TAGS:
        raise Unreadable(
            fatal(
                "TOO_LARGE",
                "Filen har över en miljon taggar. Dela upp den i flera dokument och skicka dem var för sig.",
            )
        )
    if not data.strip(_BLANK):
        raise Unreadable(fatal("EMPTY", "Filen är tom. Skapa den på nytt i ert system och skicka den igen."))
    if data.startswith(_ZIP_STARTS):
        raise Unreadable(
            fatal("ZIP", "Filen är ett zip-arkiv. Packa upp det och skicka varje XML-fil för sig.")
        )
    if not data.lstrip(_BLANK).startswith(b"<"):
        raise Unreadable(
            fatal(
                "NOT_XML", "Filen är inte XML: den börjar inte med tecknet <. Skicka fakturan som Peppol-XML."
            )
        )


def _too_large(data: bytes, max_bytes: int) -> str:
    """More than half of it attachments: then it is those that must shrink. `data` may be cut at the limit."""
    size, limit = _megabytes(len(data)), _megabytes(max_bytes)
    if 2 * _attached(data) > len(data):
        return (
            f"Bilagan är för stor. Filen är {size} MB med bilagor, och gränsen är {limit} MB. "
            "Förminska bilagan, eller skicka den på annat sätt, och skicka filen igen."
        )
    return f"Filen är {size} MB. Gränsen är {limit} MB. Ta bort eller förminska bilagor och skicka den igen."


def _attached(data: bytes) -> int:
    """Bytes inside attachments, in any encoding that spells the element in ASCII."""
    parts = data.split(_ATTACHMENT)
    return sum(len(part) for part in parts[1::2])


def _megabytes(size: int) -> str:
    """Rounded up, so that a file over the limit never looks like one at it."""
    return f"{-(-size // 100_000) / 10:.1f}".removesuffix(".0").replace(".", ",")


def _decoded(data: bytes) -> str:
    try:
        return decode_xml(data)
    except WrongEncoding as error:
        raise Unreadable(fatal("ENCODING", str(error))) from None


def _refuse_doctype(text: str) -> None:
    if _DOCTYPE.match(text):
        raise Unreadable(_doctype(has_entities="<!ENTITY" in text))


def _doctype(*, has_entities: bool) -> Finding:
    if has_entities:
        return fatal(
            "DOCTYPE",
            "Filen definierar egna entiteter (<!ENTITY), som kan sprängas till en enorm fil. "
            "Ta bort hela <!DOCTYPE-blocket och skicka filen igen.",
        )
    return fatal(
        "DOCTYPE",
        "Filen innehåller en dokumenttypsdeklaration (DOCTYPE), som inte är tillåten i Peppol. "
        "Ta bort raden med <!DOCTYPE och skicka filen igen.",
    )


def _parser(*, huge: bool = False, encoding: str | None = None) -> etree.XMLParser:
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        huge_tree=huge,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=False,
        strip_cdata=True,
    )


def _parsed(text: str) -> etree._Element:
    """The parser gets the very text that was looked at, so that the two never read the bytes differently."""
    data = text.encode()
    huge = len(data) > LONGEST_TEXT
    try:
        root = etree.fromstring(data, _parser(encoding="utf-8", huge=huge))
    except etree.XMLSyntaxError as error:
        raise Unreadable(not_xml(text, error)) from None
    except (ValueError, LookupError, etree.LxmlError):
        raise Unreadable(not_xml(text, None)) from None
    if huge and _TOO_DEEP(root):
        raise Unreadable(refused(TOO_DEEP))
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(_doctype(has_entities=True))
    return root
