"""Catalogues, their uploads and versions, articles and the words they are found by."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, false, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from portal.catalog.status import UPLOAD
from portal.db.base import Base, ConcernKey, Id, Instant, Price, Quantity, Rate, one_of

ROW_VECTOR = (
    "CASE WHEN change IN ('new', 'changed')"
    " THEN article_vector(item_no, name, manufacturer, description, unspsc) END"
)
"""Stems for meaning, the words as written for prefixes and without dots; the number and the code as keys. Made when a
row is checked, for the rows that would change the catalogue, and carried over by publishing. A slash would make one
word of two: the parser takes "A4/A5" for the path of a file."""


class Catalogue(Base):
    """A supplier's articles on one agreement."""

    __tablename__ = "catalogue"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    agreement_id: Mapped[UUID]
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("supplier.id"), index=True)
    name: Mapped[str]
    version: Mapped[int] = mapped_column(default=0, comment="grows with every published upload")
    published_at: Mapped[Instant | None]
    __table_args__ = (
        ForeignKeyConstraint(["concern_id", "agreement_id"], ["agreement.concern_id", "agreement.id"]),
        UniqueConstraint("concern_id", "agreement_id", "supplier_id"),
    )


class CatalogueUpload(Base):
    """One file sent in for a catalogue: validated, asked about, compared, published, refused or dropped."""

    __tablename__ = "catalogue_upload"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    catalogue_id: Mapped[UUID]
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("supplier.id"), index=True)
    sha256: Mapped[bytes]
    filename: Mapped[str]
    status: Mapped[str]
    progress_id: Mapped[UUID | None]
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_ok: Mapped[int] = mapped_column(default=0)
    rows_wrong: Mapped[int] = mapped_column(default=0)
    rows_new: Mapped[int] = mapped_column(default=0)
    rows_changed: Mapped[int] = mapped_column(default=0)
    rows_unchanged: Mapped[int] = mapped_column(default=0)
    rows_removed: Mapped[int] = mapped_column(default=0)
    rows_to_confirm: Mapped[int] = mapped_column(
        default=0, server_default="0", comment="prices ten times up or down"
    )
    problems: Mapped[list[Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="what is wrong with the file as a whole: [{message, params}]"
    )
    columns: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="which column is which: {field: [index, heading as written]}"
    )
    base_version: Mapped[int] = mapped_column(
        default=0, server_default="0", comment="the catalogue version the difference was counted against"
    )
    reading: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="where the table was found, what was not read"
    )
    answers: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="what the supplier has said of the file"
    )
    valid_from: Mapped[date | None] = mapped_column(comment="the later day the prices hold from")
    by_supplier: Mapped[bool] = mapped_column(
        default=False, server_default=false(),
        comment="sent in by a supplier: nobody else's before it is submitted",
    )  # fmt: skip
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    uploaded_at: Mapped[Instant]
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    submitted_at: Mapped[Instant | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    reason: Mapped[str | None] = mapped_column(comment="why it was dropped")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[Instant | None]
    __table_args__ = (
        one_of("status", UPLOAD.codes()),
        ForeignKeyConstraint(["concern_id", "catalogue_id"], ["catalogue.concern_id", "catalogue.id"]),
        Index(None, "concern_id", "catalogue_id"),
    )


class UploadRow(Base):
    """One row of an upload as read: either article values or what is wrong and how to mend it."""

    __tablename__ = "upload_row"
    concern_id: Mapped[ConcernKey]
    upload_id: Mapped[UUID] = mapped_column(primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True, comment="as the person sees it; header is 1")
    item_no: Mapped[str | None]
    name: Mapped[str | None]
    description: Mapped[str | None]
    unspsc: Mapped[str | None]
    unit: Mapped[str | None]
    price: Mapped[Price | None]
    vat_rate: Mapped[Rate | None]
    gtin: Mapped[str | None]
    manufacturer: Mapped[str | None]
    min_quantity: Mapped[Quantity | None]
    lead_time_days: Mapped[int | None]
    change: Mapped[str | None] = mapped_column(comment="new, changed, unchanged; none when wrong")
    old_price: Mapped[Price | None]
    errors: Mapped[list[Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="[{column, value, message, mend}]"
    )
    cells: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="the row as written, when it is wrong"
    )
    search: Mapped[str | None] = mapped_column(TSVECTOR, Computed(ROW_VECTOR, persisted=True))
    __table_args__ = (
        ForeignKeyConstraint(
            ["concern_id", "upload_id"],
            ["catalogue_upload.concern_id", "catalogue_upload.id"],
            ondelete="CASCADE",
        ),
    )


class Article(Base):
    """What can be bought: one article on one agreement, at one price."""

    __tablename__ = "article"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    catalogue_id: Mapped[UUID]
    agreement_id: Mapped[UUID]
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("supplier.id"))
    item_no: Mapped[str]
    name: Mapped[str]
    description: Mapped[str | None]
    unspsc: Mapped[str]
    unit: Mapped[str] = mapped_column(comment="UN/ECE Rec 20/21 code")
    price: Mapped[Price] = mapped_column(comment="SEK excluding VAT per unit")
    vat_rate: Mapped[Rate]
    gtin: Mapped[str | None]
    manufacturer: Mapped[str | None]
    min_quantity: Mapped[Quantity | None]
    lead_time_days: Mapped[int | None]
    version: Mapped[int] = mapped_column(comment="the catalogue version that last changed it")
    removed_at: Mapped[Instant | None]
    search: Mapped[str | None] = mapped_column(TSVECTOR)
    __table_args__ = (
        ForeignKeyConstraint(["concern_id", "catalogue_id"], ["catalogue.concern_id", "catalogue.id"]),
        UniqueConstraint("concern_id", "catalogue_id", "item_no"),
        Index("ix_article_search", "search", postgresql_using="gin", postgresql_with={"fastupdate": "on"}),
    )


class SearchWord(Base):
    """The spelling vocabulary of a concern's articles: misspelt words are mended against it, not against rows."""

    __tablename__ = "search_word"
    concern_id: Mapped[ConcernKey]
    word: Mapped[str] = mapped_column(primary_key=True)
    articles: Mapped[int] = mapped_column(comment="how many articles hold it")
    __table_args__ = (
        Index("ix_search_word_trigram", text("search_fold(word) gin_trgm_ops"), postgresql_using="gin"),
    )


class ArticlePrice(Base):
    """What an article cost when: prices are valid-from data, so that an old invoice is judged by its own day."""

    __tablename__ = "article_price"
    concern_id: Mapped[ConcernKey]
    article_id: Mapped[UUID] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    price: Mapped[Price]
    vat_rate: Mapped[Rate]
