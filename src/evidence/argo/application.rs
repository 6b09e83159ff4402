//! The deployments that one Application says.

use std::sync::Arc;

use super::refused::WhyRefused;
use super::spec::{HelmSource, Inline, Spec};
use crate::evidence::claim::{
    Chart, Claim, Claims, Evidence, LayerPath, MissingFile, OWN_CLUSTER, Rank, Unread, given,
};
use crate::evidence::files::{Files, normal};
use crate::evidence::holes::{Bindings, bindings, fill, fixed_parts, has_holes, shown, told_apart};
use crate::evidence::tells::Names;
use crate::masking::{ObjectName, text as said_text};
use crate::source::{Location, Source};

/// The deployments that an Application says.
pub(super) fn claims(
    spec: &Spec,
    source: &Arc<Source>,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let location = Location::new(source, spec.place);
    if spec.is_nowhere {
        said.unread.push(Unread::at(
            &location,
            said_text!(
                "a source of `{}` names neither `path` nor `chart`, and Argo CD refuses that",
                ObjectName(shown(&spec.name))
            ),
        ));
        said.refuse(&location, shown(&spec.name), WhyRefused::Nowhere);
    }
    let is_one = |helm: &&HelmSource| {
        helm.has_helm || helm.chart.is_some() || helm.chart_path(files).is_some()
    };
    for helm in spec.sources.iter().filter(is_one) {
        one(spec, helm, &location, files, names, said);
    }
    for helm in &spec.sources {
        helm.add_missing_chart(spec, &location, files, said);
    }
}

/// A cluster that a destination names; the one that Argo CD itself runs in has the same name everywhere.
fn cluster_of(destination: Option<String>) -> Option<String> {
    match destination.as_deref() {
        Some("https://kubernetes.default.svc") => Some(OWN_CLUSTER.to_owned()),
        _ => destination,
    }
}

/// What a destination may tell an environment by: the name of a cluster, or an address without its scheme, its port and its
/// last word, which tells a domain: `https://prod.example.dev:6443` is no `dev`.
pub(super) fn words_of(destination: &str) -> &str {
    let Some((_, address)) = destination.split_once("://") else {
        return destination;
    };
    let host = address.split([':', '/']).next().unwrap_or(address);
    host.rsplit_once('.').map_or(host, |(before, _)| before)
}

/// A name without the parts that are not known, and what joins them: `{cluster}-shop`.
fn without_holes(name: &str) -> String {
    if !has_holes(name) {
        return name.to_owned();
    }
    let known: String = fixed_parts(name).collect();
    known.trim_matches(['-', '_', '.', '/']).to_owned()
}

impl Spec {
    /// Whether no source has the name that a path begins with: `$values/…` where nothing is `ref: values`.
    fn lacks(&self, reference: &str) -> bool {
        !has_holes(reference) && self.references.iter().all(|(known, _)| known != reference)
    }

    /// Whether its name is that of the release, with words for where it is deployed: `shop-prod-core` for `shop`.
    fn is_release_with_place(&self, name: &str, release: Option<&str>, names: &Names) -> bool {
        let rest = release.and_then(|release| name.strip_prefix(release)?.strip_prefix('-'));
        let is_place = |word: &str| {
            // `core-prod` is a cluster of an environment.
            let clusters = self
                .hints
                .iter()
                .filter(|hint| names.of_word(hint).is_some());
            let mut known = clusters.flat_map(|hint| hint.split('-'));
            names.of_word(word).is_some() || known.any(|known| known == word)
        };
        self.of_set.is_some() && rest.is_some_and(|rest| rest.split('-').all(is_place))
    }

    /// Whether a reference is one to this repository, as far as anything tells.
    fn refers_here(&self, reference: &str, files: &Files<'_>) -> bool {
        let is_here = |url: &str| has_holes(url) || files.is_own(url) || !files.has_address();
        let mut references = self.references.iter();
        references.any(|(known, url)| known == reference && url.as_deref().is_none_or(is_here))
    }
}

