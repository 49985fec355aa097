"""portal setting: show the concern's rules, change one as a named administrator."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from portal.access.rules.settings import RULES, ChangeForm, stored
from portal.cli.acting import acting_as
from portal.cli.output import print_json
from portal.cli.running import told, with_installation
from portal.invoicing.actions.setting_rules import change
from portal.invoicing.queries.rules_in_force import held
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid
from portal.wiring import Installation

SAVED = "%s är ändrad."
PROPOSED = "Ändringen av %s är föreslagen. En annan person godkänner den på sidan Regler och gränser."


@click.group()
def setting() -> None:
    """Regler och gränser: visa och ändra."""


@setting.command("list")
@click.option("--json", "as_json", is_flag=True, help="Som JSON.")
@told
def list_settings(as_json: bool) -> None:
    """Visa varje regel: vad som gäller i dag, och vad som gäller om ingen har valt."""

    async def work(installation: Installation) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        today = stockholm_date(installation.clock.now())
        for actor in await acting_as(installation, None):
            assert actor.concern_id is not None  # the operator acts in one concern at a time
            async with installation.database.session(actor.context()) as session:
                for rule in RULES.values():
                    now = await held(session, actor.concern_id, rule, today)
                    found.append({
                        "concern": str(actor.concern_id), "key": rule.key, "value": stored(now.value),
                        "default": stored(rule.default), "unit": rule.kind,
                        "since": now.since.isoformat() if now.since else None,
                    })  # fmt: skip
        return found

    rows = with_installation(work)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        since = f"sedan {row['since']}" if row["since"] else "standard"
        click.echo(f"{row['key']:34} {_shown(row['value']):>12} {row['unit']:8} {since}")


@setting.command("set")
@click.argument("key", metavar="REGEL")
@click.argument("value", metavar="VÄRDE")
@click.option("--as", "login", required=True, metavar="LOGIN", help="Den centrala administratör som ändrar.")
@click.option("--why", required=True, metavar="SKÄL", help="Varför den ändras.")
@click.option("--from", "day", metavar="DATUM", help="Gäller från, i dag om inget anges.")
@told
def set_value(key: str, value: str, login: str, why: str, day: str | None) -> None:
    """Ändra en regel. Släpper ändringen igenom mer blir den ett förslag som en annan person godkänner."""

    async def work(installation: Installation) -> str:
        now = installation.clock.now()
        (actor,) = await acting_as(installation, login)
        form = ChangeForm(value, day or _today(stockholm_date(now)), why)
        async with installation.database.session(actor.context()) as session:
            return await change(session, actor, key, form, now=now)

    try:
        status = with_installation(work)
    except Invalid as wrong:
        raise Invalid(" ".join(wrong.fields.values()) or wrong.message) from wrong
    click.echo((SAVED if status == "active" else PROPOSED) % key)


def _today(day: date) -> str:
    return day.isoformat()


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    return ",".join(value) if isinstance(value, list) else "–" if value is None else str(value)
