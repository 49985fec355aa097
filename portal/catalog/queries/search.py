"""The statements of a search in PostgreSQL. Terms come as arrays, so that every search is one and the same."""

from __future__ import annotations

from sqlalchemy import text

MOST_COMPOUNDS = 20
MOST_NEAR = 12
TERMS = ("steps", "alternatives", "places", "stems", "simples", "raws", "compounds")
"""The parameters of terms, in the order of rules/search_plan.Term."""

BUYABLE = text("""
SELECT c.id, s.name, s.org_number, g.name, g.number FROM catalogue c
JOIN agreement g ON g.concern_id = c.concern_id AND g.id = c.agreement_id
JOIN agreement_organisation o ON o.concern_id = c.concern_id AND o.agreement_id = c.agreement_id
JOIN supplier_relation r ON r.concern_id = c.concern_id AND r.supplier_id = c.supplier_id
JOIN supplier s ON s.id = c.supplier_id
WHERE c.concern_id = :concern AND o.organisation_id = :organisation AND r.status = 'approved'
  AND g.valid_from <= :today AND (g.valid_to IS NULL OR g.valid_to >= :today)
  AND (CAST(:agreements AS uuid[]) IS NULL OR c.agreement_id = ANY (CAST(:agreements AS uuid[])))
  AND (CAST(:suppliers AS uuid[]) IS NULL OR c.supplier_id = ANY (CAST(:suppliers AS uuid[])))
ORDER BY c.id
""")
# Every term with the longer words that hold it (papper is in kopieringspapper), as one query of the index.
_PARTS = f"""
WITH term AS MATERIALIZED (
  SELECT * FROM unnest(CAST(:steps AS int[]), CAST(:alternatives AS int[]), CAST(:places AS int[]),
    CAST(:stems AS text[]), CAST(:simples AS text[]), CAST(:raws AS text[]), CAST(:compounds AS text[]))
    AS t (step, alternative, place, stem, simple, raw, compound)
), longer AS MATERIALIZED (
  SELECT given, word
  FROM compound_words(ARRAY(SELECT DISTINCT compound FROM term WHERE compound <> ''), :last, {MOST_COMPOUNDS})
), held AS (
  SELECT given, string_agg(quote_literal(replace(word, '\\', '')), ' | ') AS quoted FROM longer GROUP BY given
), part AS MATERIALIZED (
  SELECT t.step, t.alternative, t.place, t.stem,
    CASE WHEN t.stem = '' THEN ''::tsquery ELSE plainto_tsquery('swedish', t.stem) END
    || CASE WHEN t.simple = '' THEN ''::tsquery
       ELSE to_tsquery('simple', concat_ws(' | ', t.simple, h.quoted)) END
    || t.raw::tsquery AS asked
  FROM term t LEFT JOIN held h ON h.given = t.compound
)
"""  # noqa: S608 - our own constants
_STEPS = f"""
{_PARTS}, alternative AS (
  SELECT step, string_agg('(' || asked::text || ')', ' & ' ORDER BY place) AS asked FROM part
  WHERE numnode(asked) > 0 GROUP BY step, alternative
), step AS MATERIALIZED (
  SELECT step, string_agg('(' || asked || ')', ' | ')::tsquery AS asked FROM alternative GROUP BY step
)
"""  # noqa: S608 - our own constants
FIND = text(f"""
{_STEPS}
SELECT found FROM find_articles(
  ARRAY(SELECT s.asked FROM generate_series(1, 5) AS n (step) LEFT JOIN step s USING (step) ORDER BY step),
  (SELECT asked FROM step WHERE step = 0), CAST(:catalogues AS uuid[]), CAST(:segments AS text[]), :most, :enough
) WITH ORDINALITY AS f (found, place) ORDER BY f.place LIMIT :limit
""")  # noqa: S608 - our own constants
# Without words: any, but for what is left out.
BROWSE = text(f"""
{_STEPS}
SELECT s.article_id FROM search_articles(
  (SELECT !! asked FROM step WHERE step = 0), CAST(:catalogues AS uuid[]), CAST(:segments AS text[]), :most
) WITH ORDINALITY AS s (article_id, rank, place) ORDER BY s.place LIMIT :limit
""")  # noqa: S608 - our own constants
# When nothing fits: which of the words nobody uses, with the known words near them.
UNUSED = text(f"""
{_PARTS}, unused AS MATERIALIZED (
  SELECT p.stem AS word FROM part p WHERE p.stem <> '' AND NOT EXISTS (
    SELECT 1 FROM search_articles(p.asked, CAST(:catalogues AS uuid[]), CAST(:segments AS text[]), 1))
)
SELECT true AS near, given, word, articles FROM near_words(ARRAY(SELECT word FROM unused), {MOST_NEAR})
UNION ALL
SELECT false, given, word, 0 FROM longer
""")  # noqa: S608 - our own constants
EXACT = text("SELECT article_id FROM search_articles(CAST(:key AS tsquery), NULL, NULL, :most)")
CATEGORIES = text("""
SELECT left(unspsc, 2) AS segment, count(*) AS articles FROM article
WHERE concern_id = :concern AND catalogue_id = ANY (CAST(:catalogues AS uuid[])) AND removed_at IS NULL
GROUP BY 1 ORDER BY 2 DESC, 1
""")
