-- by_therapist_month: units billed against units supported for each clinician and month, worst first
-- one row per: therapist_id, month
-- columns: therapist_id str, month str,
--   sessions i64, auditable_sessions i64, units_billed i64, units_supported i64,
--   units_over i64, units_under i64, over_per_100_units f64, minutes_per_unit f64, short_sessions i64
--
-- Everything but `sessions` counts auditable sessions only; untimed units need no
-- minutes, so they also count where nothing but minutes is missing. Over and under are never netted:
-- units_billed - units_supported = units_over - units_under, but for sessions whose minutes are an upper bound: they state no units under.
-- A session whose lines name several clinicians, or none, stands in the row '(several or not named)'.
WITH sums AS (
  SELECT
    therapist_id, month,
    SUM(sessions) AS sessions,
    SUM(CASE WHEN auditable THEN sessions ELSE 0 END) AS auditable_sessions,
    SUM(CASE WHEN auditable THEN timed_units_billed + interval_units_billed ELSE 0 END
      + CASE WHEN untimed_units_over IS NULL THEN 0 ELSE untimed_units_billed END) AS units_billed,
    SUM(COALESCE(timed_units_supported + interval_units_supported, 0) + COALESCE(untimed_units_supported, 0)) AS units_supported,
    SUM(COALESCE(timed_units_over + interval_units_over, 0) + COALESCE(untimed_units_over, 0)) AS units_over,
    SUM(CASE WHEN auditable THEN timed_units_under + interval_units_under ELSE 0 END) AS units_under,
    SUM(CASE WHEN auditable THEN timed_minutes ELSE 0 END) AS timed_minutes,
    SUM(CASE WHEN auditable THEN timed_units_billed ELSE 0 END) AS timed_units,
    SUM(short_sessions) AS short_sessions
  FROM therapist_sums
  GROUP BY therapist_id, month
)
SELECT
  CASE WHEN therapist_id = '' THEN '(several or not named)' ELSE therapist_id END AS therapist_id,
  month,
  sessions, auditable_sessions, units_billed, units_supported, units_over, units_under,
  ROUND(CAST(100 * units_over AS DOUBLE) / NULLIF(units_billed, 0), 1) AS over_per_100_units,
  ROUND(CAST(timed_minutes AS DOUBLE) / NULLIF(timed_units, 0), 1) AS minutes_per_unit,
  short_sessions
FROM sums
ORDER BY units_over DESC, therapist_id, month
