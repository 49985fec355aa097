"""What must hold of how a Klar invoice is paid: the sum, the account, the day, and who decided on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal as D
from hashlib import sha256
from typing import Any

from tests.play.deeds_of_invoices import seen
from tests.play.paper import Read
from tests.play.stage import Stage, require

ZERO, ROUNDING = D(0), D("0.50")
TRANSFERS = {"1", "30", "31", "42", "50", "56", "58"}
_DECISIONS = (
    "SELECT act, person_id, amount, shown_sha256 FROM decision WHERE subject_type = 'invoice' AND subject_id = :id"
    " AND voided_at IS NULL"
)
_ACCOUNTS = (
    "SELECT number, factor_id FROM supplier_account WHERE supplier_id = :supplier AND status = 'active'"
)


def check_sums(stage: Stage, row: Any, document: Read, by_person: Sequence[Any]) -> None:
    """What is paid is what the document says, or what a person put in its place."""
    corrected = any("after" in e["data"] and "payable_amount" in e["data"]["after"] for e in by_person)
    require(stage, corrected or row.payable_amount == document.payable, f"{row.number}: another sum is paid")
    require(stage, document.currency == "SEK", f"{row.number} is in {document.currency}")
    require(stage, abs(document.rounding) <= ROUNDING, f"{row.number} rounds off {document.rounding}")
    low, high = sorted((ZERO, row.gross_amount))
    require(stage, low <= row.prepaid_amount <= high, f"{row.number}: prepaid {row.prepaid_amount}")
    right = row.gross_amount - row.prepaid_amount + row.rounding_amount
    require(stage, row.payable_amount == right, f"{row.number}: {row.payable_amount} to pay of {right}")
    require(stage, row.org_number == document.seller, f"{row.number}: {document.seller} is {row.org_number}")


async def check_payment(stage: Stage, row: Any, document: Read) -> None:
    """To an account of the supplier's that is in force, on a day when banks pay; or not by us, and then never."""
    if document.credit:
        require(stage, row.payment_date is None, f"{row.number}: a credit note with a day of payment")
        return
    other = [code for code in document.means if code not in TRANSFERS]
    whole = document.prepaid != 0 and document.prepaid >= document.gross
    if other or whole:
        require(stage, row.payment_date is None, f"{row.number} is paid twice: {other or document.prepaid}")
        require(stage, "paid_otherwise" in str(row.manual_controls), f"{row.number}: nobody said it is paid")
        if row.otherwise_checked_person or row.otherwise_confirmed_person:
            two = {row.otherwise_checked_person, row.otherwise_confirmed_person}
            require(stage, len(two - {None}) == 2, f"{row.number}: one person alone said it is paid")
        return
    if row.payable_amount <= 0:
        require(stage, row.payment_date is None, f"{row.number}: nothing to pay, and a day")
        return
    day, due = row.payment_date, row.due_date
    require(stage, day is not None and due is not None, f"{row.number}: no day of payment")
    require(stage, due >= row.issue_date, f"{row.number}: due {due} before {row.issue_date}")
    late = day > stage.today and day >= due and day >= row.issue_date + timedelta(30) and day.weekday() < 5
    require(stage, late, f"{row.number}: paid {day}, due {due}, written {row.issue_date}")
    if row.payment_confirmed_person is not None:
        apart = row.payment_checked_person != row.payment_confirmed_person
        require(stage, apart and row.payment_checked_person, f"{row.number}: one person alone let it go")
        return
    accounts = await stage.rows(_ACCOUNTS, supplier=row.supplier_id)
    own = {one.number for one in accounts if one.factor_id is None}
    factors = {one.number for one in accounts if one.factor_id is not None}
    to = row.pay_number
    require(stage, to in own | factors, f"{row.number} goes to {to}")
    named = {number.replace(" ", "").replace("-", "") for number in document.accounts}
    require(stage, not named or to in named, f"{row.number} goes to {to}, asked {named}")
    away = document.payee is not None or "överlåt" in document.note.lower()
    require(
        stage, not away or to in factors, f"{row.number}: {document.payee or document.note} and paid to {to}"
    )


async def check_two_persons(stage: Stage, row: Any, *first: str) -> None:
    """Whoever reviewed or accepted saw exactly this sum, and so did another, who attested all of it."""
    if row.net_amount == 0:
        return
    decided = await stage.rows(_DECISIONS, id=row.id)
    page = sha256(seen(row.payable_amount)).digest()
    saw = [one for one in decided if one.act in first and bytes(one.shown_sha256) == page]
    attested = [one for one in decided if one.act == "approve"]
    require(stage, saw, f"{row.number} ({row.flow}): nobody reviewed {row.payable_amount}")
    require(stage, attested, f"{row.number} ({row.flow}): nobody attested it")
    others = {one.person_id for one in attested} - {one.person_id for one in saw}
    require(stage, others, f"{row.number}: one person did both")
    require(
        stage, all(bytes(one.shown_sha256) == page for one in attested), f"{row.number}: another sum attested"
    )
