//! Mistakes in a description: all of them, each where it is.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

use platform::Description;

fn mistakes(file: &str) -> platform::Mistakes {
    let path = format!("{}/tests/descriptions/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    Description::parse(file, &text).expect_err("the description is wrong")
}

/// The smallest sound description, with one text replaced by another.
fn small(from: &str, to: &str) -> Result<Description, Vec<String>> {
    let text = SMALL.replace(from, to);
    assert!(from.is_empty() || text != SMALL, "`{from}` is not in the description");
    Description::parse("small.yaml", &text)
        .map_err(|mistakes| mistakes.list().iter().map(|mistake| mistake.message.clone()).collect())
}

const SMALL: &str = "
platform: {name: small, title: Small, vendor: Nobody, language: 1, version: 1, grade: assumed}
capabilities: {operations: [create_prospect], conversion: none}
settings:
  url: {title: Address, kind: url, scope: client}
  tenant: {title: Tenant, kind: label, scope: client}
  name: {title: Name, kind: text, scope: client}
hosts: {api: {base: '{{ settings.url }}/v1'}}
operations:
  create_prospect:
    repeat: unsafe
    request:
      method: POST
      path: /people
      json:
        first: =person.first_name
    answer: {id: =answer.id}
";

#[test]
fn a_description_with_ten_mistakes_has_all_ten_reported_each_with_its_place() {
    let mistakes = mistakes("ten-mistakes.yaml");
    let expected = include_str!("descriptions/ten-mistakes.txt");
    let rendered = mistakes.to_string();
    if std::env::var_os("UPDATE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/descriptions/ten-mistakes.txt");
        std::fs::write(path, &rendered).unwrap();
        return;
    }
    assert_eq!(rendered, expected, "\n{rendered}");
    assert!(mistakes.list().len() >= 10);
}

#[test]
fn the_small_description_is_sound() {
    small("", "").unwrap();
}

#[test]
fn an_address_takes_only_settings_that_cannot_lead_elsewhere() {
    small("'{{ settings.url }}/v1'", "'https://{{ settings.tenant }}.vendor.example/{{ settings.name }}'")
        .unwrap();
    let wrong =
        small("'{{ settings.url }}/v1'", "'https://{{ settings.name }}.vendor.example/v1'").unwrap_err();
    assert_eq!(wrong, ["`settings.name` could send the call to any host"]);
    let wrong = small("'{{ settings.url }}/v1'", "'https://vendor.example.{{ settings.url }}'").unwrap_err();
    assert_eq!(wrong, ["`settings.url` could send the call to any host"]);
}

#[test]
fn a_create_must_say_whether_a_repeat_is_harmless_and_where_the_number_is() {
    let wrong = small("    repeat: unsafe\n", "").unwrap_err();
    assert_eq!(wrong, ["`create_prospect` does not say whether a repeat is harmless"]);
    let wrong = small("    answer: {id: =answer.id}\n", "").unwrap_err();
    assert_eq!(wrong, ["`create_prospect` does not say where the record's number is"]);
}

#[test]
fn who_was_made_is_looked_up_only_where_people_are_made_and_can_be_asked_for() {
    let find = "capabilities: {operations: [create_prospect, find_person], conversion: none}";
    let described = SMALL.replace("capabilities: {operations: [create_prospect], conversion: none}", find)
        + "  find_person:
    find_by: [email]
    request: {method: GET, path: /people}
    answer: {items: =answer, item: {id: =item.id}}
";
    let wrong = |text: &str| {
        let mistakes = Description::parse("small.yaml", text).err();
        mistakes.map(|mistakes| mistakes.list().iter().map(|it| it.message.clone()).collect::<Vec<_>>())
    };
    let looked_up = |text: &str| text.replacen("answer: {id: =answer.id}", "answer: {looked_up: true}", 1);
    assert_eq!(wrong(&looked_up(&described)), None);
    for (text, expected) in [
        (looked_up(SMALL), "who `create_prospect` made is looked for by `find_person`, and there is none"),
        (
            described.replacen("answer: {id: =answer.id}", "answer: {id: =answer.id, looked_up: true}", 1),
            "the number is in the answer, or it is looked up",
        ),
        (
            looked_up(&described).replace("repeat: unsafe", "repeat: safe"),
            "`create_prospect` is safe to repeat, and who it made is looked for only where it is not",
        ),
        (
            described.replace("items: =answer,", "looked_up: true, items: =answer,"),
            "`find_person` makes nobody who could be looked for",
        ),
        (
            looked_up(&described).replace("looked_up: true", "looked_up: false"),
            "`create_prospect` does not say where the record's number is",
        ),
    ] {
        assert_eq!(wrong(&text), Some(vec![expected.to_owned()]));
    }
}

#[test]
fn what_is_declared_is_described_and_what_is_described_is_declared() {
    let wrong = small("[create_prospect]", "[create_prospect, convert]").unwrap_err();
    assert_eq!(wrong, ["`convert` is declared, and there is no such call"]);
    let wrong = small("[create_prospect]", "[]").unwrap_err();
    assert_eq!(wrong, ["`create_prospect` is described, and not declared"]);
    let wrong = small("conversion: none", "conversion: perform").unwrap_err();
    assert_eq!(wrong, ["conversion is performed, and there is no call `convert`"]);
}

