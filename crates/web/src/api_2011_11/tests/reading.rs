//! Documents, read: what is taken, what is refused, and in which words.

use model::{Field, Kind};

use super::super::{ProviderInfo, Said, UserDocument, parse_lead_source, parse_staff, parse_user};
use super::{USER, user_with};

fn read(document: &str) -> UserDocument {
    parse_user(document.as_bytes(), Some("application/xml")).expect("a good document")
}

fn refused(document: &str) -> String {
    parse_user(document.as_bytes(), None).expect_err("a bad document").message
}

fn value(text: &str) -> Said {
    Said::Value(text.to_owned())
}

#[test]
fn the_smallest_user_of_the_contract_is_accepted() {
    let document = read(
        "<user>
           <providerInfo>
             <identifier>PROVIDER_ID</identifier>
             <clientID>0007</clientID>
             <clubID>1111</clubID>
             <recordID>
               7fe3
             </recordID>
           </providerInfo>
           <userInfo>
             <firstname>Foo</firstname>
             <lastname>Bar &amp; Söhne</lastname>
             <userStatus>ACTIVE</userStatus>
             <userType>PROSPECT</userType>
           </userInfo>
         </user>",
    );
    let expected = ProviderInfo {
        identifier: "PROVIDER_ID".to_owned(),
        client_id: "0007".to_owned(),
        club_id: "1111".to_owned(),
        record_id: "7fe3".to_owned(),
    };
    assert_eq!(document.provider, expected);
    assert_eq!(document.kind, Kind::Prospect);
    let fields: Vec<Field> = document.fields.keys().copied().collect();
    assert_eq!(fields, [Field::FirstName, Field::LastName, Field::Status]);
    assert_eq!(document.fields[&Field::LastName], value("Bar & Söhne"));
    assert!(document.ignored.is_empty());
}

#[test]
fn every_field_has_its_element() {
    let more = "<birthdate>1980-02-29</birthdate><gender>F</gender><address1>1 A</address1><address2>B</address2>\
        <city>C</city><zipcode>00123</zipcode><state>BC</state><country>CA</country><mobile>+1 604</mobile>\
        <homePhone>2</homePhone><workPhone>3</workPhone><email>a@b.c</email><company>D  E</company>\
        <ownerID>07</ownerID><leadSourceID>FACEBOOK</leadSourceID><trialStartDate>2026-01-01</trialStartDate>\
        <trialEndDate>2026-01-31</trialEndDate>";
    let document = read(&user_with(more));
    assert_eq!(document.fields.len(), Field::ALL.len());
    assert_eq!(document.fields[&Field::Zipcode], Said::Value("00123".to_owned()));
    assert_eq!(document.fields[&Field::Owner], Said::Value("07".to_owned()));
    assert_eq!(
        document.fields[&Field::Company],
        Said::Value("D  E".to_owned()),
        "white space inside is kept"
    );
    assert!(document.ignored.is_empty(), "{:?}", document.ignored);
}

#[test]
fn absent_empty_and_nil_are_three_things() {
    let document = read(&user_with(
        "<mobile/><email>  </email><city xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:nil='true'/>",
    ));
    let said = |field| document.fields.get(&field);
    assert_eq!(said(Field::Mobile), Some(&Said::Empty));
    assert_eq!(said(Field::Email), Some(&Said::Empty));
    assert_eq!(said(Field::City), Some(&Said::Nil));
    assert_eq!(said(Field::Company), None);
}

#[test]
fn the_namespace_may_be_there_or_not_and_no_other() {
    let ours = "http://www.intouchfollowup.com/api/2011-11";
    let plain = user_with("<mobile>1</mobile>");
    let default = plain.replacen("<user>", &format!("<user xmlns='{ours}'>"), 1);
    let prefixed = plain.replace("</", "</p:").replace('<', "<p:").replace("<p:/p:", "</p:");
    let prefixed = prefixed.replacen("<p:user>", &format!("<p:user xmlns:p='{ours}'>"), 1);
    assert_eq!(read(&default), read(&plain));
    assert_eq!(read(&prefixed), read(&plain));
    assert_eq!(
        refused(&plain.replacen("<user>", "<user xmlns='urn:other'>", 1)),
        format!("the root element must be in the namespace {ours} or in none, not in 'urn:other'")
    );
}

