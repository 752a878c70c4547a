-- what_if: what another rule (--what-if) makes of sessions, beside what they were judged by; empty where none was tried
-- one row per: payer, therapist_id, what_if_rule
-- columns: payer str, therapist_id str, what_if_rule str, sessions i64, auditable_sessions i64, timed_units_billed i64,
--   timed_units_supported i64, what_if_units_supported i64, supported_difference i64,
--   timed_units_over i64, what_if_units_over i64, over_difference i64,
--   timed_units_under i64, what_if_units_under i64, under_difference i64, sessions_that_differ i64
--
-- Only sessions of payers that a rule was tried on, and only their timed codes: no rule here moves units of others. Nothing else in
-- the report follows that rule: findings and all other tables are those of the rule in `payers`.
-- Everything but `sessions` counts auditable sessions only. A difference is what the other rule makes less what is; sessions that
-- gain and sessions that lose may cancel out in it, so sessions_that_differ counts those with any difference.
-- A session whose lines name several clinicians, or none, stands in the row '(several or not named)'.
WITH sums AS (
  SELECT
    payer, therapist_id, what_if_rule,
    SUM(sessions) AS sessions,
    SUM(CASE WHEN auditable THEN sessions ELSE 0 END) AS auditable_sessions,
    SUM(CASE WHEN auditable THEN timed_units_billed ELSE 0 END) AS timed_units_billed,
    SUM(COALESCE(timed_units_supported, 0)) AS timed_units_supported,
    SUM(COALESCE(what_if_units_supported, 0)) AS what_if_units_supported,
    SUM(COALESCE(timed_units_over, 0)) AS timed_units_over,
    SUM(COALESCE(what_if_units_over, 0)) AS what_if_units_over,
    SUM(COALESCE(timed_units_under, 0)) AS timed_units_under,
    SUM(COALESCE(what_if_units_under, 0)) AS what_if_units_under,
    SUM(COALESCE(sessions_that_differ, 0)) AS sessions_that_differ
  FROM what_if_sums
  GROUP BY payer, therapist_id, what_if_rule
)
SELECT
  CASE WHEN payer = '' THEN '(not named)' ELSE payer END AS payer,
  CASE WHEN therapist_id = '' THEN '(several or not named)' ELSE therapist_id END AS therapist_id,
  what_if_rule, sessions, auditable_sessions, timed_units_billed,
  timed_units_supported, what_if_units_supported, what_if_units_supported - timed_units_supported AS supported_difference,
  timed_units_over, what_if_units_over, what_if_units_over - timed_units_over AS over_difference,
  timed_units_under, what_if_units_under, what_if_units_under - timed_units_under AS under_difference,
  sessions_that_differ
FROM sums
ORDER BY sessions_that_differ DESC, payer, therapist_id, what_if_rule
