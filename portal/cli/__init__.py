"""The `portal` command: everything the operator does, and what other programs rely on."""

from portal.cli.main import main

__all__ = ["main"]
