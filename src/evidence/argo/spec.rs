//! What an Application says, as it is written: its sources, and the values of each.

use std::sync::Arc;

use envlint_yaml::{Document, Node, Span};

use super::plugin;
use crate::evidence::helm_secrets;
use crate::evidence::nodes::{at, items, leaves, text};
use crate::source::Source;

/// What an Application says, its templates evaluated.
#[derive(Debug, Default)]
pub(super) struct Spec {
    pub(super) name: String,
    /// The name in its own file, where a kustomization changes it.
    pub(super) first_name: Option<String>,
    /// The environment that the directory tells which builds it.
    pub(super) environment: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) cluster: Option<String>,
    pub(super) sources: Vec<HelmSource>,
    /// Repositories of `$ref` paths.
    pub(super) references: Vec<(String, Option<String>)>,
    pub(super) place: Span,
    /// Whether a source names neither a path nor a chart.
    pub(super) is_nowhere: bool,
    /// What else may tell the environment: parameters of a generator, labels.
    pub(super) hints: Vec<String>,
    /// Whether it is one of those that an ApplicationSet makes.
    pub(super) of_set: Option<String>,
}

/// A source with a chart.
#[derive(Debug, Default)]
pub(super) struct HelmSource {
    pub(super) repository: Option<String>,
    pub(super) path: Option<String>,
    pub(super) chart: Option<String>,
    pub(super) version: Option<String>,
    pub(super) release: Option<String>,
    pub(super) value_files: Vec<String>,
    pub(super) may_miss: bool,
    pub(super) inline: Vec<Inline>,
    pub(super) given: Vec<String>,
    pub(super) has_helm: bool,
    /// Whether it says that its folder holds manifests, and no chart.
    pub(super) is_plain: bool,
}

/// Values that stand in the manifest itself.
#[derive(Debug, Clone)]
pub(super) enum Inline {
    /// A part of the file that is YAML as it stands.
    Part(Span),
    /// The same in another file, which changes this one.
    Patch(String, Span),
    /// Values that only have names here: a template, or a text that is quoted.
    Names(Vec<String>),
    /// Values of which not even the names are known: a template makes more than one of them (`{{ toYaml .Values | nindent 8 }}`).
    Open,
}

/// Reads an Application, or the template of one. `evaluate` evaluates the texts of a template.
pub(super) fn read(
    source: &Arc<Source>,
    object: &Node,
    template: &Node,
    evaluate: &dyn Fn(&str) -> Option<String>,
) -> Spec {
    let value = |node: &Node, keys: &[&str]| text(node, keys).and_then(evaluate);
    let name = at(template, &["metadata", "name"]).or_else(|| at(object, &["metadata", "name"]));
    let spec = at(template, &["spec"]);
    let mut read = Spec {
        name: value(template, &["metadata", "name"]).unwrap_or_default(),
        place: name.map_or(object.span(), Node::span),
        ..Spec::default()
    };
    let Some(spec) = spec else { return read };
    read.namespace = value(spec, &["destination", "namespace"]);
    read.cluster =
        value(spec, &["destination", "name"]).or_else(|| value(spec, &["destination", "server"]));
    let labels = at(template, &["metadata", "labels"]).and_then(Node::as_mapping);
    for (label, node) in labels.into_iter().flat_map(|map| map.iter()) {
        // `app.kubernetes.io/env`
        let word = label.text().rsplit('/').next().unwrap_or_default();
        if ["env", "environment", "stage", "tier"].contains(&word) {
            read.hints.extend(node.as_str().and_then(evaluate));
        }
    }
    let single = at(spec, &["source"]).into_iter();
    let nodes: Vec<&Node> = single.chain(items(spec, &["sources"])).collect();
    let is_template = !std::ptr::eq(object, template) || is_filled_in(source, object, &nodes);
    // What a template leaves empty is not there: `chart: '{{ if .remote }}{{ .chart }}{{ end }}'`.
    let filled =
        |node: &Node, key: &str| value(node, &[key]).filter(|text| !text.trim().is_empty());
    for node in nodes {
        let repository = value(node, &["repoURL"]);
        if let Some(reference) = value(node, &["ref"]) {
            read.references.push((reference, repository.clone()));
        }
        let mut helm = HelmSource {
            repository,
            path: filled(node, "path"),
            chart: filled(node, "chart"),
            version: value(node, &["targetRevision"]),
            is_plain: ["directory", "kustomize", "plugin"]
                .iter()
                .any(|key| at(node, &[key]).is_some_and(|node| !node.is_null())),
            ..helm_of(source, node, is_template, evaluate)
        };
        plugin::add(node, evaluate, &mut helm);
        let is_nowhere = ["path", "chart", "ref"]
            .iter()
            .all(|key| text(node, &[key]).is_none_or(str::is_empty));
        read.is_nowhere |= is_nowhere && helm.repository.is_some();
        if helm.path.is_some() || helm.chart.is_some() {
            read.sources.push(helm);
        }
    }
    read
}

