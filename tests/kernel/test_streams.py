from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from portal.kernel.streams import one_ahead


async def _numbers(made: list[int], *, upto: int, fails_at: int | None = None) -> AsyncIterator[int]:
    for number in range(upto):
        if number == fails_at:
            raise RuntimeError("broken")
        made.append(number)
        yield number


async def test_items_keep_their_order_and_one_is_made_ahead() -> None:
    made: list[int] = []
    used = []
    async for number in one_ahead(_numbers(made, upto=4)):
        await asyncio.sleep(0.001)
        assert made == list(range(min(number + 2, 4)))
        used.append(number)
    assert used == [0, 1, 2, 3]


async def test_nothing_comes_of_nothing() -> None:
    assert [number async for number in one_ahead(_numbers([], upto=0))] == []


async def test_an_error_comes_after_the_items_before_it() -> None:
    used: list[int] = []
    with pytest.raises(RuntimeError, match="broken"):
        async for number in one_ahead(_numbers([], upto=5, fails_at=2)):
            used.append(number)
    assert used == [0, 1]


async def test_what_is_under_way_ends_when_the_user_stops() -> None:
    ended = asyncio.Event()

    async def slow() -> AsyncIterator[int]:
        yield 1
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    ahead = one_ahead(slow())
    assert await anext(ahead) == 1
    await asyncio.sleep(0)
    await ahead.aclose()
    assert ended.is_set()
