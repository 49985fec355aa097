"""The app's role may do what the code does and no more: verbs table by table, and columns where one is changed alone.

A decision is made once: of it only `voided_at` is ever written, and once. A claim of an invoice number goes with the
invoice's makulering or its correction, never of an invoice that keeps the number it claimed (A4.11, A9.11).
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

APP = "portal_app"
# Rows that are taken away again: drafts, links, locks, sessions, what is counted anew.
DELETED = (
    "agreement_organisation", "agreement_supplier", "coding_file", "invoice_coding", "number_claim", "record_lock",
    "requisition_coding", "requisition_line", "search_word", "sign_in_session", "upload_row",
)  # fmt: skip
# Written once: what has happened, links, and registers that nothing changes yet.
NEVER_UPDATED = (
    "agreement_organisation", "audit_event", "audit_seal", "coding_file", "coding_rule", "coding_value",
    "comment_account", "concern", "delivery_address", "group_permission", "invoice_coding", "invoice_comment",
    "match_limit", "number_claim", "order_change", "order_coding", "order_response", "organisation",
    "organisation_module", "person", "receipt", "receipt_line", "recipient_code",
    "responsibility", "rule_decision", "setting", "status_availability", "unspsc_account", "user_group", "user_role",
)  # fmt: skip
# An original is never written again; to hold its row while its deliveries are read asks for the right to one column.
COLUMNS = {"decision": ("voided_at",), "invoice_line": ("order_line_id",), "original": ("stored_at",)}
ONCE = """
CREATE FUNCTION void_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a decision that is void stays void'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'void_once';
END $$;
CREATE TRIGGER void_once BEFORE UPDATE ON decision FOR EACH ROW
  WHEN (OLD.voided_at IS NOT NULL AND NEW.voided_at IS DISTINCT FROM OLD.voided_at) EXECUTE FUNCTION void_once();
"""
# Seen with the deleter's own eyes, as the row's invoice is.
CLAIM_GOES = """
CREATE POLICY goes_with_its_invoice ON number_claim AS RESTRICTIVE FOR DELETE TO portal_app USING (
  NOT EXISTS (SELECT 1 FROM invoice i WHERE i.concern_id = number_claim.concern_id AND i.id = number_claim.invoice_id
    AND i.status <> 'cancelled' AND i.number_key = number_claim.number_key
    AND i.supplier_id = number_claim.supplier_id))
"""


def upgrade() -> None:
    for table, verbs in _granted():
        kept = [verb for verb in verbs if not (verb == "DELETE" and table not in DELETED)]
        kept = [verb for verb in kept if not (verb == "UPDATE" and (table in NEVER_UPDATED or table in COLUMNS))]
        if gone := [verb for verb in verbs if verb not in kept]:
            op.execute(f"REVOKE {', '.join(gone)} ON {table} FROM {APP}")
    for table, columns in COLUMNS.items():
        op.execute(f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {APP}")
    op.execute(ONCE)
    op.execute(CLAIM_GOES)


def downgrade() -> None:
    op.execute("DROP POLICY goes_with_its_invoice ON number_claim")
    op.execute("DROP TRIGGER void_once ON decision; DROP FUNCTION void_once()")
    for table, columns in COLUMNS.items():
        op.execute(f"REVOKE UPDATE ({', '.join(columns)}) ON {table} FROM {APP}; GRANT UPDATE ON {table} TO {APP}")


def _granted() -> list[tuple[str, list[str]]]:
    """Our tables and what the app's role may do with the whole of each."""
    rows = op.get_bind().exec_driver_sql(
        "SELECT table_name, array_agg(privilege_type::text ORDER BY privilege_type) FROM information_schema.role_table_grants"
        " WHERE grantee = 'portal_app' AND table_schema = 'public' AND table_name NOT LIKE 'procrastinate%%'"
        " AND privilege_type IN ('UPDATE', 'DELETE') GROUP BY 1 ORDER BY 1"
    )
    return [(row[0], list(row[1])) for row in rows]
