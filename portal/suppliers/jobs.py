"""Mail about suppliers: to those who approve, and to the supplier when it is decided."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid5

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.access.actor import system_actor
from portal.integrations.mail import Mail, Mailer
from portal.jobs.context import JobContext
from portal.kernel.dates import stockholm_date
from portal.kernel.identifiers import format_org_number
from portal.suppliers.queries.relations import central_supplier_admins, find_relation
from portal.suppliers.status import APPROVED, PENDING
from portal.suppliers.values import Relation

_LETTERS = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parents[2] / "templates" / "emails"),
    autoescape=False,  # noqa: S701 - plain text, never HTML
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


async def mail_registration(mailer: Mailer, base_url: str, context: JobContext, *, supplier_id: str) -> None:
    """Tell the concern's leverantörsadministratörer that a supplier waits; nothing when it no longer does."""
    async with context.session() as session:
        assert context.concern_id is not None  # it is always enqueued with one
        relation = await find_relation(session, system_actor(context.concern_id), UUID(supplier_id))
        readers = await central_supplier_admins(session, context.concern_id, stockholm_date(context.clock()))
    if relation.status != PENDING:
        return
    text = _letter("supplier_registered.txt", relation, f"{base_url}/suppliers/{supplier_id}")
    for user_id, address in readers:
        subject = f"Ny leverantör att godkänna: {relation.name}"
        await mailer.send(Mail(_mail_id(context, str(user_id)), address, subject, text, context.clock()))


async def mail_decision(mailer: Mailer, base_url: str, context: JobContext, *, supplier_id: str) -> None:
    """Tell the supplier that it is approved, or why not."""
    async with context.session() as session:
        relation = await find_relation(session, system_actor(context.concern_id), UUID(supplier_id))
    if relation.status == PENDING:
        return
    decided = "godkänd" if relation.status == APPROVED else "inte godkänd"
    text = _letter("supplier_decided.txt", relation, f"{base_url}/")
    mail = Mail(
        _mail_id(context, decided), relation.email, f"{relation.name} är {decided}", text, context.clock()
    )
    await mailer.send(mail)


def _mail_id(context: JobContext, reader: str) -> UUID:
    """The same letter to the same reader has the same id, however often the job is taken up."""
    return uuid5(UUID(int=context.job_id), reader)


def _letter(name: str, relation: Relation, link: str) -> str:
    return _LETTERS.get_template(name).render(
        supplier=relation, org_number=format_org_number(relation.org_number), link=link
    )
