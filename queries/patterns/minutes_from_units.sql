-- minutes_from_units: sources whose minutes look derived from the units, so that the unit test proves nothing
-- one row per: subject
-- columns: subject str, severity str, certainty str, discipline str, payer str, clinic str, therapist_id str,
--   source_file str, units_billed i64, units_supported i64, units_over i64, reason str
--
-- Reported where a source has at least 30 timed lines and at least 95 in 100 of them have minutes = 15 x units.
-- The limits are in `settings`. It warns about every figure of that source and suppresses none.
SELECT
  'source ' || source_file AS subject,
  'review' AS severity,
  'depends-on-data' AS certainty,
  '' AS discipline,
  '' AS payer,
  '' AS clinic,
  '' AS therapist_id,
  source_file,
  CAST(NULL AS BIGINT) AS units_billed,
  CAST(NULL AS BIGINT) AS units_supported,
  CAST(NULL AS BIGINT) AS units_over,
  CAST(minutes_from_units_lines AS VARCHAR) || ' of ' || CAST(timed_lines AS VARCHAR)
    || ' timed lines (' || CAST(100 * minutes_from_units_lines // timed_lines AS VARCHAR)
    || ' %; limit ' || CAST(source_share_percent AS VARCHAR)
    || ' %) have exactly 15 minutes for each unit: the minutes look derived from the units, so that the unit test proves nothing here.' AS reason
FROM sources
CROSS JOIN settings
WHERE timed_lines >= source_min_lines
  AND 100 * minutes_from_units_lines >= source_share_percent * timed_lines
ORDER BY subject
