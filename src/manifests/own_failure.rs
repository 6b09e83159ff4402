//! Failures of charts without their dependencies that these are not to blame for.

use envlint_helm::{Chart, Error, Stage};

/// Whether a chart, rendered without the dependencies that are not here, fails for a value that none of them brings: it does
/// so with them, too.
pub(super) fn is_of_own_values(failed: &Error, chart: &Chart) -> bool {
    let reason = failed.to_string();
    let dependencies = &chart.metadata().dependencies;
    let is_brought = |key: &str| {
        let mut all = dependencies.iter();
        all.any(|dependency| {
            [&dependency.name, &dependency.alias]
                .iter()
                .any(|name| *name == key)
        })
    };
    // What a dependency exports may have any name.
    let is_closed = dependencies
        .iter()
        .all(|dependency| dependency.import_values.is_empty());
    failed.stage() == Stage::Execute
        && is_closed
        && read(&reason).is_some_and(|key| key != "global" && !is_brought(key))
}

/// The section of the values of which a template reads more, though it is not there. Go: text/template, `evalField`.
fn read(reason: &str) -> Option<&str> {
    if !reason.contains("nil pointer evaluating") {
        return None;
    }
    let (_, expression) = reason.rsplit_once("at <")?;
    let path = expression
        .split('>')
        .next()?
        .trim_start_matches('$')
        .strip_prefix(".Values.")?;
    let (section, _) = path.split_once('.')?;
    let is_key = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-');
    section.chars().all(is_key).then_some(section)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_nil_pointer_tells_what_is_read() {
        for (reason, expected) in [
            (
                "template: shop/templates/a.yaml:1:14: executing \"shop/templates/a.yaml\" at <.Values.video.enabled>: nil pointer evaluating interface {}.enabled",
                Some("video"),
            ),
            (
                "executing \"x\" at <$.Values.video.store.size>: nil pointer evaluating interface {}.size",
                Some("video"),
            ),
            (
                "executing \"x\" at <include \"common.name\" .>: error calling include: template: no template \"common.name\"",
                None,
            ),
            (
                "executing \"x\" at <.store.size>: nil pointer evaluating interface {}.size",
                None,
            ),
        ] {
            assert_eq!(read(reason), expected, "{reason}");
        }
    }
}
