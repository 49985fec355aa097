"""How commands print: one JSON array and nothing else, or Swedish sentences."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from portal.formats.findings import Finding, fatal


def print_json(elements: Sequence[Any]) -> None:
    """One UTF-8 JSON array."""
    sys.stdout.buffer.write(json.dumps(list(elements), ensure_ascii=False, indent=2).encode() + b"\n")
    sys.stdout.buffer.flush()


def read_file(name: str, max_bytes: int) -> bytes | Finding:
    """The file's bytes, one past the limit at most; a finding when it cannot be read."""
    try:
        with Path(name).open("rb") as file:
            return file.read(max_bytes + 1)
    except OSError as error:
        named = Path(name).name
        message = f"Filen {named} går inte att läsa: {error.strerror}. Kontrollera namnet och rättigheterna."
        return fatal("FILE", message)


def say_finding(finding: dict[str, str]) -> None:
    """A finding on a line of its own."""
    word = "FEL" if finding["severity"] == "fatal" else "Varning"
    where = f" ({finding['location']})" if finding["location"] else ""
    click.echo(f"  {word} {finding['code']}: {finding['message']}{where}")
