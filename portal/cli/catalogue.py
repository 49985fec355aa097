"""portal catalogue import: a supplier's file through the same validation and publishing as the pages."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from portal.access.actor import system_actor
from portal.catalog.actions.importing import import_file
from portal.catalog.queries.rows import wrong_cells
from portal.catalog.queries.uploads import catalogue_choices
from portal.catalog.rules.questions import question
from portal.catalog.status import ASKING, FAULTY, PUBLISHED, READY, UPLOAD
from portal.catalog.values import CatalogueChoice, UploadFacts, WrongCell
from portal.cli.output import print_json
from portal.cli.running import REFUSED, told, with_installation
from portal.db.context import Context
from portal.db.session import Database
from portal.kernel.errors import Invalid, NotFound
from portal.kernel.identifiers import format_org_number, org_number
from portal.suppliers.models import Supplier
from portal.wiring import Installation

MOST_FINDINGS = 1_000
LIST_CONCERNS = "SELECT id FROM list_concerns()"


@click.group()
def catalogue() -> None:
    """Kataloger."""


@catalogue.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FIL")
@click.option("--agreement", required=True, metavar="NUMMER", help="Avtalets nummer.")
@click.option("--supplier", required=True, metavar="ORGNR", help="Leverantörens organisationsnummer.")
@click.option("--publish", is_flag=True, help="Publicera direkt när filen är kontrollerad.")
@click.option("--allow-removals", is_flag=True, help="Publicera även när många artiklar tas bort.")
@click.option("--json", "as_json", is_flag=True, help="Skriv en JSON-lista.")
@told
def import_(
    file: Path, agreement: str, supplier: str, *, publish: bool, allow_removals: bool, as_json: bool
) -> None:
    """Läs in en katalogfil (CSV eller XLSX), kontrollera den och jämför med katalogen."""

    data = file.read_bytes()

    async def work(installation: Installation) -> dict[str, Any]:
        choice = await _choice(installation.database, agreement, supplier)
        upload = await import_file(
            installation.database, installation.store, choice, file.name, data, publish=publish,
            allow_removals=allow_removals,            clock=installation.clock.now,
        )  # fmt: skip
        async with installation.database.session(Context.for_system(choice.concern_id)) as session:
            return _element(upload, await wrong_cells(session, upload, limit=MOST_FINDINGS))

    element = with_installation(work)
    if as_json:
        print_json([element])
    else:
        _say(element)
    sys.exit(_code(element, publish=publish))


async def _choice(database: Database, agreement: str, supplier: str) -> CatalogueChoice:
    """The catalogue of that supplier on that agreement, in whichever concern has it."""
    number = org_number(supplier)
    if number is None:
        raise Invalid("”%(value)s” är inget organisationsnummer. Skriv tio siffror.", value=supplier)
    async with database.session(Context.for_system(None)) as session:
        found = select(Supplier.id).where(Supplier.org_number == number, Supplier.gln.is_(None))
        supplier_id = (await session.execute(found)).scalar()
        connection = await session.connection()
        concerns = (await connection.exec_driver_sql(LIST_CONCERNS)).scalars().all()
    for concern_id in concerns:
        async with database.session(Context.for_system(concern_id)) as session:
            for choice in await catalogue_choices(session, system_actor(concern_id)):
                if choice.agreement_number == agreement and choice.supplier_id == supplier_id:
                    return choice
    raise NotFound(
        "%(supplier)s finns inte som leverantör på avtal %(agreement)s.",
        supplier=format_org_number(number), agreement=agreement,
    )  # fmt: skip


def _element(upload: UploadFacts, wrong: Sequence[WrongCell]) -> dict[str, Any]:
    counts = ("total", "ok", "wrong", "new", "changed", "unchanged", "removed", "to_confirm")
    problems = [{"row": None, "column": None, "value": None, "message": _filled(text, params), "mend": ""}
                for text, params in upload.problems]  # fmt: skip
    return {
        "file": upload.filename,
        "sha256": upload.sha256.hex(),
        "upload": str(upload.id),
        "agreement": upload.agreement_number,
        "status": upload.status,
        "status_label": UPLOAD.state(upload.status).label,
        "version": upload.catalogue_version,
        "rows": {name: getattr(upload, f"rows_{name}") for name in counts},
        "many_removed": upload.many_removed,
        "valid_from": upload.valid_from.isoformat() if upload.valid_from else None,
        "questions": [question(asked["kind"])[0] % {"heading": "", "date": "", **asked["params"]}
                      for asked in upload.reading.get("questions", ())],
        "findings": problems + [
            {"row": cell.row, "column": cell.column, "value": cell.value,
             "message": _filled(cell.message, cell.message_params), "mend": _filled(cell.mend, cell.mend_params)}
            for cell in wrong
        ],
    }  # fmt: skip


def _filled(text: str, params: dict[str, str]) -> str:
    return text % params if params else text


def _code(element: dict[str, Any], *, publish: bool) -> int:
    """1 when the file, a row or the publishing was refused."""
    refused = element["status"] in {FAULTY, ASKING} or element["findings"]
    held = element["rows"]["to_confirm"] or element["many_removed"] or element["valid_from"]
    unpublished = publish and element["status"] != PUBLISHED and held
    return REFUSED if refused or unpublished else 0


def _say(element: dict[str, Any]) -> None:
    rows = element["rows"]
    click.echo(f"{element['file']}: {element['status_label']}.")
    click.echo(
        f"  {rows['total']} rader, {rows['wrong']} med fel. {rows['new']} nya, {rows['changed']} ändrade,"
        f" {rows['removed']} borttagna, {rows['unchanged']} oförändrade."
    )
    if rows["to_confirm"]:
        click.echo(
            f"  {rows['to_confirm']} priser är tio gånger högre eller lägre. Bekräfta dem på sidan Kataloger."
        )
    if element["status"] == READY and element["many_removed"]:
        click.echo(
            f"  {rows['removed']} artiklar skulle tas bort. Lägg till --allow-removals om det är meningen."
        )
    if element["status"] == READY and element["valid_from"]:
        click.echo(f"  Priserna gäller från {element['valid_from']}. Publicera dem på sidan Kataloger.")
    for asked in element["questions"]:
        click.echo(f"  Fråga: {asked} Svara på sidan Kataloger.")
    for finding in element["findings"]:
        where = f"Rad {finding['row']}, kolumn ”{finding['column']}”: " if finding["row"] else ""
        click.echo(f"  {where}{finding['message']} {finding['mend']}".rstrip())
