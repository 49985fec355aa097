"""The document as it lies on the screen: long signs wrap at 320 px, and from 1024 px it stands beside the work."""

from __future__ import annotations

from typing import Any

import pytest

from portal.formats.en16931 import Invoice
from portal.web.paper.attachments import attachment_views
from portal.web.paper.whole import paper_of
from tests.web.gallery import BUILD, built, environment
from tests.web.paper.test_paper import Whole, attached
from tests.web.test_gallery import chromium

__all__ = ["chromium"]
MANY = 3000
COLUMNS = """{% from "components/paper.html" import readable_invoice %}
{% from "components/invoice.html" import document_columns, document_viewer, split_handle %}
{% call document_columns() %}<div id="work">Kontering</div>{{ split_handle(38) }}<div class="document-side">
{% call document_viewer([("Faktura", "#", true)]) %}{{ readable_invoice(paper, attachments) }}{% endcall %}</div>
{% endcall %}"""
ARRIVAL = """{% from "components/paper.html" import readable_invoice %}
{% from "components/invoice.html" import document_viewer %}
<div class="arrival"><section class="arrival-decision" id="work">Beslut</section><div class="document-side">
{% call document_viewer([("Faktura", "#", true)]) %}{{ readable_invoice(paper, attachments) }}{% endcall %}</div>
<div class="arrival-queue" id="queue">Kön</div></div>"""
OUTSIDE = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.parentElement.className + ' ' + e.tagName + ' ' + e.textContent.slice(0, 20)).slice(0, 5)"""
BOX = "id => { const b = document.getElementById(id).getBoundingClientRect(); return [b.left, b.top] }"
SCROLLS = (
    "() => { const d = document.getElementById('document'); return d.scrollHeight > d.clientHeight + 1 }"
)


class Long(Whole):
    """The document with a value in every field, and every text of 3,000 signs without a blank."""

    def _leaf(self, kind: Any, path: str) -> Any:
        value = super()._leaf(kind, path)
        return value + "Ö" * MANY if isinstance(value, str) else value


def shown(chromium: Any, width: int, template: str, invoice: Invoice) -> Any:
    """A page that holds that and nothing else, with the portal's own styles."""
    views = attachment_views(attached(invoice), "/f", lambda name: name)
    body = environment().from_string(template).render(paper=paper_of(invoice), attachments=views)
    page = chromium.new_page(viewport={"width": width, "height": 800})
    styles = next(BUILD.glob("app.*.css")).read_text("utf-8")
    page.set_content(
        f'<html lang="sv" class="js"><head><style>{styles}</style></head><body>{body}</body></html>'
    )
    return page


@built
@pytest.mark.e2e
def test_texts_of_three_thousand_signs_wrap_and_hide_nothing(chromium: Any) -> None:
    page = shown(chromium, 320, COLUMNS, Long().make(Invoice, "Invoice"))
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.close()


@built
@pytest.mark.e2e
@pytest.mark.parametrize("template", [COLUMNS, ARRIVAL])
def test_the_document_stands_beside_the_work_and_scrolls_itself(chromium: Any, template: str) -> None:
    page = shown(chromium, 1024, template, Whole().make(Invoice, "Invoice"))
    document, work = page.evaluate(BOX, "document"), page.evaluate(BOX, "work")
    assert document[0] < work[0] and abs(document[1] - work[1]) < 20, (document, work)
    assert page.evaluate(SCROLLS)
    page.set_viewport_size({"width": 320, "height": 700})
    document, work = page.evaluate(BOX, "document"), page.evaluate(BOX, "work")
    assert work[1] < document[1] and not page.evaluate(SCROLLS)
    if template is ARRIVAL:
        queue = page.evaluate(BOX, "queue")
        assert work[1] < queue[1] < document[1]
    page.close()
