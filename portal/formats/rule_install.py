"""Installing a folder of rule sets: tried first, then copied whole into the data folder."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from lxml import etree
from saxonche import PySaxonApiError

from portal.formats.rule_runner import compile_rules
from portal.formats.rulesets import FOLDER, RuleSet, read_manifest
from portal.formats.schemas import compiled
from portal.kernel.errors import Invalid


def install_rules(folder: Path, data_dir: Path) -> tuple[RuleSet, ...]:
    """Copy a rules folder into the data folder and return its sets; Invalid when it is no rules folder.

    The same folder installed twice is one installation. Links are refused: installed is what was read.
    """
    declared = read_manifest(folder)
    if any(path.is_symlink() for path in folder.rglob("*")):
        raise Invalid("Mappen innehåller länkar. Kopiera in filerna själva och försök igen.")
    _refuse_uncompilable(declared)
    target = data_dir / FOLDER / _digest(folder)
    if not target.exists():
        _copy_whole(folder, target)
    return read_manifest(target)


def _refuse_uncompilable(declared: tuple[RuleSet, ...]) -> None:
    """A set that cannot be compiled would fail every later document: it is refused before it is in force."""
    for rule_set in declared:
        try:
            if rule_set.kind == "xsd":
                compiled(rule_set.path)
            else:
                compile_rules([rule_set])
        except (PySaxonApiError, etree.LxmlError, SyntaxError, OSError, ValueError):
            raise Invalid(
                "Filen %(file)s är inget fungerande regelverk. Kontrollera att hela mappen är med.",
                file=rule_set.path.name,
            ) from None


def _copy_whole(folder: Path, target: Path) -> None:
    """A killed installation leaves only a hidden folder that no one reads."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copytree(folder, unfinished, dirs_exist_ok=True)
    unfinished.rename(target)


def _digest(folder: Path) -> str:
    sha = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        sha.update(
            str(path.relative_to(folder)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
        )
    return sha.hexdigest()[:16]
