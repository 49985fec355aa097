"""What is ordered on an agreement, summed across the organisations of the concern by one narrow function.

A takvolym is the whole concern's, and a person sees only one's own organisation's orders: the portal looked at them
as the installation for a moment, which took a change of eyes before and after. The sum reads an index alone.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APP = "portal_app"
READ = ("agreement", "purchase_order")
NAME = "called_off(uuid, uuid[], text[])"
CALLED_OFF = """
CREATE FUNCTION called_off(given_concern uuid, given_agreements uuid[], not_used text[])
RETURNS TABLE (agreement_id uuid, number text, name text, ranking_limit numeric, cap_amount numeric, used numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT a.id, a.number, a.name, a.ranking_limit, a.cap_amount,
    CASE WHEN a.cap_amount IS NULL THEN 0 ELSE coalesce((
      SELECT sum(o.net_amount) FROM public.purchase_order o
      WHERE o.concern_id = given_concern AND o.agreement_id = a.id AND o.status <> ALL (not_used)), 0) END
  FROM public.agreement a
  WHERE a.concern_id = given_concern AND a.id = ANY (given_agreements) AND public.app_concern() = given_concern
  ORDER BY a.number
$$
"""


def upgrade() -> None:
    op.create_index(
        "ix_purchase_order_agreement",
        "purchase_order",
        ["concern_id", "agreement_id"],
        postgresql_include=["status", "net_amount"],
    )
    for table in READ:
        op.execute(f"CREATE POLICY definer ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(CALLED_OFF)
    op.execute(f"REVOKE ALL ON FUNCTION {NAME} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {NAME} TO {APP}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {NAME}")
    for table in READ:
        op.execute(f"DROP POLICY definer ON {table}")
    op.drop_index("ix_purchase_order_agreement", "purchase_order")
