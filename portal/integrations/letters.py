"""The words of outgoing mail: one file per letter and language in templates/emails, its first line the subject.

Whoever has a language stored is written to in it. A supplier's address has none: it gets Swedish, then English.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

SWEDISH, ENGLISH = "sv", "en"
LANGUAGES = (SWEDISH, ENGLISH)
FOLDER = Path(__file__).resolve().parents[2] / "templates" / "emails"
_LETTERS = Environment(
    autoescape=False,  # noqa: S701 - plain text, never HTML
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_BETWEEN = "\n----------------------------------------\nIn English\n\n"


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and plain text."""

    subject: str
    text: str


def letter(name: str, locale: str, **values: object) -> Letter:
    """The letter in a language, Swedish where there is none in it. `link` is a path: `base_url` goes before it,
    and the language where the portal is to answer in another than Swedish."""
    language = locale if locale in LANGUAGES else SWEDISH
    prefix = "" if language == SWEDISH else f"/{language}"
    link = f"{values['base_url']}{prefix}{values['link']}"
    subject, text = (part.render({**values, "link": link}) for part in _parts(f"{name}.{language}.txt"))
    # A name may hold any character; a header may not hold a line break.
    return Letter(" ".join(subject.split()), text.lstrip("\n"))


@lru_cache
def _parts(file: str) -> tuple[Template, Template]:
    """The first line, and what comes after it."""
    first, _, rest = (FOLDER / file).read_text("utf-8").partition("\n")
    return _LETTERS.from_string(first), _LETTERS.from_string(rest)


def letter_to_company(name: str, **values: object) -> Letter:
    """The letter in Swedish and then in English, for an address that has no language."""
    swedish, english = (letter(name, language, **values) for language in LANGUAGES)
    return Letter(f"{swedish.subject} / {english.subject}", swedish.text + _BETWEEN + english.text)
