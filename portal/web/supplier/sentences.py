"""What a supplier is told: each of the twelve statuses in plain words, and the day it is paid (A9).

No internal name, reason, coding or attest is told. The table is whole: a test compares it with the Machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.invoicing import status as s
from portal.invoicing.rules.foreign_account import ready_day
from portal.invoicing.rules.payment_date import Payable, payment_date
from portal.web.figures import full_day
from portal.web.i18n import gettext
from portal.web.supplier.queries.invoices import InvoiceRow


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
        "Kunden kontrollerar hur fakturan ska betalas, och hör av sig om något behövs.",
        1, "Kontrolleras",
    ),
    s.INVOICE_INFORMATION: Sentence(
        "warn", "file-warning", _CHECKING,
        "En uppgift på fakturan behöver kontrolleras. Kunden hör av sig om ni behöver rätta något.",
        1, "Kontrolleras",
    ),
    s.REVIEWER_MISSING: Sentence(
        "info", "user-round-search", _CHECKING,
        "Kunden letar efter rätt mottagare. Inget för er att göra.",
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
    s.APPROVAL: Sentence(
        "info", "stamp", _HANDLING, "Granskad, väntar på kundens godkännande. Inget för er att göra.",
        2, "Godkänns",
    ),
    s.ATTESTED: Sentence(
        "info", "stamp", _HANDLING, "Granskad, väntar på kundens godkännande. Inget för er att göra.",
        2, "Godkänns",
    ),
    s.DONE: Sentence("ok", "circle-check", "Klar", "Godkänd för betalning.", 3, "Betalas"),
    s.CANCELLED: Sentence("rest", "ban", "Makulerad", "Makulerad av kunden. Den betalas inte.", 3, "Makulerad"),
}  # fmt: skip

# A person's word to the supplier, and so told before the status.
CREDIT_ASKED = Sentence(
    "warn", "message-square-text", "Kunden ber om kredit",
    "Kunden ber er kreditera fakturan, helt eller delvis.", 1, "Kredit begärd",
)  # fmt: skip

ON_HOLD = Sentence(
    "warn", "pause", "Kunden utreder", "Kunden utreder fakturan och hör av sig om något behövs.", 1, "Utreds",
)  # fmt: skip

STEPS = ("Mottagen", "Kontrollerad", "Godkänd", "Betalas")

# The tabs of the list: what stands behind each word.
TABS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("waiting", "Hos kunden", tuple(code for code in SENTENCES if code not in (s.DONE, s.CANCELLED))),
    ("done", "Klara", (s.DONE,)),
    ("cancelled", "Makulerade", (s.CANCELLED,)),
)


# Approved, and yet nothing is paid on it.
NOT_PAID = Sentence("ok", "circle-check", "Klar", "Godkänd. Kunden betalar inget på den.", 3, "Betalas inte")


def sentence_of(row: InvoiceRow) -> Sentence:
    """What the invoice's supplier is told: what is asked for, else the status."""
    if row.credit_request:
        return _translated(CREDIT_ASKED)
    if row.on_hold:
        return _translated(ON_HOLD)
    if row.status == s.DONE and row.nothing_to_pay:
        return _translated(NOT_PAID)
    return sentence(row.status)


def sentence(status: str) -> Sentence:
    """The status in the request's language."""
    return _translated(SENTENCES[status])


def _translated(row: Sentence) -> Sentence:
    return Sentence(
        row.tone, row.icon, gettext(row.label), gettext(row.text), row.step, gettext(row.step_name)
    )


def pay_sentence(row: InvoiceRow, today: date, account: str | None = None, no_day: str | None = None) -> str:
    """När får vi betalt? One sentence, whatever the invoice's status. `account`: the one chosen for the invoice;
    `no_day`: what is told in place of a day that is not yet to be told."""
    if row.status == s.CANCELLED:
        return gettext("Betalas inte.")
    if row.is_credit_note:
        return gettext("Räknas av mot nästa betalning.")
    if row.nothing_to_pay:
        return _nothing(row)
    if row.status == s.DONE:
        return _agreed(row.payment_date, today, account)
    return no_day if no_day and not row.on_hold else _not_yet(row, today)


def _not_yet(row: InvoiceRow, today: date) -> str:
    if row.on_hold:
        return _when_it_is_over(row)
    expected = expected_day(row, today)
    if expected is None:
        return gettext("Betaldagen bestäms när fakturan är godkänd.")
    return gettext("Betalas %(day)s, om fakturan är godkänd till dess.") % {"day": full_day(expected)}


def _when_it_is_over(row: InvoiceRow) -> str:
    if row.credit_request:
        return gettext("Betaldagen bestäms när krediten har kommit.")
    return gettext("Betaldagen bestäms när kundens utredning är klar.")


def expected_day(row: InvoiceRow, today: date) -> date | None:
    """The day of payment as it is, or would be were it approved today; none while arrival control holds it."""
    if row.payment_date or row.status in s.ARRIVAL:
        return row.payment_date
    payable = Payable(
        row.due_date, row.issue_date, row.payable_amount, row.payment_days, never=row.paid_otherwise
    )
    return payment_date(payable, ready_day(today, row.pay_not_before))


def _nothing(row: InvoiceRow) -> str:
    if row.payable_amount <= 0 and row.prepaid_amount:
        return gettext("Inget att betala: hela fakturan är redan betald.")
    if row.payable_amount <= 0:
        return gettext("Inget att betala.")
    return gettext("Kunden betalar den inte: den är betald på annat sätt.")


def _agreed(day: date | None, today: date, account: str | None) -> str:
    if day is None:
        return gettext("Regleras i kundens redovisning.")
    if day < today:
        return gettext("Betaldag var %(day)s.") % {"day": full_day(day)}
    if account:
        return gettext("Betalas %(day)s till %(account)s.") % {"day": full_day(day), "account": account}
    return gettext("Betalas %(day)s.") % {"day": full_day(day)}
