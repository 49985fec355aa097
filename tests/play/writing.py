"""The invoice of a history as its sender writes it: from the order as it stands, with what is planted on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP
from decimal import Decimal as D
from itertools import count

from dev.invoices.writer import Document, Line
from tests.play.faults import planted
from tests.play.history import Paper

TENTHS = D(10)
_numbers = count(1)


def next_number() -> str:
    """A number that no invoice has had."""
    return f"P{next(_numbers):06}"


def written(clean: Document, paper: Paper, debits: Sequence[str], code: str) -> Document:
    """`debits`: numbers of those before it, `code`: the reviewer's."""
    document = replace(clean, lines=_lines(clean, paper))
    if "double number" in paper.faults and debits:
        document = replace(document, number=debits[-1], note=f"En gång till, {next_number()}")
    if paper.credit and debits:
        named = debits[paper.much % len(debits)]
        document = replace(document, credit_note=True, preceding=named, due_date=None, accounts=())
    if paper.manual:
        bare = tuple(replace(line, order_line=None) for line in document.lines)
        document = replace(document, order=None, reference=code, lines=bare)
    return planted(document, paper.faults, paper.much)


def _lines(clean: Document, paper: Paper) -> tuple[Line, ...]:
    lines = [
        replace(
            line,
            quantity=(line.quantity * paper.shares[at % len(paper.shares)] / TENTHS).quantize(
                D(1), ROUND_HALF_UP
            ),
        )
        for at, line in enumerate(clean.lines)
    ]
    return tuple(line for line in lines if line.quantity) or clean.lines[:1]
