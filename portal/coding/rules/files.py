"""The gate of a file that answers a comment account (A6.20): kinds that are told by their bytes, and a size.

Nothing is opened or parsed here: a file is kept as it came and given back to be saved, never shown in a page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from portal.formats.media import BEGINNINGS
from portal.kernel.text import Message

MOST_BYTES = 10_000_000
MOST_FILES = 10
MOST_NAME = 100
KINDS: Mapping[str, tuple[str, tuple[bytes, ...]]] = {
    ending: (media_type, BEGINNINGS[media_type])
    for ending, media_type in (
        ("pdf", "application/pdf"),
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
    )
}
"""Ending → media type and how its bytes begin."""
ACCEPT = ",".join(f".{ending}" for ending in KINDS)
_EMPTY = "Välj en fil som inte är tom."
_LARGE = "Filen är %(size)s MB. Den får vara högst %(most)s MB."
_KIND = "Filen är inte en PDF, PNG eller JPEG. Spara den som PDF och välj den igen."
_OTHER = "Filen slutar på %(ending)s men innehåller något annat. Spara den som PDF och välj den igen."
_MANY = "Det finns redan %(most)s filer. Ta bort en först."
_UNSAFE = re.compile(r"[^\w .()\-]+")
_MEGA = 1_000_000


@dataclass(frozen=True, slots=True)
class Passed:
    """A file that may be kept: the name it is given back under, and its media type."""

    name: str
    media_type: str


def check_file(name: str, data: bytes, already: int = 0) -> Passed | Message:
    """The file as it may be kept, or why not. `already`: how many files there are."""
    if already >= MOST_FILES:
        return Message(_MANY, most=MOST_FILES)
    if not data:
        return Message(_EMPTY)
    if len(data) > MOST_BYTES:
        return Message(_LARGE, size=-(-len(data) // _MEGA), most=MOST_BYTES // _MEGA)
    ending = name.rpartition(".")[2].lower()
    if ending not in KINDS:
        return Message(_KIND)
    media_type, beginnings = KINDS[ending]
    if not data.startswith(beginnings):
        return Message(_OTHER, ending=ending.upper())
    return Passed(safe_name(name, ending), media_type)


def safe_name(name: str, ending: str) -> str:
    """A file name without folders, control signs and other signs a system may read as something else."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    stem = _UNSAFE.sub("_", last.rpartition(".")[0]).strip(" ._") or "fil"
    return f"{stem[:MOST_NAME]}.{ending}"
