"""Beställningar on the attest page (A6.02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.coding.queries import load_names
from portal.coding.rules.proposal import split_by_shares
from portal.coding.values import CodeNames, CodeString
from portal.kernel.text import sentence_list
from portal.orders.actions import approval, attested
from portal.orders.actions.standing import standings
from portal.orders.queries.requisitions import load_several
from portal.orders.rules.changes import LABELS, NOTHING, UNIT, Change
from portal.orders.rules.split import totals
from portal.orders.rules.standing import Standing
from portal.orders.values import CodingShare, Requested, RequestedLine
from portal.web.attest.facts import Coded, Facts, Line
from portal.web.coding_words import codes_of, coding_words
from portal.web.i18n import gettext, ngettext
from portal.web.orders.last_told import last_told
from portal.web.orders.texts import filled, said

WHOLE = Decimal(100)


class RequisitionCards:
    """Source of cards for requisitions; the orders domain does the rest."""

    subject_type = "requisition"
    act = "approve_order"

    async def facts(
        self, session: AsyncSession, actor: Actor, subject_ids: Sequence[UUID], day: date
    ) -> Mapping[UUID, Facts]:
        """The requisitions, and how each stands against what may be bought that day."""
        found = await load_several(session, actor, subject_ids)
        stand = await standings(session, found.values(), day) if found else {}
        codes = [row.code for one in found.values() for line in one.lines for row in line.coding]
        named = await load_names(session, actor.concern_id, codes_of(codes), day)
        return {one: _facts(requested, stand[one], named) for one, requested in found.items()}

    async def approve(
        self,
        session: AsyncSession,
        actor: Actor,
        step_id: UUID,
        *,
        shown: bytes,
        note: str | None,
        now: datetime,
        undo: timedelta,
        accepts: bool = False,
    ) -> str | None:
        """Godkänn: the orders go out when it was the last step, and the time to undo it is over."""
        await approval.approve(
            session, actor, step_id, shown=shown, note=note, now=now, accepts=accepts, undo=undo
        )
        return None

    async def undo(self, session: AsyncSession, actor: Actor, decision_id: UUID, *, now: datetime) -> UUID:
        """Ångra: nothing has been ordered."""
        return await attested.undo(session, actor, decision_id, now=now)

    async def told(
        self, session: AsyncSession, actor: Actor, subject_id: UUID, now: datetime
    ) -> tuple[str, str] | None:
        """The last of its history."""
        return await last_told(session, actor, subject_id)

    async def send_back(
        self, session: AsyncSession, actor: Actor, subject_id: UUID, *, note: str, now: datetime
    ) -> None:
        """Skicka tillbaka to the buyer."""
        await approval.send_back(session, actor, subject_id, note=note, now=now)


def _facts(requested: Requested, stand: Standing, named: CodeNames) -> Facts:
    sums = totals([line.wanted for line in requested.lines])
    outside = any(line.agreement_number is None for line in requested.lines)
    flags = [gettext("Utanför ramavtal")] if outside else []
    if stand.must_choose:
        flags.append(gettext("Ändrad sedan den skickades"))
    if stand.noted:
        flags.append(gettext("Motivering till avropet"))
    return Facts(
        case_id=requested.id, number=requested.number or "", asked_by=requested.buyer_name, net=sums.net,
        whole=sums.gross,
        party=sentence_list(list(dict.fromkeys(line.supplier_name for line in requested.lines))),
        lines=tuple(_line(line, stand) for line in requested.lines), coding=_coding(requested, named),
        note=requested.note_to_approver, secret=requested.secret,
        deviations=tuple(flags), stops=tuple(said(stop) for stop in stand.stops),
        changes=tuple(
            (one.line.name, gettext(LABELS[change.what]), _word(change, change.then), _word(change, change.now))
            for one in stand.changed
            for change in one.changes
        ),
        must_choose=stand.must_choose, after=stand.after.gross if stand.after else None,
        said=(*_said(stand), *_comments(requested)),
    )  # fmt: skip


def _line(line: RequestedLine, stand: Standing) -> Line:
    shares = tuple((row.code.responsibility or "", part) for row, part in _parts(line))
    agreement = f"{line.agreement_number} {line.agreement_name or ''}".strip()
    called_off = agreement in stand.callable_agreements
    check = filled("Avrop på ramavtal %(agreement)s", {"agreement": agreement}) if called_off else ""
    return Line(line.name, line.quantity, line.unit, line.net, line.supplier_name, shares, check)


def _parts(line: RequestedLine) -> list[tuple[CodingShare, Decimal]]:
    """Each coding row with its part of the line; none of a line that is not coded whole."""
    if sum((row.share for row in line.coding), Decimal(0)) != WHOLE:
        return []
    parts = split_by_shares(line.net, [row.share for row in line.coding])
    return list(zip(line.coding, parts, strict=True))


def _coding(requested: Requested, named: CodeNames) -> tuple[Coded, ...]:
    """What the lines cost on each code string, in the order of the lines."""
    amounts: dict[CodeString, Decimal] = {}
    for line in requested.lines:
        for row, part in _parts(line):
            amounts[row.code] = amounts.get(row.code, Decimal(0)) + part
    return tuple(
        Coded(code.responsibility or "", coding_words(named, requested.organisation_id, code), amount)
        for code, amount in amounts.items()
    )


def _word(change: Change, text: str) -> str:
    """Names of units are words of ours; an article's own words stand as they are."""
    return gettext(text) if change.what == UNIT or text == NOTHING else text


def _said(stand: Standing) -> list[tuple[str, str]]:
    """Why something had to be said of the ranking, and what was; a limit passed since it was sent has no answer."""
    return [(said(why), text or gettext("Ingen motivering är skriven.")) for why, text in stand.noted]


def _comments(requested: Requested) -> list[tuple[str, str]]:
    """Purpose and participants of each line that has them, and how many files say it."""
    found = []
    for line in requested.lines:
        files = ngettext("%(num)s bifogad fil", "%(num)s bifogade filer", line.files) % {"num": line.files}
        if words := [*filter(None, (line.comment,)), *([files] if line.files else [])]:
            found.append((filled("Syfte och deltagare, %(name)s", {"name": line.name}), ". ".join(words)))
    return found
