"""What a person typed in a search, read: words, words to leave out, a number, figures with their units.

`number_key` and `fold` are made alike in the database (migration 0020); a test holds the two together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_WORDS = 8
LONGEST_WORD = 60
LEAST_NUMBER = 3
_EDGES = ".,;:!?\"'()[]{}<>«»”“*|&\\"
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
NOISE = " \t\n\r\u00a0\u202f/\\._:,;#*+()'\"" + _DASHES
_UPPER, _LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖÉÜ", "abcdefghijklmnopqrstuvwxyzåäöéü"
DOTTED, BARE = "åäöæøéèêëüáàâóòôíìñç", "aaoaoeeeeuaaaoooiinc"
_KEY = str.maketrans(_UPPER, _LOWER, NOISE)
_FOLD = str.maketrans(DOTTED, BARE)
_GAPS = str.maketrans(dict.fromkeys("/" + _DASHES, " ") | {"\0": " "})

# Words that say nothing of what is sought. "utan" says something.
_SAYS_LITTLE = (
    "alla att av de dem den denna det detta din du eller en ett för från hos i jag med min mot när något och om på sin"
    " som så till vara vi vid vill åt är"
)
STOP_WORDS = frozenset(_SAYS_LITTLE.split())
UNITS: tuple[frozenset[str], ...] = tuple(
    frozenset(names.split())
    for names in (
        "l liter ltr", "dl deciliter", "cl centiliter", "ml milliliter", "g gr gram", "kg kilo kilogram",
        "mg milligram", "m meter", "cm centimeter", "mm millimeter", "st styck stycken stk", "tum tums", "w watt",
        "v volt", "ark blad", "p pack pkt förp",
    )
)  # fmt: skip
_SAME_UNIT = {name: sorted(names) for names in UNITS for name in names}
# Signs that neither engine keeps: the figure before them is what is sought.
_SIGNS = frozenset(("%", "procent", '"', "”", "″"))
_FIGURE = re.compile(r"\d+(?:[.,]\d+)?")
_GLUED = re.compile(r"(\d+(?:[.,]\d+)?)([^\W\d_]+|[%\"”″])")
_LEFT_OUT = re.compile(rf"(?:^|\s)[{_DASHES}](?=[^\W\d_])(\S+)")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query. `forms`: the ways it may be written, each one or more words that all must stand there
    (660 l, 660 liter, 660l); none when the word is only itself."""

    text: str
    forms: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed. `number`: all of it as the key of a number, "" when it cannot be one; `without`: left out."""

    words: tuple[Word, ...] = ()
    without: tuple[str, ...] = ()
    number: str = ""
    digits: str = ""


def number_key(number: str) -> str:
    """An article's number without case, blanks, dashes and other signs: "KB–1001" → "kb1001"."""
    return number.translate(_KEY)


def fold(word: str) -> str:
    """A word in lower case without dots and accents: "mjölk" → "mjolk"."""
    return word.translate(_FOLD)


def read_query(typed: str) -> Query:
    """Read what a person typed; at most eight words, stop words dropped unless there are no others."""
    folded = typed.replace("\0", " ").casefold()
    without = tuple(word for found in _LEFT_OUT.findall(folded) for word in split_words(found))
    kept = _LEFT_OUT.sub(" ", folded)
    key = number_key(kept.strip())
    is_number = len(key) >= LEAST_NUMBER and len(key) <= LONGEST_WORD and any(map(str.isdigit, key))
    digits = key if key.isascii() and key.isdigit() else ""
    words = tuple(_words(split_words(kept)))[:MOST_WORDS]
    return Query(words, without[:MOST_WORDS], key if is_number and key.isalnum() else "", digits)


def split_words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, without punctuation around them; dashes and slashes part them."""
    words = (
        word if word in _SIGNS else word.strip(_EDGES) for word in text.casefold().translate(_GAPS).split()
    )
    return tuple(word[:LONGEST_WORD] for word in words if word in _SIGNS or any(map(str.isalnum, word)))


def _words(texts: tuple[str, ...]) -> list[Word]:
    said = [text for text in texts if text not in STOP_WORDS] or list(texts)
    apart = [part for text in said for part in _apart(text)]
    words: list[Word] = []
    for text in apart:
        figure = words[-1].text if words and _FIGURE.fullmatch(words[-1].text) else None
        if text in _SIGNS:
            if figure is None and text.isalnum():
                words.append(Word(text))
        elif figure is not None and text in _SAME_UNIT:
            words[-1] = _measure(figure, text)
        else:
            words.append(Word(text, _figure_forms(text)))
    return words


def _apart(text: str) -> tuple[str, ...]:
    """A figure and the unit written at it."""
    glued = _GLUED.fullmatch(text)
    if glued and (glued[2] in _SAME_UNIT or glued[2] in _SIGNS):
        return glued.groups()
    return (text,)


def _measure(figure: str, unit: str) -> Word:
    names = _SAME_UNIT[unit]
    figures = _figure_forms(figure) or ((figure,),)
    apart = tuple((*form, name) for form in figures for name in names)
    glued = tuple((f"{figure}{name}",) for name in names)
    return Word(f"{figure} {unit}", (*apart, *glued))


def _figure_forms(text: str) -> tuple[tuple[str, ...], ...]:
    """ "1,5" stands in the index as "1.5" or as the two figures it was parted into."""
    if not _FIGURE.fullmatch(text) or text.isdigit():
        return ()
    whole, _, part = text.replace(",", ".").partition(".")
    return ((f"{whole}.{part}",), (whole, part))
