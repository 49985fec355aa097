"""Every verb of an invoice and every code that lets a person make it: refused without the code, done with it.

The table is held against the Machine, so that no verb and no code is left out. Each attempt is made in a
transaction of its actor over the demo city and rolled back, so that all of them meet the same invoices.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from dev.demo_city.ids import demo_id
from dev.invoices.writer import Account, Buyer, Totals
from portal.access import permissions as p
from portal.access.actor import Actor
from portal.coding.values import CodeString
from portal.invoicing.actions import (
    approval,
    assignment,
    attested,
    cancellation,
    coding,
    correction,
    deviation,
    foreign_account,
    holds,
    review,
)
from portal.invoicing.actions.coding import Coded
from portal.invoicing.actions.correction import Correction
from portal.invoicing.actions.credit_request import ask_for_credit
from portal.invoicing.actions.paid_otherwise import check_paid_otherwise, confirm_paid_otherwise
from portal.invoicing.queries.detail import detail_of
from portal.invoicing.queries.scope import rights_of
from portal.invoicing.status import INVOICE
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Forbidden, NotFound
from portal.suppliers.rules.accounts import CallForm
from tests.domains.orders.conftest import actor_of
from tests.web.core.conftest import Site, make_site, shared_site
from tests.web.invoicing.conftest import CYKEL, VARD, manual, ordered, rows, user

__all__ = ["make_site", "shared_site"]
Act = Callable[..., Awaitable[Any]]
ROW = Coded(CodeString("6461", "31100", "440"), Decimal(100))
OTHER = Coded(CodeString("6461", "31200", "440"), Decimal(60))
AOF = Buyer("Äldreomsorgsförvaltningen", ("0088", "7350099900020"), "7350099900020")
REFUSED = (Forbidden, NotFound)
STEPS: dict[UUID, UUID] = {}
MINUTE = timedelta(minutes=1)
# Screens later: neither has an action yet.


class _Undone(Exception):
    """Ends a transaction that has shown what it would do."""


async def attempt(site: Site, actor: Actor, act: Act, *args: Any, keep: bool = False, **how: Any) -> Any:
    """One action in one transaction of its actor, rolled back unless it is to be kept."""
    done: Any = None
    try:
        async with site.installation.database.session(actor.context()) as session:
            done = await act(session, actor, *args, now=site.clock.now(), **how)
            if not keep:
                raise _Undone
    except _Undone:
        pass
    return done


async def reviewed(site: Site, number: str, *coded: Coded) -> UUID:
    """An invoice at its attestants."""
    invoice = await manual(site, number)
    reviewer = actor_of("granskare@gsf")
    status = await attempt(site, reviewer, review.accept, invoice, coded or [ROW], shown=b"x", keep=True)
    assert status == "approval"
    return invoice


async def vat_only(site: Site) -> UUID:
    """Nothing to code."""
    invoice = await manual(site, "P-VAT")
    sql = (
        'UPDATE invoice SET net_amount = 0, manual_controls = \'["vat_rate", "zero_amount"]\' WHERE id = :id'
    )
    await site.change(sql, id=invoice)
    return invoice


async def remember_step(site: Site, invoice: UUID) -> None:
    """Which step of the invoice is that of ansvar 31100."""
    sql = "SELECT id FROM approval_step WHERE subject_id = :id AND responsibility = '31100'"
    for row in await rows(site, sql, id=invoice):
        STEPS[invoice] = row.id


def dearer(lines: Any) -> Any:
    """52,40 instead of 49,90."""
    return (replace(lines[0], price=Decimal("52.40")), *lines[1:])


async def joined_later(site: Site) -> UUID:
    """Of a supplier that has joined since it came: it may be chosen now."""
    invoice = await manual(site, "P-1", seller=CYKEL, accounts=(Account("5050208"),))
    sql = "UPDATE supplier_relation SET status = 'approved' WHERE supplier_id = :id"
    await site.change(sql, id=SUPPLIER)
    return invoice


async def checked(site: Site) -> UUID:
    """Its account is not registered, and one of levgruppen has called the supplier."""
    invoice = await manual(site, "P-12", accounts=(Account("5051206"),))
    other = actor_of("levgruppen2@stad")
    await attempt(site, other, foreign_account.check_payment, invoice, call=CALL, keep=True)
    return invoice


async def said_to_be_paid(site: Site) -> UUID:
    """Paid by card, and one of levgruppen has noted how."""
    invoice = await manual(site, "P-13", means="48", accounts=())
    other = actor_of("levgruppen2@stad")
    await attempt(site, other, check_paid_otherwise, invoice, note=NOTE, keep=True)
    return invoice


async def attested_by_first(site: Site, number: str, *coded: Coded) -> UUID:
    """The attestant of ansvar 31100 has attested, and may undo it for a minute."""
    invoice = await reviewed(site, number, *coded)
    await remember_step(site, invoice)
    await attempt(site, actor_of("attestant@gsf"), first_step, invoice, undo=MINUTE, keep=True)
    return invoice


INVOICES: dict[str, Callable[[Site], Awaitable[UUID]]] = {
    "supplier": joined_later,
    "checked": checked,
    "payment": lambda site: manual(site, "P-2", accounts=(Account("5051206"),)),
    "otherwise": lambda site: manual(site, "P-12", means="48", accounts=()),
    "said": said_to_be_paid,
    "information": lambda site: manual(site, "P-3", due_date=None),
    "reviewer": lambda site: manual(site, "P-4", "XYZ"),
    "review": lambda site: manual(site, "P-5"),
    "vat rate": lambda site: manual(site, "P-11", totals=Totals(tax=Decimal(27), gross=Decimal(127))),
    "vat only": vat_only,
    "approval": lambda site: reviewed(site, "P-6"),
    "two steps": lambda site: reviewed(site, "P-7", replace(ROW, amount=Decimal(40)), OTHER),
    "attested": lambda site: attested_by_first(site, "P-14"),
    "attested in part": lambda site: attested_by_first(site, "P-15", replace(ROW, amount=Decimal(40)), OTHER),
    "deviation": lambda site: ordered(site, "EX-100001", "P-8", lines=dearer),
    "held": lambda site: ordered(site, "EX-100004", "P-9"),
    "secret": lambda site: manual(
        site, "P-10", "AOF900", seller=VARD, buyer=AOF, accounts=(Account("5050901"),)
    ),
}
OWNERS = {
    "review": "granskare@gsf", "vat only": "granskare@gsf", "approval": "attestant@gsf",
    "two steps": "attestant@gsf", "attested": "attestant@gsf",
    "attested in part": "attestant@gsf", "deviation": "bestallare@gsf", "held": "bestallare@gsf",
}  # fmt: skip
ADMINS = {
    "A44": "admin@gsf",
    "A45": "fakturaadmin@gsf",
    "levgruppen": "levgruppen@stad",
    "A43": "central@stad",
}


def its_number(invoice: UUID) -> str:
    """A number nobody has used."""
    return f"NEW-{invoice}"


def does(act: Act, **how: Any) -> Act:
    """An action on an invoice with what it asks for."""

    async def run(session: Any, actor: Actor, invoice: UUID, *, now: Any) -> Any:
        return await act(session, actor, invoice, **how, now=now)

    return run


async def first_step(
    session: Any, actor: Actor, invoice: UUID, *, now: Any, undo: timedelta = timedelta()
) -> Any:
    """Attest of the step of ansvar 31100, whoever asks."""
    step = STEPS[invoice]
    return await approval.approve(session, actor, step, shown=b"x", undo=undo, now=now)


async def attest_undone(session: Any, actor: Actor, invoice: UUID, *, now: Any) -> Any:
    """Ångra attesten, whoever asks: the latest of the invoice."""
    latest = text(
        "SELECT id FROM decision WHERE subject_id = :id AND act = 'approve' ORDER BY decided_at DESC LIMIT 1"
    )
    decision = (await session.execute(latest, {"id": invoice})).scalar_one_or_none()
    return await attested.undo(session, actor, decision or uuid4(), now=now)


async def due_date(session: Any, actor: Actor, invoice: UUID, *, now: Any) -> Any:
    """Ändra förfallodag."""
    new = Correction(due_date=stockholm_date(now) + timedelta(30))
    return await correction.correct(session, actor, invoice, new, now=now)


async def number(session: Any, actor: Actor, invoice: UUID, *, now: Any) -> Any:
    """Rätta uppgifter."""
    return await correction.correct(session, actor, invoice, Correction(number=its_number(invoice)), now=now)


NOTE = "Därför."
SUPPLIER, ELSEWHERE = demo_id("supplier", "Cykelverkstaden HB"), demo_id("organisation", "AOF")
CALL = CallForm("010-555 02 00", "2025-11-01", "Talade med ekonomichefen, som bekräftade numret.")
REVIEWER = demo_id("user", "bestallare2@gsf")
TABLE: dict[str, tuple[str, Act]] = {
    "choose_supplier": ("supplier", does(correction.choose_supplier, supplier_id=SUPPLIER)),
    "propose_account": ("payment", does(foreign_account.propose_account, note=NOTE)),
    "check_payment": ("payment", does(foreign_account.check_payment, call=CALL)),
    "confirm_payment": ("checked", does(foreign_account.confirm_payment)),
    "check_paid_otherwise": ("otherwise", does(check_paid_otherwise, note=NOTE)),
    "confirm_paid_otherwise": ("said", does(confirm_paid_otherwise)),
    "correct_information": ("information", number),
    "change_due_date": ("information", due_date),
    "change_flow": ("information", does(correction.change_flow, order_number="EX-100006")),
    "change_organisation": ("information", does(correction.change_organisation, organisation_id=ELSEWHERE)),
    "cancel": ("information", does(cancellation.cancel, comment=NOTE)),
    "cancel_at_levgruppen": ("supplier", does(cancellation.cancel, comment=NOTE)),
    "choose_reviewer": ("reviewer", does(assignment.choose_reviewer, user_id=REVIEWER)),
    "rematch": ("deviation", does(deviation.rematch)),
    "accept_deviation": (
        "deviation",
        does(
            deviation.accept_deviation, rows=[replace(ROW, amount=Decimal("774.00"))], note=NOTE, shown=b"x"
        ),
    ),
    "accept_match": ("held", does(deviation.accept_match, shown=b"x")),
    "accept_review": ("review", does(review.accept, rows=[ROW], shown=b"x")),
    "accept_vat_only": ("vat only", does(review.accept, rows=[], shown=b"x")),
    "choose_other_reviewer": ("review", does(assignment.choose_other_reviewer, user_id=REVIEWER)),
    "not_my_invoice": ("review", does(assignment.not_my_invoice, note=NOTE)),
    "send_back": ("review", does(assignment.send_back, note=NOTE)),
    "approve": ("approval", first_step),
    "approve_part": ("two steps", first_step),
    "attest": ("approval", does(first_step, undo=MINUTE)),
    "undo_attest": ("attested", attest_undone),
    "undo_attest_part": ("attested in part", attest_undone),
    "return_to_reviewer": ("approval", does(approval.return_to_reviewer, note=NOTE)),
}
# Further things a person does under the permissions of a verb, wherever the verb's rule lets them.
FURTHER: dict[str, tuple[str, str, Act]] = {
    "save the coding": ("accept_review", "review", does(coding.save_coding, rows=[ROW])),
    "code a deviation": ("accept_deviation", "deviation", does(coding.save_coding, rows=[ROW])),
    "force a control": ("correct_information", "vat rate", does(correction.set_manual, codes=("vat_rate",))),
    "ask for credit": ("rematch", "deviation", does(ask_for_credit, note=NOTE)),
    "ask for the receipt": ("rematch", "deviation", does(deviation.ask_for_receipt, note=NOTE)),
    "investigate a review": ("accept_review", "review", does(holds.investigate, on=True, note=NOTE)),
    "investigate a deviation": ("rematch", "deviation", does(holds.investigate, on=True, note=NOTE)),
    "investigate an attest": ("approve", "approval", does(holds.investigate, on=True, note=NOTE)),
    "investigate at arrival": (
        "correct_information",
        "information",
        does(holds.investigate, on=True, note=NOTE),
    ),
    "not mine, of an order": ("not_my_invoice", "deviation", does(assignment.not_my_invoice, note=NOTE)),
    "not mine, at attest": ("not_my_invoice", "approval", does(assignment.not_my_invoice, note=NOTE)),
    "send back, at attest": ("send_back", "approval", does(assignment.send_back, note=NOTE)),
    "send back, no reviewer": ("send_back", "reviewer", does(assignment.send_back, note=NOTE)),
    "cancel at payment": ("cancel_at_levgruppen", "payment", does(cancellation.cancel, comment=NOTE)),
}
ROWS = [
    pytest.param(verb, code, invoice, act, id=f"{name}, {code}")
    for name, verb, invoice, act in (
        *((verb, verb, invoice, act) for verb, (invoice, act) in TABLE.items()),
        *((name, *rest) for name, rest in FURTHER.items()),
    )
    for code in sorted(INVOICE.move(verb).permissions)
]


@pytest.fixture(scope="module")
def prepared() -> dict[str, UUID]:
    """The module's invoices, made when first asked for."""
    return {}


