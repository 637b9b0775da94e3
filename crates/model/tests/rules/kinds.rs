//! Kind is a path, not a field: steps are walked one by one and never collapsed.

use model::{
    Accepted, Agreement, Conversion, Field, Kind, Next, Operation, RemoteId, Rest, Sends, State, When,
};

use crate::domain::{Story, down, everything, i4, i4_agreement, no_answer, performs, platform, saved};

#[test]
fn a_lead_accepted_while_the_platform_is_down_and_sold_before_it_is_back_still_arrives_in_steps() {
    let mut story = Story::of(i4_agreement(), i4());
    assert_eq!(story.accepted(0), Accepted::Due);
    story.called(&down(), 1);
    story.becomes(Kind::Member, 60);
    let create = story.step();
    assert_eq!((create.operation, create.kind), (Operation::CreateProspect, Kind::Prospect));
    story.called(&saved("17"), 120);
    let update = story.step();
    assert_eq!((update.operation, update.kind), (Operation::UpdateMember, Kind::Member));
    story.called(&saved("17"), 121);
    assert_eq!(story.next(), Next::Rest(Rest::Same));
    assert_eq!(story.link.state, State::Idle);
}

#[test]
fn where_conversion_is_performed_create_convert_and_update_are_three_steps() {
    let mut story = Story::of(i4_agreement(), performs());
    story.accepted(0);
    story.becomes(Kind::Member, 10);
    let mut made = Vec::new();
    for s in 20..24 {
        if let Next::Call(step) = story.next() {
            made.push(step.operation);
            story.called(&saved("17"), s);
        }
    }
    assert_eq!(made, [Operation::CreateProspect, Operation::Convert]);
    story.edits(Field::FirstName, Some("Janet"), 30);
    assert_eq!(story.step().operation, Operation::UpdateMember);
}

#[test]
fn a_lead_whose_membership_ended_before_the_platform_was_back_is_still_converted_first() {
    let mut story = Story::of(i4_agreement(), performs());
    story.accepted(0);
    story.becomes(Kind::Member, 10);
    story.becomes(Kind::ExMember, 20);
    let mut made = Vec::new();
    for s in 30..34 {
        if let Next::Call(step) = story.next() {
            made.push((step.operation, step.kind));
            story.called(&saved("17"), s);
        }
    }
    assert_eq!(
        made,
        [
            (Operation::CreateProspect, Kind::Prospect),
            (Operation::Convert, Kind::Member),
            (Operation::UpdateExMember, Kind::ExMember)
        ]
    );
}

#[test]
fn a_member_who_never_was_a_lead_here_is_not_created_where_members_are_only_updated() {
    let mut story = Story::of(i4_agreement(), i4());
    assert_eq!(story.becomes(Kind::Member, 0), Accepted::Rests(Rest::NeverThere(Kind::Member)));
    assert_eq!(story.becomes(Kind::ExMember, 1), Accepted::Rests(Rest::NeverThere(Kind::ExMember)));
}

#[test]
fn a_lead_owed_as_a_prospect_goes_as_what_they_are_once_prospects_are_no_longer_agreed() {
    let abilities = platform(Conversion::Update, &[Operation::CreateProspect, Operation::CreateMember]);
    let mut story = Story::of(everything(), abilities);
    story.accepted(0);
    story.becomes(Kind::Member, 10);
    story.agreement.prospects = Sends::Nothing;
    assert_eq!(story.step().operation, Operation::CreateMember);
}

#[test]
fn where_the_platform_makes_its_own_members_updates_go_on_and_the_kind_is_not_sent() {
    let mut abilities = performs();
    abilities.conversion = Conversion::None;
    abilities.kinds_apart = true;
    let mut story = Story::arrived(everything(), abilities);
    assert_eq!(story.becomes(Kind::Member, 10), Accepted::Rests(Rest::Same));
    story.edits(Field::FirstName, Some("Janet"), 20);
    let step = story.step();
    assert_eq!(
        (step.operation, step.kind),
        (Operation::UpdateProspect, Kind::Prospect),
        "number 17 is a prospect's there, and member 17 is somebody else"
    );
    story.called(&saved("17"), 21);
    let merged = story.reports_as(Some(Kind::Prospect), &[], 30);
    assert_eq!(merged.refused_kind, None, "it is what we believed");
    story.reports_as(Some(Kind::Member), &[], 40);
    story.edits(Field::FirstName, Some("Jane"), 50);
    assert_eq!(story.step().operation, Operation::UpdateMember);
}

