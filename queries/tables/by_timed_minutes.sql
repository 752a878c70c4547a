-- by_timed_minutes: auditable sessions with timed units, by their timed minutes
-- one row per: timed_minutes
-- columns: timed_minutes i64, remainder i64, sessions i64, units_billed i64, units_supported i64, units_over i64, units_under i64
--
-- remainder: minutes beyond a multiple of 15. In honest work every remainder is about as frequent as the others; sessions that pile up
-- at 8, 23, 38, 53 (remainder 8: the first minute of the next unit) are worth a look at how minutes are recorded.
-- Units are those of timed codes.
SELECT
  timed_minutes,
  CAST(timed_minutes % 15 AS BIGINT) AS remainder,
  SUM(sessions) AS sessions,
  SUM(timed_units_billed) AS units_billed,
  SUM(timed_units_supported) AS units_supported,
  SUM(timed_units_over) AS units_over,
  SUM(timed_units_under) AS units_under
FROM minute_sums
GROUP BY timed_minutes
ORDER BY timed_minutes
