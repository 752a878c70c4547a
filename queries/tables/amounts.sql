-- amounts: the money behind units over, as far as the exports hold it
-- one row per: severity, check
-- columns: severity str, check str, units_over i64, units_over_charged i64, charge_share_cents i64,
--   units_over_allowed i64, allowed_share_cents i64, units_over_paid i64, paid_share_cents i64
--
-- Primary findings only: each unit over counts once. A share is the part of the lines' amount that the units over have, if all
-- units of those lines were priced alike: an estimate for planning, not a refund. Beside each amount stands how many of the units
-- over it covers; the others have no such amount in the exports. Units under are not set off.
SELECT
  severity, check,
  SUM(units_over) AS units_over,
  SUM(units_over_charged) AS units_over_charged,
  SUM(charge_share_cents) AS charge_share_cents,
  SUM(units_over_allowed) AS units_over_allowed,
  SUM(allowed_share_cents) AS allowed_share_cents,
  SUM(units_over_paid) AS units_over_paid,
  SUM(paid_share_cents) AS paid_share_cents
FROM finding_sums
WHERE primary AND units_over > 0
GROUP BY severity, check
ORDER BY severity, check
