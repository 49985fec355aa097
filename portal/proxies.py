"""A proxy in front that settings do not name: noted by the web, told by `portal doctor`."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from portal.kernel.dates import format_clock, stockholm_date

NOTE = Path("observed") / "unlisted-proxy"
NOTED_AGAIN_AFTER = timedelta(minutes=10)
TOLD_FOR = timedelta(days=7)


def note_unlisted_proxy(data_dir: Path, address: str, now: datetime) -> None:
    """Write down that a request said it was passed on by this address; at most once in a while."""
    note = data_dir / NOTE
    written = _written_at(note)
    if written is not None and now.timestamp() - written < NOTED_AGAIN_AFTER.total_seconds():
        return
    note.parent.mkdir(parents=True, exist_ok=True)
    draft = note.with_name(f"{note.name}.{os.getpid()}")
    draft.write_text(f"{address[:100]}, {stockholm_date(now)} {format_clock(now)}", encoding="utf-8")
    os.utime(draft, (now.timestamp(), now.timestamp()))
    draft.replace(note)


def unlisted_proxy(data_dir: Path, now: datetime) -> str | None:
    """The address and when, if one was seen lately."""
    note = data_dir / NOTE
    written = _written_at(note)
    if written is None or now.timestamp() - written > TOLD_FOR.total_seconds():
        return None
    return note.read_text(encoding="utf-8")


def _written_at(note: Path) -> float | None:
    try:
        return note.stat().st_mtime
    except FileNotFoundError:
        return None
