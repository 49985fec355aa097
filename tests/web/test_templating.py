"""What a template knows when it is compiled: the same page as when it is looked up, in each language."""

from __future__ import annotations

from pathlib import Path

import pytest
from markupsafe import Markup

from portal.web.assets import Assets
from portal.web.i18n import ENGLISH_PREFIX, LANGUAGES, MISSES, _locale
from portal.web.navigation import Item
from portal.web.templating import Templates, environment

ASSETS = Assets({"app.css": "app.1.css"}, {"search": Markup('<circle r="3"/>')})
PAGE = """{% macro label(text) %}<b>{{ text }}</b>{% endmacro %}
{{ label(_("Fakturor")) }} {{ _("Hjälp") if shown else _("Sök") }} {{ icon("search") }} {{ url("/help") }}
{{ assets.url("app.css") }} {{ _(name) }} {{ ngettext("%(num)s dag", "%(num)s dagar", 3) }}
{% trans n=2 %}{{ n }} kvar{% endtrans %} {{ "<&>" }} {{ name }}"""


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    held = _locale.set(request.param)
    request.addfinalizer(lambda: _locale.reset(held))
    return str(request.param)


def _page(tmp_path: Path, source: str = PAGE) -> Path:
    (tmp_path / "page.html").write_text(source, "utf-8")
    return tmp_path


def test_settled_or_looked_up_the_page_is_the_same(tmp_path: Path, language: str) -> None:
    folder, view = _page(tmp_path), {"name": "Order <1>", "shown": False}
    looked_up = environment(ASSETS, folder).get_template("page.html").render(view)
    assert Templates(ASSETS, folder).render("page.html", view, csrf_token="") == looked_up
    assert ("<b>Invoices</b>" in looked_up) == (language == "en")
    assert '<circle r="3"/>' in looked_up
    assert f"{ENGLISH_PREFIX if language == 'en' else ''}/help" in looked_up
    assert "Order &lt;1&gt;" in looked_up


def test_a_fixed_text_stands_in_the_code_that_is_made(tmp_path: Path, language: str) -> None:
    env = environment(ASSETS, tmp_path, language=language)
    code = env.compile('{{ _("Fakturor") }}{{ icon("search") }}', raw=True)
    assert ("Invoices" if language == "en" else "Fakturor") in code
    assert "icon" not in code


def test_a_text_without_translation_is_missed_when_it_is_shown(tmp_path: Path) -> None:
    templates = Templates(ASSETS, _page(tmp_path, '{{ _("Det här har ingen översatt") }}'))
    held = _locale.set("en")
    try:
        MISSES.watch()
        assert templates.render("page.html", {}, csrf_token="") == "Det här har ingen översatt"
    finally:
        _locale.reset(held)
    assert MISSES.seen() == {"Det här har ingen översatt"}


def test_a_form_carries_the_token_of_its_own_request(tmp_path: Path) -> None:
    source = "{% from 'form.html' import field %}{{ field() }}"
    (tmp_path / "form.html").write_text("{% macro field() %}{{ csrf_token() }}{% endmacro %}", "utf-8")
    templates = Templates(ASSETS, _page(tmp_path, source))
    shown = [templates.render("page.html", {}, csrf_token=token) for token in ("first", "second")]
    assert shown == ["first", "second"]


def test_a_part_is_drawn_once_for_equal_values(tmp_path: Path, language: str) -> None:
    folder = _page(tmp_path, "{{ remembered('part.html', it) }}")
    (folder / "part.html").write_text("<i>{{ it.label }}</i>{{ drawn.append(it) or '' }}", "utf-8")
    drawn: list[object] = []
    env = environment(ASSETS, folder, language=language)
    env.globals["drawn"] = drawn
    shown = [env.get_template("page.html").render(it=Item("A<", "/", (), "x")) for _ in range(2)]
    assert shown == ["<i>A&lt;</i>"] * 2 and len(drawn) == 1
    assert env.get_template("page.html").render(it=Item("B", "/", (), "x")) == "<i>B</i>"


def test_a_part_that_is_remembered_holds_no_token(tmp_path: Path) -> None:
    folder = _page(tmp_path, "{{ csrf_token() }}{{ remembered('part.html', 1) }}")
    (folder / "part.html").write_text("{{ csrf_token() }}", "utf-8")
    with pytest.raises(LookupError):
        Templates(ASSETS, folder).render("page.html", {}, csrf_token="mine")
