//! What makes one document of another, as a JSON Patch (RFC 6902).

use serde::Serialize;

use super::shown::{self, Data};
use crate::masking::{Name, ObjectName, Text};
use crate::values::Tree;

/// The operations, in an order in which they can be carried out.
#[derive(Debug, Default)]
pub struct Patch {
    /// The operations.
    pub operations: Vec<Operation>,
    /// How many were left out, because they would hold a secret.
    pub secrets: usize,
    /// Whether what it changes is a manifest, whose keys may be made of values.
    is_of_manifest: bool,
}

/// An operation.
#[derive(Debug, Serialize)]
pub struct Operation {
    op: &'static str,
    path: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Data>,
}

impl Patch {
    /// What makes the second document of the first. A list whose items became more or fewer is replaced as a whole.
    pub(super) fn between(old: Option<&Tree<'_>>, new: Option<&Tree<'_>>) -> Patch {
        let mut patch = Patch::default();
        patch.collect(old, new, &mut Vec::new());
        patch
    }

    /// The same of two manifests.
    pub(super) fn between_manifests(old: Option<&Tree<'_>>, new: Option<&Tree<'_>>) -> Patch {
        let mut patch = Patch {
            is_of_manifest: true,
            ..Patch::default()
        };
        patch.collect(old, new, &mut Vec::new());
        patch
    }

    fn collect(&mut self, old: Option<&Tree<'_>>, new: Option<&Tree<'_>>, at: &mut Vec<String>) {
        match (old, new) {
            (None, None) => {}
            (Some(_), None) => self.push("remove", at, None),
            (None, Some(new)) => self.push("add", at, Some(new)),
            (Some(old), Some(new)) if old.is_mapping() && new.is_mapping() => {
                for (key, before) in old.entries() {
                    at.push(key.to_owned());
                    self.collect(Some(&before), new.get(key).as_ref(), at);
                    at.pop();
                }
                for (key, after) in new.entries() {
                    if old.get(key).is_none() {
                        at.push(key.to_owned());
                        self.collect(None, Some(&after), at);
                        at.pop();
                    }
                }
            }
            (Some(old), Some(new)) if old.is_sequence() && items(old) == items(new) => {
                for index in 0..items(old).unwrap_or_default() {
                    let segment = envlint_yaml::Segment::Index(index);
                    at.push(index.to_string());
                    self.collect(old.step(&segment).as_ref(), new.step(&segment).as_ref(), at);
                    at.pop();
                }
            }
            (Some(old), Some(new)) if old.to_value() == new.to_value() => {}
            (Some(_), Some(new)) => self.push("replace", at, Some(new)),
        }
    }

    fn push(&mut self, op: &'static str, at: &[String], value: Option<&Tree<'_>>) {
        // What is known as a secret from elsewhere would be written as its placeholder.
        if value
            .is_some_and(|value| shown::is_secret(value) || !shown::data(value).is_shown_whole())
        {
            self.secrets += 1;
            return;
        }
        // RFC 6901, section 3
        let segments = at.iter().map(|segment| {
            let escaped = segment.replace('~', "~0").replace('/', "~1");
            format!("/{escaped}")
        });
        let path: String = segments.collect();
        self.operations.push(Operation {
            op,
            path: match self.is_of_manifest {
                true => Text::of(&ObjectName(path)),
                false => Text::of(&Name(path)),
            },
            value: value.map(shown::data),
        });
    }
}

/// How many items a list has.
fn items(tree: &Tree<'_>) -> Option<usize> {
    tree.node().as_sequence().map(<[_]>::len)
}
