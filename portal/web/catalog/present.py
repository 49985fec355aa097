"""Values → what the search pages show: finished words, addresses and marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import UUID

from portal.catalog.queries.articles import ArticleHit, Chosen, HitPage
from portal.catalog.rules.pictures import PICTURES, picture_of
from portal.catalog.rules.units import unit_name
from portal.catalog.rules.unspsc import SEGMENTS
from portal.catalog.search import MOST_CANDIDATES
from portal.integrations.search import SearchResult
from portal.kernel.dates import format_day_long
from portal.kernel.money import format_kr, format_number_sv, format_sv
from portal.kernel.text import sentence_list
from portal.web.i18n import current_locale, gettext, localised, ngettext

CENT = 2
GROUPS = (("agreement", "Ramavtal"), ("supplier", "Leverantör"), ("segment", "Varugrupp"))
MOST_CHOICES = 12
MOST_CATEGORIES = 8

# Why an article cannot be bought: the mark beside the price, and the sentence.
BLOCKED: Mapping[str, tuple[str, str]] = {
    "removed": ("Utgått", "Artikeln har utgått ur leverantörens katalog."),
    "supplier": ("Leverantören är spärrad", "Leverantören %(supplier)s är inte godkänd för köp just nu."),
    "unlinked": ("Inte längre på avtalet", "%(supplier)s är inte längre med på avtal %(agreement)s."),
    "organisation": ("Inte ert avtal", "%(organisation)s får inte avropa från avtal %(agreement)s."),
    "early": ("Avtalet har inte börjat gälla", "Avtal %(agreement)s börjar gälla %(from)s."),
    "expired": ("Avtalet har gått ut", "Avtal %(agreement)s gällde till och med %(to)s."),
}
CALLABLE = "%(organisation)s får avropa från avtalet."
ALONE = "%(supplier)s är ensam leverantör, så du behöver inte jämföra."
RANKED = "Avtalet har %(count)s leverantörer i rangordning."
LOWER = (
    "%(supplier)s är nummer %(rank)s i rangordningen. Fråga först %(above)s och notera i varukorgen hur de tackade"
    " nej."
)
RANKED_TO = "Rangordningen gäller till och med %(limit)s per avrop, däröver förnyad konkurrensutsättning."
FIRST_RANKED = "%(supplier)s är nummer 1 i rangordningen av %(count)s leverantörer."
VALID_TO = "Avtalet gäller till och med %(to)s."
CAP = "Avtalets takvolym är %(cap)s."


class Address(Protocol):
    """The search as its address has it."""

    words: str
    chosen: Chosen
    after: UUID | None

    def address(self, *, without: tuple[str, str] | None = None, after: UUID | None = None) -> str:
        """The address of the search, changed so."""
        ...

    def cleared(self) -> str:
        """The address of the words alone."""
        ...


@dataclass(frozen=True, slots=True)
class HitView:
    """A hit row. `reasons`: (met, sentence). Price without unit words. `picture`: a drawing, by name and in words."""

    id: UUID
    name: str
    href: str
    supplier: str
    article: str
    agreement: str
    terms: str
    price: str
    price_note: str
    marks: tuple[tuple[str, str], ...]
    blocked: str | None
    reasons: tuple[tuple[bool, str], ...]
    start_quantity: str
    picture: str
    picture_text: str


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One checkbox of a filter group."""

    value: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True, slots=True)
class GroupView:
    """One filter group."""

    name: str
    label: str
    choices: tuple[ChoiceView, ...]


@dataclass(frozen=True, slots=True)
class SearchView:
    """The whole search page. `corrected`: what was read as what; `shuts_out`: (sentence, button, address) or None."""

    words: str
    heading: str
    groups: tuple[GroupView, ...]
    chips: tuple[tuple[str, str], ...]
    clear: str | None
    hits: tuple[HitView, ...]
    blocked: tuple[HitView, ...]
    corrected: tuple[str, str] | None
    capped: bool
    key: str
    more: str | None
    more_id: str
    shuts_out: tuple[str, str, str] | None
    nearest: tuple[HitView, ...] = ()
    categories: tuple[tuple[str, str], ...] = ()


