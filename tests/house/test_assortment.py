"""The demo's articles have names a buyer would believe: each variant belongs to its kind of goods."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from dev.demo_city.assortment import FILLING, Kind
from dev.demo_city.catalogues import articles
from dev.demo_city.data import ARTICLES
from portal.catalog.rules.units import unit_name
from portal.catalog.rules.unspsc import SEGMENTS

KINDS = [kind for filling in FILLING.values() for kind in filling.kinds]
COLOURS = frozenset(["svart", "vit", "vitt", "blå", "röd", "grön", "gul", "grå", "turkos", "orange"])
# Words of one sort of goods → the UNSPSC prefixes of the goods that may have them. Tea alone is named by its colour.
BELONGS = (
    (COLOURS | {"glasklar", "klar"}, ("14", "31", "3911", "43", "44", "45", "47", "50201713")),
    (frozenset({"A4", "A5", "A6"}), ("14", "4411", "441220", "5510")),
    (frozenset({"C4", "C5", "C6"}), ("441215",)),
    (frozenset({"linjerat", "rutat", "olinjerat"}), ("1411", "5510")),
    (
        re.compile("^ekologisk|^laktosfri|^glutenfri|^klass$|^naturell$|^skivad|^svensk[at]?$"),
        ("50", "55101510"),
    ),
    (re.compile("^trådlös|^USB|^GB$|^tum$|^LED$"), ("43", "45", "3911", "5312")),
    (re.compile("^årskurs$"), ("5510",)),
    (re.compile("^oparfymera|^parfymera|^koncentrera|^refill$"), ("47", "5313")),
    (re.compile("lagers?,?$"), ("1411",)),
)
# They say nothing of any goods: how large, and fine in what way?
VAGUE = frozenset(
    {"liten", "stor", "smal", "bred", "fin", "grov", "grovtyp", "portion", "storpack", "klimatmärkt"}
)


def _words(kind: Kind) -> list[str]:
    return [word.strip(",") for variant in kind.variants for word in variant.split()]


def misfits(kind: Kind) -> list[str]:
    """The words of a kind's variants that belong to other goods, or to none."""
    wrong = [word for word in _words(kind) if word in VAGUE]
    for belonging, codes in BELONGS:
        fits = belonging.__contains__ if isinstance(belonging, frozenset) else belonging.search
        wrong += [word for word in _words(kind) if fits(word) and not kind.unspsc.startswith(codes)]
    return wrong


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.noun)
def test_every_variant_fits_its_kind(kind: Kind) -> None:
    assert misfits(kind) == []
    assert kind.variants and len(set(kind.variants)) == len(kind.variants)


@pytest.mark.parametrize(
    ("noun", "code", "variant"),
    [("Tejp", "31201512", "A4"), ("Ost", "50131801", "fin"), ("Ost", "50131801", "blå"),
     ("Kuvert", "44121506", "ekologiskt"), ("Havregryn", "50221101", "trådlös"),
     ("Gelpenna", "44121704", "A5"), ("Datormus", "43211708", "årskurs 3")],
)  # fmt: skip
def test_what_stood_there_before_is_refused(noun: str, code: str, variant: str) -> None:
    assert misfits(Kind(noun, code, "EA", "10.00", (variant,)))


def test_no_two_articles_have_the_same_name_or_number() -> None:
    made = list(articles())
    assert len(made) > 300
    assert (
        len({article["name"] for article in made})
        == len({article["item_no"] for article in made})
        == len(made)
    )


def test_codes_units_and_prices_hold() -> None:
    for article in articles():
        assert re.fullmatch(r"\d{8}", article["unspsc"]) and article["unspsc"][:2] in SEGMENTS
        assert unit_name(article["unit"]) != article["unit"], article["name"]
        assert Decimal("1") < article["price"] < Decimal("20000")
        assert article["price"] == round(article["price"], 2)
    assert len(ARTICLES) == 7  # those the demo's page names, beside the assortment
