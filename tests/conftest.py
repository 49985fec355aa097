"""Databases for tests: one server for all workers, templates made once, a copy for each test that asks.

`PORTAL_TEST_SERVER=system` runs the same tests on the system's own PostgreSQL instead of the embedded one.
"""

from __future__ import annotations

import asyncio
import fcntl
import gc
import hashlib
import inspect
import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from sqlalchemy import update

from dev.demo_city import data
from dev.demo_city.ids import CONCERN_ID
from dev.demo_city.seed import seed
from portal.access.models import Credential
from portal.db.context import Context
from portal.db.embedded import EmbeddedServer, embedded
from portal.db.migrate import upgrade
from portal.db.session import Database
from portal.kernel.dates import stockholm_date
from tests.meddling import meddles_in
from tests.memory import Copies

ROOT = Path(__file__).resolve().parents[1]
SYSTEM = os.environ.get("PORTAL_TEST_SERVER") == "system"
OLDEST_SYSTEM_VERSION = 15
TEMPLATES_KEPT = 6
AUDIT_KEY = b"the key of the tests and no other"
# A password is slow to try on purpose, a quarter of a second of computing: too much for every test that signs in.
# The test of sign-in's time puts a real hash in place of this one.
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_numbers = itertools.count(1)

# How long an example takes tells of the machine's hour, not of the code: speed is measured in bench/.
settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portal")


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """One test's own database, as the app's role and as the owner's."""

    name: str
    app: str
    owner: str


def pytest_collection_finish() -> None:
    """What is imported by now stays: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)  # anyio's own hook looks for the marker
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> None:
    """`async def test_…` needs no marker of its own."""
    if name.startswith("test") and inspect.iscoroutinefunction(obj):
        pytest.mark.anyio(obj)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def database_server() -> Iterator[EmbeddedServer]:
    """The one server of all workers; the last worker to end stops it, its templates stay for the next run."""
    folder = Path(tempfile.gettempdir()) / f"portal-tests-{os.getuid()}-{_digest([ROOT], '')[:8]}"
    if boot := _boot_id():  # not durable: a cluster from before a power failure is not to be trusted
        folder = folder.with_name(f"{folder.name}-{boot}")
    folder.mkdir(mode=0o755, exist_ok=True)
    binaries = _system_binaries() if SYSTEM else None
    with embedded(folder / ("system" if SYSTEM else "wheel"), durable=False, binaries=binaries) as server:
        _drop_leftovers(server)
        meddles_in(server)
        yield server


@pytest.fixture(scope="session")
def migrated_template(database_server: EmbeddedServer) -> str:
    """Name of a database with every migration applied and no rows of a demo."""
    name = "tpl_m_" + _digest([ROOT / "migrations", ROOT / "portal" / "db"])
    _template(database_server, name, "template0", lambda urls: upgrade(urls.owner))
    return name


@pytest.fixture(scope="session")
def seeded_at() -> datetime:
    """The moment the demo city was seeded: today as Stockholm has it, so that programs started by a test agree."""
    return datetime.combine(stockholm_date(datetime.now(UTC)), time(8), UTC)


@pytest.fixture(scope="session")
def seeded_template(database_server: EmbeddedServer, migrated_template: str, seeded_at: datetime) -> str:
    """Name of a database that holds the demo city."""
    folders = [ROOT / "migrations", ROOT / "dev", ROOT / "portal"]  # seeding goes through the domains' code
    name = f"tpl_s_quick_{seeded_at:%m%d}_{_digest(folders)}"
    _template(database_server, name, migrated_template, lambda urls: asyncio.run(_seed(urls, seeded_at)))
    return name


@pytest.fixture(scope="session")
def copies(database_server: EmbeddedServer, pytestconfig: pytest.Config) -> Copies:
    """In memory, but for the heavy volumes."""
    with _alone(database_server):
        return Copies(database_server, in_memory=pytestconfig.option.markexpr != "deep")


@pytest.fixture(scope="session")
def new_database(
    database_server: EmbeddedServer, copies: Copies
) -> Callable[[str], AbstractContextManager[DatabaseUrls]]:
    """`with new_database(template) as urls:` a database of one's own for the block."""

    @contextmanager
    def make(template: str) -> Iterator[DatabaseUrls]:
        name = f"t_{os.getpid()}_{next(_numbers)}"
        copies.make(name, template)
        yield _urls(database_server, name)
        database_server.drop_database(name)

    return make


