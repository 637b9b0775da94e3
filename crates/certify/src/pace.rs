//! Pace: how long the calls took.

use model::Operation;

use crate::card::{Part, Verdict};
use crate::system::{Finding, System};

/// Longer than this is slow, in milliseconds: a lead shall arrive while whoever entered it still looks.
const SLOW_MS: u32 = 5_000;

/// Judges the slowest call.
pub(crate) fn pace(system: &mut System) {
    let finding = judged(&system.times, system.throttled);
    system.found(
        (Part::Pace, "pace"),
        format!("Every call is answered within {} s", SLOW_MS / 1_000),
        finding,
        "A lead arrives after its caller has hung up. A call that is not answered in time is in doubt, and has to be \
         looked for before it can be made again.",
    );
}

/// Calls with how long each took and may take, in milliseconds, and how often it was asked to wait.
fn judged(times: &[(Operation, u32, i64)], throttled: usize) -> Finding {
    let mut took: Vec<u32> = times.iter().map(|(_, ms, _)| *ms).collect();
    took.sort_unstable();
    let slowest = times.iter().max_by_key(|(_, ms, _)| *ms);
    let (Some(median), Some((call, slowest, most))) = (took.get(took.len() / 2), slowest) else {
        return Finding(Verdict::NotTried, "no call was made".to_owned());
    };
    let waits = match throttled {
        0 => String::new(),
        1 => "; asked to wait once".to_owned(),
        times => format!("; asked to wait {times} times"),
    };
    let seen = format!(
        "{} calls, half of them within {median} ms; the slowest, `{}`, took {slowest} ms of at most {most}{waits}",
        times.len(),
        call.name(),
    );
    let late = times.iter().any(|(_, ms, most)| i64::from(*ms) >= *most);
    let verdict = match slowest {
        _ if late => Verdict::Fails,
        ms if *ms > SLOW_MS => Verdict::Missing,
        _ => Verdict::Works,
    };
    Finding(verdict, seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_system_is_missing_pace_and_one_that_ran_out_of_time_fails() {
        let call = |ms| (Operation::SaveProspect, ms, 30_000);
        assert_eq!(judged(&[call(20), call(5_000)], 0).0, Verdict::Works);
        assert_eq!(judged(&[call(20), call(5_001)], 0).0, Verdict::Missing);
        assert_eq!(judged(&[call(30_000), call(20)], 0).0, Verdict::Fails);
        assert_eq!(judged(&[], 0).0, Verdict::NotTried);
        assert!(judged(&[call(20)], 2).1.ends_with("asked to wait 2 times"));
    }
}
