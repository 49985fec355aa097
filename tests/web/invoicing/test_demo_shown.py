"""What the demo shows beside its samples: each is there, and where docs/guides/demo.md says."""

from __future__ import annotations

from typing import Any

from dev.demo_city.shown import seed_shown
from portal.invoicing.actions.parts import IntakeParts
from portal.invoicing.status import DONE, INVOICE_INFORMATION, MATCHING_REQUIRED
from tests.web.core.conftest import Site
from tests.web.invoicing.conftest import rows, user

STANDS = (
    "SELECT number, status, under_investigation, credit_request IS NOT NULL AS asked, reasons FROM invoice"
    " WHERE number LIKE 'DEMO-11%' ORDER BY number"
)


async def _shown(site: Site) -> dict[str, Any]:
    parts = IntakeParts(site.installation.database, site.installation.store, ())
    await seed_shown(site.installation, parts)
    return {row.number: row for row in await rows(site, STANDS)}


async def test_each_is_there_once(site: Site) -> None:
    found = await _shown(site)
    assert found.keys() == {"DEMO-111-F", "DEMO-112-F", "DEMO-113-F", "DEMO-113F"}
    asked, held, first, twin = (found[number] for number in sorted(found))
    assert asked.status == MATCHING_REQUIRED and asked.asked and asked.under_investigation
    assert held.status == MATCHING_REQUIRED and held.under_investigation and not held.asked
    assert first.status == DONE
    assert twin.status == INVOICE_INFORMATION and [one["code"] for one in twin.reasons] == ["number_taken"]
    uploads = "SELECT filename, status, answers -> 'columns' AS said FROM catalogue_upload ORDER BY id"
    winter, spring = await rows(site, uploads)
    assert (winter.status, spring.status) == ("submitted", "ready")
    assert len(winter.said) == 6 and not spring.said, "what was said of the first is remembered"
    assert await _shown(site) == found


async def test_they_are_found_from_the_roles_own_pages(site: Site) -> None:
    await _shown(site)
    for login, path, texts in (
        ("bestallare@gsf", "/invoicing/invoices", ("DEMO-111-F", "Ni har bett om kredit", "Under utredning")),
        ("admin@gsf", "/invoicing/arrivals", ("DEMO-113F",)),
        ("leverantor@kontorsbolaget.test", "/supplier/invoices", ("Kunden ber om kredit", "Kunden utreder")),
        ("leverantor@hygienlagret.test", "/supplier/catalogues", ("Prislista vinter.csv", "Prislista vår.csv")),
        ("leverantorsadmin@stad", "/catalog/uploads", ("Prislista vinter.csv",)),
    ):  # fmt: skip
        page = (await (await user(site, login)).get(path)).text
        assert all(text in page for text in texts), (login, texts)
