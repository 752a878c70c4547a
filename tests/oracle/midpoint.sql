-- midpoint: the units that the CPT midpoint rule supports, as a second opinion on the core
-- one row per: example, code
-- reads: services(example str, code str, minutes i64), each code or family once in a session, pooled timed codes only
-- columns: example str, code str, units_min i64, units_max i64, total_units i64
--
-- Each code stands alone: its minutes and 7, in whole fifteens. Source: CPT time rule.
WITH units_of_code AS (
  SELECT example, code, CAST((minutes + 7 - (minutes + 7) % 15) / 15 AS BIGINT) AS units
  FROM services
),
sessions AS (
  SELECT example, CAST(SUM(units) AS BIGINT) AS total_units
  FROM units_of_code
  GROUP BY example
)
SELECT u.example AS example, u.code AS code, u.units AS units_min, u.units AS units_max, s.total_units AS total_units
FROM units_of_code AS u
JOIN sessions AS s ON u.example = s.example
ORDER BY example, code
