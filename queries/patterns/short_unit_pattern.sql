-- short_unit_pattern: clinicians and clinics whose sessions stay below 15 minutes per timed unit, beyond chance
-- one row per: subject
-- columns: subject str, severity str, certainty str, discipline str, payer str, clinic str, therapist_id str,
--   source_file str, units_billed i64, units_supported i64, units_over i64, reason str
--
-- With d = timed minutes - 15 x timed units billed, an honest session has d near 0 with variance 56/3.
-- Reported where the sum of d is below 0, at least 3 standard deviations below (z <= -3, compared in whole
-- numbers), the mean is at most 14.0 minutes per unit, and there are at least 30 such sessions. The limits
-- are in `settings`. Only auditable sessions judged by the cms rule count. If no unit is over, it is a note.
WITH by_subject AS (
  SELECT
    'therapist' AS kind, therapist_id AS name, SUM(sessions) AS n, SUM(timed_minutes) AS minutes,
    SUM(timed_units_billed) AS billed, SUM(timed_units_supported) AS supported, SUM(timed_units_over) AS excess
  FROM therapist_sums
  WHERE auditable AND unit_rule = 'cms' AND timed_billed AND therapist_id <> ''
  GROUP BY therapist_id
  UNION ALL
  SELECT
    'clinic' AS kind, clinic AS name, SUM(sessions) AS n, SUM(timed_minutes) AS minutes,
    SUM(timed_units_billed) AS billed, SUM(timed_units_supported) AS supported, SUM(timed_units_over) AS excess
  FROM session_sums
  WHERE auditable AND unit_rule = 'cms' AND timed_billed AND clinic <> ''
  GROUP BY clinic
),
large_enough AS (
  SELECT
    kind, name, n, minutes, billed, supported, excess,
    minutes - 15 * billed AS d,
    (200 * minutes + billed) // (2 * billed) AS mean_hundredths,
    pattern_max_minutes_per_unit_tenths AS max_tenths,
    pattern_z_squared AS z_squared,
    session_variance_thirds AS variance_thirds
  FROM by_subject
  CROSS JOIN settings
  WHERE n >= pattern_min_sessions
),
how_many AS (
  SELECT kind, CAST(COUNT(*) AS BIGINT) AS subjects FROM large_enough GROUP BY kind
)
SELECT
  l.kind || ' ' || name AS subject,
  CASE WHEN excess = 0 THEN 'note' ELSE 'review' END AS severity,
  'certain' AS certainty,
  '' AS discipline,
  '' AS payer,
  CASE WHEN l.kind = 'clinic' THEN name ELSE '' END AS clinic,
  CASE WHEN l.kind = 'therapist' THEN name ELSE '' END AS therapist_id,
  '' AS source_file,
  billed AS units_billed,
  supported AS units_supported,
  excess AS units_over,
  CAST(n AS VARCHAR) || ' auditable sessions average '
    || CAST(mean_hundredths // 100 AS VARCHAR) || '.' || SUBSTR(CAST(100 + mean_hundredths % 100 AS VARCHAR), 2, 2)
    || ' minutes per timed unit, fewer than chance alone gives: z = '
    || CAST(ROUND(d / SQRT(CAST(variance_thirds * n AS DOUBLE) / 3), 1) AS VARCHAR)
    || ' (limit ' || CAST(ROUND(-SQRT(CAST(z_squared AS DOUBLE)), 1) AS VARCHAR) || '); '
    || CASE
         WHEN excess = 0 THEN 'no unit is over, so this is within the rule (a schedule of 25-minute visits does this)'
         WHEN excess = 1 THEN '1 unit is over'
         ELSE CAST(excess AS VARCHAR) || ' units are over'
       END
    || '. ' || CAST(subjects AS VARCHAR)
    || CASE WHEN l.kind = 'clinic' THEN ' clinic' ELSE ' clinician' END
    || CASE WHEN subjects = 1 THEN ' was tested.' ELSE 's were tested.' END AS reason
FROM large_enough AS l
JOIN how_many AS h ON l.kind = h.kind
WHERE d < 0
  AND 3 * d * d >= z_squared * variance_thirds * n
  AND 10 * minutes <= max_tenths * billed
ORDER BY subject
