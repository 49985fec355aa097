"""Tables a phone shows as cards: every cell is told its column's heading, once, where the table is made.

The macro `data_table` runs its rows through here. The heading of a cell (`data-label`, drawn beside the value by
frontend/css/cards.css) is read from the table's own <thead>, so that no page says it twice; the roles keep the table a
table to those who listen, also where CSS has made blocks of its rows. What comes in is our own templates' markup, where
a ">" inside an attribute is always escaped.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

START = re.compile(r"<(thead|tbody|tfoot|tr|th|td)\b([^>]*)>")
WITHIN = re.compile(r"<svg\b.*?</svg>|<[^>]+>", re.DOTALL)
ONLY_READ_ALOUD = 'class="sr-only"'
SPAN = re.compile(r'\bcolspan="(\d+)"')
GROUPS = frozenset({"thead", "tbody", "tfoot"})
HEADER_ROLES = {'scope="col"': "columnheader", 'scope="row"': "rowheader", 'scope="colgroup"': "rowheader"}
# A row's heading that is a number says of what: "Rad 418".
NUMBERED = 'class="num"'


def cards(given: str) -> Markup:
    """The inside of a <table>, each part with its role and each cell of the body with its column's heading."""
    rows = str(escape(given))  # what is no markup becomes none here
    body = rows.find("</thead>")
    headings = [_heading(rows, tag.end()) for tag in START.finditer(rows, 0, max(body, 0)) if tag[1] == "th"]
    part, column = "", 0
    # The tags of a long list are few and many times the same.
    known: dict[tuple[str, str, int], tuple[str, int]] = {}

    def told(tag: re.Match[str]) -> str:
        nonlocal part, column
        name = tag[1]
        if name in GROUPS:
            part = name
            return f'<{name}{tag[2]} role="rowgroup">'
        if name == "tr":
            column = 0
            return f'<tr{tag[2]} role="row">'
        key = (name, tag[2], column if part == "tbody" else -1)
        if key not in known:
            known[key] = _cell(*key, headings)
        text, span = known[key]
        column += span
        return text

    return Markup(START.sub(told, rows))  # noqa: S704 - our own templates' escaped markup, with attributes added


def _cell(name: str, attributes: str, column: int, headings: list[str]) -> tuple[str, int]:
    """The start tag of a cell, and how many columns it takes. Column -1: outside the body, where no heading is told."""
    role, span = "cell", SPAN.search(attributes)
    if name == "th":
        role = next((role for scope, role in HEADER_ROLES.items() if scope in attributes), "columnheader")
    told = not span and 0 <= column < len(headings) and (name == "td" or NUMBERED in attributes)
    label = f' data-label="{headings[column]}"' if told and headings[column] else ""
    return f'<{name}{attributes} role="{role}"{label}>', int(span[1]) if span else 1


def _heading(rows: str, start: int) -> str:
    """What the heading that starts here says; nothing when it is only read aloud."""
    inner = rows[start : rows.find("</th>", start)]
    return "" if ONLY_READ_ALOUD in inner else WITHIN.sub("", inner).strip().replace('"', "&#34;")
