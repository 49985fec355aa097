"""What the rules on payment see: where the money would go, and whether we are to pay at all. Frozen facts."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Account:
    """An account on the invoice or in the register. `scheme` is BANKGIRO, PLUSGIRO or IBAN (OTHER: none of them)."""

    scheme: str
    number: str
    factor_org_number: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """Step 3. `payee_org_number`: BT-61, else BT-60. `transferred`: a note says that the claim is another's now.

    `means`: every BT-81. `prepaid`: paid in full by somebody, says BT-113. `allowed_means` and `prepaid_allowed`:
    what is agreed with the supplier. `confirmed`: levgruppen has checked the account with the supplier;
    `otherwise_confirmed`: and this, that we are not to pay it.
    """

    accounts: tuple[Account, ...] = ()
    registered: tuple[Account, ...] = ()
    payee: bool = False
    payee_org_number: str | None = None
    internal: bool = False
    credit_note: bool = False
    confirmed: bool = False
    payee_name: str = ""
    seller_org_number: str | None = None
    transferred: bool = False
    means: tuple[str, ...] = ()
    allowed_means: tuple[str, ...] = ()
    prepaid: bool = False
    prepaid_allowed: bool = False
    otherwise_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class StandingFacts:
    """Before Klar, after arrival: the account chosen then, and what holds today. `joined`: approved, not blocked."""

    payment: PaymentFacts = field(default_factory=PaymentFacts)
    stored: Account | None = None
    otherwise: bool = False
    joined: bool = True
