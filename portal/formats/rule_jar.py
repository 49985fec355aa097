"""The official Peppol rules out of the archive they are published in, compiled (phive-rules-peppol, a jar).

Taken are only the files named here, of editions whose day of coming into force is known; each is measured while it is
unpacked, and written under a name of ours. The archive's other content is never read.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from portal.formats.rule_install import install_rules
from portal.formats.rulesets import BILLING, MANIFEST, PEPPOL, RuleSet
from portal.kernel.errors import Invalid

MAX_JAR = 200_000_000
MAX_ENTRIES = 20_000
MAX_FILE = 20_000_000
FOLDER = "external/schematron/openpeppol"
_PLACE = re.compile(rf"{FOLDER}/(20[0-9]{{2}}\.[0-9]{{1,2}})/xslt/([A-Z0-9-]+\.xslt)")

IN_FORCE: Mapping[str, date] = {"2025.11": date(2026, 2, 23), "2026.5": date(2026, 8, 17)}
"""Edition → the first day it is in force, as OpenPeppol has told it."""


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    applies_to: tuple[str, ...]
    layer: str = "peppol"


FILES: Mapping[str, _Entry] = {
    "CEN-EN16931-UBL.xslt": _Entry("en16931", BILLING, "en16931"),
    "PEPPOL-EN16931-UBL.xslt": _Entry(PEPPOL, BILLING),
    **{
        f"PEPPOLBIS-T{number:02}.xslt": _Entry(f"peppol-{document.replace('_', '-')}", (document,))
        for number, document in (
            (1, "order"), (16, "despatch_advice"), (19, "catalogue"), (58, "catalogue_response"),
            (71, "message_level_response"), (76, "order_response"), (77, "punch_out"), (110, "order_agreement"),
            (111, "application_response"), (114, "order_change"), (115, "order_cancellation"),
            (116, "order_response_advanced"),
        )
    },
}  # fmt: skip
_NEEDED = ("CEN-EN16931-UBL.xslt", "PEPPOL-EN16931-UBL.xslt")
_NOT_READABLE = "Filen går inte att läsa som ett arkiv (jar). Hämta den på nytt och försök igen."
_TOO_LARGE = "Arkivet är orimligt stort. Hämta filen på nytt från den som ger ut den."


def install_jar(
    path: Path, data_dir: Path, today: date, days: Mapping[str, date] | None = None
) -> tuple[RuleSet, ...]:
    """Install the edition in force and those to come; their sets. `days`: when further editions come into force.

    Invalid when the file is no such archive, or holds an edition newer than all whose day is known.
    """
    known = {**IN_FORCE, **(days or {})}
    with _opened(path) as archive:
        found = _editions(archive)
        chosen = _chosen(found, known, today)
        return tuple(one for edition in chosen for one in _install(archive, edition, found, known, data_dir))


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        if path.stat().st_size > MAX_JAR:
            raise Invalid(_TOO_LARGE)
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        raise Invalid(_NOT_READABLE) from None
    if len(archive.infolist()) > MAX_ENTRIES:
        archive.close()
        raise Invalid(_TOO_LARGE)
    return archive


Found = Mapping[str, Mapping[str, zipfile.ZipInfo]]
"""Edition → file → where it is in the archive."""


def _editions(archive: zipfile.ZipFile) -> Found:
    found: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for entry in archive.infolist():
        place = _PLACE.fullmatch(entry.filename)
        if place is None or place[2] not in FILES:
            continue
        files = found.setdefault(place[1], {})
        if place[2] in files:  # two of a name: which one a reader sees would be chance
            raise Invalid(_NOT_READABLE)
        files[place[2]] = entry
    return {edition: files for edition, files in found.items() if all(one in files for one in _NEEDED)}


def _chosen(found: Found, known: Mapping[str, date], today: date) -> list[str]:
    """The newest edition in force and all to come, oldest first."""
    usable = sorted((edition for edition in found if edition in known), key=lambda one: known[one])
    newer = [
        edition for edition in found if edition not in known and _order(edition) > max(map(_order, known))
    ]
    if newer:
        raise Invalid(
            "Portalen vet inte när utgåvan %(edition)s börjar gälla. Ange dagen: --in-force %(edition)s=ÅÅÅÅ-MM-DD.",
            edition=min(newer, key=_order),
        )
    if not usable:
        raise Invalid("Filen innehåller inga Peppolregler i en utgåva som portalen känner till.")
    past = [edition for edition in usable if known[edition] <= today]
    return [*past[-1:], *(edition for edition in usable if known[edition] > today)]


def _order(edition: str) -> tuple[int, int]:
    year, month = edition.split(".")
    return int(year), int(month)


def _install(
    archive: zipfile.ZipFile, edition: str, found: Found, known: Mapping[str, date], data_dir: Path
) -> Iterator[RuleSet]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, entry in found[edition].items():
            (folder / file).write_bytes(_read(archive, entry))
        (folder / MANIFEST).write_text(
            _manifest(edition, list(found[edition]), known[edition]), encoding="utf-8"
        )
        yield from install_rules(folder, data_dir)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The file's bytes, no more than allowed whatever the archive's directory says."""
    try:
        with archive.open(entry) as file:
            data = file.read(MAX_FILE + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError, ValueError):
        raise Invalid(_NOT_READABLE) from None
    if len(data) > MAX_FILE:
        raise Invalid(_TOO_LARGE)
    return data


def _manifest(edition: str, files: list[str], in_force: date) -> str:
    published = date(*_order(edition), 1)
    return "\n".join(_declared(FILES[file], file, edition, published, in_force) for file in sorted(files))


def _declared(entry: _Entry, file: str, edition: str, published: date, in_force: date) -> str:
    documents = ", ".join(f'"{one}"' for one in entry.applies_to)
    return (
        f'[[rule_set]]\nname = "{entry.name}"\nlayer = "{entry.layer}"\nedition = "{edition}"\n'
        f'version_date = {published}\nin_force = {in_force}\npath = "{file}"\napplies_to = [{documents}]\n'
    )
