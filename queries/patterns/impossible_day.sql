-- impossible_day: days on which a clinician has more one-on-one minutes than a day's work holds
-- one row per: subject
-- columns: subject str, severity str, certainty str, discipline str, payer str, clinic str, therapist_id str,
--   source_file str, units_billed i64, units_supported i64, units_over i64, reason str
--
-- Minutes of timed codes over all patients, payers and clinics of a practice, less what assistants furnished; one patient's minutes
-- under two payers count once. A day has one row, also after a merge. The limits are in `settings`: beyond the first it is a note,
-- beyond the second a review.
SELECT
  'therapist ' || therapist_id || ' on ' || CAST(date_of_service AS VARCHAR)
    || CASE WHEN practice_id = '' THEN '' ELSE ' of practice ' || practice_id END
    || CASE WHEN source_file = '' THEN '' ELSE ' of ' || source_file END AS subject,
  CASE WHEN one_on_one_minutes > clinician_day_review_minutes THEN 'review' ELSE 'note' END AS severity,
  'depends-on-data' AS certainty,
  '' AS discipline,
  '' AS payer,
  '' AS clinic,
  therapist_id,
  source_file,
  CAST(NULL AS BIGINT) AS units_billed,
  CAST(NULL AS BIGINT) AS units_supported,
  CAST(NULL AS BIGINT) AS units_over,
  'On ' || CAST(date_of_service AS VARCHAR) || ' ' || CAST(one_on_one_minutes AS VARCHAR) || ' one-on-one minutes with '
    || CAST(patients AS VARCHAR) || CASE WHEN patients = 1 THEN ' patient' ELSE ' patients' END
    || ' of all payers and clinics: more than the '
    || CAST(CASE WHEN one_on_one_minutes > clinician_day_review_minutes THEN clinician_day_review_minutes
      ELSE clinician_day_note_minutes END AS VARCHAR)
    || ' of a day''s work.' AS reason
FROM clinician_days
CROSS JOIN settings
WHERE one_on_one_minutes > clinician_day_note_minutes
ORDER BY subject
