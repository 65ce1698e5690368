//! What each caller may still spend: a bucket that refills by itself. In the memory of this process, and of a bounded
//! number of callers: whoever has not been seen while many others came begins anew.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::floor::graphql::Asking;

/// Buckets of one generation; two are kept.
const GENERATION: usize = 10_000;

/// Who pays.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Payer {
    /// Whoever holds the token of this digest.
    Token([u8; 32]),
    /// Strangers, by the network they come from.
    Network(Option<String>),
}

impl Payer {
    pub fn of(asking: &Asking) -> Self {
        asking.token.map_or_else(|| Self::Network(asking.source.clone()), Self::Token)
    }
}

/// All callers' buckets.
pub(super) struct Budget {
    most: f64,
    each_second: f64,
    buckets: Mutex<Buckets>,
}

#[derive(Default)]
struct Buckets {
    young: HashMap<Payer, Bucket>,
    old: HashMap<Payer, Bucket>,
}

#[derive(Clone, Copy)]
struct Bucket {
    level: f64,
    at: Instant,
}

/// What is left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Standing {
    pub most: u32,
    pub left: u32,
    pub each_second: u32,
}

/// Why nothing was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Short {
    /// Enough comes back in this time.
    For(Duration),
    /// It never will.
    Ever,
}

impl Budget {
    pub fn new(most: u32, each_second: u32) -> Self {
        Self { most: most.into(), each_second: each_second.into(), buckets: Mutex::default() }
    }

    /// Takes the points, or says when they will be there.
    pub fn charge(&self, who: &Payer, points: u32, now: Instant) -> Result<Standing, Short> {
        let points = f64::from(points);
        if points > self.most {
            return Err(Short::Ever);
        }
        self.with(who, now, |bucket| {
            if bucket.level < points {
                return Err(Short::For(Duration::from_secs_f64((points - bucket.level) / self.each_second)));
            }
            bucket.level -= points;
            Ok(self.standing(bucket))
        })
    }

    /// Gives back what was taken too much, or takes what an answer cost beyond it.
    pub fn settle(&self, who: &Payer, taken: u32, spent: u32, now: Instant) -> Standing {
        self.with(who, now, |bucket| {
            bucket.level = (bucket.level + f64::from(taken) - f64::from(spent)).clamp(-self.most, self.most);
            self.standing(bucket)
        })
    }

    fn with<T>(&self, who: &Payer, now: Instant, act: impl FnOnce(&mut Bucket) -> T) -> T {
        // Whatever a holder of the lock panicked over, a number is a number.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let Buckets { young, old } = &mut *buckets;
        if young.len() >= GENERATION && !young.contains_key(who) {
            *old = std::mem::take(young);
        }
        let bucket =
            young.entry(who.clone()).or_insert_with(|| old.remove(who).unwrap_or(Bucket { level: self.most, at: now }));
        let gone = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.level = (bucket.level + gone * self.each_second).min(self.most);
        bucket.at = bucket.at.max(now);
        act(bucket)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between nothing and `most`, a u32")]
    fn standing(&self, bucket: &Bucket) -> Standing {
        let whole = |points: f64| points.max(0.0) as u32;
        Standing { most: whole(self.most), left: whole(bucket.level), each_second: whole(self.each_second) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payer(last: u8) -> Payer {
        Payer::Token([last; 32])
    }

    #[test]
    fn what_is_spent_comes_back_with_time() {
        let (budget, now) = (Budget::new(100, 10), Instant::now());
        assert_eq!(budget.charge(&payer(1), 80, now).map(|left| left.left), Ok(20));
        assert_eq!(budget.charge(&payer(1), 50, now), Err(Short::For(Duration::from_secs(3))));
        assert_eq!(budget.charge(&payer(2), 50, now).map(|left| left.left), Ok(50), "another's is untouched");
        let later = now + Duration::from_secs(3);
        assert_eq!(budget.charge(&payer(1), 50, later).map(|left| left.left), Ok(0));
        assert_eq!(budget.charge(&payer(1), 101, later), Err(Short::Ever));
        let much_later = now + Duration::from_hours(1);
        assert_eq!(budget.charge(&payer(1), 1, much_later).map(|left| left.left), Ok(99), "no more than it holds");
    }

    #[test]
    fn what_was_not_used_is_given_back_and_what_was_beyond_is_owed() {
        let (budget, now) = (Budget::new(100, 10), Instant::now());
        budget.charge(&payer(1), 80, now).expect("enough");
        assert_eq!(budget.settle(&payer(1), 80, 5, now).left, 95);
        budget.charge(&payer(1), 10, now).expect("enough");
        assert_eq!(budget.settle(&payer(1), 10, 120, now).left, 0);
        assert!(budget.charge(&payer(1), 1, now).is_err());
    }

    #[test]
    fn the_memory_of_callers_is_bounded() {
        let (budget, now) = (Budget::new(100, 1), Instant::now());
        budget.charge(&payer(1), 100, now).expect("enough");
        for n in 0..3 * GENERATION {
            let _ = budget.charge(&Payer::Network(Some(n.to_string())), 1, now);
            if n % 1000 == 0 {
                assert!(budget.charge(&payer(1), 50, now).is_err(), "who keeps coming is not forgotten");
            }
        }
        let buckets = budget.buckets.lock().expect("unharmed");
        assert!(buckets.young.len() + buckets.old.len() <= 2 * GENERATION);
    }
}
