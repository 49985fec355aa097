"""A seller's name that is not the register's: told to everybody who reads, reviews or attests the invoice."""

from __future__ import annotations

from portal.invoicing.rules.foreign_account import other_name
from portal.web.i18n import gettext


def name_warning(written: str, registered: str | None) -> tuple[str, ...]:
    """The warning as a sentence, none when the names agree or no supplier is known."""
    if not other_name(written, registered):
        return ()
    text = gettext("På fakturan heter säljaren %(written)s, i registret %(registered)s.")
    return (text % {"written": written, "registered": registered},)


def name_marks(written: str, registered: str | None) -> tuple[tuple[str, str, str], ...]:
    """The warning as a mark of the page's head: icon, text, tone."""
    return tuple(("triangle-alert", text, "warn") for text in name_warning(written, registered))
