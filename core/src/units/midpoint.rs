//! The CPT midpoint rule: each code alone.

use super::Range;
use super::alone::Alone;
use crate::domain::Time;

/// Units that one code's `time`, merged over its lines in the session, supports on its own. Remainders never pool.
///
/// Source: CPT time rule (a unit is attained when its midpoint is passed), for 15-minute codes 8, 23, 38 … minutes.
pub const fn units(time: Time) -> Range {
    Range::exactly(Alone::MIDPOINT.units(time))
}
