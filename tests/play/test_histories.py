"""The attack against ourselves: histories of an order at random, and what must hold after every act of each.

The seed is printed; PORTAL_PLAY_SEED plays the same again, and a deep run that was stopped goes on after the lots
that are done.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.play.deeds import DEEDS
from tests.play.history import ON_INVOICES, ON_ORDERS, TURNS
from tests.play.playing import SIDE_BY_SIDE, Play, drawn

FEW, PARTS, OF_A_PART = 60, 50, 100
HOUR = 3600


def _run_id() -> str:
    """The same for all processes of one run."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"{os.getpid()}"


def _seed() -> int:
    """Given, or drawn anew for every run; told, so that the run can be had again."""
    new = int.from_bytes(sha256(f"{_run_id()}".encode()).digest()[:4])
    start = int(os.environ.get("PORTAL_PLAY_SEED") or new)
    print(f"PORTAL_PLAY_SEED={start}")
    return start


def test_every_act_of_a_history_is_a_deed() -> None:
    assert DEEDS.keys() == {"arrive", "rest", *ON_ORDERS, *ON_INVOICES}
    assert {kind for turn in TURNS for kind in turn} <= DEEDS.keys()


def test_the_same_seed_draws_the_same_histories() -> None:
    assert drawn(7, 20) == drawn(7, 20) != drawn(8, 20)


def test_sixty_histories(seeded_urls: Any, seeded_at: datetime, tmp_path: Path) -> None:
    start = _seed()
    with Play(seeded_urls, tmp_path, seeded_at) as play:
        rests = sum(play.lots(drawn(start, FEW)), Counter[str]())
    assert {"done", "matching_required"} <= rests.keys(), f"PORTAL_PLAY_SEED={start}: {rests}"


@pytest.mark.deep
@pytest.mark.parametrize("part", range(PARTS))
def test_five_thousand_histories(seeded_urls: Any, seeded_at: datetime, tmp_path: Path, part: int) -> None:
    """In parts that several processes share, each in a city of its own; an hour at most, and then later from there."""
    start = _seed()
    folder = Path(tempfile.gettempdir()) / f"portal-play-{os.getuid()}" / str(start)
    folder.mkdir(parents=True, exist_ok=True)
    done, begun = folder / f"part-{part}", folder / f"begun-{_run_id()}"
    if not begun.exists():
        begun.touch()
    lots = done.read_text(encoding="utf-8").splitlines() if done.exists() else []
    left = drawn(start + part, OF_A_PART)[len(lots) * SIDE_BY_SIDE :]
    if not left:
        return  # all of this part's have been played
    with Play(seeded_urls, tmp_path, seeded_at) as play:
        playing = play.lots(left)
        while time.time() - begun.stat().st_mtime < HOUR:
            if (rests := next(playing, None)) is None:
                return
            with done.open("a", encoding="utf-8") as book:
                book.write(f"{dict(rests)}\n")
    pytest.fail(f"an hour has passed and not all are played: PORTAL_PLAY_SEED={start} goes on from here")
