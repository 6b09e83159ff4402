//! `objects/duplicate-variable`.

use std::collections::HashMap;
use std::sync::Arc;

use envlint_yaml::{Span, Value};

use crate::manifests::items;
use crate::masking::{ObjectName, text};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Location, Source};

rule! {
    /// A container has the same environment variable twice.
    ///
    /// ## What it does
    ///
    /// Looks at `env` of all containers and init containers that the chart renders for an environment.
    ///
    /// ## Why it matters
    ///
    /// The program gets the last one, whatever the first one says. Server-side apply, which Helm 4 and Flux use, refuses the
    /// object: the name is the key of the list.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// env:
    ///   - {name: LOG_LEVEL, value: info}
    ///   - {name: LOG_LEVEL, value: debug}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// env:
    ///   - {name: LOG_LEVEL, value: info}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: server-side apply, merge strategy](https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy)
    "objects/duplicate-variable", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        for object in cx.manifests.objects(values.name()).unwrap_or_default() {
            for container in object.containers() {
                let mut known: HashMap<&str, usize> = HashMap::new();
                let variables = items(container.at(&["env"])).iter().enumerate();
                for (index, variable) in variables {
                    let Some(name) = variable.get("name").and_then(Value::as_str) else {
                        continue;
                    };
                    if known.insert(name, index).is_none() {
                        continue;
                    }
                    let path = container.path.key("env").index(index).key("name");
                    let message = text!(
                        "the container `{}` of {} has the variable `{}` twice",
                        ObjectName(container.name()),
                        object.called(),
                        ObjectName(name)
                    );
                    let field = (object, &path);
                    let Some(finding) = out.field(cx, values, field, message.clone()) else {
                        continue;
                    };
                    let helper = helper(cx, &finding.location, name);
                    let mut finding = finding;
                    if let Some(place) = helper {
                        finding.location = place;
                    }
                    let mark = finding.line_mark();
                    let finding = finding
                        .help("remove one of the two")
                        .once_of(
                            mark,
                            "duplicate",
                            text!("`{}` in {}", ObjectName(name), object.called()),
                        )
                        .ending(", and server-side apply refuses that");
                    out.push(finding);
                }
            }
        }
    }
}

/// Where the named template writes a variable the second time that a line includes: whoever edits it, edits it for all that
/// include it.
fn helper(cx: &AppContext<'_>, place: &Location, variable: &str) -> Option<Location> {
    let line = place
        .source
        .text()
        .lines()
        .nth(place.start().line.checked_sub(1)?)?;
    let (_, rest) = line
        .split_once("include \"")
        .or(line.split_once("template \""))?;
    let (name, _) = rest.split_once('"')?;
    let chart = cx.chart?;
    let define = format!("define \"{name}\"");
    let templates = chart.chart.as_ref().ok()?.templates().iter();
    templates.into_iter().find_map(|file| {
        let text = std::str::from_utf8(file.data()).ok()?;
        let start = text.find(&define)? + define.len();
        let body = text.get(start..)?;
        let body = body.split_once("define \"").map_or(body, |(body, _)| body);
        let written = format!("name: {variable}");
        let is_whole = |at: usize| {
            let rest = body.get(at + written.len()..).unwrap_or_default();
            !rest.starts_with(|char: char| char.is_alphanumeric() || "_-.".contains(char))
        };
        let mut found = body.match_indices(&written).filter(|(at, _)| is_whole(*at));
        let (at, _) = found.nth(1)?;
        let source = Source::read(&cx.workspace.root, &chart.path(file.name())).ok()?;
        let span = Span::new(start + at, start + at + written.len());
        Some(Location::new(&Arc::new(source), span))
    })
}
