"""The account an invoice is to be paid on, kept as it was chosen at arrival; and what is never paid by us."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BEFORE = """concern_id, id, supplier_id, number, is_credit_note, issue_date, due_date, arrived_at, currency,
         net_amount, tax_amount, gross_amount, payable_amount, order_id, order_reference, status, status_since,
         payment_date, cancelled_reason, sha256,
         CASE WHEN status NOT IN ('done', 'cancelled') THEN credit_request END AS credit_request,
         CASE WHEN status NOT IN ('done', 'cancelled') THEN credit_amount END AS credit_amount,
         under_investigation AND status NOT IN ('done', 'cancelled') AS on_hold, credited_numbers"""
PAYMENT = """pay_scheme, pay_number, paid_otherwise, prepaid_amount,
         coalesce(document #>> '{payee,name}', document #>> '{payee,legal_name}') AS payee_name"""
# What arrival chose stands in its stored decision; a factor's account is known by the register.
CHOSEN = """
UPDATE invoice i SET pay_scheme = d.scheme, pay_number = d.number, pay_factor = f.org_number
FROM (
  SELECT DISTINCT ON (concern_id, invoice_id) concern_id, invoice_id,
    convert_from(stored, 'UTF8')::jsonb #>> '{result,account,scheme}' AS scheme,
    upper(regexp_replace(convert_from(stored, 'UTF8')::jsonb #>> '{result,account,number}', '[^0-9A-Za-z]', '', 'g'))
      AS number
  FROM rule_decision WHERE kind = 'arrival' ORDER BY concern_id, invoice_id, decided_at DESC, id DESC
) d
LEFT JOIN LATERAL (
  SELECT min(f.org_number) AS org_number FROM invoice v
  JOIN supplier_account a ON a.concern_id = v.concern_id AND a.supplier_id = v.supplier_id
  JOIN supplier_factor f ON f.concern_id = a.concern_id AND f.id = a.factor_id
  WHERE v.concern_id = d.concern_id AND v.id = d.invoice_id AND a.kind = d.scheme AND a.number = d.number
) f ON true
WHERE i.concern_id = d.concern_id AND i.id = d.invoice_id AND d.scheme IS NOT NULL
"""
READ = ("invoice", "rule_decision", "supplier_account", "supplier_factor")


def upgrade() -> None:
    for name, comment in (
        ("pay_scheme", "the account chosen at arrival: its kind"),
        ("pay_number", "and its number as it is compared"),
        ("pay_factor", "org.nr of the factor whose account it is"),
    ):
        op.add_column("invoice", sa.Column(name, sa.Text(), nullable=True, comment=comment))
    for name, comment in (
        ("paid_otherwise", "Klar, and never paid by us"),
        ("only_payment_left", "all else is decided; Klar when the payment holds"),
    ):
        no = sa.text("false")
        op.add_column("invoice", sa.Column(name, sa.Boolean(), nullable=False, server_default=no, comment=comment))
    # The owner's own rows: row-level security is forced, and this is no concern's work.
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(CHOSEN)
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE OR REPLACE VIEW supplier_invoice WITH (security_invoker = true) AS"
               f" SELECT {BEFORE}, {PAYMENT} FROM invoice")  # fmt: skip


def downgrade() -> None:
    op.execute("DROP VIEW supplier_invoice")
    op.execute(f"CREATE VIEW supplier_invoice WITH (security_invoker = true) AS SELECT {BEFORE} FROM invoice")
    op.execute("GRANT SELECT ON supplier_invoice TO portal_app")
    for name in ("only_payment_left", "paid_otherwise", "pay_factor", "pay_number", "pay_scheme"):
        op.drop_column("invoice", name)
