"""The text vector of an article is made once, when its row is checked, and carried over when it is published.

`article.search` was a generated column: publishing made every vector anew, a third of its time. Rows of an upload
that would change the catalogue now hold their vector; whoever else writes an article gets it from a trigger. Two
indexes go that nothing reads: articles are looked up by catalogue, id and words.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# The configurations are named in full: a generated column must mean the same under every search_path.
FUNCTIONS = """
CREATE FUNCTION article_vector(item_no text, name text, manufacturer text, description text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT setweight(to_tsvector('pg_catalog.simple', item_no), 'A')
  || setweight(to_tsvector('pg_catalog.swedish', translate(name, '/', ' ')), 'A')
  || setweight(to_tsvector('pg_catalog.simple', translate(name || ' ' || coalesce(manufacturer, ''), '/', ' ')), 'B')
  || CASE WHEN description IS NULL THEN ''::tsvector
     ELSE setweight(to_tsvector('pg_catalog.swedish', translate(description, '/', ' ')), 'C') END $$;
CREATE FUNCTION fill_article_search() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public
AS $$
BEGIN
  NEW.search := public.article_vector(NEW.item_no, NEW.name, NEW.manufacturer, NEW.description);
  RETURN NEW;
END $$;
"""
TRIGGERS = """
CREATE TRIGGER search_missing BEFORE INSERT ON article FOR EACH ROW
WHEN (NEW.search IS NULL) EXECUTE FUNCTION fill_article_search();
CREATE TRIGGER search_stale BEFORE UPDATE ON article FOR EACH ROW
WHEN (NEW.search IS NULL OR NEW.search IS NOT DISTINCT FROM OLD.search
  AND (NEW.item_no, NEW.name, NEW.manufacturer, NEW.description)
    IS DISTINCT FROM (OLD.item_no, OLD.name, OLD.manufacturer, OLD.description))
EXECUTE FUNCTION fill_article_search();
"""
OF_ROW = (
    "CASE WHEN change IN ('new', 'changed') THEN article_vector(item_no, name, manufacturer, description) END"
)
OLD_VECTOR = (
    "setweight(to_tsvector('simple', item_no), 'A')"
    " || setweight(to_tsvector('swedish', translate(name, '/', ' ')), 'A')"
    " || setweight(to_tsvector('simple', translate(name || ' ' || coalesce(manufacturer, ''), '/', ' ')), 'B')"
    " || setweight(to_tsvector('swedish', translate(coalesce(description, ''), '/', ' ')), 'C')"
)
UNREAD = {
    "ix_article_concern_id_agreement_id": ["concern_id", "agreement_id"],
    "ix_article_supplier_id": ["supplier_id"],
}


def upgrade() -> None:
    op.execute(FUNCTIONS)
    op.execute("ALTER TABLE article ALTER COLUMN search DROP EXPRESSION")
    op.execute(TRIGGERS)
    computed = sa.Computed(OF_ROW, persisted=True)
    op.add_column("upload_row", sa.Column("search", postgresql.TSVECTOR(), computed, nullable=True))
    for index in UNREAD:
        op.drop_index(index, "article")


def downgrade() -> None:
    for index, columns in UNREAD.items():
        op.create_index(index, "article", columns)
    op.drop_column("upload_row", "search")
    for trigger in ("search_missing", "search_stale"):
        op.execute(f"DROP TRIGGER {trigger} ON article")
    op.drop_column("article", "search")
    computed = sa.Computed(OLD_VECTOR, persisted=True)
    op.add_column("article", sa.Column("search", postgresql.TSVECTOR(), computed, nullable=True))
    op.create_index("ix_article_search", "article", ["search"], postgresql_using="gin",
                    postgresql_with={"fastupdate": "on"})  # fmt: skip
    op.execute("DROP FUNCTION fill_article_search()")
    op.execute("DROP FUNCTION article_vector(text, text, text, text)")
