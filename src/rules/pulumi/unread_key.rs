//! `pulumi/unread-key`.

use std::collections::BTreeMap;

use super::{Entry, StackValues, stacks};
use crate::masking::{Name, Text, text};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Confidence;

rule! {
    /// No program reads a key that stacks have.
    ///
    /// ## What it does
    ///
    /// Reports keys of the project's own that `Pulumi.yaml` does not declare and whose names are in no program of the
    /// workspace, not even as a word. Programs are searched, not executed, so the finding is of medium confidence. It
    /// says nothing where a program computes the keys that it reads, unless it is that of another project, and where no
    /// program reads any.
    ///
    /// ## Why it matters
    ///
    /// A key with a typing mistake has no effect, and the program takes its default instead. A key that was left behind
    /// makes people believe that it does something.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # Pulumi.prod.yaml, of a program that reads `instances`
    /// config:
    ///   shop:instanceCount: 3
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # Pulumi.prod.yaml
    /// config:
    ///   shop:instances: 3
    /// ```
    ///
    /// ## References
    ///
    /// - [Pulumi: configuration](https://www.pulumi.com/docs/iac/concepts/config/)
    "pulumi/unread-key", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some((project, stacks)) = stacks(cx) else {
        return;
    };
    let Some(reads) = cx.workspace.program_reads() else {
        return;
    };
    let known = cx.workspace.reads_of(project);
    let is_unknown = known.is_empty() && project.runtime != "yaml";
    if is_unknown || reads.compute(|path| cx.workspace.is_program_of(project, path)) {
        return;
    }
    let mut unread: BTreeMap<&str, Vec<(&StackValues<'_>, &Entry<'_>)>> = BTreeMap::new();
    for stack in &stacks {
        for entry in &stack.config {
            let name = entry.key.rsplit(':').next().unwrap_or_default();
            let is_unread = project.owns(&entry.key)
                && project.declaration(&entry.key).is_none()
                && !reads.may_read(name);
            if is_unread {
                unread.entry(&entry.key).or_default().push((stack, entry));
            }
        }
    }
    for (key, found) in unread {
        let Some((_, first)) = found.first() else {
            continue;
        };
        let names = found.iter();
        let names: Vec<&str> = names
            .map(|(stack, _)| &*stack.values.environment.name)
            .collect();
        let message = text!(
            "no program reads `{}`, which is set in {}",
            first.path,
            Text::listed(&names)
        );
        // What a stack has, too, is not what it means.
        let has = |key: &str| found.iter().any(|(stack, _)| stack.get(key).is_some());
        let keys = known.iter().map(|(key, _)| key.as_str());
        let keys = keys.filter(|key| !has(key));
        let finding = out
            .finding(first.value.key_location(), message)
            .at(first.path.clone())
            .confidence(Confidence::Medium)
            .suggest_or(
                out.nearest(key, keys).map(str::to_owned),
                text!("remove it: `pulumi config rm {}`", Name(key)),
            );
        let others = found.iter().skip(1);
        out.push(others.fold(finding, |finding, (stack, entry)| {
            let words = text!("set in {}, too", Name(&stack.values.environment.name));
            finding.note(entry.value.key_location(), words)
        }));
    }
}
