-- payers: every spelling of a payer, the unit rule it got and why, and what the choice of rule is worth
-- one row per: payer_name, rule_basis, unit_rule
-- columns: payer_name str, payer str, payer_class str, unit_rule str, rule_basis str, leans str, source str,
--   lines i64, sessions i64, auditable_sessions i64, units_over_cms i64, units_over_midpoint i64,
--   sessions_that_change i64, units_that_change i64
--
-- A spelling has several rows when its rule changed with the date, so sessions join on the basis and the rule too.
-- A session stands under the spelling on its first line; a spelling that never comes first shows no sessions.
-- A session carries the one rule it was judged by. Where its spelling has no row for just that rule,
-- it belongs to the row `either` or `both`.
-- units_over_cms and units_over_midpoint: units over if every session were judged by that rule.
-- sessions_that_change: auditable sessions whose units over differ between the rules.
-- units_that_change: the difference in supported units, summed without regard to its sign.
WITH own_rule AS (
  SELECT DISTINCT payer_name, rule_basis, unit_rule, unit_rule AS rule_row FROM payer_names
),
placed AS (
  SELECT
    s.payer_name AS payer_name, s.rule_basis AS rule_basis,
    COALESCE(o.rule_row, 'either or both') AS rule_row,
    s.auditable AS auditable, s.sessions AS sessions, s.over_cms AS over_cms, s.over_midpoint AS over_midpoint,
    s.sessions_that_change AS sessions_that_change, s.units_that_change AS units_that_change
  FROM session_sums AS s
  LEFT JOIN own_rule AS o
    ON s.payer_name = o.payer_name AND s.rule_basis = o.rule_basis AND s.unit_rule = o.unit_rule
),
sums AS (
  SELECT
    payer_name, rule_basis, rule_row,
    SUM(sessions) AS sessions,
    SUM(CASE WHEN auditable THEN sessions ELSE 0 END) AS auditable_sessions,
    SUM(CASE WHEN auditable THEN over_cms ELSE 0 END) AS units_over_cms,
    SUM(CASE WHEN auditable THEN over_midpoint ELSE 0 END) AS units_over_midpoint,
    SUM(CASE WHEN auditable THEN sessions_that_change ELSE 0 END) AS sessions_that_change,
    SUM(CASE WHEN auditable THEN units_that_change ELSE 0 END) AS units_that_change
  FROM placed
  GROUP BY payer_name, rule_basis, rule_row
),
names AS (
  SELECT
    payer_name, payer, payer_class, unit_rule, rule_basis, leans, source, lines,
    CASE WHEN unit_rule IN ('either', 'both') THEN 'either or both' ELSE unit_rule END AS rule_row
  FROM payer_names
)
SELECT
  n.payer_name AS payer_name, n.payer AS payer, n.payer_class AS payer_class, n.unit_rule AS unit_rule,
  n.rule_basis AS rule_basis, n.leans AS leans, n.source AS source, n.lines AS lines,
  COALESCE(s.sessions, 0) AS sessions,
  COALESCE(s.auditable_sessions, 0) AS auditable_sessions,
  COALESCE(s.units_over_cms, 0) AS units_over_cms,
  COALESCE(s.units_over_midpoint, 0) AS units_over_midpoint,
  COALESCE(s.sessions_that_change, 0) AS sessions_that_change,
  COALESCE(s.units_that_change, 0) AS units_that_change
FROM names AS n
LEFT JOIN sums AS s
  ON n.payer_name = s.payer_name AND n.rule_basis = s.rule_basis AND n.rule_row = s.rule_row
ORDER BY units_that_change DESC, payer_name, rule_basis, unit_rule
