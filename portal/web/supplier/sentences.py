"""What a supplier is told: each of the twelve statuses in plain words, Spåret, and the day it is paid (A9).

No internal name, reason, coding or attest is told. The table is whole: a test compares it with the Machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.invoicing import status as s
from portal.invoicing.rules.payment_date import payment_date
from portal.kernel.dates import format_day_long, stockholm_date
from portal.web.i18n import current_locale, gettext
from portal.web.supplier.queries.invoices import InvoiceRow
from portal.web.supplier.queries.orders import Order


@dataclass(frozen=True, slots=True)
class Sentence:
    """A status as the supplier sees it: badge, sentence, and which of Spåret's four steps is now (0–3)."""

    tone: str
    icon: str
    label: str
    text: str
    step: int
    step_name: str


_CHECKING = "Kunden kontrollerar"
_HANDLING = "Kunden handlägger"

SENTENCES: Mapping[str, Sentence] = {
    s.SUPPLIER_NOT_CHOSEN: Sentence(
        "info", "store", _CHECKING, "Kunden kontrollerar vem fakturan kommer från. Inget för er att göra.",
        1, "Kontrolleras",
    ),
    s.PAYMENT_INFORMATION: Sentence(
        "warn", "landmark", _CHECKING,
        "Kontot på fakturan är inte det kunden har registrerat. Kunden kontrollerar och hör av sig om något behövs.",
        1, "Kontrolleras",
    ),
    s.INVOICE_INFORMATION: Sentence(
        "warn", "file-warning", _CHECKING,
        "En uppgift på fakturan behöver kontrolleras. Kunden hör av sig om ni behöver rätta något.",
        1, "Kontrolleras",
    ),
    s.REVIEWER_MISSING: Sentence(
        "info", "user-round-search", _CHECKING,
        "Kunden letar efter rätt mottagare, eftersom ordernummer eller referens saknas eller är okänd.",
        1, "Kontrolleras",
    ),
    s.AWAITING_RECEIPT: Sentence(
        "info", "truck", "Väntar på kvittens",
        "Väntar på att kunden kvitterar leveransen. Inget för er att göra.", 1, "Väntar på kvittens",
    ),
    s.MATCHING_REQUIRED: Sentence(
        "info", "git-compare-arrows", _HANDLING, "Kunden jämför fakturan med beställningen och leveransen.",
        1, "Jämförs",
    ),
    s.REVIEW: Sentence("info", "eye", _HANDLING, "Kunden granskar fakturan. Inget för er att göra.", 1, "Granskas"),
    s.EXTRA_CONTROL: Sentence(
        "info", "user-round-search", _HANDLING, "Kunden gör en extra kontroll. Inget för er att göra.",
        2, "Kontrolleras",
    ),
    s.APPROVAL: Sentence(
        "info", "stamp", _HANDLING, "Granskad, väntar på kundens godkännande. Inget för er att göra.",
        2, "Godkänns",
    ),
    s.CODING_UNCHECKED: Sentence(
        "info", "list-checks", _HANDLING, "Godkänd. Kunden gör en sista kontroll före betalning.", 2, "Godkänns",
    ),
    s.DONE: Sentence("ok", "circle-check", "Klar", "Godkänd för betalning.", 3, "Betalas"),
    s.CANCELLED: Sentence("rest", "ban", "Makulerad", "Makulerad av kunden. Den betalas inte.", 3, "Makulerad"),
}  # fmt: skip

STEPS = ("Mottagen", "Kontrollerad", "Godkänd", "Betalas")

# The tabs of the list: what stands behind each word.
TABS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("waiting", "Hos kunden", tuple(code for code in SENTENCES if code not in (s.DONE, s.CANCELLED))),
    ("done", "Klara", (s.DONE,)),
    ("cancelled", "Makulerade", (s.CANCELLED,)),
)


def sentence(status: str) -> Sentence:
    """The status in the request's language."""
    row = SENTENCES[status]
    return Sentence(
        row.tone, row.icon, gettext(row.label), gettext(row.text), row.step, gettext(row.step_name)
    )


def long_day(value: date) -> str:
    """ "4 december 2026" in the request's language, with hard blanks."""
    return format_day_long(value, current_locale(), year=True).replace(" ", "\u00a0")