NewDatabase = Callable[[str], AbstractContextManager[DatabaseUrls]]


@pytest.fixture
def database_urls(new_database: NewDatabase, migrated_template: str) -> Iterator[DatabaseUrls]:
    """A migrated, empty database for this test alone."""
    with new_database(migrated_template) as urls:
        yield urls


@pytest.fixture
def seeded_urls(new_database: NewDatabase, seeded_template: str) -> Iterator[DatabaseUrls]:
    """The demo city for this test alone."""
    with new_database(seeded_template) as urls:
        yield urls


@pytest.fixture(scope="module")
def module_seeded_urls(new_database: NewDatabase, seeded_template: str) -> Iterator[DatabaseUrls]:
    """The demo city for a module whose tests only read, or do not mind each other."""
    with new_database(seeded_template) as urls:
        yield urls


@pytest.fixture(scope="module")
def module_database_urls(new_database: NewDatabase, migrated_template: str) -> Iterator[DatabaseUrls]:
    """A migrated, empty database for a module: a copy takes about a third of a second."""
    with new_database(migrated_template) as urls:
        yield urls


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """The app's door to `database_urls`."""
    opened = Database(database_urls.app, audit_key=AUDIT_KEY)
    yield opened
    await opened.close()


@pytest.fixture
async def seeded(seeded_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """The app's door to `seeded_urls`."""
    opened = Database(seeded_urls.app, audit_key=AUDIT_KEY)
    yield opened
    await opened.close()


@pytest.fixture
async def shared_seeded(module_seeded_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """The app's door to `module_seeded_urls`."""
    opened = Database(module_seeded_urls.app, audit_key=AUDIT_KEY)
    yield opened
    await opened.close()


async def _seed(urls: DatabaseUrls, now: datetime) -> None:
    database = Database(urls.app, audit_key=AUDIT_KEY)
    try:
        await seed(database, now)
        async with database.session(Context.for_system(CONCERN_ID)) as session:
            await session.execute(update(Credential).values(password_hash=QUICK_HASHER.hash(data.PASSWORD)))
    finally:
        await database.close()


def _urls(server: EmbeddedServer, name: str) -> DatabaseUrls:
    return DatabaseUrls(name, server.url("app", name), server.url("owner", name))


def _template(server: EmbeddedServer, name: str, source: str, fill: Callable[[DatabaseUrls], None]) -> None:
    """Make the template unless it is there; other workers wait. It gets its name when it is whole."""
    with _alone(server):
        if name in server.databases():
            return
        draft = f"{name}_new"
        server.drop_database(draft)
        server.create_database(draft, source)
        fill(_urls(server, draft))
        server.rename_database(draft, name)
        for old in _outdated(server, name[:6]):
            server.drop_database(old)


@contextmanager
def _alone(server: EmbeddedServer) -> Iterator[None]:
    """One worker at a time sets up what all use."""
    with (server.data_dir / "templates.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _outdated(server: EmbeddedServer, kind: str) -> list[str]:
    """Templates of earlier code, but for the newest: another run may be using those."""
    of_kind = [name for name in server.databases() if name.startswith(kind)]
    return of_kind[:-TEMPLATES_KEPT]


def _drop_leftovers(server: EmbeddedServer) -> None:
    """Databases of test processes that were killed."""
    for name in server.databases():
        kind, _, rest = name.partition("_")
        if kind == "t" and not _alive(int(rest.partition("_")[0])):
            server.drop_database(name)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True


def _digest(folders: list[Path], pattern: str = "**/*.py") -> str:
    """Short hash of the folders' names and, given a pattern, of the files in them."""
    digest = hashlib.sha256()
    for folder in folders:
        digest.update(str(folder).encode())
        for path in sorted(folder.glob(pattern)) if pattern else ():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _boot_id() -> str:
    source = Path("/proc/sys/kernel/random/boot_id")
    return source.read_text()[:8] if source.exists() else ""


def _system_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found or int(found[-1].parent.name) < OLDEST_SYSTEM_VERSION:
        pytest.skip("no PostgreSQL 15 or later on this system")
    return found[-1]
