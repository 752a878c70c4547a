-- cms: the units that the CMS 8-minute rule supports, as a second opinion on the core
-- one row per: example, code
-- reads: services(example str, code str, minutes i64), each code or family once in a session, pooled timed codes only
-- columns: example str, code str, units_min i64, units_max i64, total_units i64
--
-- The session's minutes and 7, in whole fifteens, are its units. Each code is sure of its own whole fifteens; the units that
-- are then spare go to the largest remainders. So a code may have one more if fewer codes are ahead of it than units are
-- spare, and must have it if even the codes level with it, itself among them, leave none out.
-- Source: CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 C.
WITH parts AS (
  SELECT example, code, minutes, minutes % 15 AS remainder, CAST((minutes - minutes % 15) / 15 AS BIGINT) AS sure
  FROM services
),
pooled AS (
  SELECT example, CAST(SUM(minutes) + 7 AS BIGINT) AS raised, CAST(SUM(sure) AS BIGINT) AS sure_in_all
  FROM parts
  GROUP BY example
),
sessions AS (
  SELECT example, sure_in_all, CAST((raised - raised % 15) / 15 AS BIGINT) AS total_units
  FROM pooled
),
places AS (
  SELECT
    own.example AS example,
    own.code AS code,
    CAST(SUM(CASE WHEN other.remainder > own.remainder THEN 1 ELSE 0 END) AS BIGINT) AS ahead,
    CAST(SUM(CASE WHEN other.remainder = own.remainder THEN 1 ELSE 0 END) AS BIGINT) AS level
  FROM parts AS own
  JOIN parts AS other ON own.example = other.example
  GROUP BY own.example, own.code
)
SELECT
  p.example AS example,
  p.code AS code,
  CAST(p.sure + CASE WHEN r.ahead + r.level <= s.total_units - s.sure_in_all THEN 1 ELSE 0 END AS BIGINT) AS units_min,
  CAST(p.sure + CASE WHEN r.ahead < s.total_units - s.sure_in_all THEN 1 ELSE 0 END AS BIGINT) AS units_max,
  s.total_units AS total_units
FROM parts AS p
JOIN sessions AS s ON p.example = s.example
JOIN places AS r ON p.example = r.example AND p.code = r.code
ORDER BY example, code
