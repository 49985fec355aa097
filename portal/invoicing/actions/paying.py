"""How an invoice is to be paid: what the rules see of it at arrival, and once more before it becomes Klar."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal.formats.en16931 import Invoice as Neutral
from portal.formats.en16931 import Party
from portal.invoicing.models import Invoice, RuleDecision
from portal.invoicing.payment_values import Account, PaymentFacts, StandingFacts
from portal.invoicing.queries.references import AccountRow, SupplierRow, supplier_today
from portal.invoicing.rules import payment, payment_means
from portal.invoicing.rules.payee import FACTORED, says_assigned
from portal.invoicing.rules.payment import PaymentChoice
from portal.invoicing.rules.payment_date import Payable
from portal.invoicing.values import ZERO
from portal.kernel.dates import stockholm_date
from portal.kernel.decision import Decision
from portal.kernel.identifiers import account_number, org_number, org_of_vat, uuid7
from portal.kernel.plain import from_plain

CONFIRMED_ACCOUNT, CONFIRMED_OTHERWISE = "payment_account", "paid_otherwise"
"""Entries of manual_controls: levgruppen's word on this invoice."""
# BT-90 is written among the payee's identifiers too.
_CREDITOR_SCHEME = "SEPA"


def payment_facts(
    invoice: Neutral,
    supplier: SupplierRow | None,
    registered: Sequence[AccountRow],
    settled: Collection[str],
) -> PaymentFacts:
    """Step 3 (A4.03). `settled`: what people have settled of the invoice (manual_controls)."""
    payee = invoice.payee
    return PaymentFacts(
        accounts=tuple(dict.fromkeys(Account(one.scheme, one.number) for one in invoice.accounts)),
        registered=_accounts(registered),
        payee=payee is not None,
        payee_org_number=payee_number(payee),
        internal=supplier is not None and supplier.internal is not None,
        credit_note=invoice.is_credit_note,
        confirmed=CONFIRMED_ACCOUNT in settled,
        payee_name=payee_name(payee),
        seller_org_number=supplier.org_number if supplier else None,
        transferred=is_transferred(invoice),
        means=payment_means.told(invoice.means_codes, invoice.means),
        allowed_means=tuple(sorted(supplier.terms.payment_means)) if supplier else (),
        prepaid=is_prepaid(invoice),
        prepaid_allowed=supplier is not None and supplier.terms.prepaid,
        otherwise_confirmed=CONFIRMED_OTHERWISE in settled,
    )


def _accounts(rows: Sequence[AccountRow]) -> tuple[Account, ...]:
    return tuple(Account(row.kind, row.number, row.factor, row.active) for row in rows)


def payee_number(payee: Party | None) -> str | None:
    """Who the payee is: BT-61, else BT-60, a Swedish organisation or VAT number as ten digits; None by name only."""
    if payee is None:
        return None
    named = payee.legal_id or next((one for one in payee.identifiers if one.scheme != _CREDITOR_SCHEME), None)
    return (org_number(named.value) or org_of_vat(named.value) or named.value.strip()) if named else None


def payee_name(payee: Party | None) -> str:
    """The payee's name as written."""
    return (payee.name or payee.legal_name or "") if payee else ""


def is_transferred(invoice: Neutral) -> bool:
    """Whether the invoice says, by its kind or in a note, that the claim is another's."""
    lines = (line.note or "" for line in invoice.lines)
    notes = (*invoice.notes, invoice.payment_terms or "", *lines)
    return invoice.type_code == FACTORED or says_assigned(notes)


def is_prepaid(invoice: Neutral) -> bool:
    """Whether BT-113 is all that was owed, or leaves nothing to pay; what rounds off (BT-114) is no debt.

    More than was owed is a wrong sum, not a payment (A4.10).
    """
    prepaid, gross = invoice.prepaid_amount, invoice.gross_amount
    left = invoice.payable_amount if gross > 0 else -invoice.payable_amount
    inside = min(gross, ZERO) <= prepaid <= max(gross, ZERO)
    return bool(prepaid) and inside and (prepaid == gross or left <= 0)


def payable(invoice: Neutral | Invoice, supplier: SupplierRow | None, *, otherwise: bool) -> Payable:
    """What decides the day an invoice is paid."""
    days = {"days": supplier.terms.payment_days} if supplier else {}
    never = otherwise or (supplier is not None and supplier.internal is not None)
    return Payable(invoice.due_date, invoice.issue_date, invoice.payable_amount, never=never, **days)


def stored_columns(account: Account | None, *, otherwise: bool) -> dict[str, Any]:
    """The choice as the invoice's columns keep it."""
    return {
        "pay_scheme": account.scheme if account else None,
        "pay_number": account_number(account.scheme, account.number) if account else None,
        "pay_factor": account.factor_org_number if account else None,
        "paid_otherwise": otherwise,
    }


@dataclass(frozen=True, slots=True)
class Chosen:
    """What arrival chose and people have settled of an invoice."""

    account: Account | None
    otherwise: bool
    settled: tuple[str, ...]
    credit_note: bool


def chosen_of(row: Any) -> Chosen:
    """The choice as an invoice row keeps it."""
    account = Account(row.pay_scheme, row.pay_number, row.pay_factor) if row.pay_scheme else None
    return Chosen(account, row.paid_otherwise, tuple(row.manual_controls), row.is_credit_note)


def standing_facts(
    chosen: Chosen, neutral: Neutral | None, supplier: SupplierRow | None, registered: Sequence[AccountRow]
) -> StandingFacts:
    """The choice beside what holds today."""
    if neutral:
        facts = payment_facts(neutral, supplier, registered, chosen.settled)
    else:  # the row knows the account; the document would only have said it again
        facts = PaymentFacts(
            registered=_accounts(registered),
            internal=supplier is not None and supplier.internal is not None,
            credit_note=chosen.credit_note,
            confirmed=CONFIRMED_ACCOUNT in chosen.settled,
        )
    joined = supplier is not None and supplier.status == "approved"
    return StandingFacts(facts, chosen.account, chosen.otherwise, joined)


@dataclass(frozen=True, slots=True)
class Today:
    """What holds today of the payment chosen at arrival, and the decision to store when it is acted on."""

    choice: PaymentChoice
    decision: Decision
    supplier: SupplierRow | None


async def payment_today(session: AsyncSession, invoice: Invoice, now: datetime) -> Today:
    """Decide it anew: an account is never paid because it was stored."""
    day = stockholm_date(now)
    supplier, registered = await supplier_today(session, invoice.concern_id, invoice.supplier_id, day)
    neutral = from_plain(Neutral, invoice.document) if invoice.document else None
    facts = standing_facts(chosen_of(invoice), neutral, supplier, registered)
    return Today(*payment.decision(facts), supplier)


async def keep_decision(session: AsyncSession, invoice: Invoice, decision: Decision, now: datetime) -> None:
    """Store a decision of one invoice with its inputs."""
    stored = decision.to_bytes()
    result = str(decision.result.get("status") or ("stopped" if decision.reasons else "passed"))
    session.add(
        RuleDecision(
            concern_id=invoice.concern_id, id=uuid7(), invoice_id=invoice.id, kind=decision.kind, result=result,
            stored=stored, sha256=sha256(stored).digest(), decided_at=now,
        )
    )  # fmt: skip
    await session.flush()
