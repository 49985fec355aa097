"""Fail when an installed package has a licence nobody here has said yes to."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "Apache Software License",
    "BSD License",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "EUPL-1.2",
    "GNU Lesser General Public License v2 or later (LGPLv2+)",
    "ISC",
    "ISC License (ISCL)",
    "LGPL-3.0-only",
    "MIT",
    "MIT License",
    "MIT-0",
    "MPL-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)",
    "PSF-2.0",
    "Public Domain",
    "Python Software Foundation License",
    "The Unlicense (Unlicense)",
    "Unlicense",
}

# Packages whose metadata does not name the licence, or lets one choose; read by a person, with the finding.
READ = {
    "axe-playwright-python": "MIT (its LICENSE file); tests only",
    "saxonche": "MPL-2.0 (its licence folder)",
    "text-unidecode": "the Artistic License is the one chosen; tests only",
}


def main() -> int:
    """0 when every licence is allowed."""
    wrong = [f"{name}: {licence}" for name, licence in installed() if not allowed(name, licence)]
    for line in wrong:
        sys.stdout.write(f"licens inte godkänd: {line}\n")
    return 1 if wrong else 0


def installed() -> list[tuple[str, str]]:
    """(package, licence as its metadata says)."""
    program = Path(sys.executable).with_name("pip-licenses")
    command = [str(program), "--format=json", "--from=mixed", f"--python={sys.executable}"]
    found = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own tool
    return [(package["Name"], package["License"]) for package in json.loads(found.stdout)]


def allowed(name: str, licence: str) -> bool:
    """Every licence of an "AND" or a list must be allowed, one of an "OR"."""
    if name in READ or licence in ALLOWED or _is_mit_text(licence):
        return True
    if " OR " in licence:
        return any(allowed(name, part) for part in licence.strip("()").split(" OR "))
    parts = re.split(r" AND |; ", licence)
    return len(parts) > 1 and all(allowed(name, part) for part in parts)


def _is_mit_text(licence: str) -> bool:
    return licence.startswith("MIT License\n") or "Permission is hereby granted, free of charge" in licence


if __name__ == "__main__":
    sys.exit(main())
