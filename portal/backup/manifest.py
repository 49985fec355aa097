"""What a backup says of itself: written last, so that a backup that was cut short is none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from portal.kernel.errors import PortalError

MANIFEST, DUMP, DATA = "backup.json", "database.dump", "data"
KEPT = ("objects", "keys", "audit", "rules")
"""Folders of the data folder that are kept: what cannot be made anew."""
_CHUNK = 1 << 20


class BackupError(PortalError):
    """The backup could not be made, does not hold or cannot be restored here; the message says why."""

    status = 500
    code = "backup"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`rows`: table → rows in it. `chain`: the number and value (hex) of history's newest link. `files`: path in the
    backup → sha256. `created_at` is written as people read it, in Stockholm's time."""

    created_at: str
    revision: str
    rows: Mapping[str, int]
    chain: tuple[int, str]
    files: Mapping[str, str]

    def write(self, folder: Path) -> None:
        """Under a name of its own first: it is there whole or not at all."""
        draft = folder / f".{MANIFEST}"
        draft.write_text(json.dumps(asdict(self), indent=1, sort_keys=True), encoding="utf-8")
        draft.replace(folder / MANIFEST)


def read_manifest(folder: Path) -> Manifest:
    """BackupError when the folder holds no whole backup."""
    try:
        value = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        seq, chain = value.pop("chain")
        return Manifest(**value, chain=(int(seq), str(chain)))
    except FileNotFoundError:
        raise BackupError("%(folder)s innehåller ingen hel säkerhetskopia: filen %(file)s saknas.",
                          folder=folder, file=MANIFEST) from None  # fmt: skip
    except (ValueError, TypeError, KeyError):
        raise BackupError("Filen %(file)s går inte att läsa.", file=folder / MANIFEST) from None


def digests(folder: Path) -> dict[str, str]:
    """Every file of the backup but its manifest: path → sha256."""
    return {str(path.relative_to(folder)): sha256_of(path) for path in _files(folder)}


def damaged(folder: Path, manifest: Manifest) -> list[str]:
    """Files that are missing or not as they were written."""
    there = digests(folder)
    return sorted(name for name, digest in manifest.files.items() if there.get(name) != digest)


def sha256_of(path: Path) -> str:
    """The hash of a file, read piece by piece."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            sha.update(piece)
    return sha.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in (MANIFEST, f".{MANIFEST}"))
