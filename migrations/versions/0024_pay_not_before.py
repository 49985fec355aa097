"""The supplier is told no earlier day of payment than the wait allows, after two have confirmed an account for it alone."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BEFORE = """concern_id, id, supplier_id, number, is_credit_note, issue_date, due_date, arrived_at, currency,
         net_amount, tax_amount, gross_amount, payable_amount, order_id, order_reference, status, status_since,
         payment_date, cancelled_reason, sha256,
         CASE WHEN status NOT IN ('done', 'cancelled') THEN credit_request END AS credit_request,
         CASE WHEN status NOT IN ('done', 'cancelled') THEN credit_amount END AS credit_amount,
         under_investigation AND status NOT IN ('done', 'cancelled') AS on_hold, credited_numbers,
         pay_scheme, pay_number, paid_otherwise, prepaid_amount,
         coalesce(document #>> '{payee,name}', document #>> '{payee,legal_name}') AS payee_name"""
# In the statuses where the system stops an invoice: what a person writes when handing it on is never among them.
REASONS = """CASE WHEN status IN ('supplier_not_chosen', 'payment_information', 'invoice_information',
           'reviewer_missing', 'awaiting_receipt', 'matching_required') THEN (
           SELECT coalesce(jsonb_agg(one ORDER BY place), '[]'::jsonb)
           FROM jsonb_array_elements(reasons) WITH ORDINALITY AS stop (one, place)
           WHERE one ->> 'code' NOT IN ('coding', 'review_requested', 'on_hold', 'returned', 'sent_back', 'not_mine')
         ) ELSE '[]'::jsonb END AS reasons, document #>> '{delivery_date}' AS delivery_date"""


def upgrade() -> None:
    op.execute(f"CREATE OR REPLACE VIEW supplier_invoice WITH (security_invoker = true) AS"
               f" SELECT {BEFORE}, {REASONS}, pay_not_before FROM invoice")  # fmt: skip


def downgrade() -> None:
    op.execute("DROP VIEW supplier_invoice")
    op.execute(f"CREATE VIEW supplier_invoice WITH (security_invoker = true) AS"
               f" SELECT {BEFORE}, {REASONS} FROM invoice")  # fmt: skip
    op.execute("GRANT SELECT ON supplier_invoice TO portal_app")
