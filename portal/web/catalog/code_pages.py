"""The page where a UNSPSC code is found: a tree from segment to goods, and a search by words or digits.

Names are those of the organisation's own list when one is loaded (portal unspsc load). Without one the segments are
ours, and a group below is told by an article that is in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from sqlalchemy.ext.asyncio import AsyncSession

from portal.catalog.queries.codes import MOST, used_codes, used_groups
from portal.catalog.rules.unspsc import DIGITS, SEGMENTS
from portal.formats.code_list import CodeList, kept_codes
from portal.web.catalog.upload_pages import Side
from portal.web.i18n import gettext, localised
from portal.web.pages import Html, Req, page

MOST_WORDS = 100
# digits, name, how many articles; the last is None where it is not counted.
Group = tuple[str, str, int | None]


async def codes_page(request: Req, side: Side) -> Html:
    """The groups below the one that is open, codes in use, and what the list has."""
    asked = " ".join(request.query_params.get("q", "")[:MOST_WORDS].replace("\0", " ").split())
    bare, session = asked.replace(" ", ""), request.scope["state"]["session"]
    number = bare.isascii() and bare.isdigit()
    under = _under(request.query_params.get("under", ""))
    codes = kept_codes(request.app.state.services.settings.data_dir)
    digits = under or (bare[:DIGITS] if number else "")
    found = await used_codes(session, digits=digits, words="" if number or under else asked)
    words = "" if number or under else asked
    return await page(
        request, "catalog/uploads/codes.html", base=localised(side.base), asked="" if under else asked, under=under,
        has_list=bool(codes.names), way=_way(codes, under), groups=await _groups(session, codes, under, digits, words),
        listed=[(code, name) for code, name in islice(codes.search(words), MOST)] if words else [],
        codes=[(one.code, _name(codes, one.code) or _name(codes, one.code[:2]), one.example, one.articles)
               for one in found],
    )  # fmt: skip


def _under(given: str) -> str:
    """The group that is open: two, four or six digits in a segment of ours."""
    fits = given.isascii() and given.isdigit() and len(given) in (2, 4, 6) and given[:2] in SEGMENTS
    return given if fits else ""


def _way(codes: CodeList, under: str) -> list[tuple[str, str]]:
    """From the segment to the group that is open: (digits, name)."""
    return [(under[:end], _name(codes, under[:end])) for end in range(2, len(under) + 1, 2)]


def _name(codes: CodeList, digits: str) -> str:
    """The list's name, else our own of a segment, else nothing."""
    named = codes.name(digits)
    return named or (gettext(SEGMENTS[digits]) if digits in SEGMENTS else "")


async def _groups(
    session: AsyncSession, codes: CodeList, under: str, digits: str, words: str
) -> Sequence[Group]:
    """What is one step below; of the segments those that fit what is asked, all of them when none does."""
    if len(under) == DIGITS - 2:
        return [(code, name, None) for code, name in codes.under(under)]
    if under:
        used = {one.code: one for one in await used_groups(session, under)}
        named = dict(codes.under(under)) or {code: one.example for code, one in used.items()}
        return [(code, name, used[code].articles if code in used else 0) for code, name in named.items()]
    return _segments({code: _name(codes, code) for code in SEGMENTS}, digits, words)


def _segments(named: Mapping[str, str], digits: str, words: str) -> Sequence[Group]:
    asked = words.casefold()
    fit = [
        (code, name, None) for code, name in named.items()
        if (digits and code == digits[:2]) or (asked and asked in name.casefold())
    ]  # fmt: skip
    return fit or [(code, name, None) for code, name in named.items()]