#[test]
fn an_update_can_carry_the_conversion() {
    let mut story = Story::arrived(everything(), i4());
    story.becomes(Kind::Member, 10);
    let step = story.step();
    assert_eq!((step.operation, step.kind, step.fields.len()), (Operation::UpdateMember, Kind::Member, 0));
}

#[test]
fn leads_that_go_out_once_won_wait_for_the_sale() {
    let mut agreement = everything();
    agreement.when = When::OnceWon;
    let abilities = platform(Conversion::Update, &[Operation::CreateProspect, Operation::CreateMember]);
    let mut story = Story::of(agreement, abilities);
    assert_eq!(story.accepted(0), Accepted::Rests(Rest::OnlyOnceWon));
    assert_eq!(story.becomes(Kind::Member, 10), Accepted::Due);
    assert_eq!(story.step().operation, Operation::CreateMember, "nothing was owed before the sale");
}

#[test]
fn a_converted_prospects_old_number_is_still_recognised() {
    let mut story = Story::arrived(everything(), performs());
    story.becomes(Kind::Member, 10);
    story.called(&saved("M-4"), 11);
    assert_eq!(story.link.record, Some(RemoteId::plain("M-4")));
    assert_eq!(story.link.former, [RemoteId::plain("17")]);
    story.link.take_record(RemoteId::plain("17"));
    assert_eq!(story.link.former, [RemoteId::plain("M-4")], "a number is either current or former");
}

#[test]
fn a_system_that_never_heard_of_the_sale_cannot_undo_it() {
    let mut story = Story::arrived(everything(), performs());
    story.becomes(Kind::Member, 10);
    story.link.shadow.kind = None;
    let merged = story.reports_as(Some(Kind::Prospect), &[], 20);
    assert_eq!(merged.refused_kind, Some(Kind::Prospect));
    assert_eq!(story.person.profile.kind.kind, Kind::Member);
    assert_eq!(story.step().operation, Operation::Convert, "it is told of the sale");
}

#[test]
fn who_made_a_member_may_make_them_a_prospect_again() {
    let mut story = Story::arrived(everything(), performs());
    story.reports_as(Some(Kind::Member), &[], 20);
    let merged = story.reports_as(Some(Kind::Prospect), &[], 30);
    assert_eq!(merged.was, Some(Kind::Member));
    assert_eq!(story.person.profile.kind.kind, Kind::Prospect);
}

#[test]
fn forward_moves_are_open_to_everybody() {
    for (from, to) in [
        (Kind::Prospect, Kind::Member),
        (Kind::Prospect, Kind::ExMember),
        (Kind::Member, Kind::ExMember),
        (Kind::ExMember, Kind::Member),
    ] {
        assert!(from.may_become(to, false), "{from} to {to}");
    }
    assert!(!Kind::ExMember.may_become(Kind::Prospect, false));
}

#[test]
fn a_record_reported_by_a_platform_that_does_not_tell_kinds_is_not_created_there_again() {
    let mut story = Story::of(everything(), i4());
    story.link.take_record(RemoteId::plain("17"));
    story.reports(&[(Field::FirstName, Some("Jane")), (Field::LastName, Some("Smith"))], 10);
    story.edits(Field::Email, Some("jane@a.example"), 20);
    assert_eq!(story.step().operation, Operation::UpdateProspect);
}

#[test]
fn what_a_platform_cannot_take_is_unsupported() {
    let mut story = Story::of(everything(), platform(Conversion::None, &[Operation::UpdateMember]));
    assert_eq!(story.accepted(0), Accepted::Rests(Rest::Unsupported(Kind::Prospect)));
    story.agreement.members = Sends::Nothing;
    assert_eq!(story.becomes(Kind::Member, 1), Accepted::Rests(Rest::NotAgreed(Kind::Member)));
}

