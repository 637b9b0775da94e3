//! What a platform can do, as the planner will know it.

use std::collections::BTreeMap;

use model::{Abilities, Ability, Conversion, Field, Grade, Operation};

use super::calls::{Call, operation, unknown_operation};
use super::{Draft, rates};
use crate::mistakes::Mistakes;
use crate::yaml::Node;

pub(super) fn abilities(
    draft: &Draft<'_>,
    calls: &BTreeMap<Operation, Call>,
    grade: Grade,
    mistakes: &mut Mistakes,
) -> Abilities {
    let Some(node) = draft.root.get("capabilities") else {
        return Abilities::default();
    };
    let mut operations = BTreeMap::new();
    for item in node.get("operations").map_or(&[][..], Node::items) {
        let name = item.text().unwrap_or_default();
        let Some(operation) = operation(name) else {
            unknown_operation(name, item.span.clone(), mistakes);
            continue;
        };
        if !draft.section("operations").iter().any(|(key, _)| key.name == name) {
            mistakes
                .add(item.span.clone(), format!("`{name}` is declared, and there is no such call"))
                .help(format!("describe it under `operations: {name}:`, or do not declare it"));
        }
        operations.extend(calls.get(&operation).map(|call| (operation, ability(operation, call, grade))));
    }
    for (key, _) in draft.section("operations") {
        let declared = node.get("operations").map_or(&[][..], Node::items);
        if operation(&key.name).is_some() && !declared.iter().any(|item| item.text() == Some(&key.name)) {
            mistakes
                .add(key.span.clone(), format!("`{}` is described, and not declared", key.name))
                .help("add it to `capabilities: operations:`; what is not declared is never called");
        }
    }
    let seconds =
        |key: &str| node.get(key).and_then(Node::integer).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    Abilities {
        operations,
        conversion: match node.text_at("conversion") {
            Some("perform") => Conversion::Perform,
            Some("update") => Conversion::Update,
            _ => Conversion::None,
        },
        ex_members_are_members: node.text_at("ex_members") == Some("as_members"),
        kinds_apart: node.get("kinds_apart").and_then(Node::boolean).unwrap_or(false),
        ids_per_client: node.text_at("ids") == Some("per_client"),
        clips: clips(node.get("clips"), mistakes),
        late_after_s: seconds("late_after_s"),
        visible_after_s: seconds("visible_after_s"),
        concurrency: node
            .get("concurrency")
            .and_then(Node::integer)
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(4),
        rates: rates::rates(draft, mistakes),
        feed: calls.get(&Operation::ListChanges).and_then(|call| call.feed),
        find_by: calls
            .get(&Operation::FindPerson)
            .map(|call| call.find_by.iter().copied().collect())
            .unwrap_or_default(),
    }
}

fn ability(operation: Operation, call: &Call, grade: Grade) -> Ability {
    let updates = matches!(
        operation,
        Operation::SaveProspect
            | Operation::UpdateProspect
            | Operation::SaveMember
            | Operation::UpdateMember
            | Operation::SaveExMember
            | Operation::UpdateExMember
    );
    Ability {
        safe_to_repeat: call.safe,
        whole_record: updates && !call.changed_only,
        deadline_s: call.timeout.as_secs().try_into().unwrap_or(u32::MAX),
        fields: call.fields().to_set(),
        later: call.later_fields().to_set(),
        calls: u32::try_from(call.steps.len()).unwrap_or(1),
        grade: call.grade.unwrap_or(grade),
    }
}

fn clips(node: Option<&Node>, mistakes: &mut Mistakes) -> BTreeMap<Field, usize> {
    let mut clips = BTreeMap::new();
    for (key, value) in node.map_or(&[][..], Node::entries) {
        match key.name.parse::<Field>() {
            Ok(field) => {
                clips.extend(value.integer().and_then(|n| usize::try_from(n).ok()).map(|n| (field, n)));
            }
            Err(unknown) => {
                mistakes
                    .add(key.span.clone(), unknown.to_string())
                    .nearest(&key.name, Field::ALL.iter().map(|field| field.name()))
                    .help("`connector platform fields` lists them all");
            }
        }
    }
    clips
}
