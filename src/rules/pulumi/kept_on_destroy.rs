//! `pulumi/kept-on-destroy`.

use envlint_yaml::{Node, Path};

use super::{DEEPEST, Entry, StackValues, stacks};
use crate::masking::{Name, text};
use crate::pulumi::Project;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Confidence, Location};
use crate::values::Tree;
use crate::workspace::Tier;

rule! {
    /// A stack of development, or for a pull request, protects resources from being deleted.
    ///
    /// ## What it does
    ///
    /// Looks into the configuration of stacks of the tiers `development` and `preview`, where the name of the stack or
    /// `environments:` tells the tier (`main` or `customer-a` may be production), for settings that keep resources:
    /// `retainOnDelete`, `deletionProtection`, `deletionProtectionEnabled` and `enableDeletionProtection`, and `protect` as a
    /// key of the stack itself: what is protected below another key may be a branch. In a
    /// program of Pulumi YAML that has such a stack, it looks at the `options` of resources, too: they hold for every stack.
    ///
    /// ## Why it matters
    ///
    /// `pulumi destroy` fails on a protected resource, and leaves a retained one where it is. Stacks that are made and deleted
    /// every day leave databases and buckets behind, which cost money and keep names that the next stack wants.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # Pulumi.preview-pr-107.yaml
    /// config:
    ///   shop:database: {size: small, deletionProtection: true}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # Pulumi.preview-pr-107.yaml
    /// config:
    ///   shop:database: {size: small, deletionProtection: false}
    ///
    /// # Pulumi.prod.yaml
    /// config:
    ///   shop:database: {size: large, deletionProtection: true}
    /// ```
    ///
    /// ## References
    ///
    /// - [Pulumi: the option `protect`](https://www.pulumi.com/docs/iac/concepts/options/protect/)
    /// - [Pulumi: the option `retainOnDelete`](https://www.pulumi.com/docs/iac/concepts/options/retainondelete/)
    "pulumi/kept-on-destroy", Warning, Check::App(check)
}

/// Settings that keep a resource, in small letters alone.
const KEEPING: [&str; 4] = [
    "retainondelete",
    "deletionprotection",
    "deletionprotectionenabled",
    "enabledeletionprotection",
];

/// The same, where it is a key of the stack itself.
const PROTECT: &str = "protect";

/// The options of a resource in a program of Pulumi YAML.
const OPTIONS: [&str; 2] = ["protect", "retainOnDelete"];

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some((project, stacks)) = stacks(cx) else {
        return;
    };
    let is_passing = |stack: &&StackValues<'_>| {
        let environment = stack.values.environment;
        environment.is_tier_told && matches!(environment.tier, Tier::Development | Tier::Preview)
    };
    for stack in stacks.iter().filter(is_passing) {
        for entry in &stack.config {
            let mut found = Vec::new();
            if last_word(entry) == PROTECT && is_on(&entry.value) {
                found.push((entry.path.clone(), entry.value.clone()));
            }
            keeping(
                last_word(entry),
                &entry.path,
                &entry.value,
                DEEPEST,
                &mut found,
            );
            for (path, tree) in found {
                let name = &stack.values.environment.name;
                let message = text!(
                    "`{}` keeps resources of {} when the stack is destroyed",
                    path,
                    Name(name)
                );
                let finding = out
                    .finding(tree.location(), message)
                    .at(path)
                    .environment(stack.values.name())
                    .confidence(Confidence::Medium)
                    .help(text!("set it to false in {}", Name(name)));
                out.push(finding);
            }
        }
    }
    if let Some(stack) = stacks.iter().find(is_passing) {
        of_program(project, stack, out);
    }
}

/// The key without its namespace: `protect` of `shop:protect`.
fn last_word<'e>(entry: &'e Entry<'_>) -> &'e str {
    entry.key.rsplit(':').next().unwrap_or(&entry.key)
}

/// Whether a setting is turned on: `pulumi config set` writes a text.
fn is_on(tree: &Tree<'_>) -> bool {
    tree.as_scalar().is_some_and(|one| one.text() == "true")
}

/// The settings in a value, of this key, that are turned on.
fn keeping<'a>(
    key: &str,
    path: &Path,
    tree: &Tree<'a>,
    deep: usize,
    found: &mut Vec<(Path, Tree<'a>)>,
) {
    let Some(deep) = deep.checked_sub(1) else {
        return;
    };
    if tree.as_scalar().is_some() {
        let letters = key.chars().filter(char::is_ascii_alphanumeric);
        let letters: String = letters.map(|char| char.to_ascii_lowercase()).collect();
        if KEEPING.contains(&&*letters) && is_on(tree) {
            found.push((path.clone(), tree.clone()));
        }
    }
    for (key, child) in tree.entries() {
        keeping(key, &path.key(key), &child, deep, found);
    }
}

/// The options of resources that hold for every stack.
fn of_program(project: &Project, stack: &StackValues<'_>, out: &mut Reporter<'_>) {
    for (resource, node) in project.resources() {
        let options = node
            .as_mapping()
            .and_then(|map| map.get("options")?.as_mapping());
        for option in OPTIONS {
            let is_on = |node: &&Node| node.as_scalar().is_some_and(|one| one.text() == "true");
            let Some(node) = options.and_then(|map| map.get(option)).filter(is_on) else {
                continue;
            };
            let message = text!(
                "`{}` keeps the resource `{}` in every stack, also in {}",
                option,
                Name(resource.text()),
                Name(&stack.values.environment.name)
            );
            let finding = out
                .finding(Location::new(&project.source, node.span()), message)
                .confidence(Confidence::Medium)
                .help("remove it, and protect the resource where it has to stay: `pulumi state protect URN --stack prod`");
            out.push(finding);
        }
    }
}
