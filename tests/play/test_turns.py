"""Histories that turn at the worst moment: what was accepted is no longer all that differs when it is attested."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from portal.db.session import Database
from portal.integrations.object_store import FolderStore
from portal.invoicing.actions.parts import IntakeParts
from tests.play.deeds import DEEDS
from tests.play.history import CITIES, Act, History, Paper
from tests.play.lot import play
from tests.play.oracle import Judge

DEAR = Act("arrive", paper=Paper(faults=("dearer",)))
RIGHT = Act("arrive", paper=Paper())
BY_HAND = Act("arrive", paper=Paper(manual=True))
ALL, BACK = Act("receive_all"), Act("take_back")
APPROVE, APPROVE_2 = Act("approve", much=4), Act("approve", pick=1, much=4)
ACCEPT, ACCEPT_2 = Act("accept_deviation"), Act("accept_deviation", pick=1)
SLOW, UNDO = Act("approve", much=3), Act("undo")
WAIT = (Act("rematch"),) * 3  # which an invoice at attest does not know: time passes
HOLD_2 = Act("hold", who=5)
HOLD, LET_GO = Act("hold", who=2), Act("end_hold", who=2)

TURNS = {
    "a receipt is taken back": ((ALL, DEAR, ACCEPT, BACK, APPROVE), "matching_required"),
    "another of the same is attested": ((ALL, DEAR, DEAR, ACCEPT, ACCEPT_2, APPROVE, APPROVE_2), "matching_required"),
    "another of the same matches": ((ALL, DEAR, ACCEPT, RIGHT, APPROVE), "matching_required"),
    "the order is ended": ((Act("receive_some", much=4), DEAR, ACCEPT, Act("end_rest"), APPROVE), None),
    "it is nobody's and goes by review": (
        (ALL, DEAR, Act("not_mine"), Act("choose_reviewer", much=1), Act("review"), APPROVE), None,
    ),
    "nothing has come": ((RIGHT,), "awaiting_receipt"),
    "nothing turns": ((ALL, DEAR, ACCEPT, APPROVE), "done"),
    "more has come": ((DEAR, ACCEPT, ALL, APPROVE), "done"),
    "it is reviewed and attested": ((BY_HAND, Act("review"), APPROVE), "done"),
    "it is undone": ((ALL, DEAR, ACCEPT, SLOW, UNDO), "approval"),
    "it is undone, and attested again": ((ALL, DEAR, ACCEPT, SLOW, UNDO, APPROVE), "done"),
    "it is undone too late": ((ALL, DEAR, ACCEPT, SLOW, *WAIT, UNDO), "done"),
    "it is undone by another": ((ALL, DEAR, ACCEPT, SLOW, Act("undo", who=3)), "attested"),
    "it is held while it can be undone": ((ALL, DEAR, ACCEPT, SLOW, HOLD_2, *WAIT), "approval"),
    "a receipt is taken back while it can be undone": (
        (ALL, DEAR, ACCEPT, SLOW, BACK, *WAIT), "matching_required",
    ),
    "it is held in between": ((ALL, DEAR, ACCEPT, HOLD, APPROVE), "approval"),
    "it is held and let go": ((ALL, DEAR, ACCEPT, HOLD, APPROVE, LET_GO, APPROVE), "done"),
}  # fmt: skip


@pytest.mark.parametrize("name", TURNS)
async def test_what_turns_before_the_attest(
    shared_seeded: Database, seeded_at: datetime, tmp_path: Path, name: str
) -> None:
    acts, rest = TURNS[name]
    assert {act.kind for act in acts} <= DEEDS.keys()
    parts = IntakeParts(shared_seeded, FolderStore(tmp_path), ())
    stage = await play(parts, History(CITIES[0], (10, 20, 6), acts), seeded_at, Judge(parts.store))
    found = await stage.rows("SELECT status, reasons FROM invoice WHERE id = :id", id=stage.sent[-1].id)
    if name == "another of the same matches":
        found = await stage.rows("SELECT status, reasons FROM invoice WHERE id = :id", id=stage.sent[0].id)
    assert rest in (None, found[0].status), (stage.told, found)
