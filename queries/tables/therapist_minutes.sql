-- therapist_minutes: timed minutes and timed units billed of each clinician's sessions
-- one row per: therapist_id
-- columns: therapist_id str, sessions i64, timed_minutes i64, timed_units_billed i64
--
-- Auditable sessions of one clinician with timed units billed, whatever their rule: a choice by rule would be a choice by what was
-- billed, where both rules are run and the one with fewer units over is taken.
SELECT
  therapist_id,
  SUM(sessions) AS sessions,
  SUM(timed_minutes) AS timed_minutes,
  SUM(timed_units_billed) AS timed_units_billed
FROM therapist_sums
WHERE auditable AND timed_billed AND therapist_id <> ''
GROUP BY therapist_id
ORDER BY therapist_id
