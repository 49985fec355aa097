"""Errors a person may meet, as values. The web and the command line turn them into words and codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class PortalError(Exception):
    """Base of all expected errors: `message` is plain Swedish (a msgid), `params` fill its %(name)s holes."""

    status = 400
    code = "error"

    def __init__(self, message: str, /, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.params: Mapping[str, Any] = params


class NotFound(PortalError):
    """The row does not exist, or not for this actor: the two are never told apart (404)."""

    status = 404
    code = "not_found"


class Forbidden(PortalError):
    """The actor may not do this kind of thing (403)."""

    status = 403
    code = "forbidden"


class Conflict(PortalError):
    """The row has moved on since it was read, or somebody holds it (409)."""

    status = 409
    code = "conflict"


class Invalid(PortalError):
    """What was filled in cannot be accepted (422). `fields` maps field name → Swedish message."""

    status = 422
    code = "invalid"

    def __init__(self, message: str, /, *, fields: Mapping[str, str] | None = None, **params: Any) -> None:
        super().__init__(message, **params)
        self.fields: Mapping[str, str] = fields or {}
