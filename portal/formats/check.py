"""One document judged: well-formed → XSD → CEN and Peppol rules, as `portal check` and the intake need it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lxml import etree

from portal.formats.documents import UNKNOWN, document_type
from portal.formats.findings import Finding, Unreadable
from portal.formats.peppol.attachments import EMBEDDED, check_attachments
from portal.formats.rule_runner import run_rules
from portal.formats.rulesets import RuleSet, for_document, packaged_rules
from portal.formats.schemas import check_schema
from portal.formats.xml import MAX_BYTES, parse_xml

Verdict = Literal["accepted", "rejected"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`document` as `portal check` names it, and everything found, in the order it was looked for."""

    document: str
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """Rejected when any finding is fatal."""
        return "rejected" if self.fatals else "accepted"

    @property
    def fatals(self) -> tuple[Finding, ...]:
        """The findings that reject it."""
        return tuple(finding for finding in self.findings if finding.is_fatal)

    @property
    def is_readable(self) -> bool:
        """No fatal of layer xml or xsd: the document can be read, whatever the rules say of it."""
        return not any(finding.layer in {"xml", "xsd"} for finding in self.fatals)

    def as_json(self, file: str) -> dict[str, Any]:
        """The element `portal check --json` prints for one file."""
        findings = [finding.as_json() for finding in self.findings]
        return {"file": file, "document": self.document, "verdict": self.verdict, "findings": findings}


def check_document(
    data: bytes, *, max_bytes: int = MAX_BYTES, rules: Sequence[RuleSet] | None = None
) -> CheckResult:
    """Judge bytes. `rules` are the sets in force (`in_force`), the packaged ones when not given."""
    try:
        root = parse_xml(data, max_bytes=max_bytes)
    except Unreadable as error:
        return CheckResult(UNKNOWN, error.findings)
    return check_root(root, packaged_rules() if rules is None else rules)


def check_root(root: etree._Element, rules: Sequence[RuleSet]) -> CheckResult:
    """Judge a parsed document: schema first, and only a schema-valid one meets the rules."""
    document = document_type(root)
    findings = check_shape(root, rules)
    if findings:
        return CheckResult(document, tuple(findings))
    rule_sets = for_document(rules, document, "schematron")
    if not rule_sets:
        return CheckResult(
            document, (_no_rules(document, by_schema=bool(for_document(rules, document, "xsd"))),)
        )
    return CheckResult(document, tuple(run_rules(root, rule_sets)))


def check_shape(root: etree._Element, rules: Sequence[RuleSet]) -> list[Finding]:
    """What the schema says, and which attachments are no base64: those by their name, not by their line."""
    schemas = for_document(rules, document_type(root), "xsd")
    found = [finding for schema in schemas for finding in check_schema(root, schema.path)]
    broken = check_attachments(root)
    if broken:
        found = [one for one in found if not one.location.endswith(EMBEDDED)]
    return [*found, *broken]


def check_rules(data: bytes, rules: Sequence[RuleSet] | None = None) -> list[Finding]:
    """Only the CEN and Peppol findings of a document known to pass its XSD, in this process."""
    root = parse_xml(data)
    in_force = packaged_rules() if rules is None else rules
    return run_rules(root, for_document(in_force, document_type(root), "schematron"))


def _no_rules(document: str, *, by_schema: bool) -> Finding:
    how = "mot sitt XML-schema" if by_schema else "som hel XML av känd sort"
    message = (
        f"För dokumenttypen {document} finns inget regelverk installerat. "
        f"Dokumentet är bara kontrollerat {how}. Den som driver portalen kan lägga till regelverket."
    )
    return Finding("NO_RULES", "warning", "peppol", "", message)
