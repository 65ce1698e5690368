//! How long a connection lasts, and when who keeps the store is warned that it does not last much longer. Pure.

use chrono::Duration;

use crate::floor::kernel::{Day, Instant};

/// How many days before a connection lapses its owners are warned.
const WARNED: [i64; 3] = [60, 30, 7];

/// A refresh token that is replaced by its use is used before the first warning falls.
pub const RENEWED: Duration = Duration::days(75);

/// A token that ends sooner than this is not begun with any more.
pub const SPARE: Duration = Duration::minutes(2);

/// The last day up to today on which a warning fell.
pub fn warning(lapses_at: Instant, today: Day) -> Option<Day> {
    let falls = |days: i64| lapses_at.plus(Duration::days(-days)).day();
    WARNED.into_iter().map(falls).filter(|day| *day <= today).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_falls_sixty_thirty_and_seven_days_before_the_end() {
        let end = Instant::EPOCH.plus(Duration::days(100));
        let on = |day: i64| {
            let told = warning(end, Instant::EPOCH.plus(Duration::days(day)).day());
            told.map(|day| (end.day().0 - day.0).num_days())
        };
        assert_eq!(
            [39, 40, 69, 70, 92, 93, 99].map(on),
            [None, Some(60), Some(60), Some(30), Some(30), Some(7), Some(7)]
        );
    }
}