#[test]
fn a_platform_that_knows_no_ex_members_is_not_told_of_one_and_goes_on_with_a_member() {
    for conversion in [Conversion::Update, Conversion::Perform] {
        use Operation::{Convert, CreateProspect, UpdateMember, UpdateProspect};
        let mut abilities = platform(conversion, &[CreateProspect, UpdateProspect, UpdateMember, Convert]);
        abilities.ex_members_are_members = true;
        let mut story = Story::arrived(Agreement { ex_members: Sends::Nothing, ..i4_agreement() }, abilities);
        story.becomes(Kind::Member, 10);
        story.called(&saved("17"), 11);
        assert_eq!(story.becomes(Kind::ExMember, 20), Accepted::Rests(Rest::Same), "{conversion:?}");
        story.edits(Field::Email, Some("jane@a.example"), 30);
        assert_eq!((story.step().operation, story.step().kind), (UpdateMember, Kind::Member));
        story.called(&saved("17"), 31);
        let merged = story.reports_as(Some(Kind::Member), &[], 40);
        assert_eq!((merged.was, merged.refused_kind), (None, None), "what it always said is no news");
        assert_eq!(story.person.profile.kind.kind, Kind::ExMember);
        assert_eq!(story.next(), Next::Rest(Rest::Same));
    }
}

#[test]
fn an_ex_member_who_is_met_where_ex_members_are_unknown_is_no_member_again() {
    let mut story = Story::of(everything(), i4());
    story.abilities.ex_members_are_members = true;
    story.becomes(Kind::ExMember, 10);
    story.link.take_record(RemoteId::plain("17"));
    let merged = story.reports_as(Some(Kind::Member), &[], 20);
    assert_eq!((merged.was, story.person.profile.kind.kind), (None, Kind::ExMember));

    story.abilities.ex_members_are_members = false;
    story.link.shadow.kind = None;
    let merged = story.reports_as(Some(Kind::Member), &[], 30);
    assert_eq!(merged.was, Some(Kind::ExMember), "who tells them apart is believed");
}

#[test]
fn nobody_is_created_as_a_member_where_ex_members_are_unknown() {
    let mut abilities = platform(Conversion::Update, &[Operation::SaveMember]);
    abilities.ex_members_are_members = true;
    let mut story = Story::of(Agreement { ex_members: Sends::Nothing, ..everything() }, abilities);
    assert_eq!(story.becomes(Kind::ExMember, 0), Accepted::Rests(Rest::NotAgreed(Kind::ExMember)));
}

#[test]
fn a_sighting_of_the_kind_that_an_unanswered_call_carried_is_no_move() {
    let mut story = Story::arrived(everything(), i4());
    story.becomes(Kind::Member, 10);
    story.called(&no_answer(), 10);
    story.becomes(Kind::ExMember, 11);
    let merged = story.reports_as(Some(Kind::Member), &[], 20);
    assert_eq!(merged.was, None);
    assert_eq!(story.step().kind, Kind::ExMember);
}

#[test]
fn a_kind_taken_back_before_an_unanswered_update_is_repeated_still_goes_out() {
    let mut story = Story::arrived(everything(), i4());
    story.becomes(Kind::Member, 10);
    story.called(&no_answer(), 10);
    story.becomes(Kind::Prospect, 11);
    assert_eq!(story.step().kind, Kind::Prospect, "the platform may hold a member");
    story.called(&saved("17"), 120);
    assert_eq!(story.next(), Next::Rest(Rest::Same));
}

#[test]
fn a_sighting_of_an_unanswered_conversion_is_no_move() {
    let mut story = Story::arrived(everything(), performs());
    story.becomes(Kind::Member, 10);
    story.called(&no_answer(), 10);
    story.becomes(Kind::ExMember, 11);
    let merged = story.reports_as(Some(Kind::Member), &[], 20);
    assert_eq!(merged.was, None);
    assert_eq!(story.step().kind, Kind::ExMember);
}
