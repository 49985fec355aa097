"""What a bench gives back, and the ground each runs on: its own data folder, the demo city, the real server."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev.demo_city.prepare import prepare_demo
from portal.db.migrate import upgrade
from portal.settings import Settings
from portal.wiring import Installation, running


@dataclass(frozen=True, slots=True)
class Figures:
    """One work's figures and, measured in the same run, what this machine's bare parts can do."""

    work: str
    figures: dict[str, Any]
    limits: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The object other programs read."""
        return {"work": self.work, "figures": self.figures, "limits": self.limits}


@asynccontextmanager
async def ground() -> AsyncIterator[Installation]:
    """An installation of its own with the demo city in it, durable as in production; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        settings = Settings.from_env({"PORTAL_DATA_DIR": str(Path(folder) / "data")})
        async with running(settings) as installation:
            upgrade(installation.owner_url)
            await prepare_demo(installation)
            yield installation


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0–1) of the values lie, nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
