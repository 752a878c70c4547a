-- patients: how many patients stand behind each row of the other tables, so that small groups can be left out of what is shared
-- one row per: dimension, value
-- columns: dimension str, value str, patients i64
--
-- dimension names the column of the other table (`check` of by_check: patients with a finding of that check).
-- With ` over` or ` under` behind it only patients with units over, or under, in that group count.
-- timed_minutes, timed_minutes_by_five and remainder count patients with an auditable session of so many timed minutes;
-- a step of five begins at its value, so that 8, 23, 38 … begin one.
WITH named AS (
  SELECT
    dimension,
    CASE
      WHEN value <> '' THEN value
      WHEN dimension LIKE 'all%' THEN 'all patients'
      WHEN dimension = 'why_not' THEN '(audited)'
      WHEN dimension LIKE 'therapist_id%' OR dimension LIKE 'clinic%' THEN '(several or not named)'
      ELSE '(not named)'
    END AS name,
    patients
  FROM patient_sums
)
SELECT dimension, name AS value, SUM(patients) AS patients
FROM named
GROUP BY dimension, name
ORDER BY dimension, value
