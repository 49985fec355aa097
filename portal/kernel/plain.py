"""Frozen values ↔ plain JSON shapes: what a rule saw can be stored and read back to the same value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

import msgspec

T = TypeVar("T")


def as_plain(value: Any) -> Any:
    """The shapes msgspec does not know: read-only mappings and subclasses of str."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no plain shape")


def canonical_bytes(value: Any) -> bytes:
    """The one JSON spelling of a value: sorted keys, UTF-8, no blanks; Decimal, date and UUID as text."""
    return _CANONICAL.encode(value)


def to_plain(value: Any) -> Any:
    """What JSON gives back of a value: dataclass → dict, tuple and set → list, Decimal, date and UUID → text.

    ValueError for a float, for amounts are Decimal; TypeError for what has no plain shape at all.
    """
    return _PLAIN.decode(_AS_WRITTEN.encode(value))


def from_plain(cls: type[T], plain: Any) -> T:
    """Read `cls` back from to_plain's shape. ValueError when it does not fit."""
    return msgspec.convert(plain, cls)


def _refuse_float(written: str) -> NoReturn:
    raise TypeError(f"the float {written} has no plain shape")


_CANONICAL = msgspec.json.Encoder(enc_hook=as_plain, order="sorted")
_AS_WRITTEN = msgspec.json.Encoder(enc_hook=as_plain, order="deterministic")
_PLAIN = msgspec.json.Decoder(float_hook=_refuse_float)
