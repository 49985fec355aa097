"""A session tells the concern's name: the header says whose portal it is, without a question of its own."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APP = "portal_app"

COLUMNS = """user_id uuid, login text, name text, locale text, preferences jsonb, concern_id uuid,
               organisation_id uuid, organisation_name text, central boolean, person_id uuid, supplier_id uuid,
               group_code text, permissions text[], created_at timestamptz, last_seen_at timestamptz"""
SELECTED = """u.id, u.login, u.name, u.locale, u.preferences, u.concern_id, u.organisation_id,
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
         s.created_at, s.last_seen_at"""
TABLES = """public.sign_in_session s
  JOIN public.app_user u ON u.id = s.user_id
  LEFT JOIN public.organisation o ON o.concern_id = u.concern_id AND o.id = u.organisation_id
  LEFT JOIN public.supplier p ON p.id = u.supplier_id"""
CONCERN = "\n  LEFT JOIN public.concern c ON c.id = u.concern_id"


def find_session(columns: str, selected: str, tables: str) -> None:
    """Make the function anew: what it returns cannot be changed in place."""
    op.execute("DROP FUNCTION find_session(bytea, date)")
    op.execute(f"""
CREATE FUNCTION find_session(given_hash bytea, given_day date)
RETURNS TABLE ({columns})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT {selected}
  FROM {tables}
  WHERE s.token_hash = given_hash AND u.active
$$""")
    op.execute("REVOKE ALL ON FUNCTION find_session(bytea, date) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION find_session(bytea, date) TO {APP}")


def upgrade() -> None:
    find_session(f"{COLUMNS}, concern_name text", f"{SELECTED}, coalesce(c.name, '')", TABLES + CONCERN)


def downgrade() -> None:
    find_session(COLUMNS, SELECTED, TABLES)
