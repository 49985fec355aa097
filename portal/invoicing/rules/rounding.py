"""The coding of what an invoice rounds off (BT-114): a row of its own, with no attest of its own.

It lies on the concern's account for it, at the ansvar and verksamhet of the largest row. A concern that has chosen no
account, or one that is not valid, has it on the largest row's own codes: a right invoice is never stopped for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from portal.coding.values import CodeString, CodingRegister, CodingRow

SOURCE = "öresavrundning på fakturan"


def rounding_row(
    rows: Sequence[CodingRow], amount: Decimal, account: str | None, register: CodingRegister
) -> CodingRow | None:
    """The row for `amount` beside the others; none when nothing is rounded off or nothing is coded."""
    if not amount or not rows:
        return None
    largest = max(rows, key=lambda row: abs(row.amount)).code
    if account is None or account not in register.values.get("account", {}):
        return CodingRow(largest, amount)
    return CodingRow(CodeString(account, largest.responsibility, largest.operation), amount)
