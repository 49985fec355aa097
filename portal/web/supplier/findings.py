"""What is wrong with a file that was refused, in the reader's language."""

from __future__ import annotations

from portal.formats.roots import CII, SVEFAKTURA
from portal.invoicing.exchange import MESSAGES
from portal.web.i18n import current_locale, gettext
from portal.web.invoicing.spoken import retold

BY_CODE = {
    "NOT_XML": "Filen är inte hel XML. Skapa filen på nytt i ert system och skicka den igen.",
    "ROOT_UNKNOWN": "Dokumentet är av en okänd sort. Skicka en Peppol-faktura (Invoice eller CreditNote).",
    "CII": CII,
    "SVEFAKTURA": SVEFAKTURA,
    "ENVELOPE": "Kuvertet (SBDH) ska innehålla ett dokument. Skicka varje dokument för sig.",
    "TOO_LARGE": "Filen är för stor. Dela upp den i flera dokument och skicka dem var för sig.",
    "ENCODING": "Filens teckenkodning är en annan än den säger. Spara den som UTF-8 och skicka den igen.",
    "XSD": "Elementet följer inte schemat för UBL 2.1. Rätta det enligt specifikationen för Peppol BIS.",
}
OTHER_FAULT = "Dokumentet har ett fel här. Rätta det enligt specifikationen för Peppol BIS."


def finding_text(code: str, message: str) -> str:
    """The finding's own words; where another language has none, what its code means. The location stands beside."""
    if current_locale() == "sv":
        return message
    found = retold(message, MESSAGES)
    return found if found != message else gettext(BY_CODE.get(code, OTHER_FAULT))
