"""Words of a search, and which known word a misspelt one was meant to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_WORDS = 8
LONGEST_WORD = 60
SHORT, LONG = 4, 9
_EDGES = ".,;:!?\"'()[]{}<>«»”“*|&\\"


@dataclass(frozen=True, slots=True)
class KnownWord:
    """A word of the vocabulary: in how many articles it stands, and how many slips lie between it and the given."""

    word: str
    articles: int
    distance: int


def split_query(query: str) -> tuple[str, ...]:
    """The words of what a person typed, in lower case, without punctuation around them; at most eight."""
    words = (word.strip(_EDGES) for word in query.replace("\0", " ").replace("/", " ").casefold().split())
    kept = [word[:LONGEST_WORD] for word in words if any(char.isalnum() for char in word)]
    return tuple(kept[:MOST_WORDS])


def slips_allowed(word: str) -> int:
    """How many slips of the finger a word of this length may hold: 1, 2 or 3."""
    return 1 if len(word) <= SHORT else 2 if len(word) <= LONG else 3


def meant(word: str, known: Iterable[tuple[str, int]], most: int = 3) -> Sequence[KnownWord]:
    """The nearest of the known words (word, articles), the likeliest first: fewest slips, then most articles.

    Only those as near as the nearest; none when all are too far away.
    """
    near = [KnownWord(other, articles, distance(word, other)) for other, articles in known if other != word]
    if not near:
        return ()
    fewest = min(candidate.distance for candidate in near)
    if fewest > slips_allowed(word):
        return ()
    nearest = [candidate for candidate in near if candidate.distance == fewest]
    return sorted(nearest, key=lambda candidate: (-candidate.articles, candidate.word))[:most]


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
