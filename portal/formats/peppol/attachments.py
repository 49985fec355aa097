"""cac:AdditionalDocumentReference: the invoiced object, a credit note's project, and what is attached (BG-24)."""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from portal.formats.en16931 import Attachment, Identifier
from portal.formats.findings import Finding, fatal
from portal.formats.locations import location_of
from portal.formats.media import told_by_bytes
from portal.formats.peppol.tree import Children, attribute, children, each, identifier, inside, text

_OBJECT = "130"
_PROJECT = "50"
EMBEDDED = "EmbeddedDocumentBinaryObject"
_LONGEST_NAME = 60
NOT_BASE64 = (
    "Bilagan %(name)s går inte att öppna: innehållet är inte kodat som base64. "
    "Bifoga filen på nytt i ert system och skicka fakturan igen."
)


@dataclass(frozen=True, slots=True)
class Documents:
    """BT-18, BT-11 as a credit note writes it, and BG-24: one element for all three, told apart by its type code."""

    object_id: Identifier | None
    project: str | None
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """An attachment as it is in the document. `data`: its bytes, None where none are embedded or they are no base64.

    `media_type` is told by the bytes alone: None for every kind that is not shown in a page.
    """

    attachment: Attachment
    data: bytes | None
    media_type: str | None

    @property
    def broken(self) -> bool:
        """Whether something is embedded that cannot be read."""
        return self.attachment.size is not None and self.data is None


def read_documents(of: Children) -> Documents:
    """What the references of a document say."""
    objects = (identifier(one, "ID") for one in _references(of) if _code(one) == _OBJECT)
    projects = (text(one, "ID") for one in _references(of) if _code(one) == _PROJECT)
    return Documents(
        next(filter(None, objects), None),
        next(filter(None, projects), None),
        tuple(_attachment(one) for one in _attached(of)),
    )


def held_in(root: etree._Element) -> tuple[Held, ...]:
    """Every attachment of a parsed invoice with its bytes, in the order of `Invoice.attachments`."""
    return tuple(_held(one) for one in _attached(children(root)))


def check_attachments(root: etree._Element) -> list[Finding]:
    """One finding per attachment that is no base64, by its name: a schema knows only the line, and misses some."""
    found = []
    for element in each(children(root), "AdditionalDocumentReference"):
        held = _held(children(element))
        if held.broken:
            name = held.attachment.filename or held.attachment.id
            message = NOT_BASE64 % {"name": name[:_LONGEST_NAME]}
            found.append(fatal("BASE64", message, layer="xsd", location=location_of(element)))
    return found


def _held(reference: Children) -> Held:
    data = _decoded(text(inside(reference, "Attachment"), EMBEDDED))
    return Held(_attachment(reference), data, told_by_bytes(data) if data else None)


def _references(of: Children) -> Iterator[Children]:
    return (children(element) for element in each(of, "AdditionalDocumentReference"))


def _attached(of: Children) -> Iterator[Children]:
    return (one for one in _references(of) if _code(one) not in {_OBJECT, _PROJECT})


def _code(reference: Children) -> str | None:
    return text(reference, "DocumentTypeCode")


def _attachment(reference: Children) -> Attachment:
    held = inside(reference, "Attachment")
    return Attachment(
        id=text(reference, "ID") or "",
        description=text(reference, "DocumentDescription"),
        filename=attribute(held, EMBEDDED, "filename"),
        media_type=attribute(held, EMBEDDED, "mimeCode"),
        size=_decoded_size(text(held, EMBEDDED)),
        uri=text(inside(held, "ExternalReference"), "URI"),
    )


def _decoded_size(encoded: str | None) -> int | None:
    """Bytes the base64 text stands for, without decoding it."""
    if encoded is None:
        return None
    packed = "".join(encoded.split())
    return len(packed) * 3 // 4 - packed[-2:].count("=")


def _decoded(encoded: str | None) -> bytes | None:
    if encoded is None:
        return None
    try:
        return binascii.a2b_base64("".join(encoded.split()), strict_mode=True)
    except (binascii.Error, ValueError):
        return None
