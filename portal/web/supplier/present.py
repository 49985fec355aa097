"""Orders and invoices as the supplier portal shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from portal.invoicing.status import CANCELLED
from portal.kernel.dates import format_clock, stockholm_date
from portal.kernel.money import as_cost
from portal.orders.status import CLOSED, ORDER
from portal.suppliers.values import Account
from portal.web.figures import full_day
from portal.web.i18n import gettext, localised, ngettext
from portal.web.listing import contents_text
from portal.web.supplier.findings import finding_text
from portal.web.supplier.paying import account_name, chosen_account, payment_notes
from portal.web.supplier.queries.invoices import InvoiceLine, InvoiceRow, SentFile
from portal.web.supplier.queries.orders import Line, Order, OrderRow
from portal.web.supplier.sentences import pay_sentence, sentence, sentence_of
from portal.web.supplier.stops import Stop, no_pay_day, stops_of
from portal.web.supplier.tracks import invoice_track
from portal.web.units import counted

# Names of an order's status as its supplier says them; the others are said as in the Machine.
ORDER_LABELS = {
    "sent": "Att bekräfta",
    "rejected_by_supplier": "Avböjd av er",
    "change_awaiting_approval": "Ändringen prövas av kunden",
    "change_attested": "Ändringen prövas av kunden",
}
_TO_DELIVER = (
    "confirmed", "confirmed_with_change", "change_awaiting_approval", "change_attested", "partly_received",
)  # fmt: skip
ORDER_TABS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("new", "Att bekräfta", ("sent",)),
    ("open", "Att leverera", _TO_DELIVER),
    ("received", "Levererade", ("received", "closed")),
    ("ended", "Avböjda och makulerade", ("rejected_by_supplier", "cancelled")),
)
ANSWERS = {"AP": "Bekräftad", "CA": "Bekräftad med ändring", "RE": "Avböjd", "AB": "Mottagen"}
# An order ended before all had come holds what came: that may still be invoiced.
INVOICEABLE = ("sent", "confirmed", "confirmed_with_change", "partly_received", "received", "closed")
OUTCOMES = {
    "received": ("info", "clock", "Behandlas"),
    "new": ("ok", "circle-check", "Mottagen"),
    "duplicate": ("warn", "copy", "Redan inskickad"),
    "refused": ("stop", "circle-x", "Kunde inte tas emot"),
}

Status = tuple[str, str, str]
Tab = tuple[str, str, int | None, str, bool]


def can_be_invoiced(order: Order) -> bool:
    """Whether something of it is left to bill: of one that is closed, no more than what came."""
    left = (line.ready if order.status == CLOSED else line.left for line in order.lines)
    return order.status in INVOICEABLE and any(one > 0 for one in left)


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order in a list."""

    id: UUID
    number: str
    href: str
    buyer: str
    lines: str
    status: Status
    to_answer: bool
    row: OrderRow


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """An invoice in a list: sentence, Spåret and the day it is paid; `notes` (tone, text) on how it is paid; `brief`:
    why it is stopped, else when it is paid; `sums`: net and tax."""

    id: UUID
    number: str
    href: str
    status: Status
    text: str
    pay: str
    track: tuple[tuple[str, str, str | None], ...]
    amount: Decimal
    done: bool
    row: InvoiceRow
    notes: tuple[tuple[str, str], ...] = ()
    stops: tuple[Stop, ...] = ()
    about: str = ""
    contents: str = ""
    brief: str = ""
    sums: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class FileView:
    """A file sent in and what came of it."""

    id: UUID
    name: str
    status: Status
    text: str
    waiting: bool
    findings: tuple[tuple[str, str, str], ...]
    href: str | None


@dataclass(frozen=True, slots=True)
class LineView:
    """A line with its quantity and unit in words."""

    line: Line
    quantity: str


def order_status(code: str) -> Status:
    """Tone, icon and label."""
    state = ORDER.state(code)
    tone = "warn" if code == "sent" else state.tone
    return tone, state.icon, gettext(ORDER_LABELS.get(code, state.label))


def order_view(row: OrderRow) -> OrderView:
    """A row of the list."""
    return OrderView(
        row.id, row.number, localised(f"/supplier/orders/{row.id}"), row.buyer_name, contents_text(row.contents),
        order_status(row.status), row.status == "sent", row,
    )  # fmt: skip


def line_views(order: Order) -> tuple[LineView, ...]:
    """The order's lines."""
    return tuple(LineView(line, counted(line.quantity, line.unit)) for line in order.lines)


