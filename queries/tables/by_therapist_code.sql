-- by_therapist_code: units billed against the range allowed for each clinician and code, worst first
-- one row per: therapist_id, code, code_kind
-- columns: therapist_id str, code str, code_kind str,
--   sessions i64, auditable_sessions i64, units_billed i64, units_supported i64,
--   units_over i64, units_under i64, over_per_100_units f64, minutes_per_unit f64, short_sessions i64
--
-- `sessions` are sessions that hold the code (its services). Everything else counts auditable ones only.
-- Each code is measured against its own range of allowed units: over stands above the range, under below it.
-- So over need not sum to the sessions' over, and billed - supported need not equal over - under.
-- Kinds that no unit rule speaks to (area, period, unlisted ...) show units billed and leave the rest empty.
-- Where several clinicians gave one code in a session, or none is named, it stands in '(several or not named)'.
WITH sums AS (
  SELECT
    therapist_id, code, code_kind,
    SUM(services) AS sessions,
    SUM(CASE WHEN auditable THEN services ELSE 0 END) AS auditable_sessions,
    SUM(CASE WHEN auditable THEN units_billed ELSE 0 END) AS units_billed,
    SUM(CASE WHEN auditable THEN units_supported ELSE 0 END) AS units_supported,
    SUM(CASE WHEN auditable THEN units_over ELSE 0 END) AS units_over,
    SUM(CASE WHEN auditable THEN units_under ELSE 0 END) AS units_under,
    SUM(CASE WHEN auditable AND minutes_known AND code_kind = 'timed' THEN minutes ELSE 0 END) AS timed_minutes,
    SUM(CASE WHEN auditable AND minutes_known AND code_kind = 'timed' THEN units_billed ELSE 0 END) AS timed_units,
    SUM(short_sessions) AS short_sessions
  FROM service_sums
  GROUP BY therapist_id, code, code_kind
)
SELECT
  CASE WHEN therapist_id = '' THEN '(several or not named)' ELSE therapist_id END AS therapist_id,
  code,
  code_kind,
  sessions, auditable_sessions, units_billed,
  CASE WHEN code_kind IN ('timed', 'interval', 'untimed') THEN units_supported END AS units_supported,
  CASE WHEN code_kind IN ('timed', 'interval', 'untimed') THEN units_over END AS units_over,
  CASE WHEN code_kind IN ('timed', 'interval', 'untimed') THEN units_under END AS units_under,
  CASE WHEN code_kind IN ('timed', 'interval', 'untimed')
    THEN ROUND(CAST(100 * units_over AS DOUBLE) / NULLIF(units_billed, 0), 1) END AS over_per_100_units,
  ROUND(CAST(timed_minutes AS DOUBLE) / NULLIF(timed_units, 0), 1) AS minutes_per_unit,
  short_sessions
FROM sums
ORDER BY units_over DESC NULLS LAST, therapist_id, code, code_kind
