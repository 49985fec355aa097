"""An attachment's bytes: saved under a safe name, or shown in a sandbox where they are a picture or a PDF."""

from __future__ import annotations

from litestar import Response

from portal.coding.rules.files import safe_name
from portal.formats.findings import Unreadable
from portal.formats.peppol.attachments import Held, held_in
from portal.formats.xml import parse_xml
from portal.kernel.errors import NotFound
from portal.web.kept_files import saved
from portal.web.pages import Req

NOT_THERE = "Bilagan finns inte."
FRAMED = {
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "x-frame-options": "SAMEORIGIN",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "content-disposition": "inline",
}
_MOST_ENDING = 8


async def saved_attachment(request: Req, sha256: bytes, position: int) -> Response[bytes]:
    """Whatever it is, to be saved. NotFound: no such attachment, or nothing that can be read in it."""
    held = await _held(request, sha256, position)
    assert held.data is not None  # _held refuses one without
    name = held.attachment.filename or f"{held.attachment.id}.bin"
    return saved(held.data, safe_name(name, _ending(name)))


async def shown_attachment(request: Req, sha256: bytes, position: int) -> Response[bytes]:
    """A picture or a PDF, told by its bytes. NotFound for every other kind: those are only saved."""
    held = await _held(request, sha256, position)
    if held.media_type is None:
        raise NotFound(NOT_THERE)
    return Response(held.data or b"", media_type=held.media_type, headers=FRAMED)


async def _held(request: Req, sha256: bytes, position: int) -> Held:
    data: bytes = await request.app.state.services.store.get(sha256.hex())
    try:
        held = held_in(parse_xml(data))
    except Unreadable:
        held = ()
    found = held[position - 1] if 0 < position <= len(held) else None
    if found is None or found.data is None:
        raise NotFound(NOT_THERE)
    return found


def _ending(name: str) -> str:
    ending = name.rpartition(".")[2]
    plain = ending.isascii() and ending.isalnum() and len(ending) <= _MOST_ENDING
    return ending.lower() if plain and "." in name else "bin"
