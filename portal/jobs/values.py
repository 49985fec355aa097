"""Words of the job floor: states of progress, and what a job function is given."""

from __future__ import annotations

from typing import Literal, get_args

ProgressState = Literal["queued", "running", "done", "failed", "stopped"]

PROGRESS_STATES: tuple[str, ...] = get_args(ProgressState)
FINAL_STATES: frozenset[str] = frozenset({"done", "failed", "stopped"})