#[test]
fn the_order_of_elements_does_not_matter_and_unknown_ones_are_noted() {
    let document = read(
        "<user><userInfo><userType>MEMBER</userType><shoeSize>43</shoeSize><lastname>B</lastname>\
         <x xmlns='urn:other'><y/></x><firstname>A</firstname><userStatus>INACTIVE</userStatus>\
         <createdBy>X</createdBy></userInfo><extraProviderIDs><inTouchID>5</inTouchID></extraProviderIDs>\
         <providerInfo><recordID>1</recordID><clubID>2</clubID><clientID>3</clientID>\
         <identifier>4</identifier></providerInfo><note/></user>",
    );
    assert_eq!(document.kind, Kind::Member);
    assert_eq!(document.provider.identifier, "4");
    assert_eq!(document.ignored, ["note", "userInfo/shoeSize", "userInfo/x"]);
}

#[test]
fn four_spellings_of_the_ex_member_are_understood() {
    for literal in ["EX_MEMBER", "EXMEMBER", "EX-MEMBER", "FORMER_MEMBER"] {
        assert_eq!(read(&user_with("").replace("PROSPECT", literal)).kind, Kind::ExMember, "{literal}");
    }
}

#[test]
fn a_mistake_is_named_with_its_place() {
    let cases = [
        (
            user_with("").replace("PROSPECT", "LEAD"),
            "userInfo/userType must be PROSPECT, MEMBER or EX_MEMBER, not 'LEAD'",
        ),
        (
            user_with("").replace("ACTIVE", "active"),
            "userInfo/userStatus must be ACTIVE or INACTIVE, not 'active'",
        ),
        (user_with("<gender>male</gender>"), "userInfo/gender must be M or F, not 'male'"),
        (
            user_with("<birthdate>1981-02-29</birthdate>"),
            "userInfo/birthdate must be a date written yyyy-mm-dd, not '1981-02-29'",
        ),
        (
            user_with("<birthdate>29/02/1980</birthdate>"),
            "userInfo/birthdate must be a date written yyyy-mm-dd, not '29/02/1980'",
        ),
        (
            user_with("<trialEndDate>2026-1-1</trialEndDate>"),
            "userInfo/trialEndDate must be a date written yyyy-mm-dd, not '2026-1-1'",
        ),
        (
            user_with("<country>Canada</country>"),
            "userInfo/country must be a country code of two letters (ISO 3166), not 'Canada'",
        ),
        (user_with("<mobile>1</mobile><mobile>1</mobile>"), "userInfo/mobile appears twice"),
        (user_with("<mobile><b>1</b></mobile>"), "userInfo/mobile must hold text, not elements"),
        (
            user_with("<city xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='1'>Rome</city>"),
            "userInfo/city says xsi:nil and has a value",
        ),
        (user_with("").replace("<lastname>Bar</lastname>", ""), "userInfo/lastname is missing"),
        (user_with("").replace("<firstname>Foo", "<firstname> "), "userInfo/firstname is empty"),
        (user_with("").replace("<recordID>r-1</recordID>", ""), "providerInfo/recordID is missing"),
        (
            user_with("").replace("r-1", &"9".repeat(501)),
            "providerInfo/recordID is longer than 500 characters",
        ),
        (
            "<user><userInfo/></user>".to_owned(),
            "providerInfo is missing; userInfo/firstname is missing; userInfo/lastname is missing; userInfo/userStatus is missing; userInfo/userType is missing",
        ),
        (USER.replace("<userInfo>{}</userInfo>", ""), "userInfo is missing"),
        ("<staff/>".to_owned(), "the root element must be user, not 'staff'"),
        ("<user>".to_owned(), "the element `user` is not closed (line 1, column 1)"),
        (String::new(), "the document has no root element"),
        ("{\"user\":1}".to_owned(), "the document has text outside its root element (line 1, column 1)"),
    ];
    for (document, expected) in cases {
        assert_eq!(refused(&document), expected, "{document}");
    }
}

