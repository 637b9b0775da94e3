//! The planner: from what a platform is believed to hold to what it should hold, one step at a time.
//!
//! `projection − shadow` is all that is ever sent; nothing differs, nothing is sent. Kind is a path: a step that the
//! platform needs (create as prospect, convert, update) is never collapsed into a later one.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Abilities, Agreement, Conversion, EntryId, Field, Held, Kind, Link, Operation, Profile, Sends, When,
};

/// How a reference of the profile reads at the platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reference {
    /// The person has none, or it was cleared.
    #[default]
    Unset,
    /// The platform's own id.
    To(String),
    /// The platform does not know the entry (yet).
    Unmatched(EntryId),
}

/// The references of one person, resolved for one platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// The staff owner.
    pub owner: Reference,
    /// The lead source.
    pub lead_source: Reference,
}

/// What a platform should hold of a person. A field that is absent is unknown there, not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projection {
    /// The kind.
    pub kind: Kind,
    /// The fields; `None` is cleared.
    pub fields: BTreeMap<Field, Option<String>>,
    /// Entries that the platform does not know.
    pub unmatched: Vec<EntryId>,
}

/// Projects a profile by the agreement and by what is known of the references.
pub fn project(profile: &Profile, agreement: &Agreement, references: &References) -> Projection {
    let mut fields = BTreeMap::new();
    let mut unmatched = Vec::new();
    for (field, known) in &profile.fields {
        if !agreement.carries(*field) {
            continue;
        }
        let reference = match field {
            Field::Owner => &references.owner,
            Field::LeadSource => &references.lead_source,
            _ => {
                fields.insert(*field, known.value.clone().filter(|value| !value.is_empty()));
                continue;
            }
        };
        match reference {
            Reference::To(id) => drop(fields.insert(*field, Some(id.clone()))),
            Reference::Unset if known.value.is_none() => drop(fields.insert(*field, None)),
            Reference::Unset => {}
            Reference::Unmatched(entry) => unmatched.push(*entry),
        }
    }
    Projection { kind: profile.kind.kind, fields, unmatched }
}

/// One call towards the projection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The call.
    pub operation: Operation,
    /// The kind in which it saves the person.
    pub kind: Kind,
    /// The values that it carries.
    pub fields: BTreeMap<Field, Option<String>>,
    /// Those among them that differ from the shadow.
    pub changed: BTreeSet<Field>,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing, and why.
    Rest(Rest),
    /// This call.
    Call(Step),
}

/// Why nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// The platform holds it all.
    Same,
    /// People of this kind do not go there.
    NotAgreed(Kind),
    /// People of this kind are updated there and never created, and this one was never there.
    NeverThere(Kind),
    /// People of this kind are created there and never changed, and this one is there.
    OnlyNew(Kind),
    /// Leads go there only once they are won.
    OnlyOnceWon,
    /// People from before the connection went live are left alone.
    FromBefore,
    /// The platform has no call for it.
    Unsupported(Kind),
}

/// The next step from the link's shadow to the projection.
pub fn next_step(link: &Link, projection: &Projection, agreement: &Agreement, abilities: &Abilities) -> Next {
    match link.shadow.kind {
        None if link.record.is_none() => creation(link, projection, agreement, abilities),
        there => change(link, there.unwrap_or(projection.kind), projection, agreement, abilities),
    }
}

/// The kind in which a person who is not there yet would be created, if at all. A kind that is owed but no longer
/// agreed gives way to what the person is.
pub fn creation_kind(kind: Kind, owed: Option<Kind>, agreement: &Agreement) -> Result<Kind, Rest> {
    let as_kind = owed.filter(|owed| agreement.sends(*owed).creates()).unwrap_or(kind);
    match agreement.sends(as_kind) {
        Sends::Nothing => Err(Rest::NotAgreed(as_kind)),
        Sends::Updates => Err(Rest::NeverThere(as_kind)),
        Sends::Creates | Sends::CreatesAndUpdates
            if agreement.when == When::OnceWon && kind == Kind::Prospect =>
        {
            Err(Rest::OnlyOnceWon)
        }
        Sends::Creates | Sends::CreatesAndUpdates => Ok(as_kind),
    }
}

