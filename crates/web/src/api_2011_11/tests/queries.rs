//! Query parameters.

use super::super::{Asked, Query};

fn refused(query: &str, asked: Asked) -> String {
    Query::parse(query, asked).expect_err("a bad query").message
}

const WHO: &str = "provider=INTOUCH&client_id=0007&club_id=A%2FB+1";

#[test]
fn the_record_has_three_spellings_and_lead_sources_a_fourth() {
    for name in ["recordID", "uuid", "record_id"] {
        let query = Query::parse(&format!("{WHO}&{name}=0042"), Asked::User).expect("a good query");
        assert_eq!(query.record_id.as_deref(), Some("0042"), "{name}");
        assert_eq!((query.caller.client_id.as_str(), query.caller.club_id.as_str()), ("0007", "A/B 1"));
    }
    let query = Query::parse(&format!("{WHO}&identifier=FACEBOOK"), Asked::LeadSource).expect("a good query");
    assert_eq!(query.record_id.as_deref(), Some("FACEBOOK"));
    assert_eq!(
        Query::parse(&format!("{WHO}&identifier=X"), Asked::Staff).expect("all staff").record_id,
        None
    );
}

#[test]
fn spellings_that_agree_are_one_and_that_differ_are_refused() {
    let query =
        Query::parse(&format!("{WHO}&uuid=7&recordID=7&record_id="), Asked::User).expect("they agree");
    assert_eq!(query.record_id.as_deref(), Some("7"));
    assert_eq!(
        refused(&format!("{WHO}&uuid=7&recordID=8"), Asked::User),
        "the query says both '7' and '8' as recordID, uuid, record_id"
    );
    assert_eq!(
        refused(&format!("{WHO}&uuid=7&identifier=8"), Asked::LeadSource),
        "the query says both '7' and '8' as recordID, uuid, record_id, identifier"
    );
    assert_eq!(
        refused(&format!("{WHO}&club_id=B"), Asked::Staff),
        "the query says both 'A/B 1' and 'B' as club_id"
    );
}

#[test]
fn all_that_is_missing_is_named_at_once() {
    assert_eq!(
        refused("client_id=&club_id=1", Asked::User),
        "the query parameter provider is missing; the query parameter client_id is missing; \
         the query parameter recordID, uuid, record_id is missing"
    );
}
