"""The embedded server: made once, locked, survives kill -9, shared by commands, stopped by the last one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal.db.embedded import EmbeddedServer, EmbeddedServerError, embedded


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with tempfile.TemporaryDirectory(prefix="portal-embedded-") as folder:
        Path(folder).chmod(0o755)  # mkdtemp makes it root's alone; that case has its own test
        made = EmbeddedServer(Path(folder) / "data").ensure()
        yield made
        made.stop()


def connect(server: EmbeddedServer, role: str = "owner", database: str = "portal") -> psycopg.Connection:
    url = server.url("app" if role == "app" else "owner", database)
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def postmaster(server: EmbeddedServer) -> int:
    [pid_file] = Path(server._record()["home"]).glob("cluster/postmaster.pid")
    return int(pid_file.read_text().splitlines()[0])


def test_the_app_role_owns_nothing_and_cannot_bypass_row_level_security(server: EmbeddedServer) -> None:
    query = (
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )
    with connect(server, "app") as app, connect(server, "owner") as owner:
        assert app.execute(query).fetchone() == (False, False, False, False)
        assert owner.execute(query).fetchone() == (False, False, False, True)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE public.intruder (id int)")


def test_the_owner_can_make_the_extensions_the_schema_needs(server: EmbeddedServer) -> None:
    with connect(server) as owner:
        for extension in ("pg_trgm", "unaccent", "btree_gin"):
            owner.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        assert owner.execute("SELECT unaccent('Åsa'), similarity('pärm', 'pärm')").fetchone() == ("Asa", 1.0)
        assert owner.execute("SELECT upper('åäö'), current_setting('server_encoding')").fetchone() == (
            "ÅÄÖ",
            "UTF8",
        )


def test_no_one_gets_in_without_the_password(server: EmbeddedServer) -> None:
    record = server._record()
    for host in (record["socket"], "127.0.0.1"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(
                host=host, port=record["port"], user="portal_owner", dbname="portal", password="guess"
            )


def test_keys_are_for_the_owner_of_the_folder_only(server: EmbeddedServer) -> None:
    keys = server.data_dir / "keys"
    assert keys.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in sorted(keys.iterdir())] == [0o600] * 3


def test_it_is_safe_against_power_loss_unless_told_otherwise(server: EmbeddedServer) -> None:
    with connect(server) as owner:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert owner.execute("SELECT current_setting(%s)", [setting]).fetchone() == ("on",)
        assert owner.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)


def test_ensure_again_changes_nothing(server: EmbeddedServer) -> None:
    before = postmaster(server), server.url("app")
    assert EmbeddedServer(server.data_dir).ensure().url("app") == before[1]
    assert postmaster(server) == before[0]


def test_databases_are_copied_and_dropped(server: EmbeddedServer) -> None:
    server.create_database("original")
    with connect(server, database="original") as owner:
        owner.execute("CREATE TABLE item (id int)")
        owner.execute("INSERT INTO item VALUES (7)")
    server.create_database("copy", template="original")
    with connect(server, database="copy") as owner:
        assert owner.execute("SELECT id FROM item").fetchall() == [(7,)]
        server.drop_database("copy")  # though somebody is connected
    server.drop_database("original")
    assert server.databases() == ["portal"]


def test_what_was_committed_is_there_after_kill_9(server: EmbeddedServer) -> None:
    with connect(server) as owner:
        owner.execute("CREATE TABLE kept (id int)")
        owner.execute("INSERT INTO kept VALUES (1)")
        os.kill(postmaster(server), signal.SIGKILL)
        EmbeddedServer(server.data_dir).ensure()
    with connect(server) as owner:
        assert owner.execute("SELECT id FROM kept").fetchall() == [(1,)]


def test_a_server_that_dies_while_it_is_waited_for_is_started_anew(server: EmbeddedServer) -> None:
    dying = postmaster(server)
    os.kill(dying, signal.SIGSTOP)  # seen, but without an answer: as one just killed is for a moment
    killing = threading.Timer(0.5, os.kill, [dying, signal.SIGKILL])
    killing.start()
    server.ensure()
    killing.join()
    assert server.running()
    assert postmaster(server) != dying


def test_a_pid_file_that_names_another_program_is_stale(server: EmbeddedServer) -> None:
    pid_file = Path(server._record()["home"]) / "cluster" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert not server.running()
    server.ensure()
    assert server.running()
    os.kill(os.getpid(), 0)  # and the other program was left alone


def test_a_taken_port_is_left_for_another(server: EmbeddedServer) -> None:
    taken = server._record()["port"]
    server.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as after a served connection
        other.bind(("127.0.0.1", taken))
        other.listen()
        server.ensure()
    assert server._record()["port"] != taken
    assert server.running()


def test_two_starts_at_once_make_one_server(server: EmbeddedServer) -> None:
    server.stop()
    program = "from portal.db.embedded import EmbeddedServer as S; import pathlib, sys; "
    program += "s = S(pathlib.Path(sys.argv[1])).ensure(); print(s._postmaster())"
    starts = [
        subprocess.Popen([sys.executable, "-c", program, server.data_dir], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert {start.communicate(timeout=60)[0].strip() for start in starts} == {str(postmaster(server))}


def test_a_command_stops_what_it_started_when_it_is_the_last(server: EmbeddedServer) -> None:
    server.stop()
    with embedded(server.data_dir) as first:
        with embedded(server.data_dir):
            assert first.running()
        assert first.running(), "still used by the first"
    assert not server.running()


def test_a_command_leaves_what_was_to_be_kept(server: EmbeddedServer) -> None:
    server.ensure()
    with embedded(server.data_dir):
        pass
    assert server.running()


def test_a_cluster_of_another_version_is_refused_in_words(server: EmbeddedServer) -> None:
    server.stop()
    version = Path(server._record()["home"]) / "cluster" / "PG_VERSION"
    right = version.read_text()
    version.write_text("14\n")
    try:
        with pytest.raises(EmbeddedServerError, match="PostgreSQL 14"):
            server.ensure()
    finally:
        version.write_text(right)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands over to another user")
def test_a_folder_only_root_can_enter_gets_its_cluster_outside() -> None:
    with tempfile.TemporaryDirectory(prefix="portal-private-") as folder:  # mode 0700, root's
        server = EmbeddedServer(Path(folder) / "data", durable=False)
        with server.in_use():
            home = Path(server._record()["home"])
            assert not home.is_relative_to(folder)
            assert server.running()
        again = EmbeddedServer(Path(folder) / "data", durable=False)
        with again.in_use(), connect(again) as owner:
            assert owner.execute("SELECT 1").fetchone() == (1,)
        subprocess.run(["rm", "-rf", home], check=True)
