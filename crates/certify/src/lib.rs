//! The certification of a platform: its description carried out against the partner's own test system.
//!
//! A delivery and a check make their calls through the same endpoint, so what works here works in a club. People are made
//! for the purpose, and recognised by their e-mail address: nobody else is ever written. What was seen becomes a [`Card`]
//! in the words of those who build the other system: what works, what does not, and what clubs lose by it.

mod access;
mod card;
mod directory;
mod journal;
mod names;
mod pace;
mod page;
mod people;
mod reading;
mod records;
mod search;
mod system;
mod tidying;

pub use card::{Call, Card, Check, Left, Part, Verdict};
pub use journal::{Journal, Unreadable};
pub use page::page;
pub use system::{Plan, System};

use model::Kind;

/// Makes every check, one after the other, and retires the people it made.
pub async fn certify(mut system: System) -> Card {
    let began = system.now();
    if access::sign_in(&mut system).await {
        access::wrong_credentials(&mut system).await;
        tidying::earlier(&mut system).await;
        directory::staff(&mut system).await;
        directory::lead_sources(&mut system).await;
        let kinds = records::kinds(&system);
        for kind in kinds {
            records::life(&mut system, kind).await;
        }
        if let Some(kind) = records::first_kind(&system) {
            names::odd(&mut system, kind).await;
        }
        records::sale(&mut system).await;
        records::end(&mut system).await;
        search::nobody(&mut system).await;
        search::changes(&mut system, began).await;
        pace::pace(&mut system);
        tidying::retire(&mut system).await;
    }
    system.card(began)
}

/// What somebody is, in a sentence.
const fn called(kind: Kind) -> &'static str {
    match kind {
        Kind::Prospect => "prospect",
        Kind::Member => "member",
        Kind::ExMember => "ex-member",
    }
}
