//! Retries: exponential with jitter, over three days.

use crate::Moment;

/// After this long in vain a link is held as exhausted.
pub const GIVE_UP_AFTER_MS: i64 = 3 * 24 * 3600 * 1000;
const FIRST_MS: i64 = 5_000;
const LONGEST_MS: i64 = 3_600_000;
const LONGEST_ASKED_S: u32 = 6 * 3600;

/// When to try again after `tries` vain attempts. `chance` in 0..1 spreads the calls; `asked_s` is the platform's own
/// `Retry-After`, respected within one second and six hours.
pub fn again_at(now: Moment, tries: u32, asked_s: Option<u32>, chance: f64) -> Moment {
    if let Some(asked) = asked_s {
        return now.plus_s(i64::from(asked.clamp(1, LONGEST_ASKED_S)));
    }
    let full = FIRST_MS.saturating_mul(1 << tries.saturating_sub(1).min(20)).min(LONGEST_MS);
    let spread = full as f64 * (0.5 + 0.5 * chance.clamp(0.0, 1.0));
    now.plus_ms(spread as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour_and_are_spread_by_chance() {
        let now = Moment(0);
        assert_eq!(again_at(now, 1, None, 1.0), Moment(5_000));
        assert_eq!(again_at(now, 2, None, 1.0), Moment(10_000));
        assert_eq!(again_at(now, 2, None, 0.0), Moment(5_000));
        assert_eq!(again_at(now, 60, None, 1.0), Moment(LONGEST_MS));
    }

    #[test]
    fn a_platforms_own_wait_is_respected_within_bounds() {
        assert_eq!(again_at(Moment(0), 9, Some(30), 0.3), Moment(30_000));
        assert_eq!(again_at(Moment(0), 9, Some(0), 0.3), Moment(1_000));
        assert_eq!(again_at(Moment(0), 9, Some(u32::MAX), 0.3), Moment(6 * 3600 * 1000));
    }
}
