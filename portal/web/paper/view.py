"""The values of a readable invoice: finished texts, and nothing of EN 16931 left to know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A term and what the document says of it. `marked`: it steered where the invoice went.

    `lang`: the language of the value, where it is known whatever the page's.
    """

    label: str
    value: str
    marked: bool = False
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Terms under a heading: a party, the delivery, how to pay. `lines` are said without labels."""

    heading: str
    rows: tuple[Row, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineView:
    """A line: how its amount comes about, and everything else it says. `off`: what it should have been."""

    id: str
    name: str
    amount: str
    reckoning: str
    off: str | None
    texts: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """A step of the sums. `kind` "sum" closes what stands above it; `note` explains, `off` says what it should be."""

    label: str
    amount: str
    kind: str | None = None
    note: str = ""
    off: str | None = None


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """What came along. `kind` as its bytes tell; `href` saves it, `show` opens it beside; `link` is another's address.

    `warning`: why it is not to be trusted or cannot be opened; `src`: what the frame beside holds.
    """

    name: str
    kind: str
    size: str
    texts: tuple[str, ...]
    href: str | None
    show: str | None
    link: str | None
    host: str | None
    warning: str | None
    src: str
    is_picture: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole document."""

    title: str
    number: str
    seller: Section
    buyer: Section
    facts: tuple[Row, ...]
    parties: tuple[Section, ...]
    lines: tuple[LineView, ...]
    charges: tuple[Sum, ...]
    sums: tuple[Sum, ...]
    payable: Sum
    payment: Section | None
    notes: tuple[str, ...]
    about: tuple[Row, ...]
