//! What projects of Pulumi, their stacks and their programs take for secrets, and hold in plain text.

use std::collections::HashSet;

use envlint_yaml::Segment;

use super::Workspace;
use super::app::App;
use super::marked::learn;
use crate::pulumi::{Project, full_key, is_ciphertext, stack_of};
use crate::values::{Located, Tree};

/// Deeper values of stacks are not searched for what is encrypted.
const DEEPEST: usize = 50;

impl Workspace {
    /// The values of a stack that its project or its program takes for secrets and that are not encrypted, with what only
    /// says that it is.
    pub(super) fn secrets_of_stack<'v>(&self, app: &App, values: &Located<'v>) -> Vec<Located<'v>> {
        let of_stack = stack_of(&values.tree().source().path).and_then(|_| self.project_of(app));
        let Some(project) = of_stack else {
            return Vec::new();
        };
        let reads = self.reads_of(project).into_iter();
        let reads = reads.filter(|(_, read)| read.is_secret);
        let reads: HashSet<String> = reads.map(|(key, _)| key).collect();
        let is_secret = |key: &str| {
            let key = full_key(&project.name, key);
            let declared = project.declaration(&key);
            declared.is_some_and(|declared| declared.is_secret) || reads.contains(&key)
        };
        let mut found = Vec::new();
        for (key, value) in entries(values.get("config").as_ref()) {
            let mut secures = Vec::new();
            add_under(SECURE, &value, DEEPEST, &mut secures);
            if secures.is_empty() && is_secret(key) {
                add_leaves(value, &mut found);
            }
            let is_plain =
                |secure: &Located<'_>| !secure.tree().as_str().is_some_and(is_ciphertext);
            found.extend(secures.into_iter().filter(is_plain));
        }
        // What an environment of Pulumi ESC gives that stands in the stack itself.
        let given = values.get("environment");
        if let Some(given) = given.and_then(|environment| environment.get("values")) {
            let mut secrets = Vec::new();
            add_under(SECRET_OF_ESC, &given, DEEPEST, &mut secrets);
            for (key, value) in entries(given.get("pulumiConfig").as_ref()) {
                secrets.extend(is_secret(key).then_some(value));
            }
            for secret in secrets {
                add_leaves(secret, &mut found);
            }
        }
        found
    }
}

/// The key of what is encrypted, or says that it is.
const SECURE: &str = "secure";

/// The key of a secret in an environment of Pulumi ESC, encrypted or not.
const SECRET_OF_ESC: &str = "fn::secret";

/// What stands under a key anywhere in a value.
fn add_under<'v>(key: &str, value: &Located<'v>, deep: usize, found: &mut Vec<Located<'v>>) {
    if let Some(under) = value.get(key) {
        found.push(under);
    } else if let Some(deep) = deep.checked_sub(1) {
        let children = value.children();
        children
            .iter()
            .for_each(|child| add_under(key, child, deep, found));
    }
}

/// The keys of a map, and what they hold.
fn entries<'v>(map: Option<&Located<'v>>) -> Vec<(&'v str, Located<'v>)> {
    let Some(map) = map else {
        return Vec::new();
    };
    let keys = map.tree().entries().into_iter().map(|(key, _)| key);
    keys.zip(map.children()).collect()
}

/// Makes what a project holds for keys that it declares as secrets known to the masking of output: their defaults, their
/// values, and those of the stacks that a template makes.
pub(super) fn learn_secrets_of(project: &Project) {
    let Some(values) = Tree::of(&project.source) else {
        return;
    };
    let values = Located::root(&values);
    let of_template = values
        .get("template")
        .and_then(|template| template.get("config"));
    let mut found = Vec::new();
    for config in [values.get("config"), of_template] {
        for (_, declared) in entries(config.as_ref()) {
            let is_secret = declared.tree().get("secret");
            let is_secret = is_secret.and_then(|secret| secret.node().as_bool());
            if is_secret == Some(true) {
                let held = ["default", "value", "items"].into_iter();
                held.filter_map(|key| declared.get(key))
                    .for_each(|held| add_leaves(held, &mut found));
            }
        }
    }
    // The name of a type is none.
    found.retain(|value| {
        !value
            .path()
            .segments()
            .ends_with(&[Segment::Key("type".into())])
    });
    learn(&found);
}

fn add_leaves<'v>(value: Located<'v>, found: &mut Vec<Located<'v>>) {
    let children = value.children();
    match children.is_empty() {
        true => found.push(value),
        false => children
            .into_iter()
            .for_each(|child| add_leaves(child, found)),
    }
}
