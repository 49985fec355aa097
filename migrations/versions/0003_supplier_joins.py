"""Who registered a supplier (never the one who approves it), and a supplier's own proposal of an account."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# An account a supplier writes itself is a proposal until somebody of the concern has approved it.
PROPOSES = "supplier_id = (SELECT app_supplier()) AND status = 'proposed'"


def upgrade() -> None:
    op.add_column("supplier_relation", sa.Column("registered_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_supplier_relation_registered_by", "supplier_relation", "app_user", ["registered_by"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_supplier_relation_two_persons"), "supplier_relation", "decided_by <> registered_by"
    )
    op.execute(
        f"CREATE POLICY supplier_proposes ON supplier_account FOR INSERT TO portal_app WITH CHECK ({PROPOSES})"
    )


def downgrade() -> None:
    op.execute("DROP POLICY supplier_proposes ON supplier_account")
    op.drop_constraint(op.f("ck_supplier_relation_two_persons"), "supplier_relation")
    op.drop_constraint("fk_supplier_relation_registered_by", "supplier_relation")
    op.drop_column("supplier_relation", "registered_by")
