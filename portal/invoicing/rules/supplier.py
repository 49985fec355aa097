"""Step 2, who sent it (A4.02): legal id, else VAT number, else endpoint; never the name."""

from __future__ import annotations

from dataclasses import dataclass

from portal.invoicing.values import SupplierCandidate, SupplierFacts
from portal.kernel.decision import Reason
from portal.kernel.identifiers import format_org_number, org_number

RULE = "A4.02/1"


@dataclass(frozen=True, slots=True)
class SupplierChoice:
    """The supplier and by which key, or the reason why none is known."""

    supplier: SupplierCandidate | None = None
    by: str | None = None
    reason: Reason | None = None


def choose(facts: SupplierFacts) -> SupplierChoice:
    """The first key the invoice carries decides: a known VAT number does not excuse an unknown legal id."""
    if facts.chosen:
        return _one([c for c in facts.candidates if c.id == facts.chosen], "chosen", facts)
    if facts.legal_id:
        return _one(_by_legal_id(facts), "legal_id", facts)
    if facts.vat_number:
        return _one([c for c in facts.candidates if c.vat_number == facts.vat_number], "vat_number", facts)
    return _one(
        [c for c in facts.candidates if facts.endpoint and c.endpoint == facts.endpoint], "endpoint", facts
    )


def _by_legal_id(facts: SupplierFacts) -> list[SupplierCandidate]:
    # An internal unit shares the concern's organisation number: only its GLN tells it from the others.
    wanted = org_number(facts.legal_id or "") or facts.legal_id
    same = [c for c in facts.candidates if c.org_number == wanted]
    return [c for c in same if not c.internal or c.gln in facts.glns]


def _one(found: list[SupplierCandidate], by: str, facts: SupplierFacts) -> SupplierChoice:
    joined = [candidate for candidate in found if candidate.joined]
    if len(joined) == 1:
        return SupplierChoice(joined[0], by)
    return SupplierChoice(reason=_unknown(facts))


def _unknown(facts: SupplierFacts) -> Reason:
    key = facts.legal_id or facts.vat_number or facts.endpoint
    if not key:
        message = "%(name)s har inget organisationsnummer på fakturan. Välj leverantör."
        return Reason("supplier_unknown", message, {"name": facts.seller_name or "Säljaren"}, RULE)
    message = "%(name)s, %(key)s, är inte en ansluten leverantör hos oss. Välj leverantör eller makulera."
    params = {"name": facts.seller_name or "Säljaren", "key": format_org_number(key)}
    return Reason("supplier_unknown", message, params, RULE)
