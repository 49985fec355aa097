"""The macros: every one is shown in the gallery, and none breaks the strict CSP."""

from __future__ import annotations

import re
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, nodes

from portal.web.assets import Assets, AssetsMissing
from tests.web.gallery import BUILD, COMPONENTS, ROOT, TEMPLATES, built, environment, gallery


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
    env = environment()
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
        for name in _macros(path, environment()):
            assert re.search(rf"\{{#-[^#]*\b{name}\(", text), f"{path.name}: {name} has no comment"


@built
@pytest.mark.parametrize(
    "changes", [{}, {"lang": "en"}, {"is_supplier": True, "basket_count": None}, {"flashes": []}]
)
def test_the_gallery_keeps_the_strict_csp(changes: dict[str, Any]) -> None:
    page = _Page(gallery(**changes))
    assert page.forbidden == []


@built
def test_every_post_form_carries_the_token_and_every_reference_has_its_id() -> None:
    page = _Page(gallery())
    assert page.post_forms == page.tokens > 5
    assert [name for name in set(page.ids) if page.ids.count(name) > 1] == []
    assert set(page.pointed_at) <= set(page.ids)


@built
def test_what_a_person_wrote_is_escaped_everywhere() -> None:
    html = gallery(user_name="<script>alert(1)</script>", flashes=[("ok", "<b onclick=x>")])
    assert "<script>alert" not in html
    assert "&lt;b onclick" in html


@built
def test_a_page_names_no_other_host() -> None:
    html = gallery()
    assert re.findall(r"(?:href|src|action)=\"(?:https?:)?//[^\"]*", html) == []
    for path in BUILD.glob("*.css"):
        assert re.findall(r"url\([\"']?https?:", path.read_text("utf-8")) == []


@built
@pytest.mark.parametrize("code", ["403", "404", "409", "500"])
def test_error_pages_say_what_happened_and_the_code(code: str) -> None:
    html = environment().get_template(f"errors/{code}.html").render(code="EX-7QF2", message="")
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
