-- coverage: how many sessions could be audited, and why the others could not; read it before any rate
-- one row per: dimension, value, why_not
-- columns: dimension str, value str, why_not str, sessions i64, auditable_sessions i64, share_percent f64
--
-- dimension is all, source_file, payer, clinic or therapist_id; value is one of its values.
-- An empty why_not is the row of the auditable sessions. share_percent is of all sessions of that value.
WITH counts AS (
  SELECT
    source_file, payer, clinic, why_not,
    SUM(sessions) AS sessions,
    SUM(CASE WHEN auditable THEN sessions ELSE 0 END) AS auditable_sessions
  FROM session_sums
  GROUP BY source_file, payer, clinic, why_not
),
of_therapists AS (
  SELECT
    therapist_id, why_not,
    SUM(sessions) AS sessions,
    SUM(CASE WHEN auditable THEN sessions ELSE 0 END) AS auditable_sessions
  FROM therapist_sums
  GROUP BY therapist_id, why_not
),
parts AS (
  SELECT 1 AS place, 'all' AS dimension, 'all sessions' AS value, why_not, sessions, auditable_sessions FROM counts
  UNION ALL
  SELECT 2 AS place, 'source_file' AS dimension, source_file AS value, why_not, sessions, auditable_sessions FROM counts
  UNION ALL
  SELECT 3 AS place, 'payer' AS dimension,
    CASE WHEN payer = '' THEN '(not named)' ELSE payer END AS value, why_not, sessions, auditable_sessions FROM counts
  UNION ALL
  SELECT 4 AS place, 'clinic' AS dimension,
    CASE WHEN clinic = '' THEN '(several or not named)' ELSE clinic END AS value, why_not, sessions, auditable_sessions FROM counts
  UNION ALL
  SELECT 5 AS place, 'therapist_id' AS dimension,
    CASE WHEN therapist_id = '' THEN '(several or not named)' ELSE therapist_id END AS value, why_not, sessions, auditable_sessions FROM of_therapists
),
rows_of AS (
  SELECT place, dimension, value, why_not, SUM(sessions) AS sessions, SUM(auditable_sessions) AS auditable_sessions
  FROM parts
  GROUP BY place, dimension, value, why_not
),
totals AS (
  SELECT place, value, SUM(sessions) AS all_sessions FROM parts GROUP BY place, value
)
SELECT
  r.dimension AS dimension, r.value AS value, r.why_not AS why_not, r.sessions AS sessions, r.auditable_sessions AS auditable_sessions,
  ROUND(CAST(100 * r.sessions AS DOUBLE) / NULLIF(t.all_sessions, 0), 1) AS share_percent
FROM rows_of AS r
JOIN totals AS t ON r.place = t.place AND r.value = t.value
ORDER BY r.place, value, why_not
