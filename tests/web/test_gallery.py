"""The gallery in a real browser: axe, keys, focus, what is said aloud, and no script at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from e2e.pages.axe import violations
from e2e.pages.checks import WIDTHS, too_wide
from tests.web.gallery import ROOT, built, gallery

SELF = "script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'"
CSP = f"default-src 'none'; img-src 'self' data:; {SELF}"
UNDER_THE_BAR = """(() => {
  const element = document.activeElement
  const bar = document.querySelector('.bar').getBoundingClientRect()
  const box = element.getBoundingClientRect()
  const inside = box.top >= bar.top && box.bottom <= bar.bottom
  return inside && !element.closest('.bar, .footer') ? element.outerHTML : null
})()"""

REFUSED = (
    '<section class="panel" id="fields"><ds-error-summary id="refused" tabindex="-1" aria-labelledby="t">'
    '<h2 id="t" data-announce>Ett fält behöver rättas</h2></ds-error-summary></section>'
)


class _Handler(SimpleHTTPRequestHandler):
    """Serves the gallery at / and the built files, with the strict CSP."""

    page = b""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CSP)
        super().end_headers()

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.page)

    def do_POST(self) -> None:
        refused = self.path == "/save"
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(422 if refused else 500)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(REFUSED.encode() if refused else b"")

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the test's own output is what counts."""


@pytest.fixture(scope="module")
def gallery_address() -> Iterator[str]:
    handler = type("Gallery", (_Handler,), {"page": gallery().encode()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(ROOT)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    system = Path("/usr/bin/chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(system) if system.exists() else None,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


def _open(chromium: Any, address: str, width: int = 1280, **options: Any) -> tuple[Any, list[str]]:
    page = chromium.new_page(viewport={"width": width, "height": 900}, **options)
    complaints: list[str] = []
    page.on("console", lambda entry: complaints.append(entry.text) if entry.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address, wait_until="networkidle")
    if options.get("java_script_enabled", True):
        page.wait_for_selector("html.js", state="attached")  # a busy machine may not have run the scripts yet
    return page, complaints


@built
@pytest.mark.e2e
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    chromium: Any, gallery_address: str, width: int
) -> None:
    page, complaints = _open(chromium, gallery_address, width)
    shots = ROOT / "pictures" / "gallery"
    shots.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(shots / f"{width}.png"), full_page=True)
    # Sticky bars cover what lies under them while scrolled: axe judges the page at its full height.
    page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in violations(page)] == []
    assert too_wide(page) == []
    assert complaints == []
    page.close()


def _focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


@built
@pytest.mark.e2e
def test_keys_walk_rows_and_can_be_switched_off(chromium: Any, gallery_address: str) -> None:
    page, complaints = _open(chromium, gallery_address)
    page.keyboard.press("j")
    assert _focused(page) == "Exempelbygg AB"
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator(".attest-card:has(:focus) input[type=checkbox]").is_checked()
    page.keyboard.press("k")
    assert _focused(page) == "Exempelbygg AB"
    page.keyboard.press("/")
    assert _focused(page) == "site-search"
    page.keyboard.type("jk")
    assert page.input_value("#site-search") == "jk"
    page.evaluate("document.body.dataset.shortcuts = 'off'; document.activeElement.blur()")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")
    assert complaints == []
    page.close()


@built
@pytest.mark.e2e
def test_who_types_before_the_scripts_have_come_goes_on_typing(chromium: Any, gallery_address: str) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    asked: list[Any] = []

    def hold(route: Any) -> None:
        asked.append(route)

    page.route("**/*.js", hold)
    page.goto(gallery_address, wait_until="commit")
    page.locator("#site-search").focus()
    page.keyboard.type("pap")
    [script] = asked
    script.continue_()
    page.wait_for_selector("html.js", state="attached")
    page.keyboard.type("per")
    assert page.input_value("#site-search") == "papper"
    page.close()


