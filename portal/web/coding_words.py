"""What a coding rule names, "konto 7101 Representation", in the reader's language; codes and their names stand."""

from __future__ import annotations

import re

from portal.coding.values import LABELS
from portal.web.i18n import gettext

# The params of a coding rule's message that name dimensions (portal.coding.rules.check).
NAMING_PARAMS = frozenset({"label", "label_small", "then", "when"})
# "Konto 7101 Representation", "ansvar 31200 Norra skolan och konto 7101": a dimension, its code, its name.
_DIMENSION = re.compile(rf"(^| och )({'|'.join(LABELS.values())})(?= |$)", re.IGNORECASE)


def dimensions_named(value: str) -> str:
    """The value with each dimension's name in the reader's language, small where it was small."""
    return _DIMENSION.sub(_dimension, value)


def _dimension(found: re.Match[str]) -> str:
    joint, label = found.groups()
    name = gettext(label.capitalize())
    return (f" {gettext('och')} " if joint else "") + (name if label[0].isupper() else name.lower())
