"""The anchors: the chain's newest link, signed and written outside the database, one line for each sealing.

Each line also says which number the line before it had, so that no line can be taken out. Who cuts the chain in the
database can write new links over the cut, but not a line here that fits: the sealer looks at the last line before it
seals, and refuses to go on over a break.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Anchor:
    """One line: link `seq` had the value `chain` (hex). `after`: the number on the line before, 0 for the first;
    None on a line from before it was written down. `line`: where it stands; `genuine`: signed by the portal."""

    seq: int
    chain: str
    after: int | None
    line: int = 0
    genuine: bool = True


def write_anchor(path: Path, key: bytes, seq: int, chain: bytes, after: int) -> None:
    """Append a line and see it on the disk. The file belongs outside the database's reach."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = {"after": after, "seq": seq, "chain": chain.hex(), "mac": _mac(key, seq, chain.hex(), after)}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_anchors(path: Path, key: bytes) -> list[Anchor]:
    """Every line in order; one that cannot be read, or is signed by another, is there as not genuine."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [_read(line, number, key) for number, line in enumerate(lines, start=1)]


def broken(anchors: Sequence[Anchor]) -> Iterator[tuple[int, str]]:
    """What is wrong among the lines themselves: the number of the link, and what it is."""
    before: Anchor | None = None
    for anchor in anchors:
        if not anchor.genuine:
            yield anchor.seq, f"ankarrad {anchor.line} är inte signerad av portalen"
            continue
        if before is not None and (what := _step(before, anchor)):
            yield anchor.seq, what
        elif before is None and anchor.after:
            yield anchor.seq, f"ankarraderna före rad {anchor.line} saknas"
        before = anchor


def _step(before: Anchor, anchor: Anchor) -> str | None:
    if anchor.seq == before.seq:
        return (
            None if anchor.chain == before.chain else f"länk {anchor.seq} är förankrad med två olika värden"
        )
    if anchor.seq < before.seq:
        return f"ankarrad {anchor.line} går tillbaka från länk {before.seq} till {anchor.seq}"
    if anchor.after not in (None, before.seq):
        return f"ankarrader saknas mellan rad {before.line} och {anchor.line}"
    return None


def _read(line: str, number: int, key: bytes) -> Anchor:
    try:
        value: dict[str, Any] = json.loads(line)
        seq, chain, mac = int(value["seq"]), str(value["chain"]), str(value["mac"])
        after = int(value["after"]) if "after" in value else None
    except (ValueError, KeyError, TypeError):
        return Anchor(0, "", None, number, genuine=False)
    return Anchor(seq, chain, after, number, hmac.compare_digest(mac, _mac(key, seq, chain, after)))


def _mac(key: bytes, seq: int, chain: str, after: int | None) -> str:
    signed = f"{seq}:{chain}" if after is None else f"{after}:{seq}:{chain}"
    return hmac.digest(key, signed.encode(), "sha256").hex()
