"""A line of the basket with its coding rows as the page shows it, and the buttons that mend a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from portal.coding.queries import options
from portal.coding.rules.check import check_code
from portal.coding.rules.proposal import propose_account
from portal.coding.values import LABELS, CodeString, CodingRegister
from portal.kernel.money import format_number_sv
from portal.orders.actions.basket_coding import COPIED_FROM
from portal.orders.rules.changes import LABELS as LABELS_OF_CHANGES
from portal.orders.rules.changes import NOTHING, UNIT, Change, changes_of
from portal.orders.rules.proposal import propose
from portal.orders.values import CodingShare, Offer, Requested, RequestedLine
from portal.web.i18n import gettext
from portal.web.orders.texts import filled, said
from portal.web.units import unit_word

COPIED = "Kopierad från %(name)s"
SHOWN_DIMENSIONS = ("account", "responsibility", "operation", "project")
MORE_DIMENSIONS = ("activity", "free")
EMPTY_CHOICE = {"account": "Välj", "responsibility": "Välj", "operation": "Välj"}


@dataclass(frozen=True, slots=True)
class FieldView:
    """One select of a coding row. `empty` is the text of no choice, None when it must be chosen."""

    id: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str
    empty: str
    error: str | None


@dataclass(frozen=True, slots=True)
class FixView:
    """A button that mends a coding row: what it says and what it does."""

    text: str
    do: str


@dataclass(frozen=True, slots=True)
class CodingView:
    """One coding row of a line."""

    id: UUID
    fields: tuple[FieldView, ...]
    more: tuple[FieldView, ...]
    share: str | None
    share_error: str | None
    source: str | None
    error: str | None
    fixes: tuple[FixView, ...]


@dataclass(frozen=True, slots=True)
class CommentView:
    """What a comment account asks for (A6.20): the field, why, and the files that answer it too."""

    id: str
    why: str
    value: str
    error: str | None
    files: int


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the basket."""

    id: UUID
    name: str
    item_no: str
    article_id: UUID | None
    quantity: str
    quantity_error: str | None
    unit: str
    price: Decimal
    net: Decimal
    coding: tuple[CodingView, ...]
    least: str | None = None
    changes: tuple[tuple[str, str, str], ...] = ()
    stops: bool = False
    comment: CommentView | None = None


def change_words(change: Change) -> tuple[str, str, str]:
    """What has become another, what it was and what it is; names of units are words of ours."""
    ours = change.what == UNIT
    then, now = (gettext(x) if ours or x == NOTHING else x for x in (change.then, change.now))
    return gettext(LABELS_OF_CHANGES[change.what]), then, now


class LineMaker:
    """Makes line views; holds what all lines share. `raw` is what the form held, by field."""

    def __init__(
        self,
        requested: Requested,
        register: CodingRegister,
        errors: Mapping[str, str],
        raw: Mapping[str, str],
        offers: Mapping[UUID, Offer],
    ) -> None:
        self.register, self.errors, self.raw, self.offers = register, errors, raw, offers
        self.choices = {
            dimension: tuple((code, f"{code} {name}") for code, name in values)
            for dimension, values in options(register).items()
        }
        used = Counter(
            row.code.responsibility
            for line in requested.lines
            for row in line.coding
            if row.code.responsibility
        )
        self.used = [code for code, _count in used.most_common()]

    def line(self, line: RequestedLine) -> LineView:
        """One line."""
        offer = self._offer(line)
        changes = changes_of(line, offer) if offer else ()
        field = f"quantity-{line.id}"
        quantity = self.raw.get(field) if field in self.errors and field in self.raw else None
        return LineView(
            line.id, line.name, line.item_no or "", line.article_id,
            format_number_sv(line.quantity) if quantity is None else quantity, self.errors.get(field),
            unit_word(line.unit),
            line.price, line.net, tuple(self._coding(line, row) for row in line.coding),
            self._least(line), tuple(change_words(change) for change in changes),
            any(change.stops for change in changes), self._comment(line),
        )  # fmt: skip

    def _offer(self, line: RequestedLine) -> Offer | None:
        return self.offers.get(line.article_id) if line.article_id else None

    def _least(self, line: RequestedLine) -> str | None:
        """The smallest quantity that is sold, when it is more than one."""
        offer = self._offer(line)
        if offer is None or offer.min_quantity is None or offer.min_quantity <= 1:
            return None
        return filled("Minst %(count)s", {"count": format_number_sv(offer.min_quantity)})

    def _comment(self, line: RequestedLine) -> CommentView | None:
        accounts = sorted(
            {a for row in line.coding if (a := row.code.account) in self.register.comment_accounts}
        )
        if not accounts and not line.comment and not line.files:
            return None
        field, names = f"comment-{line.id}", dict(self.choices["account"])
        why = filled("Konto %(accounts)s kräver syfte och deltagare.", {
            "accounts": ", ".join(names.get(account, account) for account in accounts),
        }) if accounts else ""  # fmt: skip
        value = self.raw.get(field, line.comment or "") if field in self.errors else line.comment or ""
        return CommentView(field, why, value, self.errors.get(field), line.files)

    def _coding(self, line: RequestedLine, row: CodingShare) -> CodingView:
        fields = [self._field(row, name) for name in SHOWN_DIMENSIONS]
        more = [self._field(row, name) for name in MORE_DIMENSIONS if self.choices.get(name)]
        wrong = next((one.error for one in (*fields, *more) if one.error), None)
        share = f"share-{row.id}"
        raw = self.raw.get(share) if share in self.errors else None
        return CodingView(
            row.id, tuple(fields), tuple(more),
            (raw or format_number_sv(row.share)) if len(line.coding) > 1 else None,
            self.errors.get(share), self._source(line, row), wrong,
            self._fixes(line, row) if wrong else (),
        )  # fmt: skip

    def _field(self, row: CodingShare, name: str) -> FieldView:
        field = f"{name}-{row.id}"
        value = row.code.get(name) or ""
        choices = self.choices.get(name, ())
        if value and value not in dict(choices):
            choices = (*choices, (value, value))
        empty = gettext(EMPTY_CHOICE.get(name, "Inget"))
        return FieldView(field, gettext(LABELS[name]), choices, value, empty, self.errors.get(field))

    def _source(self, line: RequestedLine, row: CodingShare) -> str | None:
        """Where the konto came from, as long as it is the one that was proposed."""
        if row.source and row.source.startswith(COPIED_FROM):
            return filled(COPIED, {"name": row.source.removeprefix(COPIED_FROM)})
        code, why = propose(line.unspsc, self.register.unspsc_accounts, row.code)
        return said(why) if code.account == row.code.account else None

    def _fixes(self, line: RequestedLine, row: CodingShare) -> tuple[FixView, ...]:
        """Changes of one code that would mend the row: the proposed konto, an ansvar used beside it."""
        fixes = []
        found = propose_account(line.unspsc, self.register.unspsc_accounts)
        if found and found.account != row.code.account and self._mends(row, account=found.account):
            text = filled("Byt till %(code)s", {"code": dict(self.choices["account"]).get(found.account)})
            fixes.append(FixView(text, f"set:account:{row.id}:{found.account}"))
        for code in self.used:
            if code != row.code.responsibility and self._mends(row, responsibility=code):
                text = filled("Byt ansvar till %(code)s", {"code": code})
                fixes.append(FixView(text, f"set:responsibility:{row.id}:{code}"))
                break
        return tuple(fixes)

    def _mends(self, row: CodingShare, **change: str) -> bool:
        code: CodeString = replace(row.code, **change)
        return not check_code(code, self.register)
