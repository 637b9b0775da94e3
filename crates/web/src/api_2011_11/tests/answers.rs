//! Answers, byte for byte.

use std::collections::BTreeMap;

use model::{Field, Kind, Moment, Tracking};

use super::super::{
    ProviderInfo, Reason, SourceRecord, StaffRecord, UserView, error, lead_source_list, parse_user,
    save_response, staff_list, user_document,
};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
const NS: &str = "xmlns=\"http://www.intouchfollowup.com/api/2011-11\"";

fn caller() -> ProviderInfo {
    ProviderInfo {
        identifier: "VFP".to_owned(),
        client_id: "1".to_owned(),
        club_id: "2".to_owned(),
        record_id: "r".to_owned(),
    }
}

fn person() -> UserView {
    let fields = [
        (Field::FirstName, "Ann"),
        (Field::LastName, "O'Neil & <Co>"),
        (Field::Status, "ACTIVE"),
        (Field::Email, "a@b.c"),
        (Field::TrialEnd, "2026-01-31"),
    ];
    UserView {
        record_id: "r".to_owned(),
        kind: Kind::ExMember,
        fields: fields
            .into_iter()
            .map(|(field, value)| (field, value.to_owned()))
            .collect::<BTreeMap<_, _>>(),
        created: ("INTOUCH".to_owned(), Moment(1_334_031_067_023)),
        modified: ("VFP".to_owned(), Moment(1_334_031_068_000)),
        intouch_id: Some("99".to_owned()),
    }
}

#[test]
fn a_save_is_answered_with_the_tracking_uuid() {
    assert_eq!(
        save_response(Tracking(uuid::Uuid::nil())),
        format!("{HEAD}<response {NS}><uuid>00000000-0000-0000-0000-000000000000</uuid></response>")
    );
}

#[test]
fn an_error_says_reason_uuid_and_message() {
    assert_eq!(
        error(Reason::TooLarge, Tracking(uuid::Uuid::nil()), "a < b"),
        format!(
            "{HEAD}<error {NS}><reason>TOO_LARGE</reason><errorUUID>00000000-0000-0000-0000-000000000000</errorUUID>\
             <message>a &lt; b</message></error>"
        )
    );
}

#[test]
fn a_person_is_answered_in_the_order_of_the_contract() {
    assert_eq!(
        user_document(&caller(), &person()),
        format!(
            "{HEAD}<user {NS}><providerInfo><identifier>VFP</identifier><clientID>1</clientID><clubID>2</clubID>\
             <recordID>r</recordID></providerInfo><extraProviderIDs><inTouchID>99</inTouchID></extraProviderIDs>\
             <userInfo><firstname>Ann</firstname><lastname>O'Neil &amp; &lt;Co&gt;</lastname>\
             <userStatus>ACTIVE</userStatus><userType>EX_MEMBER</userType><email>a@b.c</email>\
             <trialEndDate>2026-01-31</trialEndDate><createdBy>INTOUCH</createdBy>\
             <createdDate>2012-04-10T04:11:07.023Z</createdDate><modifiedBy>VFP</modifiedBy>\
             <modifiedDate>2012-04-10T04:11:08.000Z</modifiedDate></userInfo></user>"
        )
    );
}

#[test]
fn what_is_answered_can_be_sent_back() {
    let document =
        parse_user(user_document(&caller(), &person()).as_bytes(), None).expect("our own document");
    assert_eq!((document.provider, document.kind), (caller(), Kind::ExMember));
    assert_eq!(document.fields.len(), 5);
    assert!(document.ignored.is_empty(), "{:?}", document.ignored);
}

#[test]
fn lists_are_lists_even_when_empty() {
    assert_eq!(staff_list(&caller(), &[]), format!("{HEAD}<staffList {NS}></staffList>"));
    let staff = StaffRecord { record_id: "s".to_owned(), email: "e@x".to_owned(), ..StaffRecord::default() };
    assert_eq!(
        staff_list(&caller(), &[staff]),
        format!(
            "{HEAD}<staffList {NS}><staff><providerInfo><identifier>VFP</identifier><clientID>1</clientID>\
             <clubID>2</clubID><recordID>s</recordID></providerInfo><staffInfo><firstname></firstname>\
             <lastname></lastname><email>e@x</email><active>false</active></staffInfo></staff></staffList>"
        )
    );
    let source = SourceRecord { record_id: "f".to_owned(), name: "Facebook".to_owned(), active: true };
    assert_eq!(
        lead_source_list(&caller(), &[source]),
        format!(
            "{HEAD}<leadSources {NS}><leadSource><providerInfo><identifier>VFP</identifier><clientID>1</clientID>\
             <clubID>2</clubID><recordID>f</recordID></providerInfo><leadInfo><name>Facebook</name>\
             <active>true</active></leadInfo></leadSource></leadSources>"
        )
    );
}
