"""Search by a number however it is written, without dots, by category, and in steps from the surest to the last resort.

An article's vector also holds its number as a key and backwards (its end is the beginning of that), its UNSPSC code,
its words without dots and its hyphened words as one. Keys bear a sign no word has: '#' a number, '§' a code.
Every vector and the vocabulary are made anew.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

APP = "portal_app"
# The same letters and signs as in catalog/rules/words.py, frozen here: a change there is a new migration.
UPPER, LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖÉÜ", "abcdefghijklmnopqrstuvwxyzåäöéü"
NOISE = " \\t\\n\\r\\u00a0\\u202f/\\\\._:,;#*+()''\"-\\u2010\\u2011\\u2012\\u2013\\u2014\\u2015\\u2212"
DOTTED, BARE = "åäöæøéèêëüáàâóòôíìñç", "aaoaoeeeeuaaaoooiinc"
NAME = "translate(name || ' ' || coalesce(manufacturer, ''), '/-', '  ')"
FUNCTIONS = f"""
CREATE FUNCTION search_fold(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT translate(word, '{DOTTED}', '{BARE}') $$;
CREATE FUNCTION search_key(number text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT translate(number, '{UPPER}' || E'{NOISE}', '{LOWER}') $$;
CREATE FUNCTION article_vector(item_no text, name text, manufacturer text, description text, unspsc text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public
AS $$ SELECT setweight(to_tsvector('pg_catalog.simple', translate(item_no, '/-._', '    ')), 'A')
  || setweight(to_tsvector('pg_catalog.swedish', translate(name, '/-', '  ')), 'A')
  || setweight(to_tsvector('pg_catalog.simple', {NAME}), 'B')
  || CASE WHEN lower(name) ~ '[{DOTTED}]'
     THEN setweight(to_tsvector('pg_catalog.simple', search_fold(lower({NAME}))), 'D') ELSE ''::tsvector END
  || CASE WHEN strpos(name, '-') > 0
     THEN setweight(to_tsvector('pg_catalog.simple', replace(name, '-', '')), 'D') ELSE ''::tsvector END
  || CASE WHEN description IS NULL THEN ''::tsvector
     ELSE setweight(to_tsvector('pg_catalog.swedish', translate(description, '/-', '  ')), 'C') END
  || array_to_tsvector(array_remove(
       ARRAY['#' || reverse(search_key(item_no)), nullif(search_key(item_no), ''), '§' || unspsc], NULL)) $$;
CREATE OR REPLACE FUNCTION fill_article_search() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public
AS $$
BEGIN
  NEW.search := public.article_vector(NEW.item_no, NEW.name, NEW.manufacturer, NEW.description, NEW.unspsc);
  RETURN NEW;
END $$;
CREATE FUNCTION find_articles(given_steps tsquery[], given_without tsquery, given_catalogues uuid[],
  given_segments text[], given_most integer, given_enough integer)
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
AS $$
DECLARE
  found uuid[] := '{{}}';
  step tsquery;
BEGIN
  FOR place IN 1 .. cardinality(given_steps) LOOP
    step := given_steps[place];
    CONTINUE WHEN step IS NULL;
    EXIT WHEN cardinality(found) >= given_most
      OR place = cardinality(given_steps) AND cardinality(found) >= given_enough;
    found := found || ARRAY(
      SELECT h.id FROM (
        SELECT a.id, a.search, a.name FROM public.article a
        WHERE a.concern_id = public.app_concern() AND a.removed_at IS NULL AND a.search @@ step
          AND (given_without IS NULL OR NOT a.search @@ given_without)
          AND a.catalogue_id = ANY (given_catalogues)
          AND (given_segments IS NULL OR left(a.unspsc, 2) = ANY (given_segments))
          AND a.id <> ALL (found)
        LIMIT given_most - cardinality(found)
      ) h ORDER BY ts_rank(h.search, step, 1) DESC, length(h.name), h.id
    );
  END LOOP;
  RETURN QUERY SELECT * FROM unnest(found);
END $$;
"""
COMPOUND = """
CREATE OR REPLACE FUNCTION compound_words(given_words text[], given_last text, given_most integer)
RETURNS TABLE (given text, word text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
AS $$
BEGIN
  RETURN QUERY
  SELECT g.w, longer.word
  FROM (SELECT w, search_fold(w) = w AS bare,
          regexp_replace(coalesce((ts_lexize('swedish_stem', w))[1], w), '(.)\\1$', '\\1') AS stem
        FROM unnest(given_words) AS u (w)) g
  CROSS JOIN LATERAL (
    SELECT v.word FROM public.search_word v,
      LATERAL (SELECT CASE WHEN g.bare THEN search_fold(v.word) ELSE v.word END AS text) r
    WHERE v.concern_id = public.app_concern() AND search_fold(v.word) LIKE '%_' || search_fold(g.stem) || '%'
      AND (r.text LIKE '%_' || g.w || CASE WHEN g.w = given_last THEN '%' ELSE '' END
           OR regexp_replace((ts_lexize('swedish_stem', r.text))[1], '(.)\\1$', '\\1') LIKE '%_' || g.stem)
    ORDER BY v.articles DESC, v.word LIMIT given_most
  ) longer;
END $$;
"""
NEAR = """
CREATE OR REPLACE FUNCTION near_words(given_words text[], given_most integer)
RETURNS TABLE (given text, word text, articles integer, nearness real)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
SET plan_cache_mode = force_custom_plan SET enable_seqscan = off SET pg_trgm.similarity_threshold = 0.25
AS $$
BEGIN
  RETURN QUERY
  SELECT g.w, near.word, near.articles, near.points FROM unnest(given_words) AS g (w) CROSS JOIN LATERAL (
    SELECT v.word, v.articles, similarity(search_fold(v.word), search_fold(g.w)) AS points FROM public.search_word v
    WHERE v.concern_id = public.app_concern() AND search_fold(v.word) % search_fold(g.w)
    ORDER BY points DESC, v.articles DESC LIMIT given_most
  ) near;
END $$;
"""
FIND = "find_articles(tsquery[], tsquery, uuid[], text[], integer, integer)"
OLD_FUNCTION = """
CREATE OR REPLACE FUNCTION fill_article_search() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public
AS $$
BEGIN
  NEW.search := public.article_vector(NEW.item_no, NEW.name, NEW.manufacturer, NEW.description);
  RETURN NEW;
END $$;
"""
STALE = """
DROP TRIGGER search_stale ON article;
CREATE TRIGGER search_stale BEFORE UPDATE ON article FOR EACH ROW
WHEN (NEW.search IS NULL OR NEW.search IS NOT DISTINCT FROM OLD.search
  AND ({new}) IS DISTINCT FROM ({old}))
EXECUTE FUNCTION fill_article_search();
"""
OLD_ROW = "NEW.item_no, NEW.name, NEW.manufacturer, NEW.description"
NEW_ROW = f"{OLD_ROW}, NEW.unspsc"
OF_ROW = "CASE WHEN change IN ('new', 'changed') THEN article_vector({}) END"
OLD_VALUES = "item_no, name, manufacturer, description"
WORDS = """
DELETE FROM search_word;
INSERT INTO search_word (concern_id, word, articles)
SELECT c.id, w.word, w.ndoc FROM concern c CROSS JOIN LATERAL ts_stat(
  format('SELECT search FROM article WHERE concern_id = %L AND removed_at IS NULL', c.id), 'b') w
WHERE length(w.word) > 2;
"""
TABLES = ("article", "search_word", "concern")


def upgrade() -> None:
    op.execute(FUNCTIONS)
    op.execute(f"REVOKE ALL ON FUNCTION {FIND} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FIND} TO {APP}")
    op.execute(STALE.format(new=NEW_ROW, old=NEW_ROW.replace("NEW.", "OLD.")))
    op.drop_column("upload_row", "search")
    computed = sa.Computed(OF_ROW.format(f"{OLD_VALUES}, unspsc"), persisted=True)
    op.add_column("upload_row", sa.Column("search", postgresql.TSVECTOR(), computed, nullable=True))
    op.execute("DROP FUNCTION article_vector(text, text, text, text)")
    op.drop_index("ix_search_word_trigram", "search_word")
    op.create_index("ix_search_word_trigram", "search_word", [sa.text("search_fold(word) gin_trgm_ops")],
                    postgresql_using="gin")  # fmt: skip
    op.execute(COMPOUND)
    op.execute(NEAR)
    _anew(f"article_vector({OLD_VALUES}, unspsc)")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {FIND}")
    op.execute("""
CREATE FUNCTION article_vector(item_no text, name text, manufacturer text, description text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT setweight(to_tsvector('pg_catalog.simple', item_no), 'A')
  || setweight(to_tsvector('pg_catalog.swedish', translate(name, '/', ' ')), 'A')
  || setweight(to_tsvector('pg_catalog.simple', translate(name || ' ' || coalesce(manufacturer, ''), '/', ' ')), 'B')
  || CASE WHEN description IS NULL THEN ''::tsvector
     ELSE setweight(to_tsvector('pg_catalog.swedish', translate(description, '/', ' ')), 'C') END $$;
""")
    op.execute(OLD_FUNCTION)
    op.execute(STALE.format(new=OLD_ROW, old=OLD_ROW.replace("NEW.", "OLD.")))
    op.drop_column("upload_row", "search")
    computed = sa.Computed(OF_ROW.format(OLD_VALUES), persisted=True)
    op.add_column("upload_row", sa.Column("search", postgresql.TSVECTOR(), computed, nullable=True))
    op.execute("DROP FUNCTION article_vector(text, text, text, text, text)")
    op.drop_index("ix_search_word_trigram", "search_word")
    op.create_index("ix_search_word_trigram", "search_word", ["word"], postgresql_using="gin",
                    postgresql_ops={"word": "gin_trgm_ops"})  # fmt: skip
    op.execute(COMPOUND.replace("search_fold(w) = w AS bare", "false AS bare").replace("search_fold", ""))
    op.execute(NEAR.replace("search_fold", ""))
    op.execute("DROP FUNCTION search_fold(text)")
    op.execute("DROP FUNCTION search_key(text)")
    _anew(f"article_vector({OLD_VALUES})")


def _anew(vector: str) -> None:
    """Every vector and the vocabulary; the owner sees the rows of all only while row-level security is not forced."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"UPDATE article SET search = {vector}")  # noqa: S608 - our own constants
    op.execute(WORDS)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
