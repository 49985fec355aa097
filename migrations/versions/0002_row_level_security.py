"""Row-level security on every table, the functions that read the context, and the few that look past it.

The policies are written out as they were on the day of this migration: a later change is a later migration.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APP = "portal_app"

CONTEXT_FUNCTIONS = """
CREATE FUNCTION app_concern() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.concern', true), '')::uuid $$;
CREATE FUNCTION app_organisations() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(nullif(current_setting('app.organisations', true), ''), '{}')::uuid[] $$;
CREATE FUNCTION app_all_organisations() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(current_setting('app.all_organisations', true), '') = 'on' $$;
CREATE FUNCTION app_supplier() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.supplier', true), '')::uuid $$;
CREATE FUNCTION app_sees_secret() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(current_setting('app.sees_secret', true), '') = 'on' $$;
CREATE FUNCTION app_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(current_setting('app.system', true), '') = 'on' $$;
CREATE FUNCTION app_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.user', true), '')::uuid $$;
"""

# Written as scalar sub-selects so that each is read once per statement, not once per row.
CONCERN = "concern_id = (SELECT app_concern())"
ORGANISATION = (
    "(organisation_id = ANY (((SELECT app_organisations()))::uuid[]) OR (SELECT app_all_organisations()))"
)
ALL = "(SELECT app_all_organisations())"
SECRET = "(NOT secret OR (SELECT app_sees_secret()))"
SYSTEM = "(SELECT app_system())"
SUPPLIER = "supplier_id = (SELECT app_supplier())"
OWN = f"{CONCERN} AND {ORGANISATION}"
OWN_OR_COMMON = f"{CONCERN} AND (organisation_id IS NULL OR {ORGANISATION})"
OWN_SECRET = f"{OWN} AND {SECRET}"


def parent(child: str, table: str, column: str) -> str:
    """The row's parent is seen: the parent's own policies decide."""
    return (
        f"EXISTS (SELECT 1 FROM {table} p WHERE p.concern_id = {child}.concern_id AND p.id = {child}.{column})"
    )


def of(child: str, table: str, column: str) -> str:
    """A buyer's child row: own concern, and a parent that is seen."""
    return f"{CONCERN} AND {parent(child, table, column)}"


INVOICE_SEEN = (
    "(subject_type <> 'invoice' OR EXISTS (SELECT 1 FROM invoice p WHERE p.concern_id = {t}.concern_id"
    " AND p.id = {t}.subject_id))"
)
REQUISITION_SEEN = (
    "(subject_type <> 'requisition' OR EXISTS (SELECT 1 FROM requisition p WHERE p.concern_id = {t}.concern_id"
    " AND p.id = {t}.subject_id))"
)

# table → {policy: (verb, using, check)}; verb ALL, SELECT, INSERT, UPDATE, DELETE. Policies of a table add up.
POLICIES: dict[str, dict[str, tuple[str, str | None, str | None]]] = {}


def policy(table: str, name: str, verb: str, using: str | None, check: str | None = None) -> None:
    """Note one policy; a verb that writes is checked by `check`, or by `using` when none is given."""
    POLICIES.setdefault(table, {})[name] = (verb, using, check)


def concern_master(table: str) -> None:
    """Read by the whole concern, written by its central users and the system."""
    policy(table, "read", "SELECT", CONCERN)
    policy(table, "write", "ALL", f"{CONCERN} AND {ALL}")


policy("concern", "own", "SELECT", "id = (SELECT app_concern())")
policy("concern", "system", "ALL", f"id = (SELECT app_concern()) AND {SYSTEM}")
policy(
    "concern", "customer", "SELECT",
    f"EXISTS (SELECT 1 FROM supplier_relation r WHERE r.concern_id = concern.id AND r.{SUPPLIER})",
)
for table in ("organisation", "person", "user_group", "group_permission", "status_availability"):
    concern_master(table)
for table in ("unspsc_account", "agreement_organisation"):
    policy(table, "concern", "ALL", CONCERN)
for table in ("record_lock", "delegation", "search_word", "supplier_factor"):
    policy(table, "concern", "ALL", CONCERN)
for table in ("organisation_module", "recipient_code", "delivery_address", "responsibility"):
    policy(table, "own", "ALL", OWN)
for table in ("setting", "coding_value", "coding_rule", "comment_account", "match_limit", "agreement"):
    policy(table, "own", "ALL", OWN_OR_COMMON, OWN)
