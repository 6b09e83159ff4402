//! `pulumi/required-key`.

use std::collections::{BTreeMap, HashSet};

use envlint_yaml::Path;

use super::{StackValues, stacks};
use crate::masking::{Name, Text, text};
use crate::pulumi::Read;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Confidence, Location, Severity};

rule! {
    /// A stack lacks a key that its project or its program requires.
    ///
    /// ## What it does
    ///
    /// Reports a key of the project's own that `Pulumi.yaml` declares without a default or a value, and that a stack
    /// does not have. It also reports, as a warning, a key that the program requires (`require`, `requireSecret`,
    /// `require_int`, …) and that other stacks have. Programs in TypeScript, JavaScript, Python, Go, C# and Java are
    /// searched for these calls, not executed. A call in a branch, in a loop, behind `?`, `||` or `try`, or in a function
    /// counts for nothing: nobody knows which stacks come there. A stack that imports environments of Pulumi ESC is left alone.
    ///
    /// ## Why it matters
    ///
    /// Pulumi refuses the stack, or the program fails in the middle of an update.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # Pulumi.yaml
    /// name: shop
    /// config:
    ///   instances: {type: integer}
    ///
    /// # Pulumi.dev.yaml
    /// config:
    ///   shop:instances: 1
    ///
    /// # Pulumi.prod.yaml
    /// config: {}
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
    "pulumi/required-key", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some((project, stacks)) = stacks(cx) else {
        return;
    };
    let reads = cx.workspace.reads_of(project);
    let secret_reads = reads.iter().filter(|(_, read)| read.is_secret);
    let secret_reads: HashSet<&str> = secret_reads.map(|(key, _)| key.as_str()).collect();
    let is_secret = |key: &str| {
        let declared = project.declaration(key);
        declared.is_some_and(|declared| declared.is_secret) || secret_reads.contains(key)
    };
    for declared in &project.declared {
        if declared.is_given || !project.owns(&declared.key) {
            continue;
        }
        let place = Location::new(&project.source, declared.span);
        let of_project = text!(
            "{} declares it without a default",
            Name(&project.source.path)
        );
        for stack in lacking(&stacks, &declared.key) {
            report(
                stack,
                &declared.key,
                (of_project.clone(), place.clone()),
                is_secret(&declared.key),
                Severity::Error,
                out,
            );
        }
    }
    let mut required: BTreeMap<&str, &Read> = BTreeMap::new();
    for (key, read) in reads.iter().filter(|(_, read)| read.is_required) {
        let is_known = project.declaration(key).is_some();
        // What no stack has is given in another way.
        if !is_known && stacks.iter().any(|stack| stack.get(key).is_some()) {
            required.entry(key).or_insert(read);
        }
    }
    for (key, read) in required {
        for stack in lacking(&stacks, key) {
            let reason = (text!("the program requires it"), read.location.clone());
            report(stack, key, reason, is_secret(key), Severity::Warning, out);
        }
    }
}

/// The stacks that do not have a key, and import none.
fn lacking<'s, 'a>(
    stacks: &'s [StackValues<'a>],
    key: &str,
) -> impl Iterator<Item = &'s StackValues<'a>> {
    stacks
        .iter()
        .filter(move |stack| stack.get(key).is_none() && !stack.may_import())
}

fn report(
    stack: &StackValues<'_>,
    key: &str,
    (reason, place): (Text, Location),
    is_secret: bool,
    severity: Severity,
    out: &mut Reporter<'_>,
) {
    let path = Path::root().key("config").key(key);
    let Some(here) = stack.values.place_of(&path) else {
        return;
    };
    let name = &stack.values.environment.name;
    let message = text!("{} lacks `{}`; {}", Name(name), path, reason);
    let finding = out
        .lowered(severity, here, message)
        .at(path)
        .environment(stack.values.name())
        .note(place, "required here")
        .help(text!(
            "set it: `pulumi config set {} --stack {}`",
            // Pulumi asks for the value of a secret, so that no history of a shell has it.
            match is_secret {
                true => text!("--secret {}", Name(key)),
                false => text!("{} VALUE", Name(key)),
            },
            Name(name)
        ));
    out.push(match severity {
        Severity::Error => finding,
        _ => finding.confidence(Confidence::Medium),
    });
}
