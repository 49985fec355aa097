"""Organisations, persons, users and what they may do."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.access.status import SETTING
from portal.db.base import Base, ConcernKey, Id, Instant, Json, one_of


class Concern(Base):
    """A buying party: a city, or a service centre with its agencies."""

    __tablename__ = "concern"
    id: Mapped[Id]
    name: Mapped[str]
    org_number: Mapped[str] = mapped_column(unique=True)
    vat_number: Mapped[str]
    peppol_id: Mapped[str] = mapped_column(unique=True, comment="scheme:value, e.g. 0007:…")


class Organisation(Base):
    """A förvaltning or myndighet of a concern."""

    __tablename__ = "organisation"
    concern_id: Mapped[ConcernKey] = mapped_column(ForeignKey("concern.id"), primary_key=True)
    id: Mapped[Id]
    code: Mapped[str]
    name: Mapped[str]
    gln: Mapped[str | None] = mapped_column(comment="GLN, 13 digits; the Peppol address 0088:GLN")
    is_central: Mapped[bool] = mapped_column(default=False, comment="its users see the whole concern")
    __table_args__ = (UniqueConstraint("concern_id", "code"), UniqueConstraint("gln"))


class Person(Base):
    """A natural person. Separation of duties compares persons, never users (A2.22)."""

    __tablename__ = "person"
    concern_id: Mapped[ConcernKey] = mapped_column(ForeignKey("concern.id"), primary_key=True)
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(comment="shown name; a function in the demo")


class UserGroup(Base):
    """A permission group (A2.18): every user belongs to one."""

    __tablename__ = "user_group"
    concern_id: Mapped[ConcernKey] = mapped_column(ForeignKey("concern.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class GroupPermission(Base):
    """One permission of a group."""

    __tablename__ = "group_permission"
    concern_id: Mapped[ConcernKey]
    group_code: Mapped[str] = mapped_column(primary_key=True)
    permission: Mapped[str] = mapped_column(primary_key=True, comment="a code of requirements A2, e.g. A14")
    __table_args__ = (
        ForeignKeyConstraint(["concern_id", "group_code"], ["user_group.concern_id", "user_group.code"]),
    )


class User(Base):
    """A login of a concern's person or of a supplier. Its id stands alone: sign-in comes before any tenant."""

    __tablename__ = "app_user"
    id: Mapped[Id]
    login: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    concern_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    group_code: Mapped[str | None]
    supplier_id: Mapped[UUID | None] = mapped_column(ForeignKey("supplier.id"))
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(default="sv")
    preferences: Mapped[Json] = mapped_column(default=dict, server_default=text("'{}'"))
    __table_args__ = (
        ForeignKeyConstraint(
            ["concern_id", "organisation_id"], ["organisation.concern_id", "organisation.id"]
        ),
        ForeignKeyConstraint(["concern_id", "person_id"], ["person.concern_id", "person.id"]),
        ForeignKeyConstraint(["concern_id", "group_code"], ["user_group.concern_id", "user_group.code"]),
        CheckConstraint("(concern_id IS NULL) <> (supplier_id IS NULL)", name="one_party"),
        CheckConstraint(
            "concern_id IS NULL OR (organisation_id IS NOT NULL AND person_id IS NOT NULL)", name="has_person"
        ),
        Index(None, "concern_id", "organisation_id"),
        Index(None, "supplier_id"),
    )


class Credential(Base):
    """A user's password hash (argon2), apart from the user so that no list of users can read it."""

    __tablename__ = "credential"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    password_hash: Mapped[str]
    changed_at: Mapped[Instant]


class UserRole(Base):
    """An extra role given to one user beside the group, with scope and time."""

    __tablename__ = "user_role"
    concern_id: Mapped[ConcernKey]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    permission: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    scope: Mapped[str] = mapped_column(default="local")
    __table_args__ = (one_of("scope", ("local", "central")),)


class SignInSession(Base):
    """One signed-in browser. The cookie's token is stored only as its hash."""

    __tablename__ = "sign_in_session"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"), index=True)
    created_at: Mapped[Instant]
    last_seen_at: Mapped[Instant]
    user_agent: Mapped[str | None]


class RateLimit(Base):
    """Counts attempts in a window. The bucket is a hash: it names nobody."""

    __tablename__ = "rate_limit"
    bucket: Mapped[bytes] = mapped_column(primary_key=True)
    window_start: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    count: Mapped[int]


class RecipientCode(Base):
    """A mottagarkod: what a supplier writes as reference, and who reviews what it brings (A6.14)."""

    __tablename__ = "recipient_code"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    organisation_id: Mapped[UUID]
    code: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    secret: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    __table_args__ = (
        ForeignKeyConstraint(
            ["concern_id", "organisation_id"], ["organisation.concern_id", "organisation.id"]
        ),
        UniqueConstraint("concern_id", "code", "valid_from"),
    )


class DeliveryAddress(Base):
    """Where goods go. Administered centrally (A10.07)."""

    __tablename__ = "delivery_address"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    organisation_id: Mapped[UUID]
    name: Mapped[str]
    gln: Mapped[str | None]
    street: Mapped[str]
    postcode: Mapped[str]
    city: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    __table_args__ = (
        ForeignKeyConstraint(
            ["concern_id", "organisation_id"], ["organisation.concern_id", "organisation.id"]
        ),
    )


class RecordLock(Base):
    """Who has a record open (A6.22): released after 60 minutes without activity."""

    __tablename__ = "record_lock"
    concern_id: Mapped[ConcernKey]
    subject_type: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    opened_at: Mapped[Instant]
    active_at: Mapped[Instant]


class Setting(Base):
    """An installation's or organisation's parameter over time, e.g. days to wait for a receipt."""

    __tablename__ = "setting"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    organisation_id: Mapped[UUID | None]
    key: Mapped[str]
    value: Mapped[Json]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    __table_args__ = (Index(None, "concern_id", "key"),)


class SettingChange(Base):
    """A change of a rule of the whole concern: set by one person, or proposed by one and confirmed by another.

    `key` is of portal.access.rules.settings. When it holds there is a row of `setting`, or of `match_limit`.
    """

    __tablename__ = "setting_change"
    concern_id: Mapped[ConcernKey] = mapped_column(ForeignKey("concern.id"), primary_key=True)
    id: Mapped[Id]
    key: Mapped[str]
    value: Mapped[Json]
    before: Mapped[Json] = mapped_column(comment="what held on valid_from when it was proposed")
    valid_from: Mapped[date]
    loosens: Mapped[bool] = mapped_column(comment="lets more through: two persons")
    status: Mapped[str]
    why: Mapped[str]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    proposed_person: Mapped[UUID]
    proposed_at: Mapped[Instant]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    decided_person: Mapped[UUID | None]
    decided_at: Mapped[Instant | None]
    decision_reason: Mapped[str | None]
    __table_args__ = (
        one_of("status", SETTING.codes()),
        CheckConstraint(
            "NOT loosens OR status <> 'active' OR"
            " (decided_person IS NOT NULL AND decided_person <> proposed_person)",
            name="two_persons",
        ),
        Index(None, "concern_id", "status"),
    )
