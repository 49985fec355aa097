"""Codes, identifiers, days and amounts in words. What has no word here is shown as it is written, never left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from portal.formats.en16931 import Identifier
from portal.kernel.identifiers import format_org_number
from portal.kernel.money import format_number_sv, format_sv
from portal.web.figures import machine
from portal.web.i18n import gettext
from portal.web.paper.view import Row

KRONOR = "SEK"
_HYPHEN = "\N{NON-BREAKING HYPHEN}"
SCHEMES: Mapping[str, str] = {"0088": "GLN", "0160": "GTIN", "TSP": "UNSPSC", "STI": "CPV", "SEPA": "SEPA"}
ORG_SCHEME = "0007"


def types() -> Mapping[str, str]:
    """Kinds of invoices (BT-3) that are more than an invoice or a credit note."""
    return {
        "326": gettext("Delfaktura"), "383": gettext("Debetnota"), "384": gettext("Rättad faktura"),
        "386": gettext("Förskottsfaktura"), "389": gettext("Självfaktura"),
        "393": gettext("Faktura överlåten till factoringbolag"),
        "396": gettext("Kreditfaktura överlåten till factoringbolag"),
        "751": gettext("Fakturauppgift för bokföring"),
    }  # fmt: skip


def vat_points() -> Mapping[str, str]:
    """Which day decides the VAT (BT-8)."""
    return {"3": gettext("fakturadatum"), "35": gettext("leveransdatum"), "432": gettext("betalningsdagen")}


def categories() -> Mapping[str, str]:
    """VAT categories (BT-118) beside the ordinary one, which its rate says enough of."""
    return {
        "S": "", "Z": gettext("nollsats"), "E": gettext("undantag från moms"),
        "AE": gettext("omvänd betalningsskyldighet"), "K": gettext("momsfri leverans inom EU"),
        "G": gettext("momsfri export"), "O": gettext("utanför momsen"), "L": gettext("Kanarieöarnas skatt"),
        "M": gettext("Ceutas och Melillas skatt"),
    }  # fmt: skip


def means() -> Mapping[str, str]:
    """Ways of payment (BT-81)."""
    transfer, direct = gettext("överföring till konto"), gettext("autogiro")
    return {
        "1": gettext("inte angivet"), "10": gettext("kontant"), "20": gettext("check"), "30": transfer, "31": transfer,
        "42": gettext("inbetalning till bankkonto"), "48": gettext("kort"), "49": direct,
        "50": gettext("plusgiro"), "54": gettext("kreditkort"), "55": gettext("betalkort"),
        "56": gettext("bankgiro"), "57": gettext("stående avtal"), "58": gettext("överföring inom SEPA"),
        "59": gettext("autogiro inom SEPA"), "97": gettext("kvittning mellan parterna"),
    }  # fmt: skip


def money(amount: Decimal) -> str:
    """At least two decimals, more only where the document has them."""
    exponent = amount.normalize().as_tuple().exponent
    return format_sv(amount, max(2, -exponent if isinstance(exponent, int) else 2))


def rate(value: Decimal) -> str:
    """ "25 %"."""
    return f"{format_number_sv(value)}\N{NO-BREAK SPACE}%"


def currency(code: str) -> str:
    """ "kr" for Swedish kronor, another currency by its code."""
    return "kr" if code == KRONOR else code


def day(value: date) -> str:
    """ "2026-12-16", never broken over two lines."""
    return machine(value).replace("-", _HYPHEN)


def period(start: date | None, end: date | None) -> str:
    """ "2026-11-01 – 2026-11-30", or the one of them that is given."""
    if start and end:
        return f"{day(start)} – {day(end)}"
    if start:
        return gettext("från %(day)s") % {"day": day(start)}
    return gettext("till %(day)s") % {"day": day(end)} if end else ""


def identified(value: Identifier) -> str:
    """ "GLN 7350099900013", "559900-1012", "A-17 (AVE)"."""
    if value.scheme == ORG_SCHEME:
        return format_org_number(value.value)
    version = f" {value.version}" if value.version else ""
    if name := SCHEMES.get(value.scheme or ""):
        return f"{name}{version} {value.value}"
    return f"{value.value} ({value.scheme}{version})" if value.scheme or version else value.value


def worded(code: str, words: Mapping[str, str]) -> str:
    """The word of a code with the code after it; the code alone when it has none."""
    return f"{words[code]} ({code})" if code in words else code


def vat(category: str | None, percent: Decimal | None) -> str:
    """ "25 %", "0 %, undantag från moms"; "25 %, X1" for a category without a word."""
    said = categories().get(category or "", category)
    return ", ".join(filter(None, (rate(percent) if percent is not None else "", said)))


def coded(reason: str | None, code: str | None) -> str:
    """ "Volymrabatt (95)": a reason with its code, or the one that there is."""
    return f"{reason} ({code})" if reason and code else reason or code or ""


def rows(*pairs: tuple[str, str | None]) -> tuple[Row, ...]:
    """The terms that are on the document."""
    return tuple(Row(label, value) for label, value in pairs if value)


def joined(parts: Iterable[str | None]) -> str:
    """What there is of them, with commas."""
    return ", ".join(part for part in parts if part)
