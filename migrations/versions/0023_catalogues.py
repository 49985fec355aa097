"""Uploads tell what was read and asked, and rest until they are answered or their day comes; drafts are the supplier's."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLE = "catalogue_upload"
CHECK = "ck_catalogue_upload_status_known"
OLD = "('received', 'validating', 'faulty', 'ready', 'submitted', 'publishing', 'published', 'dropped')"
NEW = (
    "('received', 'validating', 'faulty', 'asking', 'ready', 'submitted', 'planned', 'publishing', 'published',"
    " 'refused', 'dropped')"
)
CONCERN = "concern_id = (SELECT app_concern())"
SENT = f"{CONCERN} AND (NOT by_supplier OR submitted_at IS NOT NULL OR (SELECT app_system()))"
COLUMNS = (
    sa.Column("reading", postgresql.JSONB(), nullable=True, comment="where the table was found, what was not read"),
    sa.Column("answers", postgresql.JSONB(), nullable=True, comment="what the supplier has said of the file"),
    sa.Column("valid_from", sa.Date(), nullable=True, comment="the later day the prices hold from"),
    sa.Column("by_supplier", sa.Boolean(), nullable=False, server_default=sa.false(),
              comment="sent in by a supplier: nobody else's before it is submitted"),
)  # fmt: skip


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column(TABLE, column)
    op.execute(
        f"UPDATE {TABLE} u SET by_supplier = true FROM app_user a"
        " WHERE a.id = u.uploaded_by AND a.supplier_id IS NOT NULL"
    )
    op.drop_constraint(op.f(CHECK), TABLE)
    op.create_check_constraint(op.f(CHECK), TABLE, f"status IN {NEW}")
    op.execute(f"UPDATE {TABLE} SET status = 'refused' WHERE status = 'dropped' AND submitted_at IS NOT NULL")
    op.execute(f"ALTER POLICY concern ON {TABLE} USING ({SENT}) WITH CHECK ({SENT})")


def downgrade() -> None:
    op.execute(f"ALTER POLICY concern ON {TABLE} USING ({CONCERN}) WITH CHECK ({CONCERN})")
    op.drop_constraint(op.f(CHECK), TABLE)
    op.execute(f"UPDATE {TABLE} SET status = 'dropped' WHERE status = 'refused'")
    op.execute(f"UPDATE {TABLE} SET status = 'ready' WHERE status = 'asking'")
    op.execute(f"UPDATE {TABLE} SET status = 'submitted' WHERE status = 'planned'")
    op.create_check_constraint(op.f(CHECK), TABLE, f"status IN {OLD}")
    for column in reversed(COLUMNS):
        op.drop_column(TABLE, column.name)
