"""Language: Swedish is written in code and templates, English lies in locale/en; /en before a path wants it.

The English catalogue is in parts, one per area (locale/en/parts/*.po), merged in memory when first asked for:
nothing has to be compiled.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from litestar.types import ASGIApp, Receive, Scope, Send

ENGLISH_PARTS = Path(__file__).resolve().parents[2] / "locale" / "en" / "parts"
# Texts no area has taken as its own yet.
REST = "rest.po"
ENGLISH_PREFIX = "/en"

LANGUAGES = ("sv", "en")

_locale: ContextVar[str] = ContextVar("locale", default="sv")


class PartsDisagree(ValueError):
    """Two parts give the same Swedish text different English ones."""


@dataclass(frozen=True, slots=True)
class EnglishText:
    """One entry of a part: the Swedish text, its plural, and the English one (two when there is a plural)."""

    msgid: str
    plural: str | None
    texts: tuple[str, ...]
    part: str


def read_english(folder: Path = ENGLISH_PARTS, *, strict: bool = False) -> dict[str, EnglishText]:
    """All parts merged, by Swedish text; the first part wins, and REST gives way to every other.

    `strict` (the tests') raises PartsDisagree when a text has two English ones.
    """
    merged: dict[str, EnglishText] = {}
    for path in sorted(folder.glob("*.po"), key=lambda path: (path.name == REST, path.name)):
        for text in _part(path):
            known = merged.setdefault(text.msgid, text)
            if strict and path.name != REST and known.texts[0] != text.texts[0]:
                both = f"{known.texts[0]!r} ({known.part}), {text.texts[0]!r} ({text.part})"
                raise PartsDisagree(f"{text.msgid!r}: {both}")
            if known.plural is None and text.plural is not None:
                merged[text.msgid] = text
    return merged


def _part(path: Path) -> list[EnglishText]:
    with path.open("rb") as file:
        catalogue = read_po(file, locale="en", abort_invalid=True)
    return [text for entry in catalogue if (text := _english_text(entry, path.name)) is not None]


def _english_text(entry: Message, part: str) -> EnglishText | None:
    """One entry; None for the header and for what nobody has translated yet."""
    ids = entry.id if isinstance(entry.id, tuple | list) else (entry.id,)
    texts = entry.string if isinstance(entry.string, tuple | list) else (entry.string,)
    if not ids[0] or not all(texts):
        return None
    return EnglishText(str(ids[0]), str(ids[1]) if len(ids) > 1 else None, tuple(map(str, texts)), part)


def current_locale() -> str:
    """The language of this request: sv or en."""
    return _locale.get()


@lru_cache
def translations(locale: str) -> NullTranslations:
    """The catalogue of a language; Swedish needs none."""
    if locale == "sv":
        return NullTranslations()
    catalogue = Catalog(locale=locale)
    for text in read_english().values():
        if text.plural is None:
            catalogue.add(text.msgid, text.texts[0])
        else:
            catalogue.add((text.msgid, text.plural), text.texts)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


class Misses:
    """Texts that were asked for in English and have none; remembered only after `watch` (the tests' use)."""

    def __init__(self) -> None:
        self._seen: set[str] | None = None

    def watch(self) -> None:
        """Begin to remember, from nothing."""
        self._seen = set()

    def seen(self) -> frozenset[str]:
        """What has been missed since `watch`."""
        return frozenset(self._seen or ())

    def note(self, message: str, answer: str) -> None:
        """An answer was given; is it the question itself, with no entry that says so?"""
        if self._seen is not None and answer == message and message not in _english():
            self._seen.add(message)


MISSES = Misses()


@lru_cache
def _english() -> dict[str, EnglishText]:
    return read_english()


def gettext(message: str) -> str:
    """The message in the request's language."""
    if not message or _locale.get() == "sv":
        return message
    answer = str(translations("en").ugettext(message))
    MISSES.note(message, answer)
    return answer


def ngettext(singular: str, plural: str, number: int) -> str:
    """The message for a number, in the request's language."""
    answer = str(translations(_locale.get()).ungettext(singular, plural, number))
    if _locale.get() != "sv":
        MISSES.note(singular, singular if answer in (singular, plural) else answer)
    return answer


def known_text(message: str, locale: str) -> str | None:
    """The message in a language, for what is written once and shown often; None for one without a translation."""
    if locale == "sv" or not message:
        return message
    known = _english().get(message)
    return known.texts[0] if known else None


def localised(path: str) -> str:
    """A path of the portal in the request's language."""
    return localised_in(path, _locale.get())


def localised_in(path: str, locale: str) -> str:
    """A path of the portal in a language."""
    if locale == "sv" or not path.startswith("/"):
        return path
    return ENGLISH_PREFIX + ("" if path == "/" else path)


class LocaleMiddleware:
    """Takes the language from the path and hands the rest on, so that routes know nothing of languages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set the request's language."""
        path = scope.get("path", "")  # a server's start and stop have none
        english = path == ENGLISH_PREFIX or path.startswith(ENGLISH_PREFIX + "/")
        token = _locale.set("en" if english else "sv")
        if english:
            rest = path[len(ENGLISH_PREFIX) :] or "/"
            scope = {**scope, "path": rest, "raw_path": rest.encode()}  # type: ignore[assignment]
        try:
            await self.app(scope, receive, send)
        finally:
            _locale.reset(token)
