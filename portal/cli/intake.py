"""portal intake: take documents in and run each to where it rests."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import click

from portal.cli.acting import acting_as, looking, note_sight
from portal.cli.output import print_json, read_file, say_finding
from portal.cli.running import REFUSED, told, with_installation
from portal.db.context import Context
from portal.formats.findings import Finding, fatal
from portal.formats.rule_pool import RulePool
from portal.invoicing.actions.intake import Incoming, receive_many
from portal.invoicing.actions.parts import IntakeParts, OneByOne, Pooled
from portal.invoicing.actions.pipeline import process_deliveries, process_stream
from portal.invoicing.actions.preparing import Arriving
from portal.invoicing.queries.deliveries import Ended, ended
from portal.invoicing.queries.summary import find, summaries
from portal.kernel.errors import PortalError
from portal.wiring import Installation, intake_parts

FEW = 3
AT_ONCE = 100
PATIENCE_SECONDS, POLL_SECONDS = 120.0, 0.1
STORED = {"new": "ny", "duplicate": "dubblett", "refused": "avvisad"}


@dataclass(slots=True)
class Taken:
    """One file and what became of it."""

    file: str
    sha256: str | None = None
    stored: str = "refused"
    findings: Sequence[Mapping[str, Any]] = ()
    invoice_id: UUID | None = None
    delivery_id: UUID | None = None
    waits: bool = False


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FIL…")
@click.option("--json", "as_json", is_flag=True, help="Skriv en JSON-lista.")
@click.option("--as", "login", metavar="LOGIN", help="Visa det som den användaren skulle se.")
@told
def intake(files: tuple[str, ...], login: str | None, *, as_json: bool) -> None:
    """Ta emot fakturor och kör dem tills de vilar."""

    async def work(installation: Installation) -> list[dict[str, Any]]:
        actors = await acting_as(installation, login)
        with parts_for(installation, len(files)) as parts:
            taken = [Taken(name) for name in files]
            errors = await process_stream(
                parts, _received(installation, parts, taken), installation.clock.now
            )
            await _to_rest(installation, parts, taken, errors)
        return await _elements(installation, actors, taken)

    elements = with_installation(work)
    if as_json:
        print_json(elements)
    else:
        _say(elements)
    sys.exit(REFUSED if any(element["stored"] == "refused" for element in elements) else 0)


@contextmanager
def parts_for(installation: Installation, documents: int) -> Iterator[IntakeParts]:
    """The pipeline's parts, with the rules in this process for a few documents and in several for many."""
    parts = intake_parts(installation)
    if documents <= FEW:
        yield intake_parts(installation, OneByOne(parts.rules, max_bytes=parts.max_bytes))
        return
    pooled = Pooled(lambda: RulePool(os.cpu_count() or 1, rules=parts.rules, max_bytes=parts.max_bytes))
    try:
        yield intake_parts(installation, pooled)
    finally:
        pooled.close()


async def _received(
    installation: Installation, parts: IntakeParts, taken: Sequence[Taken]
) -> AsyncIterator[Arriving]:
    """The files read and received, so many at once, for the pipeline to bring to rest."""
    for start in range(0, len(taken), AT_ONCE):
        documents: list[tuple[Taken, bytes]] = []
        for one in taken[start : start + AT_ONCE]:
            data = await asyncio.to_thread(read_file, one.file, parts.max_bytes)
            if isinstance(data, Finding):
                one.findings = [data.as_json()]
            else:
                documents.append((one, data))
        yield await _receive(installation, parts, documents)


async def _receive(
    installation: Installation, parts: IntakeParts, documents: Sequence[tuple[Taken, bytes]]
) -> Arriving:
    now = installation.clock.now()
    incoming = [Incoming(data, "command", os.path.basename(one.file)) for one, data in documents]  # noqa: PTH119
    try:
        received = await receive_many(parts, incoming, now=now)
    except PortalError as error:
        for one, _ in documents:
            one.findings = [fatal("STORE", str(error)).as_json()]
        return {}
    for (one, _), answer in zip(documents, received, strict=True):
        one.sha256, one.delivery_id, one.waits = answer.sha256, answer.delivery_id, answer.outcome is None
        one.findings = [finding.as_json() for finding in answer.findings]
    return {answer.delivery_id: answer.invoice for answer in received if answer.outcome is None}


async def _to_rest(
    installation: Installation, parts: IntakeParts, taken: Sequence[Taken], errors: Mapping[UUID, Exception]
) -> None:
    """Until every delivery has an end; what a worker has in hand is waited for."""
    waiting = {one.delivery_id: one for one in taken if one.delivery_id and one.waits}
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while waiting:
        async with installation.database.session(Context.for_system(None)) as session:
            found = await ended(session, list(waiting))
        for key, end in found.items():
            if end.outcome != "received" or key in errors:
                _end(waiting.pop(key), end, errors.get(key))
        if waiting and asyncio.get_running_loop().time() > deadline:
            for one in waiting.values():
                one.findings = [_unfinished().as_json()]
            return
        if waiting:
            await asyncio.sleep(POLL_SECONDS)
            errors = await process_deliveries(parts, list(waiting), installation.clock.now())


def _end(one: Taken, end: Ended, error: Exception | None) -> None:
    one.stored, one.invoice_id, one.findings = end.outcome, end.invoice_id, end.findings
    if end.outcome == "received":
        one.stored = "new"
        one.findings = [_unfinished(error).as_json()]


def _unfinished(error: Exception | None = None) -> Finding:
    why = f" ({type(error).__name__})" if error else ""
    message = f"Fakturan är mottagen men kunde inte hanteras klart nu{why}. Den tas upp igen av arbetaren."
    return fatal("UNFINISHED", message)


async def _elements(
    installation: Installation, actors: Sequence[Any], taken: Sequence[Taken]
) -> list[dict[str, Any]]:
    shown: dict[UUID, dict[str, Any]] = {}
    ids = [one.invoice_id for one in taken if one.invoice_id]
    for actor in actors:
        async with looking(installation, actor) as eyes:
            invoices = await find(eyes.session, eyes.seen, ids=ids)
            shown |= await summaries(eyes.session, invoices)
        await note_sight(installation, actor, invoices)
    return [
        {
            "file": one.file, "sha256": one.sha256, "stored": one.stored, "findings": list(one.findings),
            "invoice": shown.get(one.invoice_id) if one.invoice_id else None,
        }
        for one in taken
    ]  # fmt: skip


def _say(elements: Sequence[dict[str, Any]]) -> None:
    for element in elements:
        click.echo(f"{element['file']}: {STORED.get(element['stored'], element['stored'])}")
        for finding in element["findings"]:
            say_finding(finding)
        invoice = element["invoice"]
        if invoice:
            handler = f", hos {invoice['handler']}" if invoice["handler"] else ""
            click.echo(f"  Faktura {invoice['number']}: {invoice['status_label']}{handler}")
            for reason in invoice["reasons"]:
                click.echo(f"    {reason['message']}")
