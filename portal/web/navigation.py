"""Navigation as data: what stands in the menu, for whom, and which counter is beside it."""

from __future__ import annotations

from dataclasses import dataclass

from portal.access import permissions as p
from portal.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Item:
    """One place in the menu. `counter` names a count of what waits for the reader."""

    label: str
    path: str
    permissions: tuple[str, ...]
    icon: str
    counter: str | None = None


BUYER_MENU: tuple[Item, ...] = (
    Item("Min dag", "/", (p.ANYONE_SIGNED_IN,), "square-check"),
    Item("Attest", "/attest", (p.ORDER_AND_INVOICE,), "stamp", "approvals"),
    Item(
        "Ankomst", "/invoicing/arrivals", (p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN), "file-warning", "arrivals"
    ),
    Item("Handla", "/catalog/articles", (p.ORDER_AND_INVOICE,), "search"),
    Item(
        "Beställningar",
        "/orders",
        (p.ORDER_AND_INVOICE, p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN, p.AUDITOR),
        "clipboard-list",
    ),
    Item("Leveranser", "/orders/receipts", (p.ORDER_AND_INVOICE, p.RECEIVE_ALL), "package", "receipts"),
    Item(
        "Fakturor",
        "/invoicing/invoices",
        (p.ORDER_AND_INVOICE, p.SEE_ALL_INVOICES, p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN),
        "receipt-text",
        "invoices",
    ),
    Item(
        "Avtal",
        "/suppliers/agreements",
        (p.SEE_AGREEMENTS, p.SUPPLIER_ADMIN, p.CENTRAL_SYSTEM_ADMIN, p.LOCAL_SYSTEM_ADMIN, p.AUDITOR),
        "file-text",
    ),
    Item("Leverantörer", "/suppliers", (p.SUPPLIER_ADMIN, p.LEVGRUPPEN), "store", "suppliers"),
    Item("Kataloger", "/catalog/uploads", (p.SUPPLIER_ADMIN,), "book-open", "catalogues"),
    Item(
        "Regler", "/invoicing/settings", (p.CENTRAL_SYSTEM_ADMIN, p.LEVGRUPPEN, p.AUDITOR),
        "sliders-horizontal", "settings",
    ),
)  # fmt: skip

SUPPLIER_MENU: tuple[Item, ...] = (
    Item("Översikt", "/", (p.SUPPLIER,), "square-check"),
    Item("Beställningar", "/supplier/orders", (p.SUPPLIER,), "clipboard-list", "supplier_orders"),
    Item("Fakturor", "/supplier/invoices", (p.SUPPLIER,), "receipt-text"),
    Item("Kataloger", "/supplier/catalogues", (p.SUPPLIER,), "book-open"),
    Item("Företaget", "/supplier/company", (p.SUPPLIER,), "store"),
)

FOOTER: tuple[tuple[str, str], ...] = (
    ("Så fungerar portalen", "/help"),
    ("Tillgänglighet", "/help/accessibility"),
    ("Driftstatus", "/help/status"),
    ("Kortkommandon", "/help/shortcuts"),
)


def menu(actor: Actor) -> tuple[Item, ...]:
    """The menu of this actor."""
    items = SUPPLIER_MENU if actor.supplier_id else BUYER_MENU
    return tuple(item for item in items if p.allowed(actor.permissions, item.permissions))
