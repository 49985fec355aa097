"""Betalningsinformation A4: account, payee, assigned claims, means of payment and prepayment, and again before Klar."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.formats.en16931 import PaymentMeans
from portal.invoicing.payment_values import Account, PaymentFacts, StandingFacts
from portal.invoicing.rules import arrival, payee
from portal.invoicing.rules.payment import PaymentChoice, check, stands
from portal.invoicing.rules.payment import key as payment_key
from portal.invoicing.rules.payment_means import told
from tests.rules.arrival_facts import (
    BG,
    GOOD,
    PAYMENT,
    codes,
)


def payment(**changes: Any) -> arrival.ArrivalResult:
    return arrival.decide(replace(GOOD, payment=replace(PAYMENT, **changes)))


FACTOR = Account("BANKGIRO", "5051107", "5599001129")
TO_FACTOR = (Account("BANKGIRO", "505-1107"),)
PAYEE = {"payee": True, "payee_org_number": "5599001129", "payee_name": "Faktorn AB"}


def test_every_account_on_the_invoice_is_registered_and_active() -> None:
    other = Account("BANKGIRO", "5050208")
    assert codes(payment(accounts=(other,))) == ["payment_account"]
    assert "bankgiro 505-0208" in payment(accounts=(other,)).reasons[0].text
    assert payment(accounts=(BG, other)).status == "payment_information"
    assert payment(registered=(replace(BG, active=False),)).status == "payment_information"
    assert payment(accounts=(Account("PLUSGIRO", "5050109"),)).status == "payment_information"


def test_a_factors_account_counts_only_when_the_payee_is_named() -> None:
    accounts = {"accounts": TO_FACTOR, "registered": (BG, FACTOR)}
    assert payment(**accounts).status == "payment_information"
    assert payment(**accounts, **PAYEE).account == FACTOR
    assert payment(**accounts, payee=True, payee_org_number="5599001012").status == "payment_information"


def test_a_payee_is_paid_on_its_own_account_or_not_at_all() -> None:
    """CI11: "a factor" without an account, or with the seller's, is not paid to the seller."""
    for changes in (
        {"accounts": ()}, {"accounts": (BG,)}, {"accounts": TO_FACTOR, "payee_org_number": None},
        {"accounts": TO_FACTOR, "payee_org_number": "5599001046"},
        {"accounts": TO_FACTOR, "registered": (BG, replace(FACTOR, active=False))},
        {"accounts": (), "registered": (BG,)},
    ):  # fmt: skip
        result = payment(**{"registered": (BG, FACTOR), **PAYEE, **changes})
        assert (codes(result), result.status) == (["payment_account"], "payment_information")
    assert "Faktorn AB" in payment(**PAYEE, accounts=()).reasons[0].text
    both = payment(**PAYEE, accounts=(BG, *TO_FACTOR), registered=(BG, FACTOR))
    assert both.account == FACTOR


def test_a_payee_with_the_sellers_own_number_is_nobody_else() -> None:
    own = {"payee": True, "payee_org_number": "5599001012"}
    assert payment(**own).account == BG
    assert payment(**own, accounts=()).account == BG


def test_an_assigned_claim_is_paid_to_a_registered_factor_only() -> None:
    """Skuldebrevslagen 29 §: a note is enough to know."""
    for changes in ({}, {"accounts": ()}, {"accounts": (), "registered": (BG, FACTOR)}):
        assert codes(payment(transferred=True, **changes)) == ["payment_account"]
    assert payment(transferred=True, accounts=TO_FACTOR, registered=(BG, FACTOR)).account == FACTOR


