"""The neutral invoice is kept beside its row: it is read again after a correction or a receipt, without the bytes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COMMENT = "the neutral invoice (EN 16931) as read; the original bytes stay the evidence"


def upgrade() -> None:
    op.add_column("invoice", sa.Column("document", JSONB(), nullable=True, comment=COMMENT))
    op.add_column("invoice", sa.Column("fatal_rules", JSONB(), nullable=False, server_default="[]",
                                       comment="ids of the official rules it breaks"))


def downgrade() -> None:
    op.drop_column("invoice", "fatal_rules")
    op.drop_column("invoice", "document")
