"""Checks on the page at hand: axe, nothing sideways, one language, a picture for those who look."""

from __future__ import annotations

import os
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from dev.demo_city import data
from e2e.pages.axe import is_known, violations
from portal.web.i18n import read_english

WIDTHS = (320, 768, 1280)
# A picture of every page takes a tenth of the time: `make e2e` and `make deep` take them.
PICTURES = bool(os.environ.get("PORTAL_CRAWL_PICTURES"))
HEIGHT, MOST_HEIGHT = 900, 12_000
SHOTS = Path(__file__).resolve().parents[2] / "pictures"
# What one page of a kind differs from another by: an id, a number, the name of a rule.
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=/)[0-9]+(?=/|$)|(?<=/settings/)[a-z_.]+")
TEXTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const found = []
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement
    if (parent.closest('[lang]') === document.documentElement && !parent.closest('script, noscript')) {
      const words = walker.currentNode.textContent.replace(/\\s+/g, ' ').trim()
      if (words) found.push(words)
    }
  }
  for (const element of document.querySelectorAll('[aria-label], [placeholder], [title]')) {
    for (const name of ['aria-label', 'placeholder', 'title']) {
      const words = element.getAttribute(name)
      if (words && element.closest('[lang]') === document.documentElement) found.push(words.trim())
    }
  }
  return found
}"""
WIDER = """width => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1
  && !e.closest('.sr-only, [data-scroll], table') && getComputedStyle(e).visibility !== 'hidden')
  .slice(0, 3).map(e => e.tagName.toLowerCase() + '.' + (e.getAttribute('class') || ''))"""

# What is done, and what is paid. The text of an amount counts, not its cell: figures do not break and may stand out.
OUT_OF_SIGHT = """width => {
  const acts = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], .status, .turn'
  const amounts = '.num, .key-amount, .hit-price, .comparison-sum, .attest-amount, .totals dd'
  const clips = new Map()
  const clipping = element => {
    if (!clips.has(element)) {
      const style = getComputedStyle(element)
      const onlyHeard = style.clipPath.startsWith('inset(50%')
      clips.set(element, {onlyHeard, edge: style.overflowX === 'visible' ? null : element.getBoundingClientRect()})
    }
    return clips.get(element)
  }
  const text = document.createRange()
  const boxOf = element => {
    if (!element.matches(amounts) || element.querySelector('input, select')) return element.getBoundingClientRect()
    text.selectNodeContents(element)
    return text.getBoundingClientRect()
  }
  const outside = element => {
    const box = boxOf(element)
    if (box.width < 2 || box.height < 2) return false
    let beside = box.left < -1 || box.right > width + 1
    for (let above = element; above && above !== document.body; above = above.parentElement) {
      const {onlyHeard, edge} = clipping(above)
      if (onlyHeard) return false
      beside ||= edge && (box.left < edge.left - 1 || box.right > edge.right + 1)
    }
    return beside
  }
  const main = document.querySelector('main') || document.body
  const mayScroll = `pre[tabindex]${width < 640 ? '' : ', .table-scroll[tabindex]:has(> .dense)'}`
  return [...main.querySelectorAll(`${acts}, ${amounts}`)]
    .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest(mayScroll) && outside(e))
    .slice(0, 4).map(e => `${e.tagName.toLowerCase()}.${e.className} “${(e.textContent || e.name || '').trim()}”`)
}"""


BLOCKS = """() => [...document.querySelectorAll(
  'p, li, td, th, dt, dd, h1, h2, h3, h4, summary, label, legend, small, .status, .mark')]
  .filter(e => !e.closest('.paper, pre, code, kbd, script, noscript') && !e.querySelector('p, li, td, dd'))
  .map(e => { const own = e.cloneNode(true)
    const aside = 'time, input, textarea, select, pre, code, kbd, svg, .sr-only, a:last-child, button'
    own.querySelectorAll(aside).forEach(one => one.remove())
    return [own.textContent.replace(/[ \\n\\t]+/g, ' ').trim(), e.matches('p, li, dd')] })
  .filter(([text]) => text)"""
MANY = (
    "rader|fakturor|kreditfakturor|artiklar|beställningar|leveranser|filer|dagar|timmar|träffar|ärenden|koder|priser|grupper"
    "|rows|lines|invoices|orders|articles|deliveries|files|days|hours|hits|items|codes|prices|attachments|months|pieces"
)
UNITS = "kr|SEK|st|styck|kg|liter|förpackningar|förpackning|%"
# A sentence of ours, and what is wrong with it.
WORDING = (
    ("a stored day", re.compile(r"\b(?:19|20)\d\d[-\u2011]\d\d[-\u2011]\d\d\b")),
    (
        "a decimal point",
        re.compile(rf"(?<![\d.,])\d+\.\d+(?=[ \u00a0](?:{UNITS})(?!\w))|^[-\u2212]?\d+\.\d\d?$"),
    ),
    ("one of many", re.compile(rf"(?<![\d.,\u00a0\w-])1[ \u00a0](?:{MANY})\b", re.IGNORECASE)),
    ("a number twice", re.compile(r"(?<![\d.,\u00a0\w-])(\d+)[ \u00a0]\1[ \u00a0](?=[a-zåäö])")),
    ("a unit twice", re.compile(rf"(?<!\w)({UNITS})[ \u00a0]+\1(?!\w)")),
)
UNENDED = re.compile(r"(?<!inkl)(?<!exkl)(?<!incl)(?<!excl)(?<=[a-zåäö)”])\. [A-ZÅÄÖ][^.]*[^.!?…:)”\s]$")


def badly_worded(page: Any) -> list[str]:
    """Days, amounts, plurals and quantities that no formatter wrote, and sentences without an end."""
    found = []
    for text, sentences in page.evaluate(BLOCKS):
        found += [f"{what} in “{text[:90]}”" for what, pattern in WORDING if pattern.search(text)]
        if sentences and UNENDED.search(text):
            found.append(f"no full stop after “{text[-60:]}”")
    return sorted(set(found))


def axe_findings(page: Any) -> list[str]:
    """Violations of WCAG 2.2 AA on the page as it is now: rule and first element of each."""
    if is_known(page):
        return []
    before = page.viewport_size
    _unroll(page, before["width"], before["height"])
    found = violations(page)
    page.set_viewport_size(before)
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found]


def _unroll(page: Any, width: int, height: int) -> None:
    """A window that holds the whole page: sticky bars cover what lies under them while scrolled."""
    whole = min(page.evaluate("document.documentElement.scrollHeight"), MOST_HEIGHT)
    if whole > height:
        page.set_viewport_size({"width": width, "height": whole})


def sideways(page: Any) -> list[str]:
    """What makes the page wider than its window; tables may scroll inside themselves."""
    width = page.viewport_size["width"]
    if page.evaluate("document.documentElement.scrollWidth") <= width:
        return []
    return [f"scrolls sideways: {page.evaluate(WIDER, width)}"]


def out_of_sight(page: Any) -> list[str]:
    """What can be done, and every amount and status, that is beside the window or scrolled or cut away sideways.

    Evidence in its own words (a <pre> that takes focus) may scroll, and so may, on more than a phone, the table with
    all sums that a reader has chosen instead of the list.
    """
    found = page.evaluate(OUT_OF_SIGHT, page.viewport_size["width"])
    return [f"out of sight: {one}" for one in found]


def too_wide(page: Any) -> list[str]:
    """Both complaints about the page's width, as it is now."""
    return [*sideways(page), *out_of_sight(page)]


