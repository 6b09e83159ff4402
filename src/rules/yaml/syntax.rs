//! `yaml/syntax`.

use std::sync::Arc;

use envlint_yaml::Span;

use super::merge_conflict::has_conflict;
use crate::masking::{Name, Said, Text, text};
use crate::rules::Finding;
use crate::rules::{AppContext, Check, Reporter, Role, SourceContext, rule};
use crate::source::{DEPLOYING, Location, ReadError, Severity, Source, is_yaml};
use crate::workspace::ValuesFile;

rule! {
    /// A values file cannot be read as Helm reads it.
    ///
    /// ## What it does
    ///
    /// Reports values files, the layers around them, and the chart's own `values.yaml`, that are not YAML, that Helm refuses although they are
    /// (a list at the root, a key that JSON cannot have, aliases that explode), that are not UTF-8 text, that cannot be
    /// read at all, and that are empty. Such a file is one finding: its values are not compared with those of other
    /// environments. What git leaves of an unfinished merge is found by `yaml/merge-conflict`.
    ///
    /// Files are read as Helm's own YAML reader reads them (`go.yaml.in/yaml`, YAML 1.1), with its rules for tabs, tags and
    /// marks of documents, and not as YAML 1.2 says.
    ///
    /// A manifest of Argo CD or Flux (`Application`, `ApplicationSet`, `HelmRelease`, `Kustomization`) that is no YAML is
    /// reported, too, unless something fills it as a template before it is applied.
    ///
    /// With a chart, an empty file is only a warning: all values come from the chart. It is an error where `envlint.yaml`
    /// declares the app and another environment has values: most often an edit went wrong (`yq … f > f`), and a promotion
    /// would take the values from the next environment. Write `{}`, or a comment, if you mean that.
    ///
    /// ## Why it matters
    ///
    /// Helm stops at the file, or deploys without its values.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// image:
    ///   repository: registry.example.com/shop/api
    ///  tag: "1.24.3"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// image:
    ///   repository: registry.example.com/shop/api
    ///   tag: "1.24.3"
    /// ```
    ///
    /// ## References
    ///
    /// - [YAML 1.2](https://yaml.org/spec/1.2.2/)
    /// - [Helm: values files](https://helm.sh/docs/chart_template_guide/values_files/)
    "yaml/syntax", Error, Check::App(check), Check::File(check_manifest)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    // Values that stand in a manifest, or that nobody wrote, are no file that may be empty.
    for file in &cx.files.values {
        let mut findings = match &file.source {
            Ok(source) => of_values(cx, file, source, out),
            Err(error) => unreadable(&file.path, error, out).into_iter().collect(),
        };
        for finding in findings.drain(..) {
            out.push(finding.environment(&file.environment.name));
        }
    }
    for layer in cx.workspace.layers_of(cx.app) {
        let findings = match &layer.source {
            Ok(source) => of_source(source, out),
            Err(error) => unreadable(&layer.path, error, out).into_iter().collect(),
        };
        for finding in findings {
            out.push(finding);
        }
    }
    if let Some(chart) = cx.chart {
        let findings = match &chart.values {
            Ok(source) => of_source(source, out),
            // Files of an archive are no files of the workspace.
            Err(_) if chart.is_archive() => Vec::new(),
            Err(error) => unreadable(&format!("{}/values.yaml", chart.directory), error, out)
                .into_iter()
                .collect(),
        };
        for finding in findings {
            out.push(finding);
        }
    }
}

/// A manifest that deploys others and is no YAML: nothing can apply it, so nothing of what it names is deployed.
fn check_manifest(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    let source = cx.source;
    let text = source.text();
    let Some(kind) = text.lines().find_map(deploying_kind) else {
        return;
    };
    let is_theirs = ["argoproj.io/", ".fluxcd.io/"]
        .iter()
        .any(|group| text.contains(group));
    let actions = ["{{", "{%", "<%"];
    let is_template = actions.iter().any(|open| text.contains(open));
    // Something may fill a template before it is applied; that of a set is filled by Argo CD, which reads the file first.
    let is_ready = !is_template || kind == "ApplicationSet";
    // A script that writes a manifest is none.
    let is_manifest = is_yaml(&source.path);
    let is_applied = matches!(cx.role, Role::Applied | Role::Unread) && is_manifest;
    if !is_applied || !is_theirs || !is_ready || has_conflict(source) {
        return;
    }
    let errors = source.document.errors();
    let Some(problem) = errors.iter().find(|problem| problem.is_fatal()) else {
        return;
    };
    let message = text!(
        "this {} is no YAML, so it cannot be applied: {}",
        kind,
        Said(&problem.message)
    );
    let finding = out.finding(Location::new(source, problem.span), message);
    out.push(finding.help(match is_template {
        true => "an action on a line of its own is no YAML; what it decides belongs into `templatePatch: |`",
        false => "check the indentation and the quotes of the lines above",
    }));
}

/// The kind of what deploys others that a line of a manifest names.
fn deploying_kind(line: &str) -> Option<&'static str> {
    let kind = line.strip_prefix("kind:")?.trim();
    DEPLOYING.iter().copied().find(|known| *known == kind)
}

