"""Values the catalogue hands out: which catalogue an upload is for, how an upload stands, what a page shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

# Above either, removals are confirmed by a person who has seen which articles they are.
MOST_REMOVED, REMOVED_PERCENT, HUNDRED = 20, 10, 100


@dataclass(frozen=True, slots=True)
class CatalogueChoice:
    """A supplier's place on an agreement: a catalogue can be uploaded for it."""

    concern_id: UUID
    concern_name: str
    agreement_id: UUID
    agreement_number: str
    agreement_name: str
    agreement_organisation_id: UUID | None
    valid_to: date | None
    supplier_id: UUID
    supplier_name: str
    catalogue_id: UUID | None
    version: int
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class UploadFacts:
    """One upload with its catalogue, as read for a decision or a page. Counts are rows of the file."""

    concern_id: UUID
    id: UUID
    catalogue_id: UUID
    supplier_id: UUID
    supplier_name: str
    agreement_id: UUID
    agreement_number: str
    agreement_name: str
    agreement_organisation_id: UUID | None
    sha256: bytes
    filename: str
    status: str
    progress_id: UUID | None
    rows_total: int
    rows_ok: int
    rows_wrong: int
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    rows_removed: int
    rows_to_confirm: int
    problems: tuple[tuple[str, dict[str, str]], ...]
    columns: dict[str, tuple[int, str]]
    base_version: int
    catalogue_version: int
    uploaded_by: UUID | None
    uploaded_by_supplier: bool
    uploaded_at: datetime
    submitted_at: datetime | None
    confirmed_by: UUID | None
    reason: str | None
    decided_at: datetime | None
    reading: Mapping[str, Any]
    answers: Mapping[str, Any]
    valid_from: date | None

    @property
    def many_removed(self) -> bool:
        """Whether so many articles would leave that a person must have seen their names."""
        today = self.rows_removed + self.rows_changed + self.rows_unchanged
        return self.rows_removed > MOST_REMOVED or self.rows_removed * HUNDRED > today * REMOVED_PERCENT

    @property
    def stale(self) -> bool:
        """Whether the catalogue has been published anew since the difference was counted."""
        return self.base_version != self.catalogue_version


@dataclass(frozen=True, slots=True)
class WrongCell:
    """One wrong cell of one row: texts are msgids with their params. `column` is the heading as written."""

    row: int
    column: str
    value: str
    message: str
    message_params: dict[str, str]
    mend: str
    mend_params: dict[str, str]


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One row of the difference. `old_price` is today's, `price` the uploaded one (SEK excluding VAT per unit).

    `changed`: the fields that are not as they were, price aside.
    """

    position: int
    item_no: str
    name: str
    unit: str
    old_price: Decimal | None
    price: Decimal | None
    vat_rate: Decimal | None = None
    unspsc: str | None = None
    changed: tuple[str, ...] = ()
