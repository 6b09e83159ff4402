//! The defaults of a chart that come to production: a made-up password is harmless until a deployment has it.

use std::collections::BTreeSet;

use crate::resolve::ResolvedApp;
use crate::values::is_off_on_the_way;

/// The defaults of the app's chart that hold secrets and that an environment of production has: the file, and where they
/// begin in it.
pub(super) fn in_production(cx: &ResolvedApp<'_>) -> Option<(String, BTreeSet<usize>)> {
    let source = cx.chart?.values.as_ref().ok()?;
    let mut starts = BTreeSet::new();
    for sensitive in source.sensitive() {
        let path = &sensitive.path;
        if path.is_root() || !cx.may_read(path) {
            continue;
        }
        let is_had = cx.production().any(|(values, tree)| {
            let found = tree.at(path);
            let is_default = found.is_some_and(|found| {
                found.source().path == source.path && found.location().span == sensitive.span
            });
            is_default && !values.file.is_given(path) && !is_off_on_the_way(tree, path)
        });
        if is_had {
            starts.insert(sensitive.span.start);
        }
    }
    Some((source.path.clone(), starts))
}
