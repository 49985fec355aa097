"""The head of the document: days and references (BG-1, BG-3, BT-10 to BT-19), and what the document says it is."""

from __future__ import annotations

from collections.abc import Collection

from portal.formats.en16931 import Invoice, PrecedingInvoice
from portal.web.i18n import gettext
from portal.web.paper.view import Row
from portal.web.paper.words import KRONOR, day, identified, period, rows, types, vat_points, worded

MISSING = "saknas"
_PLAIN = frozenset({"380", "381"})


def facts(invoice: Invoice, marked: Collection[str]) -> tuple[Row, ...]:
    """What always stands in the head, then what only some invoices have. `marked`: fields that steered the flow."""
    missing = gettext(MISSING)
    always = (
        ("issue_date", gettext("Fakturadatum"), day(invoice.issue_date)),
        ("due_date", gettext("Förfaller"), day(invoice.due_date) if invoice.due_date else missing),
        ("buyer_reference", gettext("Er referens"), invoice.buyer_reference or missing),
        ("order_reference", gettext("Ert ordernummer"), invoice.order_reference or missing),
    )
    head = tuple(
        Row(label, value, marked=field in marked or (value == missing and field == "order_reference"))
        for field, label, value in always
    )
    return (*head, *_credited(invoice), *_references(invoice), *_times(invoice))


def _credited(invoice: Invoice) -> tuple[Row, ...]:
    label = gettext("Krediterar faktura") if invoice.is_credit_note else gettext("Gäller faktura")
    return tuple(Row(label, _preceding(one), marked=True) for one in invoice.preceding)


def _preceding(one: PrecedingInvoice) -> str:
    if one.issue_date is None:
        return one.number
    return gettext("%(number)s från %(day)s") % {"number": one.number, "day": day(one.issue_date)}


def _references(invoice: Invoice) -> tuple[Row, ...]:
    return rows(
        (gettext("Säljarens ordernr"), invoice.sales_order_reference),
        (gettext("Avtal"), invoice.contract_reference),
        (gettext("Projekt"), invoice.project_reference),
        (gettext("Upphandling"), invoice.tender_reference),
        (gettext("Följesedel"), invoice.despatch_reference),
        (gettext("Mottagningsbevis"), invoice.receiving_reference),
        (gettext("Fakturerat objekt"), identified(invoice.object_id) if invoice.object_id else None),
        (gettext("Bokförs hos er på"), invoice.accounting_cost),
    )


def _times(invoice: Invoice) -> tuple[Row, ...]:
    currency = [Row(gettext("Valuta"), invoice.currency, marked=True)] if invoice.currency != KRONOR else []
    code = invoice.tax_point_code
    return (
        *rows(
            (gettext("Period"), period(invoice.period_start, invoice.period_end)),
            (gettext("Momsdatum"), day(invoice.tax_point_date) if invoice.tax_point_date else None),
            (gettext("Momsen gäller från"), worded(code, vat_points()) if code else None),
            (
                gettext("Fakturatyp"),
                None if invoice.type_code in _PLAIN else worded(invoice.type_code, types()),
            ),
        ),
        *currency,
    )


def about(invoice: Invoice) -> tuple[Row, ...]:
    """What the document is written by, for who looks for a technical fault."""
    return rows(
        (gettext("Specifikation"), invoice.customization_id),
        (gettext("Process"), invoice.profile_id),
        (gettext("Dokumentets id"), invoice.uuid),
    )
