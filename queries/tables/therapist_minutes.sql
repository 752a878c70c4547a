-- therapist_minutes: timed minutes and timed units billed of each clinician's sessions under the cms rule
-- one row per: therapist_id
-- columns: therapist_id str, sessions i64, timed_minutes i64, timed_units_billed i64
--
-- Only auditable sessions of one clinician, judged by the cms rule, with timed units billed: those that the pattern
-- short-unit-pattern looks at.
SELECT
  therapist_id,
  SUM(sessions) AS sessions,
  SUM(timed_minutes) AS timed_minutes,
  SUM(timed_units_billed) AS timed_units_billed
FROM therapist_sums
WHERE auditable AND unit_rule = 'cms' AND timed_billed AND therapist_id <> ''
GROUP BY therapist_id
ORDER BY therapist_id