policy("app_user", "colleagues", "SELECT", CONCERN)
policy("app_user", "own", "ALL", OWN)
policy("app_user", "self", "SELECT", "id = (SELECT app_user())")
policy("app_user", "supplier", "SELECT", SUPPLIER)
policy("app_user", "supplier_self", "UPDATE", f"id = (SELECT app_user()) AND {SUPPLIER}")
policy("app_user", "system", "ALL", SYSTEM)
policy("user_role", "own", "ALL", f"{CONCERN} AND EXISTS (SELECT 1 FROM app_user u WHERE u.id = user_role.user_id)")
policy("credential", "self", "ALL", f"user_id = (SELECT app_user()) OR {SYSTEM}")
policy("sign_in_session", "self", "ALL", f"user_id = (SELECT app_user()) OR {SYSTEM}")

policy("supplier", "self", "ALL", f"id = (SELECT app_supplier()) OR {SYSTEM}")
policy(
    "supplier", "customer", "SELECT",
    "EXISTS (SELECT 1 FROM supplier_relation r WHERE r.supplier_id = supplier.id AND r.concern_id = (SELECT app_concern()))",
)
for table in ("supplier_relation", "supplier_account", "agreement_supplier", "catalogue", "article"):
    policy(table, "concern", "ALL", CONCERN)
    policy(table, "supplier", "SELECT", SUPPLIER)
policy(
    "agreement", "supplier", "SELECT",
    f"EXISTS (SELECT 1 FROM agreement_supplier s WHERE s.concern_id = agreement.concern_id"
    f" AND s.agreement_id = agreement.id AND s.{SUPPLIER})",
)
policy("catalogue_upload", "concern", "ALL", CONCERN)
policy("catalogue_upload", "supplier", "ALL", SUPPLIER)
policy("upload_row", "upload", "ALL", parent("upload_row", "catalogue_upload", "upload_id"))
policy("article_price", "article", "ALL", of("article_price", "article", "article_id"))

policy("requisition", "own", "ALL", OWN_SECRET)
policy("requisition_line", "own", "ALL", of("requisition_line", "requisition", "requisition_id"))
policy("requisition_coding", "own", "ALL", of("requisition_coding", "requisition_line", "line_id"))
policy("purchase_order", "own", "ALL", OWN_SECRET)
SENT = f"{SUPPLIER} AND status NOT IN ('draft', 'awaiting_approval', 'sent_back')"
policy("purchase_order", "supplier", "SELECT", SENT)
policy("purchase_order", "supplier_answers", "UPDATE", SENT, SENT)
policy("order_line", "own", "ALL", of("order_line", "purchase_order", "order_id"))
policy("order_line", "supplier", "SELECT", parent("order_line", "purchase_order", "order_id"))
policy("order_coding", "own", "ALL", of("order_coding", "order_line", "order_line_id"))
policy("order_response", "own", "ALL", of("order_response", "purchase_order", "order_id"))
policy(
    "order_response", "supplier", "ALL",
    f"{SUPPLIER} AND {parent('order_response', 'purchase_order', 'order_id')}",
)
policy("receipt", "own", "ALL", of("receipt", "purchase_order", "order_id"))
policy("receipt_line", "own", "ALL", of("receipt_line", "receipt", "receipt_id"))
policy("transmission", "own", "ALL", of("transmission", "purchase_order", "order_id"))

policy("invoice", "own", "ALL", OWN_SECRET)
policy("invoice", "supplier", "SELECT", SUPPLIER)
for table in (
    "invoice_line", "invoice_coding", "invoice_participant", "rule_decision", "invoice_comment", "number_claim",
):
    policy(table, "own", "ALL", of(table, "invoice", "invoice_id"))
policy("invoice_line", "supplier", "SELECT", parent("invoice_line", "invoice", "invoice_id"))
policy("delivery", "system", "ALL", SYSTEM)
policy("delivery", "own", "SELECT", of("delivery", "invoice", "invoice_id"))
policy("delivery", "supplier", "SELECT", SUPPLIER)

for table in ("approval_step", "decision"):
    seen = f"{OWN} AND {INVOICE_SEEN.format(t=table)} AND {REQUISITION_SEEN.format(t=table)}"
    policy(table, "own", "ALL", seen)

policy("job_progress", "own", "ALL", f"created_by = (SELECT app_user()) OR {SYSTEM}")
policy(
    "audit_event", "own", "SELECT",
    f"{OWN} AND {INVOICE_SEEN.format(t='audit_event')} AND {REQUISITION_SEEN.format(t='audit_event')}",
)
policy("audit_event", "system", "SELECT", f"{SYSTEM} AND ((SELECT app_concern()) IS NULL OR {CONCERN})")
policy(
    "audit_event", "append", "INSERT", None,
    f"{SYSTEM} OR ({OWN_OR_COMMON}) OR {SUPPLIER} OR (concern_id IS NULL AND actor_id = (SELECT app_user()))",
)
policy("audit_seal", "system", "SELECT", SYSTEM)
policy("audit_seal", "append", "INSERT", None, SYSTEM)

