"""Documents the format tests start from: real Swedish invoices where they are at hand, and one of our own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from portal.formats.en16931 import (
    Address,
    Identifier,
    Invoice,
    InvoiceLine,
    Party,
    PaymentAccount,
    VatBreakdown,
)

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real invoices lie beside the project: they are others' work and are never copied into it.

    So a checkout alone cannot read them. What rests on them is skipped there, and the invoice of our own
    tries the same code.
    """
    if not DATA.is_dir():
        pytest.skip(f"real invoices are others' work and not kept in the project: no {DATA.name} beside it")
    return DATA


@pytest.fixture(scope="session")
def samples(shared_data: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted((shared_data / "se-invoices").glob("*.xml"))}


@pytest.fixture(scope="session")
def seller() -> Party:
    return Party(
        legal_name="Kontorsbolaget AB",
        endpoint=Identifier("5599001012", "0007"),
        legal_id=Identifier("5599001012", "0007"),
        vat_number="SE559900101201",
        tax_registration="Godkänd för F-skatt",
        address=Address("Storgatan 1", None, "Exempelstad", "99999", "SE"),
        contact_email="leverantor@kontorsbolaget.test",
    )


@pytest.fixture(scope="session")
def buyer() -> Party:
    return Party(
        legal_name="Grundskoleförvaltningen",
        endpoint=Identifier("7350099900013", "0088"),
        address=Address("Skolgatan 2", None, "Exempelstad", "99999", "SE"),
    )


@pytest.fixture(scope="session")
def invoice(seller: Party, buyer: Party) -> Invoice:
    line = InvoiceLine(
        id="1",
        quantity=Decimal(10),
        unit="XPK",
        line_amount=Decimal("499.00"),
        name="Kopieringspapper A4",
        net_price=Decimal("49.90"),
        order_line="1",
        seller_item_id="KB-1001",
        vat_category="S",
        vat_rate=Decimal(25),
    )
    return Invoice(
        is_credit_note=False,
        number="F-1",
        issue_date=date(2026, 11, 2),
        type_code="380",
        currency="SEK",
        seller=seller,
        buyer=buyer,
        lines=(line,),
        sum_of_lines=Decimal("499.00"),
        net_amount=Decimal("499.00"),
        tax_amount=Decimal("124.75"),
        gross_amount=Decimal("623.75"),
        payable_amount=Decimal("623.75"),
        due_date=date(2026, 12, 2),
        order_reference="EX-100001",
        accounts=(PaymentAccount("5050109", "BANKGIRO", "30", "F-1"),),
        payment_means_code="30",
        payment_reference="F-1",
        vat_breakdown=(VatBreakdown(Decimal("499.00"), Decimal("124.75"), "S", Decimal(25)),),
        customization_id="urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
        profile_id="urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
    )
