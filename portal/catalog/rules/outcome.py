"""What a cell comes to beside a plain value: repaired, in doubt until a person says, or wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from portal.kernel.text import Message

LEAVE = "leave"
"""The answer that leaves the rows of a question out, as they are."""


class Repaired(NamedTuple):
    """A value that was written otherwise than it is read, with no second way to read it."""

    value: object


class Wrong(Exception):
    """A cell that cannot be used: what is wrong and how to mend it."""

    def __init__(self, message: str, mend: str, **params: object) -> None:
        self.message = Message(message, **params)
        self.mend = Message(mend, **params)
        super().__init__(self.message)


class Doubt(Wrong):
    """A cell that can be read when its kind of question is answered: answer → value. `told`: how it would be read."""

    def __init__(
        self, kind: str, values: Mapping[str, object], message: str, told: str, **params: object
    ) -> None:
        super().__init__(message, "Svara på frågan ovanför, eller skriv om värdet.", **params)
        self.kind, self.values, self.told = kind, values, told
