"""Mail about suppliers: to those who approve, and to the supplier when it is decided."""

from __future__ import annotations

from uuid import UUID, uuid5

from portal.access.actor import system_actor
from portal.integrations.letters import letter, letter_to_company
from portal.integrations.mail import Mail, Mailer
from portal.jobs.context import JobContext
from portal.kernel.dates import stockholm_date
from portal.kernel.identifiers import format_org_number
from portal.suppliers.queries.relations import central_supplier_admins, find_relation
from portal.suppliers.status import PENDING

REGISTERED, DECIDED, KNOWN = "supplier_registered", "supplier_decided", "address_known"


async def mail_registration(mailer: Mailer, base_url: str, context: JobContext, *, supplier_id: str) -> None:
    """Tell the concern's leverantörsadministratörer that a supplier waits; nothing when it no longer does."""
    async with context.session() as session:
        assert context.concern_id is not None  # it is always enqueued with one
        relation = await find_relation(session, system_actor(context.concern_id), UUID(supplier_id))
        readers = await central_supplier_admins(session, context.concern_id, stockholm_date(context.clock()))
    if relation.status != PENDING:
        return
    values = {"base_url": base_url, "link": f"/suppliers/{supplier_id}", "supplier": relation}
    values["org_number"] = format_org_number(relation.org_number)
    for user_id, address, locale in readers:
        written = letter(REGISTERED, locale, **values)
        mail_id = _mail_id(context, str(user_id))
        await mailer.send(Mail(mail_id, address, written.subject, written.text, context.clock()))


async def mail_decision(mailer: Mailer, base_url: str, context: JobContext, *, supplier_id: str) -> None:
    """Tell the supplier that it is approved, or why not."""
    async with context.session() as session:
        relation = await find_relation(session, system_actor(context.concern_id), UUID(supplier_id))
    if relation.status == PENDING:
        return
    written = letter_to_company(DECIDED, base_url=base_url, link="/", supplier=relation)
    mail_id = _mail_id(context, relation.status)
    await mailer.send(Mail(mail_id, relation.email, written.subject, written.text, context.clock()))


async def mail_known_address(
    mailer: Mailer, base_url: str, context: JobContext, *, email: str, company: str
) -> None:
    """Tell whoever signs in with the address that it was written in a registration; the form told nobody."""
    written = letter_to_company(KNOWN, base_url=base_url, link="/sign-in", company=company)
    await mailer.send(Mail(_mail_id(context, email), email, written.subject, written.text, context.clock()))


def _mail_id(context: JobContext, reader: str) -> UUID:
    """The same letter to the same reader has the same id, however often the job is taken up."""
    return uuid5(UUID(int=context.job_id), reader)
