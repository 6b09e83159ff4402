//! `pulumi/unpinned-region`.

use envlint_yaml::Path;

use super::stacks;
use crate::masking::{Name, text};
use crate::naming::Tier;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Confidence;

rule! {
    /// A stack of production does not say in which region or project it is.
    ///
    /// ## What it does
    ///
    /// Looks for stacks of production without `aws:region`, `aws-native:region`, `gcp:project` or
    /// `azure-native:location`, where another stack of the project has it and the project has no value for it. It says
    /// nothing where a program makes a provider of its own, or the stack imports environments of Pulumi ESC.
    ///
    /// ## Why it matters
    ///
    /// The provider takes the region of whoever runs Pulumi (`AWS_REGION`, a profile), so production may be created a
    /// second time somewhere else, or Pulumi looks for its resources where they are not.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # Pulumi.dev.yaml
    /// config:
    ///   aws:region: eu-central-1
    ///
    /// # Pulumi.prod.yaml
    /// config:
    ///   shop:instances: 3
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # Pulumi.prod.yaml
    /// config:
    ///   aws:region: eu-central-1
    ///   shop:instances: 3
    /// ```
    ///
    /// ## References
    ///
    /// - [Pulumi: AWS installation and configuration](https://www.pulumi.com/registry/packages/aws/installation-configuration/)
    "pulumi/unpinned-region", Warning, Check::App(check)
}

/// Keys that say where a provider works.
const PLACES: [&str; 4] = [
    "aws:region",
    "aws-native:region",
    "gcp:project",
    "azure-native:location",
];

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some((project, stacks)) = stacks(cx) else {
        return;
    };
    // A provider of the program's own has its region in the program.
    let reads = cx.workspace.program_reads();
    if reads.is_none_or(|reads| reads.compute(|_| true) || reads.may_read("Provider")) {
        return;
    }
    for key in PLACES {
        let mut others = stacks
            .iter()
            .filter_map(|stack| Some((stack, stack.get(key)?)));
        let Some((other, entry)) = others.next() else {
            continue;
        };
        if project.declaration(key).is_some() {
            continue;
        }
        let lacking = stacks.iter().filter(|stack| {
            stack.values.environment.tier == Tier::Production
                && stack.get(key).is_none()
                && !stack.may_import()
        });
        for stack in lacking {
            let path = Path::root().key("config").key(key);
            let Some(here) = stack.values.place_of(&path) else {
                continue;
            };
            let name = &stack.values.environment.name;
            let message = text!(
                "{} does not set `{}`, so it is where whoever runs Pulumi happens to be",
                Name(name),
                path
            );
            let finding = out
                .finding(here, message)
                .at(path)
                .environment(stack.values.name())
                .confidence(Confidence::Medium)
                .note(
                    entry.value.key_location(),
                    text!("{} sets it", Name(&other.values.environment.name)),
                )
                .help(text!(
                    "pin it: `pulumi config set {} VALUE --stack {}`",
                    key,
                    Name(name)
                ));
            out.push(finding);
        }
    }
}
