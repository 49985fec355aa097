"""Everything `portal seed` and `portal demo` build: rows as the app, code lists as the owner."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import create_engine
from sqlalchemy.dialects.postgresql import insert

from dev.demo_city.master_data import vat_rates
from dev.demo_city.seed import seed
from dev.invoices.demo import seed_demo_invoices
from portal.invoicing.actions.parts import OneByOne
from portal.invoicing.models import VatRate
from portal.wiring import Installation, intake_parts


async def prepare_demo(installation: Installation) -> bool:
    """Build the demo city if it is not there; whether it was built now."""
    seed_code_lists(installation.owner_url)
    built = await seed(installation.database, installation.clock.now())
    parts = intake_parts(installation)
    one_by_one = OneByOne(parts.rules, max_bytes=parts.max_bytes)
    await seed_demo_invoices(replace(parts, check=one_by_one), installation.clock.now())
    return built


def seed_code_lists(owner_url: str) -> None:
    """Code lists belong to the owner's role: the app only reads them."""
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        connection.execute(insert(VatRate).on_conflict_do_nothing(), vat_rates())
    engine.dispose()
