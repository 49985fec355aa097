"""The domains that lay cards before attestants. A new one is a line here."""

from __future__ import annotations

from portal.web.attest.cards import CardSource, Sources
from portal.web.attest.invoices import InvoiceCards
from portal.web.attest.order_changes import OrderChangeCards
from portal.web.attest.requisitions import RequisitionCards

REGISTERED: tuple[CardSource, ...] = (InvoiceCards(), RequisitionCards(), OrderChangeCards())
SOURCES = Sources({source.subject_type: source for source in REGISTERED})
