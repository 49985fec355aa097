"""The network address a request came from; a proxy's word for it is taken only where settings name the proxy."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from litestar import Request
from litestar.types import Scope

from portal.proxies import note_unlisted_proxy
from portal.settings import Settings

Network = IPv4Network | IPv6Network
FORWARDED = b"x-forwarded-for"
# One home or office holds a whole network of IPv6 addresses and may use any of them.
IPV6_PREFIX = 64


def client_address(request: Request[Any, Any, Any]) -> str | None:
    """`came_from` of this installation. A proxy that settings do not name makes everybody behind it one address:
    where a request says that it was passed on by such a one, that is noted for `portal doctor`."""
    settings: Settings = request.app.state.services.settings
    client = request.scope.get("client")
    trusted = tuple(ip_network(proxy) for proxy in settings.proxies)
    if client and _forwarded(request.scope) and not _is_one_of(client[0], trusted):
        note_unlisted_proxy(settings.data_dir, client[0], request.scope["state"]["now"])
    return came_from(request.scope, settings.proxies)


def came_from(scope: Scope, proxies: tuple[str, ...]) -> str | None:
    """The address, as a network of it for IPv6; None when the server does not know it (a socket file).

    X-Forwarded-For is read from its end: each proxy adds who asked it, and what stands before the first address that
    is not one of ours could have been written by anybody.
    """
    client = scope.get("client")
    trusted = tuple(ip_network(proxy) for proxy in proxies)
    address = client[0] if client else None
    for earlier in _forwarded(scope):
        if address is None or not _is_one_of(address, trusted):
            break
        address = earlier
    return _network(address) if address else None


def _forwarded(scope: Scope) -> Iterable[str]:
    """Whom the proxies say they were asked by, the last proxy's word first."""
    given = b",".join(value for name, value in scope["headers"] if name == FORWARDED)
    return [part.strip() for part in reversed(given.decode("latin-1").split(",")) if part.strip()]


def _ip(address: str) -> IPv4Address | IPv6Address | None:
    """The address; one of IPv4 in IPv6's clothes is one of IPv4."""
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    return ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip


def _is_one_of(address: str, networks: tuple[Network, ...]) -> bool:
    ip = _ip(address)
    return ip is not None and any(ip in network for network in networks)


def _network(address: str) -> str:
    ip = _ip(address)
    if ip is None:
        return address[:100]
    return str(ip_network((ip, IPV6_PREFIX), strict=False)) if isinstance(ip, IPv6Address) else str(ip)
