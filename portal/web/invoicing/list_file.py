"""The list of invoices as a file: what its columns are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from portal.formats.csv_writer import Cell
from portal.invoicing.status import INVOICE
from portal.kernel.listed import Contents
from portal.kernel.money import as_cost
from portal.web.i18n import gettext
from portal.web.invoicing.rows import waits_for
from portal.web.listing import contents_text

_HEADING = ("Leverantör", "Nummer", "Sort", "Vad", "Order", "Status", "Väntar på", "Fakturadatum", "Inkom", "Förfaller",
            "Betaldag", "Valuta", "Exkl. moms", "Moms", "Inkl. moms", "Att betala")  # fmt: skip


def csv_heading() -> list[str]:
    """The first row."""
    return [gettext(one) for one in _HEADING]


async def csv_rows(rows: AsyncIterator[Any]) -> AsyncIterator[Sequence[Cell]]:
    """Rows of queries.list_table.every_invoice as cells; a credit note's amounts take away."""
    async for row in rows:
        amounts = (row.net_amount, row.tax_amount, row.gross_amount, row.payable_amount)
        state = INVOICE.state(row.status)
        yield (
            row.seller_name, row.number, gettext("Kreditfaktura") if row.is_credit_note else gettext("Faktura"),
            contents_text(Contents(row.lines, row.names)), row.order_number, gettext(state.label),
            waits_for(row.status, row.handler_role, row.handlers), row.issue_date, row.arrival_date, row.due_date,
            row.payment_date, row.currency, *(as_cost(one, credit=row.is_credit_note) for one in amounts),
        )  # fmt: skip
