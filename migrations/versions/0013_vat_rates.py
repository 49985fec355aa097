"""The VAT rates of Sweden with their real dates (C20): a code list that every installation has, not the demo alone."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Food is 6 % from 2026-04-01 to 2027-12-31 (prop. 2025/26:55).
RATES = (
    ("standard", "1990-07-01", None, 25),
    ("food", "1996-01-01", "2026-03-31", 12),
    ("food", "2026-04-01", "2027-12-31", 6),
    ("books", "2002-01-01", None, 6),
    ("exempt", "1990-07-01", None, 0),
)
INSERT = sa.text(
    "INSERT INTO vat_rate (category, valid_from, valid_to, rate)"
    " VALUES (:category, CAST(:valid_from AS date), CAST(:valid_to AS date), :rate) ON CONFLICT DO NOTHING"
)


def upgrade() -> None:
    for category, valid_from, valid_to, rate in RATES:
        op.execute(
            INSERT.bindparams(category=category, valid_from=valid_from, valid_to=valid_to, rate=rate)
        )


def downgrade() -> None:
    """They stay: the table of before holds them as well."""