impl HelmSource {
    /// Whether it is one of a chart, here or elsewhere.
    fn has_chart(&self, files: &Files<'_>) -> bool {
        self.chart.is_some() || self.chart_path(files).is_some()
    }

    /// The chart's directory, where it lies in the workspace.
    pub(super) fn chart_path(&self, files: &Files<'_>) -> Option<String> {
        let path = files.of_repository(self.path.as_deref()?)?;
        (has_holes(&path) || files.is_chart(&path)).then_some(path)
    }

    /// Whether it takes a chart by its name from where git keeps files: Argo CD looks for a repository of Helm there, and
    /// finds none. <https://argo-cd.readthedocs.io/en/stable/user-guide/helm/>
    fn is_chart_of_git(&self) -> bool {
        let is_git = |url: &str| {
            url.ends_with(".git") || url.starts_with("git@") || url.starts_with("ssh://")
        };
        self.chart.is_some()
            && self.path.is_none()
            && self.repository.as_deref().is_some_and(is_git)
    }

    /// Says that such a chart is never found. The values files that it names here are no app's of their own.
    fn say_chart_of_git(
        &self,
        spec: &Spec,
        location: &Location,
        elsewhere: &[String],
        files: &Files<'_>,
        said: &mut Claims,
    ) {
        said.unread.push(Unread::at(
            location,
            said_text!(
                "`{}` takes `chart: {}` from a git repository, and Argo CD finds charts by name only in repositories of Helm, so it cannot deploy this one: a folder in git is `path`",
                ObjectName(shown(&spec.name)),
                ObjectName(shown(self.chart.as_deref().unwrap_or_default()))
            ),
        ));
        let chart = shown(self.chart.as_deref().unwrap_or_default());
        said.refuse(location, shown(&spec.name), WhyRefused::ChartOfGit(chart));
        let named = elsewhere.iter().filter(|file| !file.contains("://"));
        let named = named.filter_map(|file| files.of_repository(file.trim_start_matches("./")));
        for path in named.filter(|path| files.is_file(path)) {
            let evidence = Evidence::at(location, "");
            said.named.entry(path).or_insert(evidence);
        }
    }

    fn chart(&self, files: &Files<'_>) -> Option<Chart> {
        if let Some(path) = self.chart_path(files) {
            return Some(Chart::Local(path));
        }
        let repository = self.repository.as_deref().unwrap_or_default();
        let name = self.chart.as_deref().or(self.path.as_deref())?;
        let version = self.version.as_deref().unwrap_or("HEAD");
        Some(Chart::Remote(shown(&format!(
            "{}/{name}@{version}",
            repository.trim_end_matches('/')
        ))))
    }

    /// The layers, as paths of the workspace that may have holes; and those that lie elsewhere.
    fn layers(&self, spec: &Spec, files: &Files<'_>) -> (Vec<String>, Vec<String>) {
        let base = self
            .path
            .as_deref()
            .and_then(|path| files.of_repository(path));
        let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
        for file in &self.value_files {
            let path = match file.strip_prefix('$') {
                Some(rest) => match rest.split_once('/') {
                    Some((reference, path)) if spec.refers_here(reference, files) => {
                        let path = files.of_repository(path);
                        // Where nothing tells the address of this repository, it may be another one that is meant.
                        let is_known = files.has_address();
                        path.filter(|path| is_known || has_holes(path) || files.is_file(path))
                    }
                    // What is meant lies here all the same.
                    Some((reference, path)) if spec.lacks(reference) => {
                        let path = files.of_repository(path);
                        path.filter(|path| has_holes(path) || files.is_file(path))
                    }
                    _ => None,
                },
                None if file.contains("://") => None,
                None if file.starts_with('/') => files.of_repository(file),
                // What lies in a chart that is not here is not here, either.
                None => base
                    .as_deref()
                    .filter(|base| has_holes(base) || files.is_directory(base))
                    .and_then(|base| normal(base, file)),
            };
            match path {
                Some(path) => here.push(path),
                None => elsewhere.push(shown(file)),
            }
        }
        (here, elsewhere)
    }
}

