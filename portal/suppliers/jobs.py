"""Mail about suppliers: to those who approve, and to the supplier when it is decided."""

from __future__ import annotations

from uuid import UUID, uuid5

from portal.access.actor import system_actor
from portal.db.context import Context
from portal.integrations.letters import letter, letter_to_company
from portal.integrations.mail import Mail, Mailer
from portal.jobs.context import JobContext
from portal.kernel.dates import format_clock, stockholm_date
from portal.kernel.identifiers import format_org_number
from portal.suppliers.actions.accounts import activate_due
from portal.suppliers.queries.accounts import concerns, hours_of_wait
from portal.suppliers.queries.contacts import account_to_tell, contacts
from portal.suppliers.queries.relations import central_supplier_admins, find_relation
from portal.suppliers.rules.accounts import shown_number
from portal.suppliers.status import ACTIVE, APPROVED, CLOSED, PENDING, PROPOSED, REJECTED

REGISTERED, DECIDED, KNOWN = "supplier_registered", "supplier_decided", "address_known"
ACCOUNT_LETTER = "supplier_account"
TOLD = (PROPOSED, APPROVED, ACTIVE, CLOSED, REJECTED)


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


async def open_accounts(context: JobContext) -> None:
    """In every concern: approved accounts whose wait is over hold from now."""
    async with context.database.session(Context.for_system(None)) as session:
        found = await concerns(session)
    for concern_id in found:
        async with context.database.session(Context.for_system(concern_id)) as session:
            await activate_due(session, concern_id, context.clock())


async def mail_account(mailer: Mailer, base_url: str, context: JobContext, *, account_id: str) -> None:
    """Tell every contact of the company, the former ones too, what happens with an account of theirs."""
    async with context.session() as session:
        assert context.concern_id is not None  # it is always enqueued with one
        told = await account_to_tell(session, context.concern_id, UUID(account_id))
        readers = await contacts(session, told.supplier_id) if told.status in TOLD else ()
        hours = await hours_of_wait(session, context.concern_id, stockholm_date(context.clock()))
    number = shown_number(told.kind, told.number)
    when = f"{stockholm_date(told.active_from)} {format_clock(told.active_from)}" if told.active_from else ""
    written = letter_to_company(
        ACCOUNT_LETTER,
        base_url=base_url,
        link="/supplier/company",
        account=told,
        number=number,
        when=when,
        hours=hours,
    )
    for address in readers:
        mail_id = uuid5(UUID(account_id), f"{told.status} {address}")
        await mailer.send(Mail(mail_id, address, written.subject, written.text, context.clock()))


def _mail_id(context: JobContext, reader: str) -> UUID:
    """The same letter to the same reader has the same id, however often the job is taken up."""
    return uuid5(UUID(int=context.job_id), reader)