@pytest.mark.parametrize(("text", "says"), [
    ("Denna faktura är överlåten till Faktorn AB.", True), ("Fordran har ÖVERLÅTITS", True),
    ("Rätten till betalning överlåts härmed", True), ("o\u0308verla\u030aten", True),
    ("Fakturan får inte överlåtas.", False), ("Fordran är inte överlåten", False),
    ("Fordran är inte överlåten men fordran 2 är överlåten", True), ("30 dagar netto", False), ("", False),
    ("Fordran överlåtes till Faktorn AB", True), ("Rätten till betalning har över\u00adlåtits", True),
    ("Fakturan är såld till Faktorn AB", True), ("Denna kundfordran har\nsålts", True), ("Varorna är sålda", False),
    ("Fordran har pantsatts till Banken", True), ("Fakturan är belånad hos Faktorn", True),
    ("Fakturan får ej överlåtas eller pantsättas", False), ("Fakturan är inte såld", False),
    ("Betalning med befriande verkan sker endast till Faktorn AB", True),
    ("This invoice has been assigned to Faktorn AB", True), ("Your order was assigned to Kim", False),
])  # fmt: skip
def test_the_words_of_an_assignment(text: str, says: bool) -> None:
    assert payee.says_assigned(("Tack", text)) == says


def test_no_account_means_the_registered_one() -> None:
    assert payment(accounts=()).account == BG
    assert codes(payment(accounts=(), registered=())) == ["payment_account"]


@pytest.mark.parametrize("why", ["internal", "credit_note", "confirmed"])
def test_internal_suppliers_credit_notes_and_confirmed_ones_are_not_controlled(why: str) -> None:
    assert payment(accounts=(Account("IBAN", "X"),), **{why: True}).status is None


def test_what_levgruppen_confirms_is_what_stands_on_the_invoice() -> None:
    foreign = Account("IBAN", "SE4550000000058398257466")
    assert payment(accounts=(foreign,), confirmed=True).account == foreign
    assert payment(accounts=(), confirmed=True).account == BG


@pytest.mark.parametrize("means", ["30", "31", "42", "58", "50", "56", "1"])
def test_a_transfer_by_us_is_paid_to_the_account(means: str) -> None:
    """CI07b."""
    assert payment(means=(means,)).account == BG
    assert payment(means=(means,), accounts=()).account == BG


def test_a_card_or_a_mandate_says_more_than_the_code_beside_it() -> None:
    """CI07 whatever the code: the money is drawn once by them and must not be sent by us as well."""
    card, mandate = PaymentMeans("30", card="4321"), PaymentMeans("1", mandate="M-1")
    assert told(("30",), (card,)) == ("30", "48")
    assert told(("1",), (mandate, card)) == ("1", "49", "48")
    assert told(("48",), (replace(card, code="48"),)) == ("48",)
    assert told(("30", "57"), (PaymentMeans("57"),)) == ("30", "57")
    assert "med kort" in payment(means=told(("30",), (card,))).reasons[0].text


@pytest.mark.parametrize("means", ["10", "20", "48", "49", "54", "55", "57", "59", "68", "97", "ZZZ", "030"])
def test_every_other_means_stops_unless_it_is_agreed(means: str) -> None:
    """CI07, CI08; an internal unit's clearing and a credit note are not asked about."""
    for accounts in ((), (BG,)):
        result = payment(means=("30", means), accounts=accounts)
        assert (codes(result), result.status) == (["paid_otherwise"], "payment_information")
        assert result.handler_role == "levgruppen"
    for allowed in ({"allowed_means": (means,)}, {"otherwise_confirmed": True}):
        result = payment(means=(means,), accounts=(), **allowed)
        assert (result.status, result.account, result.otherwise) == (None, None, True)
    assert codes(payment(means=(means,), confirmed=True)) == ["paid_otherwise"]
    for asked in ("internal", "credit_note"):
        assert payment(means=(means,), **{asked: True}).status is None


def test_prepaid_in_full_is_somebodys_claim() -> None:
    """CI05."""
    assert codes(payment(prepaid=True)) == ["paid_otherwise"]
    for allowed in ({"prepaid_allowed": True}, {"otherwise_confirmed": True}):
        result = payment(prepaid=True, **allowed)
        assert (result.status, result.account, result.otherwise) == (None, None, True)
    assert codes(payment(prepaid=True, allowed_means=("48",))) == ["paid_otherwise"]
    assert codes(payment(prepaid=True, means=("48",), allowed_means=("48",))) == ["paid_otherwise"]


def test_a_person_cannot_say_otherwise_of_what_does_not_claim_it() -> None:
    result = payment(otherwise_confirmed=True)
    assert (result.account, result.otherwise) == (BG, False)


