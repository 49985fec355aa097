"""A document as a person reads it; the bytes stay the evidence."""

from __future__ import annotations

from lxml import etree

from portal.formats.xml import parse_xml


def laid_out(data: bytes) -> str:
    """The document with an element a line, indented; comments are left out. Raises as parse_xml."""
    root = parse_xml(data, roots=None)
    etree.indent(root)
    return etree.tostring(root, encoding="unicode")