def findings(page: Any, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """All complaints on the page at each width, each with the width; the window is of the last afterwards."""
    found: list[str] = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found += [f"{width} px: {text}" for text in (*too_wide(page), *axe_findings(page))]
    return found


def clean(page: Any, widths: tuple[int, ...] = WIDTHS) -> None:
    """Assert that the page has no finding at any width; the window is as it was afterwards."""
    before = page.viewport_size
    found = findings(page, widths)
    page.set_viewport_size(before)
    assert not found, f"{page.url}: {found}"


@lru_cache(maxsize=1)
def _swedish() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Swedish texts that read otherwise in English: whole ones, and those with holes as patterns."""
    known = read_english().values()
    differing = [text for text in known if text.msgid not in text.texts]
    # A word that is English too, and the demo's users, who are named after what they do, are no Swedish left over.
    names = {name for _login, name, *_ in data.USERS}
    english = {one for text in known for one in text.texts}
    whole = frozenset(text.msgid for text in differing if "%(" not in text.msgid) - english - names
    holes = [one for text in differing for one in (text.msgid, text.plural) if one and "%(" in one]
    return whole, tuple(_pattern(one) for one in holes if len(re.sub(r"%\(\w+\)s", "", one)) > 8)


def _pattern(msgid: str) -> re.Pattern[str]:
    return re.compile(".+".join(re.escape(part) for part in re.split(r"%\(\w+\)s", msgid)))


def swedish_left(page: Any) -> list[str]:
    """Texts of ours that stand in Swedish on an English page."""
    return sorted(text for text in set(page.evaluate(TEXTS)) if _is_swedish(text))


@cache  # most texts stand on every page
def _is_swedish(text: str) -> bool:
    whole, patterns = _swedish()
    if _persons().fullmatch(text):
        return False
    return text in whole or any(one.fullmatch(text) for one in patterns)


@lru_cache(maxsize=1)
def _persons() -> re.Pattern[str]:
    return re.compile(
        "|".join(rf"{re.escape(name)}( \({re.escape(login)}\))?" for login, name, *_ in data.USERS)
    )


def kind_of(path: str, query: str) -> str:
    """The page's kind: ids and the values of filters do not make another one."""
    keys = sorted(key for key, _value in parse_qsl(query, keep_blank_values=True))
    return ID.sub("{id}", path) + ("?" + "&".join(keys) if keys else "")


def picture(page: Any, name: str) -> None:
    """Save how the page looks, for people, where they asked for it: pictures/ is not kept in git."""
    if not PICTURES:
        return
    path = SHOTS / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(path), full_page=True)
