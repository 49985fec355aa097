"""What a coding rule names, "konto 7101 Representation", in the reader's language; codes and their names stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from portal.coding.values import DIMENSIONS, LABELS, CodeNames
from portal.web.i18n import gettext

# The params of a coding rule's message that name dimensions (portal.coding.rules.check).
NAMING_PARAMS = frozenset({"label", "label_small", "then", "when"})
# "Konto 7101 Representation", "ansvar 31200 Norra skolan och konto 7101": a dimension, its code, its name.
_DIMENSION = re.compile(rf"(^| och )({'|'.join(LABELS.values())})(?= |$)", re.IGNORECASE)


def codes_of(rows: Iterable[Any]) -> set[str]:
    """Every code of these rows: what names are asked for."""
    return {code for row in rows for name in DIMENSIONS if (code := getattr(row, name))}


def coding_parts(names: CodeNames, organisation_id: UUID | None, row: Any) -> tuple[str, ...]:
    """A row's codes with their names: "Konto 6451 Kontorsmaterial", "Ansvar 31100 Centralskolan". `row` has a code,
    or none, by dimension."""
    given = [(name, code) for name in DIMENSIONS if (code := getattr(row, name))]
    return tuple(
        f"{gettext(LABELS[name])} {code} {names.of(organisation_id, name, code)}".strip()
        for name, code in given
    )


def coding_words(names: CodeNames, organisation_id: UUID | None, row: Any) -> str:
    """`coding_parts` as one line: "Konto 6451 Kontorsmaterial, ansvar 31100 Centralskolan"."""
    first, *rest = coding_parts(names, organisation_id, row) or ("",)
    return ", ".join((first, *(part[:1].lower() + part[1:] for part in rest)))


def dimensions_named(value: str) -> str:
    """The value with each dimension's name in the reader's language, small where it was small."""
    return _DIMENSION.sub(_dimension, value)


def _dimension(found: re.Match[str]) -> str:
    joint, label = found.groups()
    name = gettext(label.capitalize())
    return (f" {gettext('och')} " if joint else "") + (name if label[0].isupper() else name.lower())
