"""The coding a new line starts with: konto from UNSPSC (A6.19), the rest from what the person used last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from portal.catalog.rules.unspsc import SEGMENTS
from portal.coding.rules.proposal import propose_account
from portal.coding.values import CodeString
from portal.kernel.text import Message

_FROM_GROUP = "Konto föreslaget från varugrupp %(prefix)s %(group)s"
_FROM_PREFIX = "Konto föreslaget från varukod %(prefix)s"
_NONE = "Inget konto är kopplat till varugruppen. Välj konto."


def propose(unspsc: str | None, accounts: Mapping[str, str], base: CodeString) -> tuple[CodeString, Message]:
    """The code string and, in words, where its konto came from. `base` gives ansvar and the rest."""
    found = propose_account(unspsc, accounts)
    if found is None:
        return replace(base, account=None), Message(_NONE)
    code = replace(base, account=found.account)
    if found.prefix not in SEGMENTS:
        return code, Message(_FROM_PREFIX, prefix=found.prefix)
    return code, Message(_FROM_GROUP, prefix=found.prefix, group=SEGMENTS[found.prefix])
