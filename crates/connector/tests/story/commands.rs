//! Commands at their edges: a reader who goes away, a directory without a hub, what was mistyped.

use std::fs::File;

use crate::house::{House, KITS, house};

/// Everything that tells on standard output.
const TELLING: [&[&str]; 12] = [
    &["log", "--club", KITS.name],
    &["log", "--club", KITS.name, "--json"],
    &["log", "--club", KITS.name, "--follow"],
    &["status"],
    &["token", "list"],
    &["token", "create", "INTOUCH"],
    &["directory", "list", "--club", KITS.name],
    &["logging-url", "show", "--club", KITS.name],
    &["platform", "list"],
    &["platform", "show", "vfp"],
    &["platform", "lint"],
    &["platform", "schema"],
];

async fn with_a_line() -> House {
    let house = house().open().await;
    house.save(&house.lead("1", ("Ann", "Able"))).await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_whose_reader_went_away_ends_without_a_word() {
    let house = with_a_line().await;
    for arguments in TELLING {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let told = house.command_into(writer, arguments).await;
        assert_eq!((told.code, told.err.as_str()), (Some(141), ""), "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_cannot_write_says_why() {
    let house = with_a_line().await;
    for arguments in TELLING {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let told = house.command_into(full, arguments).await;
        assert_eq!(told.code, Some(1), "{told:?}");
        assert_eq!(
            told.err,
            "error: standard output cannot be written: No space left on device (os error 28)\n"
        );
    }
}
