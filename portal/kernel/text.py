"""Swedish text: order of letters, blanks, lists in a sentence."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from portal.kernel.dates import days_in_words

# å, ä and ö come after z in that order; what follows "z" in ASCII keeps the key comparable byte by byte.
_SV = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "ü": "y", "ß": "ss"})


def sv_key(text: str) -> str:
    """A sort key in Swedish order, comparable byte by byte; other accents do not count."""
    folded = unicodedata.normalize("NFC", text).casefold().translate(_SV)
    if folded.isascii():
        return folded
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))


def squash(text: str) -> str:
    """Blanks of every kind, runs of them too, become one blank; none at the ends."""
    return " ".join(text.split())


def sentence_list(items: Sequence[str], word: str = "och") -> str:
    """ "a, b och c"; `word` is the last joint."""
    if len(items) < 2:  # noqa: PLR2004
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


class Message(str):
    """A filled-in Swedish text that remembers its msgid and params, for another language to fill."""

    __slots__ = ("msgid", "params")
    msgid: str
    params: Mapping[str, str]

    def __new__(cls, msgid: str, /, **params: object) -> Message:
        texts = {name: str(value) for name, value in params.items()}
        made = super().__new__(cls, msgid % days_in_words(texts) if texts else msgid)
        made.msgid, made.params = msgid, texts
        return made
