"""Article numbers: how they are kept, when two are the same, and when two only look so.

One function decides that for catalogues and for the match of invoices: people write the same number with another
dash, in another case, with signs nobody sees.
"""

from __future__ import annotations

import re

from portal.kernel.clean_text import without_unseen

_DASHES = dict.fromkeys(
    map(ord, "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{HORIZONTAL BAR}"
             "\N{MINUS SIGN}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}"), "-"
)  # fmt: skip
_SIGNS = re.compile(r"[\W_]+")


def item_number(text: str) -> str:
    """The number as it is kept: composed letters, no unseen signs, one kind of dash and of blank, none around it."""
    if not text.isascii():
        text = without_unseen(text).translate(_DASHES)
    return " ".join(text.split())


def item_number_key(text: str) -> str:
    """The number as it is compared: numbers with the same key are the same, whatever their case."""
    return item_number(text).upper()


def item_number_alike(text: str) -> str:
    """What two numbers have in common that a person may confuse: "AB 1" and "AB-1", "00471" and "471"."""
    bare = _SIGNS.sub("", item_number_key(text))
    return bare.lstrip("0") or bare
