"""Everything `portal seed` and `portal demo` build."""

from __future__ import annotations

from dataclasses import replace

from dev.demo_city.seed import seed
from dev.demo_city.shown import seed_shown
from dev.invoices.demo import seed_demo_invoices
from portal.invoicing.actions.parts import OneByOne
from portal.wiring import Installation, intake_parts


async def prepare_demo(installation: Installation) -> bool:
    """Build the demo city if it is not there; whether it was built now."""
    built = await seed(installation.database, installation.clock.now())
    parts = intake_parts(installation)
    one_by_one = OneByOne(parts.rules, max_bytes=parts.max_bytes)
    parts = replace(parts, check=one_by_one)
    await seed_demo_invoices(parts, installation.clock.now())
    await seed_shown(installation, parts)
    return built
