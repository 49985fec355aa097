"""An account is proposed, called back, approved by another person and waits; terms of a relation, by two persons."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATES = "('proposed', 'called_back', 'approved', 'active', 'closed', 'rejected')"
BEFORE = "('proposed', 'active', 'closed')"
USERS = ("proposed_by", "called_by", "approved_by", "ended_by")
COLUMNS = (
    sa.Column("proposed_by", sa.Uuid()),
    sa.Column("proposed_person", sa.Uuid()),
    sa.Column("proposed_at", sa.DateTime(timezone=True)),
    sa.Column("why", sa.Text(), comment="why it is proposed"),
    sa.Column("called_by", sa.Uuid()),
    sa.Column("called_person", sa.Uuid()),
    sa.Column("called_at", sa.DateTime(timezone=True)),
    sa.Column("called_number", sa.Text()),
    sa.Column("called_since", sa.Date(), comment="the number was on file from this day"),
    sa.Column("called_note", sa.Text(), comment="whom, and what was confirmed"),
    sa.Column("approved_by", sa.Uuid()),
    sa.Column("approved_person", sa.Uuid()),
    sa.Column("approved_at", sa.DateTime(timezone=True)),
    sa.Column("active_from", sa.DateTime(timezone=True), comment="the end of the wait after approval"),
    sa.Column("ended_by", sa.Uuid()),
    sa.Column("ended_at", sa.DateTime(timezone=True)),
    sa.Column("end_reason", sa.Text()),
)
INVOICE_COLUMNS = (
    sa.Column("payment_checked_person", sa.Uuid(), comment="who called the supplier back about the account"),
    sa.Column("payment_confirmed_person", sa.Uuid(), comment="the second person, for this invoice alone"),
    sa.Column(
        "pay_not_before", sa.DateTime(timezone=True), comment="the end of the wait after two have confirmed"
    ),
)
CHECKS = {
    "status_known": f"status IN {STATES}",
    "two_persons": "approved_person <> proposed_person AND approved_person <> called_person",
    "called_back": "status NOT IN ('called_back', 'approved') OR called_person IS NOT NULL",
    "waits": "status <> 'approved' OR (approved_person IS NOT NULL AND active_from > approved_at)",
}
LIVING = "status IN ('proposed', 'called_back', 'approved', 'active')"
OLD_KEY = "uq_supplier_account_concern_id_supplier_id_kind_number_valid_from"

# What CHECKs cannot say: an account is never rewritten, and never in force past the steps. A supplier's first
# accounts come in force with the supplier, by whoever approves it in the same moment.
GUARD = """
CREATE FUNCTION guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'proposed' AND NOT app_system() THEN
      RAISE EXCEPTION 'an account begins as a proposal'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'guard_account';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.supplier_id, NEW.factor_id, NEW.kind, NEW.number, NEW.proposed_by, NEW.proposed_person, NEW.proposed_at)
     IS DISTINCT FROM
     (OLD.supplier_id, OLD.factor_id, OLD.kind, OLD.number, OLD.proposed_by, OLD.proposed_person, OLD.proposed_at)
     OR (OLD.called_at IS NOT NULL
         AND (NEW.called_person, NEW.called_at) IS DISTINCT FROM (OLD.called_person, OLD.called_at))
     OR (OLD.approved_at IS NOT NULL AND (NEW.approved_person, NEW.approved_at, NEW.active_from)
         IS DISTINCT FROM (OLD.approved_person, OLD.approved_at, OLD.active_from))
     OR (OLD.status IN ('closed', 'rejected') AND NEW.status <> OLD.status) THEN
    RAISE EXCEPTION 'an account is never rewritten: another is proposed'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'guard_account';
  END IF;
  IF NEW.status = 'active' AND OLD.status NOT IN ('active', 'approved') AND NOT EXISTS (
    SELECT 1 FROM supplier_relation r
    WHERE r.concern_id = NEW.concern_id AND r.supplier_id = NEW.supplier_id AND r.status = 'approved'
      AND r.decided_by = NEW.approved_by AND r.decided_at = NEW.approved_at
  ) THEN
    RAISE EXCEPTION 'an account comes in force after its steps'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'guard_account';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_account BEFORE INSERT OR UPDATE ON supplier_account
  FOR EACH ROW EXECUTE FUNCTION guard_account();
"""
# Whether another company of the concern's register is, or may be, paid on the account; a factor's is its clients'.
HELD = """
CREATE FUNCTION account_held(given_concern uuid, given_supplier uuid, given_kind text, given_number text,
                             given_factor text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT 1 FROM public.supplier_account a
    JOIN public.supplier s ON s.id = a.supplier_id
    JOIN public.supplier own ON own.id = given_supplier
    LEFT JOIN public.supplier_factor f ON f.concern_id = a.concern_id AND f.id = a.factor_id
    WHERE a.concern_id = given_concern AND a.supplier_id <> given_supplier AND s.org_number <> own.org_number
      AND a.kind = given_kind AND ltrim(a.number, '0') = ltrim(given_number, '0')
      AND a.status NOT IN ('closed', 'rejected') AND coalesce(f.org_number = given_factor, false) = false
      AND (public.app_concern() = given_concern OR public.app_supplier() = given_supplier)
  )