def invoice_lines(lines: Sequence[InvoiceLine]) -> tuple[tuple[InvoiceLine, str], ...]:
    """The invoice's lines, each with its quantity and unit in words."""
    return tuple((line, counted(line.quantity, line.unit)) for line in lines)


def invoice_view(row: InvoiceRow, today: date, registered: Sequence[Account] = ()) -> InvoiceView:
    """A row of the list, and the head of the page. `registered`: the supplier's accounts at the customer today."""
    told, stops = sentence_of(row), stops_of(row)
    why = _why(row, stops)
    pay = pay_sentence(row, today, chosen_account(row), no_pay_day(stops))
    amount = as_cost(row.payable_amount, credit=row.is_credit_note)
    return InvoiceView(
        row.id, row.number, localised(f"/supplier/invoices/{row.id}"), (told.tone, told.icon, told.label),
        why or told.text, pay, invoice_track(row, today), amount, row.status == "done", row,
        payment_notes(row, registered), stops, _about(row), contents_text(row.contents), why or pay,
        tuple(as_cost(one, credit=row.is_credit_note) for one in (row.net_amount, row.tax_amount)),
    )  # fmt: skip


def _about(row: InvoiceRow) -> str:
    """Customer, order and when it came: what tells one invoice from another of the same number."""
    order = gettext("beställning %(number)s") % {"number": row.order_number} if row.order_number else None
    return ", ".join(filter(None, (row.buyer_name or row.concern, order, _came(row))))


def _came(row: InvoiceRow) -> str:
    return gettext("kom %(day)s kl. %(clock)s") % {
        "day": full_day(stockholm_date(row.arrived_at)), "clock": format_clock(row.arrived_at),
    }  # fmt: skip


def _why(row: InvoiceRow, stops: Sequence[Stop]) -> str | None:
    """The first of what stops it, and how many more; why it was cancelled. None: the status says it all."""
    if row.status == CANCELLED and row.cancelled_reason:
        return gettext("Makulerad av kunden: %(why)s") % {"why": row.cancelled_reason}
    if not stops or row.on_hold:
        return None
    more = len(stops) - 1
    if not more:
        return stops[0].text
    return f"{stops[0].text} " + ngettext("En sak till.", "%(num)s saker till.", more) % {"num": more}


def account_words(accounts: Sequence[Account]) -> str | None:
    """ "bankgiro 505-0109": the first active account."""
    active = next((account for account in accounts if account.status == "active"), None)
    return account_name(active.kind, active.number) if active else None


def file_view(file: SentFile) -> FileView:
    """What became of a file, in words."""
    tone, icon, label = OUTCOMES[file.outcome]
    findings = tuple(
        (f.get("code", ""), finding_text(f.get("code", ""), f.get("message", "")), f.get("location", ""))
        for f in file.findings
    )
    href = localised(f"/supplier/invoices/{file.invoice_id}") if file.invoice_id and file.number else None
    return FileView(
        file.id, file.filename or file.number or "", (tone, icon, gettext(label)), _file_text(file),
        file.outcome == "received", findings, href,
    )  # fmt: skip


def _file_text(file: SentFile) -> str:
    if file.outcome == "received":
        return gettext("Fakturan kontrolleras just nu. Det tar oftast några sekunder.")
    if file.outcome == "refused":
        return gettext("Rätta felen och skicka filen igen. Den här filen betalas inte, men sparas.")
    if file.outcome == "duplicate":
        return gettext("Samma fil finns redan. Inget har ändrats.")
    if file.status is None:
        return gettext("Mottagen. Kunden kontrollerar vem fakturan kommer från.")
    return sentence(file.status).text


def tabs(
    path: str,
    options: Sequence[tuple[str, str, tuple[str, ...]]],
    current: str,
    words: str,
    counts: dict[str, int],
    view: str = "",
) -> tuple[Tab, ...]:
    """Alla and one tab per group of statuses; words and view stay in the address."""
    rows = [("", "Alla", ()), *options]
    made = []
    for code, label, _statuses in rows:
        query = urlencode(
            {key: value for key, value in (("q", words), ("tab", code), ("view", view)) if value}
        )
        href = localised(path) + (f"?{query}" if query else "")
        made.append((gettext(label), href, counts.get(code), "turn", code == current))
    return tuple(made)


def statuses_of(options: Sequence[tuple[str, str, tuple[str, ...]]], tab: str) -> tuple[str, ...] | None:
    """The statuses behind a tab; None for all."""
    return next((statuses for code, _label, statuses in options if code == tab), None)
