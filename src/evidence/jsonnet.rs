//! Jsonnet: charts that Tanka or a library makes objects of. Jsonnet is not evaluated, and that is said.
//!
//! <https://tanka.dev/helm>

use super::claim::{Claims, Unread};
use super::commands::LineStarts;
use super::scan::Candidate;
use crate::masking::{ObjectName, text as said_text};

/// How a chart is called for.
const CALLS: [&str; 2] = ["helm.template(", "helmTemplate("];
/// More calls are not looked at in one file.
const MOST: usize = 200;

/// Says of each chart that Jsonnet deploys that what it deploys is not known.
pub(super) fn say_unread<'c>(candidates: impl Iterator<Item = &'c Candidate>, said: &mut Claims) {
    for file in candidates.filter(|file| file.path.ends_with(".jsonnet")) {
        let lines = LineStarts::of(&file.text);
        let calls = CALLS.iter().flat_map(|call| file.text.match_indices(call));
        for (at, call) in calls.take(MOST) {
            let (line, start) = lines.line_of(at);
            let arguments = file.text.get(at + call.len()..).unwrap_or_default();
            let name = arguments.trim_start().strip_prefix(['\'', '"']);
            let name = name.and_then(|rest| rest.split(['\'', '"', '\n']).next());
            said.unread.push(Unread {
                file: file.path.clone(),
                place: Some((line, at - start + 1)),
                reason: said_text!(
                    "Jsonnet deploys the chart of `{}`, and envlint does not evaluate Jsonnet, so its values are not known",
                    ObjectName(name.unwrap_or("a release"))
                ),
                is_values: false,
            });
        }
    }
}