fn one(
    spec: &Spec,
    helm: &HelmSource,
    location: &Location,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let (layers, elsewhere) = helm.layers(spec, files);
    let references = helm.value_files.iter().filter_map(|file| {
        let (reference, _) = file.strip_prefix('$')?.split_once('/')?;
        spec.lacks(reference).then_some(reference)
    });
    // <https://argo-cd.readthedocs.io/en/stable/user-guide/multiple_sources/#helm-value-files-from-external-git-repository>
    for reference in references.take(1) {
        said.unread.push(Unread::at(
            location,
            said_text!(
                "no source of `{}` has `ref: {}`, so Argo CD does not find the values files that begin with `${}/`",
                ObjectName(shown(&spec.name)),
                ObjectName(reference),
                ObjectName(reference)
            ),
        ));
        let why = WhyRefused::NoReference(reference.to_owned());
        said.refuse(location, shown(&spec.name), why);
    }
    // What Argo CD refuses is no deployment.
    if helm.is_chart_of_git() {
        helm.say_chart_of_git(spec, location, &elsewhere, files, said);
        return;
    }
    for file in &elsewhere {
        said.unread.push(Unread::at(
            location,
            said_text!(
                "the values file `{}` of `{}` is not in this repository, so its values are not known",
                ObjectName(file),
                ObjectName(shown(&spec.name))
            ),
        ));
    }
    // The last layer with a part that is not known says what the part may be.
    let open = layers.iter().rev().find(|layer| has_holes(layer));
    let chart_file = helm.path.as_deref().filter(|path| has_holes(path));
    let chart_file = chart_file.and_then(|path| files.of_repository(&format!("{path}/Chart.yaml")));
    let found: Vec<Bindings> = match (open, &chart_file) {
        (None, None) => vec![Bindings::new()],
        (Some(open), _) => bindings(open, files, names),
        (None, Some(chart)) => bindings(chart, files, names),
    };
    if let Some(open) = open.filter(|_| found.is_empty()) {
        said.unread.push(Unread::at(
            location,
            said_text!("no file of the repository is `{}`", ObjectName(shown(open))),
        ));
    }
    let mut claims = Vec::new();
    for bound in found {
        let bound_layers: Vec<String> = layers.iter().map(|layer| fill(layer, &bound)).collect();
        let mut kept = Vec::new();
        for layer in bound_layers {
            if files.has_values(&layer) {
                kept.push(LayerPath::file(layer));
            } else if !helm.may_miss && !has_holes(&layer) {
                let missing = MissingFile {
                    is_here: helm.has_chart_here(&layer, files),
                    path: layer,
                    of: shown(&spec.name),
                    evidence: Evidence::at(location, ""),
                    is_needed: false,
                };
                said.add_missing_file(missing, files);
            }
        }
        let lacks_all = kept.is_empty() && !layers.is_empty() && !helm.may_miss;
        let mut given_names = helm.given.clone();
        let is_open = helm
            .inline
            .iter()
            .any(|inline| matches!(inline, Inline::Open));
        for inline in &helm.inline {
            match inline {
                Inline::Part(span) => kept.push(LayerPath::part(&location.source.path, *span)),
                Inline::Patch(file, span) => kept.push(LayerPath::part(file, *span)),
                Inline::Names(leaves) => given_names.extend(leaves.iter().cloned()),
                Inline::Open => {}
            }
        }
        let lacks_all = lacks_all || (kept.is_empty() && !elsewhere.is_empty());
        let mut claim = claim(
            spec,
            helm,
            location,
            files,
            names,
            Layers {
                here: kept,
                elsewhere: &elsewhere,
                given: &given_names,
            },
            &bound,
        );
        // What files say that are not there, nobody knows.
        let is_unknown = lacks_all || is_open;
        claim.given.extend("**".parse().ok().filter(|_| is_unknown));
        claims.push(claim);
    }
    told_apart(claims, said);
}

/// The values of an Application: files of this repository, the names of others, and the paths that are given otherwise.
struct Layers<'l> {
    here: Vec<LayerPath>,
    elsewhere: &'l [String],
    given: &'l [String],
}