/// Whether an Application is written for something that fills in its braces before Argo CD sees it, as a chart does. Argo CD
/// itself fills in none: where nothing but values has any, they are for those who read the values.
fn is_filled_in(source: &Source, object: &Node, sources: &[&Node]) -> bool {
    if source.path.split('/').any(|part| part == "templates") {
        return true;
    }
    let values = sources.iter().flat_map(|node| {
        let keys = ["values", "valuesObject"].into_iter();
        keys.filter_map(|key| at(node, &["helm", key]).map(Node::span))
    });
    let values: Vec<Span> = values.collect();
    let span = object.span();
    let text = source.text().get(span.start..span.end).unwrap_or_default();
    let braces = text.match_indices("{{").map(|(at, _)| span.start + at);
    let mut braces = braces.filter(|at| {
        let is_in = |values: &Span| values.start <= *at && *at < values.end;
        !values.iter().any(is_in)
    });
    braces.next().is_some()
}

fn helm_of(
    source: &Arc<Source>,
    node: &Node,
    is_template: bool,
    evaluate: &dyn Fn(&str) -> Option<String>,
) -> HelmSource {
    let Some(helm) = at(node, &["helm"]) else {
        return HelmSource::default();
    };
    let mut read = HelmSource {
        has_helm: true,
        release: text(helm, &["releaseName"]).and_then(evaluate),
        may_miss: at(helm, &["ignoreMissingValueFiles"]).and_then(Node::as_bool) == Some(true),
        ..HelmSource::default()
    };
    for file in items(helm, &["valueFiles"]) {
        let path = file.as_str().and_then(evaluate);
        // A template may give nothing: `{{ if … }}…{{ end }}`.
        let path = path.filter(|path| !path.trim().is_empty());
        read.value_files
            .extend(path.map(|path| helm_secrets::path_of(&path).to_owned()));
    }
    if let Some(values) = at(helm, &["values"]) {
        read.inline.extend(inline_text(source, values, is_template));
    }
    if let Some(values) = at(helm, &["valuesObject"]).filter(|node| node.as_mapping().is_some()) {
        read.inline.push(inline_part(source, values, is_template));
    }
    for list in ["parameters", "fileParameters"] {
        let names = items(helm, &[list])
            .iter()
            .filter_map(|item| text(item, &["name"]));
        read.given.extend(names.filter_map(evaluate));
    }
    read
}

/// `valuesObject`: a map in the manifest.
fn inline_part(source: &Source, values: &Node, is_template: bool) -> Inline {
    let span = values.span();
    let text = source.text().get(span.start..span.end).unwrap_or_default();
    match is_template && text.contains("{{") {
        true => Inline::Names(leaves(values)),
        false => Inline::Part(span),
    }
}

/// `values`: a text. Where it is a block without templates, it is YAML as it stands.
fn inline_text(source: &Source, values: &Node, is_template: bool) -> Option<Inline> {
    let text = values.as_str().filter(|text| !text.trim().is_empty())?;
    let span = values.span();
    let raw = source.text().get(span.start..span.end).unwrap_or_default();
    let head = raw.find('\n').filter(|_| raw.starts_with('|'));
    match head {
        Some(head) if !text.contains("{{") || (!is_template && is_yaml(text)) => {
            Some(Inline::Part(Span::new(span.start + head + 1, span.end)))
        }
        _ => {
            // A template's braces are no YAML where they begin a value.
            let plain = text.replace("{{", "").replace("}}", "");
            let document = Document::parse(plain);
            let root = document.root().filter(|root| root.as_mapping().is_some());
            Some(root.map_or(Inline::Open, |root| Inline::Names(leaves(root))))
        }
    }
}

/// Whether a text is YAML as it stands: braces that begin a value are none.
fn is_yaml(text: &str) -> bool {
    let document = Document::parse(text);
    let mut errors = document.errors().iter();
    !errors.any(|error| error.is_fatal())
}
