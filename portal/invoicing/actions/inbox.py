"""The watched inbox folder: files taken in as they come to stand still, moved away after the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from portal.integrations.access_point import Delivery, InboxFolder, watch
from portal.invoicing.actions.intake import receive
from portal.invoicing.actions.parts import IntakeParts

CHANNEL = "folder"


async def watch_inbox(
    parts: IntakeParts, folder: Path, clock: Callable[[], datetime], stop: asyncio.Event
) -> None:
    """Until `stop`: each file becomes a delivery; to done/ when it is ours, to refused/ when refused."""
    inbox = InboxFolder(folder, max_bytes=parts.max_bytes)

    async def take(delivery: Delivery) -> bool:
        received = await receive(parts, delivery.data, channel=CHANNEL, filename=delivery.name, now=clock())
        return received.outcome == "refused"

    try:
        await watch(inbox, take, stop)
    finally:
        inbox.close()
