//! Modules with charts that are in other repositories: what they deploy is not known, and that is said.

use super::said::Elsewhere;
use crate::evidence::claim::{Claims, Unread};
use crate::masking::{Name, Said, text};

/// Says it once for each tool, and of the files that such a module is given.
pub(super) fn say(calls: &[Elsewhere<'_>], said: &mut Claims) {
    for tool in ["Terraform", "Terragrunt"] {
        let of_tool = || calls.iter().filter(|call| call.tool == tool);
        let Some(first) = of_tool().next() else {
            continue;
        };
        let reason = match of_tool().count() {
            1 => text!(
                "{} takes the module from `{}`, so which chart it deploys with which values is not known",
                tool,
                Said(&first.source)
            ),
            count => text!(
                "{} takes {} modules from elsewhere (this one from `{}`), so which charts they deploy with which values is not known",
                tool,
                count,
                Said(&first.source)
            ),
        };
        said.unread.push(Unread {
            file: first.by.to_owned(),
            place: Some((first.line, 1)),
            reason,
            is_values: false,
        });
    }
    for call in calls {
        let reason = || {
            text!(
                "{} gives this file to a module that is not in this repository, so what is deployed with it is not known",
                Name(call.by)
            )
        };
        let files = call.files.iter();
        said.idle.extend(files.map(|file| (file.clone(), reason())));
    }
}
