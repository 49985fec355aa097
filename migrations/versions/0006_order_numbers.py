"""Numbers of requisitions and orders, the way from a requisition to its orders, and a receipt taken back once."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for kind in ("requisition", "order"):
        op.execute(f"CREATE SEQUENCE {kind}_number START 200001")
        op.execute(f"GRANT USAGE ON SEQUENCE {kind}_number TO portal_app")
    op.create_index(
        "ix_purchase_order_concern_id_requisition_id", "purchase_order", ["concern_id", "requisition_id"]
    )
    op.add_column(
        "receipt", sa.Column("takes_back_id", sa.Uuid(), nullable=True, comment="the earlier receipt this one undoes")
    )
    op.create_foreign_key(
        "fk_receipt_concern_id_takes_back_id", "receipt", "receipt", ["concern_id", "takes_back_id"], ["concern_id", "id"]
    )
    op.create_unique_constraint("uq_receipt_concern_id_takes_back_id", "receipt", ["concern_id", "takes_back_id"])


def downgrade() -> None:
    op.drop_column("receipt", "takes_back_id")
    op.drop_index("ix_purchase_order_concern_id_requisition_id", "purchase_order")
    for kind in ("requisition", "order"):
        op.execute(f"DROP SEQUENCE {kind}_number")
