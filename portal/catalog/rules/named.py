"""Which words of a query name a supplier, an agreement or a category of goods: its articles are found by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.catalog.rules.unspsc import SEGMENTS
from portal.catalog.rules.words import STOP_WORDS, Query, Word, fold, number_key, split_words

SHORTEST_BEGINNING = 4
_SAYS_NOTHING = STOP_WORDS | frozenset(("ab", "hb", "kb", "aktiebolag", "sverige"))


@dataclass(frozen=True, slots=True)
class Place:
    """A catalogue with the names it goes by."""

    catalogue_id: UUID
    supplier: str
    org_number: str
    agreement: str
    number: str


@dataclass(frozen=True, slots=True)
class Named:
    """Catalogues that the same words name. `rest`: the other words, which their articles must fit. `first`: the
    whole text is their name or number, so that they come before articles that merely hold the words."""

    catalogues: tuple[UUID, ...]
    rest: tuple[Word, ...]
    first: bool


def named_places(query: Query, places: Iterable[Place]) -> Sequence[Named]:
    """The catalogues that words of the query name, those whose whole name it is first."""
    groups: dict[tuple[bool, tuple[Word, ...]], list[UUID]] = defaultdict(list)
    for place in places:
        covered = _covered(query, place)
        if covered:
            rest = tuple(word for at, word in enumerate(query.words) if at not in covered)
            groups[_is_it(query, place), rest].append(place.catalogue_id)
    order = sorted(groups.items(), key=lambda group: (not group[0][0], len(group[0][1])))
    return [Named(tuple(catalogues), rest, first) for (first, rest), catalogues in order]


def named_categories(words: Sequence[Word]) -> Mapping[str, set[str]]:
    """Word → the UNSPSC segments whose name holds it."""
    found: dict[str, set[str]] = defaultdict(set)
    for word in words:
        for segment, name in SEGMENTS.items():
            if _is_in(word, _names(name), last=False):
                found[word.text].add(segment)
    return found


def _covered(query: Query, place: Place) -> set[int]:
    if _is_number(query, place):
        return set(range(len(query.words)))
    names = _names(place.supplier) | _names(place.agreement)
    last = len(query.words) - 1
    return {at for at, word in enumerate(query.words) if _is_in(word, names, last=at == last)}


def _is_it(query: Query, place: Place) -> bool:
    words = {fold(word.text) for word in query.words}
    return _is_number(query, place) or words in (_names(place.supplier), _names(place.agreement))


def _is_number(query: Query, place: Place) -> bool:
    return bool(query.number) and query.number in (number_key(place.number), number_key(place.org_number))


def _names(name: str) -> set[str]:
    return {fold(word) for word in split_words(name) if word not in _SAYS_NOTHING}


def _is_in(word: Word, names: set[str], *, last: bool) -> bool:
    text = fold(word.text)
    if text in names:
        return True
    return last and len(text) >= SHORTEST_BEGINNING and any(name.startswith(text) for name in names)
