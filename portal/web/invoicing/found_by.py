"""By what the way of an invoice was chosen: the number that decided, and where on the invoice it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.invoicing.rules import flow
from portal.invoicing.rules.references import EXACT
from portal.kernel.text import squash
from portal.web.i18n import gettext

LONGEST = 80


def found_by(result: Mapping[str, Any]) -> tuple[bool, str]:
    """(Found, sentence) of a stored flow decision; those from before evidence was stored name the number only."""
    number, evidence = result.get("by"), result.get("evidence")
    if not number:
        return False, gettext("Varken order eller mottagare hittades på fakturan")
    if not evidence:
        return True, gettext("Fakturan hör till %(number)s") % {"number": number}
    params = {"number": number, "field": _field(evidence["field"]), "text": _short(evidence["text"])}
    if evidence["how"] == EXACT:
        return True, gettext("%(number)s står i %(field)s") % params
    return True, gettext("%(number)s hittades i %(field)s, där det står ”%(text)s”") % params


def chosen_by(decisions: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The order number or recipient code that an invoice's way was chosen by, wherever on it that stands."""
    stored = decisions.get("flow")
    return str(stored["result"]["by"]) if stored and stored["result"].get("by") else None


def by_code(code: str, who: str, *, unknown_order: bool) -> str:
    """Why somebody reviews an invoice that is of no order: the recipient code on it is theirs."""
    params = {"reference": code, "who": who}
    if unknown_order:
        known = gettext("Fakturan hör inte till någon känd order. Referensen %(reference)s hör till %(who)s.")
        return known % params
    return gettext("Fakturan saknar ordernummer. Referensen %(reference)s hör till %(who)s.") % params


def _field(name: str) -> str:
    return {
        flow.ORDER_REFERENCE: gettext("orderreferensen (BT-13)"),
        flow.BUYER_REFERENCE: gettext("referensen (BT-10)"),
        flow.CONTACT_NAME: gettext("kontaktpersonens namn (BT-56)"),
        flow.CONTRACT_REFERENCE: gettext("avtalsreferensen (BT-12)"),
        flow.OBJECT_REFERENCE: gettext("faktureringsobjektet (BT-18)"),
        flow.CREDITED: gettext("hänvisningen till fakturan som krediteras (BT-25)"),
    }[name]


def _short(text: str) -> str:
    plain = squash(text)
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1].rstrip() + "…"
