"""Names that are not ours in Host, and addresses that are not ours in next."""

from __future__ import annotations

from urllib.parse import quote, urljoin, urlsplit

import pytest

from portal.web.signin.controllers import own_path
from tests.web.core.conftest import MakeSite, Site, Urls

FOREIGN_HOSTS = (
    "", "angripare.example", "angripare.example:443", "portal.exempelstad.test.angripare.example",
    "xportal.exempelstad.test", "exempelstad.test", "sub.portal.exempelstad.test", "portal.exempelstad.test:80",
    "portal.exempelstad.test:8443", "portal.exempelstad.test:", "portal.exempelstad.test:443:443",
    "portal.exempelstad.test@angripare.example", "angripare.example@portal.exempelstad.test",
    "portal.exempelstad.test/", "portal.exempelstad.test#x", "portal.exempelstad.test?x",
    "portal.exempelstad.test, angripare.example", "portal.exempelstad.test angripare.example",
    " portal.exempelstad.test x", "portal.exempelstad.test.", "portal_exempelstad_test", "localhost", "127.0.0.1",
    "127.0.0.1:8000", "[::1]", "[::1", "0.0.0.0", "portal.exempelstad.test\\.example", "..", "-",
    "http://portal.exempelstad.test", "portal.exempelstad.test:4 43", "portal.exempelstad.test:999999",
    "%70ortal.exempelstad.test",
)  # fmt: skip
HOSTILE_NEXT = (
    "https://angripare.example", "//angripare.example", "///angripare.example", "////angripare.example",
    "\\\\angripare.example", "/\\angripare.example", "\\/angripare.example", "/\t/angripare.example",
    "/\n/angripare.example", "/\r/angripare.example", "\t//angripare.example", " //angripare.example",
    "/ /angripare.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x",
    "http:angripare.example", "https:/angripare.example", "//angripare.example/%2e%2e", "/\x00/angripare.example",
    "//user@angripare.example", "@angripare.example", "angripare.example", "?//angripare.example",
    "//angripare。example", "\u2028//angripare.example", "/\u00a0/angripare.example",
    "/\x0b/angripare.example", "/\x85/angripare.example", "//[::1]", "//127.0.0.1:9999", "file:///etc/passwd",
    "/\\\\\\angripare.example", "/x\r\nset-cookie: a=b", "/x\nlocation: https://angripare.example",
)  # fmt: skip
OWN_NEXT = {
    "/orders": "/orders",
    "/orders?status=sent&page=2": "/orders?status=sent&page=2",
    "/catalog/articles?q=p%C3%A4rm": "/catalog/articles?q=p%C3%A4rm",
    "/catalog/articles?q=pärm": "/catalog/articles?q=p%C3%A4rm",
    "": "/",
}


async def test_foreign_hosts_are_refused(secure_site: Site) -> None:
    assert len(FOREIGN_HOSTS) >= 30
    for host in FOREIGN_HOSTS:
        answer = await secure_site.browser().get("/sign-in", headers=[(b"host", host.encode())])
        assert answer.status_code == 400, host
        assert "angripare" not in answer.text
        assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    "host", ["portal.exempelstad.test", "PORTAL.exempelstad.TEST", "portal.exempelstad.test:443"]
)
async def test_the_own_host_is_let_in(secure_site: Site, host: str) -> None:
    assert (await secure_site.browser(host=host).get("/sign-in")).status_code == 200


async def test_forwarded_hosts_are_not_listened_to(secure_site: Site) -> None:
    forwarded = {"x-forwarded-host": "angripare.example", "forwarded": "host=angripare.example"}
    answer = await secure_site.browser().get("/account", headers=forwarded)
    assert answer.headers["location"] == "/sign-in?next=/account"
    assert "angripare" not in (await secure_site.browser().get("/sign-in", headers=forwarded)).text


