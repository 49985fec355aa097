"""Where a request came from: the connection says, and a proxy only when settings name it."""

from __future__ import annotations

from typing import Any, cast

import pytest
from litestar.types import Scope

from portal.settings import Settings, SettingsError
from portal.web.came_from import came_from

PROXIES = ("10.0.0.0/8", "192.0.2.9/32")


def _scope(client: str | None, *forwarded: str) -> Scope:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    scope: dict[str, Any] = {"client": (client, 1) if client else None, "headers": headers}
    return cast(Scope, scope)


@pytest.mark.parametrize(
    ("client", "forwarded", "proxies", "address"),
    [
        ("203.0.113.5", (), (), "203.0.113.5"),
        ("203.0.113.5", ("198.51.100.1",), (), "203.0.113.5"),
        ("203.0.113.5", ("198.51.100.1",), PROXIES, "203.0.113.5"),
        ("10.0.0.7", ("198.51.100.1",), PROXIES, "198.51.100.1"),
        ("10.0.0.7", ("1.1.1.1, 198.51.100.1",), PROXIES, "198.51.100.1"),
        ("10.0.0.7", ("1.1.1.1", "198.51.100.1, 192.0.2.9"), PROXIES, "198.51.100.1"),
        ("10.0.0.7", ("198.51.100.1, nonsense",), PROXIES, "nonsense"),
        ("10.0.0.7", (), PROXIES, "10.0.0.7"),
        ("::ffff:10.0.0.7", ("198.51.100.1",), PROXIES, "198.51.100.1"),
        ("::ffff:203.0.113.5", (), (), "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", (), (), "2001:db8:1:2::/64"),
        (None, ("198.51.100.1",), PROXIES, None),
    ],
)
def test_the_last_address_that_is_not_our_proxys(
    client: str | None, forwarded: tuple[str, ...], proxies: tuple[str, ...], address: str | None
) -> None:
    assert came_from(_scope(client, *forwarded), proxies) == address


def test_proxies_are_a_setting(tmp_path: object) -> None:
    read = {"PORTAL_DATA_DIR": str(tmp_path), "PORTAL_PROXIES": "10.0.0.0/8, 192.0.2.9"}
    assert Settings.from_env(read).proxies == PROXIES
    assert Settings.from_env({"PORTAL_DATA_DIR": str(tmp_path)}).proxies == ()
    with pytest.raises(SettingsError):
        Settings.from_env(read | {"PORTAL_PROXIES": "10.0.0.0/8, loadbalancer"})
