"""portal invoice: where invoices stand and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import click

from portal.cli.acting import acting_as, looking, note_sight
from portal.cli.output import print_json
from portal.cli.running import told, with_installation
from portal.invoicing.queries.summary import details, find
from portal.invoicing.status import INVOICE
from portal.kernel.dates import format_clock, format_day_long, stockholm_date
from portal.kernel.identifiers import read_uuids
from portal.kernel.money import format_sv
from portal.wiring import Installation


@click.group()
def invoice() -> None:
    """Fakturor."""


@invoice.command("show")
@click.argument("number", metavar="NUMMER|ID")
@click.option("--json", "as_json", is_flag=True, help="Skriv en JSON-lista.")
@click.option("--as", "login", metavar="LOGIN", help="Visa det som den användaren skulle se.")
@told
def show(number: str, login: str | None, *, as_json: bool) -> None:
    """Visa fakturor med ett nummer: status, handläggare, belopp, historik och matchning."""

    async def work(installation: Installation) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for actor in await acting_as(installation, login):
            async with looking(installation, actor) as eyes:
                invoices = await find(eyes.session, eyes.seen, ids=read_uuids([number]), number=number)
                found += await details(eyes.session, invoices)
            await note_sight(installation, actor, invoices)
        return found

    elements = with_installation(work)
    if as_json:
        print_json(elements)
    elif elements:
        _say(elements)
    else:
        click.echo(f"Ingen faktura har numret {number}.")


def _say(elements: Sequence[dict[str, Any]]) -> None:
    for element in elements:
        handler = f", hos {element['handler']}" if element["handler"] else ""
        payable, tax = (format_sv(Decimal(element["amounts"][name])) for name in ("payable", "tax"))
        click.echo(f"Faktura {element['number']}: {element['status_label']}{handler}")
        click.echo(f"  Att betala {payable} {element['currency']}, moms {tax}")
        for reason in element["reasons"]:
            click.echo(f"  {reason['message']}")
        for event in element["history"]:
            click.echo(f"  {_happened(event)}")
        same = "ger samma beslut" if element["recomputed"] == "same" else "ger ett annat beslut"
        click.echo(f"  Dagens regler {same}.")


def _happened(event: dict[str, Any]) -> str:
    """ "29 november 2026 kl. 18.44.14 bestallare@gsf: Klar. Priset är accepterat." """
    at = datetime.fromisoformat(str(event["at"]))
    when = f"{format_day_long(stockholm_date(at), year=True)} kl. {format_clock(at, seconds=True)}"
    status = INVOICE.state(event["to"]).label if event["to"] else None
    if status and not event["from"]:
        status = "Kom in"  # before any control has looked at it, whatever the row then held
    said = ". ".join(text for text in (status, event["why"]) if text)
    return f"{when} {event['actor']}: {said}" if said else f"{when} {event['actor']}"
