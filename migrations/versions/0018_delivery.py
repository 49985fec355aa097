"""What a buyer decides of an order that has been sent, its own attest, and whom the supplier may ask."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

APP = "portal_app"
STATUSES_BEFORE = (
    "draft",
    "awaiting_approval",
    "sent_back",
    "sent",
    "confirmed",
    "confirmed_with_change",
    "partly_received",
    "received",
    "closed",
    "rejected_by_supplier",
    "cancelled",
)
STATUSES = (*STATUSES_BEFORE[:6], "change_awaiting_approval", *STATUSES_BEFORE[6:])
KINDS = ("accepted", "raised", "refused", "ended", "cancelled")
TOLD = ("refused", "ended", "cancelled")
CONCERN = "concern_id = (SELECT app_concern())"
ORDER = "SELECT 1 FROM purchase_order p WHERE p.concern_id = order_change.concern_id AND p.id = order_change.order_id"
STEP_SEEN = (
    "concern_id = (SELECT app_concern())"
    " AND (organisation_id = ANY (((SELECT app_organisations()))::uuid[]) OR (SELECT app_all_organisations()))"
    " AND (subject_type <> 'invoice' OR EXISTS (SELECT 1 FROM invoice p WHERE p.concern_id = approval_step.concern_id"
    " AND p.id = approval_step.subject_id))"
    " AND (subject_type <> 'requisition' OR EXISTS (SELECT 1 FROM requisition p"
    " WHERE p.concern_id = approval_step.concern_id AND p.id = approval_step.subject_id))"
)
ORDER_STEP_SEEN = (
    " AND (subject_type <> 'order' OR EXISTS (SELECT 1 FROM purchase_order p"
    " WHERE p.concern_id = approval_step.concern_id AND p.id = approval_step.subject_id))"
)
# The supplier asks who has ordered: answered for its own order, unless it is secret or the concern has chosen to
# hide its buyers.
CONTACT_NAME = "order_contact(uuid, date)"
CONTACT = """
CREATE FUNCTION order_contact(given_order uuid, given_day date)
RETURNS TABLE (name text, email text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT u.name, u.email
  FROM public.purchase_order o JOIN public.app_user u ON u.id = o.buyer_user_id AND u.active
  WHERE o.id = given_order AND NOT o.secret
    AND o.status NOT IN ('draft', 'awaiting_approval', 'sent_back')
    AND (o.supplier_id = public.app_supplier() OR (public.app_system() AND o.concern_id = public.app_concern()))
    AND NOT EXISTS (
      SELECT 1 FROM public.setting s
      WHERE s.concern_id = o.concern_id AND s.key = 'order.hide_buyer' AND s.value = 'true'::jsonb
        AND (s.organisation_id IS NULL OR s.organisation_id = o.organisation_id)
        AND s.valid_from <= given_day AND (s.valid_to IS NULL OR s.valid_to >= given_day))
$$
"""


def _known(table: str, column: str, values: tuple[str, ...]) -> None:
    name = f"ck_{table}_{column}_known"
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
    listed = ", ".join(f"'{value}'" for value in values)
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({listed}))")


def upgrade() -> None:
    _known("purchase_order", "status", STATUSES)
    _known("approval_step", "subject_type", ("requisition", "invoice", "order"))
    op.execute(f"ALTER POLICY own ON approval_step USING ({STEP_SEEN}{ORDER_STEP_SEEN})")
    op.create_table(
        "order_change",
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "lines", JSONB(), nullable=False, comment="quantity and price of each line, before and after"
        ),
        sa.Column("net_before", sa.Numeric(18, 2), nullable=False, comment="SEK excluding VAT"),
        sa.Column("net_after", sa.Numeric(18, 2), nullable=False, comment="SEK excluding VAT"),
        sa.Column(
            "note", sa.Text(), nullable=True, comment="the supplier reads it, unless it is accepted or raised"
        ),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="kind_known"),
        sa.ForeignKeyConstraint(
            ["concern_id", "order_id"],
            ["purchase_order.concern_id", "purchase_order.id"],
            name="fk_order_change_concern_id_order_id",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_order_change_user_id"),
        sa.PrimaryKeyConstraint("concern_id", "id", name="pk_order_change"),
    )
    op.create_index("ix_order_change_concern_id_order_id", "order_change", ["concern_id", "order_id"])
    op.execute("ALTER TABLE order_change ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE order_change FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own ON order_change FOR ALL TO {APP} USING ({CONCERN} AND EXISTS ({ORDER}))")
    told = ", ".join(repr(kind) for kind in TOLD)
    op.execute(
        f"CREATE POLICY supplier ON order_change FOR SELECT TO {APP} USING (kind IN ({told})"
        f" AND EXISTS ({ORDER} AND p.supplier_id = (SELECT app_supplier())))"
    )
    op.execute(f"GRANT SELECT, INSERT ON order_change TO {APP}")
    op.execute(f"REVOKE UPDATE, DELETE ON order_change FROM {APP}")
    op.execute("CREATE POLICY definer ON setting FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(CONTACT)
    op.execute(f"REVOKE ALL ON FUNCTION {CONTACT_NAME} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {CONTACT_NAME} TO {APP}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {CONTACT_NAME}")
    op.execute("DROP POLICY definer ON setting")
    op.drop_table("order_change")
    op.execute(f"ALTER POLICY own ON approval_step USING ({STEP_SEEN})")
    _known("approval_step", "subject_type", ("requisition", "invoice"))
    _known("purchase_order", "status", STATUSES_BEFORE)
