"""May this be bought: asked when it is found, put in the basket, sent, and attested (A10.02, A10.04).

One rule for all four. A search leaves out what may not be bought in SQL (queries/articles.py); a test holds the two
together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

REMOVED = "removed"
SUPPLIER = "supplier"
UNLINKED = "unlinked"
ORGANISATION = "organisation"
EARLY = "early"
EXPIRED = "expired"
SECRET = "secret"  # noqa: S105 - a reason, no password
APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """What decides whether an article may be bought by an organisation.

    `supplier_status` of the concern's relation; `linked`: the supplier is on the agreement; `may_call_off`: the
    organisation is; `secret`: the supplier is a sekretessleverantör.
    """

    removed: bool
    supplier_status: str
    linked: bool
    may_call_off: bool
    valid_from: date
    valid_to: date | None
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: whether secret purchases are theirs to make (B45)."""

    sees_secret: bool


def why_not(offer: OfferFacts, buyer: Buyer, day: date) -> str | None:
    """Why it may not be bought that Stockholm day, as one of the codes above; None when it may."""
    ended = offer.valid_to is not None and day > offer.valid_to
    reasons = (
        (REMOVED, offer.removed),
        (SUPPLIER, offer.supplier_status != APPROVED),
        (UNLINKED, not offer.linked),
        (ORGANISATION, not offer.may_call_off),
        (EARLY, day < offer.valid_from),
        (EXPIRED, ended),
        (SECRET, offer.secret and not buyer.sees_secret),
    )
    return next((code for code, holds in reasons if holds), None)
