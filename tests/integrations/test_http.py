"""However an address is written, a request does not reach the inside of the network."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from portal.integrations.http import AddressRefused, NoAnswer, OutboundClient, is_public


class Canary(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.hits.append((self.path, self.headers["Host"]))  # type: ignore[attr-defined]
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "/inside")
        else:
            self.send_response(200)
        self.end_headers()
        if self.path == "/huge":
            self.wfile.write(b"x" * 11_000_000)
        elif self.path != "/away":
            self.wfile.write(b"svar")

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def listener() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def canary(listener: HTTPServer) -> HTTPServer:
    """A server on this machine that must not be reached; `hits` are the requests that reached it."""
    listener.hits = []  # type: ignore[attr-defined]
    return listener


HOSTS = [
    "127.0.0.1", "localhost", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1",
    "017700000001", "0", "0.0.0.0", "127.0.0.1.", "localhost.",
    "LOCALHOST", "[::1]", "[::]", 
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]", "[fe80::1]", "[fc00::1]", "[fec0::1]", "[ff02::1]", "10.0.0.1", "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "①②⑦.⓪.⓪.①", "127。0。0。1", "127%2e0%2e0%2e1", 
    "user@127.0.0.1", "user:secret@127.0.0.1", "example.test@127.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("host", HOSTS)
async def test_no_spelling_reaches_this_machine(host: str, scheme: str, canary: HTTPServer) -> None:
    port = canary.server_port
    client = OutboundClient(ports=frozenset({port, 443}))
    with pytest.raises((AddressRefused, NoAnswer)):
        await client.request("GET", f"{scheme}://{host}:{port}/inside")
    assert canary.hits == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "gopher://example.test/", "ftp://example.test/", "//example.test/", "https://", "",
     "https://example.test:22/", "http://example.test/", "https://[::1", "javascript:alert(1)"],
)  # fmt: skip
async def test_other_schemes_and_ports_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        await OutboundClient().request("GET", url)


async def test_a_name_that_changes_its_meaning_is_asked_once(canary: HTTPServer) -> None:
    answers: list[list[str]] = [["192.0.2.1", "127.0.0.1"], ["127.0.0.1"]]
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    client = OutboundClient(ports=frozenset({canary.server_port}), resolve=rebinding)
    with pytest.raises(AddressRefused):
        await client.request("GET", f"https://shop.test:{canary.server_port}/")
    assert (asked, canary.hits) == (["shop.test"], [])  # type: ignore[attr-defined]


async def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[str, object]] = []

    async def public(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34"]

    async def connect(self: object, factory: object, host: str, port: int, **kwargs: object) -> None:
        tried.append((host, port))
        raise OSError("no network in this test")

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", connect)
    with pytest.raises(NoAnswer):
        await OutboundClient(resolve=public).request("GET", "https://shop.test/")
    assert tried == [("93.184.216.34", 443)]


async def test_a_trusted_neighbour_is_called_by_name_and_redirects_are_not_followed(
    canary: HTTPServer,
) -> None:
    neighbour = f"localhost:{canary.server_port}"
    client = OutboundClient(trusted=frozenset({neighbour}))
    answer = await client.request("GET", f"http://{neighbour}/away")
    assert (answer.status, answer.headers["location"]) == (302, "/inside")
    assert canary.hits == [("/away", neighbour)]  # type: ignore[attr-defined]


async def test_an_answer_without_end_is_cut(canary: HTTPServer) -> None:
    neighbour = f"localhost:{canary.server_port}"
    with pytest.raises(NoAnswer, match="för stort"):
        await OutboundClient(trusted=frozenset({neighbour})).request("GET", f"http://{neighbour}/huge")


async def test_a_dead_neighbour_is_no_answer() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        neighbour = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(NoAnswer):
            await OutboundClient(trusted=frozenset({neighbour})).request("GET", f"http://{neighbour}/")


def test_public_addresses_are_public() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")
    assert not is_public("fe80::1%eth0")