def category_links(articles: Mapping[str, int], path: str) -> tuple[tuple[str, str], ...]:
    """(name, address) of the categories with most articles."""
    return tuple(
        (gettext(SEGMENTS.get(segment, segment)), localised(f"{path}?{urlencode({'segment': segment})}"))
        for segment in list(articles)[:MOST_CATEGORIES]
    )


def hit_view(hit: ArticleHit, organisation: str, today: date) -> HitView:
    """One article as a row."""
    code = hit.blocked(today)
    price, picture = hit.price, picture_of(hit.unspsc)
    return HitView(
        id=hit.id,
        name=hit.name,
        href=localised(f"/catalog/articles/{hit.id}"),
        supplier=hit.supplier_name,
        article=hit.item_no,
        agreement=hit.agreement_name,
        terms=f"{_unbroken(hit.agreement_number)}. {gettext(hit.price_terms).rstrip('.')}.",
        price=format_sv(price) if price == round(price, CENT) else format_number_sv(price),
        price_note=gettext("per %(unit)s, exklusive moms") % {"unit": gettext(unit_name(hit.unit))},
        marks=_marks(hit),
        blocked=gettext(BLOCKED[code][0]) if code else None,
        reasons=_reasons(hit, organisation, code),
        start_quantity=format_number_sv(hit.min_quantity or Decimal(1)),
        picture=picture,
        picture_text=gettext("Tecknad bild: %(what)s") % {"what": gettext(PICTURES[picture].shows)},
    )


def search_view(
    asked: Address,
    found: SearchResult,
    page: HitPage,
    blocked: Sequence[ArticleHit],
    organisation: str,
    today: date,
) -> SearchView:
    """The page of a search."""
    groups = tuple(_group(name, label, asked, page) for name, label in GROUPS)
    chips = tuple(
        (choice.label, localised(asked.address(without=(group.name, choice.value))))
        for group in groups
        for choice in group.choices
        if choice.checked
    )
    last = page.hits[-1].id if page.hits else None
    capped = len(found.article_ids) >= MOST_CANDIDATES
    return SearchView(
        words=asked.words,
        heading=_heading(page.total, capped=capped and not chips),
        groups=groups,
        chips=chips,
        clear=localised(asked.cleared()) if chips else None,
        hits=tuple(hit_view(hit, organisation, today) for hit in page.hits),
        blocked=tuple(hit_view(hit, organisation, today) for hit in blocked),
        corrected=_corrected(asked.words, found.corrected),
        capped=capped,
        key=str(asked.after or "first"),
        more=localised(asked.address(after=last)) if page.more and last else None,
        more_id=str(last or "none"),
        shuts_out=_shuts_out(asked, page, groups),
    )


def _heading(total: int, *, capped: bool) -> str:
    if capped:
        return gettext("Mer än %(count)s träffar") % {"count": format_number_sv(Decimal(MOST_CANDIDATES))}
    return ngettext("%(num)s träff", "%(num)s träffar", total) % {"num": format_number_sv(Decimal(total))}


def _group(name: str, label: str, asked: Address, page: HitPage) -> GroupView:
    chosen = {str(value) for value in getattr(asked.chosen, f"{name}s")}
    counted = page.counts[name]
    known = {value: (_label(name, value, given), hits) for value, (given, hits) in counted.items()}
    for value in chosen - known.keys():
        known[value] = (_label(name, value, ""), 0)
    order = sorted(known.items(), key=lambda item: (item[0] not in chosen, -item[1][1], item[1][0]))
    choices = tuple(
        ChoiceView(value, text, hits, value in chosen) for value, (text, hits) in order[:MOST_CHOICES]
    )
    return GroupView(name, gettext(label), choices)


