-- recount in DuckDB SQL: sessions, units supported under both rules, three checks, two tables.
--
-- Reads a view `lines` over the export as Parquet. It knows the codes and payers of the generator and no others, and it
-- does less than recount: no rejects, reversals, copies or repeats, no ranges per code, no citations, no files.
--
-- Most sessions hold each service on one line, with minutes, and no untimed code more than once. There a line can be
-- judged as it stands, and one aggregation is enough. A mask of what was seen tells those sessions from the rest, some
-- 9 in 100, which are read again and added up service by service first. duckdb_recount.py says what was tried.

-- Units supported by so many minutes: one from 8, two from 23, and so on by fifteens.
CREATE TEMP MACRO supported(minutes) AS (minutes + 7) // 15;
-- Two spellings of Original Medicare are one payer; the others differ in case only. 1 to 3 have a documented rule, cms.
CREATE TEMP MACRO payer_number(name) AS CASE lower(name)
  WHEN 'medicare' THEN 1 WHEN 'medicare part b' THEN 1 WHEN 'highmark' THEN 2
  WHEN 'blue cross blue shield of nebraska' THEN 3 WHEN 'aetna' THEN 4
  WHEN 'humana medicare advantage' THEN 5 WHEN 'acme health' THEN 6 WHEN 'self-pay' THEN 7 END::UTINYINT;
-- A number for each code: 0 to 9 are pooled timed codes, 8 and 9 of them a family; 10 and 11 no unit rule speaks to.
CREATE TEMP MACRO code_number(code) AS CASE code
  WHEN '97110' THEN 0 WHEN '97530' THEN 1 WHEN '97140' THEN 2 WHEN '97535' THEN 3 WHEN '97112' THEN 4
  WHEN '97116' THEN 5 WHEN '97035' THEN 6 WHEN '97760' THEN 7 WHEN '97129' THEN 8 WHEN '97130' THEN 9
  WHEN '95851' THEN 10 WHEN '97999' THEN 11 WHEN '92507' THEN 12 WHEN '97014' THEN 13 WHEN 'G0283' THEN 14
  WHEN '92526' THEN 15 WHEN '97016' THEN 16 WHEN '97012' THEN 17 WHEN '97018' THEN 18 WHEN '97022' THEN 19
  WHEN '97161' THEN 20 WHEN '97162' THEN 21 WHEN '97163' THEN 22 WHEN '97165' THEN 23 WHEN '97166' THEN 24
  WHEN '97167' THEN 25 WHEN '92522' THEN 26 WHEN '92523' THEN 27 WHEN '92610' THEN 28 WHEN '97001' THEN 29
  WHEN '97003' THEN 30 WHEN '92506' THEN 31 END::UTINYINT;

-- A session is a patient and an account: date, payer and discipline in one integer.
CREATE TEMP VIEW coded AS
SELECT "Patient ID" AS patient,
  32 * date_diff('day', DATE '1900-01-01', "DOS")::INTEGER + 4 * payer_number("Primary Insurance")
    + CASE "Discipline" WHEN 'PT' THEN 1 WHEN 'OT' THEN 2 ELSE 3 END AS account,
  code_number("CPT") AS code, "Minutes" AS minutes, "Units" AS units, "Treating Therapist" AS therapist
FROM lines;

-- Each line as a service of its own. Five sums travel in one integer, in lanes of 12 bits: minutes, billed and midpoint
-- units of timed codes, midpoint units over, and untimed units. Bit 32 of the mask says that something is blank, zero or
-- several. That, more lines than codes, or a family on two lines make a session one of the rest.
CREATE TEMP TABLE summed AS
SELECT patient, account, (account & 31) // 4 AS payer,
  min(therapist) AS first_therapist, max(therapist) AS last_therapist, count(*) AS lines, bit_or((1::BIGINT << code)
    + CASE WHEN code < 10 THEN CASE WHEN minutes > 0 THEN 0 ELSE 1::BIGINT << 32 END
           WHEN code >= 12 AND units > 1 THEN 1::BIGINT << 32 ELSE 0 END) AS mask,
  sum_no_overflow(CASE
    WHEN code < 10 THEN minutes + (units::BIGINT << 12) + (supported(minutes)::BIGINT << 24)
      + (greatest(units - supported(minutes), 0)::BIGINT << 36)
    WHEN code >= 12 THEN units::BIGINT << 48 ELSE 0 END) AS sums,
  mask >> 32 > 0 OR lines <> bit_count(mask) OR (mask >> 8) & 3 = 3 AS is_rest
FROM coded GROUP BY patient, account;

CREATE TEMP TABLE services AS
SELECT summed.rowid AS session, code, sum(coalesce(coded.minutes, 0))::INTEGER AS minutes, sum(units)::INTEGER AS units,
  bool_or(coded.minutes IS NULL) AS blank
FROM coded JOIN summed USING (patient, account) WHERE is_rest
GROUP BY ALL;

