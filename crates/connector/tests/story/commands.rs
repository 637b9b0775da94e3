//! Commands at their edges: a reader who goes away, a directory without a hub, what was mistyped.

use std::fs::{self, File};
use std::path::Path;

use crate::house::{CLIENT, House, KITS, house};
use serde_json::Value;

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

#[tokio::test(flavor = "multi_thread")]
async fn a_command_makes_no_hub_where_none_is() {
    let house = house().not_turned_up().open().await;
    let file = house.dir.path().join("turn-up.yaml");
    fs::write(&file, house.turn_up_file().to_string()).unwrap();
    let ids = house.dir.path().join("ids.csv");
    fs::write(&ids, "provider_record_id,platform_record_id\n1,2\n").unwrap();
    let nowhere = house.dir.path().join("dtaa");
    let (data, file, ids) = (nowhere.to_str().unwrap(), file.to_str().unwrap(), ids.to_str().unwrap());
    let import = ["links", "import", ids, "--client", CLIENT, "--club", KITS.name];
    let import = [&import[..], &["--provider", "INTOUCH", "--platform", "vfp"]].concat();
    let commands: [&[&str]; 9] = [
        &["log"],
        &["log", "--follow"],
        &["status"],
        &["token", "list"],
        &["token", "create", "INTOUCH"],
        &["token", "revoke", "0123456789ab"],
        &["directory", "list"],
        &["logging-url", "show"],
        &import,
    ];
    for arguments in commands {
        let told = house.command(&[arguments, &["--data", data]].concat()).await.failed();
        told.says(&format!("error: no hub at `{data}`; say where it is with --data or --config"));
        assert!(!nowhere.exists(), "{arguments:?}");
    }
    house.command(&["turn-up", file, "--plan", "--data", data]).await.went_well().says("new client");
    assert!(!nowhere.exists(), "a plan does nothing");
    house.command(&["turn-up", file, "--data", data]).await.went_well().says("done");
    house.command(&["status", "--data", data]).await.went_well();

    fs::remove_file(nowhere.join("master.key")).unwrap();
    house.command(&["status", "--data", data]).await.failed().says("put it there from your copy");
    assert!(!nowhere.join("master.key").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_says_whether_a_hub_runs() {
    let mut house = house().with_vfp().open().await;
    let json = async |house: &House| -> Value {
        serde_json::from_str(&house.command(&["status", "--json"]).await.went_well().out).unwrap()
    };
    let vfp = |status: &Value| {
        let connections = status["connections"].as_array().unwrap();
        connections.iter().find(|one| one["platform"] == "VFP").unwrap()["standing"].clone()
    };
    let data = house.data();
    let status = json(&house).await;
    assert_eq!((&status["running"], vfp(&status)), (&Value::Bool(true), "well".into()), "{status}");
    house.command(&["status"]).await.went_well().says(&format!("a hub runs on `{}`", data.display()));
    assert!(house.stop().await);
    let status = json(&house).await;
    assert_eq!((&status["running"], vfp(&status)), (&Value::Bool(false), Value::Null), "{status}");
    house.command(&["status"]).await.went_well().says(&format!("no hub runs on `{}`", data.display()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_waits_for_another_that_holds_the_data() {
    let mut house = house().open().await;
    assert!(house.stop().await);
    let lists = (0..6).map(|_| house.command(&["token", "list"]));
    for told in futures::future::join_all(lists).await {
        told.went_well().says("INTOUCH");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_revoked_by_enough_of_its_hash_and_once() {
    let house = house().open().await;
    let list = async || -> Value {
        serde_json::from_str(&house.command(&["token", "list", "--json"]).await.went_well().out).unwrap()
    };
    let hash = list().await[0]["hash"].as_str().unwrap().to_owned();
    for short in ["", &hash[..5]] {
        house.command(&["token", "revoke", short]).await.failed().says("6 or more characters");
    }
    house
        .command(&["token", "revoke", "nonesuch"])
        .await
        .failed()
        .says("no token's hash begins with `nonesuch`");
    assert!(list().await[0]["revoked"].is_null());
    let told = house.command(&["token", "revoke", &hash[..6]]).await.went_well();
    assert_eq!(told.out, format!("revoked: {hash} of INTOUCH\n"));
    let revoked = list().await[0]["revoked"].as_str().unwrap().to_owned();
    let again = house.command(&["token", "revoke", &hash]).await.failed();
    again.says(&format!("{hash} of INTOUCH was revoked already, at {revoked}"));
    assert_eq!(list().await[0]["revoked"], revoked.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn all_descriptions_of_a_folder_are_linted() {
    let house = house().not_turned_up().open().await;
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../platforms");
    let lint = async |path: &Path| house.command(&["platform", "lint", path.to_str().unwrap()]).await;
    lint(&bundled)
        .await
        .went_well()
        .says("vfp/platform.yaml: no mistakes")
        .says("hubspot/platform.yaml: no mistakes")
        .says(" descriptions, no mistakes");
    lint(&bundled.join("vfp")).await.went_well().says("vfp/platform.yaml: no mistakes");

    let mine = house.dir.path().join("mine");
    for name in ["vfp", "vpf"] {
        fs::create_dir_all(mine.join(name)).unwrap();
        fs::copy(bundled.join("vfp/platform.yaml"), mine.join(name).join("platform.yaml")).unwrap();
    }
    let told = lint(&mine).await.failed().says("2 descriptions, mistakes in 1");
    told.says("the folder is called `vpf` and the platform `vfp`").says("vfp/platform.yaml: no mistakes");
    let empty = house.dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    lint(&empty).await.failed().says("neither a `platform.yaml` nor a folder that has one");
    lint(&empty.join("none.yaml")).await.failed().says("none.yaml` cannot be read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_up_file_that_is_not_read_is_named_with_line_and_column() {
    let house = house().not_turned_up().open().await;
    let file = house.dir.path().join("kits.yaml");
    let path = file.to_str().unwrap();
    for (text, place, what) in [
        ("client: Kits\nclubs:\n  - name: Kits\n    zone: x\n", ":4:5", "unknown field `zone`"),
        ("client: Kits\nclubs: [\n", ":2:8", "unclosed bracket"),
    ] {
        fs::write(&file, text).unwrap();
        let told =
            house.command(&["turn-up", path]).await.failed().says(&format!("{path}{place}")).says(what);
        assert!(!told.err.contains("<input>") && told.err.matches("error:").count() == 1, "{}", told.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_mistyped_is_answered_with_what_there_is() {
    let house = house().with_vfp().open().await;
    let ids = house.dir.path().join("ids.csv");
    fs::write(&ids, "provider_record_id,platform_record_id\n1,2\n3\n").unwrap();
    let import =
        |client: &'static str, club: &'static str, provider: &'static str, platform: &'static str| {
            let names = ["--client", client, "--club", club, "--provider", provider, "--platform", platform];
            [&["links", "import", ids.to_str().unwrap()][..], &names].concat()
        };
    let wrong: [(&[&str], &str); 11] = [
        (&["token", "create", "intouch"], "(did you mean `INTOUCH`?); there are INTOUCH, VFP"),
        (
            &["token", "create", "VFP", "--client", "x"],
            "no client is called `x`; there are Saltwater Fitness",
        ),
        (&["log", "--club", KITS.name, "--platform", "vpf"], "(did you mean `vfp`?); it is to intouch, vfp"),
        (&["directory", "match", "staff", "intouch:1", "pfv", "--club", KITS.name], "not connected to `pfv`"),
        (&["platform", "show", "vpf"], "(did you mean `vfp`?); there are abc-datatrak, "),
        (&["platform", "test", "vpf"], "(did you mean `vfp`?); there are abc-datatrak, "),
        (&import("Saltwater Fitnes", KITS.name, "INTOUCH", "vfp"), "did you mean `Saltwater Fitness`?"),
        (&import(CLIENT, "Kits", "INTOUCH", "vfp"), "has no club called `Kits`; there are Kits Beach, Porto"),
        (&import(CLIENT, KITS.name, "TOUCH", "vfp"), "no provider `TOUCH` (did you mean `INTOUCH`?)"),
        (&import(CLIENT, KITS.name, "INTOUCH", "vpf"), "no connection to `vpf` (did you mean `vfp`?)"),
        (&import(CLIENT, KITS.name, "INTOUCH", "vfp"), "row 3: an id is missing"),
    ];
    for (arguments, says) in wrong {
        house.command(arguments).await.failed().says(says);
    }
    house.command(&["log", "--club", KITS.name, "zzzz"]).await.went_well().says("no line is like that");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_descriptions_that_is_not_there_is_named() {
    let house = house().not_turned_up().open().await;
    let configuration = house.dir.path().join("connector.toml");
    let text = fs::read_to_string(&configuration).unwrap();
    fs::write(&configuration, format!("platforms = \"/none\"\n{text}")).unwrap();
    let told = house.command(&["platform", "list"]).await.failed();
    assert_eq!(told.err, "error: this cannot be read: No such file or directory (os error 2)\n --> /none\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_samples_of_an_own_folder_of_descriptions_are_replayed_and_missing_ones_named() {
    let house = house().not_turned_up().open().await;
    let configuration = house.dir.path().join("connector.toml");
    let text = fs::read_to_string(&configuration).unwrap();
    let own = house.dir.path().join("own");
    fs::write(&configuration, format!("platforms = \"{}\"\n{text}", own.display())).unwrap();
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../platforms/vfp");
    let samples = own.join("vfp/samples");
    fs::create_dir_all(&samples).unwrap();
    fs::copy(bundled.join("platform.yaml"), own.join("vfp/platform.yaml")).unwrap();
    house.command(&["platform", "test", "vfp"]).await.failed().says("vfp: no sample shows convert");

    for file in fs::read_dir(bundled.join("samples")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), samples.join(file.file_name())).unwrap();
    }
    house.command(&["platform", "test", "vfp"]).await.went_well().says("samples as expected, 0 not");
    let verify = samples.join("verify.yaml");
    let changed = fs::read_to_string(&verify).unwrap().replacen("/ping", "/pong", 1);
    fs::write(&verify, changed).unwrap();
    house.command(&["platform", "test", "vfp"]).await.failed().says("/pong");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_tried_expression_by_expression_and_made_only_when_asked_to() {
    let house = house().with_vfp().open().await;
    let sample =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../platforms/vfp/samples/create_prospect.yaml");
    let (address, key) = (format!("base_url={}", house.vfp.url()), "api_key=key&1".to_owned());
    let call = ["platform", "try", "vfp", "create_prospect", "--sample", sample.to_str().unwrap()];
    let person = ["--set", &address, "--person", "first_name=Grace", "--person", "company="];
    let told = house.command(&[&call[..], &person, &["--set", &key]].concat()).await.went_well();
    let told = told.says("=person.first_name                       \"Grace\"").says("=person.company");
    let told = told.says("cleared").says("unknown").says("x-api-key: ••••••").says("Nothing was sent");
    assert!(!told.out.contains("key&1"), "{told:#?}");
    assert_eq!(house.vfp.people(), []);

    let key = format!("api_key={}", simulator::Config::new(simulator::Platform::Vfp).credentials.secret);
    let sent = [&call[..], &person, &["--set", &key, "--person", "owner=", "--send"]].concat();
    house.command(&sent).await.went_well().says("What it means: saved, number G-");
    let refused = [&call[..], &person, &["--set", "api_key=wrong", "--send"]].concat();
    house
        .command(&refused)
        .await
        .failed()
        .says("What it means: unauthorised")
        .says("because of `failures: when: =");
    let unknown = house.command(&["platform", "try", "vfp", "create_guest"]).await.failed();
    unknown.says("VFP has no operation `create_guest` (did you mean `create_prospect`?); it has verify, ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_s_contract_becomes_a_folder_without_mistakes() {
    let house = house().not_turned_up().open().await;
    let folder = house.dir.path().join("described");
    let dir = folder.to_str().unwrap();
    for (name, flag, contract) in [
        ("acme", "--openapi", "open-spoke/openapi.yaml"),
        ("acme-soap", "--wsdl", "open-spoke-soap/open-spoke.wsdl"),
    ] {
        let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../platforms").join(contract);
        let drafting = ["platform", "new", name, flag, contract.to_str().unwrap(), "--dir", dir];
        house.command(&drafting).await.went_well().says("create").says("questions are marked `TODO`");
        let made = folder.join(name);
        let draft = fs::read_to_string(made.join("platform.yaml")).unwrap();
        assert!(draft.contains("TODO") && draft.contains("grade: assumed"), "{draft}");
        house.command(&["platform", "lint", made.to_str().unwrap()]).await.went_well().says("no mistakes");
        house.command(&drafting).await.failed().says("is there already; nothing was written");
    }
    let weather = house.dir.path().join("weather.yaml");
    fs::write(&weather, "openapi: 3.0.0\npaths: {/weather: {get: {responses: {}}}}").unwrap();
    let weather = ["platform", "new", "sun", "--openapi", weather.to_str().unwrap(), "--dir", dir];
    house.command(&weather).await.failed();
    assert!(!folder.join("sun").exists(), "nothing is written of what is no draft");
}
