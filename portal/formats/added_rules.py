"""What differs between the packaged Peppol rules of 2024 and BIS Billing 3.0.21 (edition 2026.5), as data.

The packaged set stands in where an installation has no newer one; stand_in.py writes these differences into it.
Expressions are XPath 2.0 and may use the variables of the packaged set, and those under VARIABLES. An installed
official set is never touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portal.formats.findings import Severity

EDITION = "2026.5"


@dataclass(frozen=True, slots=True)
class CodeChange:
    """Codes a list of the packaged set has got and lost since."""

    added: str
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """`test` holds for a context node that keeps the rule; `text` is told where there is no Swedish one."""

    id: str
    test: str
    text: str
    severity: Severity = "fatal"


@dataclass(frozen=True, slots=True)
class Context:
    """Rules of one XPath pattern. Of contexts in one `group` a node meets only the first that matches it."""

    match: str
    group: str
    rules: tuple[Rule, ...]


CODE_LISTS: Mapping[str, CodeChange] = {
    "eaid": CodeChange("0225 0235 0240 0242 0244 0245 0246 0248", gone="0037 0193 0202 0212 0213 0215 9901"),
    "ISO4217": CodeChange("CNH MRU SLE UYW VED VES XCG ZWG", gone="ANG BGN CUC HRK MRO SLL VEF ZWL"),
    "UNCL5305": CodeChange("B"),
    "UNCL7161": CodeChange("PRV"),
}

_COUNTRY = "cac:Party/cac:PostalAddress/cac:Country/cbc:IdentificationCode"
_RESPONSE_PROFILE = "urn:peppol:bis:billing_with_response"
_PLAIN_PROFILES = (
    "'urn:fdc:peppol.eu:2017:poacc:billing:01:1.0', 'urn:peppol:france:billing:regulated', "
    "'urn:peppol:france:billing:non-regulated'"
)
VARIABLES: Mapping[str, str] = {
    "profile": f"if (normalize-space(/*/cbc:ProfileID) = ({_PLAIN_PROFILES})) then '01' "
    f"else if (normalize-space(/*/cbc:ProfileID) = '{_RESPONSE_PROFILE}') then '02' else 'Unknown'",
    "bothGerman": " and ".join(
        f"upper-case(normalize-space(/*/cac:Accounting{side}Party/{_COUNTRY})) = 'DE'"
        for side in ("Supplier", "Customer")
    ),
}
"""Redefined where the packaged set has the name, else new."""


def luhn(number: str) -> str:
    """XPath: only digits, and the tenth the Luhn digit of the nine before (u:checkSEOrgnr of the official set)."""
    doubled = (
        f"for $place in 1 to 9, $value in xs:integer(substring({number}, $place, 1)) * (1 + $place mod 2) "
        "return $value idiv 10 + $value mod 10"
    )
    return (
        f"(if (matches({number}, '^[0-9]{{10,}}$')) "
        f"then (10 - sum({doubled}) mod 10) mod 10 = number(substring({number}, 10, 1)) else false())"
    )


_TYPES = "71 80 82 84 102 218 219 326 331 380 382 383 384 386 388 393 395 553 575 623 780 817 870 875 876 877"
_CREDIT_TYPES = "381 396 81 83 532"
_ASSIGNED = "cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode"
_DK_LISTS = "'19.05.01', '19.0501', '26.08.01', '26.0801'"


def _one_of(codes: str) -> str:
    return f"not($profile = ('01', '02')) or tokenize('{codes}', ' ') = normalize-space(text())"


TESTS: Mapping[str, str] = {
    "DK-R-003": f"not({_ASSIGNED}/@listID = 'TST') or {_ASSIGNED}/@listVersionID = ({_DK_LISTS})",
    "DK-R-004": "not(cbc:AllowanceChargeReasonCode = 'ZZZ') "
    "or (string-length(normalize-space(cbc:AllowanceChargeReason/text())) = 4 "
    "and number(cbc:AllowanceChargeReason) ge 0 and number(cbc:AllowanceChargeReason) le 9999) "
    "or (contains(cbc:AllowanceChargeReason, '#') and not(starts-with(cbc:AllowanceChargeReason, '#')) "
    "and not(ends-with(cbc:AllowanceChargeReason, '#')))",
    "DK-R-008": "not(cbc:PaymentMeansCode = '50') or (substring(cbc:PaymentID, 1, 3) = ('01#', '04#', '15#') "
    "and matches(cac:PayeeFinancialAccount/cbc:ID, '^[0-9]{7,8}$'))",
    "NL-R-007": "(/ubl-invoice:Invoice and xs:decimal(cbc:PayableAmount) le 0) "
    "or (/ubl-creditnote:CreditNote and xs:decimal(cbc:PayableAmount) ge 0) or //cac:PaymentMeans",
    "PEPPOL-COMMON-R042": "matches(string(), '^(DK)?[0-9]{8}$')",
    "PEPPOL-COMMON-R049": "string-length(normalize-space()) = 10 and " + luhn("normalize-space()"),
    "PEPPOL-EN16931-P0100": _one_of(_TYPES),
    "PEPPOL-EN16931-P0101": _one_of(_CREDIT_TYPES),
    "PEPPOL-EN16931-R002": "count(cbc:Note) le 1 or $bothGerman",
    "PEPPOL-EN16931-R004": "starts-with(normalize-space(cbc:CustomizationID/text()), "
    "'urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0') "
    "and not(contains(normalize-space(cbc:CustomizationID/text()), '::'))",
}
SEVERITIES: Mapping[str, Severity] = {"DK-R-003": "fatal", "SE-R-003": "fatal", "SE-R-004": "fatal"}
WIDER: Mapping[str, str] = {"PEPPOL-EN16931-R051": "cac:TaxSubtotal/cbc:TaxAmount"}
"""Rule id → a context it has besides its own."""
NARROWER: Mapping[str, str] = {"NL-R-008": "cac:PaymentMeans[$supplierCountryIsNL and $customerCountryIsNL]"}
"""Rule id → the context it has instead of its own."""

BESIDE: Mapping[str, Rule] = {
    "SE-R-003": Rule(
        "SE-R-013",
        luhn("normalize-space(cbc:CompanyID)"),
        "The last digit of a Swedish organization number must be valid according to the Luhn algorithm.",
    ),
    "PEPPOL-EN16931-P0100": Rule(
        "PEPPOL-EN16931-P0112",
        "not(normalize-space(.) = ('326', '384')) or $bothGerman",
        "Invoice type code 326 or 384 are only allowed when both buyer and seller are German organizations",
    ),
}
"""Rule id → a new rule of the same context."""


def _scheme(scheme: str) -> str:
    named = f"[@schemeID = '{scheme}']"
    return f"cbc:EndpointID{named} | cac:PartyIdentification/cbc:ID{named} | cbc:CompanyID{named}"


def _common(code: str, match: str, test: str, what: str, severity: Severity = "fatal") -> Context:
    text = f"{what} MUST be stated in the correct format."
    return Context(match, "common", (Rule(f"PEPPOL-COMMON-{code}", test, text, severity),))


def _formed(pattern: str) -> str:
    return f"matches(normalize-space(), '{pattern}')"


_NL_VAT = "^NL[0-9]{9}B[0-9]{2}$"
_NL_TAX = (
    "cac:PartyTaxScheme[normalize-space(cac:TaxScheme/cbc:ID) = 'VAT']"
    "/cbc:CompanyID[starts-with(normalize-space(.), 'NL')]"
)
COMMON: tuple[Context, ...] = (
    _common("R052", _scheme("0096"), "matches(string(), '^[0-9]{10}$')", "Danish P number (0096)"),
    _common("R053", _scheme("0198"), "matches(string(), '^DK[0-9]{8}$')", "Danish SE number (0198)"),
    _common("R054", _scheme("0106"), _formed("^[0-9]{8}$"), "Dutch KVK number (0106)", "warning"),
    _common("R055", _scheme("0190"), _formed("^[0-9]{20}$"), "Dutch organization number (0190)", "warning"),
    _common("R056-1", _scheme("9944"), _formed(_NL_VAT), "Dutch VAT number (9944)", "warning"),
    _common("R056-2", _NL_TAX, _formed(_NL_VAT), "Dutch VAT number", "warning"),
    _common("R057", _scheme("0217"), _formed("^[0-9]{12}$"), "Dutch establishment number (0217)", "warning"),
)
"""Formats of numbers: in the packaged set's own group of such rules, after them."""

DANISH: tuple[Context, ...] = (
    Context(
        "/*[$DKSupplierCountry = 'DK' and $DKCustomerCountry = 'DK']/cac:AccountingCustomerParty/cac:Party",
        "danish-customer",
        (
            Rule(
                "DK-R-017",
                "not(cac:PartyLegalEntity/cbc:CompanyID) "
                "or normalize-space(cac:PartyLegalEntity/cbc:CompanyID/@schemeID) = '0184'",
                'For Danish Customers it is mandatory to specify schemeID as "0184" (DK CVR-number) when '
                "PartyLegalEntity/CompanyID is used for AccountingCustomerParty",
            ),
        ),
    ),
)


def changed_ids() -> Iterator[str]:
    """Every rule whose meaning is another than the packaged one's, or that it lacks."""
    yield from TESTS
    yield from SEVERITIES
    yield from WIDER
    yield from NARROWER
    yield from (rule.id for rule in BESIDE.values())
    yield from (rule.id for context in (*COMMON, *DANISH) for rule in context.rules)
