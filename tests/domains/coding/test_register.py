"""The coding register as an organisation sees it on a day (A4.20, A6.17–A6.20)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert

from dev.demo_city.ids import CONCERN_ID
from dev.demo_city.master_data import organisation_id
from portal.coding.models import CodingRule as RuleRow
from portal.coding.models import CodingValue, UnspscAccount
from portal.coding.queries import load_register, options
from portal.coding.rules.check import check_code
from portal.coding.rules.proposal import propose_account
from portal.coding.values import CodeString, CodingRegister
from portal.db.context import Context
from portal.db.session import Database
from portal.kernel.dates import stockholm_date
from tests.meddling import meddle

SYSTEM = Context.for_system(CONCERN_ID)


async def _register(database: Database, code: str, now: datetime, days: int = 0) -> CodingRegister:
    own = organisation_id(code)
    context = Context(concern_id=CONCERN_ID, organisations=(own,))
    async with database.session(context) as session:
        return await load_register(session, CONCERN_ID, own, stockholm_date(now) + timedelta(days))


async def test_each_organisation_has_the_common_codes_and_its_own(
    seeded: Database, seeded_at: datetime
) -> None:
    gsf, aof = await _register(seeded, "GSF", seeded_at), await _register(seeded, "AOF", seeded_at)
    assert gsf.values["account"] == aof.values["account"]
    assert set(gsf.values["responsibility"]) == {"31000", "31100", "31200"}
    assert "41100" in aof.values["responsibility"]
    assert options(gsf)["operation"][0] == ("030", "Fastighet")
    assert options(gsf)["free"] == ()
    assert gsf.comment_accounts == {"7101", "7051", "7059", "7111", "7651", "7652"}


async def test_rules_bite_where_they_belong(seeded: Database, seeded_at: datetime) -> None:
    gsf, aof = await _register(seeded, "GSF", seeded_at), await _register(seeded, "AOF", seeded_at)
    no_operation = check_code(CodeString("6451", "31100"), gsf)
    assert [(error.dimension, error.rule) for error in no_operation] == [
        ("operation", "A6.18.C-VERKSAMHET/1")
    ]
    forbidden = check_code(CodeString("7101", "31200", "440"), gsf)
    assert [error.dimension for error in forbidden] == ["account"]
    assert check_code(CodeString("6451", "31100", "440"), gsf) == ()
    assert [rule.code for rule in aof.rules] == ["C-VERKSAMHET", "AOF-510-ANSVAR"]


async def test_an_own_name_wins_and_validity_counts(seeded: Database, seeded_at: datetime) -> None:
    day = stockholm_date(seeded_at)
    async with seeded.session(SYSTEM) as session:
        await session.execute(insert(CodingValue).values(
            concern_id=CONCERN_ID, organisation_id=organisation_id("GSF"), dimension="account", code="6451",
            name="Skolmaterial", valid_from=day,
        ))  # fmt: skip
    assert meddle(seeded.url, "UPDATE coding_value SET valid_to = :day WHERE code = '9001'", day=day)
    gsf = await _register(seeded, "GSF", seeded_at)
    assert gsf.values["account"]["6451"] == "Skolmaterial"
    assert (await _register(seeded, "AOF", seeded_at)).values["account"]["6451"] == "Kontorsmaterial"
    assert "9001" in gsf.values["project"]
    assert "9001" not in (await _register(seeded, "GSF", seeded_at, days=1)).values["project"]


async def test_rows_with_one_code_are_one_rule_over_several_dimensions(
    seeded: Database, seeded_at: datetime
) -> None:
    row = {
        "concern_id": CONCERN_ID, "organisation_id": organisation_id("GSF"), "code": "X", "logic": "forbids",
        "then_dimension": "activity", "then_from": "20", "then_to": "20",
        "valid_from": stockholm_date(seeded_at),
    }  # fmt: skip
    spans = [("account", "6421", "6421"), ("responsibility", "31100", "31100")]
    async with seeded.session(SYSTEM) as session:
        for dimension, low, high in spans:
            when = {"when_dimension": dimension, "when_from": low, "when_to": high}
            await session.execute(insert(RuleRow).values(**row, **when))
    gsf = await _register(seeded, "GSF", seeded_at)
    both = CodeString("6421", "31100", "440", activity="20")
    assert [error.dimension for error in check_code(both, gsf)] == ["activity"]
    assert check_code(CodeString("6451", "31100", "440", activity="20"), gsf) == ()


async def test_the_longest_prefix_proposes_the_account(seeded: Database, seeded_at: datetime) -> None:
    async with seeded.session(SYSTEM) as session:
        await session.execute(insert(UnspscAccount).values(
            concern_id=CONCERN_ID, id=UUID(int=1), prefix="4412", account="6411",
            valid_from=stockholm_date(seeded_at),
        ))  # fmt: skip
    register = await _register(seeded, "GSF", seeded_at)
    asked = ("44121704", "44991704", "99999999", None)
    found = [propose_account(unspsc, register.unspsc_accounts) for unspsc in asked]
    assert [(p.account, p.prefix) if p else None for p in found] == [
        ("6411", "4412"), ("6451", "44"), None, None,
    ]  # fmt: skip
