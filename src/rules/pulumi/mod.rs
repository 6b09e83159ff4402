//! What a project of Pulumi says of its stacks.

mod invalid_config;
mod kept_on_destroy;
mod plain_secret;
mod required_key;
mod resource_name;
mod shared_encryption;
mod unpinned_region;
mod unread_key;

use std::collections::HashMap;

use envlint_yaml::Path;

use super::{AppContext, Rule};
use crate::pulumi::{Project, full_key};
use crate::resolve::EnvironmentValues;
use crate::values::{Located, Tree, is_secure, secures};

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &invalid_config::RULE,
    &kept_on_destroy::RULE,
    &plain_secret::RULE,
    &required_key::RULE,
    &resource_name::RULE,
    &shared_encryption::RULE,
    &unpinned_region::RULE,
    &unread_key::RULE,
];

/// A stack, as rules see it.
struct StackValues<'a> {
    values: &'a EnvironmentValues<'a>,
    root: &'a Tree<'a>,
    /// Its configuration.
    config: Vec<Entry<'a>>,
    /// Where in it the first of each key is.
    by_key: HashMap<String, usize>,
}

/// A value of a stack's configuration.
struct Entry<'a> {
    /// The key, with its namespace.
    key: String,
    /// Its path in the file.
    path: Path,
    value: Tree<'a>,
}

/// Deeper values are not searched.
const DEEPEST: usize = 50;

impl<'a> Entry<'a> {
    /// Whether it is encrypted as a whole.
    fn is_secure(&self) -> bool {
        is_secure(&self.value)
    }

    /// What in it is encrypted.
    fn secures(&self) -> Vec<Located<'a>> {
        secures(&Located::new(self.path.clone(), &self.value))
    }
}

impl StackValues<'_> {
    /// The value of a key.
    fn get(&self, key: &str) -> Option<&Entry<'_>> {
        self.config.get(*self.by_key.get(key)?)
    }

    /// Whether it may have a key that its file lacks, by what it imports.
    fn may_import(&self) -> bool {
        let config = Path::root().key("config");
        self.values.file.is_given(&config.key(" "))
    }
}

/// The stacks of an app that is a project of Pulumi.
fn stacks<'a>(cx: &'a AppContext<'_>) -> Option<(&'a Project, Vec<StackValues<'a>>)> {
    let project = cx.workspace.project_of(cx.app)?;
    let stacks = cx.readable().map(|(values, root)| {
        let config = root
            .get("config")
            .map(|config| config.entries())
            .unwrap_or_default();
        let entries = config.into_iter().map(|(key, value)| Entry {
            key: full_key(&project.name, key),
            path: Path::root().key("config").key(key),
            value,
        });
        let config: Vec<Entry<'_>> = entries.collect();
        let mut by_key = HashMap::new();
        for (at, entry) in config.iter().enumerate() {
            by_key.entry(entry.key.clone()).or_insert(at);
        }
        StackValues {
            values,
            root,
            config,
            by_key,
        }
    });
    Some((project, stacks.collect()))
}
