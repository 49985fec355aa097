"""What is wrong with a document, as values: shown to people, printed by `portal check`, stored."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["fatal", "warning"]
Layer = Literal["xml", "xsd", "en16931", "peppol"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. `code` is the official rule id or one of our own, `location` an XPath, a line, or empty."""

    code: str
    severity: Severity
    layer: Layer
    location: str
    message: str

    @property
    def is_fatal(self) -> bool:
        """Does this alone reject the document?"""
        return self.severity == "fatal"

    def as_json(self) -> dict[str, str]:
        """The finding as `portal check` prints it."""
        return asdict(self)


class Unreadable(Exception):
    """The bytes cannot be read as the document asked for; `findings` say why, the first is `finding`."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(findings[0].message)
        self.findings = findings

    @property
    def finding(self) -> Finding:
        """The first finding."""
        return self.findings[0]


def fatal(code: str, message: str, *, layer: Layer = "xml", location: str = "") -> Finding:
    """Spell a fatal finding."""
    return Finding(code, "fatal", layer, location, message)
