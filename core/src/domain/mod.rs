//! The words of the trade, as types.

mod discipline;
mod policy;
mod quantity;

pub use discipline::Discipline;
pub use policy::{Basis, Rule, UnitLimits};
pub use quantity::{Cents, Time, Units};
