//! `pulumi/invalid-config`.

use super::{Entry, StackValues, stacks};
use crate::masking::{Name, text};
use crate::pulumi::{Kind, Project};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Location;

rule! {
    /// A value of a stack is not of the type that `Pulumi.yaml` declares.
    ///
    /// ## What it does
    ///
    /// Compares the configuration of every stack with the types that the project declares under `config:`, as Pulumi
    /// does: single values count as text, so `8080` and `"8080"` are both an `integer`. It also reports a default that
    /// is not of its own type, and an `array` without `items`. Encrypted values are not looked at.
    ///
    /// ## Why it matters
    ///
    /// Pulumi refuses every command on the stack, or on all stacks where the project itself is wrong. With a stack that
    /// is seldom deployed, that is found out when production has to be changed.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # Pulumi.yaml
    /// name: shop
    /// config:
    ///   instances: {type: integer}
    ///
    /// # Pulumi.prod.yaml
    /// config:
    ///   shop:instances: three
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
    /// - [Pulumi: project-level configuration](https://www.pulumi.com/docs/iac/concepts/config/#project-level-configuration)
    "pulumi/invalid-config", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some((project, stacks)) = stacks(cx) else {
        return;
    };
    check_project(project, out);
    for stack in &stacks {
        for entry in &stack.config {
            check_value(project, stack, entry, out);
        }
    }
}

fn check_project(project: &Project, out: &mut Reporter<'_>) {
    for declared in &project.declared {
        let Some(kind) = &declared.kind else { continue };
        let (span, message) = match (declared.wrong_default, kind) {
            (_, Kind::Array(None)) => (
                declared.span,
                text!(
                    "`{}` is an array without `items`, so Pulumi refuses the project",
                    Name(&declared.key)
                ),
            ),
            (Some(span), _) => (
                span,
                text!(
                    "the default of `{}` is not of its type, `{}`, so Pulumi refuses the project",
                    Name(&declared.key),
                    Name(kind.name())
                ),
            ),
            (None, _) => continue,
        };
        let place = Location::new(&project.source, span);
        let help = match kind {
            Kind::Array(None) => "add the type of its items: `items: {type: string}`",
            _ => "change the default, or the type",
        };
        out.push(out.finding(place, message).help(help));
    }
}

fn check_value(
    project: &Project,
    stack: &StackValues<'_>,
    entry: &Entry<'_>,
    out: &mut Reporter<'_>,
) {
    let declared = project.declaration(&entry.key);
    let Some((declared, kind)) = declared.and_then(|known| Some((known, known.kind.as_ref()?)))
    else {
        return;
    };
    let is_fitting = entry.is_secure() || kind.fits(entry.value.node());
    // An array without items is said of the project.
    if is_fitting || *kind == Kind::Array(None) {
        return;
    }
    let message = text!(
        "`{}` in {} is not of the type `{}` that {} declares, so Pulumi refuses the stack",
        entry.path,
        Name(&stack.values.environment.name),
        Name(kind.name()),
        Name(&project.source.path)
    );
    let help = match kind {
        Kind::Boolean => "write `true` or `false`, or declare another type".into(),
        _ => text!(
            "write a value of the type `{}`, or declare another type",
            Name(kind.name())
        ),
    };
    let finding = out
        .finding(entry.value.location(), message)
        .at(entry.path.clone())
        .environment(stack.values.name())
        .note(
            Location::new(&project.source, declared.span),
            "declared here",
        )
        .help(help);
    out.push(finding);
}
