"""The real portal for journeys: `portal demo` as its own processes over a fresh city, and a browser before it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from e2e.pages.watching import Watch

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 400.0
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is a journey in a real browser."""
    for item in items:
        if ROOT / "e2e" in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@dataclass(frozen=True, slots=True)
class Portal:
    """A running portal: its address and its data folder (mail, inbox, log)."""

    base_url: str
    data_dir: Path

    @property
    def log(self) -> str:
        return (self.data_dir / "portal.log").read_text("utf-8", "replace")


@pytest.fixture(scope="package")
def portal() -> Iterator[Portal]:
    """One portal for all journeys of this process, gone before the tests that come after them."""
    with_portal = start_portal()
    yield next(with_portal)
    next(with_portal, None)


@pytest.fixture
def own_portal() -> Iterator[Portal]:
    """A portal for a journey that counts what there is."""
    with_portal = start_portal()
    yield next(with_portal)
    next(with_portal, None)


def start_portal() -> Iterator[Portal]:
    """Start `portal demo` on a free port over a folder of its own; stop it and remove the folder afterwards."""
    folder, port = Path(tempfile.mkdtemp(prefix="portal-e2e-")), _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DATABASE_URL"))},
        "PORTAL_DATA_DIR": str(folder), "PORTAL_PORT": str(port), "PORTAL_PROCESSES": "1", "PORTAL_UNDO_SECONDS": "0",
    }  # fmt: skip
    with (folder / "portal.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal", "demo"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    running = Portal(f"http://127.0.0.1:{port}", folder)
    try:
        _wait_until_ready(running, process)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # web server and worker too: nobody else would end them
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(running: Portal, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, running.log
        try:
            with urlopen(f"{running.base_url}/health/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the portal did not start:\n{running.log}")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """The browser: PORTAL_BROWSER, else the system's Chromium, else Playwright's own.

    Closed after the last journey: while it is open an event loop runs here, and no other can be started.
    """
    sync_api = pytest.importorskip("playwright.sync_api")
    given = os.environ.get("PORTAL_BROWSER") or "/usr/bin/chromium"
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=given if Path(given).exists() else None, args=list(FLAGS)
        )
        yield browser
        browser.close()


Visit = Callable[..., Any]


@pytest.fixture
def visit(chromium: Any, portal: Portal) -> Iterator[Visit]:
    """`page = visit(width=320, script=False)`: a fresh browser; at the end nothing may have been complained of."""
    watches: list[tuple[Any, Watch]] = []

    def open_page(*, width: int = 1280, script: bool = True, at: Portal | None = None) -> Any:
        base_url = (at or portal).base_url
        context = chromium.new_context(
            base_url=base_url,
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            locale="sv-SE",
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        watches.append((context, Watch(page, base_url)))
        return page

    yield open_page
    for context, watch in watches:
        context.close()
        assert watch.complaints == []
