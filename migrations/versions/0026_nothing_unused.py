"""States, tables and columns that nothing uses are gone; a rule is changed on a page, and one that lets more through, or
that an invoice is paid otherwise, by two persons.

What stood in a state that is gone stands where a person meets it: an invoice goes back to Fakturainformation, an order
that was never sent is makulerad, and a supplier that had only been invited joins by the form like anybody.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

APP = "portal_app"
CONCERN = "concern_id = (SELECT app_concern())"
ALL = "(SELECT app_all_organisations())"
OWN = f"{CONCERN} AND (organisation_id = ANY (((SELECT app_organisations()))::uuid[]) OR {ALL})"
INVOICE_GONE = ("coding_unchecked", "extra_control")
ORDER_GONE = ("draft", "awaiting_approval", "sent_back")
STATUSES = {
    "invoice": (
        ("supplier_not_chosen", "payment_information", "invoice_information", "reviewer_missing", "awaiting_receipt",
         "matching_required", "review", "approval", "attested", "done", "cancelled"),
        INVOICE_GONE,
    ),
    "purchase_order": (
        ("sent", "confirmed", "confirmed_with_change", "change_awaiting_approval", "change_attested", "partly_received", "received",
         "closed", "rejected_by_supplier", "cancelled"),
        ORDER_GONE,
    ),
    "supplier_relation": (("pending", "approved", "rejected", "blocked"), ("invited",)),
}  # fmt: skip
HOLD = """
DROP TRIGGER hold_stands ON invoice;
CREATE TRIGGER hold_stands BEFORE UPDATE OF status ON invoice FOR EACH ROW
  WHEN (OLD.under_investigation AND NEW.status IS DISTINCT FROM OLD.status AND NEW.status IN ({targets})
        AND NOT (OLD.status = 'attested' AND NEW.status = 'approval'))
  EXECUTE FUNCTION hold_stands();
