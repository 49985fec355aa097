"""A good invoice at arrival, and what its tests change of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

from portal.invoicing.payment_values import Account, PaymentFacts
from portal.invoicing.rules import arrival
from portal.invoicing.values import (
    ArrivalFacts,
    Candidate,
    HeaderFacts,
    OrganisationFacts,
    SupplierCandidate,
    SupplierFacts,
)  # fmt: skip

ARRIVED = date(2026, 5, 31)
GSF = Candidate("7350099900013", "gsf", "Grundskoleförvaltningen")
ORG = OrganisationFacts(endpoint_gln=GSF)
KB = SupplierCandidate("kb", "5599001012", "Kontorsbolaget AB", "SE559900101201", "0007:5599001012")
SUPPLIER = SupplierFacts("Kontorsbolaget AB", "559900-1012", "SE559900101201", candidates=(KB,))
BG = Account("BANKGIRO", "5050109")
PAYMENT = PaymentFacts((Account("BANKGIRO", "505-0109"),), (BG,), seller_org_number="5599001012")
HEADER = HeaderFacts(
    "F-1", ARRIVED, ARRIVED, ARRIVED + timedelta(30), "SEK", D("1137.71"), D("136.52"),
    D("1274.23"), D("1274.23"), rates=(D(12),),
)  # fmt: skip
GOOD = ArrivalFacts(ORG, SUPPLIER, PAYMENT, HEADER)


def header(**changes: Any) -> arrival.ArrivalResult:
    return arrival.decide(replace(GOOD, header=replace(HEADER, **changes)))


def codes(result: arrival.ArrivalResult) -> list[str]:
    return [reason.code for reason in result.reasons]
