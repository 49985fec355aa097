"""A real portal in bad weather: invoices and hostile catalogues pour in, slow visitors hold on to it, and its parts are
killed at random; meanwhile people ask for their pages.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from dev.demo_city import data
from portal.cli.supervisor import PAUSES
from tests.flood.visitors import Lost, Visitor
from tests.kills.portal import DATABASE, WEB, WORKER, Portal

# Several kills may come close, and a start under a storm takes longer than one in peace.
STARTS = 5
PAGES = {
    "bestallare@gsf": "/orders", "granskare@gsf": "/invoicing/invoices", "attestant@gsf": "/attest",
    "mottagare@gsf": "/orders/receipts", "synare@gsf": "/invoicing/invoices?tab=all",
    "admin@gsf": "/invoicing/invoices?tab=all", "fakturaadmin@gsf": "/invoicing/arrivals",
    "levgruppen@stad": "/suppliers", "central@stad": "/orders", "leverantorsadmin@stad": "/catalog/uploads",
    "revisor@stad": "/invoicing/invoices?tab=all", "leverantor@kontorsbolaget.test": "/supplier/invoices",
}  # fmt: skip
"""For each role a list, besides the start page."""


@dataclass
class Storm:
    """What beats on one portal, and what is seen of it. `quiet` is set when the last part has been killed."""

    portal: Portal
    chance: random.Random
    quiet: asyncio.Event = field(default_factory=asyncio.Event)
    kills: list[str] = field(default_factory=list)
    hurt_until: float = 0.0
    times: list[float] = field(default_factory=list)
    outages: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def window(self) -> float:
        """Seconds within which a restart is over: the supervisor's longest pause, and some starts as long as here."""
        return max(PAUSES) + STARTS * self.portal.started_in

    def browser(self, login: str) -> Visitor:
        address = f"http://127.0.0.1:{self.portal.port}"
        return Visitor(login, httpx.AsyncClient(base_url=address, timeout=self.window))

    async def sign_in(self, visitor: Visitor) -> None:
        """Through the form that everybody uses."""
        email = visitor.login if visitor.login.endswith(".test") else f"{visitor.login}.{data.DOMAIN}"
        form = {"email": email, "password": data.PASSWORD, "next": "/"}
        answer = await self.until_answered(lambda: visitor.post("/sign-in", form, "/sign-in"))
        assert answer.status_code == 303, (visitor.login, answer.status_code)

    def hurt(self) -> bool:
        """Whether a part has been killed and the portal was not well since."""
        return time.monotonic() < self.hurt_until

    async def until_answered(self, ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        """Ask again for as long as a restart may take. Not answered though nothing was killed: a failure."""
        began = time.monotonic()
        while True:
            hurt, asked = self.hurt(), time.monotonic()
            try:
                answer = await ask()
            except Lost as lost:
                if not hurt and not self.hurt():
                    self.failures.append(f"{lost} though nothing was killed")
                if time.monotonic() - began > self.window:
                    raise AssertionError(f"no answer in {self.window:.0f} s: {lost}") from lost
                await asyncio.sleep(0.2)
                continue
            self.times.append(time.monotonic() - asked)
            if asked - began > 0.1:
                self.outages.append(time.monotonic() - began)
            return answer

    async def visit(self, login: str, path: str) -> None:
        """One person's start page and list, over and over until it is quiet, and once more."""
        visitor = self.browser(login)
        await self.sign_in(visitor)
        last = False
        while not last:
            last = self.quiet.is_set()
            for address in ("/", path):
                answer = await self.until_answered(partial(visitor.get, address))
                if answer.status_code != 200:
                    self.failures.append(f"{login} {address}: {answer.status_code}")
            await asyncio.sleep(self.chance.uniform(0.2, 1.0))
        await visitor.client.aclose()

    async def deliver(self, files: Sequence[Path], names: Sequence[str], seconds: float) -> None:
        """Put files in the inbox, a handful at a time: written beside it and moved in whole, as senders should."""
        inbox, draft = self.portal.folder / "inbox", self.portal.folder / "draft"
        draft.mkdir()
        pause = seconds / (len(files) / 10 + 1)
        for position, (path, name) in enumerate(zip(files, names, strict=True)):
            (draft / name).write_bytes(path.read_bytes())
            (draft / name).rename(inbox / name)
            if position % 10 == 0:
                await asyncio.sleep(pause * self.chance.uniform(0.5, 1.5))

    async def upload(self, login: str, chosen: str, files: dict[str, bytes]) -> dict[str, str]:
        """Send each as a catalogue until it is acknowledged; name → address of the upload."""
        visitor, found = self.browser(login), {}
        await self.sign_in(visitor)
        for name, content in files.items():
            sent = {"file": (f"{name}.xlsx", content, "text/csv")}

            def send(sent: object = sent) -> Awaitable[httpx.Response]:
                return visitor.post("/supplier/catalogues", {"catalogue": chosen}, files=sent)

            answer = await self.until_answered(send)
            assert answer.status_code == 303, (name, answer.status_code, answer.text[:500])
            found[name] = answer.headers["location"]
        await visitor.client.aclose()
        return found

    async def hold_on(self, kind: str) -> None:
        """A visitor who never comes to an end with half a header, half a body, or an answer read a byte at a time."""
        first = {
            "header": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
            "body": b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 100000\r\n\r\nemail=",
            "reader": b"GET /static/build/app.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        }[kind]
        while not self.quiet.is_set():
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.portal.port)
                with suppress(OSError):
                    writer.write(first)
                    while not self.quiet.is_set():
                        await writer.drain()
                        if kind == "reader":
                            if not await asyncio.wait_for(reader.read(1), 30):
                                break
                        else:
                            writer.write(b"x")
                        await asyncio.sleep(1)
                writer.close()
            await asyncio.sleep(1)

    async def kill(self, order: Sequence[str], shortest: float, longest: float) -> None:
        """One part after the other, each when the portal is well again since the last."""
        for name in order:
            await asyncio.sleep(self.chance.uniform(shortest, longest))
            self.hurt_until = float("inf")
            self.portal.kill(name)
            self.kills.append(name)
            began = time.monotonic()
            while not await asyncio.to_thread(self._well_after, name):
                assert time.monotonic() - began < self.window, (
                    f"{name} did not come back in {self.window:.0f} s"
                )
                await asyncio.sleep(0.2)
            self.hurt_until = time.monotonic() + 1.0  # what was asked before is answered by then
        self.quiet.set()

    def _well_after(self, name: str) -> bool:
        return self.portal.part(name).restarts >= self.kills.count(name) and self.portal.well()

    def figures(self) -> str:
        """How long pages took."""
        times = sorted(self.times)
        at = [times[min(len(times) - 1, int(len(times) * part))] for part in (0.5, 0.95)]
        return (
            f"{len(times)} pages, p50 {at[0]:.2f} s, p95 {at[1]:.2f} s, max {times[-1]:.2f} s;"
            f" {len(self.outages)} waited for a restart, longest {max(self.outages, default=0.0):.1f} s"
            f" (at most {self.window:.0f}: the pause and {STARTS} starts of {self.portal.started_in:.1f} s)"
        )


def order_of_kills(chance: random.Random, many: int) -> list[str]:
    """Each part as often as the others, in random order."""
    parts = [(WORKER, WEB, DATABASE)[at % 3] for at in range(many)]
    chance.shuffle(parts)
    return parts