@built
@pytest.mark.e2e
def test_a_refused_form_moves_focus_to_its_errors_and_says_so(chromium: Any, gallery_address: str) -> None:
    page, _ = _open(chromium, gallery_address)
    page.get_by_role("button", name="Spara 7 513,55 kr").click()
    page.wait_for_selector("#refused")
    page.wait_for_function("document.activeElement.id === 'refused'")
    page.wait_for_function("document.getElementById('live').textContent === 'Ett fält behöver rättas'")
    page.close()


@built
@pytest.mark.e2e
def test_a_failed_request_is_seen_and_heard(chromium: Any, gallery_address: str) -> None:
    page, _ = _open(chromium, gallery_address)
    page.locator("#marking").fill("Plan 2")
    page.locator("#marking").blur()
    page.wait_for_selector("#request-error:not([hidden])")
    assert "Försök igen" in page.locator("#request-error").inner_text()
    page.close()


@built
@pytest.mark.e2e
def test_the_document_is_widened_by_arrow_keys_and_by_a_press(chromium: Any, gallery_address: str) -> None:
    page, complaints = _open(chromium, gallery_address)
    handle = page.locator(".split")
    before = page.locator(".document").bounding_box()["width"]
    handle.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert handle.get_attribute("aria-valuenow") == "48"
    assert page.locator(".document").bounding_box()["width"] > before + 80
    assert page.input_value("#split-form [name=width]") == "48"
    handle.click()
    assert handle.get_attribute("aria-valuenow") == "50"
    assert [text for text in complaints if "Content Security Policy" in text] == []
    page.close()


@built
@pytest.mark.e2e
def test_a_dialog_opens_in_place_and_gives_focus_back(chromium: Any, gallery_address: str) -> None:
    page, complaints = _open(chromium, gallery_address)
    opener = page.get_by_role("link", name="Makulera fakturan")
    opener.click()
    assert page.locator("dialog#cancel").is_visible()
    page.get_by_role("button", name="Avbryt").click()
    assert not page.locator("dialog#cancel").is_visible()
    assert _focused(page) == "Makulera fakturan"
    plus = page.locator("#quantity-2 + button")
    plus.click()
    assert page.input_value("#quantity-2") == "2"
    assert complaints == []
    page.close()


@built
@pytest.mark.e2e
@pytest.mark.parametrize("width", [320, 1280])
def test_without_script_nothing_is_promised_that_does_not_work(
    chromium: Any, gallery_address: str, width: int
) -> None:
    page, _ = _open(chromium, gallery_address, width, java_script_enabled=False)
    assert page.locator(".needs-js:visible").count() == 0
    assert page.locator(".split:visible").count() == 0
    assert page.get_by_role("button", name="Spara 7 513,55 kr").is_visible()
    page.close()


@built
@pytest.mark.e2e
def test_a_phone_reaches_menu_search_and_the_other_language(chromium: Any, gallery_address: str) -> None:
    page, complaints = _open(chromium, gallery_address, 320)
    page.get_by_role("button", name="Meny", exact=True).click()
    sheet = page.get_by_role("navigation", name="Hela menyn")
    assert sheet.get_by_role("link").all_inner_texts()[-1] == "English"
    page.get_by_role("button", name="Stäng menyn").click()
    assert not sheet.is_visible()
    page.get_by_role("link", name="Sök", exact=True).click()
    assert page.locator("#site-search").is_visible()
    assert complaints == []
    page.close()


@built
@pytest.mark.e2e
def test_what_has_focus_is_never_hidden_by_the_action_bar(chromium: Any, gallery_address: str) -> None:
    page, _ = _open(chromium, gallery_address)
    hidden = []
    for _ in range(120):
        page.keyboard.press("Tab")
        covered = page.evaluate(UNDER_THE_BAR)
        hidden += [covered] if covered else []
    assert hidden == []
    page.close()
