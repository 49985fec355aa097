"""What a domain tells Min dag. It lies apart so that the list of sources may import every domain's tasks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of work that may wait: a verb heading, how many, a sentence, and where to do it.

    `haste` sorts: 0 overdue or due today, 1 stops somebody else, 2 the rest. `flag` is (tone, icon, text).
    `first_path`, `first_title` and `amount` describe the single most urgent item, for "Börja här".
    """

    title: str
    text: str
    path: str
    count: int
    haste: int = 2
    flag: tuple[str, str, str] | None = None
    first_path: str | None = None
    first_title: str | None = None
    first_text: str | None = None
    first_action: str | None = None
    amount: Decimal | None = None
