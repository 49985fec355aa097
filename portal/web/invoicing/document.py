"""The invoice as a person reads it, made from the original's neutral form, with what steered the flow marked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.formats.en16931 import Invoice as Neutral
from portal.formats.en16931 import Party
from portal.invoicing.models import Invoice
from portal.invoicing.payment_values import Account
from portal.invoicing.rules.payment import spelt
from portal.kernel.identifiers import format_org_number
from portal.kernel.money import format_number_sv, format_sv
from portal.web.figures import machine
from portal.web.i18n import gettext
from portal.web.units import counted_short

MISSING = "saknas"


@dataclass(frozen=True, slots=True)
class Paper:
    """The document. `facts` are (label, value, marked); `lines` (name, note, quantity, price, VAT, amount)."""

    title: str
    number: str
    seller: tuple[str, ...]
    buyer: tuple[str, ...]
    facts: tuple[tuple[str, str, bool], ...]
    lines: tuple[tuple[str, str, str, str, str, str], ...]
    totals: tuple[tuple[str, str], ...]
    payable: str
    accounts: tuple[str, ...]
    reference: str | None
    notes: tuple[str, ...]


def paper_of(neutral: Neutral, invoice: Invoice) -> Paper:
    """The document on its paper; figures as on the original, what a person corrected stands in the history."""
    return Paper(
        title=gettext("Kreditfaktura") if neutral.is_credit_note else gettext("Faktura"),
        number=neutral.number,
        seller=_party(neutral.seller),
        buyer=_party(neutral.buyer),
        facts=tuple(_facts(neutral, invoice)),
        lines=tuple(
            (
                line.name, line.seller_item_id or "", counted_short(line.quantity, line.unit),
                format_number(line.net_price), f"{format_number_sv(line.vat_rate or Decimal(0))} %",
                format_sv(line.line_amount),
            )
            for line in neutral.lines
        ),
        totals=tuple(_totals(neutral)),
        payable=format_sv(neutral.payable_amount) + ("" if neutral.currency == "SEK" else f" {neutral.currency}"),
        accounts=tuple(spelt(Account(one.scheme, one.number)) for one in neutral.accounts),
        reference=neutral.payment_reference,
        notes=neutral.notes,
    )  # fmt: skip


def format_number(price: Decimal) -> str:
    """A price with at least two decimals, more only where the invoice has them."""
    exponent = price.normalize().as_tuple().exponent
    return format_sv(price, max(2, -exponent if isinstance(exponent, int) else 2))


def _party(party: Party) -> tuple[str, ...]:
    address = party.address
    town = " ".join(filter(None, (address.postcode, address.city)))
    legal = party.legal_id
    number = f"{gettext('Org.nr')} {format_org_number(legal.value)}" if legal else None
    gln = next(
        (f"GLN {one.value}" for one in (party.endpoint, *party.identifiers) if one and one.scheme == "0088"),
        None,
    )
    name = party.name or party.legal_name
    return tuple(filter(None, (name, party.contact_name, address.street, town, number, gln)))


def _facts(neutral: Neutral, invoice: Invoice) -> list[tuple[str, str, bool]]:
    missing = gettext(MISSING)
    by_order = invoice.flow == "order"
    found = [
        (gettext("Fakturadatum"), _iso(neutral.issue_date), False),
        (gettext("Förfaller"), _iso(neutral.due_date) or missing, _stopped(invoice, "due_date")),
        (gettext("Er referens"), neutral.buyer_reference or missing, not by_order),
        (
            gettext("Ert ordernummer"),
            neutral.order_reference or missing,
            by_order or not neutral.order_reference,
        ),
    ]
    if neutral.preceding:
        credited = ", ".join(one.number for one in neutral.preceding)
        found.append((gettext("Krediterar faktura"), credited, True))
    if neutral.currency != "SEK":
        found.append((gettext("Valuta"), neutral.currency, True))
    return found


def _stopped(invoice: Invoice, code: str) -> bool:
    return any(one.get("code") == code for one in invoice.reasons)


def _iso(day: date | None) -> str:
    return machine(day).replace("-", "\u2011")


def _totals(neutral: Neutral) -> list[tuple[str, str]]:
    rows = [(gettext("Netto"), format_sv(neutral.net_amount))]
    rows += [
        (
            gettext("Moms %(rate)s %%") % {"rate": format_number_sv(row.rate or Decimal(0))},
            format_sv(row.tax_amount),
        )
        for row in neutral.vat_breakdown
    ]
    for entry in neutral.allowances_charges:
        label = entry.reason or (gettext("Avgift") if entry.is_charge else gettext("Rabatt"))
        rows.insert(0, (label, format_sv(entry.amount if entry.is_charge else -entry.amount)))
    for label, amount in (("Avrundning", neutral.rounding_amount), ("Redan betalt", -neutral.prepaid_amount)):
        if amount:
            rows.append((gettext(label), format_sv(amount)))
    return rows
