"""What came along with the invoice (BG-24): listed, saved, and pictures and PDF shown beside. Nothing of it is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from portal.formats.peppol.attachments import Held
from portal.kernel.money import kilobytes
from portal.web.i18n import gettext
from portal.web.paper.view import AttachmentView

SHOWN = "attachment-"
"""Beside the document is shown what `?document=attachment-2` names: the second attachment."""


def attachment_views(
    held: Sequence[Held], base: str, page: Callable[[str], str]
) -> tuple[AttachmentView, ...]:
    """Every attachment. `base`: where they are saved from; `page`: the page's address with one of them beside."""
    return tuple(_view(one, f"{base}/{at}", page(f"{SHOWN}{at}")) for at, one in enumerate(held, 1))


def kinds() -> Mapping[str, str]:
    """What is shown beside, by media type, in words."""
    return {
        "application/pdf": gettext("PDF"), "image/png": gettext("PNG-bild"), "image/jpeg": gettext("JPEG-bild"),
    }  # fmt: skip


def _view(held: Held, href: str, show: str) -> AttachmentView:
    about = held.attachment
    name = about.filename or about.description or about.id
    texts = (about.description, gettext("Id %(id)s") % {"id": about.id})
    return AttachmentView(
        name=name,
        kind=_kind(held),
        size=kilobytes(about.size) if about.size is not None else "",
        texts=tuple(text for text in texts if text and text != name),
        href=href if held.data is not None else None,
        show=show if held.media_type else None,
        link=about.uri,
        host=_host(about.uri),
        warning=_warning(held),
        src=f"{href}/shown",
        is_picture=(held.media_type or "").startswith("image/"),
    )


def _kind(held: Held) -> str:
    if held.media_type:
        return kinds()[held.media_type]
    return held.attachment.media_type or ""


def _host(uri: str | None) -> str | None:
    """The machine a link leads to, as a person recognises it; none in what is no such address."""
    try:
        return urlsplit(uri or "").hostname
    except ValueError:
        return None


def _warning(held: Held) -> str | None:
    said = held.attachment.media_type or ""
    if held.broken:
        return gettext("Bilagan går inte att öppna: innehållet är inte kodat som base64.")
    if held.data is None:
        return None
    if held.media_type and said and said != held.media_type:
        return gettext("Avsändaren kallar den %(said)s.") % {"said": said}
    if said in kinds() and held.media_type is None:
        text = gettext(
            "Avsändaren kallar den %(kind)s, men det är något annat. Öppna den inte om du är osäker."
        )
        return text % {"kind": kinds()[said]}
    return None
