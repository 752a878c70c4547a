//! The arithmetic behind the answer key.
//!
//! On purpose not the core's: a second, simpler statement of the same two rules, so that the key is an opinion of its
//! own. It is written for a handful of services in a session and would be too slow for an audit.

use super::catalogue::Code;
use super::random::Random;

/// One timed service of a session: a code, or a family of codes, with its merged minutes and units.
#[derive(Clone, Copy)]
pub(super) struct Service {
    pub(super) code: Code,
    pub(super) minutes: u32,
    pub(super) units: u32,
}

impl Service {
    const fn sure(&self) -> u32 {
        self.minutes / 15
    }

    const fn remainder(&self) -> u32 {
        self.minutes % 15
    }

    /// What the midpoint rule supports.
    pub(super) const fn midpoint(&self) -> u32 {
        supported(self.minutes)
    }
}

/// Units that so many minutes support: one from 8 minutes, two from 23, and so on by fifteens.
pub(super) const fn supported(minutes: u32) -> u32 {
    (minutes + 7) / 15
}

/// How a session's bill stands under both rules.
pub(super) struct Verdict {
    pub(super) over_cms: u32,
    pub(super) under_cms: u32,
    pub(super) over_midpoint: u32,
    pub(super) under_midpoint: u32,
    /// Some allowed `cms` allocation gives every service at least what it billed.
    pub(super) fits: bool,
}

impl Verdict {
    /// Judges the pooled services of one session.
    pub(super) fn of(services: &[Service]) -> Self {
        let total = supported(services.iter().map(|s| s.minutes).sum());
        let billed = services.iter().map(|s| s.units).sum::<u32>();
        let spare = total - services.iter().map(Service::sure).sum::<u32>();
        // A service may have one unit above its whole fifteens, if those with more left over, and those with as much
        // that billed one too, are together no more than the spare units.
        let fits = services.iter().all(|s| {
            let richer = services.iter().filter(|o| o.remainder() > s.remainder()).count();
            let equal = services.iter().filter(|o| o.remainder() == s.remainder() && o.units > o.sure()).count();
            s.units <= s.sure() || (s.units == s.sure() + 1 && richer + equal <= spare as usize)
        });
        Self {
            over_cms: billed.saturating_sub(total),
            under_cms: total.saturating_sub(billed),
            over_midpoint: services.iter().map(|s| s.units.saturating_sub(s.midpoint())).sum(),
            under_midpoint: services.iter().map(|s| s.midpoint().saturating_sub(s.units)).sum(),
            fits,
        }
    }
}

/// Bills an allowed `cms` allocation: whole fifteens, then the largest remainders; a coin decides between equal ones.
pub(super) fn bill_honestly(services: &mut [Service], random: &mut Random) {
    let total = supported(services.iter().map(|s| s.minutes).sum());
    let mut spare = total;
    for service in services.iter_mut() {
        service.units = service.sure();
        spare -= service.units;
    }
    for _ in 0..spare {
        let mut best: Option<usize> = None;
        let mut equal = 1;
        for (index, service) in services.iter().enumerate() {
            if service.units > service.sure() {
                continue;
            }
            match best {
                Some(held) if service.remainder() < services[held].remainder() => {}
                Some(held) if service.remainder() == services[held].remainder() => {
                    equal += 1;
                    if random.one_in(equal) {
                        best = Some(index);
                    }
                }
                _ => {
                    best = Some(index);
                    equal = 1;
                }
            }
        }
        if let Some(index) = best {
            services[index].units += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn services(minutes_and_units: &[(u32, u32)]) -> Vec<Service> {
        let code = Code { name: "97110", cents: 0 };
        minutes_and_units.iter().map(|&(minutes, units)| Service { code, minutes, units }).collect()
    }

    /// The sessions of CMS Pub. 100-04, ch. 5, §20.2 C.
    #[test]
    fn published_sessions() {
        let sessions: [(&[(u32, u32)], bool); 7] = [
            (&[(24, 2), (23, 1)], true),
            (&[(20, 2), (20, 1)], true),
            (&[(20, 3), (20, 0)], false),
            (&[(33, 2), (7, 1)], true),
            (&[(33, 3), (7, 0)], false),
            (&[(18, 1), (13, 1), (10, 1), (8, 0)], true),
            (&[(7, 0), (7, 0), (7, 1)], true),
        ];
        for (session, allowed) in sessions {
            let verdict = Verdict::of(&services(session));
            assert_eq!((verdict.over_cms + verdict.under_cms, verdict.fits), (0, allowed), "{session:?}");
        }
    }

    /// An honest bill is allowed, for all pairs and many triples of services.
    #[test]
    fn an_honest_bill_is_allowed() {
        let mut random = Random::new(1);
        for minutes in 0..46 * 46 * 4 {
            let mut session = services(&[(minutes % 46, 0), (minutes / 46 % 46, 0), (minutes / 46 / 46 * 11, 0)]);
            bill_honestly(&mut session, &mut random);
            let verdict = Verdict::of(&session);
            assert!(verdict.fits && verdict.over_cms + verdict.under_cms == 0, "{minutes}");
        }
    }
}
