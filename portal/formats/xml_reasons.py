"""Why bytes are no XML, in Swedish: told by libxml2's error code, for its texts change between versions."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from portal.formats.findings import Finding, fatal

TOO_DEEP = "elementen ligger i för många nivåer"
# ErrorTypes is filled when lxml is loaded, so that a type checker sees none of its names.
_BY_NAME: Mapping[str, str] = {
    "ERR_RESERVED_XML_NAME": "raden <?xml får bara stå allra först i filen",
    "ERR_TAG_NAME_MISMATCH": "ett element avslutas med fel namn",
    "ERR_TAG_NOT_FINISHED": "filen är avhuggen",
    "ERR_DOCUMENT_END": "det står något efter dokumentets slut",
    "ERR_DOCUMENT_EMPTY": "den innehåller inget element",
    "ERR_RESOURCE_LIMIT": TOO_DEEP,
    "ERR_NAME_TOO_LONG": "ett namn är orimligt långt",
    "NS_ERR_UNDEFINED_NAMESPACE": "ett prefix är inte deklarerat",
    "NS_ERR_XML_NAMESPACE": "en namnrymd är fel deklarerad",
    "ERR_UNDECLARED_ENTITY": "den använder en entitet som inte finns",
    "ERR_ATTRIBUTE_REDEFINED": "ett attribut förekommer två gånger",
    "NS_ERR_ATTRIBUTE_REDEFINED": "ett attribut förekommer två gånger",
    "ERR_INVALID_CHAR": "den innehåller ett otillåtet tecken",
    "ERR_INVALID_HEX_CHARREF": "en teckenkod är fel skriven",
    "ERR_INVALID_DEC_CHARREF": "en teckenkod är fel skriven",
    "ERR_LT_IN_ATTRIBUTE": "tecknet < står i ett attribut; skriv &lt;",
    "ERR_ATTRIBUTE_NOT_STARTED": "ett attributs värde saknar citattecken",
    "ERR_ATTRIBUTE_WITHOUT_VALUE": "ett attribut saknar värde",
    "ERR_GT_REQUIRED": "en tagg är inte avslutad med >",
    "ERR_SPACE_REQUIRED": "det saknas ett mellanslag mellan två attribut",
    "ERR_MISPLACED_CDATA_END": "tecknen ]]> står i en text; skriv ]]&gt;",
    "ERR_CDATA_NOT_FINISHED": "ett CDATA-avsnitt är inte avslutat",
    "ERR_COMMENT_NOT_FINISHED": "en kommentar är inte avslutad",
    "ERR_PI_NOT_FINISHED": "en processinstruktion är inte avslutad",
    "ERR_UNKNOWN_VERSION": "den är skriven i en version av XML som inte finns",
}
REASONS: Mapping[int, str] = {getattr(etree.ErrorTypes, name): words for name, words in _BY_NAME.items()}
BEFORE_DECLARATION = (
    "något står före första raden <?xml, till exempel en tom rad. Raden <?xml ska stå allra först i filen"
)
LOOSE_AMPERSAND = "tecknet & står för sig självt i en text; skriv &amp;"
LOOSE_LESS_THAN = "efter ett < står inget namn på ett element; hör tecknet till en text ska det skrivas &lt;"
_NAME_REQUIRED: int = getattr(etree.ErrorTypes, "ERR_NAME_REQUIRED")  # noqa: B009
_NO_SEMICOLON: int = getattr(etree.ErrorTypes, "ERR_ENTITYREF_SEMICOL_MISSING")  # noqa: B009
_RESERVED: int = getattr(etree.ErrorTypes, "ERR_RESERVED_XML_NAME")  # noqa: B009
_CHARACTER: int = getattr(etree.ErrorTypes, "ERR_INVALID_CHAR")  # noqa: B009


def not_xml(text: str, error: etree.XMLSyntaxError | None) -> Finding:
    """The NOT_XML finding for a text libxml2 refused: the reason, and row and column counted from 1."""
    line, column = _place(text, error) if error is not None else (0, 0)
    why = _why(text, error) if error is not None else ""
    return refused(why, line, column)


def refused(why: str, line: int = 0, column: int = 0) -> Finding:
    """The NOT_XML finding in these words; `line` 0 means that no place is known."""
    reason = f": {why}" if why else ""
    place = f" Felet finns på rad {line}, tecken {column}." if line else ""
    location = f"rad {line}" if line else ""
    return fatal(
        "NOT_XML",
        f"Filen är inte hel XML{reason}.{place} Skapa filen på nytt i ert system och skicka den igen.",
        location=location,
    )


def _code(error: etree.XMLSyntaxError) -> int:
    """The library's stubs leave it out."""
    return int(getattr(error, "code", 0))


def _why(text: str, error: etree.XMLSyntaxError) -> str:
    if _code(error) == _RESERVED and text.lstrip().startswith("<?xml") and not text.startswith("<?xml"):
        return BEFORE_DECLARATION
    if _code(error) == _NO_SEMICOLON:
        return LOOSE_AMPERSAND
    if _code(error) == _NAME_REQUIRED:
        before = _before(text, error)
        return LOOSE_AMPERSAND if before.endswith("&") else LOOSE_LESS_THAN if before.endswith("<") else ""
    return REASONS.get(_code(error), "")


def _place(text: str, error: etree.XMLSyntaxError) -> tuple[int, int]:
    """libxml2 points behind a sign it could not read on from; a person looks for its beginning."""
    line, column = error.position
    before = _before(text, error)
    if _code(error) == _NAME_REQUIRED and before.endswith(("&", "<")):
        return line, column - 1
    start = before.rfind("&#")
    if _code(error) == _CHARACTER and start >= 0 and before.endswith(";") and ";" not in before[start:-1]:
        column = start + 1
    return line, column


def _before(text: str, error: etree.XMLSyntaxError) -> str:
    """What stands on the error's row before it."""
    line, column = error.position
    rows = text.split("\n", line)
    return rows[line - 1][: column - 1] if 0 < line <= len(rows) else ""
