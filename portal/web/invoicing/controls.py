"""Kontroller: what the stored decisions controlled, which failed and why, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.formats.rulesets import STAND_IN
from portal.invoicing.queries.detail import Detail
from portal.invoicing.rules.arrival import CONTROLS, OFFICIAL_RULES
from portal.invoicing.rules.reasons import REASONS
from portal.invoicing.values import HeaderFacts
from portal.kernel.decision import Control
from portal.web.i18n import gettext
from portal.web.invoicing.found_by import found_by
from portal.web.invoicing.spoken import filled

STEPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Organisationen är känd", frozenset({"organisation_unknown", "organisation_conflict"})),
    ("Leverantören är ansluten", frozenset({"supplier_unknown"})),
    ("Betalkontot hör till leverantören", frozenset({"payment_account", "paid_otherwise"})),
)
PAID_OTHERWISE = "Betalas inte av oss"
FINAL: tuple[tuple[str, frozenset[str]], ...] = (
    ("Momsen på raderna stämmer", frozenset({"vat"})),
    ("Momsen per sats stämmer", frozenset({"vat"})),
    ("Konteringen är giltig", frozenset({"coding"})),
)


@dataclass(frozen=True, slots=True)
class Controls:
    """`items` are (passed, text); `summary` "14 av 14 godkända"; `manual` names what a person forced."""

    items: tuple[tuple[bool, str], ...]
    passed: bool
    summary: str
    manual: tuple[str, ...]


def controls_of(detail: Detail) -> Controls:
    """Every control that has been run; a step after the first failure has not."""
    items: list[tuple[bool, str]] = []
    if arrival := detail.decisions.get("arrival"):
        items += _arrival(arrival)
    if stored := detail.decisions.get("flow"):
        items.append(found_by(stored["result"]))
    if match := detail.decisions.get("match"):
        passed = {one["code"] for one in match["reasons"]} <= {"review_requested"}
        good_text = gettext("Fakturan stämmer med order och kvittens")
        items.append(
            (passed, good_text if passed else gettext("Fakturan stämmer inte med order och kvittens"))
        )
    if final := detail.decisions.get("final"):
        failed = {one["code"]: filled(one) for one in final["reasons"]}
        items += [_item(gettext(label), codes, failed) for label, codes in FINAL]
    if payment := detail.decisions.get("payment"):
        failed = {one["code"]: filled(one) for one in payment["reasons"]}
        items.append(_item(gettext("Betalningen gäller fortfarande"), frozenset({"payment_account"}), failed))
    good = sum(passed for passed, _ in items)
    summary = gettext("%(good)s av %(all)s godkända") % {"good": good, "all": len(items)}
    manual = tuple(gettext(REASONS.get(c, c)) for c in detail.invoice.manual_controls if c in REASONS)
    return Controls(tuple(items), good == len(items), summary, manual)


def _arrival(stored: Mapping[str, Any]) -> list[tuple[bool, str]]:
    failed = {one["code"]: filled(one) for one in stored["reasons"]}
    items: list[tuple[bool, str]] = []
    otherwise = bool(stored.get("result", {}).get("otherwise"))
    for label, codes in STEPS:
        text = PAID_OTHERWISE if otherwise and "paid_otherwise" in codes else label
        item = _item(gettext(text), codes, failed)
        items.append(item)
        if not item[0]:
            return items
    header = stored["inputs"].get("header", {})
    return items + [_item(_label(one, header), frozenset({one.code}), failed) for one in CONTROLS]


def _label(control: Control[HeaderFacts], header: Mapping[str, Any]) -> str:
    """The control's name; of the official rules with the edition that judged."""
    edition = header.get("rule_edition") if control.code == OFFICIAL_RULES else None
    if not edition:
        return gettext(control.label)
    text = gettext("CEN:s och Peppols regler, utgåva %(edition)s")
    if edition.endswith(STAND_IN):
        text = gettext("CEN:s och Peppols regler, utgåva %(edition)s genom portalens ersättning")
    return text % {"edition": edition.removesuffix(STAND_IN)}


def _item(label: str, codes: frozenset[str], failed: Mapping[str, str]) -> tuple[bool, str]:
    why = next((text for code, text in failed.items() if code in codes), None)
    return (why is None, why or label)
