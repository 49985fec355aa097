"""Attest of an invoice: delegates, separation of duties, VAT changed at coding, VAT only, and the final check."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from portal.coding.values import CodeString
from portal.invoicing.actions import approval, review
from portal.invoicing.actions.coding import Coded
from portal.kernel.errors import Conflict, Forbidden
from tests.domains.orders.conftest import actor_of
from tests.web.attest.conftest import delegate
from tests.web.core.conftest import Site
from tests.web.invoicing.conftest import make_site, manual, rows, site, status_of

__all__ = ["make_site", "site"]
ROW = Coded(CodeString("6461", "31100", "440"), Decimal(100))


async def act(site: Site, login: str, verb: Any, *args: Any, **how: Any) -> Any:
    """One action in one transaction of its actor."""
    actor = actor_of(login)
    async with site.installation.database.session(actor.context()) as session:
        return await verb(session, actor, *args, now=site.clock.now(), **how)


async def reviewed(site: Site, number: str) -> tuple[UUID, UUID]:
    """An invoice at attestant@gsf: its id and its step's."""
    invoice = await manual(site, number)
    assert await act(site, "granskare@gsf", review.accept, invoice, [ROW], shown=b"x") == "approval"
    return invoice, (await rows(site, "SELECT id FROM approval_step WHERE subject_id = :id", id=invoice))[
        0
    ].id


async def test_a_delegate_attests_for_the_attestant_and_the_chain_is_kept(site: Site) -> None:
    invoice, step = await reviewed(site, "A-1")
    with pytest.raises(Exception, match="finns inte"):
        await act(site, "chef@gsf", approval.approve, step, shown=b"x")
    link = await delegate(
        site.installation.database, site.clock.now(), "attestant@gsf", "chef@gsf", "approve_invoice"
    )
    done = await act(site, "chef@gsf", approval.approve, step, shown=b"x")
    assert (done.all_approved, done.status) == (True, "done")
    sql = "SELECT chain, on_behalf_of_user_id FROM decision WHERE subject_id = :id AND act = 'approve'"
    decision = (await rows(site, sql, id=invoice))[0]
    assert decision.chain == [str(link)] and decision.on_behalf_of_user_id is not None


async def test_the_reviewer_never_attests_even_by_delegation(site: Site) -> None:
    now = site.clock.now()
    await delegate(site.installation.database, now, "attestant@gsf", "granskare@gsf", "approve_invoice")
    invoice, step = await reviewed(site, "A-2")
    with pytest.raises(Forbidden):
        await act(site, "granskare@gsf", approval.approve, step, shown=b"x")
    assert await status_of(site, invoice) == "approval"


async def test_two_who_attest_at_once_make_one_klar(site: Site) -> None:
    invoice, step = await reviewed(site, "A-3")
    once = (act(site, "attestant@gsf", approval.approve, step, shown=b"x") for _ in range(2))
    answers = await asyncio.gather(*once, return_exceptions=True)
    assert sorted(isinstance(one, Exception) for one in answers) == [False, True]
    assert await status_of(site, invoice) == "done"


async def test_codes_that_no_longer_hold_send_it_back_to_the_reviewer(site: Site) -> None:
    invoice, step = await reviewed(site, "A-5")
    await site.change("UPDATE coding_value SET valid_to = valid_from WHERE code = '6461'")
    done = await act(site, "attestant@gsf", approval.approve, step, shown=b"x")
    assert done.status == "review"
    found = (await rows(site, "SELECT reasons, reviewer_id FROM invoice WHERE id = :id", id=invoice))[0]
    assert found.reasons[0]["code"] == "coding" and found.reviewer_id == actor_of("granskare@gsf").user_id
    left = await rows(
        site, "SELECT 1 FROM approval_step WHERE subject_id = :id AND state <> 'void'", id=invoice
    )
    assert not left


async def test_vat_only_is_klar_after_review_alone(site: Site) -> None:
    invoice = await manual(site, "A-6")
    await site.change(
        'UPDATE invoice SET net_amount = 0, manual_controls = \'["vat_rate", "zero_amount"]\' WHERE id = :id',
        id=invoice,
    )
    assert await act(site, "granskare@gsf", review.accept, invoice, [], shown=b"x") == "done"


async def test_returning_needs_a_review_to_return_to(site: Site) -> None:
    invoice, _step = await reviewed(site, "A-7")
    await site.change("UPDATE decision SET act = 'receipt' WHERE subject_id = :id", id=invoice)
    await site.change("UPDATE invoice SET reviewer_id = NULL WHERE id = :id", id=invoice)
    with pytest.raises(Conflict):
        await act(site, "attestant@gsf", approval.return_to_reviewer, invoice, note="Fel.")