#[test]
fn expressions_call_nothing_and_print_nothing_that_is_missing() {
    for (expression, expected) in [
        ("=range(10)", "expressions call nothing: there are only filters"),
        ("=person.first_name ~ 'x'", "`~` would print what is missing as text"),
        ("=person", "`person` alone is no value: name a field of it"),
        ("=answer.id", "`answer` is not known yet at this place"),
        ("=personn.first_name", "`personn` is not a name"),
        ("='a", "this is not an expression: unexpected end of string"),
        ("=parts.guest", "there is no part `guest`"),
        ("=person.birth_date | date('d/m/y')", "`d/m/y` is not a format of a date"),
        ("=person.first_name | clip", "`clip` takes 1 arguments, not 0"),
        ("\"=person.first_name\"", "an expression is plain or between single quotes, on one line"),
        ("'{% if x %}'", "there are no blocks and no comments in text, only `{{ … }}`"),
    ] {
        let wrong = small("=person.first_name", expression).unwrap_err();
        assert_eq!(wrong, [expected], "{expression}");
    }
}

const STEPS: &str = "
    steps:
      - {name: find, request: {method: GET, path: /people}, gives: {group: =answer.group}}
      - name: make
        repeat: unsafe
        request: {method: POST, path: /people, json: {first: =person.first_name, group: =steps.find.group}}
        answer: {id: =answer.id}
";

/// The small description with a create in steps, one text of them replaced by another.
fn stepped(from: &str, to: &str) -> Result<Description, Vec<String>> {
    let steps = STEPS.replace(from, to);
    assert!(from.is_empty() || steps != STEPS, "`{from}` is not in the steps");
    let whole = &SMALL[SMALL.find("    request:").unwrap()..];
    small(whole, steps.trim_start_matches('\n'))
}

#[test]
fn steps_keep_to_an_order_in_which_nothing_is_stored_twice() {
    stepped("", "").unwrap();
    let six = "      - {name: a, request: {method: GET, path: /a}}\n".repeat(4);
    for (from, to, expected) in [
        ("=steps.find.group", "=steps.find.grup", "the step `find` does not hand on `grup`"),
        ("=steps.find.group", "=steps.fnd.group", "there is no step `fnd` before this one"),
        ("=steps.find.group", "=steps.make.id", "there is no step `make` before this one"),
        ("=answer.group", "=steps.find.group", "`steps` is not known yet at this place"),
        ("name: make", "name: find", "there is a step `find` already"),
        (
            "        repeat: unsafe\n",
            "",
            "the operation must not happen twice, and no step says that it is the one",
        ),
        (
            "{name: find,",
            "{name: find, repeat: unsafe, does: writes,",
            "only one step may be harmful to repeat",
        ),
        (
            "{name: find,",
            "{name: find, does: reads, repeat: unsafe,",
            "only one step may be harmful to repeat",
        ),
        (
            "        answer: {id: =answer.id}\n",
            "        answer: {id: =answer.id}\n      - {name: tag, request: {method: PUT, path: /tag}}\n",
            "the step `tag` stores nothing of the person after the record is made",
        ),
        (
            "        answer: {id: =answer.id}\n",
            "        answer: {id: =answer.id}\n      - {name: city, request: {method: PUT, path: /x, json: {c: =person.city}}}\n",
            "`city` is stored after the record is made, and by no update",
        ),
        (
            "    steps:\n",
            "    answer: {id: =answer.id}\n    steps:\n",
            "`answer` cannot stand beside `steps`",
        ),
        ("    steps:\n", &format!("    steps:\n{six}"), "an operation has two to 5 steps"),
    ] {
        let wrong = stepped(from, to).expect_err(expected);
        assert!(wrong.iter().any(|said| said == expected), "{to}: {wrong:?}");
    }
}

#[test]
fn yaml_is_spoken_plainly() {
    for (from, to, expected) in [
        ("first: =person.first_name", "first: no", "`no` could be text or a boolean"),
        ("first: =person.first_name", "first: &a x", "anchors and aliases are not spoken here"),
        ("first: =person.first_name", "first: !!str x", "YAML tags are not spoken here"),
        ("first: =person.first_name", "first: 1\n        first: 2", "`first` is written twice"),
        ("hosts: {api", "files: {}\nhosts: {api", "`files` is not carried out yet"),
    ] {
        assert_eq!(small(from, to).unwrap_err(), [expected], "{to}");
    }
}

#[test]
fn a_caret_points_into_a_quoted_expression_with_doubled_quotes() {
    let text = SMALL.replace("=person.first_name", "'=[''x'', person.nick] | join('' '')'");
    let mistakes = Description::parse("small.yaml", &text).unwrap_err();
    let mistake = &mistakes.list()[0];
    let line = text.lines().nth(mistake.line - 1).unwrap();
    assert!(line[mistake.column - 1..].starts_with("nick"), "{mistakes}");
}

#[test]
fn no_bytes_make_the_reader_panic() {
    for at in (0..SMALL.len()).step_by(3) {
        if SMALL.is_char_boundary(at) {
            let _ = Description::parse("cut.yaml", &SMALL[..at]);
            for odd in ["{", "\t", ": ", "'", "=", "{{", "\u{0}", "é", "- "] {
                let text = format!("{}{odd}{}", &SMALL[..at], &SMALL[at..]);
                if let Err(mistakes) = Description::parse("odd.yaml", &text) {
                    let _ = mistakes.to_string();
                }
            }
        }
    }
    let deep = "a: ".to_owned() + &"[".repeat(100_000);
    assert!(Description::parse("deep.yaml", &deep).is_err());
}
