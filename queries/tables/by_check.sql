-- by_check: what each check found, most units over first; checks that found nothing or did not run are listed too
-- one row per: check
-- columns: check str, family str, severity str, ran bool, findings i64, exceptions i64, reviews i64, notes i64,
--   sessions i64, units_over i64, share_of_auditable_per_100 f64
--
-- severity is the check's own; one finding may be milder, so exceptions, reviews and notes are counted by finding.
-- sessions: distinct sessions concerned. Findings above a session (a clinician, a source) have none.
-- units_over: of primary findings only, so that each unit counts once and the column sums to the sessions' units over.
-- share_of_auditable_per_100: auditable sessions concerned, per 100 auditable sessions.
-- short-session-average is a flag on sessions and never a finding: its `sessions` are those with the flag.
WITH found AS (
  SELECT
    check,
    CAST(COUNT(*) AS BIGINT) AS findings,
    SUM(CAST(severity = 'exception' AS BIGINT)) AS exceptions,
    SUM(CAST(severity = 'review' AS BIGINT)) AS reviews,
    SUM(CAST(severity = 'note' AS BIGINT)) AS notes,
    SUM(CASE WHEN primary THEN units_over ELSE 0 END) AS units_over
  FROM findings
  GROUP BY check
),
concerned AS (
  SELECT DISTINCT check, session_id FROM findings WHERE session_id <> ''
  UNION ALL
  SELECT 'short-session-average' AS check, session_id FROM sessions WHERE auditable AND short
),
touched AS (
  SELECT
    c.check AS check,
    CAST(COUNT(*) AS BIGINT) AS sessions,
    SUM(CAST(s.auditable AS BIGINT)) AS auditable_sessions
  FROM concerned AS c
  LEFT JOIN sessions AS s ON c.session_id = s.session_id
  GROUP BY c.check
),
total AS (
  SELECT SUM(CAST(auditable AS BIGINT)) AS auditable_sessions FROM sessions
)
SELECT
  k.check AS check, k.family AS family, k.severity AS severity, k.ran AS ran,
  COALESCE(f.findings, 0) AS findings,
  COALESCE(f.exceptions, 0) AS exceptions,
  COALESCE(f.reviews, 0) AS reviews,
  COALESCE(f.notes, 0) AS notes,
  COALESCE(t.sessions, 0) AS sessions,
  COALESCE(f.units_over, 0) AS units_over,
  ROUND(CAST(100 * COALESCE(t.auditable_sessions, 0) AS DOUBLE) / NULLIF(total.auditable_sessions, 0), 1)
    AS share_of_auditable_per_100
FROM checks AS k
LEFT JOIN found AS f ON k.check = f.check
LEFT JOIN touched AS t ON k.check = t.check
CROSS JOIN total
ORDER BY units_over DESC, findings DESC, check