fn of_values(
    cx: &AppContext<'_>,
    file: &ValuesFile,
    source: &Arc<Source>,
    out: &Reporter<'_>,
) -> Vec<Finding> {
    if !file.is_empty() || !file.is_own_file() || file.is_encrypted() {
        return of_source(source, out);
    }
    // Who writes a comment knows that the file sets nothing.
    if source.text().contains('#') {
        return Vec::new();
    }
    let place = Location::start_of(source);
    // A file for what an environment may set one day.
    let layers = file.layers().and_then(Result::ok).unwrap_or_default();
    let has_layers = layers.len() > 1;
    let is_given = file.given().next().is_some();
    let has_chart = cx.chart.is_some() || cx.app.has_evidence();
    let (severity, message) = match (has_layers, has_chart) {
        (true, _) => (
            Severity::Info,
            "the values file is empty: every value comes from the layers below it",
        ),
        // Templates of values may lie below it, too.
        (false, _) if is_given => (
            Severity::Info,
            "the values file is empty: every value is given, or comes from the chart",
        ),
        (false, true) if is_emptied(cx) => (
            Severity::Error,
            "the values file is empty, but another environment has values: every value comes from the chart, and a promotion from here would remove all",
        ),
        (false, true) => (
            Severity::Warning,
            "the values file is empty: every value comes from the chart",
        ),
        (false, false) if has_values(cx) => (
            Severity::Error,
            "the values file is empty, but another environment has values",
        ),
        (false, false) => (Severity::Warning, "the values file is empty"),
    };
    vec![out.lowered(severity, place, message).help(match severity {
        Severity::Error => "restore its content, or write `{}` to set nothing",
        _ => "write `{}` if you mean that",
    })]
}

/// Whether an app has values in some environment, and the configuration says that each has its own file: then one without
/// any was most likely emptied.
fn is_emptied(cx: &AppContext<'_>) -> bool {
    cx.app.declaration(cx.workspace).is_some() && has_values(cx)
}

/// Whether an app has values in some environment.
fn has_values(cx: &AppContext<'_>) -> bool {
    let has_values = |file: &ValuesFile| file.source.is_ok() && !file.is_empty();
    cx.files.values.iter().any(has_values)
}

fn of_source(source: &Arc<Source>, out: &Reporter<'_>) -> Vec<Finding> {
    if has_conflict(source) {
        return Vec::new();
    }
    let problems = source
        .document
        .errors()
        .iter()
        .filter(|problem| problem.is_fatal());
    // After the first mistake of form, a parser guesses.
    let mut findings: Vec<Finding> = problems
        .take(1)
        .map(|problem| {
            if let Some(action) = action_at(source, problem.span.start) {
                let message = "this is template text, and nothing renders a values file: Helm reads `{{` as a map, and refuses the file";
                return out
                    .finding(Location::new(source, action), message)
                    .help("write the value itself, or let the chart's template make it of other values");
            }
            let finding = out.finding(Location::new(source, problem.span), Text::of(&Said(&problem.message)));
            match &problem.related {
                Some(related) => {
                    finding.note(Location::new(source, related.span), Text::of(&Said(&related.message)))
                }
                None => finding,
            }
            .help(if let Some(help) = source.help_with_brackets(problem.span.start) {
                help
            } else if problem.is_limit() {
                "nothing in it was checked; make it smaller or less deep"
            } else if problem.is_refused() {
                "Helm refuses the file; nothing in it was checked"
            } else {
                "Helm reads the file up to here and ignores the rest; check the indentation of the lines above"
            })
        })
        .collect();
    let roots = source.document.documents().iter();
    findings.extend(
        roots
            .filter(|root| root.as_mapping().is_none() && !root.is_null())
            .take(1)
            .map(|root| {
                let what = if root.as_sequence().is_some() {
                    "a list"
                } else {
                    "a single value"
                };
                let start = root.span().start;
                let end = source
                    .text()
                    .get(start..)
                    .and_then(|rest| rest.find('\n'))
                    .map_or(root.span().end, |at| start + at);
                let span = Span::new(start, end.min(root.span().end));
                out.finding(
                    Location::new(source, span),
                    text!(
                        "the file holds {}, but values are a map, so Helm refuses it",
                        what
                    ),
                )
                .help("write keys and values: `replicas: 3`")
            }),
    );
    findings
}

/// The action of a template that a value is, without quotes, on the line of a mistake: `host: {{ .Values.host }}`.
fn action_at(source: &Source, mistake: usize) -> Option<Span> {
    let text = source.text();
    let start = text.get(..mistake)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..)?.lines().next()?;
    let (before, rest) = line.split_once(": ")?;
    let value = rest.trim();
    let is_action = value.starts_with("{{") && value.ends_with("}}");
    let start = start + before.len() + 2 + (rest.len() - rest.trim_start().len());
    is_action.then(|| Span::new(start, start + value.len()))
}

/// A file that could not be read. One that is not there is another rule's matter, and none for a chart; so is a chart that is
/// too large; ciphertext is as it has to be.
fn unreadable(path: &str, error: &ReadError, out: &Reporter<'_>) -> Option<Finding> {
    let help = match error {
        ReadError::Missing | ReadError::WithChart | ReadError::Encrypted(_) => return None,
        ReadError::NotText { .. } => "save it as UTF-8 text",
        ReadError::TooLarge(_) | ReadError::TooMany => {
            "make it smaller: values files hold settings, not data"
        }
        ReadError::TooManyTries(_) => "write out how the paths of these patterns begin",
        ReadError::Outside => "put the file inside the workspace",
        ReadError::NotAFile => "replace it with a regular file",
        ReadError::Io(_) => "make the file readable",
    };
    let source = Arc::new(Source::new(path, ""));
    let message = text!("`{}` cannot be read: {}", Name(path), Said(&error));
    Some(out.finding(Location::start_of(&source), message).help(help))
}
