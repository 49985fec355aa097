"""Files stay small, and nothing of this or that machine, registry or demo comes into the code."""

from __future__ import annotations

import re
from decimal import Decimal

from dev.demo_city import data
from portal.kernel.money import format_sv
from tests.house.long_files import WHY_LONG
from tests.house.source import ROOT, at, literals, modules, tracked

ASKS_FOR_A_REASON = 200
REFUSED = 400
# A registry's host or a person's folder: neither means anything on another machine.
MACHINE_PATH = re.compile(r"(?<![\w.~])/(?:home|root|work|Users|workspace|mnt|private)/\w+")
REGISTRY = re.compile(
    "|".join(
        map(re.escape, ("pypi" + ".org", "registry." + "npmjs", "pythonhosted" + ".org", "index" + "-url"))
    )
)
KEPT_AS_THEY_CAME = {"package-lock.json", "requirements.lock"}


def test_no_file_is_past_bearing() -> None:
    lengths = _lengths()
    assert [(path, lines) for path, lines in lengths.items() if lines > REFUSED] == []


def test_long_files_say_why() -> None:
    long = {path for path, lines in _lengths().items() if lines > ASKS_FOR_A_REASON}
    assert long == set(WHY_LONG)
    assert all(len(reason) > 20 for reason in WHY_LONG.values())


def _lengths() -> dict[str, int]:
    return {module.path: module.text.count("\n") for module in modules()}


def test_no_registry_and_no_machine_path() -> None:
    found = []
    for path in tracked():
        name = str(path.relative_to(ROOT))
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if name not in KEPT_AS_THEY_CAME and REGISTRY.search(text):
            found.append(f"{name}: {REGISTRY.search(text)}")
        if name != "tests/house/test_files.py" and (match := MACHINE_PATH.search(text)):
            found.append(f"{name}: {match.group()}")
    assert found == []


def test_the_portal_knows_nothing_of_the_demo_city() -> None:
    """No order, article or agreement number and no price of the demo occurs in portal/ (demo-city.md)."""
    numbers = {order[0] for order in data.EX_ORDERS} | {row[0] for row in data.AGREEMENTS}
    articles = {row[0] for row in data.ARTICLES}
    prices = {Decimal(row[6]) for row in data.ARTICLES}
    shown = {text for price in prices for text in (format_sv(price), str(price)) if len(text) > 4}
    words = re.compile(
        r"(?<![\w,.])(" + "|".join(map(re.escape, sorted(numbers | articles | shown))) + r")(?![\w])"
    )
    found = [
        f"{at(module, literal.line)} {match.group()}"
        for module in modules()
        for literal in literals(module.nodes)
        if (match := words.search(literal.value))
    ]
    assert found == []
