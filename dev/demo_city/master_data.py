"""Organisations, users, coding, suppliers and agreements of the demo city, as rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from dev.demo_city import data
from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.access import models as access
from portal.access.permissions import GROUPS
from portal.attest.models import Responsibility
from portal.coding import models as coding
from portal.db.base import Base
from portal.suppliers import models as suppliers

Rows = Iterator[tuple[type[Base], list[dict[str, Any]]]]
VALID_FROM_DAYS = 365  # master data has been valid for a year when the city is seeded
ROLE_SCOPE = {"levgruppen": "central"}


def organisation_id(code: str | None) -> Any:
    """The id of an organisation by its code; None stays None."""
    return None if code is None else demo_id("organisation", code)


def organisation_of(login: str) -> str:
    """GSF of bestallare@gsf."""
    return login.partition("@")[2].upper()


def user_id(login: str) -> Any:
    """The id of a user by login."""
    return demo_id("user", login)


def supplier_id(name: str) -> Any:
    """The id of a supplier by name."""
    return demo_id("supplier", name)


def rows(now: datetime, today: date, password_hash: str) -> Rows:
    """All master data in an order that keeps every reference."""
    start = today - timedelta(days=VALID_FROM_DAYS)
    yield access.Concern, [{"id": CONCERN_ID, **data.CONCERN}]
    yield access.Organisation, list(_organisations())
    yield access.UserGroup, [{"concern_id": CONCERN_ID, "code": g.code, "name": g.label} for g in GROUPS]
    yield (
        access.GroupPermission,
        [
            {"concern_id": CONCERN_ID, "group_code": g.code, "permission": code}
            for g in GROUPS
            for code in g.permissions
        ],
    )
    yield suppliers.Supplier, list(_suppliers(now))
    yield (
        access.Person,
        [{"concern_id": CONCERN_ID, "id": demo_id("person", u[0]), "name": u[1]} for u in data.USERS],
    )
    yield access.User, list(_users())
    yield (
        access.Credential,
        [{"user_id": row["id"], "password_hash": password_hash, "changed_at": now} for row in _users()],
    )
    yield access.UserRole, list(_roles(start))
    yield access.DeliveryAddress, list(_addresses(start))
    yield access.RecipientCode, list(_recipient_codes(start))
    yield Responsibility, list(_responsibilities(start))
    yield coding.CodingValue, list(_coding_values(start))
    yield coding.CodingRule, list(_coding_rules(start))
    yield (
        coding.CommentAccount,
        [_common(start, demo_id("comment", code)) | {"account": code} for code in data.COMMENT_ACCOUNTS],
    )
    yield coding.UnspscAccount, [
        {"concern_id": CONCERN_ID, "id": demo_id("unspsc", prefix), "prefix": prefix, "account": account,
         "valid_from": start, "valid_to": None}
        for prefix, account in data.UNSPSC_ACCOUNTS
    ]  # fmt: skip
    yield access.Setting, [
        _common(start, demo_id("setting", "coding.rounding_account"))
        | {"key": "coding.rounding_account", "value": data.ROUNDING_ACCOUNT}
    ]  # fmt: skip
    yield suppliers.SupplierRelation, list(_relations(now))
    yield suppliers.SupplierAccount, list(_accounts(start))
    yield suppliers.Agreement, list(_agreements(start))
    yield suppliers.AgreementSupplier, list(_agreement_suppliers())
    yield suppliers.AgreementOrganisation, list(_agreement_organisations())


def _common(start: date, row_id: Any) -> dict[str, Any]:
    return {
        "concern_id": CONCERN_ID,
        "id": row_id,
        "organisation_id": None,
        "valid_from": start,
        "valid_to": None,
    }


def _organisations() -> Iterator[dict[str, Any]]:
    for code, name, gln, central in data.ORGANISATIONS:
        yield {
            "concern_id": CONCERN_ID,
            "id": organisation_id(code),
            "code": code,
            "name": name,
            "gln": gln,
            "is_central": central,
        }


def _users() -> Iterator[dict[str, Any]]:
    nothing: dict[str, Any] = {"supplier_id": None, "active": True, "locale": "sv", "preferences": {}}
    for login, name, group, _roles in data.USERS:
        yield nothing | {
            "id": user_id(login),
            "login": login,
            "email": f"{login}.{data.DOMAIN}",
            "name": name,
            "concern_id": CONCERN_ID,
            "organisation_id": organisation_id(organisation_of(login)),
            "person_id": demo_id("person", login),
            "group_code": group,
        }
    for name, _number, _giro, domain, status, _secret in data.SUPPLIERS:
        if status == "approved":
            login = f"leverantor@{domain}"
            yield nothing | {
                "id": user_id(login), "login": login, "email": login, "name": data.SUPPLIER_CONTACT, "concern_id": None,
                "organisation_id": None, "person_id": None, "group_code": None, "supplier_id": supplier_id(name),
            }  # fmt: skip


def _roles(start: date) -> Iterator[dict[str, Any]]:
    for login, _name, _group, roles in data.USERS:
        for code in roles:
            yield {"concern_id": CONCERN_ID, "user_id": user_id(login), "permission": code, "scope": "local",
                   "valid_from": start, "valid_to": None}  # fmt: skip


def _addresses(start: date) -> Iterator[dict[str, Any]]:
    for code, name, street in data.DELIVERY_ADDRESSES:
        yield {
            "concern_id": CONCERN_ID, "id": demo_id("address", name), "organisation_id": organisation_id(code),
            "name": name, "gln": None, "street": street, "postcode": data.POSTCODE, "city": data.CITY,
            "valid_from": start, "valid_to": None,
        }  # fmt: skip


def _recipient_codes(start: date) -> Iterator[dict[str, Any]]:
    for code, organisation, login, secret in data.RECIPIENT_CODES:
        yield {
            "concern_id": CONCERN_ID, "id": demo_id("recipient", code), "organisation_id": organisation_id(organisation),
            "code": code, "user_id": user_id(login), "secret": secret, "valid_from": start, "valid_to": None,
        }  # fmt: skip


def _responsibilities(start: date) -> Iterator[dict[str, Any]]:
    for code, name, organisation, parent, approver in data.RESPONSIBILITIES:
        yield {
            "concern_id": CONCERN_ID, "id": demo_id("responsibility", code),
            "organisation_id": organisation_id(organisation), "code": code, "name": name,
            "parent_id": demo_id("responsibility", parent) if parent else None,
            "approver_id": user_id(approver), "valid_from": start, "valid_to": None,
        }  # fmt: skip


def _coding_values(start: date) -> Iterator[dict[str, Any]]:
    common = {
        "account": data.ACCOUNTS,
        "operation": data.OPERATIONS,
        "project": data.PROJECTS,
        "activity": data.ACTIVITIES,
    }
    for dimension, values in common.items():
        for code, name in values:
            row = _common(start, demo_id(dimension, code))
            yield row | {"dimension": dimension, "code": code, "name": name}
    for code, name, organisation, _parent, _approver in data.RESPONSIBILITIES:
        row = _common(start, demo_id("responsibility_value", code))
        own = {"dimension": "responsibility", "code": code, "name": name}
        yield row | own | {"organisation_id": organisation_id(organisation)}


def _coding_rules(start: date) -> Iterator[dict[str, Any]]:
    for code, organisation, logic, when, then in data.CODING_RULES:
        yield {
            "concern_id": CONCERN_ID, "id": demo_id("rule", code), "organisation_id": organisation_id(organisation),
            "code": code, "logic": logic, "when_dimension": when[0], "when_from": when[1], "when_to": when[2],
            "then_dimension": then[0], "then_from": then[1], "then_to": then[2],
            "valid_from": start, "valid_to": None,
        }  # fmt: skip


def _suppliers(now: datetime) -> Iterator[dict[str, Any]]:
    shared = {"contact_name": data.SUPPLIER_CONTACT, "phone": "010-555 02 00", "postcode": data.POSTCODE, "city": data.CITY,
              "registered_at": now - timedelta(days=730)}  # fmt: skip
    for name, number, _giro, domain, _status, _secret in data.SUPPLIERS:
        yield shared | {
            "id": supplier_id(name), "name": name, "org_number": number, "gln": None,
            "vat_number": f"SE{number}01", "endpoint": f"0007:{number}", "f_tax": True,
            "email": f"leverantor@{domain}", "street": "Leverantörsgatan 2",
        }  # fmt: skip
    name, number, gln, _unit, domain = data.INTERNAL_SUPPLIER
    yield shared | {
        "id": supplier_id(name), "name": name, "org_number": number, "gln": gln, "vat_number": data.CONCERN["vat_number"],
        "endpoint": f"0088:{gln}", "f_tax": False, "email": f"leverantor@{domain}", "street": "Stora torget 1",
    }  # fmt: skip


def _relations(now: datetime) -> Iterator[dict[str, Any]]:
    shared = {
        "concern_id": CONCERN_ID,
        "vat_min": 0,
        "vat_max": 26,
        "payment_days": 30,
        "created_at": now,
        "note": None,
    }
    for name, _number, _giro, _domain, status, secret in data.SUPPLIERS:
        decided = status == "approved"
        yield shared | {
            "supplier_id": supplier_id(name), "status": status, "secret": secret, "internal_organisation_id": None,
            "decided_by": user_id("leverantorsadmin@stad") if decided else None, "decided_at": now if decided else None,
        }  # fmt: skip
    name, _number, _gln, unit, _domain = data.INTERNAL_SUPPLIER
    yield shared | {
        "supplier_id": supplier_id(name), "status": "approved", "secret": False,
        "internal_organisation_id": organisation_id(unit), "decided_by": user_id("leverantorsadmin@stad"),
        "decided_at": now,
    }  # fmt: skip


def _accounts(start: date) -> Iterator[dict[str, Any]]:
    for name, _number, giro, _domain, status, _secret in data.SUPPLIERS:
        yield {
            "concern_id": CONCERN_ID, "id": demo_id("account", name), "supplier_id": supplier_id(name),
            "factor_id": None, "kind": "BANKGIRO", "number": giro, "valid_from": start, "valid_to": None,
            "status": "active" if status == "approved" else "proposed",
        }  # fmt: skip


def _agreements(start: date) -> Iterator[dict[str, Any]]:
    for number, name, kind, owner, cap, limit, _suppliers, _callers, terms in data.AGREEMENTS:
        yield {
            "concern_id": CONCERN_ID, "id": demo_id("agreement", number), "number": number, "name": name, "kind": kind,
            "organisation_id": organisation_id(owner), "valid_from": start,
            "valid_to": start + timedelta(days=4 * 365), "cap_amount": cap, "ranking_limit": limit,
            "price_terms": terms,
        }  # fmt: skip


def _agreement_suppliers() -> Iterator[dict[str, Any]]:
    for number, _name, _kind, _owner, _cap, _limit, names, _callers, _terms in data.AGREEMENTS:
        for rank, name in enumerate(names, start=1):
            yield {"concern_id": CONCERN_ID, "agreement_id": demo_id("agreement", number),
                   "supplier_id": supplier_id(name), "rank": rank}  # fmt: skip


def _agreement_organisations() -> Iterator[dict[str, Any]]:
    everyone = tuple(code for code, *_ in data.ORGANISATIONS)
    for number, _name, _kind, _owner, _cap, _limit, _suppliers, callers, _terms in data.AGREEMENTS:
        for code in callers or everyone:
            yield {"concern_id": CONCERN_ID, "agreement_id": demo_id("agreement", number),
                   "organisation_id": organisation_id(code)}  # fmt: skip
