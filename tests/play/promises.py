"""What pages promise, held against the rows: the supplier's page of an invoice, and the status in the city's list."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal as D
from html import unescape
from typing import Any

from dev.demo_city import data
from portal.kernel.dates import stockholm_date
from tests.play.lot import Lot
from tests.play.stage import Stage, require
from tests.web.core.conftest import Browser, Site

MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
    "december",
)  # fmt: skip
LABELS = {
    "supplier_not_chosen": "Leverantör ej vald",
    "payment_information": "Betalningsinformation måste kontrolleras",
    "invoice_information": "Fakturainformation måste kontrolleras",
    "reviewer_missing": "Granskare ej angiven",
    "awaiting_receipt": "Inväntar leveranskvittens",
    "matching_required": "Ordermatchning krävs",
    "review": "Granskning ej utförd",
    "approval": "Attest ej utförd",
    "attested": "Attesterad, blir snart klar",
    "done": "Klar",
    "cancelled": "Makulerad",
}
TEN = len("P00001")  # of P000010 to P000019
LIST = "/invoicing/invoices?tab=all&number="
_ROWS = (
    "SELECT i.*, s.name AS supplier FROM invoice i"
    " LEFT JOIN supplier s ON s.id = i.supplier_id WHERE i.id = ANY(:ids)"
)


class Readers:
    """One browser for each who reads, signed in once."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.signed_in: dict[str, Browser] = {}

    async def page(self, login: str, path: str) -> str:
        """A page's HTML."""
        browser = self.signed_in.get(login)
        answer = await browser.get(path) if browser else None
        if answer is None or answer.status_code == 303:  # never, or so many days ago that it is over
            browser = self.signed_in[login] = self.site.browser()
            assert (await browser.sign_in(login)).status_code == 303
            answer = await browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    async def keep_promises(self, lot: Lot) -> None:
        """Every invoice of the lot, as its supplier and its city read it."""
        self.site.clock.instant = lot.now
        listed: dict[tuple[str, str], str] = {}
        for stage in lot.stages:
            for row in await stage.rows(_ROWS, ids=[one.id for one in stage.sent]):
                if row.supplier is not None:
                    domain = next(one[3] for one in data.SUPPLIERS if one[0] == row.supplier)
                    html = await self.page(f"leverantor@{domain}", f"/supplier/invoices/{row.id}")
                    _supplier_reads(stage, row, html, stockholm_date(lot.now))
                if row.organisation_id is None:
                    continue
                # Ten at a time: a list shows all whose numbers begin so.
                asked = ("admin@gsf" if stage.city.code == "GSF100" else "admin@aof", row.number[:TEN])
                if asked not in listed:
                    listed[asked] = await self.page(asked[0], f"{LIST}{asked[1]}")
                _city_reads(stage, row, listed[asked])


def _words(html: str) -> str:
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", html, flags=re.DOTALL)
    plain = unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u2011", "-")
    return " ".join(plain.split())


def _kr(amount: D) -> str:
    whole, _, ore = f"{abs(amount):,.2f}".partition(".")
    return f"{'-' if amount < 0 else ''}{whole.replace(',', ' ')},{ore}"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _supplier_reads(stage: Stage, row: Any, html: str, today: date) -> None:
    text = _words(html).replace("\u2212", "-").replace("\u2013", "-")
    asked = re.search(r"När får vi betalt\?(.*?)Mottagen ", text)
    pay = asked[1] if asked else text
    require(
        stage,
        f"Att betala {_kr(row.payable_amount)}" in text,
        f"{row.number}: {row.payable_amount} not on the page",
    )
    paid = re.search(r"Betalas (\d+ [a-z]+ \d{4})( till [^0-9]*([\d-]+))?", pay)
    if row.status != "done" or row.is_credit_note:
        require(
            stage,
            "Godkänd för betalning" not in text or row.is_credit_note,
            f"{row.number}: not Klar, and said so",
        )
        sure = paid is not None and "om fakturan är godkänd" not in pay
        require(stage, not sure, f"{row.number} ({row.status}): {pay}")
        held = row.under_investigation and row.status != "cancelled"
        require(stage, not (held and paid), f"{row.number} is held and promised: {pay}")
        return
    if row.payment_date is None:
        require(stage, paid is None, f"{row.number}: no day of payment, and {pay}")
        return
    if row.payment_date < today:
        require(stage, f"Betaldag var {_day(row.payment_date)}" in pay, f"{row.number}: {pay}")
        return
    promised = (paid[1], (paid[3] or "").replace("-", "")) if paid else None
    wanted = (_day(row.payment_date), row.pay_number)
    require(stage, promised == wanted, f"{row.number}: promised {promised}, is {wanted}: {pay}")


def _city_reads(stage: Stage, row: Any, html: str) -> None:
    found = re.search(rf'<a href="[^"]*{row.id}[^"]*" data-row-link>.*?</tr>', html, re.DOTALL)
    if found is None:
        return  # of an organisation that this reader has nothing to do with
    text = _words(found[0])
    require(stage, LABELS[row.status] in text, f"{row.number} is {row.status}, and the list says {text}")
    require(
        stage,
        not row.under_investigation or "tredning" in text or row.status in ("cancelled",),
        f"{row.number} is held, and the list says {text}",
    )
