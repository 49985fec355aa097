"""Runs the official rule sets (compiled Schematron) with Saxon and reads their reports to findings.

Saxon's objects belong to one thread at a time and cost a second to make: one engine per process, made at
first use, behind a lock. For more than one core use RulePool: threads do not help.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from saxonche import PySaxonApiError, PySaxonProcessor

from portal.formats.added_rules import RAISED, AddedRule, missing_from, run_added
from portal.formats.findings import Finding, Layer, Severity, fatal
from portal.formats.locations import readable
from portal.formats.rulesets import RuleSet
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


@dataclass(frozen=True, slots=True)
class _Compiled:
    executable: Any
    added: tuple[AddedRule, ...]


class RuleEngine:
    """Saxon with its compiled stylesheets. Not for two threads at once: callers hold the module's lock."""

    def __init__(self) -> None:
        self._saxon = PySaxonProcessor(license=False)
        self._saxon.set_configuration_property("http://saxon.sf.net/feature/allowedProtocols", "file")
        self._compiled: dict[Path, _Compiled] = {}

    def run(self, root: etree._Element, rules: Sequence[RuleSet]) -> list[Finding]:
        """Findings of all sets on a schema-valid document; RULES_ABORTED when a set could not finish."""
        node = self._saxon.parse_xml(xml_text=etree.tostring(root, encoding="unicode"))
        findings: list[Finding] = []
        for rule_set in rules:
            compiled = self.compiled(rule_set)
            try:
                report = compiled.executable.transform_to_string(xdm_node=node)
            except PySaxonApiError:
                findings.append(_aborted(rule_set))
                continue
            findings += _read_report(report, rule_set.layer)
            findings += run_added(root, compiled.added)
        return findings

    def compiled(self, rule_set: RuleSet) -> _Compiled:
        """The set's stylesheet, compiled once; PySaxonApiError or XMLSyntaxError when it is no stylesheet."""
        known = self._compiled.get(rule_set.path)
        if known is None:
            known = self._compiled[rule_set.path] = self._compile(rule_set)
        return known

    def _compile(self, rule_set: RuleSet) -> _Compiled:
        compiler = self._saxon.new_xslt30_processor()
        text = without_chatter(rule_set.path)
        if text is None:
            executable = compiler.compile_stylesheet(stylesheet_file=str(rule_set.path))
        else:
            executable = compiler.compile_stylesheet(stylesheet_text=text)
        own = missing_from(rule_set.path.read_text(encoding="utf-8")) if rule_set.name == "peppol" else ()
        return _Compiled(executable, own)


def without_chatter(path: Path) -> str | None:
    """The stylesheet without what reports rules that held; None when it reads further files."""
    root = read_trusted(path)
    if any(child.tag in _READS_FILES for child in root):
        return None
    for element in [element for element in root.iter() if element.tag in _CHATTER]:
        parent = element.getparent()
        if parent is not None and not (element.tail or "").strip():
            parent.remove(element)
    for output in root.iter(f"{_XSL}output"):
        output.set("indent", "no")
    return etree.tostring(root, encoding="unicode")


def _read_report(report: str, layer: Layer) -> list[Finding]:
    return [_finding(failed, layer) for failed in read_trusted(report.encode()).iter(f"{_SVRL}failed-assert")]


def _finding(failed: etree._Element, layer: Layer) -> Finding:
    code = failed.get("id") or "UNNAMED"
    said = " ".join((failed.findtext(f"{_SVRL}text") or "").split()).removeprefix(f"[{code}]-")
    packaged: Severity = "warning" if failed.get("flag") in {"warning", "information"} else "fatal"
    severity = RAISED.get(code, packaged)
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