#[test]
fn a_country_is_two_letters_and_reads_the_same_in_either_case() {
    for code in ["CA", "ca", " Ca "] {
        let document = read(&user_with(&format!("<country>{code}</country>")));
        assert_eq!(document.fields[&Field::Country], value("CA"), "{code}");
    }
    for other in ["CAN", "C", "1A", "Ö1", "C A"] {
        assert!(refused(&user_with(&format!("<country>{other}</country>"))).contains("country"), "{other}");
    }
}

#[test]
fn all_mistakes_of_a_document_come_in_one_message() {
    let document = USER.replace(
        "{}",
        "<lastname>B</lastname><userStatus>X</userStatus><userType>Y</userType><gender>Z</gender>",
    );
    assert_eq!(
        refused(&document),
        "userInfo/firstname is missing; userInfo/userStatus must be ACTIVE or INACTIVE, not 'X'; \
         userInfo/gender must be M or F, not 'Z'; userInfo/userType must be PROSPECT, MEMBER or EX_MEMBER, not 'Y'"
    );
}

#[test]
fn a_long_foreign_value_does_not_flood_the_message() {
    let message = refused(&user_with(&format!("<gender>{}</gender>", "x".repeat(10_000))));
    assert_eq!(message, format!("userInfo/gender must be M or F, not '{}…'", "x".repeat(40)));
    let many = "<unknown/>".repeat(500);
    assert_eq!(read(&user_with(&many)).ignored.len(), 20);
}

#[test]
fn texts_of_any_length_and_encoding_arrive_whole() {
    let long = "ü".repeat(60_000);
    let document = read(&user_with(&format!("<company>{long}</company>")));
    assert_eq!(document.fields[&Field::Company], value(&long));
    let wide: Vec<u8> = user_with("<city>Zürich</city>").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let document = parse_user(&wide, Some("text/xml; charset=utf-16")).expect("UTF-16");
    assert_eq!(document.fields[&Field::City], value("Zürich"));
    let latin = format!("<?xml version='1.0' encoding='ISO-8859-1'?>{}", user_with("<city>Z?rich</city>"));
    let document: Vec<u8> =
        latin.replace("Z?r", "Z\u{7f}r").bytes().map(|b| if b == 0x7f { 0xFC } else { b }).collect();
    let document = parse_user(&document, Some("text/xml")).expect("ISO-8859-1");
    assert_eq!(document.fields[&Field::City], value("Zürich"));
}

#[test]
fn staff_need_an_id_and_an_email() {
    let staff = |info: &str| {
        let document = USER.replace("userInfo", "staffInfo").replace("user>", "staff>").replace("{}", info);
        parse_staff(document.as_bytes(), None)
    };
    let read = staff("<email>a@b.c</email>").expect("enough").staff;
    assert_eq!((read.record_id.as_str(), read.email.as_str(), read.active), ("r-1", "a@b.c", true));
    let read = staff("<firstname>A</firstname><lastname>B</lastname><email>e</email><active>0</active>")
        .expect("all");
    assert_eq!(
        (read.staff.first_name.as_str(), read.staff.last_name.as_str(), read.staff.active),
        ("A", "B", false)
    );
    assert_eq!(
        staff("<active>no</active>").expect_err("two mistakes").message,
        "staffInfo/email is missing; staffInfo/active must be true or false, not 'no'"
    );
}

#[test]
fn the_vendors_own_lead_source_is_read() {
    let document = USER.replace("userInfo", "leadInfo").replace("user>", "leadSource>");
    let document = document.replace("{}", "<name>Facebook</name><active>true</active>");
    let read = parse_lead_source(document.as_bytes(), None).expect("the vendor's own").source;
    assert_eq!((read.record_id.as_str(), read.name.as_str(), read.active), ("r-1", "Facebook", true));
    let nameless = document.replace("<name>Facebook</name>", "");
    assert_eq!(
        parse_lead_source(nameless.as_bytes(), None).expect_err("no name").message,
        "leadInfo/name is missing"
    );
}
