"""Templates: one environment, the filters that fix how figures and days look, and the shell around every page."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape

from portal.web.assets import Assets
from portal.web.cards import cards
from portal.web.constants import Constants, SettledEnvironment
from portal.web.figures import clock, day, full_day, kr, long_day, machine, qty
from portal.web.i18n import LANGUAGES, current_locale, gettext, localised, ngettext

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"

# Macros are imported without context, so that they are made once and not once a page: what their forms need of the
# request comes this way.
_csrf_token: ContextVar[str | None] = ContextVar("csrf_token", default="")
# Parts kept in each language, some kilobytes each.
MOST_REMEMBERED = 500


def environment(assets: Assets, folder: Path = TEMPLATES, *, language: str | None = None) -> Environment:
    """An environment that escapes everything, and where an unknown name is an error.

    `language`: the one its templates are compiled for (portal.web.constants); None leaves texts to be looked up.
    """
    env = SettledEnvironment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    install: Any = env
    install.install_gettext_callables(gettext, ngettext, newstyle=True)
    env.constants = Constants(assets, language) if language else None
    env.globals.update(assets=assets, icon=assets.icon, url=localised)
    env.globals.update(csrf_token=_request_token, remembered=_remembering(env))
    env.filters.update(
        day=day, long_day=long_day, full_day=full_day, machine=machine, time=clock, kr=kr, qty=qty
    )
    env.filters.update(translate=gettext, cards=cards)
    return env


def _request_token() -> str:
    token = _csrf_token.get()
    if token is None:
        raise LookupError("a part that is remembered holds no form that changes something")
    return token


def _remembering(env: Environment) -> Callable[[str, Hashable], Any]:
    """A part of a page, drawn of one frozen value (`it`) and kept: equal values look equal to everybody.

    Such a part may use nothing but `it`: nothing of the request reaches it, and a form's token is an error.
    """

    @lru_cache(maxsize=MOST_REMEMBERED)
    def remembered(name: str, it: Hashable, _language: str) -> Any:
        held = _csrf_token.set(None)
        try:
            return escape(env.get_template(name).make_module({"it": it}))
        finally:
            _csrf_token.reset(held)

    return lambda name, it: remembered(name, it, current_locale())


class Templates:
    """The templates, compiled once in each language."""

    def __init__(self, assets: Assets, folder: Path = TEMPLATES) -> None:
        self._by_language = {lang: environment(assets, folder, language=lang) for lang in LANGUAGES}

    def render(self, name: str, view: Mapping[str, Any], *, csrf_token: str) -> str:
        """The template in the request's language; its forms carry the token."""
        held = _csrf_token.set(csrf_token)
        try:
            return self._by_language[current_locale()].get_template(name).render(view)
        finally:
            _csrf_token.reset(held)
