-- therapist_overlap: days on which a clinician treated two patients one-on-one at the same time
-- one row per: subject
-- columns: subject str, severity str, certainty str, discipline str, payer str, clinic str, therapist_id str,
--   source_file str, units_billed i64, units_supported i64, units_over i64, reason str
--
-- Over all payers and clinics of a practice. The minutes are found before SQL, since they need the times of all patients of a day;
-- `certain_minutes` are those of services whose times are their own, the rest follows from minutes that do not fit the clock.
-- An id on a bill may be the supervisor's, so none of it is certain. The limit is in `settings`.
SELECT
  'therapist ' || therapist_id || ' on ' || CAST(date_of_service AS VARCHAR)
    || CASE WHEN practice_id = '' THEN '' ELSE ' of practice ' || practice_id END
    || CASE WHEN source_file = '' THEN '' ELSE ' of ' || source_file END AS subject,
  'review' AS severity,
  'depends-on-data' AS certainty,
  '' AS discipline,
  '' AS payer,
  '' AS clinic,
  therapist_id,
  source_file,
  CAST(NULL AS BIGINT) AS units_billed,
  CAST(NULL AS BIGINT) AS units_supported,
  CAST(NULL AS BIGINT) AS units_over,
  'On ' || CAST(date_of_service AS VARCHAR) || ' '
    || CASE WHEN certain_minutes = overlap_minutes THEN '' ELSE 'at least ' END
    || CAST(overlap_minutes AS VARCHAR) || ' minutes of one-on-one treatment were counted for more than one patient ('
    || CAST(patients AS VARCHAR) || ' patients with times that day, of all payers and clinics): '
    || 'two at once, if the id is that of who treated.' AS reason
FROM clinician_overlaps
CROSS JOIN settings
WHERE overlap_minutes >= clinician_overlap_minutes
ORDER BY subject
