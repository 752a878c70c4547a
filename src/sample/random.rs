//! The source of chance: SplitMix64.
//!
//! Our own ten lines rather than a crate, because a seed must give the same bytes for ever, and libraries change their
//! generators between versions. It is fast, has no bad seeds, and nothing here is a secret.

/// A stream of numbers that depends on the seed and on nothing else.
pub(super) struct Random(u64);

impl Random {
    /// The stream of `seed`.
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `limit` − 1. The multiplication's bias is below one in a million for the limits used here.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        let product = (self.next() >> 32) * u64::from(limit);
        (product >> 32) as u32
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// True once in `n` times.
    pub(super) fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    /// One of `items`.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u32) as usize]
    }
}
