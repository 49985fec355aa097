"""Reasons in the reader's language: the stored ones filled anew, and what the history told found among them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from portal.invoicing.rules.reasons import REASONS, Several
from portal.kernel.dates import days_in_words
from portal.kernel.errors import Invalid, PortalError
from portal.kernel.text import Message
from portal.web.coding_words import NAMING_PARAMS, dimensions_named
from portal.web.i18n import current_locale, gettext

Reason = Mapping[str, Any]
Params = Mapping[str, str]
# Params that list what has no words: the portal's own joint is in them.
_JOINTS = {"rates": "och", "rules": "och", "numbers": "och", "accounts": "och", "values": "eller"}
# What the rules say where the invoice says nothing.
_OWN_WORDS = frozenset(
    {
        "ingen namngiven faktura",
        "utan artikelnummer",
        "avgift",
        "frakt",
        "Öresavrundning",
        "en organisation",
        "en annan organisation",
        "Säljaren",
    }
)


def filled(reason: Reason) -> str:
    """A stored reason's message with its figures."""
    return worded(str(reason.get("message", "")), reason.get("params") or {})


def worded(message: str, params: Params) -> str:
    """A msgid filled in the reader's language, with the rules' own words among the params in it too."""
    if current_locale() == "sv":
        return _fill(message, params)
    return _fill(gettext(message), {name: _word(name, value) for name, value in params.items()})


def spoken(why: str, reasons: Sequence[Reason], codes: Sequence[str] = ()) -> str:
    """What the system gave as its reason, in Swedish, told in the reader's language.

    Found among the invoice's stored `reasons`; else a text of its own; else by its reason codes. Empty when it
    cannot be told.
    """
    if current_locale() == "sv":
        return why
    if found := _found(why, reasons):
        return " ".join(filled(one) for one in found)
    if (known := gettext(why)) != why:
        return known
    return " ".join(gettext(REASONS[code]) + "." for code in codes if code in REASONS)


def told(error: PortalError) -> str:
    """An error in the reader's language; params that are texts of ours (a status, "fakturan") too."""
    params = {name: said(one) if isinstance(one, str) else one for name, one in error.params.items()}
    return _fill(said(error.message), params)


def told_fields(error: Invalid) -> dict[str, str]:
    """What is wrong at each field, in the reader's language."""
    return {name: said(text) for name, text in error.fields.items()}


def said(text: str) -> str:
    """A text of ours in the reader's language; one that remembers what it was filled with is filled anew."""
    if isinstance(text, Several):
        return " ".join(worded(message, params) for message, params in text.parts)
    if isinstance(text, Message):
        return worded(text.msgid, text.params)
    return gettext(text)


def retold(text: str, msgids: Sequence[str]) -> str:
    """A Swedish text that was stored filled in, told from the one of `msgids` it was made from; as it is if none."""
    for msgid in msgids:
        if found := _pattern(msgid).fullmatch(text):
            return _fill(gettext(msgid), {name: gettext(value) for name, value in found.groupdict().items()})
    return gettext(text)


@lru_cache
def _pattern(msgid: str) -> re.Pattern[str]:
    """What the msgid looks like filled in: each hole a group of its name."""
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(msgid)))


def _found(why: str, reasons: Sequence[Reason]) -> list[Reason]:
    """The reasons whose Swedish texts, one after another, are the whole of it; none if they are not."""
    # As it is told now, and as it was told before days were written in words.
    by_text = {_raw(str(one["message"]), one.get("params") or {}): one for one in reasons}
    by_text |= {_fill(str(one["message"]), one.get("params") or {}, "sv"): one for one in reasons}
    found, rest = [], why
    while rest:
        text = max(filter(rest.startswith, filter(None, by_text)), key=len, default=None)
        if text is None:
            return []
        found.append(by_text[text])
        rest = rest[len(text) :].lstrip()
    return found


def _word(name: str, value: str) -> str:
    if value in _OWN_WORDS:
        return gettext(value)
    if name in NAMING_PARAMS:
        return dimensions_named(value)
    joint = _JOINTS.get(name)
    return value.replace(f" {joint} ", f" {gettext(joint)} ") if joint else value


def _fill(message: str, params: Mapping[str, Any], language: str | None = None) -> str:
    return _raw(message, days_in_words(params, language or current_locale()))


def _raw(message: str, params: Mapping[str, Any]) -> str:
    return message % params if params else message
