"""A known number in what somebody wrote in a reference field: the whole field, else one whole token of it.

Suppliers write "Ref: GSF100", "GSF100_AB" or "Order 4711-A, Anna". A token is letters and digits with inner dashes
or slashes; everything else, "_" too, separates. Part of a token never counts, and a token must look like a number:
a code that is a name counts only as the whole field (formats.md §8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

EXACT, LEADING, TOKEN = "exact", "leading", "token"
SHORTEST = 4
# Far more than any field is meant to hold: a novel in one costs no more than this.
MOST_TOKENS = 100
_TOKEN = re.compile(r"[^\W_]+(?:[-/][^\W_]+)*")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found: the known number, how (exact, leading, token), and in which text of which field."""

    value: str
    how: str
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Search:
    """The one hit; or none, with the different ones that were found when there are several."""

    hit: Hit | None = None
    several: tuple[str, ...] = ()


def key(reference: str | None) -> str:
    """A reference as it is compared: upper case without blanks, dashes of one kind."""
    return "".join((reference or "").split()).upper().translate(_DASHES)


def tokens(text: str) -> tuple[str, ...]:
    """The tokens of a field in their order, as they are compared."""
    found = _TOKEN.finditer(text.translate(_DASHES))
    return tuple(match.group().upper() for match in islice(found, MOST_TOKENS))


def spellings(reference: str | None) -> tuple[str, ...]:
    """A whole field as written and as compared, each once; none for none."""
    return tuple(filter(None, dict.fromkeys((reference, key(reference))))) if reference else ()


def candidates(reference: str | None) -> tuple[str, ...]:
    """Everything that a number in the field may be registered as: what has to be looked up."""
    return tuple(dict.fromkeys((*spellings(reference), *filter(_telling, tokens(reference or "")))))


def find(fields: Sequence[tuple[str, str | None]], known: Iterable[str]) -> Search:
    """The known number that the fields (name, text), the best field first, name.

    A whole field wins over parts of any; two different numbers as parts are none.
    """
    wanted = {key(one): one for one in known}
    written = [(name, text) for name, text in fields if text and text.strip()]
    for name, text in written:
        if key(text) in wanted:
            return Search(Hit(wanted[key(text)], EXACT, name, text))
    hits = [hit for name, text in written for hit in _parts(name, text, wanted)]
    different = tuple(dict.fromkeys(hit.value for hit in hits))
    return Search(hits[0]) if len(different) == 1 else Search(several=different)


def _parts(name: str, text: str, wanted: dict[str, str]) -> Iterator[Hit]:
    for position, token in enumerate(tokens(text)):
        if _telling(token) and token in wanted:
            yield Hit(wanted[token], TOKEN if position else LEADING, name, text)


def _telling(token: str) -> bool:
    return len(token) >= SHORTEST and any(map(str.isdigit, token))
