//! The short search: samples, their near variants, and what was ever found.

use fuzz::{TARGETS, Target, samples, target};

/// The most variants of one target.
const VARIANTS: usize = 3_000;

fn of(name: &str) -> &'static Target {
    target(name).expect("a target of that name")
}

/// Plays samples and variants: cut off, a byte changed, a piece doubled; all from a fixed sequence.
fn play(target: &Target) {
    let samples = samples::of(target.name);
    assert!(!samples.is_empty(), "{} begins with nothing", target.name);
    let each = (VARIANTS / samples.len()).clamp(1, 40);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or(0) % below.max(1)
    };
    for sample in &samples {
        (target.run)(sample);
        for _ in 0..each {
            let mut variant = sample.clone();
            let (from, to) = (draw(variant.len()), draw(variant.len()));
            match draw(4) {
                0 => variant.truncate(from),
                1 => variant[from] = u8::try_from(draw(256)).unwrap_or(0),
                2 => variant.extend_from_within(from.min(to)..from.max(to)),
                _ => drop(variant.drain(from.min(to)..from.max(to))),
            }
            (target.run)(&variant);
        }
    }
}

#[test]
fn samples_of_xml_and_their_variants_read_the_same_when_written_again() {
    play(of("xml"));
}

#[test]
fn descriptions_and_their_variants_are_read_or_told_their_mistakes() {
    play(of("description"));
}

#[test]
fn expressions_and_their_variants_end() {
    play(of("expression"));
}

#[test]
fn answers_and_their_variants_say_no_more_than_they_say() {
    play(of("answer"));
}

#[test]
fn a_persons_values_stay_values_in_a_request() {
    play(of("request"));
}

#[test]
fn documents_and_their_variants_are_read_or_told_their_problems() {
    play(of("document"));
}

#[test]
#[expect(clippy::print_stderr, reason = "says which finding is back")]
fn what_was_found_once_does_not_come_back() {
    for target in &TARGETS {
        for (path, bytes) in samples::findings(target.name) {
            eprintln!("{}", path.display());
            (target.run)(&bytes);
        }
    }
}
