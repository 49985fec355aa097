"""Messages and statuses in the reader's language."""

from __future__ import annotations

from portal.kernel.decision import Reason
from portal.kernel.errors import PortalError
from portal.kernel.text import Message
from portal.kernel.workflow import Machine
from portal.web.coding_words import NAMING_PARAMS, dimensions_named
from portal.web.i18n import gettext

Status = tuple[str, str, str]


def said(message: Message | PortalError | Reason | str) -> str:
    """A message in the reader's language with its holes filled."""
    if isinstance(message, Message):
        return filled(message.msgid, {name: _word(name, one) for name, one in message.params.items()})
    if isinstance(message, PortalError):
        return filled(message.message, message.params)
    if isinstance(message, Reason):
        return filled(message.message, message.params)
    return gettext(message)


def _word(name: str, value: str) -> str:
    return dimensions_named(value) if name in NAMING_PARAMS else gettext(value)


def filled(msgid: str, params: object) -> str:
    """The msgid translated, and filled when there is something to fill it with."""
    text = gettext(msgid)
    return text % params if params else text


def status_of(machine: Machine, code: str) -> Status:
    """(tone, icon, label) of a status for the status macro."""
    state = machine.state(code)
    return state.tone, state.icon, gettext(state.label)
