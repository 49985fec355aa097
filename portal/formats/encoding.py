"""Which encoding do XML bytes claim, and do they keep the claim? Answered before any parser sees them."""

from __future__ import annotations

import codecs
import re

_DECLARED = re.compile(
    rb"""(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']"""
)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_HEAD = 400

# Only these are read: exotic encodings (UTF-7, EBCDIC) exist in XML mostly to slip past a check like ours.
_UNICODE = frozenset({"utf-8", "utf-16", "utf-16-le", "utf-16-be"})
_SINGLE_BYTE = frozenset({f"iso8859-{part}" for part in range(1, 17)} | {f"cp125{page}" for page in range(9)})
_READ = _UNICODE | _SINGLE_BYTE | {"ascii"}


class WrongEncoding(ValueError):
    """The declared encoding does not fit the bytes; the text says so in Swedish."""


def decode_xml(data: bytes) -> str:
    """The text of XML bytes by BOM or declaration, else UTF-8; WrongEncoding when it does not fit."""
    marked = next((name for bom, name in _BOMS if data.startswith(bom)), _guess_without_bom(data))
    declared = _declared(data)
    codec = _codec(declared) if declared else (marked or "utf-8")
    if declared and _contradicts(codec, marked, data):
        raise WrongEncoding(
            f"Filen säger sig ha teckenkodningen {declared} men är sparad med en annan. "
            "Spara om filen som UTF-8 och ange UTF-8 på första raden."
        )
    return _decode(data, _with_mark(codec, marked), declared)


def _guess_without_bom(data: bytes) -> str | None:
    if data.startswith(b"<\0"):
        return "utf-16-le"
    return "utf-16-be" if data.startswith(b"\0<") else None


def _declared(data: bytes) -> str | None:
    head = data[:_HEAD].replace(b"\0", b"")
    found = _DECLARED.match(head)
    return found.group(1).decode("ascii") if found else None


def _codec(declared: str) -> str:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        name = ""
    if name not in _READ:
        raise WrongEncoding(
            f"Filen anger teckenkodningen {declared}, som inte kan läsas. "
            "Spara om filen som UTF-8 och ange UTF-8 på första raden."
        )
    return name


def _contradicts(codec: str, marked: str | None, data: bytes) -> bool:
    if marked is None:
        return codec.startswith("utf-16") or (codec in _SINGLE_BYTE and _is_really_utf8(data))
    return codec.removesuffix("-le").removesuffix("-be") != marked.removesuffix("-le").removesuffix("-be")


def _is_really_utf8(data: bytes) -> bool:
    """Text beyond ASCII that happens to be valid UTF-8 was written as UTF-8, whatever it claims."""
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _with_mark(codec: str, marked: str | None) -> str:
    if codec == "utf-8":
        return "utf-8-sig"
    return marked if marked and codec.startswith("utf-16") else codec


def _decode(data: bytes, codec: str, declared: str | None) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        claim = (
            f"anger teckenkodningen {declared}"
            if declared
            else "anger ingen teckenkodning och ska då vara UTF-8"
        )
        raise WrongEncoding(
            f"Filen {claim}, men tecknet på plats {error.start + 1} passar inte in. "
            "Spara om filen som UTF-8 och ange UTF-8 på första raden."
        ) from None