def _label(name: str, value: str, given: str) -> str:
    if name == "segment":
        return gettext(SEGMENTS.get(value, value))
    return given or gettext("Valt filter utan träffar")


def _corrected(words: str, corrected: Mapping[str, str]) -> tuple[str, str] | None:
    """(what was searched for, what was typed): "Visar träffar för kulspetspenna. Inget hittades för kulspetspena"."""
    if not corrected:
        return None
    read = " ".join(corrected.get(word.casefold(), word) for word in words.split())
    return read, words


def _shuts_out(asked: Address, page: HitPage, groups: Sequence[GroupView]) -> tuple[str, str, str] | None:
    """With no hits left: the group of filters without which most would be seen."""
    picked = [group for group in groups if any(choice.checked for choice in group.choices)]
    if page.total or not picked:
        return None
    worst = max(picked, key=lambda group: page.without[group.name])
    hits = page.without[worst.name]
    if not hits:
        return None
    text = ngettext(
        "Filtret %(filter)s stänger ute %(num)s träff.",
        "Filtret %(filter)s stänger ute %(num)s träffar.",
        hits,
    )
    params = {"filter": worst.label, "num": format_number_sv(Decimal(hits))}
    return (
        text % params,
        gettext("Ta bort filtret %(filter)s") % params,
        localised(asked.address(without=(worst.name, ""))),
    )


def _marks(hit: ArticleHit) -> tuple[tuple[str, str], ...]:
    marks = []
    if hit.lead_time_days is not None:
        days = ngettext("%(num)s arbetsdag", "%(num)s arbetsdagar", hit.lead_time_days)
        marks.append(("truck", days % {"num": hit.lead_time_days}))
    if hit.min_quantity is not None and hit.min_quantity > 1:
        least = gettext("Minst %(count)s") % {"count": format_number_sv(hit.min_quantity)}
        marks.append(("package", least))
    if hit.above:
        marks.append(("triangle-alert", gettext("Nummer %(rank)s i rangordningen") % {"rank": hit.rank}))
    if hit.manufacturer:
        marks.append(("store", hit.manufacturer))
    return tuple(marks)


def _reasons(hit: ArticleHit, organisation: str, code: str | None) -> tuple[tuple[bool, str], ...]:
    params: dict[str, Any] = {
        "organisation": organisation,
        "supplier": hit.supplier_name,
        "agreement": _unbroken(hit.agreement_number),
        "from": _long(hit.agreement_from),
        "to": _long(hit.agreement_to),
        "count": hit.suppliers_on_agreement,
        "rank": hit.rank,
        "above": sentence_list(list(hit.above), "och"),
        "limit": format_kr(hit.ranking_limit) if hit.ranking_limit is not None else "",
        "cap": format_kr(hit.cap_amount) if hit.cap_amount is not None else "",
    }
    if code:
        return ((False, gettext(BLOCKED[code][1]) % params),)
    texts = [CALLABLE, _chosen_how(hit)]
    lower = [(False, gettext(LOWER) % params)] if hit.above else []
    texts += [RANKED_TO] if hit.ranking_limit is not None else []
    texts += [VALID_TO] if hit.agreement_to is not None else []
    texts += [CAP] if hit.cap_amount is not None else []
    return (*lower, *((True, gettext(text) % params) for text in texts))


def _chosen_how(hit: ArticleHit) -> str:
    if hit.suppliers_on_agreement == 1:
        return ALONE
    return FIRST_RANKED if hit.rank == 1 else RANKED


def _long(day: date | None) -> str:
    return format_day_long(day, current_locale(), year=True).replace(" ", "\N{NO-BREAK SPACE}") if day else ""


def _unbroken(number: str) -> str:
    return number.replace("-", "\N{NON-BREAKING HYPHEN}")