$$;
REVOKE ALL ON FUNCTION account_held(uuid, uuid, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_held(uuid, uuid, text, text, text) TO portal_app;
"""


def upgrade() -> None:
    _accounts()
    _terms()
    op.add_column("supplier", sa.Column(
        "former_contacts", sa.dialects.postgresql.JSONB(), nullable=False, server_default="[]",
        comment="[{email, phone, until}]: what was on file before",
    ))  # fmt: skip
    _invoices()
    for table in ("supplier_account", "supplier_factor"):
        op.execute(f"CREATE POLICY definer ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(HELD)


def _accounts() -> None:
    for column in COLUMNS:
        op.add_column("supplier_account", column)
    for user in USERS:
        op.create_foreign_key(f"fk_supplier_account_{user}", "supplier_account", "app_user", [user], ["id"])
    op.drop_constraint(op.f("ck_supplier_account_status_known"), "supplier_account")
    op.drop_constraint(op.f(OLD_KEY), "supplier_account")
    for name, check in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_supplier_account_{name}"), "supplier_account", check)
    op.create_index(
        "uq_supplier_account_living", "supplier_account", ["concern_id", "supplier_id", "kind", "number"],
        unique=True, postgresql_where=sa.text(LIVING),
    )  # fmt: skip
    op.execute(GUARD)


def _terms() -> None:
    op.create_table(
        "relation_term",
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("words", sa.Text()),
        sa.Column("amount", sa.Numeric(18, 2), comment="most SEK excluding VAT on one invoice"),
        sa.Column("days", sa.Integer()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_person", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid()),
        sa.Column("approved_person", sa.Uuid()),
        sa.Column("approved_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by", sa.Uuid()),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("end_reason", sa.Text()),
        sa.CheckConstraint(
            "kind IN ('payment_means', 'prepaid', 'charge', 'unit', 'payment_days')",
            name=op.f("ck_relation_term_kind_known"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'active', 'ended', 'rejected')",
            name=op.f("ck_relation_term_status_known"),
        ),
        sa.CheckConstraint("approved_person <> proposed_person", name=op.f("ck_relation_term_two_persons")),
        sa.CheckConstraint(
            "status <> 'active' OR approved_person IS NOT NULL", name=op.f("ck_relation_term_approved")
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_relation_term_supplier_id")),
        *(
            sa.ForeignKeyConstraint([user], ["app_user.id"], name=op.f(f"fk_relation_term_{user}"))
            for user in ("proposed_by", "approved_by", "ended_by")
        ),
        sa.PrimaryKeyConstraint("concern_id", "id", name=op.f("pk_relation_term")),
    )
    op.create_index(op.f("ix_relation_term_concern_id_supplier_id"), "relation_term", ["concern_id", "supplier_id"])
    op.execute("ALTER TABLE relation_term ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE relation_term FORCE ROW LEVEL SECURITY")
    concern, supplier = "concern_id = (SELECT app_concern())", "supplier_id = (SELECT app_supplier())"
    op.execute(f"CREATE POLICY concern ON relation_term FOR ALL TO portal_app USING ({concern})")
    op.execute(f"CREATE POLICY supplier ON relation_term FOR SELECT TO portal_app USING ({supplier})")
    op.execute("GRANT SELECT, INSERT, UPDATE ON relation_term TO portal_app")
    op.execute("REVOKE DELETE ON relation_term, supplier_account, supplier_factor FROM portal_app")


def _invoices() -> None:
    """A foreign account confirmed for one invoice alone: by two persons, paid no earlier than a wait after."""
    for column in INVOICE_COLUMNS:
        op.add_column("invoice", column)
    op.create_check_constraint(
        op.f("ck_invoice_payment_two_persons"),
        "invoice",
        "payment_confirmed_person <> payment_checked_person",
    )
    op.create_check_constraint(
        op.f("ck_invoice_payment_waits"), "invoice",
        "payment_confirmed_person IS NULL OR (payment_checked_person IS NOT NULL AND pay_not_before IS NOT NULL)",
    )  # fmt: skip


def downgrade() -> None:
    for name in ("payment_two_persons", "payment_waits"):
        op.drop_constraint(op.f(f"ck_invoice_{name}"), "invoice")
    for column in INVOICE_COLUMNS:
        op.drop_column("invoice", column.name)
    op.execute("GRANT DELETE ON supplier_account, supplier_factor TO portal_app")
    op.execute("DROP FUNCTION account_held(uuid, uuid, text, text, text)")
    for table in ("supplier_account", "supplier_factor"):
        op.execute(f"DROP POLICY definer ON {table}")
    op.drop_column("supplier", "former_contacts")
    op.drop_table("relation_term")
    op.execute("DROP TRIGGER guard_account ON supplier_account")
    op.execute("DROP FUNCTION guard_account()")
    op.drop_index("uq_supplier_account_living", "supplier_account")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_supplier_account_{name}"), "supplier_account")
    for user in USERS:
        op.drop_constraint(f"fk_supplier_account_{user}", "supplier_account")
    op.execute("UPDATE supplier_account SET status = 'proposed' WHERE status IN ('called_back', 'approved')")
    op.execute("UPDATE supplier_account SET status = 'closed' WHERE status = 'rejected'")
    for column in COLUMNS:
        op.drop_column("supplier_account", column.name)
    op.create_check_constraint(
        op.f("ck_supplier_account_status_known"), "supplier_account", f"status IN {BEFORE}"
    )
    op.create_unique_constraint(
        op.f(OLD_KEY), "supplier_account", ["concern_id", "supplier_id", "kind", "number", "valid_from"]
    )
