-- by_agreement: how bills agree with notes and payments; empty where the run has neither
-- one row per: notes, payment
-- columns: notes str, payment str, sessions i64, minutes_documented i64, units_documented i64, units_billed i64, units_paid i64, timed_units_billed i64, timed_units_supported i64
--
-- notes compares bills with notes (--join): both, only billed, only documented, differs; payment compares them with
-- remittances: as billed, not paid, only paid, differs. Empty: the run has nothing to compare with. tables/reconciliation has the
-- sessions behind each row. timed_units_supported is of the auditable sessions alone.
SELECT
  notes, payment,
  SUM(sessions) AS sessions,
  SUM(minutes_documented) AS minutes_documented,
  SUM(units_documented) AS units_documented,
  SUM(units_billed) AS units_billed,
  SUM(units_paid) AS units_paid,
  SUM(timed_units_billed) AS timed_units_billed,
  SUM(timed_units_supported) AS timed_units_supported
FROM reconciliation_sums
GROUP BY notes, payment
ORDER BY notes, payment
