"""portal check: judge documents by XSD, CEN and Peppol rules, without a database."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import click

from portal.cli.output import print_json, read_file, say_finding
from portal.formats.check import CheckResult, check_document
from portal.formats.documents import UNKNOWN
from portal.formats.findings import Finding
from portal.formats.rule_pool import RulePool
from portal.formats.rulesets import RuleSet, list_rules
from portal.kernel.dates import SystemClock, stockholm_date
from portal.settings import Settings

REFUSED = 1
FEW = 3
"""Up to so many files it is quicker not to start processes."""


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FIL…")
@click.option("--json", "as_json", is_flag=True, help="Skriv en JSON-lista.")
def check(files: tuple[str, ...], *, as_json: bool) -> None:
    """Kontrollera fakturor och andra dokument mot schema och officiella regler."""
    settings = Settings.from_env()
    results = judge_files(files, settings)
    elements = [result.as_json(name) for name, result in zip(files, results, strict=True)]
    if as_json:
        print_json(elements)
    else:
        _say(elements)
    sys.exit(REFUSED if any(result.verdict == "rejected" for result in results) else 0)


def judge_files(files: Sequence[str], settings: Settings) -> list[CheckResult]:
    """One result per file, in their order; a file that cannot be read is a result too."""
    rules = list_rules(settings.data_dir, stockholm_date(SystemClock().now()))
    read = (read_file(name, settings.max_document_bytes) for name in files)
    if len(files) <= FEW:
        return [_one(data, rules, settings.max_document_bytes) for data in read]
    with RulePool(os.cpu_count() or 1, rules=rules, max_bytes=settings.max_document_bytes) as pool:
        return list(_many(list(files), pool, settings.max_document_bytes))


def _one(data: bytes | Finding, rules: Sequence[RuleSet], max_bytes: int) -> CheckResult:
    if isinstance(data, Finding):
        return CheckResult(UNKNOWN, (data,))
    return check_document(data, max_bytes=max_bytes, rules=rules)


def _many(files: list[str], pool: RulePool, max_bytes: int) -> Iterator[CheckResult]:
    ahead = 16
    for start in range(0, len(files), ahead):
        read = [read_file(name, max_bytes) for name in files[start : start + ahead]]
        waiting = [data if isinstance(data, Finding) else pool.submit(data) for data in read]
        for one in waiting:
            yield CheckResult(UNKNOWN, (one,)) if isinstance(one, Finding) else one.result()


def _say(elements: Sequence[dict[str, Any]]) -> None:
    for element in elements:
        verdict = "godkänd" if element["verdict"] == "accepted" else "underkänd"
        click.echo(f"{element['file']}: {verdict} ({element['document']})")
        for finding in element["findings"]:
            say_finding(finding)
