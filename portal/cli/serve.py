"""portal demo, serve, worker: the long-running parts, in the foreground until stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from dev.demo_city import data
from dev.demo_city.prepare import prepare_demo
from portal.cli.orphans import alone
from portal.cli.running import REFUSED, told, with_installation
from portal.cli.supervisor import Supervisor
from portal.db.embedded import EmbeddedServer
from portal.db.migrate import upgrade
from portal.doctor import refuse_unfit
from portal.kernel.running import end_with_parent
from portal.settings import Settings
from portal.web_process import SUPERVISOR
from portal.wiring import Installation, registry, watchers
from portal.worker import work


@click.command()
@told
def demo() -> None:
    """Sätt upp och starta demostaden: databas, schema, exempeldata, webbserver och arbetare."""
    settings = Settings.from_env()
    if settings.production:
        click.echo("Demon startar inte i en produktionsmiljö.", err=True)
        sys.exit(REFUSED)
    with _alone(settings), _database(settings) as (environment, server):

        async def prepare(installation: Installation) -> None:
            upgrade(installation.owner_url)
            await prepare_demo(installation)
            await refuse_unfit(installation)

        click.echo("Förbereder Exempelstad …")
        with_installation(prepare, settings)
        _run_all(settings, environment, _welcome(settings), server)


@click.command()
@told
def serve() -> None:
    """Starta webbservern och arbetaren."""
    settings = Settings.from_env()
    with _alone(settings), _database(settings) as (environment, server):
        with_installation(refuse_unfit, settings)
        _run_all(settings, environment, f"Portalen svarar på {settings.base_url}", server)


@click.command()
@told
def worker() -> None:
    """Starta bara arbetaren: köade jobb, återkommande jobb och inkorgen."""
    supervisor = os.environ.get(SUPERVISOR)
    if supervisor is not None:
        end_with_parent(int(supervisor), signal.SIGTERM)

    async def run(installation: Installation) -> None:
        await work(installation.database, registry(installation), watchers=watchers(installation))

    with_installation(run)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Our folder and our port are ours."""
    with alone(settings.data_dir):
        _refuse_taken_port(settings)
        yield


def _refuse_taken_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            click.echo(
                f"Port {settings.port} är upptagen. Stäng programmet som använder den eller välj en annan:"
                f" PORTAL_PORT={settings.port + 1}",
                err=True,
            )
            sys.exit(REFUSED)


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[Mapping[str, str], EmbeddedServer | None]]:
    """The environment for the processes: addresses of the real server, or of the embedded one, which then comes
    along. It is stopped at the end, and when we are killed."""
    environment = {**os.environ, "PORTAL_DATA_DIR": str(settings.data_dir), "PORTAL_MODE": settings.mode}
    if settings.database_url is not None:
        yield environment, None
        return
    server = EmbeddedServer(settings.data_dir)
    server.ensure()
    addresses = {"DATABASE_URL": server.url("app"), "MIGRATION_DATABASE_URL": server.url("owner")}
    try:
        with server.stopped_with_us():
            yield {**environment, **addresses}, server
    finally:
        server.stop()


def _run_all(
    settings: Settings, environment: Mapping[str, str], ready: str, server: EmbeddedServer | None
) -> None:
    """Web server, worker and database, kept running until we are told to stop."""
    if not asyncio.run(_supervise(settings, environment, ready, server)):
        click.echo("Webbservern startar inte. Felet står i loggen ovanför.", err=True)
        sys.exit(REFUSED)


async def _supervise(
    settings: Settings, environment: Mapping[str, str], ready: str, server: EmbeddedServer | None
) -> bool:
    return await Supervisor(settings, server).run(environment, [ready])


def _welcome(settings: Settings) -> str:
    people = [(f"{login}.{data.DOMAIN}", name) for login, name, *_ in data.USERS[:8]]
    people.append(("leverantor@kontorsbolaget.test", "Leverantör"))
    lines = [
        "",
        f"Exempelstad är igång: {settings.base_url}",
        "",
        f"Logga in med e-post och lösenordet {data.PASSWORD}, eller välj en användare på sidan. Till exempel:",
        *(f"  {address:<38} {name}" for address, name in people),
        "",
        f"Lägg fakturor (XML) i {settings.inbox_dir}. Avsluta med Ctrl+C.",
        "",
    ]
    return "\n".join(lines)
