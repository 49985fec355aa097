"""The portal served for a bench, and a client that costs next to nothing: the measured side needs the cores."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from portal.wiring import Installation

TOKEN = re.compile(rb'name="_csrf_token" value="([^"]+)"')
COOKIE = re.compile(rb"(?i)set-cookie: ([^=]+=[^;\r\n]+)")
PATIENCE_SECONDS = 60.0


@asynccontextmanager
async def serving(installation: Installation, *, workers: int) -> AsyncIterator[int]:
    """Web processes over the installation's database; the port they answer on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {
        **os.environ, "DATABASE_URL": installation.app_url, "MIGRATION_DATABASE_URL": installation.owner_url,
        "PORTAL_DATA_DIR": str(installation.settings.data_dir), "PORTAL_PORT": str(port),
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "portal.app:create_asgi",
        "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), "--log-level", "warning",
        env=environment,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await _answers(port)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _answers(port: int) -> None:
    while True:
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return


@dataclass(slots=True)
class Client:
    """One kept connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: bytes

    @classmethod
    async def open(cls, port: int, cookie: str) -> Client:
        """Connect as whoever holds the cookies."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        cookies = f"Cookie: {cookie}\r\n" if cookie else ""
        return cls(reader, writer, f"Host: 127.0.0.1:{port}\r\n{cookies}".encode())

    async def get(self, path: str) -> bytes:
        """The body of a page; anything but 200 is an error."""
        status, _headers, body = await self.send(b"GET", path)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return body

    async def send(
        self, method: bytes, path: str, body: bytes = b"", extra: bytes = b""
    ) -> tuple[int, bytes, bytes]:
        """One request: status, raw headers, body."""
        length = b"Content-Length: %d\r\n" % len(body) if body else b""
        self.writer.write(
            b"%s %s HTTP/1.1\r\n%s%s%s\r\n%s" % (method, path.encode(), self.head, extra, length, body)
        )
        headers = await self.reader.readuntil(b"\r\n\r\n")
        size = re.search(rb"(?i)content-length: (\d+)", headers)
        content = await self.reader.readexactly(int(size.group(1))) if size else b""
        return int(headers[9:12]), headers, content

    def close(self) -> None:
        """Hang up."""
        self.writer.close()


async def signed_in(port: int, email: str, password: str) -> str:
    """Sign in by the form; the cookies to send along."""
    client = await Client.open(port, "")
    _status, headers, body = await client.send(b"GET", "/sign-in")
    token = TOKEN.search(body)
    visitor = COOKIE.search(headers)
    if token is None or visitor is None:
        raise RuntimeError("no sign-in form")
    form = urlencode({"_csrf_token": token.group(1).decode(), "email": email, "password": password}).encode()
    extra = (
        b"Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\nCookie: "
        + visitor.group(1)
        + b"\r\n"
    )
    status, headers, _body = await client.send(b"POST", "/sign-in", form, extra)
    client.close()
    session = [c for c in COOKIE.findall(headers) if c.startswith(b"session=")]
    if status != 303 or not session:
        raise RuntimeError(f"sign-in answered {status}")
    return b"; ".join((visitor.group(1), session[0])).decode()
