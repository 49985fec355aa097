"""The gallery: every macro on one page, drawn as the portal draws, with a shell of its own."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.web.assets import Assets
from portal.web.cards import cards

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
BUILD = ROOT / "static" / "build"
COMPONENTS = sorted((TEMPLATES / "components").glob("[!_]*.html"))

built = pytest.mark.skipif(not (BUILD / "manifest.json").exists(), reason="npm ci && npm run build first")


def shell(**changes: Any) -> SimpleNamespace:
    values: dict[str, Any] = {
        "lang": "sv",
        "place": "Exempelstad",
        "other_lang_url": "/en/",
        "signed_in": True,
        "user_name": "Attestant",
        "org_name": "Exempelförvaltningen",
        "subsystem": "Beställning och faktura",
        "nav": [
            ("Min dag", "/", 0, "turn", False),
            ("Attest", "/attest", 5, "turn", False),
            ("Handla", "/catalog", 0, "info", False),
            ("Leveranser", "/orders/receipts", 2, "info", False),
            ("Fakturor", "/invoicing", 1, "turn", True),
        ],
        "quick": [
            ("Min dag", "/", "square-check", False),
            ("Attest", "/attest", "stamp", False),
            ("Fakturor", "/invoicing", "receipt-text", True),
        ],
        "basket_count": 4,
        "support": "Support vardagar 08.00–16.30, 010-555 01 00",
        "search_placeholder": "Sök order, faktura eller leverantör",
        "is_supplier": False,
        "footer": [("Så fungerar portalen", "/help/how"), ("Tillgänglighet", "/help/accessibility")],
        "flashes": [("ok", "Kvittensen är sparad.")],
    }
    return SimpleNamespace(**(values | changes))


def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    translated: Any = env  # the method comes with the extension
    translated.install_null_translations(newstyle=True)
    assets = Assets.load(BUILD)
    env.globals.update(
        assets=assets, icon=assets.icon, url=lambda path: path, csrf_token=lambda: "token-of-the-test"
    )
    env.filters["cards"] = cards
    return env


def gallery(**changes: Any) -> str:
    """Its HTML; `changes` are the shell's."""
    return environment().get_template("components/_gallery.html").render(shell=shell(**changes))
