"""Runs the official rule sets (compiled Schematron) with Saxon and reads their reports to findings.

Saxon's objects belong to one thread at a time and cost a second to make: one engine per process, made at
first use, behind a lock. For more than one core use RulePool: threads do not help.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lxml import etree
from saxonche import PySaxonApiError, PySaxonProcessor

from portal.formats.findings import Finding, Layer, Severity, fatal
from portal.formats.locations import readable
from portal.formats.rulesets import RuleSet
from portal.formats.stand_in import amend
from portal.formats.swedish_texts import swedish_text
from portal.formats.xml import read_trusted

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_XSL = "{http://www.w3.org/1999/XSL/Transform}"
# What a report says about rules that held: two thirds of the running time, and nobody reads it.
_CHATTER = frozenset(
    _SVRL + name
    for name in ("fired-rule", "active-pattern", "suppressed-rule", "ns-prefix-in-attribute-values")
)
_READS_FILES = frozenset({f"{_XSL}import", f"{_XSL}include", f"{_XSL}import-schema"})


class RuleEngine:
    """Saxon with its compiled stylesheets. Not for two threads at once: callers hold the module's lock."""

    def __init__(self) -> None:
        self._saxon = PySaxonProcessor(license=False)
        self._saxon.set_configuration_property("http://saxon.sf.net/feature/allowedProtocols", "file")
        self._compiled: dict[Path, Any] = {}

    def run(self, root: etree._Element, rules: Sequence[RuleSet]) -> list[Finding]:
        """Findings of all sets on a schema-valid document; RULES_ABORTED when a set could not finish."""
        node = self._saxon.parse_xml(xml_text=etree.tostring(root, encoding="unicode"))
        findings: list[Finding] = []
        for rule_set in rules:
            executable = self.compiled(rule_set)
            try:
                report = executable.transform_to_string(xdm_node=node)
            except PySaxonApiError:
                findings.append(_aborted(rule_set))
                continue
            findings += _read_report(report, rule_set.layer)
        return findings

    def compiled(self, rule_set: RuleSet) -> Any:
        """The set's stylesheet, compiled once; PySaxonApiError or XMLSyntaxError when it is no stylesheet."""
        known = self._compiled.get(rule_set.path)
        if known is None:
            known = self._compiled[rule_set.path] = self._compile(rule_set)
        return known

    def _compile(self, rule_set: RuleSet) -> Any:
        compiler = self._saxon.new_xslt30_processor()
        text = prepared(rule_set)
        if text is None:
            return compiler.compile_stylesheet(stylesheet_file=str(rule_set.path))
        return compiler.compile_stylesheet(stylesheet_text=text)


def prepared(rule_set: RuleSet) -> str | None:
    """The stylesheet as it is compiled: without what reports rules that held, and brought up to date where it stands
    in for a newer one. None when it reads further files, and so must be read where it lies."""
    root = read_trusted(rule_set.path)
    if any(child.tag in _READS_FILES for child in root):
        return None
    for element in [element for element in root.iter() if element.tag in _CHATTER]:
        parent = element.getparent()
        if parent is not None and not (element.tail or "").strip():
            parent.remove(element)
    for output in root.iter(f"{_XSL}output"):
        output.set("indent", "no")
    if rule_set.stands_in:
        amend(root)
    return etree.tostring(root, encoding="unicode")


def _read_report(report: str, layer: Layer) -> list[Finding]:
    return [_finding(failed, layer) for failed in read_trusted(report.encode()).iter(f"{_SVRL}failed-assert")]


def _finding(failed: etree._Element, layer: Layer) -> Finding:
    code = failed.get("id") or "UNNAMED"
    said = " ".join((failed.findtext(f"{_SVRL}text") or "").split()).removeprefix(f"[{code}]-")
    severity: Severity = "warning" if failed.get("flag") in {"warning", "information"} else "fatal"
    return Finding(code, severity, layer, readable(failed.get("location") or ""), swedish_text(code, said))


def _aborted(rule_set: RuleSet) -> Finding:
    message = (
        "Regelkontrollen kunde inte slutföras, troligen för att ett värde är orimligt. "
        "Kontrollera belopp, antal och datum och skicka fakturan igen."
    )
    return fatal("RULES_ABORTED", message, layer=rule_set.layer)


class _Shared:
    """The process's one engine, made at first use."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.engine: RuleEngine | None = None

    def run(self, root: etree._Element, rules: Sequence[RuleSet]) -> list[Finding]:
        with self.lock:
            return self._engine().run(root, rules)

    def compile(self, rules: Sequence[RuleSet]) -> None:
        with self.lock:
            for rule_set in rules:
                self._engine().compiled(rule_set)

    def _engine(self) -> RuleEngine:
        if self.engine is None:
            self.engine = RuleEngine()
        return self.engine


_SHARED = _Shared()


def run_rules(root: etree._Element, rules: Sequence[RuleSet]) -> list[Finding]:
    """Findings of the Schematron sets given, on a document that has passed its XSD. Safe from any thread."""
    return _SHARED.run(root, rules)


def compile_rules(rules: Sequence[RuleSet]) -> None:
    """Compile ahead of the first document; PySaxonApiError or XMLSyntaxError when a file is no stylesheet."""
    _SHARED.compile(rules)