ALLOW_LISTED = {
    "original": "hashes and sizes only: they name no tenant, and the bytes are reached through a delivery",
    "rate_limit": "hashed buckets and counts",
    "vat_rate": "code list",
    "alembic_version": "the schema's own",
}

DEFINERS = """
CREATE FUNCTION find_credentials(given_email text)
RETURNS TABLE (user_id uuid, password_hash text, active boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT u.id, c.password_hash, u.active FROM public.app_user u JOIN public.credential c ON c.user_id = u.id
  WHERE u.email = given_email
$$;
CREATE FUNCTION find_session(given_hash bytea, given_day date)
RETURNS TABLE (user_id uuid, login text, name text, locale text, preferences jsonb, concern_id uuid,
               organisation_id uuid, organisation_name text, central boolean, person_id uuid, supplier_id uuid,
               group_code text, permissions text[], created_at timestamptz, last_seen_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT u.id, u.login, u.name, u.locale, u.preferences, u.concern_id, u.organisation_id,
         coalesce(o.name, p.name), coalesce(o.is_central, false), u.person_id, u.supplier_id, u.group_code,
         array(
           SELECT g.permission FROM public.group_permission g
           WHERE g.concern_id = u.concern_id AND g.group_code = u.group_code
           UNION
           SELECT r.permission FROM public.user_role r WHERE r.user_id = u.id
             AND r.valid_from <= given_day AND (r.valid_to IS NULL OR r.valid_to >= given_day)
           UNION
           SELECT 'levgruppen' FROM public.user_role r WHERE r.user_id = u.id AND r.permission = 'A45'
             AND r.scope = 'central'
             AND r.valid_from <= given_day AND (r.valid_to IS NULL OR r.valid_to >= given_day)
         ),
         s.created_at, s.last_seen_at
  FROM public.sign_in_session s
  JOIN public.app_user u ON u.id = s.user_id
  LEFT JOIN public.organisation o ON o.concern_id = u.concern_id AND o.id = u.organisation_id
  LEFT JOIN public.supplier p ON p.id = u.supplier_id
  WHERE s.token_hash = given_hash AND u.active
$$;
CREATE FUNCTION route_document(given_address text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT concern_id FROM public.organisation WHERE given_address = '0088:' || gln
  UNION ALL SELECT id FROM public.concern WHERE peppol_id = given_address
  LIMIT 1
$$;
CREATE FUNCTION number_taken(given_concern uuid, given_supplier uuid, given_key text, given_organisation uuid)
RETURNS TABLE (same_organisation boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT i.organisation_id IS NOT DISTINCT FROM given_organisation
  FROM public.number_claim c JOIN public.invoice i ON i.concern_id = c.concern_id AND i.id = c.invoice_id
  WHERE c.concern_id = given_concern AND c.supplier_id = given_supplier AND c.number_key = given_key
    AND (public.app_concern() = given_concern)
$$;
CREATE FUNCTION list_concerns() RETURNS TABLE (id uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT id, name FROM public.concern ORDER BY name
$$;
"""
DEFINER_NAMES = (
    "find_credentials(text)", "find_session(bytea, date)", "route_document(text)",
    "number_taken(uuid, uuid, text, uuid)", "list_concerns()",
)

# The owner's own eyes, without which the functions above would see nothing: row-level security is forced.
READ_BY_DEFINERS = (
    "app_user", "credential", "sign_in_session", "organisation", "concern", "number_claim", "invoice",
    "group_permission", "user_role", "supplier",
)

# Separation of duties once more, under the rules (A6.08): persons are compared, never users, and whoever acts for
# another counts as both.
SEPARATION = """
CREATE FUNCTION separate_duties() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asks CONSTANT text[] := ARRAY['order', 'review', 'accept_deviation'];
  grants CONSTANT text[] := ARRAY['approve_order', 'approve'];
  against text[];
BEGIN
  IF NEW.act = ANY (asks) THEN against := grants;
  ELSIF NEW.act = ANY (grants) THEN against := asks;
  ELSE RETURN NEW;
  END IF;
  IF EXISTS (
    SELECT 1 FROM decision d
    WHERE d.concern_id = NEW.concern_id AND d.case_id = NEW.case_id AND d.voided_at IS NULL
      AND d.act = ANY (against)
      AND (d.person_id IN (NEW.person_id, NEW.on_behalf_of_person_id)
           OR d.on_behalf_of_person_id IN (NEW.person_id, NEW.on_behalf_of_person_id))
  ) THEN
    RAISE EXCEPTION 'separation of duties: % by a person who has done the other side', NEW.act
      USING ERRCODE = 'check_violation', CONSTRAINT = 'separate_duties';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER separate_duties BEFORE INSERT ON decision FOR EACH ROW EXECUTE FUNCTION separate_duties();
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_event EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_seal EXECUTE FUNCTION refuse_change();
"""

