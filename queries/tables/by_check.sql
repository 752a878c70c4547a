-- by_check: what each check found, most units over first; checks that found nothing or did not run are listed too
-- one row per: check
-- columns: check str, family str, severity str, ran bool, findings i64, exceptions i64, reviews i64, notes i64,
--   sessions i64, units_over i64, share_of_auditable_per_100 f64, lines_applied i64, why_not_run str
--
-- severity is the check's own; one finding may be milder, so exceptions, reviews and notes are counted by finding.
-- sessions: distinct sessions concerned. Findings above a session (a clinician, a source) have none.
-- units_over: of primary findings only, so that each unit counts once and the column sums to the sessions' units over.
-- share_of_auditable_per_100: auditable sessions concerned, per 100 auditable sessions.
-- lines_applied: the lines that the check could be applied to: with the columns it needs, payers it speaks of, dates it knows.
-- short-session-average is a flag on sessions and never a finding: its `sessions` are those with the flag.
WITH found AS (
  SELECT
    check,
    SUM(findings) AS findings,
    SUM(CASE WHEN severity = 'exception' THEN findings ELSE 0 END) AS exceptions,
    SUM(CASE WHEN severity = 'review' THEN findings ELSE 0 END) AS reviews,
    SUM(CASE WHEN severity = 'note' THEN findings ELSE 0 END) AS notes,
    SUM(sessions) AS sessions,
    SUM(auditable_sessions) AS auditable_sessions,
    SUM(CASE WHEN primary THEN units_over ELSE 0 END) AS units_over
  FROM finding_sums
  GROUP BY check
  UNION ALL
  SELECT
    'short-session-average' AS check, 0 AS findings, 0 AS exceptions, 0 AS reviews, 0 AS notes,
    SUM(short_sessions) AS sessions, SUM(short_sessions) AS auditable_sessions, 0 AS units_over
  FROM session_sums
),
total AS (
  SELECT SUM(CASE WHEN auditable THEN sessions ELSE 0 END) AS auditable_sessions FROM session_sums
)
SELECT
  k.check AS check, k.family AS family, k.severity AS severity, k.ran AS ran,
  COALESCE(f.findings, 0) AS findings,
  COALESCE(f.exceptions, 0) AS exceptions,
  COALESCE(f.reviews, 0) AS reviews,
  COALESCE(f.notes, 0) AS notes,
  COALESCE(f.sessions, 0) AS sessions,
  COALESCE(f.units_over, 0) AS units_over,
  ROUND(CAST(100 * COALESCE(f.auditable_sessions, 0) AS DOUBLE) / NULLIF(total.auditable_sessions, 0), 1)
    AS share_of_auditable_per_100,
  k.lines_applied AS lines_applied,
  k.why_not_run AS why_not_run
FROM checks AS k
LEFT JOIN found AS f ON k.check = f.check
CROSS JOIN total
ORDER BY units_over DESC, findings DESC, check
