"""What the customer asks the supplier to credit: kept on the invoice, and read by the supplier as it is asked."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = """concern_id, id, supplier_id, number, is_credit_note, issue_date, due_date, arrived_at, currency,
         net_amount, tax_amount, gross_amount, payable_amount, order_id, order_reference, status, status_since,
         payment_date, cancelled_reason, sha256"""
# A person who decides otherwise takes it back; where the portal itself has moved the invoice on, it asks for nothing.
ASKED = "CASE WHEN status = 'matching_required' THEN credit_request END AS credit_request"


def upgrade() -> None:
    op.add_column(
        "invoice", sa.Column("credit_request", sa.Text(), nullable=True, comment="the supplier reads it")
    )
    op.execute(f"CREATE OR REPLACE VIEW supplier_invoice WITH (security_invoker = true) AS"
               f" SELECT {COLUMNS}, {ASKED} FROM invoice")  # fmt: skip


def downgrade() -> None:
    op.execute("DROP VIEW supplier_invoice")
    op.execute(f"CREATE VIEW supplier_invoice WITH (security_invoker = true) AS SELECT {COLUMNS} FROM invoice")
    op.execute("GRANT SELECT ON supplier_invoice TO portal_app")
    op.drop_column("invoice", "credit_request")