# A supplier's hand on an order reaches its status alone: row-level security knows rows, not columns.
SUPPLIER_COLUMNS = """
CREATE FUNCTION only_status_by_supplier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF app_supplier() IS NOT NULL AND to_jsonb(NEW) - 'status' IS DISTINCT FROM to_jsonb(OLD) - 'status' THEN
    RAISE EXCEPTION 'a supplier changes only the status of an order' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER only_status_by_supplier BEFORE UPDATE ON purchase_order
  FOR EACH ROW EXECUTE FUNCTION only_status_by_supplier();
"""

# What has happened stays: corrections are new rows, and what is over has a status or an end date.
NEVER_DELETED = (
    "concern", "supplier", "supplier_relation", "agreement", "purchase_order", "order_line", "order_response",
    "receipt", "receipt_line", "approval_step", "decision", "delivery", "invoice", "rule_decision",
    "invoice_comment",
)
NEVER_CHANGED = ("receipt", "receipt_line", "order_response", "rule_decision", "invoice_comment")

# What a supplier reads of orders and invoices: no coding, no comments, no attest, no internal reason.
VIEWS = """
CREATE VIEW supplier_order WITH (security_invoker = true) AS
  SELECT concern_id, id, number, supplier_id, agreement_id, status, buyer_name, buyer_gln, buyer_reference,
         net_amount, tax_amount, gross_amount, delivery_name, delivery_gln, delivery_street, delivery_postcode,
         delivery_city, goods_mark, wanted_on, note_to_supplier, sent_at, document_sha256
  FROM purchase_order;
CREATE VIEW supplier_invoice WITH (security_invoker = true) AS
  SELECT concern_id, id, supplier_id, number, is_credit_note, issue_date, due_date, arrived_at, currency,
         net_amount, tax_amount, gross_amount, payable_amount, order_id, order_reference, status, status_since,
         payment_date, cancelled_reason, sha256
  FROM invoice;
"""


def upgrade() -> None:
    op.execute(CONTEXT_FUNCTIONS)
    for table, policies in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        for name, (verb, using, check) in policies.items():
            using_sql = f" USING ({using})" if using else ""
            check_sql = f" WITH CHECK ({check})" if check else ""
            op.execute(f"CREATE POLICY {name} ON {table} FOR {verb} TO {APP}{using_sql}{check_sql}")
    for table in READ_BY_DEFINERS:
        op.execute(f"CREATE POLICY definer ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(DEFINERS)
    for name in DEFINER_NAMES:
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {APP}")
    op.execute(SEPARATION)
    op.execute(APPEND_ONLY)
    op.execute(SUPPLIER_COLUMNS)
    op.execute(VIEWS)
    op.execute(f"GRANT USAGE ON SCHEMA public TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP}")
    op.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP}")
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON audit_event, audit_seal FROM {APP}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON supplier_order, supplier_invoice, vat_rate, alembic_version FROM {APP}")
    op.execute(f"REVOKE DELETE ON {', '.join(NEVER_DELETED)} FROM {APP}")
    op.execute(f"REVOKE UPDATE ON {', '.join(NEVER_CHANGED)} FROM {APP}")


def downgrade() -> None:
    op.execute("DROP VIEW supplier_order; DROP VIEW supplier_invoice")
    for table, policies in POLICIES.items():
        for name in policies:
            op.execute(f"DROP POLICY {name} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table in READ_BY_DEFINERS:
        op.execute(f"DROP POLICY definer ON {table}")
    op.execute("DROP TRIGGER separate_duties ON decision; DROP FUNCTION separate_duties()")
    op.execute("DROP TRIGGER only_status_by_supplier ON purchase_order; DROP FUNCTION only_status_by_supplier()")
    for table in ("audit_event", "audit_seal"):
        op.execute(f"DROP TRIGGER append_only ON {table}; DROP TRIGGER no_truncate ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
    for name in DEFINER_NAMES:
        op.execute(f"DROP FUNCTION {name}")
    for name in ("concern", "organisations", "all_organisations", "supplier", "sees_secret", "system", "user"):
        op.execute(f"DROP FUNCTION app_{name}()")
