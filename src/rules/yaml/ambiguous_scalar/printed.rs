//! Integers that a template prints with an exponent: what the chart makes of them decides.

use envlint_helm::Coverage;
use envlint_yaml::{Origin, Path, Segment};

use super::finding;
use super::reading::{Ambiguity, ambiguity};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Reporter};
use crate::source::Severity;
use crate::values::Located;

/// Looks at the effective values of every environment: what another layer overrides is printed nowhere.
pub(super) fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    if cx.app.is_of_stacks() {
        return;
    }
    for row in &cx.table {
        for (index, tree) in row.values() {
            // Nearly no value is of interest, so no path is made for it.
            let scalar = tree.node().as_scalar();
            if scalar.is_some_and(|scalar| ambiguity(scalar, name(&row.path)).is_none()) {
                continue;
            }
            let values = cx.environments.get(index);
            if let Some((values, value)) = values.zip(row.located(index)) {
                look(cx, values, &value, out);
            }
        }
    }
}

/// Looks at a value, and at what is in it: a list can be one row.
fn look(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    value: &Located<'_>,
    out: &mut Reporter<'_>,
) {
    let node = value.tree().node();
    let Some(scalar) = node.as_scalar() else {
        for child in value.children() {
            look(cx, values, &child, out);
        }
        return;
    };
    let found = ambiguity(scalar, name(value.path()));
    let Some(mut found) = found.filter(|_| node.origin() == Origin::Written) else {
        return;
    };
    if let Some(severity) = severity(cx, values, value.path(), &found) {
        found.severity = severity;
        let finding = finding(value.tree().source(), node, scalar.text(), found, out);
        out.push(finding.at(value.path().clone()));
    }
}

/// What a value is called: an item of a list by the list, a variable by its own name.
fn name(path: &Path) -> &str {
    let mut segments = path.segments().iter().rev();
    let last = segments.next();
    match (last, segments.next()) {
        (Some(Segment::Key(key)), Some(Segment::Match { value, .. })) if key == "value" => value,
        (Some(Segment::Key(key)), _) => key,
        (_, Some(Segment::Key(key))) => key,
        _ => "",
    }
}

/// How bad it is; none where it is no matter of printing, or nothing prints it.
fn severity(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    path: &Path,
    found: &Ambiguity,
) -> Option<Severity> {
    let printed = found.printed.as_deref()?;
    match cx.manifests.print(values.name(), printed) {
        Some(true) => Some(found.severity),
        Some(false) => None,
        None => match cx.coverage(path) {
            Coverage::Taken | Coverage::Unread => None,
            // A version is there to be printed.
            Coverage::Read | Coverage::Unknown if found.severity == Severity::Error => {
                Some(Severity::Error)
            }
            // By itself it is a number again when Kubernetes reads it, and only in a text it is another one.
            Coverage::Read | Coverage::Unknown => Some(Severity::Info),
        },
    }
}
