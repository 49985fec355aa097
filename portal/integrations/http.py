"""The one client for requests to other hosts. It cannot be talked into reaching the inside of our network.

An address is resolved once, every answer must be a public one, and the connection goes to that very address,
so that a name cannot change its meaning in between. No redirects, no proxies from the environment, bounded
answers.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from portal.kernel.errors import PortalError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

LARGEST_ANSWER_BYTES = 10_000_000
TIMEOUT = httpx.Timeout(20.0, connect=5.0)
HTTPS_PORT = 443

GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")

# Beside what `is_global` knows: ranges that lead to an IPv4 address of somebody's choice, or nowhere public.
REFUSED_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",
            "192.0.0.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "224.0.0.0/3",
            "2001::/23",
            "2002::/16",
            "3fff::/20",
        ),
    )
)


class AddressRefused(PortalError):
    """The address is not one this installation may call (422)."""

    status = 422
    code = "address_refused"


class NoAnswer(PortalError):
    """The other system did not answer, or not within bounds (503, worth another try)."""

    status = 503
    code = "no_answer"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class HttpClient(Protocol):
    async def request(
        self, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> HttpAnswer:
        """One request, one answer, whatever its status. AddressRefused or NoAnswer when there is none."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a name."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NoAnswer("Adressen %(host)s finns inte.", host=host) from error
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True, slots=True)
class OutboundClient:
    """`ports` may be called with https. `trusted` names "host:port" of neighbour systems the operator has set
    up, which may be inside the network and spoken to without TLS."""

    ports: frozenset[int] = frozenset({HTTPS_PORT})
    trusted: frozenset[str] = frozenset()
    resolve: Resolve = resolve
    verify: bool = field(default=True, repr=False)

    async def request(
        self, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> HttpAnswer:
        target = self._target(url)
        address = await self._address(target)
        request = httpx.Request(
            method,
            target.copy_with(host=address),
            content=content,
            headers={**(headers or {}), "Host": target.netloc.decode("ascii")},
            extensions={"sni_hostname": target.raw_host.decode("ascii"), "timeout": TIMEOUT.as_dict()},
        )
        # A transport for each request: a kept connection to an address could be another name's.
        async with httpx.AsyncHTTPTransport(trust_env=False, verify=self.verify) as transport:
            return await _send(transport, request)

    def _target(self, url: str) -> httpx.URL:
        try:
            target = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise AddressRefused("Adressen går inte att läsa.") from error
        port = target.port or (HTTPS_PORT if target.scheme == "https" else 80)
        allowed = target.scheme == "https" and port in self.ports
        trusted = target.scheme in {"http", "https"} and f"{target.host}:{port}" in self.trusted
        if not target.host or target.userinfo or not (allowed or trusted):
            raise AddressRefused("Adressen %(host)s får inte anropas.", host=target.host)
        return target.copy_with(port=port)

    async def _address(self, target: httpx.URL) -> str:
        port = target.port or HTTPS_PORT
        addresses = await self.resolve(target.raw_host.decode("ascii"), port)
        if not addresses:
            raise NoAnswer("Adressen %(host)s finns inte.", host=target.host)
        if f"{target.host}:{port}" not in self.trusted and not all(map(is_public, addresses)):
            raise AddressRefused("Adressen %(host)s får inte anropas.", host=target.host)
        return addresses[0]


def is_public(address: str) -> bool:
    """Whether the address belongs to the public internet, looking through IPv4 addresses inside IPv6 ones."""
    try:
        parsed: IpAddress = ipaddress.ip_address(address)
    except ValueError:
        return False  # "fe80::1%eth0" and the like
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if isinstance(parsed, ipaddress.IPv6Address) and parsed not in GLOBAL_UNICAST:
        return False
    refused = any(parsed in network for network in REFUSED_NETWORKS if network.version == parsed.version)
    return parsed.is_global and not refused


async def _send(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> HttpAnswer:
    try:
        async with asyncio.timeout(TIMEOUT.read):
            response = await transport.handle_async_request(request)
            content = await _bounded(response)
    except (httpx.HTTPError, TimeoutError) as error:
        raise NoAnswer("Det andra systemet svarar inte just nu.") from error
    return HttpAnswer(response.status_code, dict(response.headers), content)


async def _bounded(response: httpx.Response) -> bytes:
    content = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > LARGEST_ANSWER_BYTES:
                raise NoAnswer("Det andra systemets svar är för stort.")
    finally:
        await response.aclose()
    return bytes(content)


class FakeHttpClient:
    """Answers by URL; what was asked is kept in `requests` as (method, url, content)."""

    def __init__(self, answers: Mapping[str, HttpAnswer]) -> None:
        self.answers = dict(answers)
        self.requests: list[tuple[str, str, bytes]] = []

    async def request(
        self, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> HttpAnswer:
        self.requests.append((method, url, content))
        if url not in self.answers:
            raise NoAnswer("Det andra systemet svarar inte just nu.")
        return self.answers[url]
