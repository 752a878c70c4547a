-- control_totals: lines, units and charges to tie out with the export, and the sessions they became
-- one row per: source_file, month, clinic, payer
-- columns: source_file str, month str, clinic str, payer str, lines i64, line_units i64, charge_cents i64,
--   rejected_rows i64, excluded_rows i64,
--   sessions i64, auditable_sessions i64, units_billed i64, units_supported i64,
--   units_over i64, units_under i64, over_per_100_units f64, minutes_per_unit f64, short_sessions i64
--
-- lines, line_units and charge_cents are of every audited line, by what stands on the line. Blanks count as 0.
-- rejected_rows and excluded_rows stand where clinic and payer are empty. An empty month is an unread date.
-- A session counts once, under its own source_file (that of its first line), month, clinic and payer.
WITH parts AS (
  SELECT
    source_file, month, clinic, payer, lines, units_billed AS line_units, charge_cents,
    0 AS rejected_rows, 0 AS excluded_rows,
    0 AS sessions, 0 AS auditable_sessions, 0 AS units_billed, 0 AS units_supported, 0 AS units_over, 0 AS units_under,
    0 AS timed_minutes, 0 AS timed_units, 0 AS short_sessions
  FROM line_sums
  UNION ALL
  SELECT
    source_file, month, '' AS clinic, '' AS payer, 0 AS lines, 0 AS line_units, 0 AS charge_cents,
    CASE WHEN rejected THEN rows ELSE 0 END AS rejected_rows, CASE WHEN rejected THEN 0 ELSE rows END AS excluded_rows,
    0 AS sessions, 0 AS auditable_sessions, 0 AS units_billed, 0 AS units_supported, 0 AS units_over, 0 AS units_under,
    0 AS timed_minutes, 0 AS timed_units, 0 AS short_sessions
  FROM left_out
  UNION ALL
  SELECT
    source_file, month, clinic, payer, 0 AS lines, 0 AS line_units, 0 AS charge_cents,
    0 AS rejected_rows, 0 AS excluded_rows,
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
  FROM session_sums
  GROUP BY source_file, month, clinic, payer
),
sums AS (
  SELECT
    source_file, month, clinic, payer,
    SUM(lines) AS lines, SUM(line_units) AS line_units, SUM(charge_cents) AS charge_cents,
    SUM(CAST(rejected_rows AS BIGINT)) AS rejected_rows, SUM(CAST(excluded_rows AS BIGINT)) AS excluded_rows,
    SUM(sessions) AS sessions, SUM(auditable_sessions) AS auditable_sessions,
    SUM(units_billed) AS units_billed, SUM(units_supported) AS units_supported,
    SUM(units_over) AS units_over, SUM(units_under) AS units_under,
    SUM(timed_minutes) AS timed_minutes, SUM(timed_units) AS timed_units, SUM(short_sessions) AS short_sessions
  FROM parts
  GROUP BY source_file, month, clinic, payer
)
SELECT
  source_file, month, clinic, payer, lines, line_units, charge_cents, rejected_rows, excluded_rows,
  sessions, auditable_sessions, units_billed, units_supported, units_over, units_under,
  ROUND(CAST(100 * units_over AS DOUBLE) / NULLIF(units_billed, 0), 1) AS over_per_100_units,
  ROUND(CAST(timed_minutes AS DOUBLE) / NULLIF(timed_units, 0), 1) AS minutes_per_unit,
  short_sessions
FROM sums
ORDER BY source_file, month, clinic, payer
