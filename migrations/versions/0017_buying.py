"""What a line was bought on, what was said of it and of the ranking, and the files that answer a comment account."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

APP = "portal_app"
TABLE = "coding_file"
# The file is seen by whoever sees what it belongs to, on the buyer's side: no supplier context has a concern.
SEEN = f"""
concern_id = (SELECT app_concern()) AND (
  EXISTS (SELECT 1 FROM requisition_line p WHERE p.concern_id = {TABLE}.concern_id
    AND p.id = {TABLE}.requisition_line_id)
  OR EXISTS (SELECT 1 FROM invoice p WHERE p.concern_id = {TABLE}.concern_id AND p.id = {TABLE}.invoice_id))
"""


def upgrade() -> None:
    motives = "what was noted of the ranking: {rank-agreement-supplier or limit-agreement: text}"
    op.add_column(
        "requisition", sa.Column("motives", JSONB, nullable=False, server_default="{}", comment=motives)
    )
    op.add_column(
        "requisition",
        sa.Column("coding_before", JSONB(none_as_null=True), comment="what the last copying of coding replaced"),
    )
    op.add_column(
        "requisition_line",
        sa.Column("offered", JSONB(none_as_null=True), comment="minimum, GTIN and description it was bought on"),
    )
    op.add_column("requisition_line", sa.Column("comment", sa.Text, comment="purpose and participants (A6.20)"))
    op.create_table(
        TABLE,
        sa.Column("concern_id", sa.Uuid, sa.ForeignKey("concern.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("requisition_line_id", sa.Uuid),
        sa.Column("invoice_id", sa.Uuid),
        sa.Column("sha256", sa.LargeBinary, nullable=False, comment="the bytes, in the object store"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False, comment="bytes"),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("app_user.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["concern_id", "requisition_line_id"],
            ["requisition_line.concern_id", "requisition_line.id"],
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["concern_id", "invoice_id"], ["invoice.concern_id", "invoice.id"]),
        sa.CheckConstraint("num_nonnulls(requisition_line_id, invoice_id) = 1", name="one_subject"),
    )
    for column in ("requisition_line_id", "invoice_id"):
        op.create_index(f"ix_{TABLE}_concern_id_{column}", TABLE, ["concern_id", column])
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own ON {TABLE} FOR ALL TO {APP} USING ({SEEN})")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON {TABLE} TO {APP}")
    op.execute(f"REVOKE UPDATE ON {TABLE} FROM {APP}")


def downgrade() -> None:
    op.drop_table(TABLE)
    for table, column in (
        ("requisition_line", "comment"), ("requisition_line", "offered"),
        ("requisition", "coding_before"), ("requisition", "motives"),
    ):  # fmt: skip
        op.drop_column(table, column)
