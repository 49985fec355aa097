"""Step 1, whose invoice it is (A4.01): a decision over what the references lead to."""

from __future__ import annotations

from dataclasses import dataclass

from portal.invoicing.values import Candidate, OrganisationFacts
from portal.kernel.decision import Reason
from portal.kernel.text import sentence_list

RULE = "A4.01/1"


@dataclass(frozen=True, slots=True)
class OrganisationChoice:
    """The organisation (id) and by which reference, or the reason why none is known."""

    organisation: str | None = None
    by: str | None = None
    reason: Reason | None = None


def choose(facts: OrganisationFacts) -> OrganisationChoice:
    """Endpoint GLN, else identifier GLN, else order, else code; a GLN must agree with order and code."""
    if facts.chosen:
        return OrganisationChoice(facts.chosen, "chosen")
    found = [(by, candidate) for by, candidate in _ordered(facts) if candidate and candidate.organisation]
    if not found:
        return OrganisationChoice(reason=_unknown(facts))
    by, first = found[0]
    if by in _GLNS:
        other = next(
            (c for way, c in found if way not in _GLNS and c.organisation != first.organisation), None
        )
        if other:
            return OrganisationChoice(reason=_conflict(first, other))
    return OrganisationChoice(first.organisation, by)


_GLNS = ("endpoint_gln", "identifier_gln")


def _ordered(facts: OrganisationFacts) -> tuple[tuple[str, Candidate | None], ...]:
    return (
        ("endpoint_gln", facts.endpoint_gln),
        ("identifier_gln", facts.identifier_gln),
        ("order", facts.order),
        ("recipient_code", facts.recipient_code),
    )


def _unknown(facts: OrganisationFacts) -> Reason:
    values = [candidate.value for _, candidate in _ordered(facts) if candidate]
    if not values:
        message = "Fakturan har varken lokaliseringskod, ordernummer eller mottagarkod. Välj organisation."
        return Reason("organisation_unknown", message, rule=RULE)
    message = "Ingen organisation hos oss hör till %(values)s. Välj organisation."
    return Reason("organisation_unknown", message, {"values": sentence_list(values, "eller")}, RULE)


def _conflict(gln: Candidate, other: Candidate) -> Reason:
    params = {
        "gln": gln.value, "gln_name": gln.name or "en organisation",
        "other": other.value, "other_name": other.name or "en annan organisation",
    }  # fmt: skip
    message = "%(gln)s hör till %(gln_name)s men %(other)s hör till %(other_name)s. Välj organisation."
    return Reason("organisation_conflict", message, params, RULE)
