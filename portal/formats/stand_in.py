"""Writes what has changed since 2024 into the packaged Peppol stylesheet, before it is compiled.

The packaged one is made by SchXslt: a template for each context, in it an `xsl:if` with the negated test round each
failed assert, and a parameter with the groups a node has met already. What is not found as expected raises, so that
a new release of the package is seen by the tests and not by the sender of an invoice.
"""

from __future__ import annotations

import re

from lxml import etree
from lxml.builder import ElementMaker

from portal.formats import added_rules
from portal.formats.added_rules import CodeChange, Context, Rule
from portal.formats.german_rules import GERMAN

_XSL_SPACE = "http://www.w3.org/1999/XSL/Transform"
_SVRL_SPACE = "http://purl.oclc.org/dsdl/svrl"
_SCHXSLT_SPACE = "https://doi.org/10.5281/zenodo.1495494"
_XSL, _SVRL, _SCHXSLT = f"{{{_XSL_SPACE}}}", f"{{{_SVRL_SPACE}}}", f"{{{_SCHXSLT_SPACE}}}"
_MET = "schxslt:patterns-matched"
_xsl = ElementMaker(namespace=_XSL_SPACE, nsmap={"xsl": _XSL_SPACE, "schxslt": _SCHXSLT_SPACE})
_svrl = ElementMaker(namespace=_SVRL_SPACE, nsmap={"svrl": _SVRL_SPACE})
_schxslt = ElementMaker(namespace=_SCHXSLT_SPACE, nsmap={"schxslt": _SCHXSLT_SPACE})
_LIST = re.compile(r"(tokenize\(')([^']*)(')")
COMMON_AFTER = "PEPPOL-COMMON-R049"


class Unexpected(RuntimeError):
    """The packaged stylesheet is not the one these changes were written for."""


def amend(sheet: etree._Element) -> None:
    """Make the packaged Peppol rules of 2024 say what edition 2026.5 says; the tree is changed in place."""
    asserts = {one.get("id"): one for one in sheet.iter(f"{_SVRL}failed-assert")}
    _change_lists(sheet)
    _set_variables(sheet)
    for code, test in added_rules.TESTS.items():
        _condition(asserts, code).set("test", f"not({test})")
    for code, severity in added_rules.SEVERITIES.items():
        _known(asserts, code).set("flag", severity)
    for code, extra in added_rules.WIDER.items():
        template = _template_of(asserts, code)
        template.set("match", f"{template.get('match')} | {extra}")
    for code, match in added_rules.NARROWER.items():
        _template_of(asserts, code).set("match", match)
    for code, rule in added_rules.BESIDE.items():
        _condition(asserts, code).addnext(_assertion(rule))
    _add_contexts(sheet, asserts)


def _change_lists(sheet: etree._Element) -> None:
    variables = {one.get("name"): one for one in sheet.iterchildren(f"{_XSL}variable")}
    for name, change in added_rules.CODE_LISTS.items():
        if name not in variables:
            raise Unexpected(name)
        variable = variables[name]
        variable.set("select", _changed(variable.get("select") or "", change))


def _changed(select: str, change: CodeChange) -> str:
    found = _LIST.search(select)
    if found is None:
        raise Unexpected(select)
    codes = [code for code in found.group(2).split() if code not in change.gone.split()]
    return _LIST.sub(lambda part: part[1] + " ".join([*codes, *change.added.split()]) + part[3], select, 1)


def _set_variables(sheet: etree._Element) -> None:
    known = {one.get("name"): one for one in sheet.iterchildren(f"{_XSL}param", f"{_XSL}variable")}
    first = next(iter(known.values()))
    for name, select in added_rules.VARIABLES.items():
        if name in known:
            known[name].set("select", select)
        else:
            first.addprevious(_xsl.variable(name=name, select=select))


def _known(asserts: dict[str | None, etree._Element], code: str) -> etree._Element:
    if code not in asserts:
        raise Unexpected(code)
    return asserts[code]


def _condition(asserts: dict[str | None, etree._Element], code: str) -> etree._Element:
    parent = _known(asserts, code).getparent()
    if parent is None or parent.tag != f"{_XSL}if":
        raise Unexpected(code)
    return parent


def _template_of(asserts: dict[str | None, etree._Element], code: str) -> etree._Element:
    found = next(_known(asserts, code).iterancestors(f"{_XSL}template"), None)
    if found is None:
        raise Unexpected(code)
    return found


def _assertion(rule: Rule) -> etree._Element:
    failed = _svrl(
        "failed-assert", _svrl.text(rule.text), location="{schxslt:location(.)}", flag=rule.severity, id=rule.id
    )  # fmt: skip
    condition: etree._Element = _xsl("if", failed, test=f"not({rule.test})")
    return condition


def _add_contexts(sheet: etree._Element, asserts: dict[str | None, etree._Element]) -> None:
    """New templates, of lower priority than every packaged one. What they find is told under a packaged pattern."""
    beside = _template_of(asserts, COMMON_AFTER)
    pattern = next(beside.iter(f"{_SCHXSLT}rule")).get("pattern") or ""
    mode = beside.get("mode") or ""
    contexts = (*added_rules.COMMON, *added_rules.DANISH, *GERMAN)
    for place, context in enumerate(contexts, start=1):
        group = pattern if context.group == "common" else context.group
        priority = f"{-place / 100:.2f}"
        sheet.append(_template(context, group, pattern, mode, priority))


def _template(context: Context, group: str, pattern: str, mode: str, priority: str) -> etree._Element:
    found = _schxslt.rule(*map(_assertion, context.rules), pattern=pattern)
    template: etree._Element = _xsl.template(
        _xsl.param({"name": _MET, "as": "xs:string*"}),
        _xsl("if", found, test=f"not(${_MET} = '{group}')"),
        _xsl(
            "next-match",
            _xsl("with-param", {"name": _MET, "as": "xs:string*", "select": f"(${_MET}, '{group}')"}),
        ),
        match=context.match,
        mode=mode,
        priority=priority,
    )
    return template
