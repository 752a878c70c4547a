-- by_cause: which known mistakes give exactly the timed units of overbilled sessions, for each clinician and payer, worst first
-- one row per: therapist_id, payer, cause
-- columns: therapist_id str, payer str, cause str,
--   sessions i64, auditable_sessions i64, units_over i64, share_percent f64
--
-- A session that several mistakes explain counts for each of them, so rows do not add up to the overbilled sessions or their units
-- over. `none`: no known mistake gives the bill. A mistake that fits says how the bill can have come about, not that it did.
-- share_percent: of the auditable overbilled sessions of that clinician and payer, how many it explains. Units over are those of timed
-- codes, and everything but `sessions` counts auditable sessions only: the others lost a row that was set aside, whose minutes give
-- the bill. Sessions with a blank unit have no row, since their bill is not known.
-- A session whose lines name several clinicians, or none, stands in the row '(several or not named)'.
WITH sums AS (
  SELECT
    therapist_id, payer, cause,
    SUM(sessions) AS sessions,
    SUM(CASE WHEN auditable THEN sessions ELSE 0 END) AS auditable_sessions,
    SUM(COALESCE(units_over, 0)) AS units_over
  FROM cause_sums
  GROUP BY therapist_id, payer, cause
),
overbilled AS (
  SELECT therapist_id, payer, SUM(CASE WHEN auditable THEN sessions_once ELSE 0 END) AS sessions_in_all
  FROM cause_sums
  GROUP BY therapist_id, payer
)
SELECT
  CASE WHEN s.therapist_id = '' THEN '(several or not named)' ELSE s.therapist_id END AS therapist_id,
  CASE WHEN s.payer = '' THEN '(not named)' ELSE s.payer END AS payer,
  s.cause AS cause,
  s.sessions AS sessions,
  s.auditable_sessions AS auditable_sessions,
  s.units_over AS units_over,
  ROUND(CAST(100 * s.auditable_sessions AS DOUBLE) / NULLIF(o.sessions_in_all, 0), 1) AS share_percent
FROM sums AS s
LEFT JOIN overbilled AS o ON s.therapist_id = o.therapist_id AND s.payer = o.payer
ORDER BY units_over DESC, therapist_id, payer, cause
