"""The macros: every one is shown in the gallery, none breaks the strict CSP, axe finds nothing (e2e)."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes

from portal.web.assets import Assets, AssetsMissing

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
BUILD = ROOT / "static" / "build"
COMPONENTS = sorted((TEMPLATES / "components").glob("[!_]*.html"))
SELF = "script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'"
CSP = f"default-src 'none'; img-src 'self' data:; {SELF}"
UNDER_THE_BAR = """(() => {
  const element = document.activeElement
  const bar = document.querySelector('.bar').getBoundingClientRect()
  const box = element.getBoundingClientRect()
  const inside = box.top >= bar.top && box.bottom <= bar.bottom
  return inside && !element.closest('.bar, .footer') ? element.outerHTML : null
})()"""
WIDTHS = (320, 768, 1280)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

built = pytest.mark.skipif(not (BUILD / "manifest.json").exists(), reason="npm ci && npm run build first")


def _shell(**changes: Any) -> SimpleNamespace:
    values: dict[str, Any] = {
        "lang": "sv",
        "place": "Exempelstad",
        "other_lang_url": "/en/",
        "signed_in": True,
        "user_name": "Attestant",
        "org_name": "Exempelförvaltningen",
        "subsystem": "Beställning och faktura",
        "nav": [
            ("Min dag", "/", 0, "turn", False),
            ("Attest", "/attest", 5, "turn", False),
            ("Handla", "/catalog", 0, "info", False),
            ("Leveranser", "/orders/receipts", 2, "info", False),
            ("Fakturor", "/invoicing", 1, "turn", True),
        ],
        "quick": [
            ("Min dag", "/", "square-check", False),
            ("Attest", "/attest", "stamp", False),
            ("Fakturor", "/invoicing", "receipt-text", True),
        ],
        "basket_count": 4,
        "support": "Support vardagar 08.00–16.30, 010-555 01 00",
        "search_placeholder": "Sök order, faktura eller leverantör",
        "is_supplier": False,
        "footer": [("Så fungerar portalen", "/help/how"), ("Tillgänglighet", "/help/accessibility")],
        "flashes": [("ok", "Kvittensen är sparad.")],
    }
    return SimpleNamespace(**(values | changes))


def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    assets = Assets.load(BUILD)
    env.globals.update(
        assets=assets, icon=assets.icon, url=lambda path: path, csrf_token=lambda: "token-of-the-test"
    )
    return env


def _gallery(**changes: Any) -> str:
    return _environment().get_template("components/_gallery.html").render(shell=_shell(**changes))


class _Page(HTMLParser):
    """Collects what the strict CSP forbids, ids, label targets and form tokens of a rendered page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forbidden: list[str] = []
        self.ids: list[str] = []
        self.pointed_at: list[str] = []
        self.post_forms = 0
        self.tokens = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.forbidden += [f"{tag} {name}" for name in named if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not named.get("src")):
            self.forbidden.append(tag)
        self.forbidden += [f"{tag} {name}" for name in named if name in {"hx-on", "hx-headers", "hx-vals"}]
        self._collect(tag, named)

    def _collect(self, tag: str, named: dict[str, str | None]) -> None:
        self.ids += [named["id"] or ""] if "id" in named else []
        for name in ("for", "aria-labelledby", "aria-describedby", "form", "popovertarget", "data-opens"):
            self.pointed_at += (named.get(name) or "").split()
        self.post_forms += tag == "form" and named.get("method") == "post"
        self.tokens += tag == "input" and named.get("name") == "_csrf_token"


def _macros(path: Path, env: Environment) -> set[str]:
    tree = env.parse(path.read_text("utf-8"))
    return {macro.name for macro in tree.find_all(nodes.Macro) if not macro.name.startswith("_")}


def _calls(path: Path, env: Environment) -> set[str]:
    tree = env.parse(path.read_text("utf-8"))
    return {call.node.name for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name)}


@built
def test_every_macro_is_used_by_the_gallery_or_by_a_macro_it_uses() -> None:
    env = _environment()
    pages = [*COMPONENTS, TEMPLATES / "components" / "_gallery.html"]
    used = set[str]().union(*(_calls(page, env) for page in pages))
    shown = _calls(TEMPLATES / "components" / "_gallery.html", env)
    for path in COMPONENTS:
        assert _macros(path, env) <= used, path.name
    assert len(shown) > 60


@built
def test_every_macro_states_its_arguments() -> None:
    for path in COMPONENTS:
        text = path.read_text("utf-8")
        for name in _macros(path, _environment()):
            assert re.search(rf"\{{#-[^#]*\b{name}\(", text), f"{path.name}: {name} has no comment"


@built
@pytest.mark.parametrize(
    "changes", [{}, {"lang": "en"}, {"is_supplier": True, "basket_count": None}, {"flashes": []}]
)
def test_the_gallery_keeps_the_strict_csp(changes: dict[str, Any]) -> None:
    page = _Page(_gallery(**changes))
    assert page.forbidden == []


@built
def test_every_post_form_carries_the_token_and_every_reference_has_its_id() -> None:
    page = _Page(_gallery())
    assert page.post_forms == page.tokens > 5
    assert [name for name in set(page.ids) if page.ids.count(name) > 1] == []
    assert set(page.pointed_at) <= set(page.ids)


@built
def test_what_a_person_wrote_is_escaped_everywhere() -> None:
    html = _gallery(user_name="<script>alert(1)</script>", flashes=[("ok", "<b onclick=x>")])
    assert "<script>alert" not in html
    assert "&lt;b onclick" in html


@built
def test_a_page_names_no_other_host() -> None:
    html = _gallery()
    assert re.findall(r"(?:href|src|action)=\"(?:https?:)?//[^\"]*", html) == []
    for path in BUILD.glob("*.css"):
        assert re.findall(r"url\([\"']?https?:", path.read_text("utf-8")) == []


@built
@pytest.mark.parametrize("code", ["403", "404", "409", "500"])
def test_error_pages_say_what_happened_and_the_code(code: str) -> None:
    html = _environment().get_template(f"errors/{code}.html").render(code="EX-7QF2", message="")
    assert "Felkod EX-7QF2" in html
    assert html.count("<h1>") == 1
    assert _Page(html).forbidden == []


@built
def test_an_unknown_icon_or_file_is_an_error_and_a_known_one_is_hidden_from_readers() -> None:
    assets = Assets.load(BUILD)
    assert 'aria-hidden="true"' in assets.icon("flag") and 'class="i"' in assets.icon("flag")
    assert re.fullmatch(r"/static/build/app\.[0-9a-f]{12}\.css", assets.url("app.css"))
    for broken in (partial(assets.icon, "no-such-icon"), partial(assets.url, "no-such-file.css")):
        with pytest.raises(KeyError):
            broken()


def test_a_front_end_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match="npm run build"):
        Assets.load(tmp_path)


def test_the_lock_file_records_no_address() -> None:
    assert "://" not in (ROOT / "package-lock.json").read_text("utf-8")


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
    handler = type("Gallery", (_Handler,), {"page": _gallery().encode()})
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
    return page, complaints


@built
@pytest.mark.e2e
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    chromium: Any, gallery_address: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page, complaints = _open(chromium, gallery_address, width)
    shots = ROOT / "pictures" / "gallery"
    shots.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(shots / f"{width}.png"), full_page=True)
    # Sticky bars cover what lies under them while scrolled: axe judges the page at its full height.
    page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
    found = axe.run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
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
