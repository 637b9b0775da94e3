//! The survey: is each credential live, does each club exist, and who corresponds to whom?

use std::collections::BTreeMap;
use std::sync::Arc;

use model::directory::{Entry, Found, Role, find};
use model::{ClubId, ConnectionId, Operation, Outcome, PersonId, Setup};
use platform::Given;
use serde::{Deserialize, Serialize};

use crate::Hub;
use crate::registry::{Registry, Spoke};

/// The answer to one verification call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Verified {
    /// The platform's title.
    pub platform: String,
    /// The club's name.
    pub club: String,
    /// What is wrong; `None` when all is well.
    pub problem: Option<String>,
}

/// How the staff or sources of two platforms correspond at one club.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pairing {
    /// The club's name.
    pub club: String,
    /// `staff` or `lead_source`.
    pub role: Role,
    /// Whose entries are matched.
    pub from: String,
    /// Against whose.
    pub to: String,
    /// Matched names.
    pub matched: Vec<String>,
    /// Names nobody there corresponds to.
    pub unmatched: Vec<String>,
    /// Names that several there correspond to.
    pub ambiguous: Vec<String>,
}

/// What was found.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Survey {
    /// One answer per connection and club.
    pub verified: Vec<Verified>,
    /// One pairing per club, role and pair of platforms.
    pub pairings: Vec<Pairing>,
}

type Lists = BTreeMap<(ConnectionId, ClubId, Role), Vec<Entry>>;

impl Hub {
    /// Verifies every connection of a client in a set-up to come and reads its lists. Only reads leave.
    pub async fn survey(self: &Arc<Self>, setup: &Setup, client: model::ClientId) -> Survey {
        let tokens = self.other_tokens();
        let (registry, _) = Registry::new(setup.clone(), &self.means(&tokens));
        let mut survey = Survey::default();
        let mut lists = Lists::new();
        for spoke in registry.spokes().filter(|spoke| spoke.connection.client == client) {
            for number in &spoke.connection.clubs {
                let club = number.club;
                let name = registry.club(club).map_or_else(String::new, |club| club.name.clone());
                let problem = self.verify(spoke, club).await;
                if problem.is_none() {
                    self.survey_lists(spoke, club, &mut lists).await;
                }
                survey.verified.push(Verified { platform: spoke.title().to_owned(), club: name, problem });
            }
        }
        survey.pairings = pairings(&registry, &lists);
        survey
    }

    /// Asks a platform whether it takes our credentials and knows a club; answers what is wrong.
    pub async fn verify(self: &Arc<Self>, spoke: &Spoke, club: ClubId) -> Option<String> {
        let endpoint = match spoke.endpoint(club) {
            Ok(endpoint) => endpoint,
            Err(problem) => return Some(problem),
        };
        if !spoke.abilities().can(Operation::Verify) {
            return None;
        }
        if !self.spend_patiently(spoke, club, Operation::Verify).await.unwrap_or(false) {
            return Some("its budget of calls is spent for now".to_owned());
        }
        let given = Given { now: self.clock().now().timestamp(), ..Given::default() };
        let answer = self.call(endpoint, PersonId::default(), Operation::Verify, &given).await;
        match answer.outcome {
            Outcome::Saved { .. } | Outcome::Unchanged => None,
            Outcome::Gone => Some("the platform does not know this club id".to_owned()),
            other => Some(crate::wording::attempt(&other, answer.exchange.status)),
        }
    }

    async fn survey_lists(self: &Arc<Self>, spoke: &Spoke, club: ClubId, lists: &mut Lists) {
        for (role, operation) in
            [(Role::Staff, Operation::ListStaff), (Role::LeadSource, Operation::ListLeadSources)]
        {
            let mut entries = self.directory().entries_of(spoke.id(), club, role);
            if spoke.abilities().can(operation)
                && let Some(answer) = self.ask_directory(spoke, club, operation, Given::default()).await
                && !answer.found.is_empty()
            {
                entries = answer
                    .found
                    .iter()
                    .map(|found| crate::directory::listed(found, spoke.id(), club, role))
                    .collect();
            }
            lists.insert((spoke.id(), club, role), entries);
        }
    }
}

fn pairings(registry: &Registry, lists: &Lists) -> Vec<Pairing> {
    let mut pairings = Vec::new();
    for ((from, club, role), entries) in lists {
        for ((to, other_club, other_role), there) in lists {
            let agreed = registry.spoke(*to).is_some_and(|spoke| match role {
                Role::Staff => spoke.agreement().owner,
                Role::LeadSource => spoke.agreement().lead_source,
            });
            if from == to || club != other_club || role != other_role || !agreed {
                continue;
            }
            let title = |id| registry.spoke(id).map_or_else(String::new, |spoke| spoke.title().to_owned());
            let club = registry.club(*club).map_or_else(String::new, |club| club.name.clone());
            pairings.push(pair(
                (entries, there),
                Pairing {
                    club,
                    role: *role,
                    from: title(*from),
                    to: title(*to),
                    matched: Vec::new(),
                    unmatched: Vec::new(),
                    ambiguous: Vec::new(),
                },
            ));
        }
    }
    pairings
}

fn pair((entries, there): (&[Entry], &[Entry]), mut pairing: Pairing) -> Pairing {
    for entry in entries.iter().filter(|entry| entry.active) {
        let name = entry.name.clone();
        match find(entry, entries, there) {
            Found::One(_) => pairing.matched.push(name),
            Found::None => pairing.unmatched.push(name),
            Found::Several(_) | Found::Twins(_) => pairing.ambiguous.push(name),
        }
    }
    pairing
}
