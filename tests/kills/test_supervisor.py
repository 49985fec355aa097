"""A portal whose parts are killed one by one, and at last its supervisor: it comes back by itself, or makes way."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.kills.portal import DATABASE, WEB, WORKER, Portal, running_portal, until


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with running_portal() as running:
        yield running


@pytest.mark.parametrize("name", [WORKER, WEB])
def test_a_killed_part_is_started_again_and_said_so(portal: Portal, name: str) -> None:
    before = portal.part(name)
    portal.kill(name)
    until(lambda: portal.part(name).restarts == before.restarts + 1)
    until(portal.well)
    after = portal.part(name)
    assert after.pid != before.pid
    assert after.reason == "signal 9"
    assert portal.process.poll() is None


def test_a_killed_database_is_started_again(portal: Portal) -> None:
    portal.kill(DATABASE)
    until(lambda: portal.part(DATABASE).restarts == 1)
    until(portal.well)
    assert portal.process.poll() is None


def test_two_do_not_run_from_one_folder(portal: Portal) -> None:
    second = Portal.__new__(Portal)
    second.folder, second.port = portal.folder, portal.port
    assert second.start().wait(60) == 1
    assert portal.well()


def test_its_parts_end_with_a_killed_supervisor_and_a_new_start_takes_over(portal: Portal) -> None:
    pids = [portal.part(name).pid for name in (WEB, WORKER)]
    portal.process.kill()
    portal.process.wait()
    portal.start()
    until(portal.well)
    assert portal.process.poll() is None
    for pid in pids:
        assert pid is not None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
