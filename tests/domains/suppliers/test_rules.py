"""Agreements' and registration's rules, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from portal.suppliers.rules import agreements, joining
from portal.suppliers.rules.agreements import AgreementForm, Keeper, may_keep
from portal.suppliers.rules.joining import Joining
from portal.suppliers.status import RELATION

OWN, FOREIGN = UUID(int=1), UUID(int=2)
GOOD = AgreementForm(
    "R-1",
    "Kontorsmaterial",
    "single_fixed",
    "2026-01-01",
    "2029-12-31",
    "1 000 000",
    "",
    "Fasta priser",
    (str(OWN),),
)
JOINING = Joining(
    "Bruksgatan 1", "99999", "Exempelstad", "granris mossa bäck", "Pappersbruket AB", "order@bruket.test"
)


@pytest.mark.parametrize(
    ("keeper", "owner", "may"),
    [
        (Keeper(OWN, central=False, supplier_admin=True), OWN, True),
        (Keeper(OWN, central=False, supplier_admin=True), FOREIGN, False),
        (Keeper(OWN, central=False, supplier_admin=True), None, False),
        (Keeper(OWN, central=True, supplier_admin=True), None, True),
        (Keeper(OWN, central=True, supplier_admin=True), FOREIGN, True),
        (Keeper(OWN, central=True, supplier_admin=False), None, False),
        (Keeper(None, central=False, supplier_admin=True), None, False),
    ],
)
def test_who_keeps_an_agreement(keeper: Keeper, owner: UUID | None, may: bool) -> None:
    assert may_keep(keeper, owner) is may


def test_a_whole_agreement_is_read() -> None:
    assert agreements.check_form(GOOD) == {}
    facts = agreements.read_form(GOOD)
    assert (facts.valid_to, facts.cap_amount, facts.callers) == (
        date(2029, 12, 31),
        Decimal("1000000"),
        (OWN,),
    )
    ranked = replace(GOOD, kind="ranking", ranking_limit="100 000,00")
    assert agreements.check_form(ranked) == {}
    assert agreements.read_form(ranked).ranking_limit == Decimal("100000.00")
    assert agreements.read_form(replace(GOOD, ranking_limit="5")).ranking_limit is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", " "), ("number", "x" * 41), ("name", ""), ("kind", "gratis"), ("valid_from", "2026-02-30"),
        ("valid_to", "snart"), ("valid_to", "2025-12-31"), ("cap_amount", "0"), ("cap_amount", "1e5"),
        ("price_terms", ""), ("callers", ()),
    ],
)  # fmt: skip
def test_each_fault_is_under_its_field(field: str, value: object) -> None:
    assert list(agreements.check_form(replace(GOOD, **{field: value}))) == [field]


def test_ranking_needs_its_limit() -> None:
    assert list(agreements.check_form(replace(GOOD, kind="ranking"))) == ["ranking_limit"]
    assert list(agreements.check_form(replace(GOOD, kind="ranking", ranking_limit="-1"))) == ["ranking_limit"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("street", ""), ("postcode", ""), ("postcode", "1234"), ("postcode", "123 456"), ("city", ""),
        ("password", ""), ("password", "elva tecken"), ("password", "aaaaaaaaaaaaaa"), ("password", "x" * 201),
        ("password", "Pappersbruket AB"), ("password", "order@bruket.test!"),
    ],
)  # fmt: skip
def test_each_fault_of_address_and_password_is_named(field: str, value: str) -> None:
    assert joining.check_joining(JOINING) == {}
    assert list(joining.check_joining(replace(JOINING, **{field: value}))) == [field]


def test_the_address_is_read_as_it_is_written_on_a_letter() -> None:
    assert joining.read_address(" Bruksgatan  1 ", "99999", "Exempelstad").postcode == "999 99"


def test_a_relation_is_approved_only_after_it_has_been_asked_for() -> None:
    assert RELATION.initial == "pending"
    assert RELATION.move("approve").sources == {"pending", "rejected"}
    assert all(move.permissions == {"B41", "levgruppen"} for move in RELATION.moves if move.permission)
