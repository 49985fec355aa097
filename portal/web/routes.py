"""Every controller of the portal, and every domain's counter for the menu."""

from __future__ import annotations

from typing import Any

from portal.web.counts import Counter
from portal.web.health import live, ready
from portal.web.help.controllers import HelpController
from portal.web.signin.controllers import DemoSignInController, SignInController, SignOutController
from portal.web.start.controllers import AccountController, StartController

HANDLERS: tuple[Any, ...] = (
    live,
    ready,
    StartController,
    AccountController,
    SignInController,
    DemoSignInController,
    SignOutController,
    HelpController,
)

COUNTERS: tuple[Counter, ...] = ()
