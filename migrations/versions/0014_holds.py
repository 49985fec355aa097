"""A hold keeps an invoice from attest and from Klar, whoever moves it: the database says so too.

Why it is held and how much credit is asked for are kept on the row; the supplier reads that it is held, and which
invoices its own credit notes name.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

COLUMNS = """concern_id, id, supplier_id, number, is_credit_note, issue_date, due_date, arrived_at, currency,
         net_amount, tax_amount, gross_amount, payable_amount, order_id, order_reference, status, status_since,
         payment_date, cancelled_reason, sha256"""
BEFORE = "CASE WHEN status = 'matching_required' THEN credit_request END AS credit_request"
# What was asked stands until the credit note has come or a person ends it, wherever the invoice is meanwhile.
OPEN = "status NOT IN ('done', 'cancelled')"
AFTER = f"""CASE WHEN {OPEN} THEN credit_request END AS credit_request,
         CASE WHEN {OPEN} THEN credit_amount END AS credit_amount, under_investigation AND {OPEN} AS on_hold,
         credited_numbers"""
GUARD = """
CREATE FUNCTION hold_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'invoice is on hold and may not become %', NEW.status
    USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_stands';
END $$;
CREATE TRIGGER hold_stands BEFORE UPDATE OF status ON invoice FOR EACH ROW
  WHEN (OLD.under_investigation AND NEW.status IS DISTINCT FROM OLD.status
        AND NEW.status IN ('coding_unchecked', 'approval', 'done'))
  EXECUTE FUNCTION hold_stands();
"""


def upgrade() -> None:
    op.add_column(
        "invoice", sa.Column("hold_reason", sa.Text(), nullable=True, comment="why a person holds it")
    )
    op.add_column(
        "invoice",
        sa.Column("credit_amount", sa.Numeric(18, 2), nullable=True, comment="SEK excluding VAT, asked to be credited"),
    )
    op.execute(GUARD)
    op.execute(f"CREATE OR REPLACE VIEW supplier_invoice WITH (security_invoker = true) AS"
               f" SELECT {COLUMNS}, {AFTER} FROM invoice")  # fmt: skip


def downgrade() -> None:
    op.execute("DROP TRIGGER hold_stands ON invoice; DROP FUNCTION hold_stands()")
    op.execute("DROP VIEW supplier_invoice")
    op.execute(f"CREATE VIEW supplier_invoice WITH (security_invoker = true) AS"
               f" SELECT {COLUMNS}, {BEFORE} FROM invoice")  # fmt: skip
    op.execute("GRANT SELECT ON supplier_invoice TO portal_app")
    op.drop_column("invoice", "credit_amount")
    op.drop_column("invoice", "hold_reason")
