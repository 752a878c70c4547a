-- overview: the whole audit in one column of figures
-- one row per: position
-- columns: position i64, measure str, value i64, unit str
--
-- position only keeps the order. Units and minutes judged are those of auditable sessions.
-- Billed - supported = over - under, but for sessions whose minutes are an upper bound, which state no units under. Nothing is netted.
-- Rule-dependent: over under one unit rule and not the other, while the payer's rule is not documented.
WITH of_sources AS (
  SELECT SUM(rows) AS rows_read FROM sources
),
of_left_out AS (
  SELECT
    SUM(CASE WHEN rejected THEN rows ELSE 0 END) AS rejected,
    SUM(CASE WHEN rejected THEN 0 ELSE rows END) AS set_aside
  FROM left_out
),
of_lines AS (
  SELECT SUM(lines) AS audited, SUM(units_billed) AS units, SUM(charge_cents) AS charges FROM line_sums
),
of_names AS (
  SELECT
    CAST(COUNT(DISTINCT CASE WHEN kind = 'clinician' THEN name END) AS BIGINT) AS clinicians,
    CAST(COUNT(DISTINCT CASE WHEN kind = 'clinic' THEN name END) AS BIGINT) AS clinics
  FROM named_on_lines
),
of_sessions AS (
  SELECT
    SUM(sessions) AS sessions,
    SUM(CASE WHEN auditable THEN sessions ELSE 0 END) AS auditable,
    SUM(CASE WHEN auditable THEN 0 ELSE sessions END) AS not_auditable,
    SUM(CASE WHEN auditable THEN timed_units_billed + interval_units_billed ELSE 0 END
      + CASE WHEN untimed_units_over IS NULL THEN 0 ELSE untimed_units_billed END) AS billed,
    SUM(COALESCE(timed_units_supported + interval_units_supported, 0) + COALESCE(untimed_units_supported, 0)) AS supported,
    SUM(COALESCE(timed_units_over + interval_units_over, 0) + COALESCE(untimed_units_over, 0)) AS units_over,
    SUM(CASE WHEN auditable THEN timed_units_under + interval_units_under ELSE 0 END) AS units_under,
    SUM(CASE WHEN auditable THEN other_units_billed ELSE 0 END) AS other_units,
    SUM(CASE WHEN auditable THEN timed_minutes ELSE 0 END) AS timed_minutes,
    SUM(CASE WHEN auditable THEN timed_units_billed ELSE 0 END) AS timed_units,
    SUM(short_sessions) AS short_sessions,
    SUM(CASE WHEN auditable THEN rule_dependent ELSE 0 END) AS rule_dependent,
    SUM(patients) AS patients,
    CAST(COUNT(DISTINCT NULLIF(payer, '')) AS BIGINT) AS payers
  FROM session_sums
),
of_findings AS (
  SELECT
    SUM(CASE WHEN severity = 'exception' THEN findings ELSE 0 END) AS exceptions,
    SUM(CASE WHEN severity = 'review' THEN findings ELSE 0 END) AS reviews,
    SUM(CASE WHEN severity = 'note' THEN findings ELSE 0 END) AS notes
  FROM finding_sums
),
of_checks AS (
  SELECT
    SUM(CASE WHEN ran THEN 1 ELSE 0 END) AS ran,
    SUM(CASE WHEN ran THEN 0 ELSE 1 END) AS not_run
  FROM checks
),
measures AS (
  SELECT 1 AS position, 'rows read' AS measure, rows_read AS value, 'rows' AS unit FROM of_sources
  UNION ALL SELECT 2 AS position, 'rows rejected' AS measure, rejected AS value, 'rows' AS unit FROM of_left_out
  UNION ALL SELECT 3 AS position, 'rows excluded' AS measure, set_aside AS value, 'rows' AS unit FROM of_left_out
  UNION ALL SELECT 4 AS position, 'lines audited' AS measure, audited AS value, 'lines' AS unit FROM of_lines
  UNION ALL SELECT 5 AS position, 'units on all lines' AS measure, units AS value, 'units' AS unit FROM of_lines
  UNION ALL SELECT 6 AS position, 'charges on all lines' AS measure, charges AS value, 'cents' AS unit FROM of_lines
  UNION ALL SELECT 7 AS position, 'patients' AS measure, patients AS value, 'patients' AS unit FROM of_sessions
  UNION ALL SELECT 8 AS position, 'clinicians named' AS measure, clinicians AS value, 'clinicians' AS unit FROM of_names
  UNION ALL SELECT 9 AS position, 'clinics named' AS measure, clinics AS value, 'clinics' AS unit FROM of_names
  UNION ALL SELECT 10 AS position, 'payers named' AS measure, payers AS value, 'payers' AS unit FROM of_sessions
  UNION ALL SELECT 11 AS position, 'sessions' AS measure, sessions AS value, 'sessions' AS unit FROM of_sessions
  UNION ALL SELECT 12 AS position, 'auditable sessions' AS measure, auditable AS value, 'sessions' AS unit FROM of_sessions
  UNION ALL SELECT 13 AS position, 'sessions not auditable' AS measure, not_auditable AS value, 'sessions' AS unit FROM of_sessions
  UNION ALL SELECT 14 AS position, 'units billed' AS measure, billed AS value, 'units' AS unit FROM of_sessions
  UNION ALL SELECT 15 AS position, 'units supported' AS measure, supported AS value, 'units' AS unit FROM of_sessions
  UNION ALL SELECT 16 AS position, 'units over' AS measure, units_over AS value, 'units' AS unit FROM of_sessions
  UNION ALL SELECT 17 AS position, 'units under' AS measure, units_under AS value, 'units' AS unit FROM of_sessions
  UNION ALL SELECT 18 AS position, 'units no rule speaks to' AS measure, other_units AS value, 'units' AS unit FROM of_sessions
  UNION ALL SELECT 19 AS position, 'timed minutes' AS measure, timed_minutes AS value, 'minutes' AS unit FROM of_sessions
  UNION ALL SELECT 20 AS position, 'timed units billed' AS measure, timed_units AS value, 'units' AS unit FROM of_sessions
  UNION ALL SELECT 21 AS position, 'short sessions' AS measure, short_sessions AS value, 'sessions' AS unit FROM of_sessions
  UNION ALL SELECT 22 AS position, 'rule-dependent sessions' AS measure, rule_dependent AS value, 'sessions' AS unit FROM of_sessions
  UNION ALL SELECT 23 AS position, 'findings: exception' AS measure, exceptions AS value, 'findings' AS unit FROM of_findings
  UNION ALL SELECT 24 AS position, 'findings: review' AS measure, reviews AS value, 'findings' AS unit FROM of_findings
  UNION ALL SELECT 25 AS position, 'findings: note' AS measure, notes AS value, 'findings' AS unit FROM of_findings
  UNION ALL SELECT 26 AS position, 'checks that ran' AS measure, ran AS value, 'checks' AS unit FROM of_checks
  UNION ALL SELECT 27 AS position, 'checks that did not run' AS measure, not_run AS value, 'checks' AS unit FROM of_checks
)
SELECT CAST(position AS BIGINT) AS position, measure, COALESCE(value, 0) AS value, unit
FROM measures
ORDER BY position
