"""The reminder of a receipt: once, to the buyer and the delegates, each in the language stored for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.db.context import Context
from portal.integrations.mail import Mail
from portal.invoicing.actions.waiting import REMINDED, reminders, wait_no_longer
from tests.web.core.conftest import Site, make_site, site
from tests.web.invoicing.conftest import ordered, rows, user
from tests.web.invoicing.english import swedish_left

__all__ = ["make_site", "site"]
BASE = "https://portal.test"


async def mails(site: Site, invoice: Any) -> list[Mail]:
    """What would be sent now."""
    async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
        return list(await reminders(session, CONCERN_ID, invoice, BASE, site.clock.now()))


async def test_each_reads_the_language_stored(site: Site) -> None:
    invoice = await ordered(site, "EX-100002", "P-1")
    (swedish,) = await mails(site, invoice)
    assert swedish.subject == "Kvittera leveransen av beställning EX-100002"
    await site.change("UPDATE app_user SET locale = 'en' WHERE login = 'bestallare@gsf'")
    (english,) = await mails(site, invoice)
    assert english.subject == "Receive the delivery of order EX-100002"
    assert f"{BASE}/en/orders/{demo_id('order', 'EX-100002')}" in english.text
    assert (english.id, english.to) == (swedish.id, swedish.to)


async def test_about_a_secret_invoice_nothing_is_named(site: Site) -> None:
    invoice = await ordered(site, "EX-100002", "P-2")
    await site.change("UPDATE invoice SET secret = true WHERE id = :id", id=invoice)
    (mail,) = await mails(site, invoice)
    assert "EX-100002" not in mail.subject + mail.text


@pytest.mark.parametrize(("path", "words"), [("", REMINDED), ("/en", "The delivery has not been received.")])
async def test_the_history_tells_why_in_the_readers_language(site: Site, path: str, words: str) -> None:
    invoice = await ordered(site, "EX-100002", "P-3")
    async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
        await wait_no_longer(session, CONCERN_ID, site.clock.now() + timedelta(5))
    told = await rows(site, "SELECT why FROM audit_event WHERE tag = 'invoice:receipt:remind'")
    assert [row.why for row in told] == [REMINDED]
    page = await (await user(site, "bestallare@gsf")).get(f"{path}/invoicing/invoices/{invoice}")
    assert words in page.text
    assert not path or swedish_left(page.text) == []
