"""What the official rules of an edition say of mutants, kept as facts. Made by

    python -m tests.formats.official.goldens FOLDER

FOLDER is the data folder of an installation that has them. The facts are ids and verdicts; none of the rules' text
is kept here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from portal.formats.added_rules import EDITION
from portal.formats.check import CheckResult, check_document
from portal.formats.rulesets import BILLING, RuleSet, installed_rules, packaged_rules
from tests.formats.official.mutants import KINDS, Step, mutant, random_steps, systematic

FILE = Path(__file__).with_name("goldens.json")
EVERY = 4
RANDOM = 15
# What a public buyer has met lately: always among them.
ALWAYS = ('"0203"', '"0225"', '"0240"', '"PRV"', '"B"', '"XCG"')


def official(data_dir: Path) -> tuple[RuleSet, ...]:
    """The packaged schemas with the installed rules of the edition the packaged ones stand in for; () without."""
    installed = [one for one in installed_rules(data_dir) if one.edition == EDITION]
    if {"peppol", "en16931"} <= {one.name for one in installed}:
        return (*(one for one in packaged_rules() if one.kind == "xsd"), *installed)
    return ()


def chosen(kind: str) -> Iterator[list[Step]]:
    """The mutants that are kept: a part of the systematic ones, and the first random ones that pass the schema."""
    for place, steps in enumerate(systematic()):
        if place % EVERY == 0 or any(one in json.dumps(steps) for one in ALWAYS):
            yield steps
    found = seed = 0
    while found < RANDOM:
        steps, seed = random_steps(seed, kind), seed + 1
        if is_judged(check_document(mutant(kind, steps), rules=packaged_rules())):
            found += 1
            yield steps


def is_judged(result: CheckResult) -> bool:
    """Did it reach the rules?"""
    return not any(finding.layer in {"xml", "xsd"} for finding in result.findings)


def facts(kind: str, steps: list[Step], rules: Sequence[RuleSet]) -> dict[str, Any]:
    """One golden: recipe, verdict and the fatal ids."""
    result = check_document(mutant(kind, steps), rules=rules)
    fatal = sorted({finding.code for finding in result.fatals})
    return {"document": kind, "steps": steps, "verdict": result.verdict, "fatal": fatal}


def main(data_dir: Path) -> None:
    rules = official(data_dir)
    if not rules:
        sys.exit(f"no installed rules of edition {EDITION} for {BILLING} in {data_dir}")
    kept = [facts(kind, steps, rules) for kind in KINDS for steps in chosen(kind)]
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in kept)
    FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
