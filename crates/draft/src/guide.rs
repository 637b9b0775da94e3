//! The guide that a club's manager reads, as far as a draft can know it.

use std::fmt::Write as _;

use model::Operation;
use platform::Description;

use crate::About;

/// Drafts the guide of a description.
pub(crate) fn guide(about: &About, description: &Description) -> String {
    use Operation as O;
    let can = |operations: &[O]| operations.iter().any(|operation| description.abilities().can(*operation));
    let title = &about.title;
    let yes = |operations: &[O]| if can(operations) { "yes" } else { "no" };
    let mut out = format!(
        "# {title} and the Connector\n\n*A guide for the manager of a club that works with {title}. Grade: **assumed**: it was drafted from {} and \
         nobody has tried it yet. The Connector is not affiliated with {}.*\n\n\
         <!-- TODO: read every line of this guide as a club's manager would, and correct it. -->\n\n\
         ## What flows, and which way\n\n| what | to {title} | from {title} |\n| --- | --- | --- |\n",
        about.source, about.vendor
    );
    let rows = [
        ("new leads", yes(&[O::SaveProspect, O::CreateProspect]), "no"),
        ("changes of leads", yes(&[O::SaveProspect, O::UpdateProspect]), "no"),
        ("new members", yes(&[O::SaveMember, O::CreateMember]), "no"),
        ("changes of members", yes(&[O::SaveMember, O::UpdateMember]), "no"),
        ("former members", yes(&[O::SaveExMember, O::UpdateExMember]), "no"),
        ("staff", "never made, only linked by e-mail", yes(&[O::ListStaff])),
        ("lead sources", yes(&[O::CreateLeadSource]), yes(&[O::ListLeadSources])),
    ];
    for (what, there, back) in rows {
        let _ = writeln!(out, "| {what} | {there} | {back} |");
    }
    out.push_str("\n## Limits\n\n* TODO: what a club would expect and does not get.\n\n## What we need from you\n\n| what | where to find it |\n| --- | --- |\n");
    for setting in description.settings() {
        let help = setting.help.as_deref().unwrap_or("TODO");
        let _ = writeln!(out, "| {} | {help} |", setting.title);
    }
    out.push_str(
        "\n## If something does not arrive\n\nOpen the Connector Log of your club: every person has a line, and each warning and error says what \
         to do.\n",
    );
    out
}
