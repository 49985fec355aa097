"""What a person had before their eyes, as bytes: hashed into the decision, compared between two tabs."""

from __future__ import annotations

from hashlib import sha256

from portal.kernel.plain import canonical_bytes
from portal.orders.values import Requested


def shown_bytes(requested: Requested) -> bytes:
    """The whole requisition in its one spelling; its number and status are not part of what is decided."""
    return canonical_bytes(
        {
            "id": requested.id,
            "buyer": requested.buyer_user_id,
            "address": requested.delivery_address_id,
            "mark": requested.goods_mark,
            "wanted": requested.wanted_on,
            "note": requested.note_to_supplier,
            "to_approver": requested.note_to_approver,
            "review": requested.review_requested,
            "secret": requested.secret,
            "motives": requested.motives,
            "lines": requested.lines,
        }
    )


def digest(requested: Requested) -> str:
    """Hex sha256 of shown_bytes: what a form carries to prove what it showed."""
    return sha256(shown_bytes(requested)).hexdigest()
