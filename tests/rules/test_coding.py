"""Coding A6.17–A6.20: mandatory codes, the three logics, comment accounts, UNSPSC → konto."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from portal.coding.rules.check import CENTRAL_RULES, check_code, check_rows, comment_needed
from portal.coding.rules.proposal import Proposal, propose_account, split_by_shares
from portal.coding.values import ANY, CodeString, CodingRegister, CodingRow, CodingRule, Span

FORBIDS = CodingRule(
    "GSF1", "forbids", (Span("responsibility", "31200", "31200"),), Span("account", "7101", "7101")
)
LIMITS = CodingRule(
    "AOF1", "limits", (Span("operation", "510", "510"),), Span("responsibility", "41000", "41999")
)
REGISTER = CodingRegister(
    {
        "account": {"6451": "Kontorsmaterial", "7101": "Representation", "2440": "Leverantörsskulder"},
        "responsibility": {"31100": "Centralskolan", "31200": "Norra skolan", "41100": "Solgårdens boende"},
        "operation": {"440": "Grundskola", "510": "Äldreomsorg"},
    },
    (*CENTRAL_RULES, FORBIDS, LIMITS),
    frozenset({"7101"}),
)


def texts(*codes: str | None) -> list[str]:
    return [error.text for error in check_code(CodeString(*codes), REGISTER)]


def test_a_valid_code_string() -> None:
    assert texts("6451", "31100", "440") == []
    assert texts("2440", "31100") == []


def test_account_and_responsibility_are_always_mandatory() -> None:
    errors = check_code(CodeString(), REGISTER)
    assert [error.dimension for error in errors] == ["account", "responsibility"]


@pytest.mark.parametrize("account", ["3000", "5999", "8999"])
def test_operation_is_required_for_accounts_3_to_8(account: str) -> None:
    errors = check_code(CodeString(account, "31100"), REGISTER)
    assert "operation" in [error.dimension for error in errors]


@pytest.mark.parametrize("account", ["1687", "2999", "9000"])
def test_operation_is_free_for_the_others(account: str) -> None:
    assert "operation" not in [
        error.dimension for error in check_code(CodeString(account, "31100"), REGISTER)
    ]


def test_forbids_says_what_and_where() -> None:
    message = "Konto 7101 Representation får inte användas på ansvar 31200 Norra skolan."
    assert texts("7101", "31200", "440") == [message]
    assert texts("7101", "31100", "440") == []


def test_limits_says_which_ones_are_allowed() -> None:
    assert texts("6451", "41100", "510") == []
    assert texts("6451", "31100", "510") == [
        "Ansvar 31100 Centralskolan får inte användas på verksamhet 510 Äldreomsorg. Välj ansvar 41000–41999."
    ]


def test_requires_says_what_is_missing() -> None:
    assert texts("6451", "31100") == ["Verksamhet saknas. Det krävs för konto 6451 Kontorsmaterial."]


def test_rules_combine_more_than_two_dimensions() -> None:
    both = (Span("account", "6", "6"), Span("operation", "440", "440"))
    rule = CodingRule("X", "requires", both, Span("project", *ANY))
    register = CodingRegister(REGISTER.values, (rule,))
    assert [e.dimension for e in check_code(CodeString("6451", "31100", "440"), register)] == ["project"]
    assert check_code(CodeString("6451", "31100", "510"), register) == ()


def test_unknown_codes_are_named() -> None:
    assert texts("9999", "31100") == ["Konto 9999 finns inte eller gäller inte i dag. Välj en annan kod."]


def test_the_coded_sum() -> None:
    rows = [
        CodingRow(CodeString("2440", "31100"), D("10.00")),
        CodingRow(CodeString("2440", "31100"), D("5.50")),
    ]
    assert check_rows(rows, REGISTER, D("15.50")) == ()
    assert [error.dimension for error in check_rows(rows, REGISTER, D("15.51"))] == ["amount"]


def test_comment_accounts() -> None:
    rows = [CodingRow(CodeString("7101", "31100", "440"), D(1), " ")]
    assert comment_needed(rows, REGISTER) == ("7101",)
    assert comment_needed(rows, REGISTER, has_file=True) == ()
    assert comment_needed([CodingRow(rows[0].code, D(1), "Lunch med gäster")], REGISTER) == ()


def test_the_longest_unspsc_prefix_wins() -> None:
    accounts = {"14": "6451", "1411": "6452", "50": "6471"}
    assert propose_account("14111507", accounts) == Proposal("6452", "1411")
    assert propose_account("14221507", accounts) == Proposal("6451", "14")
    assert propose_account("99111507", accounts) is None
    assert propose_account("1411", accounts) is None


def test_shares_lose_no_ore() -> None:
    assert split_by_shares(D("100.00"), [D("33.33"), D("33.33"), D("33.34")]) == (
        D("33.33"),
        D("33.33"),
        D("33.34"),
    )
    assert sum(split_by_shares(D("0.01"), [D(50), D(50)])) == D("0.01")
    with pytest.raises(ValueError, match="100"):
        split_by_shares(D(1), [D(99)])
