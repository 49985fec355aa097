"""An attest can be undone for some seconds: a status in which it waits, and until when, kept with the decision.

What only takes an attest back passes a hold: nothing comes nearer to payment by it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INVOICE = (
    "supplier_not_chosen", "payment_information", "invoice_information", "reviewer_missing", "coding_unchecked",
    "awaiting_receipt", "matching_required", "review", "approval", "extra_control", "done", "cancelled",
)  # fmt: skip
REQUISITION = ("draft", "awaiting_approval", "sent_back", "ordered", "cancelled")
ORDER = (
    "draft", "awaiting_approval", "sent_back", "sent", "confirmed", "confirmed_with_change",
    "change_awaiting_approval", "partly_received", "received", "closed", "rejected_by_supplier", "cancelled",
)  # fmt: skip
NEW = (
    ("invoice", "ck_invoice_status_known", INVOICE, "attested", "approval"),
    ("requisition", "ck_requisition_status_known", REQUISITION, "attested", "awaiting_approval"),
    ("purchase_order", "ck_purchase_order_status_known", ORDER, "change_attested", "change_awaiting_approval"),
)
COMMENT = "until then who made it may undo it, and nothing has come of it; none: at once"
VOID = "undone, or made void by a change after it"
VOID_BEFORE = "a change after it made it void"


def _guard(targets: str, but: str = "") -> str:
    return f"""
DROP TRIGGER hold_stands ON invoice;
CREATE TRIGGER hold_stands BEFORE UPDATE OF status ON invoice FOR EACH ROW
  WHEN (OLD.under_investigation AND NEW.status IS DISTINCT FROM OLD.status AND NEW.status IN ({targets}){but})
  EXECUTE FUNCTION hold_stands();
"""


def _known(table: str, name: str, statuses: tuple[str, ...]) -> None:
    op.drop_constraint(op.f(name), table, type_="check")
    op.create_check_constraint(op.f(name), table, f"status IN ({', '.join(repr(one) for one in statuses)})")


def upgrade() -> None:
    op.add_column("decision", sa.Column("undo_until", sa.DateTime(timezone=True), nullable=True, comment=COMMENT))
    op.alter_column("decision", "voided_at", comment=VOID, existing_comment=VOID_BEFORE)
    for table, name, statuses, new, after in NEW:
        at = statuses.index(after) + 1
        _known(table, name, (*statuses[:at], new, *statuses[at:]))
    but = "\n        AND NOT (OLD.status = 'attested' AND NEW.status = 'approval')"
    op.execute(_guard("'coding_unchecked', 'approval', 'attested', 'done'", but))


def _own_eyes(how: str) -> None:
    """The owner sees and writes the rows of all only while row-level security is not forced."""
    for table in ("invoice", "requisition", "purchase_order", "approval_step", "decision"):
        op.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")


def downgrade() -> None:
    _own_eyes("NO FORCE")
    # Each what it waited for: an attest that has come to nothing yet is asked for again.
    op.execute("UPDATE approval_step s SET state = 'waiting', decided_at = NULL, decision_id = NULL FROM decision d"
               " WHERE d.id = s.decision_id AND d.concern_id = s.concern_id AND d.undo_until IS NOT NULL"
               " AND (EXISTS (SELECT 1 FROM invoice i WHERE i.id = s.subject_id AND i.status = 'attested')"
               " OR EXISTS (SELECT 1 FROM requisition r WHERE r.id = s.subject_id AND r.status = 'attested')"
               " OR EXISTS (SELECT 1 FROM purchase_order o WHERE o.id = s.subject_id"
               " AND o.status = 'change_attested'))")  # fmt: skip
    for table, name, statuses, new, after in NEW:
        op.execute(f"UPDATE {table} SET status = '{after}' WHERE status = '{new}'")
        _known(table, name, statuses)
    _own_eyes("FORCE")
    op.execute(_guard("'coding_unchecked', 'approval', 'done'"))
    op.alter_column("decision", "voided_at", comment=VOID_BEFORE, existing_comment=VOID)
    op.drop_column("decision", "undo_until")
