"""The registers a coding is checked against, as they are valid for an organisation on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.coding.values import ANY, DIMENSIONS, CodeNames, CodingRegister, CodingRule, KeptFile, Span
from portal.kernel.errors import NotFound

Option = tuple[str, str]


async def load_register(
    session: AsyncSession, concern_id: UUID, organisation_id: UUID, day: date
) -> CodingRegister:
    """Codes, sambandskontroller, comment accounts and UNSPSC map: common ones and the organisation's own."""
    given = {"concern": concern_id, "organisation": organisation_id, "day": day}
    codes, rules, comments, accounts = (await session.execute(_REGISTER, given)).one()
    return CodingRegister(
        values=_names(codes or ()),
        rules=tuple(_combined(RuleRow(*row) for row in rules or ())),
        comment_accounts=frozenset(comments or ()),
        unspsc_accounts=dict(accounts or ()),
    )


async def load_unspsc_accounts(session: AsyncSession, concern_id: UUID, day: date) -> Mapping[str, str]:
    """UNSPSC prefix → account (A6.19): what a proposal needs of the register."""
    rows = await session.execute(_UNSPSC, {"concern": concern_id, "day": day})
    return {row.prefix: row.account for row in rows}


async def load_names(
    session: AsyncSession, concern_id: UUID | None, codes: Iterable[str | None], day: date
) -> CodeNames:
    """What these codes are called that day, in every organisation of the concern that the session sees."""
    given = {"concern": concern_id, "codes": sorted({code for code in codes if code}), "day": day}
    rows = await session.execute(_NAMED, given)
    return CodeNames({(row.organisation_id, row.dimension, row.code): row.name for row in rows})


def options(register: CodingRegister) -> Mapping[str, tuple[Option, ...]]:
    """(code, name) per dimension, in the order of codes: what the selects of a coding row offer."""
    return {dimension: tuple(sorted(register.values.get(dimension, {}).items())) for dimension in DIMENSIONS}


_IN_FORCE = "concern_id = :concern AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day)"
_NAMED = text(
    "SELECT organisation_id, dimension, code, name FROM coding_value"  # noqa: S608 - conditions of our own
    f" WHERE {_IN_FORCE} AND code = ANY(:codes) ORDER BY valid_from"
)
_OWN_OR_COMMON = f"{_IN_FORCE} AND (organisation_id IS NULL OR organisation_id = :organisation)"
# The whole register in one round trip, each part as one JSON list of rows; an organisation's own comes last.
_REGISTER = text(
    "SELECT (SELECT json_agg(json_build_array(dimension, code, name)"  # noqa: S608 - conditions of our own
    f" ORDER BY organisation_id IS NOT NULL, valid_from) FROM coding_value WHERE {_OWN_OR_COMMON}),"
    " (SELECT json_agg(json_build_array(organisation_id, code, logic, when_dimension, when_from, when_to,"
    " then_dimension, then_from, then_to) ORDER BY organisation_id IS NOT NULL, code, id)"
    f" FROM coding_rule WHERE {_OWN_OR_COMMON}),"
    f" (SELECT json_agg(account) FROM comment_account WHERE {_OWN_OR_COMMON}),"
    " (SELECT json_agg(json_build_array(prefix, account) ORDER BY valid_from)"
    f" FROM unspsc_account WHERE {_IN_FORCE})"
)
_UNSPSC = text(
    f"SELECT prefix, account FROM unspsc_account WHERE {_IN_FORCE} ORDER BY valid_from"  # noqa: S608
)


def _names(rows: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, str]]:
    """Names per dimension and code; the organisation's own name of a code wins over the common one."""
    values: dict[str, dict[str, str]] = {dimension: {} for dimension in DIMENSIONS}
    for dimension, code, name in rows:
        values[dimension][code] = name
    return values


class RuleRow(NamedTuple):
    """One row of a sambandskontroll, as the register's statement lists it."""

    organisation_id: str | None
    code: str
    logic: str
    when_dimension: str
    when_from: str
    when_to: str
    then_dimension: str
    then_from: str | None
    then_to: str | None


def _combined(rows: Iterable[RuleRow]) -> list[CodingRule]:
    """Rows of one code and the same demand are one rule over several dimensions (A6.18)."""
    grouped: dict[tuple[Any, ...], list[Span]] = {}
    for row in rows:
        low, high = (row.then_from, row.then_to) if row.then_from is not None else ANY
        then = Span(row.then_dimension, low or "", high or low or "")
        when = Span(row.when_dimension, row.when_from, row.when_to)
        grouped.setdefault((row.organisation_id, row.code, row.logic, then), []).append(when)
    return [
        CodingRule(code, logic, tuple(spans), then)
        for (_organisation, code, logic, then), spans in grouped.items()
    ]


_FILES = (
    "SELECT f.id, f.name, f.media_type, f.size, encode(f.sha256, 'hex') AS digest, u.login AS user,"
    " f.requisition_line_id FROM coding_file f JOIN app_user u ON u.id = f.user_id WHERE f.concern_id = :concern"
)
_FILES_OF_LINE = text(f"{_FILES} AND f.requisition_line_id = :line ORDER BY f.created_at, f.id")
_FILES_OF_INVOICE = text(f"{_FILES} AND f.invoice_id = :invoice ORDER BY f.created_at, f.id")


async def files_of(
    session: AsyncSession, concern_id: UUID, *, line_id: UUID | None = None, invoice_id: UUID | None = None
) -> list[KeptFile]:
    """The files of a requisition's line, or of an invoice, the oldest first."""
    if line_id is not None:
        rows = await session.execute(_FILES_OF_LINE, {"concern": concern_id, "line": line_id})
    else:
        rows = await session.execute(_FILES_OF_INVOICE, {"concern": concern_id, "invoice": invoice_id})
    return [KeptFile(*row) for row in rows]


def the_file(files: Iterable[KeptFile], file_id: UUID) -> KeptFile:
    """The one with this id. NotFound when it is none of them."""
    for file in files:
        if file.id == file_id:
            return file
    raise NotFound("Filen finns inte.")