async def invoice_named(site: Site, prepared: dict[str, UUID], name: str) -> UUID:
    """One of INVOICES, with its step of ansvar 31100 where it has one."""
    if name not in prepared:
        prepared[name] = await INVOICES[name](site)
        await remember_step(site, prepared[name])
    return prepared[name]


def holding(login: str, alternatives: frozenset[str], *codes: str) -> Actor:
    """The demo city's user, with these of the codes and no other of the alternatives."""
    actor = actor_of(login)
    return replace(actor, permissions=(actor.permissions - alternatives) | set(codes))


def test_no_verb_and_no_code_is_left_out() -> None:
    by_persons = {move.code for move in INVOICE.moves if move.permission}
    assert set(TABLE) == by_persons
    codes = {code for move in INVOICE.moves for code in move.permissions}
    assert codes <= set(ADMINS) | {p.ORDER_AND_INVOICE, p.MATCHING_REVIEW, p.SEE_AGREEMENTS}


@pytest.mark.parametrize(("verb", "code", "name", "act"), ROWS)
async def test_refused_without_the_code_and_done_with_it(
    shared_site: Site, prepared: dict[str, UUID], verb: str, code: str, name: str, act: Act
) -> None:
    invoice = await invoice_named(shared_site, prepared, name)
    alternatives = INVOICE.move(verb).permissions
    login = ADMINS.get(code) or OWNERS[name]
    with pytest.raises(REFUSED):
        await attempt(shared_site, holding(login, alternatives), act, invoice)
    await attempt(shared_site, holding(login, alternatives, code), act, invoice)