async def test_two_hosts_are_one_too_many(secure_site: Site) -> None:
    both = [(b"host", b"portal.exempelstad.test"), (b"host", b"angripare.example")]
    assert (await secure_site.browser().get("/sign-in", headers=both)).status_code == 400


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:9000"])
async def test_a_demo_answers_to_this_machines_names(shared_site: Site, host: str) -> None:
    assert (await shared_site.browser(host=host).get("/sign-in")).status_code == 200


async def test_a_demo_answers_to_no_other_name(shared_site: Site) -> None:
    for host in ("angripare.example", "rebinding.example:8000", "localhost.angripare.example"):
        assert (await shared_site.browser(host=host).get("/sign-in")).status_code == 400


async def test_health_checks_come_by_address(secure_site: Site) -> None:
    answer = await secure_site.browser(host="10.0.0.7:8000").get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("query", ["q=%00", "next=%00", "a=%2500b%00"])
async def test_nul_in_the_query_is_refused(shared_site: Site, query: str) -> None:
    assert (await shared_site.browser().get(f"/sign-in?{query}")).status_code == 400


@pytest.mark.parametrize("path", ["/help%00", "/help%0d%0aset-cookie:a=b", "/%0a/x"])
async def test_control_characters_in_the_path_are_refused(shared_site: Site, path: str) -> None:
    assert (await shared_site.browser().get(path)).status_code == 400


def test_hostile_addresses_become_the_start_page_or_stay_here() -> None:
    assert len(HOSTILE_NEXT) >= 30
    for given in HOSTILE_NEXT:
        path = own_path(given)
        assert path.isascii() and path.isprintable() and " " not in path, given
        assert (
            urlsplit(urljoin("https://portal.exempelstad.test/sign-in", path)).netloc
            == "portal.exempelstad.test"
        )
        assert not path.startswith(("//", "/\\")) and path.startswith("/"), given


async def test_sign_in_never_leads_elsewhere(shared_site: Site) -> None:
    for given in (*HOSTILE_NEXT[:12], "/x\r\nset-cookie: a=b"):
        answer = await shared_site.browser().sign_in("bestallare@gsf", next_path=given)
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), given
        shown = await shared_site.browser().get(f"/sign-in?next={quote(given)}")
        assert shown.status_code == 200
        assert 'name="next" value="/"' in shown.text, given


@pytest.mark.parametrize(("given", "gone_to"), OWN_NEXT.items())
async def test_sign_in_leads_back(shared_site: Site, given: str, gone_to: str) -> None:
    answer = await shared_site.browser().sign_in("bestallare@gsf", next_path=given)
    assert answer.headers["location"] == gone_to


async def test_the_way_back_keeps_the_query_and_the_language(shared_site: Site) -> None:
    answer = await shared_site.browser().get("/en/account?tab=2&q=%C3%A5")
    assert answer.headers["location"] == "/en/sign-in?next=/account%3Ftab%3D2%26q%3D%25C3%25A5"
    shown = await shared_site.browser().get(answer.headers["location"])
    assert 'name="next" value="/account?tab=2&amp;q=%C3%A5"' in shown.text


@pytest.mark.parametrize(
    "path", ["//angripare.example/help", "/en//angripare.example/help", "/en///help", "//help"]
)
async def test_two_slashes_make_no_link_to_another_host(shared_site: Site, path: str) -> None:
    client = shared_site.browser().client
    answer = await client.get(client.base_url.copy_with(raw_path=path.encode()))
    assert 'href="//' not in answer.text
    assert not answer.headers.get("location", "/").startswith("//")


async def test_the_base_address_decides_in_production_too(
    make_site: MakeSite, module_seeded_urls: Urls
) -> None:
    async with make_site(module_seeded_urls, mode="production", base_url="http://intern.test:8080") as site:
        assert (await site.browser().get("/sign-in")).status_code == 200
        assert (await site.browser(host="intern.test").get("/sign-in")).status_code == 400
