"""A catalogue upload is sent for approval, published or dropped; search that may use its indexes under policies.

PostgreSQL does not let an operator that is not leakproof (text search, trigrams) reach an index of a table with
policies. The two functions below look past the policies, see one concern only, and give article ids and words: the
caller reads the articles themselves under its own policies.

The text index takes a publishing's rows in its pending list and sorts them in at the end (settle_article_search), which
is six times faster than one by one; only publishing writes articles, so the list is empty whenever somebody searches.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APP = "portal_app"
OLD = "('received', 'validating', 'faulty', 'ready', 'published', 'dropped')"
NEW = "('received', 'validating', 'faulty', 'ready', 'submitted', 'publishing', 'published', 'dropped')"

FUNCTIONS = """
CREATE FUNCTION search_articles(given_query tsquery, given_catalogues uuid[], given_segments text[], given_most integer)
RETURNS TABLE (article_id uuid, rank real)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
AS $$
BEGIN
  RETURN QUERY
  WITH hits AS MATERIALIZED (
    SELECT a.id, a.search, a.name FROM public.article a
    WHERE a.concern_id = public.app_concern() AND a.removed_at IS NULL
      AND (given_query IS NULL OR a.search @@ given_query)
      AND (given_catalogues IS NULL OR a.catalogue_id = ANY (given_catalogues))
      AND (given_segments IS NULL OR left(a.unspsc, 2) = ANY (given_segments))
    LIMIT given_most
  ), ranked AS (
    SELECT h.id, h.name, coalesce(ts_rank(h.search, given_query, 1), 0) AS points FROM hits h
  )
  SELECT r.id, r.points FROM ranked r ORDER BY r.points DESC, length(r.name), r.id;
END $$;
CREATE FUNCTION near_words(given_words text[], given_most integer)
RETURNS TABLE (given text, word text, articles integer, nearness real)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
SET plan_cache_mode = force_custom_plan SET enable_seqscan = off SET pg_trgm.similarity_threshold = 0.25
AS $$
BEGIN
  RETURN QUERY
  SELECT g.w, near.word, near.articles, near.points FROM unnest(given_words) AS g (w) CROSS JOIN LATERAL (
    SELECT v.word, v.articles, similarity(v.word, g.w) AS points FROM public.search_word v
    WHERE v.concern_id = public.app_concern() AND v.word % g.w
    ORDER BY points DESC, v.articles DESC LIMIT given_most
  ) near;
END $$;
CREATE FUNCTION compound_words(given_words text[], given_last text, given_most integer)
RETURNS TABLE (given text, word text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
AS $$
BEGIN
  RETURN QUERY
  SELECT g.w, longer.word
  FROM (SELECT w, regexp_replace(coalesce((ts_lexize('swedish_stem', w))[1], w), '(.)\\1$', '\\1') AS stem
        FROM unnest(given_words) AS u (w)) g
  CROSS JOIN LATERAL (
    SELECT v.word FROM public.search_word v
    WHERE v.concern_id = public.app_concern() AND v.word LIKE '%_' || g.stem || '%'
      AND (v.word LIKE '%_' || g.w || CASE WHEN g.w = given_last THEN '%' ELSE '' END
           OR regexp_replace((ts_lexize('swedish_stem', v.word))[1], '(.)\\1$', '\\1') LIKE '%_' || g.stem)
    ORDER BY v.articles DESC, v.word LIMIT given_most
  ) longer;
END $$;
CREATE FUNCTION settle_article_search() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public SET maintenance_work_mem = '256MB'
SET work_mem = '256MB'
AS $$ SELECT gin_clean_pending_list('public.ix_article_search'::regclass) $$;
"""
NAMES = (
    "settle_article_search()",
    "search_articles(tsquery, uuid[], text[], integer)",
    "near_words(text[], integer)",
    "compound_words(text[], text, integer)",
)
# A slash no longer makes one word of two ("A4/A5" was read as the path of a file).
VECTOR = (
    "setweight(to_tsvector('simple', item_no), 'A')"
    " || setweight(to_tsvector('swedish', translate(name, '/', ' ')), 'A')"
    " || setweight(to_tsvector('simple', translate(name || ' ' || coalesce(manufacturer, ''), '/', ' ')), 'B')"
    " || setweight(to_tsvector('swedish', translate(coalesce(description, ''), '/', ' ')), 'C')"
)
OLD_VECTOR = (
    "setweight(to_tsvector('simple', item_no), 'A') || setweight(to_tsvector('swedish', name), 'A')"
    " || setweight(to_tsvector('simple', name), 'B')"
    " || setweight(to_tsvector('simple', coalesce(manufacturer, '')), 'B')"
    " || setweight(to_tsvector('swedish', coalesce(description, '')), 'C')"
)
SEEN_BY_THEM = ("article", "search_word")


def remake_vector(expression: str, fastupdate: str) -> None:
    """The generated column anew, with its index."""
    op.drop_column("article", "search")
    computed = sa.Computed(expression, persisted=True)
    op.add_column("article", sa.Column("search", postgresql.TSVECTOR(), computed, nullable=True))
    op.create_index(
        "ix_article_search",
        "article",
        ["search"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": fastupdate},
    )


def upgrade() -> None:
    op.drop_constraint(op.f("ck_catalogue_upload_state_known"), "catalogue_upload")
    op.alter_column("catalogue_upload", "state", new_column_name="status")
    op.create_check_constraint(
        op.f("ck_catalogue_upload_status_known"), "catalogue_upload", f"status IN {NEW}"
    )
    op.drop_column("catalogue_upload", "message")
    for column in (
        sa.Column("problems", postgresql.JSONB(), nullable=True,
                  comment="what is wrong with the file as a whole: [{message, params}]"),
        sa.Column("columns", postgresql.JSONB(), nullable=True,
                  comment="which column is which: {field: [index, heading as written]}"),
        sa.Column("base_version", sa.Integer(), nullable=False, server_default="0",
                  comment="the catalogue version the difference was counted against"),
        sa.Column("rows_to_confirm", sa.Integer(), nullable=False, server_default="0",
                  comment="prices ten times up or down"),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it was dropped"),
    ):  # fmt: skip
        op.add_column("catalogue_upload", column)
    for column in ("submitted_by", "confirmed_by"):
        op.create_foreign_key(
            f"fk_catalogue_upload_{column}", "catalogue_upload", "app_user", [column], ["id"]
        )
    for table in SEEN_BY_THEM:
        op.execute(f"CREATE POLICY definer ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    remake_vector(VECTOR, "on")
    op.execute(FUNCTIONS)
    for name in NAMES:
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {APP}")


def downgrade() -> None:
    remake_vector(OLD_VECTOR, "off")
    for name in NAMES:
        op.execute(f"DROP FUNCTION {name}")
    for table in SEEN_BY_THEM:
        op.execute(f"DROP POLICY definer ON {table}")
    for column in (
        "problems", "columns", "base_version", "rows_to_confirm", "submitted_by", "submitted_at", "confirmed_by",
        "reason",
    ):  # fmt: skip
        op.drop_column("catalogue_upload", column)
    op.add_column("catalogue_upload", sa.Column("message", sa.Text(), nullable=True))
    op.drop_constraint(op.f("ck_catalogue_upload_status_known"), "catalogue_upload")
    op.execute("UPDATE catalogue_upload SET status = 'ready' WHERE status IN ('submitted', 'publishing')")
    op.alter_column("catalogue_upload", "status", new_column_name="state")
    op.create_check_constraint(op.f("ck_catalogue_upload_state_known"), "catalogue_upload", f"state IN {OLD}")
