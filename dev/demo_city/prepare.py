"""Everything `portal seed` and `portal demo` build: rows as the app, code lists as the owner."""

from __future__ import annotations

from sqlalchemy import create_engine
from sqlalchemy.dialects.postgresql import insert

from dev.demo_city.master_data import vat_rates
from dev.demo_city.seed import seed
from portal.invoicing.models import VatRate
from portal.wiring import Installation


async def prepare_demo(installation: Installation) -> bool:
    """Build the demo city if it is not there; whether it was built now."""
    seed_code_lists(installation.owner_url)
    return await seed(installation.database, installation.clock.now())


def seed_code_lists(owner_url: str) -> None:
    """Code lists belong to the owner's role: the app only reads them."""
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        connection.execute(insert(VatRate).on_conflict_do_nothing(), vat_rates())
    engine.dispose()
