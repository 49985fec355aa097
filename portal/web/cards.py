"""Tables a phone shows as cards: every cell is told its column's heading, once, where the table is made.

The macro `data_table` runs its rows through here. The heading of a cell (`data-label`, drawn beside the value by
frontend/css/cards.css) is read from the table's own <thead>, so that no page says it twice; the roles keep the table a
table to those who listen, also where CSS has made blocks of its rows. What comes in is our own templates' markup, where
a ">" inside an attribute is always escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markupsafe import Markup, escape

START = re.compile(r"<(thead|tbody|tfoot|tr|th|td)\b([^>]*)>")
WITHIN = re.compile(r"<svg\b.*?</svg>|<[^>]+>", re.DOTALL)
ONLY_READ_ALOUD = 'class="sr-only"'
SPAN = re.compile(r'\bcolspan="(\d+)"')
GROUPS = frozenset({"thead", "tbody", "tfoot"})
HEADER_ROLES = {'scope="col"': "columnheader", 'scope="row"': "rowheader", 'scope="colgroup"': "rowheader"}
# A row's heading that is a number says of what: "Rad 418".
NUMBERED = 'class="num"'
# Sentences: the heading stands above them, not beside.
WIDE = 'class="wide"'


def cards(given: str) -> Markup:
    """The inside of a <table>, each part with its role and each cell of the body with its column's heading."""
    rows = str(escape(given))  # what is no markup becomes none here
    head = START.finditer(rows, 0, max(rows.find("</thead>"), 0))
    table = _Table([_heading(rows, tag) for tag in head if tag[1] == "th"])
    return Markup(START.sub(table.told, rows))  # noqa: S704 - our own templates' escaped markup, with attributes added


@dataclass(slots=True)
class _Table:
    """Where in a table the reading stands. `known`: the tags of a long list are few, and the same in every row."""

    headings: list[str]
    part: str = ""
    column: int = 0
    known: dict[tuple[str, str, int], tuple[str, int]] = field(default_factory=dict)

    def told(self, tag: re.Match[str]) -> str:
        """The start tag with what it is told."""
        name, attributes = tag[1], tag[2]
        if name in GROUPS:
            self.part = name
            return f'<{name}{attributes} role="rowgroup">'
        if name == "tr":
            self.column = 0
            return f'<{name}{attributes} role="row">'
        key = (name, attributes, self.column if self.part == "tbody" else -1)
        if key not in self.known:
            self.known[key] = _cell(*key, self.headings)
        text, span = self.known[key]
        self.column += span
        return text


def _cell(name: str, attributes: str, column: int, headings: list[str]) -> tuple[str, int]:
    """The start tag of a cell, and how many columns it takes. Column -1: outside the body, where no heading is told."""
    role, span = "cell", SPAN.search(attributes)
    if name == "th":
        role = next((role for scope, role in HEADER_ROLES.items() if scope in attributes), "columnheader")
    told = not span and 0 <= column < len(headings) and (name == "td" or NUMBERED in attributes)
    label = headings[column] if told else ""
    return f'<{name}{attributes} role="{role}"{label}>', int(span[1]) if span else 1


def _heading(rows: str, tag: re.Match[str]) -> str:
    """What the cells under this heading are given; nothing when it is only read aloud."""
    inner = rows[tag.end() : rows.find("</th>", tag.end())]
    if ONLY_READ_ALOUD in inner:
        return ""
    words = WITHIN.sub("", inner).strip().replace('"', "&#34;")
    return f' data-label="{words}"{" data-wide" if WIDE in tag[2] else ""}'