@pytest.mark.parametrize("verb", ["approve", "approve_part", "return_to_reviewer"])
@pytest.mark.parametrize(
    "login", ["chef@gsf", "granskare@gsf", "admin@gsf", "fakturaadmin@gsf", "levgruppen@stad"]
)
async def test_a14_attests_only_where_the_attest_tree_names_the_person(
    shared_site: Site, prepared: dict[str, UUID], verb: str, login: str
) -> None:
    name, act = TABLE[verb]
    invoice = await invoice_named(shared_site, prepared, name)
    with pytest.raises(REFUSED):
        await attempt(shared_site, holding(login, frozenset(), p.ORDER_AND_INVOICE), act, invoice)


@pytest.mark.parametrize(
    "code",
    [
        "choose_supplier",
        "check_payment",
        "confirm_payment",
        "check_paid_otherwise",
        "confirm_paid_otherwise",
        "cancel_at_levgruppen",
    ],
)
@pytest.mark.parametrize("login", ["admin@gsf", "fakturaadmin@gsf", "central@stad", "leverantorsadmin@gsf"])
async def test_levgruppens_statuses_are_not_the_administrators(
    shared_site: Site, prepared: dict[str, UUID], code: str, login: str
) -> None:
    """Neither A43, A44, A45 nor B41 stands in for levgruppen."""
    name, act = TABLE[code]
    invoice = await invoice_named(shared_site, prepared, name)
    with pytest.raises(REFUSED):
        await attempt(shared_site, actor_of(login), act, invoice)


