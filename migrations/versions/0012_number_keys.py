"""Invoice numbers keep their signs: 26-1-11 is not 26-11-1. A second, folded key finds numbers that look alike.

Until now a key was the number without blanks, dashes, dots and slashes. Every key is made anew; where two claims that
used to differ (an underscore counted as a letter) now share a key, the one claimed first keeps it, and the others get
a number behind it, which no key of an invoice can have.
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

APP = "portal_app"
NAME = "number_taken(uuid, uuid, text, text, uuid, numeric, uuid)"
OLD_NAME = "number_taken(uuid, uuid, text, uuid)"
TAKEN = """
CREATE FUNCTION number_taken(given_concern uuid, given_supplier uuid, given_key text, given_folded text,
  given_organisation uuid, given_gross numeric, given_order uuid)
RETURNS TABLE (same_organisation boolean, exact boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT i.organisation_id IS NOT DISTINCT FROM given_organisation, e.exact
  FROM public.number_claim c JOIN public.invoice i ON i.concern_id = c.concern_id AND i.id = c.invoice_id,
    LATERAL (SELECT given_key IN (c.number_key, split_part(c.number_key, '_', 1)) AS exact) e
  WHERE c.concern_id = given_concern AND c.supplier_id = given_supplier AND c.folded_key = given_folded
    AND (e.exact OR i.gross_amount = given_gross OR i.order_id = given_order)
    AND public.app_concern() = given_concern
  ORDER BY e.exact DESC, 1 DESC LIMIT 1
$$
"""
OLD_TAKEN = """
CREATE FUNCTION number_taken(given_concern uuid, given_supplier uuid, given_key text, given_organisation uuid)
RETURNS TABLE (same_organisation boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT i.organisation_id IS NOT DISTINCT FROM given_organisation
  FROM public.number_claim c JOIN public.invoice i ON i.concern_id = c.concern_id AND i.id = c.invoice_id
  WHERE c.concern_id = given_concern AND c.supplier_id = given_supplier AND c.number_key = given_key
    AND (public.app_concern() = given_concern)
$$
"""
TABLES = ("invoice", "number_claim")
OLD_NOISE = dict.fromkeys(map(ord, "-./\\‐‑‒–—−"), None)
BATCH = 5000
# Out of each other's way first: a key may be new to one claim while another still has it from before.
CLAIMS = """
UPDATE number_claim SET number_key = '_' || invoice_id;
UPDATE number_claim c SET number_key = v.number_key || CASE v.place WHEN 1 THEN '' ELSE '_' || v.place END
FROM (
  SELECT k.concern_id, k.invoice_id, i.number_key, row_number() OVER (
    PARTITION BY k.concern_id, k.supplier_id, i.number_key ORDER BY k.claimed_at, k.invoice_id) AS place
  FROM number_claim k JOIN invoice i ON i.concern_id = k.concern_id AND i.id = k.invoice_id
) v WHERE v.concern_id = c.concern_id AND v.invoice_id = c.invoice_id;
UPDATE invoice i SET number_key = c.number_key FROM number_claim c
WHERE c.concern_id = i.concern_id AND c.invoice_id = i.id AND c.number_key <> i.number_key;
"""


def new_key(number: str) -> str:
    return re.sub(r"[\s./\\_\-\u2010-\u2015\u2212]+", "-", number.upper()).strip("-") or number.strip()


def old_key(number: str) -> str:
    return "".join(number.upper().split()).translate(OLD_NOISE)


def upgrade() -> None:
    op.add_column(
        "number_claim",
        sa.Column("folded_key", sa.Text(), nullable=True, comment="the key without signs and leading zeros"),
    )
    keys_anew(new_key, "upper case, each run of signs as one dash (A4.11)")
    op.execute(
        "UPDATE number_claim SET folded_key = ltrim(replace(split_part(number_key, '_', 1), '-', ''), '0')"
    )
    op.alter_column("number_claim", "folded_key", nullable=False)
    own_eyes("FORCE")
    op.create_index("ix_number_claim_folded", "number_claim", ["concern_id", "supplier_id", "folded_key"])
    op.execute(f"DROP FUNCTION {OLD_NAME}")
    op.execute(TAKEN)
    _only_for_the_app(NAME)


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {NAME}")
    op.execute(OLD_TAKEN)
    _only_for_the_app(OLD_NAME)
    op.drop_index("ix_number_claim_folded", "number_claim")
    op.drop_column("number_claim", "folded_key")
    keys_anew(old_key, "upper case without blanks, dashes, dots, slashes")
    own_eyes("FORCE")


def own_eyes(how: str) -> None:
    """The owner sees and writes the rows of all only while row-level security is not forced."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")


def keys_anew(key: Callable[[str], str], comment: str) -> None:
    """Leaves row-level security not forced."""
    own_eyes("NO FORCE")
    connection = op.get_bind()
    op.execute("CREATE TEMPORARY TABLE number_as_key (number text PRIMARY KEY, key text NOT NULL) ON COMMIT DROP")
    numbers = connection.execute(sa.text("SELECT DISTINCT number FROM invoice")).scalars().all()
    insert = sa.text("INSERT INTO number_as_key VALUES (:number, :key)")
    for start in range(0, len(numbers), BATCH):
        some = numbers[start : start + BATCH]
        connection.execute(insert, [{"number": number, "key": key(number)} for number in some])
    op.execute("UPDATE invoice i SET number_key = k.key FROM number_as_key k WHERE k.number = i.number")
    op.execute("DROP TABLE number_as_key")
    op.execute(CLAIMS)
    op.alter_column("invoice", "number_key", comment=comment)


def _only_for_the_app(name: str) -> None:
    op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {APP}")
