"""Sign-in without a hash in sight: the database says whether an answer is right, and counts attempts by functions.

The app's role no longer reads `credential` nor touches `rate_limit`: what it may do there is these functions.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

APP = "portal_app"
HEAD = "LANGUAGE sql {kind} SECURITY DEFINER SET search_path = pg_catalog, public AS"

# What stands before the last $ says how the password is to be hashed; what stands after it stays here.
FUNCTIONS = f"""
CREATE FUNCTION sign_in_challenge(given_email text) RETURNS text {HEAD.format(kind="STABLE")} $$
  SELECT regexp_replace(c.password_hash, '[^$]+$', '')
  FROM public.app_user u JOIN public.credential c ON c.user_id = u.id WHERE u.email = given_email
$$;
CREATE FUNCTION sign_in_user(given_email text, answer text) RETURNS uuid {HEAD.format(kind="STABLE")} $$
  SELECT u.id FROM public.app_user u JOIN public.credential c ON c.user_id = u.id
  WHERE u.email = given_email AND u.active AND c.password_hash = answer
$$;
CREATE FUNCTION count_attempt(given_bucket bytea, given_window timestamptz) RETURNS integer {HEAD.format(kind="VOLATILE")} $$
  INSERT INTO public.rate_limit (bucket, window_start, count) VALUES (given_bucket, given_window, 1)
  ON CONFLICT (bucket, window_start) DO UPDATE SET count = public.rate_limit.count + 1 RETURNING count
$$;
CREATE FUNCTION uncount_attempt(given_bucket bytea, given_window timestamptz) RETURNS void {HEAD.format(kind="VOLATILE")} $$
  UPDATE public.rate_limit SET count = count - 1
  WHERE bucket = given_bucket AND window_start = given_window AND count > 0
$$;
CREATE FUNCTION forget_attempts(given_bucket bytea) RETURNS void {HEAD.format(kind="VOLATILE")} $$
  DELETE FROM public.rate_limit WHERE bucket = given_bucket
$$;
CREATE FUNCTION clear_attempts(before timestamptz) RETURNS void {HEAD.format(kind="VOLATILE")} $$
  DELETE FROM public.rate_limit WHERE window_start < before
$$;
"""
NAMES = (
    "sign_in_challenge(text)", "sign_in_user(text, text)", "count_attempt(bytea, timestamptz)",
    "uncount_attempt(bytea, timestamptz)", "forget_attempts(bytea)", "clear_attempts(timestamptz)",
)
FIND_CREDENTIALS = """
CREATE FUNCTION find_credentials(given_email text)
RETURNS TABLE (user_id uuid, password_hash text, active boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT u.id, c.password_hash, u.active FROM public.app_user u JOIN public.credential c ON c.user_id = u.id
  WHERE u.email = given_email
$$;
"""


def upgrade() -> None:
    op.execute("DROP FUNCTION find_credentials(text)")
    op.execute(FUNCTIONS)
    for name in NAMES:
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {name} TO {APP}")
    op.execute(f"REVOKE ALL ON rate_limit FROM {APP}; REVOKE SELECT, DELETE ON credential FROM {APP}")
    op.execute(f"GRANT SELECT (user_id) ON credential TO {APP}")  # for ON CONFLICT


def downgrade() -> None:
    op.execute(f"GRANT SELECT, DELETE ON credential TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limit TO {APP}")
    for name in NAMES:
        op.execute(f"DROP FUNCTION {name}")
    op.execute(FIND_CREDENTIALS)
    op.execute("REVOKE ALL ON FUNCTION find_credentials(text) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION find_credentials(text) TO {APP}")