async def seen(session: Any, actor: Actor, invoice: UUID, *, now: Any) -> str:
    """The number on the invoice's page."""
    today = stockholm_date(now)
    rights = await rights_of(session, actor, today)
    return (await detail_of(session, actor, rights, invoice, today)).invoice.number


@pytest.mark.parametrize(
    ("login", "code", "name"),
    [
        ("synare@gsf", "B26", "review"),
        ("revisor@stad", "R01", "review"),
        ("sekretess@aof", "B45", "secret"),
        ("admin@aof", "B45", "secret"),
        ("levgruppen@stad", "B45", "secret"),
    ],
)
async def test_what_is_seen_by_a_code_is_not_there_without_it(
    shared_site: Site, prepared: dict[str, UUID], login: str, code: str, name: str
) -> None:
    invoice = await invoice_named(shared_site, prepared, name)
    alternatives = frozenset({"B26", "R01", code})
    also = {"B26"} if code == "B45" else set()
    with pytest.raises(NotFound):
        await attempt(shared_site, holding(login, alternatives, *also), seen, invoice)
    assert await attempt(shared_site, holding(login, alternatives, *also, code), seen, invoice)


async def test_the_tab_alla_is_b26s(shared_site: Site, prepared: dict[str, UUID]) -> None:
    """In the browser: a standard user has no such tab, and naming it shows nobody else's invoices."""
    link = f'/invoicing/invoices/{await invoice_named(shared_site, prepared, "review")}"'
    viewer, standard = await user(shared_site, "synare@gsf"), await user(shared_site, "bestallare2@gsf")
    path = "/invoicing/invoices?tab=all&number=P-5"
    tab = re.compile(r"tab=all[^>]*>\s*Alla")
    shown = (await viewer.get(path)).text
    assert link in shown and tab.search(shown)
    page = await standard.get(path)
    assert page.status_code == 200 and link not in page.text and not tab.search(page.text)
    await shared_site.change(
        "DELETE FROM group_permission WHERE group_code = 'viewer' AND permission = 'B26'"
    )
    assert (await viewer.get(path)).status_code == 403
    await shared_site.change(
        "INSERT INTO group_permission (concern_id, group_code, permission)"
        " SELECT concern_id, code, 'B26' FROM user_group WHERE code = 'viewer'"
    )
    assert (await viewer.get(path)).status_code == 200
