//! Looks for bytes with which a target does not end well. `CONNECTOR_FUZZ` names the target.
#![no_main]

use std::sync::OnceLock;

use fuzz::Target;

static CHOSEN: OnceLock<&Target> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let target = CHOSEN.get_or_init(|| {
        let name = std::env::var("CONNECTOR_FUZZ").unwrap_or_default();
        fuzz::target(&name).unwrap_or_else(|| panic!("`CONNECTOR_FUZZ` names no target"))
    });
    (target.run)(data);
});
