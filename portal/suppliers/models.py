"""Suppliers as parties of their own, a concern's view of them, and what may be called off."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, ConcernKey, Id, Instant, Json, Money, Rate, one_of
from portal.suppliers.status import ACCOUNT, RELATION, TERM


class Supplier(Base):
    """Who the supplier is: shared by all concerns, kept by the supplier itself."""

    __tablename__ = "supplier"
    id: Mapped[Id]
    name: Mapped[str]
    org_number: Mapped[str] = mapped_column(comment="ten digits; an internal unit shares its concern's")
    gln: Mapped[str | None] = mapped_column(unique=True)
    vat_number: Mapped[str | None]
    endpoint: Mapped[str | None] = mapped_column(comment="Peppol address, scheme:value")
    f_tax: Mapped[bool] = mapped_column(default=False)
    contact_name: Mapped[str | None]
    email: Mapped[str]
    phone: Mapped[str | None]
    street: Mapped[str | None]
    postcode: Mapped[str | None]
    city: Mapped[str | None]
    registered_at: Mapped[Instant]
    former_contacts: Mapped[Json] = mapped_column(
        default=list, server_default="[]", comment="[{email, phone, until}]: what was on file before"
    )
    __table_args__ = (
        UniqueConstraint("org_number", "gln", postgresql_nulls_not_distinct=True),
        Index(None, "vat_number"),
        Index(None, "endpoint"),
    )


class SupplierRelation(Base):
    """What a concern holds of a supplier: approval, block, secrecy, VAT range."""

    __tablename__ = "supplier_relation"
    concern_id: Mapped[ConcernKey] = mapped_column(ForeignKey("concern.id"), primary_key=True)
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("supplier.id"), primary_key=True)
    status: Mapped[str]
    secret: Mapped[bool] = mapped_column(default=False, comment="sekretessleverantör (A4.15)")
    internal_organisation_id: Mapped[UUID | None] = mapped_column(comment="the unit that sells, if internal")
    vat_min: Mapped[Rate] = mapped_column(comment="percent, default 0 (A4.14)")
    vat_max: Mapped[Rate] = mapped_column(comment="percent, default 26 (A4.14)")
    payment_days: Mapped[int] = mapped_column(default=30)
    created_at: Mapped[Instant]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[Instant | None]
    note: Mapped[str | None]
    registered_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    __table_args__ = (
        one_of("status", RELATION.codes()),
        CheckConstraint("decided_by <> registered_by", name="two_persons"),
    )


class SupplierFactor(Base):
    """A factoring company registered for a supplier: its accounts may be paid when it is named as payee."""

    __tablename__ = "supplier_factor"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("supplier.id"))
    name: Mapped[str]
    org_number: Mapped[str]


class SupplierAccount(Base):
    """An account a concern may pay a supplier on. An invoice never changes it, and nobody alone.

    *_person are the persons behind the users: the database refuses that one of them does two steps.
    """

    __tablename__ = "supplier_account"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("supplier.id"))
    factor_id: Mapped[UUID | None]
    kind: Mapped[str]
    number: Mapped[str] = mapped_column(comment="digits only; IBAN without blanks")
    status: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    proposed_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    proposed_person: Mapped[UUID | None]
    proposed_at: Mapped[Instant | None]
    why: Mapped[str | None] = mapped_column(comment="why it is proposed")
    called_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    called_person: Mapped[UUID | None]
    called_at: Mapped[Instant | None]
    called_number: Mapped[str | None]
    called_since: Mapped[date | None] = mapped_column(comment="the number was on file from this day")
    called_note: Mapped[str | None] = mapped_column(comment="whom, and what was confirmed")
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    approved_person: Mapped[UUID | None]
    approved_at: Mapped[Instant | None]
    active_from: Mapped[Instant | None] = mapped_column(comment="the end of the wait after approval")
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    ended_at: Mapped[Instant | None]
    end_reason: Mapped[str | None]
    __table_args__ = (
        one_of("kind", ("BANKGIRO", "PLUSGIRO", "IBAN")),
        one_of("status", ACCOUNT.codes()),
        ForeignKeyConstraint(
            ["concern_id", "factor_id"], ["supplier_factor.concern_id", "supplier_factor.id"]
        ),
        CheckConstraint(
            "approved_person <> proposed_person AND approved_person <> called_person", name="two_persons"
        ),
        CheckConstraint(
            "status NOT IN ('called_back', 'approved') OR called_person IS NOT NULL", name="called_back"
        ),
        CheckConstraint(
            "status <> 'approved' OR (approved_person IS NOT NULL AND active_from > approved_at)",
            name="waits",
        ),
        Index(
            "uq_supplier_account_living", "concern_id", "supplier_id", "kind", "number", unique=True,
            postgresql_where=text("status IN ('proposed', 'called_back', 'approved', 'active')"),
        ),
    )  # fmt: skip


class RelationTerm(Base):
    """One thing two persons have agreed of a supplier: proposed by one, in force when another has approved it.

    `code`: UNCL 4461, UNCL 7161 or Rec 20; `words`: of a charge, or the supplier's own word for a unit.
    """

    __tablename__ = "relation_term"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("supplier.id"))
    kind: Mapped[str]
    code: Mapped[str | None]
    words: Mapped[str | None]
    amount: Mapped[Money | None] = mapped_column(comment="most SEK excluding VAT on one invoice")
    days: Mapped[int | None]
    status: Mapped[str]
    why: Mapped[str]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    proposed_person: Mapped[UUID]
    proposed_at: Mapped[Instant]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    approved_person: Mapped[UUID | None]
    approved_at: Mapped[Instant | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    ended_at: Mapped[Instant | None]
    end_reason: Mapped[str | None]
    __table_args__ = (
        one_of("kind", ("payment_means", "prepaid", "charge", "unit", "payment_days")),
        one_of("status", TERM.codes()),
        CheckConstraint("approved_person <> proposed_person", name="two_persons"),
        CheckConstraint("status <> 'active' OR approved_person IS NOT NULL", name="approved"),
        Index(None, "concern_id", "supplier_id"),
    )


class Agreement(Base):
    """A framework agreement or a local one, with validity, cap and terms."""

    __tablename__ = "agreement"
    concern_id: Mapped[ConcernKey] = mapped_column(ForeignKey("concern.id"), primary_key=True)
    id: Mapped[Id]
    number: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    organisation_id: Mapped[UUID | None] = mapped_column(comment="owner of a local agreement; none = central")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    cap_amount: Mapped[Money | None] = mapped_column(comment="takvolym, SEK excluding VAT")
    ranking_limit: Mapped[Money | None] = mapped_column(comment="per call-off; above it FKU")
    price_terms: Mapped[str]
    __table_args__ = (
        one_of("kind", ("single_fixed", "ranking", "local")),
        UniqueConstraint("concern_id", "number"),
    )


class AgreementSupplier(Base):
    """A supplier on an agreement, with its rank."""

    __tablename__ = "agreement_supplier"
    concern_id: Mapped[ConcernKey]
    agreement_id: Mapped[UUID] = mapped_column(primary_key=True)
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("supplier.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(default=1)
    __table_args__ = (
        ForeignKeyConstraint(["concern_id", "agreement_id"], ["agreement.concern_id", "agreement.id"]),
        Index(None, "supplier_id"),
    )


class AgreementOrganisation(Base):
    """An organisation that may call off."""

    __tablename__ = "agreement_organisation"
    concern_id: Mapped[ConcernKey]
    agreement_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    __table_args__ = (
        ForeignKeyConstraint(["concern_id", "agreement_id"], ["agreement.concern_id", "agreement.id"]),
        ForeignKeyConstraint(
            ["concern_id", "organisation_id"], ["organisation.concern_id", "organisation.id"]
        ),
    )
