"""The page where a UNSPSC code is found: our segments, and the codes that catalogues use."""

from __future__ import annotations

from portal.catalog.queries.codes import used_codes
from portal.catalog.rules.unspsc import DIGITS, SEGMENTS
from portal.web.catalog.upload_pages import Side
from portal.web.i18n import gettext, localised
from portal.web.pages import Html, Req, page

MOST_WORDS = 100


async def codes_page(request: Req, side: Side) -> Html:
    """Segments that fit what is asked, and codes in use: all of a segment, or those whose articles fit the words."""
    asked = " ".join(request.query_params.get("q", "")[:MOST_WORDS].replace("\0", " ").split())
    segment = request.query_params.get("segment", "")
    segment = segment if segment in SEGMENTS else ""
    bare = asked.replace(" ", "")
    number = bare.isascii() and bare.isdigit()
    digits = segment or (bare[:DIGITS] if number else "")
    found = await used_codes(request.scope["state"]["session"], digits=digits, words="" if number else asked)
    return await page(
        request, "catalog/uploads/codes.html", base=localised(side.base), asked=asked, segment=segment,
        segments=_segments(asked, number=number) if not segment else [(segment, gettext(SEGMENTS[segment]))],
        codes=[(one.code, gettext(SEGMENTS.get(one.code[:2], "")), one.example, one.articles) for one in found],
    )  # fmt: skip


def _segments(asked: str, *, number: bool) -> list[tuple[str, str]]:
    """Those that fit; all of them when none does."""
    named = [(code, gettext(name)) for code, name in SEGMENTS.items()]
    words = asked.casefold()
    fit = [
        (code, name) for code, name in named
        if (number and code == words[:2]) or (words and not number and words in name.casefold())
    ]  # fmt: skip
    return fit or named