def pay_sentence(row: InvoiceRow, today: date, account: str | None = None) -> str:
    """När får vi betalt? One sentence, whatever the invoice's status."""
    if row.status == s.CANCELLED:
        return gettext("Betalas inte.")
    if row.is_credit_note:
        return gettext("Räknas av mot nästa betalning.")
    if row.status == s.DONE:
        return _agreed(row.payment_date, today, account)
    expected = payment_date(row.due_date, today)
    if expected is None:
        return gettext("Betaldagen bestäms när fakturan är godkänd.")
    return gettext("Betalas %(day)s, om fakturan är godkänd till dess.") % {"day": long_day(expected)}


def _agreed(day: date | None, today: date, account: str | None) -> str:
    if day is None:
        return gettext("Regleras i kundens redovisning.")
    if day < today:
        return gettext("Betaldag var %(day)s.") % {"day": long_day(day)}
    if account:
        return gettext("Betalas %(day)s till %(account)s.") % {"day": long_day(day), "account": account}
    return gettext("Betalas %(day)s.") % {"day": long_day(day)}


def invoice_track(row: InvoiceRow, today: date) -> tuple[tuple[str, str, str | None], ...]:
    """Spåret of an invoice: received, checked, approved, paid."""
    now = sentence(row.status)
    if row.status == s.CANCELLED:
        return (
            ("done", gettext(STEPS[0]), _short(stockholm_date(row.arrived_at))),
            ("stopped", now.step_name, None),
        )
    steps: list[tuple[str, str, str | None]] = []
    for index, name in enumerate(STEPS):
        if index < now.step:
            steps.append(
                ("done", gettext(name), _short(stockholm_date(row.arrived_at)) if index == 0 else None)
            )
        elif index == now.step:
            steps.append(("now", now.step_name, _pay_day(row, today) if index == len(STEPS) - 1 else None))
        else:
            steps.append(("left", gettext(name), _pay_day(row, today) if index == len(STEPS) - 1 else None))
    return tuple(steps)


def _pay_day(row: InvoiceRow, today: date) -> str | None:
    if row.is_credit_note:
        return None
    day = row.payment_date or payment_date(row.due_date, today)
    return _short(day) if day else None


def _short(day: date) -> str:
    return format_day_long(day, current_locale()).replace(" ", "\u00a0")


def order_track(order: Order) -> tuple[tuple[str, str, str | None], ...]:
    """Spåret of an order: ordered, confirmed, delivered, invoiced."""
    sent = _short(stockholm_date(order.sent_at)) if order.sent_at else None
    if order.status in {"rejected_by_supplier", "cancelled"}:
        name = gettext("Avböjd") if order.status == "rejected_by_supplier" else gettext("Makulerad")
        return (("done", gettext("Beställd"), sent), ("stopped", name, None))
    delivered = bool(order.lines) and all(line.received >= line.quantity for line in order.lines)
    billed = order.status == "closed" or (bool(order.lines) and all(line.left == 0 for line in order.lines))
    confirmed = order.status not in {"sent"}
    marks = [
        (True, gettext("Beställd"), sent),
        (
            confirmed,
            gettext("Bekräftad") if confirmed else gettext("Bekräftas"),
            _short(stockholm_date(order.answers[-1].answered_at)) if order.answers else None,
        ),
        (delivered, gettext("Levererad") if delivered else gettext("Levereras"), _part(order)),
        (billed, gettext("Fakturerad") if billed else gettext("Faktureras"), None),
    ]
    return _with_now(marks)


def _part(order: Order) -> str | None:
    some = any(line.received for line in order.lines)
    every = all(line.received >= line.quantity for line in order.lines)
    return gettext("kvitterad av kunden") if every else gettext("delvis kvitterad") if some else None


def _with_now(marks: list[tuple[bool, str, str | None]]) -> tuple[tuple[str, str, str | None], ...]:
    first_left = next((i for i, mark in enumerate(marks) if not mark[0]), len(marks))
    return tuple(
        ("done" if done else "now" if i == first_left else "left", name, when)
        for i, (done, name, when) in enumerate(marks)
    )
