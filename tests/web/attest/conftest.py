"""The demo city with documents laid before its attestants."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import insert

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.attest.actions import NewDelegation, open_steps, plan_route, record_decision, register_delegation
from portal.db.session import Database
from portal.invoicing.models import Invoice, InvoiceCoding, InvoiceLine, InvoiceParticipant
from portal.kernel.dates import stockholm_date
from portal.kernel.identifiers import uuid7
from tests.domains.orders.conftest import actor_of
from tests.domains.orders.flow import fill, send_it
from tests.web.core.conftest import make_site, site

SELLER = "Byggtjänst AB"
__all__ = ["delegate", "invoice_to_attest", "make_site", "requisition_to_attest", "site"]


async def requisition_to_attest(database: Database, now: datetime, **wanted: int) -> UUID:
    """A requisition of bestallare@gsf at attestant@gsf; its id."""
    buyer = actor_of("bestallare@gsf")
    made = await fill(database, buyer, {k.replace("_", "-"): v for k, v in wanted.items()}, now)
    await send_it(database, buyer, made, now)
    return made


async def delegate(database: Database, now: datetime, giver: str, taker: str, function: str) -> UUID:
    """Hand attest on for a week."""
    admin, day = actor_of("admin@gsf"), stockholm_date(now)
    new = NewDelegation(
        demo_id("user", giver), demo_id("user", taker), function, day, day + timedelta(days=6)
    )
    async with database.session(admin.context()) as session:
        return await register_delegation(session, admin, new, now=now)


async def invoice_to_attest(
    database: Database,
    now: datetime,
    number: str,
    net: Decimal,
    *,
    ansvar: str = "31100",
    due_days: int = 0,
    credit: bool = False,
) -> UUID:
    """An invoice without an order, reviewed by granskare@gsf and waiting for attest of one ansvar; its id.

    `credit` makes it a credit note; its amounts are written without a sign, as on the document.
    """
    made, day, reviewer = uuid7(), stockholm_date(now), actor_of("granskare@gsf")
    assert reviewer.organisation_id is not None
    tax = net / 4
    key = {"concern_id": CONCERN_ID, "invoice_id": made}
    async with database.session(reviewer.context()) as session:
        await session.execute(insert(Invoice).values(
            concern_id=CONCERN_ID, id=made, organisation_id=reviewer.organisation_id,
            supplier_id=demo_id("supplier", SELLER), sha256=b"0", status="approval", status_since=now,
            flow="manual", is_credit_note=credit, number=number, number_key=number, seller_name=SELLER,
            issue_date=day, due_date=day + timedelta(days=due_days), arrived_at=now, arrival_date=day,
            currency="SEK", net_amount=net, tax_amount=tax, gross_amount=net + tax, prepaid_amount=0,
            rounding_amount=0, payable_amount=net + tax, reviewer_id=reviewer.user_id,
            pay_scheme="BANKGIRO", pay_number="5050604",
        ))  # fmt: skip
        await session.execute(insert(InvoiceLine).values(
            **key, position=1, line_id="1", name="Byte av låssystem", quantity=1, unit="HUR", net_price=net,
            base_quantity=1, line_amount=net, vat_category="S", vat_rate=25,
        ))  # fmt: skip
        await session.execute(insert(InvoiceCoding).values(
            **key, position=1, account="6451", responsibility=ansvar, operation="440", amount=net,
        ))  # fmt: skip
        await record_decision(
            session, reviewer, subject_type="invoice", subject_id=made, case_id=made, act="review",
            organisation_id=reviewer.organisation_id, shown=b"the invoice", now=now, amount=net,
        )  # fmt: skip
        route = await plan_route(
            session, concern_id=CONCERN_ID, organisation_id=reviewer.organisation_id, case_id=made,
            amounts={ansvar: net}, asking_persons=frozenset(), function="approve_invoice", day=day,
        )  # fmt: skip
        await open_steps(
            session, subject_type="invoice", subject_id=made, concern_id=CONCERN_ID,
            organisation_id=reviewer.organisation_id, route=route, now=now,
        )  # fmt: skip
        owner = UUID(route.steps[0].attestant.user)
        await session.execute(
            insert(InvoiceParticipant).values(**key, user_id=owner, waiting=True, since=now)
        )
    return made
