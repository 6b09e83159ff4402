//! `pulumi/invalid-config`.

use super::{Entry, StackValues, stacks};
use crate::masking::{Name, Text, text};
use crate::pulumi::{KNOWN, Kind, Project};
use crate::rules::{AppContext, Check, Reporter, WorkspaceContext, rule};
use crate::source::Location;

rule! {
    /// A value of a stack is not of the type that `Pulumi.yaml` declares.
    ///
    /// ## What it does
    ///
    /// Compares the configuration of every stack with the types that the project declares under `config:`, as Pulumi
    /// does: single values count as text, so `8080` and `"8080"` are both an `integer`. It also reports a default that
    /// is not of its own type, a type that Pulumi does not know (`number`, `bool`), an `array` without `items`, and a
    /// `Pulumi.yaml` without `name` or that is not YAML. Encrypted values are not looked at.
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
    "pulumi/invalid-config", Error, Check::App(check), Check::Workspace(check_broken)
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

/// Projects that cannot be read: no app is made of them, and none of their stacks is checked. What a tool fills in first is none
/// yet.
fn check_broken(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    for (place, reason) in cx.workspace.broken_projects() {
        let source = &place.source;
        let is_asked = cx.complete || cx.asked.contains(source.path.as_str());
        let is_template = ["{{", "{%", "<%"]
            .iter()
            .any(|open| source.text().contains(open));
        if is_asked && !is_template {
            let message = text!(
                "Pulumi refuses {}, so none of its stacks can be deployed, or is checked: {}",
                Name(&source.path),
                reason
            );
            let finding = out.finding(place.clone(), message);
            out.push(finding.help("correct it: a project is a map with `name` and `runtime`"));
        }
    }
}

fn check_project(project: &Project, out: &mut Reporter<'_>) {
    if project.name.is_empty() {
        let place = Location::start_of(&project.source);
        let message = text!(
            "{} has no `name`, so Pulumi refuses the project",
            Name(&project.source.path)
        );
        out.push(out.finding(place, message).help("add it: `name: shop`"));
    }
    for declared in &project.declared {
        if let Some(span) = declared.unknown_type {
            let place = Location::new(&project.source, span);
            let message = text!(
                "the type of `{}` is none that Pulumi knows, so it refuses the project",
                Name(&declared.key)
            );
            let help = text!("known types: {}", Text::listed(KNOWN));
            out.push(out.finding(place, message).help(help));
            continue;
        }
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
