//! Transforms of values, and fixed values, as `promotion.transforms`.

use std::path::Path;
use std::sync::LazyLock;

use envlint_budget::Budget;
use envlint_yaml::Document;
use regex::Regex;

use super::config::{Around, Replacement, Transform};
use crate::init::text::{quoted, word};
use crate::masking::{Name, text};
use crate::source::Problem;
use crate::workspace;

/// The transform that replaces the same on the way to an environment; none where there is no such expression here.
pub(super) fn replaced(replacement: &Replacement, to: &str, budget: &Budget) -> Option<String> {
    let line = format!(
        "{{to: {}, find: {}, replace: {}}}",
        word(to),
        quoted(&replacement.find),
        quoted(&by_groups(&replacement.replace))
    );
    is_meant(&line, budget).then_some(line)
}

/// The transform that gives a path a value in an environment.
pub(super) fn fixed(
    path: &str,
    value: &serde_json::Value,
    to: &str,
    budget: &Budget,
) -> Option<String> {
    let line = format!("{{path: {}, to: {}, value: {value}}}", word(path), word(to));
    is_meant(&line, budget).then_some(line)
}

/// Whether the configuration takes it.
fn is_meant(line: &str, budget: &Budget) -> bool {
    let document = Document::parse(line);
    let transform = document
        .root()
        .map(envlint_yaml::from_node::<workspace::Transform>);
    matches!(transform, Some(Ok(transform)) if transform.is_meant(budget))
}

/// A replacement of ECMAScript: `$1x` is the first group and an x there, and the group `1x` here; `$&` is the whole match, and a
/// dollar before anything else is a dollar.
fn by_groups(replacement: &str) -> String {
    static SPECIAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\$(?:(?<number>\d{1,2})|<(?<name>\w+)>|(?<sign>[$&])|)").ok()
    });
    let Some(special) = &*SPECIAL else {
        return replacement.to_owned();
    };
    let replace = |found: &regex::Captures<'_>| {
        let group = found.name("number").or_else(|| found.name("name"));
        match (group, found.name("sign").map(|sign| sign.as_str())) {
            (Some(group), _) => format!("${{{}}}", group.as_str()),
            (None, Some("&")) => "${0}".to_owned(),
            (None, _) => "$$".to_owned(),
        }
    };
    special.replace_all(replacement, replace).into_owned()
}

/// Puts what the files of a transform replace before what it replaces by itself: keys are texts, and no expressions.
///
/// # Errors
/// When a file cannot be read, or is no map of texts.
pub(super) fn with_files(
    transform: &mut Transform,
    directory: &Path,
    around: &Around,
) -> Result<(), Problem> {
    let own = [
        (&mut transform.content_file, &mut transform.content),
        (&mut transform.filename_file, &mut transform.filename),
    ];
    for (files, replacements) in own {
        let files = match files.take() {
            None => continue,
            Some(serde_json::Value::Array(files)) => files,
            Some(file) => vec![file],
        };
        let mut all = Vec::new();
        for file in &files {
            let name = file.as_str().unwrap_or_default();
            all.extend(of_file(&directory.join(name), around)?);
        }
        all.append(replacements);
        *replacements = all;
    }
    Ok(())
}

fn of_file(file: &Path, around: &Around) -> Result<Vec<Replacement>, Problem> {
    let text = around.read(file).map_err(|error| {
        Problem::without_place(text!("cannot read {}: {}", file, error))
            .help("run it where the files that `contentFile` and `filenameFile` name are")
    })?;
    let document = Document::parse(text);
    let entries = document.root().and_then(|root| root.as_mapping());
    let entries = entries.into_iter().flat_map(|map| map.iter());
    entries
        .map(|(key, value)| match value.as_str() {
            Some(value) => Ok(Replacement {
                find: regex::escape(key.text()),
                replace: value.to_owned(),
            }),
            None => Err(Problem::without_place(text!(
                "`{}` of {} is no text",
                Name(key.text()),
                file
            ))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_written_as_they_are_here() {
        for (theirs, ours) in [
            ("z$1y", "z${1}y"),
            ("$<name>-$&", "${name}-${0}"),
            ("$$1 $x $", "$$1 $$x $$"),
        ] {
            assert_eq!(by_groups(theirs), ours);
        }
    }
}
