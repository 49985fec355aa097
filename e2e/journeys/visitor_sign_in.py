"""A visitor signs in and out: with and without script, by keys only, in both languages, on a phone."""

from __future__ import annotations

from typing import Any

import pytest

from e2e.pages.checks import clean, picture, swedish_left
from e2e.pages.shell import address_of, heading, menu, press_to, sign_in, sign_out

Visit = Any


@pytest.mark.parametrize("script", [True, False])
def test_a_visitor_is_sent_to_sign_in_and_back(visit: Visit, script: bool) -> None:
    page = visit(script=script)
    page.goto("/account?tab=1")
    assert "/sign-in?next=" in page.url
    page.locator("#email").fill(address_of("bestallare@gsf"))
    page.locator("#password").fill("fel lösenord")
    page.locator("#sign-in button").click()
    assert "lösenordet är fel" in page.locator("[role=alert]:visible").inner_text()
    assert page.input_value("#email") == address_of("bestallare@gsf")
    page.locator("#password").fill("exempelstad")
    page.locator("#sign-in button").click()
    page.wait_for_url(lambda url: url.endswith("/account?tab=1"))
    sign_out(page)
    assert "Du är utloggad." in page.locator(".flashes").inner_text()
    page.reload()
    assert page.locator(".flashes").count() == 0
    page.goto("/account")
    assert "/sign-in" in page.url


@pytest.mark.parametrize("width", [320, 1280])
def test_min_dag_is_clean_and_looks_right(visit: Visit, width: int) -> None:
    page = visit(width=width)
    page.goto("/sign-in")
    clean(page, (width,))
    picture(page, f"sign-in/{width}")
    sign_in(page, "attestant@gsf")
    assert heading(page).split()[0] in {"Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag", "Lördag", "Söndag"}
    clean(page, (width,))
    picture(page, f"min-dag/{width}")


def test_english_holds_no_swedish(visit: Visit) -> None:
    page = visit()
    sign_in(page, "attestant@gsf", language="en")
    assert page.url.rstrip("/").endswith("/en")
    assert "My day" in menu(page)
    for path in (
        "/en",
        "/en/account",
        "/en/help",
        "/en/help/accessibility",
        "/en/help/status",
        "/en/help/shortcuts",
    ):
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == "en"
        assert swedish_left(page) == [], path


def test_by_keys_only(visit: Visit) -> None:
    page = visit()
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.ds-skip-link')")
    page.keyboard.press("Enter")
    press_to(page, "#email")
    page.keyboard.type(address_of("bestallare@gsf"))
    press_to(page, "#password")
    page.keyboard.type("exempelstad")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    press_to(page, "nav.menu a[href='/catalog/articles']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/catalog/articles")


def test_the_tasks_refresh_themselves_where_they_stand(visit: Visit) -> None:
    page = visit()
    page.clock.install()
    sign_in(page, "attestant@gsf")
    with page.expect_response("**/start/tasks") as asked:
        page.clock.run_for(61_000)
    assert asked.value.status == 200
    assert page.locator("#tasks").count() == 1
