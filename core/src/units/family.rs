//! A primary code and its add-on are one service: their minutes are merged, the first unit is the primary's.

use super::Range;
use crate::domain::Units;

/// The place of a code in its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The code stands alone: all units are its own.
    Whole,
    /// The primary code, which takes the first unit and no other.
    Primary,
    /// The add-on, which takes every unit after the first.
    AddOn,
}

impl Part {
    /// Of the family's `units`, those of this part.
    pub const fn share(self, units: Units) -> Units {
        match self {
            Part::Whole => units,
            Part::Primary => {
                if units > 1 {
                    1
                } else {
                    units
                }
            }
            Part::AddOn => {
                if units > 1 {
                    units - 1
                } else {
                    0
                }
            }
        }
    }

    /// Of the family's range, that of this part.
    pub const fn range(self, family: Range) -> Range {
        Range { min: self.share(family.min), max: self.share(family.max) }
    }
}
