//! The folder of a draft: description, guide, samples and the schema for editors; checked before it is handed over.

use std::sync::Arc;

use model::Operation;
use platform::{Description, Mistakes, library::Library};

use crate::contract::Contract;
use crate::describe::{SCHEMA, describe};
use crate::{About, guide, samples};

/// A drafted folder.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Its files: the path inside the folder, and the text.
    pub files: Vec<(String, String)>,
    /// The operations, each with the call that was chosen for it.
    pub chosen: Vec<(Operation, String)>,
    /// Operations that a club would miss, for which no call was found.
    pub lacking: Vec<Operation>,
    /// How many questions are marked in the description.
    pub questions: usize,
}

/// Why a draft could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Unmade {
    /// Nothing in the contract looks like a call about people, staff or lead sources.
    #[error(
        "no call in it was recognised: none is named after people, staff, lead sources or clubs; begin without \
         it, with `--speaks json` or `--speaks soap`"
    )]
    NothingFound,
    /// The draft has mistakes, which is one of ours.
    #[error("the draft has mistakes\n{0}")]
    Mistaken(Mistakes),
}

/// What a club would miss.
const WANTED: [&[Operation]; 6] = [
    &[Operation::SaveProspect, Operation::CreateProspect],
    &[Operation::SaveProspect, Operation::UpdateProspect],
    &[Operation::SaveMember, Operation::UpdateMember],
    &[Operation::ListStaff],
    &[Operation::ListLeadSources],
    &[Operation::FindPerson],
];

/// Drafts a platform's folder.
pub async fn make(contract: &Contract, about: &About) -> Result<Folder, Unmade> {
    let described = describe(contract, about);
    if described.calls.is_empty() {
        return Err(Unmade::NothingFound);
    }
    let file = format!("{}/platform.yaml", about.name);
    let description = Library::described(&about.name, &file, &described.text).map_err(Unmade::Mistaken)?;
    let description: Arc<Description> = Arc::new(description);
    let mut files = vec![
        ("platform.yaml".to_owned(), described.text.clone()),
        ("guide.md".to_owned(), guide::guide(about, &description)),
        (SCHEMA.to_owned(), format!("{:#}\n", platform::json_schema())),
    ];
    for (operation, call) in &described.calls {
        let sample = samples::sample(&description, about, *operation, call).await;
        files.extend(sample.map(|text| (format!("samples/{}.yaml", operation.name()), text)));
    }
    let has = |operation: &Operation| described.calls.iter().any(|(known, _)| known == operation);
    let lacking = WANTED.iter().filter(|any| !any.iter().any(has)).filter_map(|any| any.last().copied());
    Ok(Folder {
        chosen: described.calls.iter().map(|(operation, call)| (*operation, call.shown())).collect(),
        lacking: lacking.collect(),
        questions: described.text.matches("TODO").count(),
        files,
    })
}

/// Whether an operation changes something there.
pub(crate) fn writes(operation: Operation) -> bool {
    use Operation as O;
    !matches!(
        operation,
        O::Verify
            | O::Health
            | O::ListStaff
            | O::FindStaff
            | O::ListLeadSources
            | O::FindLeadSource
            | O::FindPerson
            | O::ReadPerson
    )
}
