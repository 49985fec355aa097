"""What administrators and levgruppen do to an invoice of a history that was stopped."""

from __future__ import annotations

from datetime import timedelta

from dev.demo_city.ids import demo_id
from portal.invoicing.actions import (
    assignment,
    cancellation,
    correction,
    foreign_account,
    new_start,
    paid_otherwise,
)
from portal.suppliers.rules.accounts import CallForm
from tests.domains.orders.conftest import actor_of
from tests.play.deeds_of_invoices import owner_of, shown
from tests.play.history import Act
from tests.play.stage import WHY, Stage, admin_of, deed


@deed("correct_due")
async def correct_due(stage: Stage, act: Act) -> None:
    given = correction.Correction(due_date=stage.today + timedelta(act.much % 60 - 5))
    await stage.act(stage.who(act, admin_of(stage)), correction.correct, stage.one(act).id, given, note=WHY)


@deed("correct_gross")
async def correct_gross(stage: Stage, act: Act) -> None:
    """A new sum, right or wrong: the lines' own, or something else."""
    row, _page = await shown(stage, stage.one(act))
    right = row.net_amount + row.tax_amount
    given = correction.Correction(gross=right if act.much % 2 else right + act.much)
    await stage.act(stage.who(act, admin_of(stage)), correction.correct, row.id, given, note=WHY)


@deed("correct_number")
async def correct_number(stage: Stage, act: Act) -> None:
    one = stage.one(act)
    given = correction.Correction(number=f"{one.document.number}-{act.much}")
    await stage.act(stage.who(act, admin_of(stage)), correction.correct, one.id, given, note=WHY)


@deed("set_manual")
async def set_manual(stage: Stage, act: Act) -> None:
    codes = (("zero_amount",), ("vat_rate",), ("vat_rate", "zero_amount"), ("sum",))[act.much % 4]
    await stage.act(
        stage.who(act, admin_of(stage)), correction.set_manual, stage.one(act).id, codes, note=WHY
    )


@deed("confirm_number")
async def confirm_number(stage: Stage, act: Act) -> None:
    await stage.act(stage.who(act, admin_of(stage)), correction.confirm_number, stage.one(act).id, note=WHY)


@deed("check_again")
async def check_again(stage: Stage, act: Act) -> None:
    await stage.act(stage.who(act, admin_of(stage)), new_start.check_again, stage.one(act).id)


@deed("by_hand")
async def by_hand(stage: Stage, act: Act) -> None:
    await stage.act(stage.who(act, admin_of(stage)), new_start.by_hand, stage.one(act).id)


@deed("set_reference")
async def set_reference(stage: Stage, act: Act) -> None:
    given = stage.city.code if act.much % 2 else stage.number
    await stage.act(
        stage.who(act, admin_of(stage)), new_start.set_reference, stage.one(act).id, reference=given
    )


@deed("change_flow")
async def change_flow(stage: Stage, act: Act) -> None:
    await stage.act(
        stage.who(act, admin_of(stage)), correction.change_flow, stage.one(act).id, order_number=stage.number
    )


@deed("change_supplier")
async def change_supplier(stage: Stage, act: Act) -> None:
    await stage.act(
        stage.who(act, "levgruppen@stad"), correction.choose_supplier, stage.one(act).id,
        supplier_id=demo_id("supplier", stage.city.supplier), note=WHY,
    )  # fmt: skip


@deed("paid_otherwise")
async def check_paid_otherwise(stage: Stage, act: Act) -> None:
    one = stage.one(act)
    await stage.act(stage.who(act, "levgruppen@stad"), paid_otherwise.check_paid_otherwise, one.id, note=WHY)


@deed("paid_otherwise_too")
async def confirm_paid_otherwise(stage: Stage, act: Act) -> None:
    one = stage.one(act)
    await stage.act(stage.who(act, "levgruppen2@stad"), paid_otherwise.confirm_paid_otherwise, one.id)


@deed("propose_account")
async def propose_account(stage: Stage, act: Act) -> None:
    one = stage.one(act)
    await stage.act(stage.who(act, "levgruppen@stad"), foreign_account.propose_account, one.id, note=WHY)


@deed("check_payment")
async def check_payment(stage: Stage, act: Act) -> None:
    call = CallForm(
        "08-123 45 67", (stage.today - timedelta(400)).isoformat(), "Ekonomichefen bekräftade kontot."
    )
    one = stage.one(act)
    await stage.act(stage.who(act, "levgruppen@stad"), foreign_account.check_payment, one.id, call=call)


@deed("confirm_payment")
async def confirm_payment(stage: Stage, act: Act) -> None:
    one = stage.one(act)
    await stage.act(stage.who(act, "levgruppen2@stad"), foreign_account.confirm_payment, one.id, note=WHY)


@deed("choose_reviewer")
async def choose_reviewer(stage: Stage, act: Act) -> None:
    chosen = actor_of(stage.city.people[act.much % len(stage.city.people)]).user_id
    await stage.act(
        stage.who(act, admin_of(stage)), assignment.choose_reviewer, stage.one(act).id, user_id=chosen
    )


@deed("send_back")
async def send_back(stage: Stage, act: Act) -> None:
    await stage.act(stage.who(act, admin_of(stage)), assignment.send_back, stage.one(act).id, note=WHY)


@deed("not_mine")
async def not_mine(stage: Stage, act: Act) -> None:
    row, _page = await shown(stage, stage.one(act))
    await stage.act(stage.who(act, await owner_of(stage, row)), assignment.not_my_invoice, row.id, note=WHY)


@deed("cancel")
async def cancel(stage: Stage, act: Act) -> None:
    await stage.act(stage.who(act, admin_of(stage)), cancellation.cancel, stage.one(act).id, comment=WHY)
