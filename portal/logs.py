"""How the processes log: JSON lines in production, readable text elsewhere, on stderr, and never a secret."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Keys whose values never reach a log, whatever the value; compared without case, as parts of the key.
SECRET_KEYS = ("password", "lösenord", "token", "secret", "cookie", "authorization", "csrf")
HIDDEN = "***"
# What the database says of a failed statement holds the row: names, amounts, org numbers.
STATEMENT_VALUES = re.compile(r"\[parameters: .*?\](?=\n|$)|^DETAIL: .*$", re.DOTALL | re.MULTILINE)


def configure(*, production: bool) -> None:
    """Set up logging of this process, the libraries' included. Standard output is left to commands' answers."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(shared, production))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for chatty in ("alembic", "procrastinate", "httpx", "sqlalchemy", "granian"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _formatter(shared: list[Any], production: bool) -> logging.Formatter:
    last: list[Any] = [structlog.processors.JSONRenderer(ensure_ascii=False)]
    if not production:
        last = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            hide_statement_values,
            *last,
        ],
    )


def hide_secrets(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace values whose key names a secret."""
    for key in event:
        if any(part in key.lower() for part in SECRET_KEYS):
            event[key] = HIDDEN
    return event


def hide_statement_values(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Take the values of a failed statement out of its trace."""
    for key in ("exception", "error"):
        if isinstance(event.get(key), str):
            event[key] = STATEMENT_VALUES.sub(HIDDEN, event[key])
    return event
