"""The attack against ourselves: histories of an order at random, and what must hold after every act of each.

The seed is printed; PORTAL_PLAY_SEED plays the same again, and a deep run that was stopped goes on after the parts
that are done.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections import Counter
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from portal.formats.rulesets import packaged_rules
from portal.invoicing.actions.parts import IntakeParts, OneByOne
from tests.play.deeds import DEEDS
from tests.play.history import HISTORIES, ON_INVOICES, ON_ORDERS, History
from tests.play.oracle import Judge
from tests.play.promises import Readers
from tests.play.stage import play
from tests.web.core.conftest import _site

FEW, PARTS, OF_A_PART = 60, 100, 50
HOUR = 3600


def _play(urls: Any, folder: Path, now: datetime, start: int, histories: int) -> Counter[str]:
    """So many histories from a seed; how many invoices came to rest where."""
    rests: Counter[str] = Counter()
    rules = packaged_rules()
    with asyncio.Runner() as runner:
        site = _site(urls, folder, now)
        database, store = site.installation.database, site.installation.store
        parts, readers = IntakeParts(database, store, rules, check=OneByOne(rules)), Readers(site)

        @seed(start)
        @settings(
            max_examples=histories, database=None, phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck), print_blob=False,
        )  # fmt: skip
        @given(HISTORIES)
        def one(history: History) -> None:
            judge = Judge(parts.store)
            stage = runner.run(play(parts, history, now, judge))
            runner.run(readers.keep_promises(stage))
            rests.update(runner.run(_rests(stage)))

        try:
            one()
        finally:
            runner.run(database.close())
    return rests


async def _rests(stage: Any) -> list[str]:
    ids = [one.id for one in stage.sent]
    return [
        row.status for row in await stage.rows("SELECT status FROM invoice WHERE id = ANY(:ids)", ids=ids)
    ]


def _run_id() -> str:
    """The same for all processes of one run."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"{os.getpid()}"


def _seed() -> int:
    """Given, or drawn anew for every run; told, so that the run can be had again."""
    drawn = int.from_bytes(sha256(f"{_run_id()}".encode()).digest()[:4])
    start = int(os.environ.get("PORTAL_PLAY_SEED") or drawn)
    print(f"PORTAL_PLAY_SEED={start}")
    return start


def test_every_act_of_a_history_is_a_deed() -> None:
    assert DEEDS.keys() == {"arrive", *ON_ORDERS, *ON_INVOICES}


def test_sixty_histories(seeded_urls: Any, seeded_at: datetime, tmp_path: Path) -> None:
    start = _seed()
    rests = _play(seeded_urls, tmp_path, seeded_at, start, FEW)
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
    if done.exists():
        pytest.skip(f"part {part} of PORTAL_PLAY_SEED={start} is done")
    if time.time() - begun.stat().st_mtime > HOUR:
        pytest.skip(f"an hour has passed: PORTAL_PLAY_SEED={start} goes on from here")
    rests = _play(seeded_urls, tmp_path, seeded_at, start + part, OF_A_PART)
    done.write_text(f"{dict(rests)}\n", encoding="utf-8")
