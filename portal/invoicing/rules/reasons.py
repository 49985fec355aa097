"""Reason codes as data: every stop names one of these, and none is ever renamed (demo-city.md)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "organisation_unknown": "Organisationen är inte känd",
        "organisation_conflict": "Uppgifterna pekar på olika organisationer",
        "supplier_unknown": "Leverantören är inte känd",
        "payment_account": "Betalkontot är inte registrerat",
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
        "line_unknown": "Raden finns inte på ordern",
        "unit": "Enheten är en annan än på ordern",
        "vat": "Momsen är en annan än på ordern",
        "charge": "Avgiften är inte avtalad",
        "total": "Totalen är högre än beställt",
        "coding": "Konteringen är inte giltig",
        "negative_quantity": "Raden drar av",
        "credit_note": "Kreditfaktura",
    }
)