fn creation(link: &Link, projection: &Projection, agreement: &Agreement, abilities: &Abilities) -> Next {
    let kind = match creation_kind(projection.kind, link.owed, agreement) {
        Ok(kind) => kind,
        Err(rest) => return Next::Rest(rest),
    };
    let operation = [Some(Operation::save(kind)), Operation::create(kind)];
    let Some(operation) = operation.into_iter().flatten().find(|operation| abilities.can(*operation)) else {
        return Next::Rest(Rest::Unsupported(kind));
    };
    let fields: BTreeMap<_, _> = projection
        .fields
        .iter()
        .filter(|(field, value)| {
            takes(abilities, operation, **field)
                && (value.is_some() || link.shadow.fields.get(field).is_some_and(|held| !held.is_empty()))
        })
        .map(|(field, value)| (*field, value.clone()))
        .collect();
    let changed = fields.keys().copied().collect();
    Next::Call(Step { operation, kind, fields, changed })
}

fn change(
    link: &Link,
    there: Kind,
    projection: &Projection,
    agreement: &Agreement,
    abilities: &Abilities,
) -> Next {
    let there = abilities.kind_there(there);
    let wanted = abilities.kind_there(projection.kind);
    let moves = there != wanted;
    match agreement.sends(wanted) {
        Sends::Nothing => return Next::Rest(Rest::NotAgreed(projection.kind)),
        Sends::Creates => return Next::Rest(Rest::OnlyNew(projection.kind)),
        Sends::Updates | Sends::CreatesAndUpdates => {}
    }
    let kind = if abilities.conversion == Conversion::None { there } else { wanted };
    let operation = [Operation::save(kind), Operation::update(kind)]
        .into_iter()
        .find(|operation| abilities.can(*operation));
    if moves
        && abilities.conversion == Conversion::Perform
        && abilities.can(Operation::Convert)
        && there == Kind::Prospect
        && (kind == Kind::Member || operation.is_some())
    {
        return Next::Call(Step {
            operation: Operation::Convert,
            kind: Kind::Member,
            fields: BTreeMap::new(),
            changed: BTreeSet::new(),
        });
    }
    let Some(operation) = operation else { return Next::Rest(Rest::Unsupported(kind)) };
    let changed = differing(link, projection, abilities, operation);
    let carries_kind =
        (moves || link.shadow.kind_unsure.is_some()) && abilities.conversion != Conversion::None;
    if changed.is_empty() && !carries_kind {
        return Next::Rest(Rest::Same);
    }
    let whole = abilities.of(operation).is_some_and(|ability| ability.whole_record);
    let fields = if whole {
        whole_record(link, projection, abilities, operation)
    } else {
        let differs = |(field, _): &(&Field, &Option<String>)| changed.contains(field);
        projection.fields.iter().filter(differs).map(|(field, value)| (*field, value.clone())).collect()
    };
    Next::Call(Step { operation, kind, fields, changed })
}

/// Everything that the call takes, clearing only what is believed to be filled there. A field that was left apart, or of which
/// nothing is to be said (an owner whom the platform does not know), keeps the platform's own value.
fn whole_record(
    link: &Link,
    projection: &Projection,
    abilities: &Abilities,
    operation: Operation,
) -> BTreeMap<Field, Option<String>> {
    let unknown = Held::default();
    let held = |field: &Field| link.shadow.fields.get(field).unwrap_or(&unknown);
    let carried = |(field, value): (&Field, &Option<String>)| {
        let held = held(field);
        let theirs = held.seen.as_ref().filter(|_| held.apart.is_some() && held.apart == *value);
        (*field, theirs.map_or_else(|| value.clone(), |seen| seen.value.clone()))
    };
    let said = projection.fields.iter().filter(|(field, value)| value.is_some() || !held(field).is_empty());
    let unsaid = link.shadow.fields.iter().filter(|(field, _)| !projection.fields.contains_key(*field));
    let kept = unsaid.filter_map(|(field, held)| Some((*field, Some(held.base()?.value.clone()?))));
    kept.chain(said.map(carried)).filter(|(field, _)| takes(abilities, operation, *field)).collect()
}

fn takes(abilities: &Abilities, operation: Operation, field: Field) -> bool {
    abilities.of(operation).is_some_and(|ability| ability.fields.contains(&field))
}

fn differing(
    link: &Link,
    projection: &Projection,
    abilities: &Abilities,
    operation: Operation,
) -> BTreeSet<Field> {
    let unknown = Held::default();
    projection
        .fields
        .iter()
        .filter(|(field, value)| {
            let held = link.shadow.fields.get(field).unwrap_or(&unknown);
            takes(abilities, operation, **field)
                && !held.satisfies(**field, value.as_deref(), abilities.clips.get(field).copied())
        })
        .map(|(field, _)| *field)
        .collect()
}
