"""Templates: one environment, the filters that fix how figures and days look, and the shell around every page."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.kernel.dates import STOCKHOLM, format_clock, format_day, format_day_long, stockholm_date
from portal.kernel.money import format_number_sv, format_sv
from portal.web.assets import Assets
from portal.web.i18n import current_locale, gettext, localised, ngettext

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def _as_day(value: date | datetime) -> date:
    return stockholm_date(value) if isinstance(value, datetime) else value


def day(value: date | datetime | None) -> str:
    """ "24 nov" in lists."""
    return "" if value is None else format_day(_as_day(value), current_locale()).replace(" ", "\u00a0")


def long_day(value: date | datetime | None) -> str:
    """ "24 november" in sentences."""
    return "" if value is None else format_day_long(_as_day(value), current_locale()).replace(" ", "\u00a0")


def iso(value: date | datetime | None) -> str:
    """ "2026-11-24" in documents."""
    return "" if value is None else _as_day(value).isoformat().replace("-", "\u2011")


def clock(value: datetime | None) -> str:
    """ "09.42" """
    return "" if value is None else format_clock(value.astimezone(STOCKHOLM))


def kr(value: Decimal | None) -> str:
    """ "1 274,23" with hard spaces; the unit is written beside it."""
    return "" if value is None else format_sv(value)


def qty(value: Decimal | None) -> str:
    """ "12" or "2,5"."""
    return "" if value is None else format_number_sv(value)


def environment(assets: Assets, folder: Path = TEMPLATES) -> Environment:
    """The only environment: escapes everything, and an unknown name is an error."""
    env = Environment(
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
    env.globals.update(assets=assets, icon=assets.icon, url=localised)
    env.filters.update(day=day, long_day=long_day, iso=iso, time=clock, kr=kr, qty=qty, translate=gettext)
    return env
