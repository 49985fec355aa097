"""Reason codes as data: every stop names one of these, and none is ever renamed (demo-city.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from portal.kernel.decision import Reason

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "organisation_unknown": "Organisationen är inte känd",
        "organisation_conflict": "Uppgifterna pekar på olika organisationer",
        "supplier_unknown": "Leverantören är inte känd",
        "payment_account": "Betalkontot är inte registrerat",
        "paid_otherwise": "Betald på annat sätt",
        "currency": "Valutan är inte svenska kronor",
        "zero_amount": "Beloppet är noll",
        "sum": "Summan stämmer inte",
        "number_taken": "Fakturanumret är redan använt",
        "invoice_date": "Fakturadatumet ligger utanför gränserna",
        "due_date": "Förfallodagen ligger utanför gränserna",
        "vat_rate": "Momssatsen ligger utanför gränserna",
        "official_rules": "Fakturan bryter mot de officiella reglerna",
        "reviewer_unknown": "Granskare saknas",
        "price": "Priset är högre än beställt",
        "quantity_over_received": "Fler än mottaget",
        "quantity_over_ordered": "Fler än beställt",
        "receipt_missing": "Leveransen är inte kvitterad",
        "review_requested": "Beställaren vill granska",
        "on_hold": "Fakturan utreds",
        "line_unknown": "Raden finns inte på ordern",
        "order_of_line": "Raden gäller en annan order",
        "unit": "Enheten är en annan än på ordern",
        "vat": "Momsen är en annan än på ordern",
        "charge": "Avgiften är inte avtalad",
        "total": "Totalen är högre än beställt",
        "coding": "Konteringen är inte giltig",
        "negative_quantity": "Raden drar av",
        "credit_note": "Kreditfaktura",
    }
)


class Several(str):
    """Several reasons as one Swedish text that remembers each: (msgid, params), for another language to fill."""

    __slots__ = ("parts",)
    parts: tuple[tuple[str, Mapping[str, str]], ...]

    def __new__(cls, reasons: Iterable[Reason]) -> Several:
        given = tuple(reasons)
        made = super().__new__(cls, " ".join(one.text for one in given))
        made.parts = tuple((one.message, one.params) for one in given)
        return made
