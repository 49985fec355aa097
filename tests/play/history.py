"""A history: one order and all that suppliers, buyers, reviewers and attestants may do about it, drawn at random.

Every act names what it is done to by an index that is taken modulo what there is, so that a shorter history is a
history too and Hypothesis can shrink.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.play.faults import FAULTS


@dataclass(frozen=True, slots=True, repr=False)
class City:
    """Who buys what of whom, coded how, and who then has a say."""

    supplier: str
    buyer: str
    articles: tuple[str, ...]
    coding: tuple[str, str, str]
    code: str
    people: tuple[str, ...]

    def __repr__(self) -> str:
        return self.supplier


_GSF = (
    "bestallare@gsf", "granskare@gsf", "attestant@gsf", "chef@gsf", "bestallare2@gsf", "admin@gsf",
    "fakturaadmin@gsf", "mottagare@gsf", "levgruppen@stad", "levgruppen2@stad",
)  # fmt: skip
_AOF = (
    "bestallare@aof", "sekretess@aof", "attestant@aof", "chef@aof", "bestallare@gsf", "admin@aof",
    "levgruppen@stad", "levgruppen2@stad",
)  # fmt: skip
CITIES = (
    City("Kontorsbolaget AB", "bestallare@gsf", ("KB-1001", "KB-1002", "KB-1003"), ("6451", "31100", "440"),
         "GSF100", _GSF),
    City("Färskvaror i Exempelstad AB", "bestallare@aof", ("FV-3001", "FV-3002"), ("6471", "41100", "510"),
         "AOF100", _AOF),
    City("Skolgrossisten AB", "bestallare@gsf", ("SG-2001",), ("6461", "31100", "440"), "GSF100", _GSF),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice: tenths of each ordered line, what is wrong with it, how much (1–999), and whether it names the
    order or a reviewer's code; `credit` makes it a credit note of an earlier one."""

    shares: tuple[int, ...] = (10, 10, 10)
    faults: tuple[str, ...] = ()
    much: int = 1
    manual: bool = False
    credit: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """Something is done: `who` 0 is whoever should do it, else one of the city's people; `pick` says to what."""

    kind: str
    who: int = 0
    pick: int = 0
    much: int = 1
    paper: Paper | None = None


@dataclass(frozen=True, slots=True)
class History:
    """An order, and what happens then. `review`: the buyer wants to see its invoices."""

    city: City
    quantities: tuple[int, ...]
    acts: tuple[Act, ...]
    review: bool = False


ON_ORDERS = (
    "receive_all", "receive_all", "receive_some", "receive_too_much", "take_back", "change", "approve_change",
    "undo_change", "refuse_change", "raise", "end_rest", "cancel_order",
)  # fmt: skip
ON_INVOICES = (
    "accept_deviation", "accept_deviation", "accept_match", "review", "review", "approve", "approve", "approve", "undo",
    "undo", "return", "hold", "end_hold", "ask_for_credit", "correct_due", "correct_gross", "correct_number",
    "set_manual", "confirm_number", "check_again", "by_hand", "set_reference", "change_flow", "change_supplier",
    "paid_otherwise", "paid_otherwise_too", "propose_account", "check_payment", "confirm_payment", "choose_reviewer",
    "send_back", "not_mine", "cancel", "rematch", "days_pass", "press_on", "force", "force_decision",
)  # fmt: skip
# What a guard is for: the acts that try it, one after the other on the same invoice.
TURNS = (
    ("hold", "press_on"), ("hold", "receive_all", "press_on"), ("hold", "force", "press_on"),
    ("ask_for_credit", "press_on"),
    ("accept_deviation", "hold", "press_on"), ("accept_deviation", "take_back", "approve"),
    ("accept_deviation", "change", "approve"), ("accept_deviation", "force_decision", "approve"),
    ("approve", "undo"), ("accept_deviation", "approve", "hold", "days_pass"), ("approve", "undo", "approve"),
    ("review", "hold", "force", "press_on"), ("review", "force_decision", "approve"), ("review", "approve"),
    ("accept_deviation", "approve"), ("not_mine", "choose_reviewer", "review", "approve"),
)  # fmt: skip

_who = st.one_of(st.just(0), st.just(0), st.integers(0, 9))
_share = st.one_of(st.just(10), st.integers(0, 14))
_faults = st.one_of(
    st.just(()),
    st.sampled_from(sorted(FAULTS)).map(lambda one: (one,)),
    st.lists(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=2, unique=True).map(tuple),
)
_paper = st.builds(
    Paper,
    st.tuples(_share, _share, _share),
    _faults,
    st.integers(1, 999),
    st.sampled_from((False, False, False, True)),
    st.sampled_from((False, False, False, False, True)),
)
_arrival = st.builds(lambda paper: Act("arrive", paper=paper), _paper)
_done = st.builds(Act, st.sampled_from(ON_ORDERS + ON_INVOICES), _who, st.integers(0, 3), st.integers(1, 999))
# What most cases come through is drawn as often as all the rest together.
_usual = st.builds(
    Act,
    st.sampled_from(("receive_all", "receive_some", "accept_deviation", "review", "approve")),
    st.just(0),
    st.integers(0, 3),
    st.integers(1, 999),
)
_turn = st.builds(
    lambda kinds, pick, much: tuple(Act(kind, pick=pick, much=much) for kind in kinds),
    st.sampled_from(TURNS),
    st.integers(0, 3),
    st.integers(1, 999),
)
_passages = st.lists(
    st.one_of(st.tuples(_arrival), st.tuples(_done), st.tuples(_usual), _turn), max_size=6
).map(lambda passages: tuple(act for acts in passages for act in acts))
HISTORIES = st.builds(
    lambda city, quantities, first, acts, review: History(
        city, quantities[: len(city.articles)], (*first, *acts), review
    ),
    st.sampled_from(CITIES),
    st.tuples(st.integers(2, 40), st.integers(2, 40), st.integers(2, 40)),
    st.tuples(st.one_of(st.just(Act("receive_all")), _usual), _arrival),
    _passages,
    st.sampled_from((False, False, False, True)),
)
