"""Files that answer a comment account, as the pages of orders and invoices take them in and give them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Response
from litestar.datastructures import UploadFile

from portal.coding.actions import Owner, keep_file
from portal.coding.rules.files import ACCEPT, MOST_BYTES
from portal.coding.values import KeptFile
from portal.kernel.errors import Invalid
from portal.kernel.money import kilobytes
from portal.web.i18n import gettext, localised
from portal.web.pages import Req

NOT_CHOSEN = "Välj en fil."
SAVED = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class FileView:
    """One file in the list: its name, what it is, where it is saved from and taken away."""

    id: UUID
    name: str
    about: str
    href: str
    removal: str


def file_views(files: Sequence[KeptFile], base: str) -> tuple[FileView, ...]:
    """The files under the address of their page."""
    return tuple(
        FileView(
            file.id, file.name,
            gettext("%(size)s, %(user)s") % {"size": kilobytes(file.size), "user": file.user},
            localised(f"{base}/{file.id}"), localised(f"{base}/{file.id}/removal"),
        )
        for file in files
    )  # fmt: skip


async def take_in(request: Req, owner: Owner, form: Mapping[str, Any]) -> dict[str, str]:
    """Keep the file of the form; what is wrong with it by field, else nothing."""
    scope, file = request.scope["state"], form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return {"file": gettext(NOT_CHOSEN)}
    data = await file.read(MOST_BYTES + 1)
    try:
        await keep_file(
            scope["session"], request.app.state.services.store, scope["actor"], owner, name=file.filename,
            data=data, now=scope["now"],
        )  # fmt: skip
    except Invalid as refused:
        return {"file": gettext(refused.message) % refused.params}
    return {}


async def give_back(request: Req, file: KeptFile) -> Response[bytes]:
    """The bytes as they came, to be saved: no browser shows or runs them."""
    data: bytes = await request.app.state.services.store.get(file.digest)
    return saved(data, file.name)


def saved(data: bytes, name: str) -> Response[bytes]:
    """Bytes to be saved under a safe name, whatever they are: no browser shows or runs them."""
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_")
    headers = {
        **SAVED,
        "content-disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name)}",
    }
    return Response(data, media_type="application/octet-stream", headers=headers)


def page_values(
    files: Sequence[KeptFile], base: str, errors: Mapping[str, str], *, may: bool
) -> dict[str, Any]:
    """What templates/components/files.html takes. `may`: the reader may add and take away."""
    return {
        "files": file_views(files, base), "action": localised(base), "errors": dict(errors), "may": may,
        "accept": ACCEPT, "most": MOST_BYTES // 1_000_000,
    }  # fmt: skip
