"""Requests that come drop by drop, or too large: the portal answers everybody else, from a real server's sockets."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.request import urlopen

import pytest

from tests.conftest import ROOT, DatabaseUrls

PATIENCE = 90.0
HALF = (
    "POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncookie: session=x{n}; visitor=v\r\n"
    "sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n"
    "content-length: 900\r\n\r\nemail="
)


@pytest.fixture(scope="module")
def port(module_seeded_urls: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A web server, with one process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    environment = {
        **os.environ,
        "DATABASE_URL": module_seeded_urls.app, "MIGRATION_DATABASE_URL": module_seeded_urls.owner,
        "PORTAL_DATA_DIR": str(tmp_path_factory.mktemp("data")), "PORTAL_MODE": "demo",
        "PORTAL_PORT": str(number), "PORTAL_PROCESSES": "1",
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "portal.web_process"], env=environment, cwd=ROOT)
    try:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and process.poll() is None:
            try:
                urlopen(f"http://127.0.0.1:{number}/health/live", timeout=5)
                break
            except OSError:
                time.sleep(0.1)
        yield number
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize("many", [20, pytest.param(200, marks=pytest.mark.deep)])
def test_half_sent_forms_hold_up_nobody(port: int, many: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(many)]
    try:
        for n, one in enumerate(slow):
            one.sendall(HALF.format(port=port, n=n).encode())
        time.sleep(1)
        for path in ("/sign-in", "/help/status", "/health/ready"):
            began = time.monotonic()
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
                assert answer.status == 200
            print(f"{path}: {time.monotonic() - began:.3f} s beside {many}")
        slow[0].settimeout(40)
        assert slow[0].recv(100).startswith(b"HTTP/1.1 408")
    finally:
        for one in slow:
            one.close()


def test_headers_have_a_size_and_the_server_no_name(port: int) -> None:
    assert b"431" in _asked(port, b"x-long: " + b"a" * 40_000)
    assert b"431" in _asked(port, b"x-long: " + b"a" * 200_000)
    answer = _asked(port, b"x-short: a")
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"granian" not in answer.lower()


def test_head_is_get_without_a_body(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as one:
        one.settimeout(30)
        one.sendall(f"HEAD /sign-in HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: one.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-length" in head
    assert body == b""


def _asked(port: int, header: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port)) as one:
        one.settimeout(30)
        one.sendall(f"GET /sign-in HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n".encode() + header + b"\r\n\r\n")
        return one.recv(4_096)