ACCOUNTS = (
    BG,
    *TO_FACTOR,
    Account("BANKGIRO", "5050208"),
    Account("PLUSGIRO", "5050109"),
    Account("OTHER", "5050109"),
)
anything = st.builds(
    PaymentFacts,
    accounts=st.lists(st.sampled_from(ACCOUNTS), max_size=2, unique=True).map(tuple),
    registered=st.lists(
        st.sampled_from((BG, FACTOR, replace(BG, active=False), replace(FACTOR, active=False))), max_size=3
    ).map(tuple),
    payee=st.booleans(),
    payee_org_number=st.none() | st.sampled_from(("5599001129", "5599001012", "5599001046")),
    internal=st.booleans(), credit_note=st.booleans(), seller_org_number=st.just("5599001012"),
    transferred=st.booleans(),
    means=st.lists(st.sampled_from(("1", "30", "50", "58", "48", "49", "97", "")), max_size=2).map(tuple),
    allowed_means=st.lists(st.sampled_from(("48", "49")), max_size=2).map(tuple),
    prepaid=st.booleans(), prepaid_allowed=st.booleans(), otherwise_confirmed=st.booleans(),
)  # fmt: skip
TRANSFERS = {"1", "30", "31", "42", "50", "56", "58", ""}


@given(anything)
def test_no_combination_outside_the_table_becomes_payable(facts: PaymentFacts) -> None:
    """An account is chosen only for a transfer by us, not prepaid, to the active account of whoever owns the claim."""
    choice = check(facts)
    assert choice.reason is None or (choice.account is None and not choice.otherwise)
    assert not (choice.account and choice.otherwise)
    if facts.internal or facts.credit_note:
        assert choice.reason is None and choice.account is None and not choice.otherwise
        return
    claimed = facts.prepaid or not set(facts.means) <= TRANSFERS
    assert choice.otherwise == (claimed and choice.reason is None)
    if choice.account is None:
        assert choice.reason is not None or choice.otherwise
        return
    assert not claimed
    assert choice.account in [account for account in facts.registered if account.active]
    other = facts.payee and facts.payee_org_number != facts.seller_org_number
    owner = facts.payee_org_number if other else "5599001129" if facts.transferred else None
    assert choice.account.factor_org_number == owner
    assert not other or facts.payee_org_number is not None
    numbers = {("BANKGIRO", "5050109"), ("BANKGIRO", "5051107")}
    assert {payment_key(account) for account in facts.accounts} <= numbers
    if owner:
        assert payment_key(choice.account) in {payment_key(account) for account in facts.accounts}


# Before Klar


def standing(**changes: Any) -> PaymentChoice:
    facts = {"payment": PAYMENT, "stored": BG, **changes}
    return stands(StandingFacts(**facts))


def test_an_account_is_never_paid_because_it_was_stored() -> None:
    assert standing().account == BG
    closed, other = replace(BG, active=False), Account("BANKGIRO", "5050208")
    for registered in (
        (),
        (closed,),
        (other,),
        (closed, other),
        (replace(BG, factor_org_number="5599001129"),),
    ):
        choice = standing(payment=replace(PAYMENT, registered=registered))
        assert choice.account is None and choice.reason is not None
        assert choice.reason.code == "payment_account" and "505-0109" in choice.reason.text
    assert standing(stored=None).reason is not None


def test_a_blocked_supplier_is_not_paid_whatever_was_confirmed() -> None:
    for payment_ in (PAYMENT, replace(PAYMENT, confirmed=True)):
        for otherwise in (False, True):
            assert standing(joined=False, payment=payment_, otherwise=otherwise).reason is not None


def test_what_is_paid_otherwise_or_by_nobody_stays_so() -> None:
    assert standing(otherwise=True, stored=None).otherwise
    for asked in ("internal", "credit_note"):
        choice = standing(payment=replace(PAYMENT, **{asked: True}), stored=None, joined=False)
        assert choice == PaymentChoice()


def test_levgruppens_word_on_one_invoice_chooses_the_account_of_today() -> None:
    new = Account("BANKGIRO", "5050208")
    confirmed = replace(PAYMENT, confirmed=True, accounts=(), registered=(new,))
    assert standing(payment=confirmed).account == new
