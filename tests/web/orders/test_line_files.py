"""A file as the answer to a comment account: through the gate, given back to be saved, gone when it is sent (M17)."""

from __future__ import annotations

import re
from typing import Any

import httpx

from tests.web.core.conftest import Browser, Site
from tests.web.orders.conftest import add, draft, fields, post, user

PDF = b"%PDF-1.7\nDeltagare"


async def _upload(browser: Browser, path: str, name: str, data: bytes) -> httpx.Response:
    files: Any = {"file": (name, data, "text/html")}
    return await browser.post(path, csrf=await browser.token("/account"), files=files)


async def test_a_file_answers_the_comment_account_of_its_line(site: Site) -> None:
    buyer = await user(site, "bestallare@gsf")
    await add(buyer, "KB-1002", "20")
    page = await buyer.get("/orders/basket")
    given = {
        name: {"account": "7101", "responsibility": "31100", "operation": "440"}.get(
            name.partition("-")[0], value
        )
        for name, value in fields(page.text).items()
    }
    refused = await post(buyer, draft(page.text), {**given, "do": "send"})
    assert refused.status_code == 422 and "kräver syfte och deltagare" in refused.text
    (path,) = re.findall(r'href="(/orders/requisitions/[^"]*/files)"', refused.text)
    wrong = await _upload(buyer, path, "lista.pdf", b"<script>alert(1)</script>")
    assert wrong.status_code == 422 and "innehåller något annat" in wrong.text
    assert (await _upload(buyer, path, "../Deltagare <1>.pdf", PDF)).status_code == 303
    listed = (await buyer.get(path)).text
    (href,) = re.findall(rf'href="({path}/[0-9a-f-]+)"', listed)
    file = await buyer.get(href)
    assert file.content == PDF and file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"].startswith("attachment;")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-security-policy"].startswith("sandbox")
    other = await user(site, "bestallare2@gsf")
    assert (await other.get(href)).status_code == 404
    page = await buyer.get("/orders/basket")
    assert "1 bifogad fil" in page.text
    sent = await post(buyer, draft(page.text), {**fields(page.text), "do": "send"})
    assert sent.status_code == 303, sent.text
    assert (await _upload(buyer, path, "mer.pdf", PDF)).status_code == 409, "what is sent is not changed"
    attestant = await user(site, "attestant@gsf")
    assert "1 bifogad fil" in (await attestant.get("/attest")).text
    assert (await attestant.get(href)).content == PDF
