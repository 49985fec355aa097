"""Which known word a misspelt or shortened one was meant to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal.catalog.rules.words import fold

SHORT, LONG = 4, 9
SHORTEST_START, SHORTEST_END = 3, 4


@dataclass(frozen=True, slots=True)
class KnownWord:
    """A word of the vocabulary: in how many articles it stands, and how many slips lie between it and the given."""

    word: str
    articles: int
    distance: int


def slips_allowed(word: str) -> int:
    """How many slips of the finger a word of this length may hold: 1, 2 or 3."""
    return 1 if len(word) <= SHORT else 2 if len(word) <= LONG else 3


def meant(word: str, known: Iterable[tuple[str, int]], most: int = 3) -> Sequence[KnownWord]:
    """The nearest of the known words (word, articles), the likeliest first: fewest slips, then most articles.

    Only those as near as the nearest; none when all are too far away. A word with its middle left out (toapapper) is
    that word rather than another two slips away; dots left out are no slip.
    """
    bare = fold(word)
    near = [
        KnownWord(other, articles, distance(bare, fold(other))) for other, articles in known if other != word
    ]
    if not near:
        return ()
    whole = [one for one in near if one.distance > 1 and shortened(bare, fold(one.word))]
    if whole and min(one.distance for one in near) > 1:
        return sorted(whole, key=lambda one: (one.distance, -one.articles, one.word))[:most]
    fewest = min(candidate.distance for candidate in near)
    if fewest > slips_allowed(word):
        return ()
    nearest = [candidate for candidate in near if candidate.distance == fewest]
    return sorted(nearest, key=lambda candidate: (-candidate.articles, candidate.word))[:most]


def shortened(word: str, whole: str) -> bool:
    """Is the word the beginning of another and its end, with the middle left out?"""
    cuts = range(SHORTEST_START, len(word) - SHORTEST_END + 1)
    return len(whole) > len(word) and any(
        whole.startswith(word[:cut]) and whole.endswith(word[cut:]) for cut in cuts
    )


def distance(one: str, other: str) -> int:
    """Slips between two words: a letter too many, missing, wrong, or two swapped (Damerau-Levenshtein, adjacent)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
