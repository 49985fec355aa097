"""The pane with the document: the readable invoice, the original as text, what came along, one of them shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from portal.formats.findings import Unreadable
from portal.formats.laid_out import laid_out
from portal.formats.peppol.attachments import held_in
from portal.formats.peppol.reader import read_invoice
from portal.formats.xml import parse_xml
from portal.kernel.errors import NotFound
from portal.web.i18n import gettext, localised, ngettext
from portal.web.pages import Req
from portal.web.paper.attachments import SHOWN, attachment_views
from portal.web.paper.view import AttachmentView, Paper
from portal.web.paper.whole import paper_of

ORIGINAL, ATTACHMENTS = "original", "attachments"
MOST_SHOWN = 200_000
Tab = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pane stands: the page and its own query, where its files are, and whether the original is shown too."""

    path: str
    files: str
    query: tuple[tuple[str, str], ...] = ()
    original: bool = True

    def at(self, document: str = "") -> str:
        """The page with that document in the pane."""
        pairs = [*self.query, *([("document", document)] if document else [])]
        return localised(self.path) + (f"?{urlencode(pairs)}" if pairs else "")


@dataclass(frozen=True, slots=True)
class DocumentView:
    """What templates/components/paper.html shows. `paper`: None when the bytes cannot be read.

    `original`: the text of the bytes, where that is what is asked for; `listed`: the attachments are.
    """

    tabs: tuple[Tab, ...]
    paper: Paper | None
    original: str | None
    save_original: str
    attachments: tuple[AttachmentView, ...]
    listed: bool
    shown: AttachmentView | None


async def document_view(
    request: Req, sha256: bytes, place: Place, *, marked: Collection[str] = ()
) -> DocumentView:
    """The pane as `?document=` asks for it."""
    asked = request.query_params.get("document") or ""
    data = await _bytes(request, sha256)
    paper, attachments = _read(data, place, marked) if data else (None, ())
    shown = _shown(attachments, asked)
    original = asked == ORIGINAL and place.original
    return DocumentView(
        _tabs(place, asked, len(attachments), shown),
        paper,
        _text(data) if original else None,
        localised(f"{place.files}/original"),
        attachments,
        asked == ATTACHMENTS and bool(attachments),
        shown,
    )


async def _bytes(request: Req, sha256: bytes) -> bytes | None:
    try:
        found: bytes = await request.app.state.services.store.get(sha256.hex())
    except NotFound:
        return None
    return found


def _read(
    data: bytes, place: Place, marked: Collection[str]
) -> tuple[Paper | None, tuple[AttachmentView, ...]]:
    try:
        root = parse_xml(data)
        held = attachment_views(held_in(root), f"{localised(place.files)}/attachments", place.at)
        return paper_of(read_invoice(root), marked), held
    except Unreadable:
        return None, ()


def _text(data: bytes | None) -> str:
    """The original as text, which the template escapes; cut where it is very long."""
    if data is None:
        return gettext("Originalet finns inte i arkivet.")
    try:
        text = laid_out(data)
    except Unreadable:
        text = data.decode("utf-8", errors="replace")
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "\n…"


def _shown(attachments: tuple[AttachmentView, ...], asked: str) -> AttachmentView | None:
    by_name: Mapping[str, AttachmentView] = {
        f"{SHOWN}{at}": one for at, one in enumerate(attachments, 1) if one.show
    }
    return by_name.get(asked)


def _tabs(place: Place, asked: str, count: int, shown: AttachmentView | None) -> tuple[Tab, ...]:
    listed = bool(count) and (asked == ATTACHMENTS or shown is not None)
    original = asked == ORIGINAL and place.original
    tabs: list[Tab] = [(gettext("Faktura"), place.at(), not listed and not original)]
    if place.original:
        tabs.append((gettext("Original (XML)"), place.at(ORIGINAL), original))
    if count:
        label = ngettext("Bilaga (%(num)s)", "Bilagor (%(num)s)", count) % {"num": count}
        tabs.append((label, place.at(ATTACHMENTS), listed))
    return tuple(tabs)
