"""Text of before Unicode whose å, ä and ö lie where Windows has other letters: old Macintosh and DOS programs."""

from __future__ import annotations

import codecs
import re
from functools import cache

_LETTERS = "åäöÅÄÖéÉüÜ"
OLD = ("mac-roman", "cp850")
WINDOWS = "cp1252"
_SAMPLE = 1 << 20
# Looked up when this is loaded: where foreign files are read, no file can be opened any more.
for _name in (*OLD, WINDOWS):
    codecs.lookup(_name)


@cache
def _within_words(encoding: str) -> re.Pattern[bytes]:
    """The bytes of Swedish letters beside a letter of ASCII, or another of their kind."""
    letters = re.escape(_LETTERS.encode(encoding))
    return re.compile(b"(?:(?<=[A-Za-z])[" + letters + b"]|[" + letters + b"](?=[A-Za-z]))")


def old_encoding(data: bytes) -> str | None:
    """The old encoding in which the bytes spell more Swedish letters within words than Windows' own; else None."""
    sample = data[:_SAMPLE]
    counts = {name: len(_within_words(name).findall(sample)) for name in (*OLD, WINDOWS)}
    best = max(OLD, key=counts.__getitem__)
    return best if counts[best] > counts[WINDOWS] else None
