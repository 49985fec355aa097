"""The record lock (A6.22): one has it open, the others read; 60 minutes without activity release it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

IDLE = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Lock:
    """Who has a record open, since when, and when they last did something (instants with a zone)."""

    user: str
    opened_at: datetime
    active_at: datetime

    def holds(self, now: datetime) -> bool:
        """Whether it still keeps others out."""
        return now - self.active_at < IDLE
