"""What is told of a failure is no more than it takes."""

from __future__ import annotations

from tests.play.history import CITIES, Act, History, Paper
from tests.play.lot import REST, Calendar
from tests.play.shrinking import smallest

ARRIVES = Act("arrive", paper=Paper(shares=(3, 10, 10), faults=("dearer", "freight"), much=7))
LONG = History(
    CITIES[0], (2, 2, 2), (Act("receive_all"), ARRIVES, Act("hold", who=3, much=9), Act("approve"))
)


async def _held_and_dear(history: History, calendar: Calendar) -> str:
    kinds = [act.kind for act in history.acts]
    dear = any(act.paper and act.paper.faults for act in history.acts)
    return "held" if "hold" in kinds and dear and calendar[1] else ""


async def test_acts_that_do_not_matter_are_left_out() -> None:
    shorter, told = await smallest(LONG, (0, 4, 0, 0), _held_and_dear)
    whole = Act("arrive", paper=Paper(faults=("dearer", "freight"), much=7))
    assert told == "held"
    assert shorter.acts == (REST, whole, Act("hold"), REST)


async def test_what_does_not_fail_alone_is_left_as_it_is() -> None:
    assert await smallest(LONG, (0, 0, 0, 0), _held_and_dear) == (LONG, "")