"""
# The latest choice counts, an organisation's own before the common one.
CONTACT = """
CREATE OR REPLACE FUNCTION order_contact(given_order uuid, given_day date)
RETURNS TABLE (name text, email text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT u.name, u.email
  FROM public.purchase_order o JOIN public.app_user u ON u.id = o.buyer_user_id AND u.active
  WHERE o.id = given_order AND NOT o.secret
    AND o.status NOT IN ('draft', 'awaiting_approval', 'sent_back')
    AND (o.supplier_id = public.app_supplier() OR (public.app_system() AND o.concern_id = public.app_concern()))
    AND {hidden}
$$
"""
BEFORE = """NOT EXISTS (
      SELECT 1 FROM public.setting s
      WHERE s.concern_id = o.concern_id AND s.key = 'order.hide_buyer' AND s.value = 'true'::jsonb
        AND (s.organisation_id IS NULL OR s.organisation_id = o.organisation_id)
        AND s.valid_from <= given_day AND (s.valid_to IS NULL OR s.valid_to >= given_day))"""
AFTER = """coalesce((
      SELECT s.value <> 'true'::jsonb FROM public.setting s
      WHERE s.concern_id = o.concern_id AND s.key = 'order.hide_buyer'
        AND (s.organisation_id IS NULL OR s.organisation_id = o.organisation_id)
        AND s.valid_from <= given_day AND (s.valid_to IS NULL OR s.valid_to >= given_day)
      ORDER BY s.organisation_id IS NULL, s.valid_from DESC, s.id DESC LIMIT 1), true)"""
OTHERWISE = (
    sa.Column("otherwise_checked_person", sa.Uuid(), comment="who first said that it is paid otherwise"),
    sa.Column("otherwise_confirmed_person", sa.Uuid(), comment="the second person"),
)


def _own_eyes(how: str) -> None:
    """The owner sees and writes the rows of all only while row-level security is not forced."""
    for table in STATUSES:
        op.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")


def upgrade() -> None:
    _own_eyes("NO FORCE")
    op.execute(
        "UPDATE invoice SET status = 'invoice_information', handler_role = 'local_admin'"
        " WHERE status IN ('coding_unchecked', 'extra_control')"
    )
    op.execute(
        "UPDATE purchase_order SET status = 'cancelled' WHERE status IN ('draft', 'awaiting_approval', 'sent_back')"
    )
    op.execute("DELETE FROM supplier_relation WHERE status = 'invited'")
    _own_eyes("FORCE")
    for table, (kept, _gone) in STATUSES.items():
        _known(table, kept)
    op.execute(HOLD.format(targets="'approval', 'attested', 'done'"))
    op.drop_table("organisation_module")
    op.drop_table("status_availability")
    op.drop_column("concern", "chart")
    op.drop_column("organisation", "is_internal_seller")
    for column in OTHERWISE:
        op.add_column("invoice", column)
    op.create_check_constraint(
        op.f("ck_invoice_otherwise_two_persons"), "invoice",
        "otherwise_confirmed_person IS NULL OR otherwise_checked_person IS NOT NULL"
        " AND otherwise_confirmed_person <> otherwise_checked_person",
    )  # fmt: skip
    _changes()
    op.execute(CONTACT.format(hidden=AFTER))


def _known(table: str, values: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_status_known")
    op.drop_constraint(name, table)
    listed = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint(name, table, f"status IN ({listed})")


def _changes() -> None:
    people = ("proposed_by", "decided_by")
    op.create_table(
        "setting_change",
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", JSONB(), nullable=False),
        sa.Column("before", JSONB(), nullable=False, comment="what held on valid_from when it was proposed"),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("loosens", sa.Boolean(), nullable=False, comment="lets more through: two persons"),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_person", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_person", sa.Uuid()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision_reason", sa.Text()),
        sa.CheckConstraint(
            "status IN ('proposed', 'active', 'rejected')", name=op.f("ck_setting_change_status_known")
        ),
        sa.CheckConstraint(
            "NOT loosens OR status <> 'active' OR"
            " (decided_person IS NOT NULL AND decided_person <> proposed_person)",
            name=op.f("ck_setting_change_two_persons"),
        ),
        *(
            sa.ForeignKeyConstraint([user], ["app_user.id"], name=op.f(f"fk_setting_change_{user}"))
            for user in people
        ),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name=op.f("fk_setting_change_concern_id")),
        sa.PrimaryKeyConstraint("concern_id", "id", name=op.f("pk_setting_change")),
    )
    op.create_index(op.f("ix_setting_change_concern_id_status"), "setting_change", ["concern_id", "status"])
    op.execute("ALTER TABLE setting_change ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE setting_change FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY central ON setting_change FOR ALL TO {APP} USING ({CONCERN} AND {ALL})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON setting_change TO {APP}")
    op.execute(f"REVOKE DELETE ON setting_change FROM {APP}")


def downgrade() -> None:
    op.execute(CONTACT.format(hidden=BEFORE))
    op.drop_table("setting_change")
    op.drop_constraint(op.f("ck_invoice_otherwise_two_persons"), "invoice")
    for column in OTHERWISE:
        op.drop_column("invoice", column.name)
    op.add_column("organisation", sa.Column(
        "is_internal_seller", sa.Boolean(), nullable=False, server_default=sa.false()
    ))  # fmt: skip
    op.alter_column("organisation", "is_internal_seller", server_default=None)
    op.add_column("concern", sa.Column(
        "chart", sa.Text(), nullable=False, server_default="own", comment="own or common kontoplan (A4.20)"
    ))  # fmt: skip
    op.alter_column("concern", "chart", server_default=None)
    op.create_check_constraint(op.f("ck_concern_chart_known"), "concern", "chart IN ('own', 'common')")
    _tables_of_before()
    op.execute(HOLD.format(targets="'coding_unchecked', 'approval', 'attested', 'done'"))
    for table, (kept, gone) in STATUSES.items():
        _known(table, kept + gone)


def _tables_of_before() -> None:
    op.create_table(
        "status_availability",
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("concern_id", "document", "status", name=op.f("pk_status_availability")),
    )
    op.create_table(
        "organisation_module",
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("module", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.CheckConstraint(
            "module IN ('e_ordering', 'supplier_invoice', 'payment', 'customer_invoice')",
            name=op.f("ck_organisation_module_module_known"),
        ),
        sa.ForeignKeyConstraint(
            ["concern_id", "organisation_id"], ["organisation.concern_id", "organisation.id"],
            name=op.f("fk_organisation_module_concern_id_organisation_id"),
        ),
        sa.PrimaryKeyConstraint(
            "concern_id", "organisation_id", "module", "valid_from", name=op.f("pk_organisation_module")
        ),
    )  # fmt: skip
    for table in ("status_availability", "organisation_module"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP}")
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APP}")
    op.execute(f"CREATE POLICY read ON status_availability FOR SELECT TO {APP} USING ({CONCERN})")
    op.execute(f"CREATE POLICY write ON status_availability FOR ALL TO {APP} USING ({CONCERN} AND {ALL})")
    op.execute(f"CREATE POLICY own ON organisation_module FOR ALL TO {APP} USING ({OWN})")
