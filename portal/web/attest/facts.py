"""What is shown of a document to whoever attests it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from portal.kernel.money import as_cost


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document, SEK without VAT. `shares`: what of it falls on which ansvar, where lines say so. `check`:
    what is in order with it, a finished sentence."""

    name: str
    quantity: Decimal
    unit: str
    amount: Decimal
    party: str = ""
    shares: tuple[tuple[str, Decimal], ...] = ()
    check: str = ""


@dataclass(frozen=True, slots=True)
class Coded:
    """A coding row in words, codes with their names beside, and the ansvar it falls on. SEK without VAT."""

    responsibility: str
    words: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Facts:
    """What is shown of a document. Amounts SEK: `whole` the document's with VAT, `net` without.

    `lines` and `coding` are the whole document's; a card shows those of its own ansvar. `deviations` and `checks` are
    finished sentences, `payment` such sentences with icon and tone, `held` the one that says why nobody may attest it
    now. `stops` are sentences why it may not be attested today, `changes` (line, what, then, now) since it was sent;
    `must_choose`: attesting says yes to them, in words, on a page of its own, and makes it
    cost `after` with VAT. `said` are (why asked, what was said).
    `case_id` is what separation of duties counts as one case. Amounts are as on the document, a credit note's too.
    """

    case_id: UUID
    number: str
    party: str
    asked_by: str
    net: Decimal
    whole: Decimal
    lines: tuple[Line, ...] = ()
    coding: tuple[Coded, ...] = ()
    due: date | None = None
    note: str | None = None
    deviations: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    held: str | None = None
    secret: bool = False
    credit: bool = False
    payment: tuple[tuple[str, str, str | None], ...] = ()
    stops: tuple[str, ...] = ()
    changes: tuple[tuple[str, str, str, str], ...] = ()
    must_choose: bool = False
    after: Decimal | None = None
    said: tuple[tuple[str, str], ...] = ()

    def signed(self, amount: Decimal) -> Decimal:
        """An amount of the document as it weighs on the cost."""
        return as_cost(amount, credit=self.credit)
