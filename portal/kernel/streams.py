"""Work in stages: the next item is made while this one is used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def one_ahead(source: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """The items of `source` in their order, one of them ahead of whoever uses them.

    An error of the source comes after the items before it. What is under way when the user stops is cancelled.
    """
    upcoming = asyncio.ensure_future(_next(source))
    try:
        while item := await upcoming:
            upcoming = asyncio.ensure_future(_next(source))
            yield item[0]
    finally:
        upcoming.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await upcoming


async def _next(source: AsyncIterator[T]) -> tuple[T] | None:
    """The next item in a box, or None at the end: StopAsyncIteration cannot pass through a task."""
    async for item in source:
        return (item,)
    return None
