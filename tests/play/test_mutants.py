"""Does the play see a guard that is gone? One is taken out at a time, and histories at random must find it.

A guard that has another behind it is taken out with that one where both say the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import SQLAlchemyError

from portal.attest.actions import cases, steps
from portal.attest.rules import route
from portal.invoicing.actions import finishing, match, settle, turned
from portal.invoicing.rules import arrival, charges, line_match, matching, payment
from portal.kernel.errors import PortalError
from portal.kernel.workflow import Machine
from tests.play.history import CITIES, TURNS, Act, History, Paper
from tests.play.playing import SIDE_BY_SIDE, Play, drawn
from tests.play.stage import Wrong

SEED, MOST = 20_26, 6 * SIDE_BY_SIDE
Mutant = Callable[[pytest.MonkeyPatch, str], None]


def _without(module: Any, table: str, *codes: str) -> Mutant:
    """Without the controls of these codes."""
    left = tuple(one for one in getattr(module, table) if one.code not in codes)
    assert len(left) < len(getattr(module, table))
    return lambda patch, _owner: patch.setattr(module, table, left)


def _instead(module: Any, name: str, other: Any) -> Mutant:
    return lambda patch, _owner: patch.setattr(module, name, other)


def _dropped(trigger: str, table: str) -> Mutant:
    def drop(_patch: pytest.MonkeyPatch, owner: str) -> None:
        with psycopg.connect(owner.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"DROP TRIGGER {trigger} ON {table}")

    return drop


def _all(*mutants: Mutant) -> Mutant:
    def every(patch: pytest.MonkeyPatch, owner: str) -> None:
        for one in mutants:
            one(patch, owner)

    return every


async def _nothing(*_: Any, **__: Any) -> None:
    return None


def _any_account(facts: Any, _allowed: Any, _given: Any) -> payment.PaymentChoice:
    """Whatever stands on the invoice, else the register's."""
    return payment.PaymentChoice(next(iter((*facts.accounts, *facts.registered)), None))


def _matched_though_held(case: Any, order: Any, given: Any, at: Any) -> None:
    match.match_case(case, order, given, at)


HOLD = _instead(Machine, "held", lambda _self, _move: False)
HOLD_IN_DATABASE = _dropped("hold_stands", "invoice")
DUTIES_IN_DATABASE = _dropped("separate_duties", "decision")
DUTIES = _all(
    _instead(cases, "refusal", lambda *_: None), _instead(steps, "excluded", lambda *_: {}),
    _instead(route, "excluded", lambda *_: {}),
)  # fmt: skip
MUTANTS: Mapping[str, Mutant] = {
    "hold: the machine's": HOLD,
    "hold: the database's": HOLD_IN_DATABASE,
    "hold: both": _all(HOLD, HOLD_IN_DATABASE),
    "hold: the pipeline's": _instead(settle, "match_unless_held", _matched_though_held),
    "duties: the database's": DUTIES_IN_DATABASE,
    "duties: both": _all(DUTIES, DUTIES_IN_DATABASE),
    "what turned before the attest": _instead(turned, "beyond", lambda *_: False),
    "what is taken from the order": _instead(finishing, "take_from_order", _nothing),
    "the account is the supplier's": _instead(payment, "_controlled", _any_account),
    "paid in another way": _instead(payment.payment_means, "is_claimed", lambda _: False),
    "received": _instead(matching, "_receipt", lambda _: ((), "matched", None)),
    "ordered": _without(matching, "LINE_CONTROLS", "quantity_over_ordered"),
    "price and sum": _all(
        _without(matching, "LINE_CONTROLS", "price"), _instead(matching, "_total", lambda *_: [])
    ),
    "VAT of a line": _without(matching, "LINE_CONTROLS", "vat"),
    "unit": _without(matching, "LINE_CONTROLS", "unit"),
    "charges": _instead(charges, "refusal", lambda *_: ()),
    "currency": _without(arrival, "CONTROLS", "currency"),
    "sums": _without(arrival, "CONTROLS", "sum"),
    "number": _without(arrival, "CONTROLS", "number_taken"),
    "invoice date": _without(arrival, "CONTROLS", "invoice_date"),
    "due date": _without(arrival, "CONTROLS", "due_date"),
}
assert line_match.LINE_CONTROLS is matching.LINE_CONTROLS


def _held() -> list[History]:
    """Every turn with a hold in it, on an invoice that differs: the few of all histories that such a guard is for."""
    came = (Act("receive_all"), Act("arrive", paper=Paper(faults=("dearer",))))
    return [
        History(city, (10, 20, 6)[: len(city.articles)], (*came, *(Act(kind) for kind in turn)))
        for city in CITIES
        for turn in TURNS
        if "hold" in turn
    ]


def _is_the_guards(error: Exception | None) -> bool:
    """What the judge, the product or the database says; not that the mutant itself does not work."""
    cause = error.__cause__ if isinstance(error, Wrong) else error
    return error is not None and (
        cause is None or isinstance(cause, (SQLAlchemyError, PortalError, AssertionError))
    )


@pytest.mark.parametrize("name", ["hold: the machine's", "hold: the database's"])
def test_a_hold_that_does_not_hold_is_seen(
    name: str, seeded_urls: Any, seeded_at: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    MUTANTS[name](monkeypatch, seeded_urls.owner)
    with Play(seeded_urls, tmp_path, seeded_at, judged=False) as play:
        error = play.seen(_held())
    assert _is_the_guards(error), error


@pytest.mark.deep
@pytest.mark.parametrize("name", MUTANTS)
def test_each_guard_is_missed(
    name: str, seeded_urls: Any, seeded_at: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    MUTANTS[name](monkeypatch, seeded_urls.owner)
    histories = drawn(SEED, MOST)
    with Play(seeded_urls, tmp_path, seeded_at, judged=False) as play:
        for start in range(0, MOST, SIDE_BY_SIDE):
            error = play.seen(histories[start : start + SIDE_BY_SIDE])
            if error is not None:
                break
    print(f"{name}: in {start + SIDE_BY_SIDE} histories, {str(error)[:300]}")
    assert _is_the_guards(error), error


@pytest.mark.deep
def test_with_every_guard_in_its_place_they_find_nothing(
    seeded_urls: Any, seeded_at: datetime, tmp_path: Path
) -> None:
    with Play(seeded_urls, tmp_path, seeded_at, judged=False) as play:
        for start in range(0, MOST, SIDE_BY_SIDE):
            assert play.seen(drawn(SEED, MOST)[start : start + SIDE_BY_SIDE]) is None
