"""May it be bought, what has changed, and what the ranking asks for: pure, with made-up offers (M12, M13, M22)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalog.rules.buyable import (
    EARLY,
    EXPIRED,
    ORGANISATION,
    REMOVED,
    SECRET,
    SUPPLIER,
    UNLINKED,
    Buyer,
    OfferFacts,
    why_not,
)
from portal.catalog.rules.units import UNITS
from portal.catalog.rules.whole_units import fits, is_whole
from portal.coding.rules.files import KINDS, MOST_BYTES, Passed, check_file
from portal.coding.values import CodeString
from portal.orders.rules.call_offs import demands, limit_key, over_limit, rank_key
from portal.orders.rules.changes import STOPPING, changes_of
from portal.orders.rules.purchase import check_quantity
from portal.orders.rules.standing import standing
from portal.orders.values import CallOff, CodingShare, KindSum, Offer, Offered, Requested, RequestedLine
from portal.suppliers.rules.agreements import may_link

DAY = date(2026, 11, 29)
ONE, TWO, THREE, FOUR = (UUID(int=number) for number in range(1, 5))
FACTS = OfferFacts(False, "approved", True, True, DAY, DAY)
SEES, SEES_NOT = Buyer(sees_secret=True), Buyer(sees_secret=False)


@pytest.mark.parametrize(("change", "why"), [
    ({}, None),
    ({"removed": True}, REMOVED),
    ({"supplier_status": "blocked"}, SUPPLIER),
    ({"supplier_status": "pending"}, SUPPLIER),
    ({"linked": False}, UNLINKED),
    ({"may_call_off": False}, ORGANISATION),
    ({"valid_from": DAY + timedelta(days=1)}, EARLY),
    ({"valid_to": DAY - timedelta(days=1)}, EXPIRED),
    ({"valid_to": None}, None),
    ({"secret": True}, SECRET),
])  # fmt: skip
def test_each_reason_alone(change: dict[str, object], why: str | None) -> None:
    assert why_not(replace(FACTS, **change), SEES_NOT, DAY) == why  # type: ignore[arg-type]


@given(st.builds(
    OfferFacts, st.booleans(), st.sampled_from(["approved", "blocked", "pending"]), st.booleans(), st.booleans(),
    st.dates(), st.none() | st.dates(), st.booleans(),
), st.dates())  # fmt: skip
def test_it_may_be_bought_only_when_everything_holds(offer: OfferFacts, day: date) -> None:
    holds = (
        not offer.removed and offer.supplier_status == "approved" and offer.linked and offer.may_call_off
        and offer.valid_from <= day and (offer.valid_to is None or day <= offer.valid_to)
    )  # fmt: skip
    assert (why_not(offer, SEES, day) is None) == holds
    assert (why_not(offer, SEES_NOT, day) is None) == (holds and not offer.secret)


OFFER = Offer(
    ONE, TWO, "R-1", THREE, "Bolaget", "A-1", "Penna", "44121704", "EA", D("12.50"), D(25), D(1), gtin="735",
    description="Blå", valid_from=DAY,
)  # fmt: skip
LINE = RequestedLine(
    FOUR, 1, ONE, TWO, "R-1", "Kontor", THREE, "Bolaget", "A-1", "Penna", "44121704", "EA", D(20), D("12.50"), D(25),
    "S", (CodingShare(ONE, CodeString("6451", "31100", "440"), D(100)),), OFFER.offered,
)  # fmt: skip


@pytest.mark.parametrize(("change", "what"), [
    ({"price": D("12.51")}, "price"), ({"unit": "XPK"}, "unit"), ({"vat_rate": D(6)}, "vat_rate"),
    ({"min_quantity": D(5)}, "min_quantity"), ({"min_quantity": None}, "min_quantity"), ({"gtin": "736"}, "gtin"),
    ({"name": "Penna 25-pack"}, "name"), ({"description": "Röd"}, "description"), ({"unspsc": "44121706"}, "unspsc"),
])  # fmt: skip
def test_what_changed_is_told_and_stops_when_it_may_cost(change: dict[str, object], what: str) -> None:
    (found,) = changes_of(LINE, replace(OFFER, **change))  # type: ignore[arg-type]
    assert (found.what, found.stops) == (what, what in STOPPING)
    assert found.then != found.now


def test_three_codes_of_a_piece_are_one_unit_and_an_old_line_is_not_asked_what_it_does_not_know() -> None:
    assert changes_of(LINE, replace(OFFER, unit="H87")) == ()
    old = replace(LINE, offered=None)
    assert changes_of(old, replace(OFFER, min_quantity=D(9), gtin="1")) == ()
    assert Offered() != OFFER.offered


@given(st.sampled_from(sorted(UNITS)), st.decimals(D("0.0001"), 1000, places=4))
def test_whole_units_are_bought_whole(unit: str, quantity: D) -> None:
    """CO07 and its kind: no half bottle, but half a kilogram."""
    whole = quantity == int(quantity)
    assert (check_quantity(quantity, "Varan", unit) is None) == (whole or not is_whole(unit))
    assert fits(quantity, "KGM") and fits(quantity, "HUR") and fits(quantity, "MTR")
    assert is_whole("XBO") and is_whole("EA") and is_whole("XPK")


REQUESTED = Requested(
    ONE, FOUR, TWO, "R1", "awaiting_approval", ONE, ONE, ONE, ONE, "B", None, None, None, None, None, False, False,
    (LINE,),
)  # fmt: skip


def test_what_stands_what_stops_and_what_is_chosen() -> None:
    good = standing(REQUESTED, {ONE: OFFER}, (), DAY)
    assert (good.stops, good.changed, good.must_choose, good.callable_agreements, good.after) == (
        (), (), False, ("R-1 Kontor",), None,
    )  # fmt: skip
    dearer = standing(REQUESTED, {ONE: replace(OFFER, price=D(15))}, (), DAY)
    assert dearer.must_choose and dearer.after is not None and dearer.after.gross == D("375.00")
    renamed = standing(REQUESTED, {ONE: replace(OFFER, name="Kulspetspenna")}, (), DAY)
    assert renamed.changed and not renamed.must_choose
    ended = standing(REQUESTED, {ONE: replace(OFFER, valid_to=DAY - timedelta(days=1))}, (), DAY)
    assert "gäller inte i dag" in ended.stops[0] and ended.callable_agreements == ()
    assert standing(REQUESTED, {}, (), DAY).stops == ("Penna går inte längre att köpa.",)
    secret = standing(REQUESTED, {ONE: replace(OFFER, secret=True)}, (), DAY)
    assert "omfattas av sekretess sedan" in secret.stops[0]
    assert standing(replace(REQUESTED, secret=True), {ONE: replace(OFFER, secret=True)}, (), DAY).stops == ()
    full = standing(
        REQUESTED, {ONE: OFFER}, (CallOff(TWO, "R-1", "Kontor", D(250), None, D(300), D(51)),), DAY
    )
    assert "kvar av takvolymen" in full.stops[0] and full.callable_agreements == ()


def test_the_limit_is_asked_of_the_call_off_and_of_its_kind_over_the_days() -> None:
    alone = CallOff(TWO, "R-1", "IT", D(90_000), D(100_000), None, D(0), (KindSum("4321", D(90_000)),))
    assert over_limit(alone) is None
    together = replace(alone, kinds=(KindSum("4321", D(90_000), D(90_000)),))
    assert "180 000,00 kr på 30 dagar" in (over_limit(together) or "").replace("\u00a0", " ")
    other_kind = replace(alone, kinds=(KindSum("4321", D(90_000)), KindSum("4322", D(0), D(90_000))))
    assert over_limit(other_kind) is None
    assert over_limit(replace(together, ranking_limit=None)) is None
    ranked = replace(OFFER, rank=3, above=("A", "B"))
    keys = [one.key for one in demands((LINE,), {ONE: ranked}, (together,))]
    assert keys == [rank_key(TWO, THREE), limit_key(TWO)]
    assert demands((LINE,), {ONE: OFFER}, (alone,)) == ()


def test_one_supplier_on_fixed_terms_takes_no_second() -> None:
    """P11."""
    assert may_link("single_fixed", (), ONE) and may_link("single_fixed", (ONE,), ONE)
    assert not may_link("single_fixed", (TWO,), ONE)
    assert may_link("ranking", (TWO,), ONE) and may_link("local", (TWO,), ONE)


@given(st.text(max_size=200), st.binary(max_size=40))
def test_the_gate_lets_through_nothing_but_what_the_bytes_are(name: str, data: bytes) -> None:
    passed = check_file(name, data)
    if isinstance(passed, Passed):
        ending = passed.name.rpartition(".")[2]
        assert data.startswith(KINDS[ending][1]) and passed.media_type == KINDS[ending][0]
        assert not set(passed.name) & set('/\\"\r\n\0:<>') and len(passed.name) < 120


def test_the_gate_says_what_is_wrong() -> None:
    pdf = b"%PDF-1.7\n"
    assert check_file("..\\..\\Lista åk 3.PDF", pdf) == Passed("Lista åk 3.pdf", "application/pdf")
    assert "10 MB" in str(check_file("a.pdf", pdf + b"x" * MOST_BYTES))
    assert "innehåller något annat" in str(check_file("a.pdf", b"<script>"))
    assert "inte en PDF" in str(check_file("a.html", b"<script>"))
    assert "inte är tom" in str(check_file("a.pdf", b""))
    assert "redan 10 filer" in str(check_file("a.pdf", pdf, already=10))