-- The rest, added up properly: first lines to services (above), now services to sessions.
CREATE TEMP TABLE rest_judged AS
SELECT session,
  sum(CASE WHEN code < 10 AND blank THEN 1 ELSE 0 END)::INTEGER AS missing,
  sum(CASE WHEN code < 10 THEN minutes ELSE 0 END)::INTEGER AS minutes,
  sum(CASE WHEN code < 10 THEN units ELSE 0 END)::INTEGER AS billed,
  supported(sum(CASE WHEN code IN (8, 9) THEN minutes ELSE 0 END)::INTEGER) AS family,
  family + sum(CASE WHEN code < 8 THEN supported(minutes) ELSE 0 END)::INTEGER AS midpoint,
  greatest(sum(CASE WHEN code IN (8, 9) THEN units ELSE 0 END)::INTEGER - family, 0)
    + sum(CASE WHEN code < 8 THEN greatest(units - supported(minutes), 0) ELSE 0 END)::INTEGER AS over_midpoint,
  sum(CASE WHEN code < 8 AND minutes = 0 AND NOT blank THEN units ELSE 0 END)::INTEGER AS zero_units,
  sum(CASE WHEN code < 8 AND minutes = 0 AND NOT blank AND units > 0 THEN 1 ELSE 0 END)::INTEGER AS zero_services,
  sum(CASE WHEN code >= 12 THEN units ELSE 0 END)::INTEGER AS untimed,
  sum(CASE WHEN code >= 12 THEN greatest(units - 1, 0) ELSE 0 END)::INTEGER AS untimed_over,
  sum(CASE WHEN code >= 12 AND units > 1 THEN 1 ELSE 0 END)::INTEGER AS untimed_services
FROM services GROUP BY session;

-- All sessions, judged under both rules, and summed by therapist. A payer without a documented rule takes the rule with
-- less over, then with less under. Units over that stand on services without minutes are told by their own check.
CREATE TEMP TABLE summary AS
WITH facts AS (
  SELECT payer, first_therapist, last_therapist, 0 AS missing, (sums & 4095)::INTEGER AS minutes,
    ((sums >> 12) & 4095)::INTEGER AS billed, ((sums >> 24) & 4095)::INTEGER AS midpoint,
    ((sums >> 36) & 4095)::INTEGER AS over_midpoint, 0 AS zero_units, 0 AS zero_services,
    (sums >> 48)::INTEGER AS untimed, 0 AS untimed_over, 0 AS untimed_services
  FROM summed WHERE NOT is_rest
  UNION ALL
  SELECT payer, first_therapist, last_therapist, missing, minutes, billed, midpoint, over_midpoint, zero_units,
    zero_services, untimed, untimed_over, untimed_services
  FROM rest_judged JOIN summed ON session = summed.rowid
),
ruled AS (
  SELECT *, missing = 0 AS auditable, supported(minutes) AS cms,
    greatest(billed - cms, 0) AS over_cms, over_midpoint + midpoint - billed AS under_midpoint,
    payer > 3 AND (over_midpoint < over_cms
      OR over_midpoint = over_cms AND under_midpoint < greatest(cms - billed, 0)) AS by_midpoint
  FROM facts
),
judged AS (
  SELECT CASE WHEN first_therapist = last_therapist THEN first_therapist ELSE '(several or not named)' END AS therapist,
    auditable, missing, zero_services, untimed, untimed_over, untimed_services,
    CASE WHEN auditable THEN billed ELSE 0 END AS billed,
    CASE WHEN NOT auditable THEN 0 WHEN by_midpoint THEN midpoint ELSE cms END AS supported,
    CASE WHEN NOT auditable THEN 0 WHEN by_midpoint THEN over_midpoint ELSE over_cms END AS timed_over,
    least(zero_units, timed_over) AS zero_over
  FROM ruled
)
SELECT therapist, count(*) AS sessions, count(*) FILTER (auditable) AS auditable_sessions,
  sum(billed + untimed) AS units_billed, sum(supported + untimed - untimed_over) AS units_supported,
  sum(timed_over + untimed_over) AS units_over, sum(supported + timed_over - billed) AS units_under,
  count(*) FILTER (timed_over > 0) AS overbilled, sum(timed_over - zero_over) AS overbilled_over,
  sum(zero_services) FILTER (auditable) AS zero, sum(zero_over) AS zero_over, sum(missing) AS missing,
  sum(untimed_services) AS untimed, sum(untimed_over) AS untimed_over
FROM judged GROUP BY therapist;

CREATE TABLE by_therapist AS
SELECT therapist, sessions, auditable_sessions, units_billed, units_supported, units_over, units_under FROM summary;

CREATE TABLE totals AS
SELECT sum(sessions) AS sessions, sum(auditable_sessions) AS auditable_sessions, sum(units_billed) AS units_billed,
  sum(units_supported) AS units_supported, sum(units_over) AS units_over, sum(units_under) AS units_under
FROM summary;

CREATE TABLE checks AS
SELECT 'overbilled-units' AS name, sum(overbilled) AS findings, sum(overbilled_over) AS units_over FROM summary
UNION ALL SELECT 'units-without-minutes', sum(zero), sum(zero_over) FROM summary
UNION ALL SELECT 'minutes-missing', sum(missing), 0 FROM summary
UNION ALL SELECT 'untimed-multiple-units', sum(untimed), sum(untimed_over) FROM summary;

-- Sessions that hold a code, from the masks; what is not auditable is among the rest, and taken off.
CREATE TABLE by_code AS
WITH masks AS (SELECT mask, count(*) AS sessions FROM summed GROUP BY mask),
held AS (
  SELECT number AS code, sum(sessions) FILTER ((mask >> number) & 1 = 1) AS sessions
  FROM masks CROSS JOIN range(32) AS numbers(number) GROUP BY number
),
billed AS (SELECT "CPT" AS name, code_number("CPT") AS code, sum("Units") AS units FROM lines GROUP BY "CPT"),
off AS (
  SELECT code, count(*) AS sessions, sum(units) AS units
  FROM services SEMI JOIN (FROM rest_judged WHERE missing > 0) USING (session)
  GROUP BY code
)
SELECT billed.name AS code, held.sessions AS sessions, held.sessions - coalesce(off.sessions, 0) AS auditable_sessions,
  billed.units - coalesce(off.units, 0) AS units_billed
FROM billed JOIN held USING (code) LEFT JOIN off USING (code);
