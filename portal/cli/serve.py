"""portal demo, serve, worker: the long-running parts, in the foreground until stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from dev.demo_city import data
from dev.demo_city.prepare import prepare_demo
from portal.cli.running import REFUSED, told, with_installation
from portal.db.embedded import EmbeddedServer
from portal.db.migrate import upgrade
from portal.doctor import refuse_unfit
from portal.settings import Settings
from portal.wiring import Installation, registry, watchers
from portal.worker import work

STOP_SECONDS = 20.0


@click.command()
@told
def demo() -> None:
    """Sätt upp och starta demostaden: databas, schema, exempeldata, webbserver och arbetare."""
    settings = Settings.from_env()
    if settings.production:
        click.echo("Demon startar inte i en produktionsmiljö.", err=True)
        sys.exit(REFUSED)
    _refuse_taken_port(settings)
    with _database(settings) as environment:

        async def prepare(installation: Installation) -> None:
            upgrade(installation.owner_url)
            await prepare_demo(installation)
            await refuse_unfit(installation)

        click.echo("Förbereder Exempelstad …")
        with_installation(prepare, settings)
        _run_all(settings, environment, _welcome(settings))


@click.command()
@told
def serve() -> None:
    """Starta webbservern och arbetaren."""
    settings = Settings.from_env()
    _refuse_taken_port(settings)
    with _database(settings) as environment:
        with_installation(refuse_unfit, settings)
        _run_all(settings, environment, f"Portalen svarar på {settings.base_url}")


@click.command()
@told
def worker() -> None:
    """Starta bara arbetaren: köade jobb, återkommande jobb och inkorgen."""

    async def run(installation: Installation) -> None:
        await work(installation.database, registry(installation), watchers=watchers(installation))

    with_installation(run)


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
def _database(settings: Settings) -> Iterator[Mapping[str, str]]:
    """The environment for the processes: addresses of the real server, or of the embedded one kept running."""
    environment = {**os.environ, "PORTAL_DATA_DIR": str(settings.data_dir), "PORTAL_MODE": settings.mode}
    if settings.database_url is not None:
        yield environment
        return
    server = EmbeddedServer(settings.data_dir)
    server.ensure()
    try:
        yield {
            **environment,
            "DATABASE_URL": server.url("app"),
            "MIGRATION_DATABASE_URL": server.url("owner"),
        }
    finally:
        server.stop()


def _run_all(settings: Settings, environment: Mapping[str, str], ready: str) -> None:
    """Web processes and one worker, until one of them ends or we are told to stop."""
    processes = [
        subprocess.Popen(_web(settings), env=environment),  # noqa: S603
        subprocess.Popen([sys.executable, "-m", "portal", "worker"], env=environment),
    ]
    try:
        asyncio.run(_until_stopped(settings, processes, ready))
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _web(settings: Settings) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "portal.app:create_asgi",
        "--host", settings.host, "--port", str(settings.port), "--workers", str(settings.processes),
        "--log-level", "warning", "--respawn-failed-workers",
    ]  # fmt: skip


async def _until_stopped(settings: Settings, processes: list[subprocess.Popen[bytes]], ready: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if await _answers(settings, stop, processes):
        click.echo(ready)
    while not stop.is_set() and all(process.poll() is None for process in processes):  # noqa: ASYNC110 - a child's
        await asyncio.sleep(0.2)  # end raises no event of ours


async def _answers(settings: Settings, stop: asyncio.Event, processes: list[subprocess.Popen[bytes]]) -> bool:
    """Wait until the web server takes connections; False when it never will."""
    while not stop.is_set() and all(process.poll() is None for process in processes):
        try:
            _reader, writer = await asyncio.open_connection(settings.host, settings.port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return True
    return False


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
