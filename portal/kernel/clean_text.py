"""Text that comes from other systems, made plain once at the door: no tags, no entities, no unseen signs."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

_TAGS = (
    "p|br|b|i|u|s|em|strong|small|span|div|ul|ol|li|a|font|h[1-6]|table|tbody|thead|tr|td|th|script|style|sup|sub|img|hr"
    "|iframe|object|svg|form|input|button"
)
_MARKUP = re.compile(
    rf"</?(?:{_TAGS})\b[^<>]*>|&(?:#\d{{1,7}}|#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,30}});"
)
_INLINE = frozenset(["b", "i", "u", "s", "em", "strong", "small", "span", "a", "font", "sup", "sub"])
_UNHEARD = frozenset(("script", "style", "iframe", "object", "svg"))
# The format characters (Cf) that text from other systems holds: soft hyphens, marks of direction, joiners, BOMs.
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]"
)
# UTF-8 read as Windows-1252: "Ã¥" for "å"; or a letter that was lost altogether.
_GARBLED = re.compile(
    "\N{REPLACEMENT CHARACTER}|[\N{LATIN CAPITAL LETTER A WITH TILDE}\N{LATIN CAPITAL LETTER A WITH CIRCUMFLEX}]"
    "[\x80-\xbf\N{LATIN CAPITAL LETTER S WITH CARON}\N{LATIN CAPITAL LIGATURE OE}\N{LATIN SMALL LIGATURE OE}"
    "\N{DAGGER}\N{DOUBLE LOW-9 QUOTATION MARK}\N{HORIZONTAL ELLIPSIS}\N{EN DASH}\N{PER MILLE SIGN}\N{EURO SIGN}]"
    "|\N{LATIN SMALL LETTER A WITH CIRCUMFLEX}\N{EURO SIGN}"
)


class _Words(HTMLParser):
    """Collects what a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unheard = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """A block begins: its words do not grow together with those before."""
        self._unheard += tag in _UNHEARD
        if tag not in _INLINE:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """A block ends."""
        self._unheard -= tag in _UNHEARD
        if tag not in _INLINE:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        """Text, entities already made to signs."""
        if self._unheard <= 0:
            self.parts.append(data)


def plain_text(text: str) -> str:
    """The text without HTML and unseen signs, letters composed (NFC), as one line where it held HTML."""
    if ("<" in text or "&" in text) and _MARKUP.search(text):
        words = _Words()
        words.feed(text)
        words.close()
        text = " ".join("".join(words.parts).split())
    if text.isascii():
        return text
    return without_unseen(text).strip()


def without_unseen(text: str) -> str:
    """The text with composed letters (NFC) and without the signs that show nothing."""
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _UNSEEN.sub("", text)


def garbled(text: str) -> str | None:
    """The first signs of the text that come of a wrong encoding, or None."""
    if text.isascii():
        return None
    found = _GARBLED.search(text)
    return found.group() if found else None
