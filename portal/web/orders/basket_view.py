"""The basket as its page shows it: frozen view values, all texts in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from portal.attest.rules.route import Route
from portal.coding.values import LABELS
from portal.kernel.errors import PortalError
from portal.kernel.money import format_kr, format_number_sv
from portal.orders.actions.plan import Plan
from portal.orders.queries.requisitions import Address
from portal.orders.rules.call_offs import RECENT_DAYS, Demand
from portal.orders.rules.shown import digest
from portal.orders.rules.split import basket_totals, split_by_supplier
from portal.orders.values import CallOff, FieldError, Requested
from portal.web.figures import machine
from portal.web.i18n import gettext, ngettext
from portal.web.orders.basket_lines import LineMaker, LineView
from portal.web.orders.texts import filled, said


@dataclass(frozen=True, slots=True)
class SupplierView:
    """What becomes one order."""

    name: str
    agreement: str
    lines: tuple[LineView, ...]
    net: Decimal
    foot: str


@dataclass(frozen=True, slots=True)
class MotiveView:
    """Something that must be noted of the ranking: the field, why, what is noted."""

    id: str
    label: str
    why: str
    value: str
    error: str | None


@dataclass(frozen=True, slots=True)
class BasketView:
    """The whole page."""

    id: UUID
    number: str | None
    shown: str
    lead: str
    suppliers: tuple[SupplierView, ...]
    summary: tuple[tuple[str, str], ...]
    stops: tuple[str, ...]
    totals: tuple[tuple[str, str], ...]
    gross: str
    route: tuple[Mapping[str, Any], ...]
    route_refusals: tuple[str, ...]
    delivery: Mapping[str, Any]
    errors: Mapping[str, str]
    error_count: int
    attempted: bool
    changed: bool
    copies: bool
    copied: bool
    motives: tuple[MotiveView, ...]
    sums: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What a basket's page needs beside the basket: choices, names of attestants, what the form held."""

    addresses: Sequence[Address]
    buyers: Sequence[Any]
    names: Mapping[str, str]
    raw: Mapping[str, str]
    unreadable: Mapping[str, PortalError]
    attempted: bool


def basket_view(requested: Requested, plan: Plan, around: Around) -> BasketView:
    """Everything the page shows. Faults of fields still empty are kept until somebody has tried to send."""
    errors = _errors(requested, plan, around)
    summary = tuple((error.field, _summary(error)) for error in plan.errors) if around.attempted else ()
    unread = tuple((field, said(error)) for field, error in around.unreadable.items())
    groups = _suppliers(requested, plan, errors, around)
    amounts = basket_totals([line.wanted for line in requested.lines])
    return BasketView(
        id=requested.id, number=requested.number, shown=digest(requested),
        lead=_lead(len(requested.lines), len(groups)), suppliers=groups,
        summary=(*unread, *summary), stops=tuple(said(reason) for reason in plan.limits),
        totals=((gettext("Varor"), format_kr(amounts.net)), *_taxes(amounts.taxes)),
        gross=format_kr(amounts.gross), route=route_view(plan.route, around.names),
        route_refusals=tuple(said(reason) for reason in plan.route.refusals),
        delivery=_delivery(requested, around), errors=errors,
        error_count=len(summary) + len(unread) if around.attempted else len(errors),
        attempted=around.attempted,
        changed=any(line.stops for group in groups for line in group.lines),
        copies=len(requested.lines) > 1, copied=bool(requested.coding_before),
        motives=tuple(_motive(demand, requested, errors) for demand in plan.demanded),
        sums=tuple(kind_sums(plan.call_offs)),
    )  # fmt: skip


def _motive(demand: Demand, requested: Requested, errors: Mapping[str, str]) -> MotiveView:
    label = gettext("Motivering, %(subject)s") % {"subject": demand.subject}
    value = requested.motives.get(demand.key, "")
    return MotiveView(demand.key, label, said(demand.message), value, errors.get(demand.key))


def kind_sums(call_offs: Sequence[CallOff]) -> list[str]:
    """What the organisation has called off of the same kind in the last days, beside the agreement's limit."""
    return [
        filled(
            "Avtal %(agreement)s, varugrupp %(family)s: avropat %(recent)s de senaste %(days)s dagarna, med den här"
            " beställningen %(total)s. Gränsen för rangordning är %(limit)s per avrop.",
            {"agreement": one.number, "family": kind.family, "recent": format_kr(kind.recent),
             "days": RECENT_DAYS, "total": format_kr(kind.total), "limit": format_kr(one.ranking_limit)},
        )
        for one in call_offs
        if one.ranking_limit is not None
        for kind in one.kinds
    ]  # fmt: skip


