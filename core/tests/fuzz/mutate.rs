//! How an input is spoilt: a file of the corpus, changed a few times.

/// The longest input, in bytes. What goes wrong in a long one mostly does in a short one, which is read faster, and by people.
const LONGEST: usize = 2_048;

/// The longest slice that is taken out, replaced or repeated: about a line or a segment.
const SLICE: usize = 64;

/// A file of the corpus, spoilt. Mostly a little, so that what stands behind the odd place is still read; at times a lot.
pub fn mutated(corpus: &[&[u8]], tokens: &[&str], random: &mut Random) -> Vec<u8> {
    let mut bytes = random.pick(corpus).to_vec();
    let most = 1 << random.below(5);
    for _ in 0..=random.below(most) {
        change(&mut bytes, corpus, tokens, random);
        bytes.truncate(LONGEST);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, corpus: &[&[u8]], tokens: &[&str], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let end = at + random.below((bytes.len() - at).min(SLICE) + 1);
    match random.below(8) {
        // A flipped bit makes a neighbour of the byte, any byte stands for none.
        0 => bytes[at..end].iter_mut().take(1).for_each(|byte| *byte ^= 1 << random.below(8)),
        1 => bytes.insert(at, random.below(256) as u8),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let slice = bytes[at..end].to_vec();
            let to = random.below(bytes.len() + 1);
            bytes.splice(to..to, slice);
        }
        4 => {
            let other = random.pick(corpus);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[random.below(other.len() + 1)..]);
        }
        // What the target looks at is worth more than any byte.
        5 => drop(bytes.splice(at..end, random.pick(tokens).bytes())),
        _ => drop(bytes.splice(at..at, random.pick(tokens).bytes())),
    }
}

/// Numbers that look random and follow from a seed (xorshift, Marsaglia 2003).
pub struct Random(u64);

impl Random {
    /// The numbers of an input, which depend on its number and not on how many were drawn before it.
    pub fn new(seed: u64, input: u64) -> Random {
        // Neighbouring inputs begin far apart (the finalizer of SplitMix64); a state of zero would stay zero.
        let mixed =
            seed.wrapping_mul(0xd129_0d3b_3f5b_4d85) ^ input.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Random((mixed ^ (mixed >> 31)).max(1))
    }

    /// A number below `n`, which is at least one.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The upper half is the more random one. Below 2^32 the product does not overflow, and no input is as long.
        (((self.0 >> 32) * n as u64) >> 32) as usize
    }

    /// One of `items`.
    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}
