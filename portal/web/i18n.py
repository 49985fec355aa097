"""Language: Swedish is written in the code and templates, English lies in locale/en; /en before a path asks for it."""

from __future__ import annotations

from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from litestar.types import ASGIApp, Receive, Scope, Send

LOCALES = Path(__file__).resolve().parents[2] / "locale"
ENGLISH_PREFIX = "/en"

_locale: ContextVar[str] = ContextVar("locale", default="sv")


def current_locale() -> str:
    """The language of this request: sv or en."""
    return _locale.get()


@lru_cache
def translations(locale: str) -> NullTranslations:
    """The catalogue of a language; Swedish needs none."""
    return Translations.load(LOCALES, [locale]) if locale != "sv" else NullTranslations()


def gettext(message: str) -> str:
    """The message in the request's language."""
    return str(translations(_locale.get()).ugettext(message)) if message else ""


def ngettext(singular: str, plural: str, number: int) -> str:
    """The message for a number, in the request's language."""
    return str(translations(_locale.get()).ungettext(singular, plural, number))


def localised(path: str) -> str:
    """A path of the portal in the request's language."""
    if _locale.get() == "sv" or not path.startswith("/"):
        return path
    return ENGLISH_PREFIX + ("" if path == "/" else path)


class LocaleMiddleware:
    """Takes the language from the path and hands the rest on, so that routes know nothing of languages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set the request's language."""
        path = scope["path"]
        english = scope["type"] == "http" and (path == ENGLISH_PREFIX or path.startswith(ENGLISH_PREFIX + "/"))
        token = _locale.set("en" if english else "sv")
        if english:
            rest = path[len(ENGLISH_PREFIX) :] or "/"
            scope = {**scope, "path": rest, "raw_path": rest.encode()}  # type: ignore[assignment]
        try:
            await self.app(scope, receive, send)
        finally:
            _locale.reset(token)
