"""Code strings and the registers they are checked against, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

DIMENSIONS = ("account", "responsibility", "operation", "project", "activity", "free")
LABELS: Mapping[str, str] = {
    "account": "Konto",
    "responsibility": "Ansvar",
    "operation": "Verksamhet",
    "project": "Projekt",
    "activity": "Aktivitet",
    "free": "Fri",
}
"""Swedish msgids."""


@dataclass(frozen=True, slots=True)
class CodeString:
    """One coding row's codes; None or empty is "not given"."""

    account: str | None = None
    responsibility: str | None = None
    operation: str | None = None
    project: str | None = None
    activity: str | None = None
    free: str | None = None

    def get(self, dimension: str) -> str | None:
        """The code of a dimension, None when it is not given."""
        return getattr(self, dimension) or None


@dataclass(frozen=True, slots=True)
class CodeNames:
    """What codes are called: by organisation (None: the whole concern's), dimension and code."""

    names: Mapping[tuple[UUID | None, str, str], str] = field(default_factory=dict)

    def of(self, organisation_id: UUID | None, dimension: str, code: str) -> str:
        """The organisation's own name of a code, else the common one; empty when it has none."""
        common = self.names.get((None, dimension, code), "")
        return self.names.get((organisation_id, dimension, code), common)


@dataclass(frozen=True, slots=True)
class CodingRow:
    """A code string with its amount, SEK excluding VAT."""

    code: CodeString
    amount: Decimal
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Codes of a dimension from `low` to `high`, both included, compared on as many characters as they have.

    "3"–"8" is every account that begins with 3 to 8; "41000"–"41999" those codes.
    """

    dimension: str
    low: str
    high: str

    def holds(self, code: str | None) -> bool:
        """Whether a given code lies within; a code not given never does."""
        if not code:
            return False
        return code[: len(self.low)] >= self.low and code[: len(self.high)] <= self.high


@dataclass(frozen=True, slots=True)
class CodingRule:
    """A sambandskontroll (A6.18): when all of `when` hold, `then` is forbidden, required or the only allowed.

    `logic` is forbids, requires or limits. `requires` with the bounds ANY asks for any code.
    """

    code: str
    logic: str
    when: tuple[Span, ...]
    then: Span


ANY = ("", "\N{REPLACEMENT CHARACTER}")
"""Bounds of a Span that holds every code."""


@dataclass(frozen=True, slots=True)
class CodingRegister:
    """What is valid for an organisation on a day: names per dimension and code, rules, comment accounts.

    `unspsc_accounts`: UNSPSC prefix → account (A6.19).
    """

    values: Mapping[str, Mapping[str, str]]
    rules: tuple[CodingRule, ...] = ()
    comment_accounts: frozenset[str] = frozenset()
    unspsc_accounts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CodingError:
    """What is wrong in which field of which row: `message` is a msgid filled by `params`."""

    row: int
    dimension: str
    message: str
    params: Mapping[str, str]
    rule: str

    @property
    def text(self) -> str:
        """The message in Swedish, filled in."""
        return self.message % self.params if self.params else self.message


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that answers a comment account (A6.20). `digest` names its bytes in the object store; size in bytes."""

    id: UUID
    name: str
    media_type: str
    size: int
    digest: str
    user: str
    requisition_line_id: UUID | None = None
