//! What the transforms make of values, as the files show it: a path whose value in the second environment is the transformed one
//! of the first belongs to the environment.

use envlint_yaml::Path;
use regex::Regex;

use super::config::{Hed, Replacement};
use super::files::Folders;
use super::text::{Converted, Expected};
use crate::values::{Tree, compare};
use crate::workspace::Workspace;

/// Declares the paths that transforms change, and lists the transforms that no file shows.
pub(super) fn declare(
    hed: &Hed,
    folders: &Folders,
    workspace: &Workspace,
    converted: &mut Converted,
) {
    let mut transforms: Vec<Replace<'_>> = Vec::new();
    for of in hed.transforms.values() {
        for replacement in &of.content {
            match Replace::of(replacement) {
                Some(replace) => transforms.push(replace),
                None => converted.leave(&format!(
                    "transforms: {} (no such regular expression here)",
                    replacement.find
                )),
            }
        }
    }
    for app in &workspace.apps {
        let files = app.load(workspace);
        let sources = [&folders.from.name, &folders.to.name].map(|name| {
            let mut files = files.values.iter();
            let file = files.find(|file| *file.environment.name == **name)?;
            file.source.as_ref().ok()
        });
        let [Some(from), Some(to)] = sources else {
            continue;
        };
        for row in compare(&[Tree::of(from), Tree::of(to)]) {
            let trees: Vec<&Tree<'_>> = row.values().map(|(_, tree)| tree).collect();
            let [left, right] = trees.as_slice() else {
                continue;
            };
            let (Some(old), Some(new)) = (left.as_str(), right.as_str()) else {
                continue;
            };
            if old != new && transformed(&mut transforms, old) == new {
                let is_secret = [left, right].into_iter().any(|tree| {
                    let secrets = tree.source().secrets();
                    secrets.touching(tree.node().span()).next().is_some()
                });
                let pattern = pattern(folders, old, new).filter(|_| !is_secret);
                let expected = pattern.map_or(Expected::Nothing, Expected::Pattern);
                converted.declare(written(&row.path), expected);
            }
        }
    }
    for unseen in transforms.iter().filter(|replace| !replace.is_seen) {
        converted.leave(&format!(
            "transforms: `{}` to `{}`: no file shows what it changes",
            unseen.of.find, unseen.of.replace
        ));
    }
}

fn written(path: &Path) -> String {
    crate::values::Pattern::from(path).to_string()
}

struct Replace<'h> {
    of: &'h Replacement,
    find: Regex,
    by: String,
    is_seen: bool,
}

impl<'h> Replace<'h> {
    fn of(of: &'h Replacement) -> Option<Replace<'h>> {
        let find = Regex::new(&of.find).ok()?;
        // `$1x` is the first group and an x there, and the group `1x` here.
        let group = Regex::new(r"\$(\d+)").ok()?;
        let by = group.replace_all(&of.replace, "$${$1}").into_owned();
        Some(Replace {
            of,
            find,
            by,
            is_seen: false,
        })
    }
}

/// A value with all transforms made, one after the other.
fn transformed(transforms: &mut [Replace<'_>], value: &str) -> String {
    let mut text = value.to_owned();
    for replace in transforms {
        let new = replace.find.replace_all(&text, &*replace.by).into_owned();
        replace.is_seen |= new != text;
        text = new;
    }
    text
}

/// What both values are with `{env}` for the environment's name.
fn pattern(folders: &Folders, old: &str, new: &str) -> Option<String> {
    let with = |text: &str, name: &str| text.replace(name, "{env}");
    let (old, new) = (with(old, &folders.from.name), with(new, &folders.to.name));
    (old == new && old.contains("{env}")).then_some(old)
}
