"""The web server's process: Granian around `portal.app`, ended when who started it ends."""

from __future__ import annotations

import os

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from portal.kernel.running import end_with_parent
from portal.settings import Settings

HEADER_MILLISECONDS = 10_000
# Headers larger than this are refused before they reach the application, which allows half (portal.web.protocol).
BUFFER_BYTES = 65_536
RESPAWN_SECONDS = 1
SUPERVISOR = "PORTAL_SUPERVISOR"


def main() -> None:
    """Serve until told to stop."""
    supervisor = os.environ.get(SUPERVISOR)
    if supervisor is not None:
        end_with_parent(int(supervisor))
    settings = Settings.from_env()
    Server(
        "portal.app:create_asgi",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=settings.processes,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=BUFFER_BYTES),
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_SECONDS,
    ).serve()


if __name__ == "__main__":
    main()
