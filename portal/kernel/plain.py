"""Frozen values ↔ plain JSON shapes: what a rule saw can be stored and read back to the same value."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

T = TypeVar("T")
_LEAVES = (str, int, bool, type(None))
_AS_IS = frozenset(_LEAVES)


def to_plain(value: Any) -> Any:
    """dataclass → dict, tuple and set → list, Decimal, date and UUID → text. TypeError on a float."""
    kind = value.__class__
    if kind in _AS_IS:
        return value
    if kind is dict:
        return {
            name if name.__class__ is str else str(name): item if item.__class__ in _AS_IS else to_plain(item)
            for name, item in value.items()
        }
    if kind is tuple or kind is list:
        return [item if item.__class__ in _AS_IS else to_plain(item) for item in value]
    convert = _CONVERTERS.get(kind) or _converter(kind)
    return convert(value)


Converter = Callable[[Any], Any]
# Every decision passes here several times, with hundreds of values: a type's way is looked for once.
_CONVERTERS: dict[type, Converter] = {}


def _converter(kind: type) -> Converter:
    """How values of a type become plain; TypeError when it has no plain shape."""
    if is_dataclass(kind):
        names = tuple(field.name for field in fields(kind))
        convert: Converter = lambda value: {  # noqa: E731
            name: item if (item := getattr(value, name)).__class__ in _AS_IS else to_plain(item)
            for name in names
        }
    else:
        convert = next((made for base, made in _BASES if issubclass(kind, base)), _refuse)
    return _CONVERTERS.setdefault(kind, convert)


def _refuse(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} has no plain shape")


_BASES: tuple[tuple[Any, Converter], ...] = (
    (_LEAVES, lambda value: value),
    (Decimal, lambda value: format(value, "f")),
    ((tuple, list), lambda value: [to_plain(item) for item in value]),
    (Mapping, lambda value: {str(name): to_plain(item) for name, item in value.items()}),
    ((frozenset, set), lambda value: sorted(to_plain(item) for item in value)),
    (date, lambda value: value.isoformat()),
    (UUID, str),
)


def from_plain(cls: type[T], plain: Any) -> T:
    """Read `cls` back from to_plain's shape. KeyError, TypeError or ValueError when it does not fit."""
    return cast(T, _read(cls, plain))


@lru_cache(maxsize=256)
def _hints(cls: Any) -> dict[str, Any]:
    return get_type_hints(cls)


def _read(hint: Any, plain: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _read_optional(get_args(hint), plain)
    if origin is tuple:
        return _read_tuple(get_args(hint), plain)
    if origin is frozenset:
        return frozenset(_read(get_args(hint)[0], item) for item in plain)
    if origin is not None and issubclass(origin, Mapping):
        return {key: _read(get_args(hint)[1], item) for key, item in plain.items()}
    if isinstance(hint, type) and is_dataclass(hint):
        return hint(**{name: _read(_hints(hint)[name], item) for name, item in plain.items()})
    return _read_leaf(hint, plain)


def _read_optional(options: tuple[Any, ...], plain: Any) -> Any:
    if plain is None:
        return None
    return _read(next(option for option in options if option is not type(None)), plain)


def _read_tuple(items: tuple[Any, ...], plain: Any) -> tuple[Any, ...]:
    if len(items) == 2 and items[1] is Ellipsis:  # noqa: PLR2004
        return tuple(_read(items[0], item) for item in plain)
    return tuple(_read(hint, item) for hint, item in zip(items, plain, strict=True))


def _read_leaf(hint: Any, plain: Any) -> Any:
    if hint is Decimal:
        return Decimal(plain)
    if hint is date:
        return date.fromisoformat(plain)
    if hint is datetime:
        return datetime.fromisoformat(plain)
    if hint is UUID:
        return UUID(plain)
    return plain
