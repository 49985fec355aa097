"""Which edition of the official rules judged an invoice: kept beside what they found, for decisions made again."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "invoice",
        sa.Column("rule_edition", sa.Text(), nullable=True, comment="edition of the Peppol rules that judged it"),
    )


def downgrade() -> None:
    op.drop_column("invoice", "rule_edition")
