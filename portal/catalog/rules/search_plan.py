"""How a query is asked of the text index, in steps from the surest to the last resort.

A step holds alternatives, any of which may fit; an alternative holds terms, all of which must. What fits a step stands
before what fits only a later one, so that a whole word comes before a longer word that holds it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from portal.catalog.rules.words import Query, Word

LEFT_OUT, NUMBER, WHOLE, OPEN, CATEGORY, TAKEN_APART = range(6)
"""What must not fit, and the steps; the last is taken when the others found little."""
SHORTEST_COMPOUND = 4
SHORTEST_PART = 3
SHORTEST_CODE = 4
CODE = 8
LINKS = ("", "s")
Others = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Term:
    """One term: `stem` a word by its stem, `simple` and `raw` queries of the index (parsed, or lexemes as they are);
    any of them fits. `compound`: longer words that hold the word fit too."""

    step: int
    alternative: int
    place: int
    stem: str = ""
    simple: str = ""
    raw: str = ""
    compound: str = ""


def search_plan(query: Query, categories: Mapping[str, Collection[str]], others: Others) -> list[Term]:
    """The terms of a query. `categories`: word → UNSPSC prefixes it names; `others`: word → words it may stand for."""
    terms = [*_numbers(query), *_base(query.words, WHOLE, others), *_base(query.words, OPEN, others)]
    terms += _joined(query.words)
    if categories:
        terms += _base(query.words, CATEGORY, others, categories)
    return [*terms, *_taken_apart(query.words, others)]


def any_word(words: Sequence[Word], others: Others) -> list[Term]:
    """Each word alone: what is nearest when nothing fits all of them."""
    return [_open(word, OPEN, place, 1, others, last=False) for place, word in enumerate(words)]


def open_terms(words: Sequence[Word]) -> list[Term]:
    """The words as they are looked for, one after the other."""
    return _base(words, OPEN, {})


def left_out(words: Sequence[str]) -> list[Term]:
    """Words that must not stand there, by their stems and as they are written."""
    return [Term(LEFT_OUT, at, 1, stem=word, simple=quoted(word)) for at, word in enumerate(words)]


def quoted(word: str, *, beginning: bool = False) -> str:
    """A word as a text that to_tsquery reads."""
    return "'" + word.replace("\\", "").replace("'", "''") + "'" + (":*" if beginning else "")


def _base(
    words: Sequence[Word], step: int, others: Others, categories: Mapping[str, Collection[str]] | None = None
) -> list[Term]:
    terms = []
    for place, word in enumerate(words, start=1):
        if step == WHOLE or word.forms:
            term = _whole(word, step, 0, place, others)
        else:
            term = _open(word, step, 0, place, others, last=place == len(words))
        named = (categories or {}).get(word.text, ())
        terms.append(_or_raw(term, [f"'§{prefix}':*" for prefix in sorted(named)]))
    return terms


def _whole(word: Word, step: int, alternative: int, place: int, others: Others) -> Term:
    if word.forms:
        forms = [" & ".join(quoted(part) for part in form) for form in word.forms]
        return Term(step, alternative, place, simple=" | ".join(f"({form})" for form in forms))
    simple = [quoted(word.text), *(quoted(other) for other in others.get(word.text, ()))]
    return Term(step, alternative, place, stem=word.text, simple=" | ".join(simple))


def _open(word: Word, step: int, alternative: int, place: int, others: Others, *, last: bool) -> Term:
    """The word, its beginning when it is long or the last one typed, and the longer words that hold it."""
    if word.forms:
        return _whole(word, step, alternative, place, others)
    text = word.text
    long = len(text) >= SHORTEST_COMPOUND and text.isalpha()
    simple = [quoted(text, beginning=last or long), *(quoted(other) for other in others.get(text, ()))]
    compound = text if long else ""
    return Term(step, alternative, place, stem=text, simple=" | ".join(simple), compound=compound)


def _or_raw(term: Term, raw: Sequence[str]) -> Term:
    if not raw:
        return term
    return Term(
        term.step, term.alternative, term.place, term.stem, term.simple, " | ".join(raw), term.compound
    )


def _numbers(query: Query) -> list[Term]:
    """The whole text as an article's number, as its end or beginning, and as a UNSPSC code."""
    terms = []
    if query.number:
        backwards = "#" + query.number[::-1]
        terms.append(Term(NUMBER, 1, 1, raw=f"'{backwards}'"))
        terms.append(Term(OPEN, 1, 1, raw=f"'{backwards}':* | '{query.number}':*"))
    if len(query.digits) == CODE:
        terms.append(Term(NUMBER, 2, 1, raw=f"'§{_without_zeros(query.digits)}':*"))
    elif SHORTEST_CODE <= len(query.digits) < CODE and len(query.digits) % 2 == 0:
        terms.append(Term(CATEGORY, 2, 1, raw=f"'§{query.digits}':*"))
    return terms


def _without_zeros(code: str) -> str:
    """44120000 is the family 4412: all that stands under it."""
    while len(code) > 2 and code.endswith("00"):  # noqa: PLR2004 - a segment is two digits
        code = code[:-2]
    return code


def _joined(words: Sequence[Word]) -> list[Term]:
    """Two words beside each other written as one: "kontors stol"."""
    terms: list[Term] = []
    for at, (one, other) in enumerate(pairwise(words)):
        if not (one.text.isalpha() and other.text.isalpha()):
            continue
        rest = [word for place, word in enumerate(words) if place not in {at, at + 1}]
        for link in LINKS:
            alternative = 10 + 2 * at + len(link)
            text = one.text + link + other.text
            terms.append(Term(OPEN, alternative, 1, stem=text, simple=quoted(text, beginning=True)))
            terms += [
                _open(word, OPEN, alternative, place, {}, last=False)
                for place, word in enumerate(rest, start=2)
            ]
    return terms


def _taken_apart(words: Sequence[Word], others: Others) -> list[Term]:
    """Each long word as the two it is made of: "nitrilhandskar" as nitril and handskar."""
    terms: list[Term] = []
    alternative = 0
    for at, word in enumerate(words):
        if word.forms or not word.text.isalpha():
            continue
        rest = [one for place, one in enumerate(words) if place != at]
        for cut in range(SHORTEST_PART, len(word.text) - SHORTEST_PART + 1):
            alternative += 1
            for place, part in enumerate((word.text[:cut], word.text[cut:]), start=1):
                terms.append(_whole(Word(part), TAKEN_APART, alternative, place, {}))
            terms += [
                _open(one, TAKEN_APART, alternative, place, others, last=False)
                for place, one in enumerate(rest, start=3)
            ]
    return terms