fn claim(
    spec: &Spec,
    helm: &HelmSource,
    location: &Location,
    files: &Files<'_>,
    names: &Names,
    layers: Layers<'_>,
    bound: &Bindings,
) -> Claim {
    let Layers {
        here: layers,
        elsewhere,
        given: given_names,
    } = layers;
    let filled = |text: &Option<String>| {
        let text = text.as_deref().map(|text| fill(text, bound));
        text.filter(|text| !has_holes(text) && !text.is_empty())
    };
    let chart = match helm.chart(files) {
        Some(Chart::Local(path)) => Some(Chart::Local(fill(&path, bound))),
        other => other,
    };
    let name = fill(&spec.name, bound);
    let whole = layers.iter().filter(|layer| layer.part.is_none());
    let others = [
        Some(name.clone()),
        filled(&spec.cluster).map(|name| words_of(&name).to_owned()),
        filled(&spec.namespace),
    ];
    let of_layers = names.of_layers(
        whole.map(|layer| layer.path.as_str()),
        bound.values().chain(&spec.hints).map(String::as_str),
        others.into_iter().flatten(),
    );
    let environment = spec
        .environment
        .clone()
        .into_iter()
        .chain(of_layers)
        .chain(bound.values().filter_map(|value| names.of_part(value)))
        .chain(spec.hints.iter().filter_map(|hint| names.of_word(hint)))
        .chain(
            names
                .of_path(&location.source.path)
                .filter(|_| spec.of_set.is_none()),
        )
        .chain(names.of_name(&name))
        .chain(
            elsewhere
                .iter()
                .rev()
                .filter_map(|path| names.of_path(path)),
        )
        .chain(filled(&spec.cluster).and_then(|name| names.of_name(words_of(&name))))
        .chain(filled(&spec.namespace).and_then(|name| names.of_name(&name)))
        // Of what a set makes nothing may tell, but the set itself.
        .chain(spec.of_set.iter().filter_map(|set| names.of_name(set)))
        .chain(names.of_path(&location.source.path))
        .next();
    let release = filled(&helm.release);
    let folder = match &chart {
        Some(Chart::Local(path)) => path.rsplit('/').next().map(str::to_owned),
        _ => helm.chart.clone(),
    };
    // Of an Application with several charts, each is an app.
    let is_one = spec
        .sources
        .iter()
        .filter(|other| other.has_chart(files))
        .count()
        < 2;
    let first = spec.first_name.as_deref().unwrap_or(&name);
    let first = Some(without_holes(first));
    let candidates = match is_one {
        true if spec.is_release_with_place(&name, release.as_deref(), names) => {
            [release.clone(), first, folder]
        }
        true => [first, release.clone(), folder],
        false => [folder, first, release.clone()],
    };
    let words = match &spec.of_set {
        Some(set) => said_text!(
            "the ApplicationSet `{}` makes `{}`",
            ObjectName(set),
            ObjectName(shown(&name))
        ),
        None => said_text!("the Application `{}`", ObjectName(&name)),
    };
    let of_other = helm
        .path
        .as_deref()
        .and_then(|path| files.folder_of_other(path));
    let words = match of_other.filter(|_| matches!(chart, Some(Chart::Local(_)))) {
        Some(folder) => said_text!(
            "{}, which takes this repository for the folder `{}` of another one",
            words,
            ObjectName(folder)
        ),
        None => words,
    };
    Claim {
        cluster: cluster_of(filled(&spec.cluster)),
        names: candidates
            .into_iter()
            .flatten()
            .filter(|name| !has_holes(name) && !name.is_empty())
            .collect(),
        environment,
        release: release.or_else(|| (!has_holes(&name)).then(|| name.clone())),
        namespace: filled(&spec.namespace),
        chart,
        layers,
        given: given_names.iter().filter_map(|name| given(name)).collect(),
        rank: Rank::Declared,
        tool: Some("Argo CD"),
        also: Vec::new(),
        is_loose: false,
        evidence: Evidence::at(location, words),
    }
}