def _errors(requested: Requested, plan: Plan, around: Around) -> dict[str, str]:
    empty = (
        {
            f"{name}-{row.id}"
            for line in requested.lines
            for row in line.coding
            for name in LABELS
            if row.code.get(name) is None
        }
        | {"delivery_address_id", "basket"}
        | {demand.key for demand in plan.demanded}
    )
    empty |= {f"comment-{line.id}" for line in requested.lines if not line.comment}
    found: dict[str, str] = {}
    for error in plan.errors:
        if around.attempted or error.field not in empty:
            found.setdefault(error.field, said(error.message))
    return found | {field: said(error) for field, error in around.unreadable.items()}


def _summary(error: FieldError) -> str:
    text = said(error.message)
    return f"{error.subject}: {text}" if error.subject else text


def _lead(lines: int, orders: int) -> str:
    rows = ngettext("%(num)s rad", "%(num)s rader", lines) % {"num": lines}
    made = ngettext("%(num)s beställning", "%(num)s beställningar", orders) % {"num": orders}
    return filled(
        "%(rows)s blir %(made)s. Kontrollera konteringen och skicka för attest.", {"rows": rows, "made": made}
    )


def _taxes(taxes: Sequence[tuple[Decimal, Decimal]]) -> list[tuple[str, str]]:
    return [
        (filled("Moms %(rate)s %%", {"rate": format_number_sv(rate)}), format_kr(amount))
        for rate, amount in taxes
    ]


def _suppliers(
    requested: Requested, plan: Plan, errors: Mapping[str, str], around: Around
) -> tuple[SupplierView, ...]:
    by_id = {str(line.id): line for line in requested.lines}
    made = LineMaker(requested, plan.register, errors, around.raw, plan.offers)
    groups = []
    for order in split_by_supplier([line.wanted for line in requested.lines]):
        lines = [by_id[wanted.id] for wanted in order]
        first = lines[0]
        rows = ngettext("%(num)s rad", "%(num)s rader", len(lines)) % {"num": len(lines)}
        agreement = filled(
            "Avtal %(name)s, %(number)s", {"name": first.agreement_name, "number": first.agreement_number}
        )
        groups.append(SupplierView(
            first.supplier_name, agreement if first.agreement_number else "", tuple(map(made.line, lines)),
            sum((line.net for line in lines), Decimal(0)), f"{first.supplier_name}, {rows}",
        ))  # fmt: skip
    return tuple(groups)


def route_view(route: Route, names: Mapping[str, str]) -> tuple[Mapping[str, Any], ...]:
    """The way from sending to receipt; steps of the same number run at the same time."""
    steps: list[Mapping[str, Any]] = [
        {
            "number": 1,
            "name": gettext("Du skickar"),
            "note": gettext("Det räknas som din granskning."),
            "now": True,
        }
    ]
    for step in route.steps:
        note = filled("Ansvar %(code)s, %(amount)s.", {
            "code": f"{step.responsibility} {step.name}", "amount": format_kr(step.amount),
        })  # fmt: skip
        if step.escalated_from:
            note += " " + gettext("Går ett steg upp, eftersom ansvarets egen attestant inte får attestera.")
        name = names.get(step.attestant.user, "")
        steps.append({"number": 2, "name": f"{name} {step.attestant.login}".strip(), "note": note})
    if not route.steps:
        unknown = "" if route.refusals else gettext("Välj ansvar på raderna, så visas vem som attesterar.")
        steps.append({"number": 2, "name": gettext("Attest"), "note": unknown})
    return (
        *steps,
        {"number": 3, "name": gettext("Leverantören får ordern"),
         "note": gettext("Samma minut som attesten är klar.")},
        {"number": 4, "name": gettext("Beställaren kvitterar leveransen")},
    )  # fmt: skip


def _delivery(requested: Requested, around: Around) -> Mapping[str, Any]:
    return {
        "address": str(requested.delivery_address_id or ""),
        "addresses": tuple(
            (str(place.id), f"{place.name}, {place.street}, {place.postcode} {place.city}")
            for place in around.addresses
        ),
        "mark": requested.goods_mark or "",
        "wanted": around.raw.get("wanted_on", "")
        if "wanted_on" in around.unreadable
        else machine(requested.wanted_on),
        "note": requested.note_to_supplier or "",
        "to_approver": requested.note_to_approver or "",
        "review": requested.review_requested,
        "secret": requested.secret,
        "buyer": str(requested.buyer_user_id),
        "buyers": tuple((str(row.id), f"{row.login}, {row.name}") for row in around.buyers),
    }
