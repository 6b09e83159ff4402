//! Applications that a chart of the repository makes: the app of apps. The chart is rendered as Helm does, and its templates
//! are the place that says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use envlint_helm::{Chart, Effective, Given, Layer, Manifest, Options, render_effective};
use envlint_yaml::Document;
use rayon::prelude::*;

use super::Known;
use super::umbrella::{self, Umbrella};
use super::words::{self, Made, Words};
use crate::evidence::claim::{self, Claim, Claims, Evidence, Inline, LayerPath, Unread, given};
use crate::evidence::files::{Files, join, normal};
use crate::evidence::nodes::leaves;
use crate::evidence::tells::Names;
use crate::masking::{Name, Said, Text, text};
use crate::naming::around_values;
use crate::source::{Source, directory_of};

/// Folders of a chart that hold no values of deployments: those of its tests, and its own parts.
const INSIDE: [&str; 5] = ["charts", "ci", "crds", "templates", "tests"];
/// More sets of values are not tried with one chart.
const MOST: usize = 100;

/// The release of a chart that is rendered and not deployed.
/// Helm: pkg/cmd/template.go, `client.ReleaseName`
const RELEASE: &str = "release-name";

/// What stands in the templates of charts that make Applications.
const SIGNS: [&str; 2] = ["argoproj.io/", "kind: Application"];

/// A chart that makes Applications, by templates of its own or of a chart that it depends on.
struct Maker<'m> {
    directory: &'m str,
    /// Its templates and those of the charts that it brings, by their paths in the workspace.
    templates: Vec<(String, String)>,
    /// Whether it deploys another chart, too, which is not of the workspace.
    has_more: bool,
}

/// What a chart is deployed with.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Situation {
    layers: Vec<LayerPath>,
    /// Values over the layers.
    texts: Vec<String>,
    pub(super) environment: Option<String>,
}

impl Situation {
    /// The files, the lowest first.
    pub(super) fn paths(&self) -> impl DoubleEndedIterator<Item = &str> {
        let whole = self.layers.iter().filter(|layer| layer.part.is_none());
        whole.map(|layer| layer.path.as_str())
    }

    /// What may tell the environment, the surest first.
    fn hints(&self, names: &Names) -> Vec<String> {
        let of_paths = self.paths().rev().filter_map(|path| names.of_path(path));
        self.environment.iter().cloned().chain(of_paths).collect()
    }
}

/// Charts that make Applications of charts that make Applications.
const DEEPEST: usize = 5;

/// What the charts of a workspace make. Claims of these charts without an environment say nothing more, and are dropped.
pub(super) fn claims(known: &Known, files: &Files<'_>, names: &Names, said: &mut Claims) {
    let makers: Vec<Maker<'_>> = files
        .charts()
        .into_par_iter()
        .filter_map(|directory| {
            let umbrella = Umbrella::of(directory, files);
            let templates = umbrella.templates(files);
            let makes = |(_, text): &(String, String)| SIGNS.iter().all(|sign| text.contains(sign));
            templates.iter().any(makes).then_some(Maker {
                directory,
                has_more: umbrella.has_more,
                templates,
            })
        })
        .collect();
    // Those that something deploys come first: they may deploy others.
    let mut left: Vec<&Maker<'_>> = makers.iter().collect();
    let mut told: Vec<Words<'_>> = Vec::new();
    for _ in 0..DEEPEST {
        let is_claimed = |maker: &&Maker<'_>| said.claims.iter().any(|claim| maker.is_of(claim));
        let (ready, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(is_claimed);
        left = rest;
        if ready.is_empty() {
            break;
        }
        add_all(&ready, known, files, names, said, &mut told);
    }
    add_all(&left, known, files, names, said, &mut told);
    words::say_left(&told, files, said);
}

fn add_all<'m>(
    makers: &[&Maker<'m>],
    known: &Known,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
    told: &mut Vec<Words<'m>>,
) {
    for maker in makers {
        said.makers.insert(maker.directory.to_owned());
        let read = files.below(&join(maker.directory, "")).iter();
        let read = read.filter(|path| maker.reads(path));
        said.taken.extend(read.map(|path| (*path).to_owned()));
        let mut made = Claims::default();
        let of_maker = |claim: &Claim| maker.is_of(claim);
        let claims: Vec<&Claim> = said.claims.iter().filter(|claim| of_maker(claim)).collect();
        let is_placed = claims.iter().any(|claim| claim.environment.is_some());
        let is_deployed = !claims.is_empty();
        let situations = situations(maker, files, said).into_iter();
        let mut each: Vec<Made> = situations
            .filter_map(|situation| maker.made(situation, known, files, names, &mut made))
            .collect();
        let words = words::place(&mut each, &|path| maker.names(path), names);
        told.push(Words::of(maker.directory, words));
        for one in each {
            maker.add(one, is_placed, names, &mut made);
        }
        // Nobody knows which values a chart is given that nothing here deploys.
        if !is_deployed {
            made.missing.retain(|missing| maker.names(&missing.path));
        }
        if made.claims.is_empty() && made.unread.is_empty() {
            continue;
        }
        for claim in said.claims.extract_if(.., |claim| {
            claim.environment.is_none() && of_maker(claim) && !maker.has_more
        }) {
            said.taken
                .extend(claim.layers.into_iter().map(|layer| layer.path));
        }
        said.claims.append(&mut made.claims);
        said.unread.append(&mut made.unread);
        said.missing.append(&mut made.missing);
        said.named.append(&mut made.named);
        said.taken.append(&mut made.taken);
        said.parameters.append(&mut made.parameters);
        said.inline.append(&mut made.inline);
    }
}

/// The values that a chart is deployed with; files that lie next to it, where nothing says so.
fn situations(maker: &Maker<'_>, files: &Files<'_>, said: &Claims) -> BTreeSet<Situation> {
    let directory = maker.directory;
    let situation = |claim: &Claim| {
        let inline = said
            .inline
            .iter()
            .filter(|inline| inline.chart == directory && inline.environment == claim.environment);
        Situation {
            layers: claim.layers.clone(),
            texts: inline.map(|inline| inline.text.clone()).collect(),
            environment: claim.environment.clone(),
        }
    };
    let claimed = said.claims.iter().filter(|claim| maker.is_of(claim));
    let mut sets: BTreeSet<Situation> = claimed.map(situation).take(MOST).collect();
    let alone = |layers| Situation {
        layers,
        ..Situation::default()
    };
    if sets.is_empty() {
        let prefix = join(directory, "");
        let beside = files.below(&prefix).iter().filter(|path| {
            let file = path.get(prefix.len()..).unwrap_or_default();
            if directory_of(file)
                .split('/')
                .any(|folder| INSIDE.contains(&folder))
            {
                return false;
            }
            let stem = file.strip_suffix(".yaml").or(file.strip_suffix(".yml"));
            stem.and_then(around_values)
                .is_some_and(|around| around != ("", ""))
        });
        let beside = beside.filter(|path| !maker.reads(path)).take(MOST);
        sets.extend(beside.map(|path| alone(vec![LayerPath::file(*path)])));
    }
    if sets.is_empty() {
        sets.insert(alone(Vec::new()));
    }
    sets
}

impl Maker<'_> {
    /// Whether something deploys this chart.
    fn is_of(&self, claim: &Claim) -> bool {
        matches!(&claim.chart, Some(claim::Chart::Local(path)) if path == self.directory)
    }

    /// The Applications that the chart makes with some values; why it does not render is said.
    fn made(
        &self,
        situation: Situation,
        known: &Known,
        files: &Files<'_>,
        names: &Names,
        said: &mut Claims,
    ) -> Option<Made> {
        let manifests = match self.render(&situation, files, known) {
            Ok(manifests) => manifests,
            Err((evidence, error)) => {
                said.unread.push(Unread::of(
                    &evidence,
                    text!(
                        "the chart makes Applications, but does not render{}: {}",
                        match &situation.environment {
                            Some(environment) => text!(" for {}", Name(environment)),
                            None => Text::new(),
                        },
                        error
                    ),
                ));
                return None;
            }
        };
        let hints = situation.hints(names);
        let parts = manifests.into_iter().map(|(evidence, manifest)| {
            let source = Arc::new(Source::new(evidence.file.as_str(), manifest.text.as_str()));
            let mut found = Claims::default();
            for document in source.document.documents() {
                super::of_object(&source, document, known, &hints, files, names, &mut found);
            }
            (evidence, source, found)
        });
        let parts = parts.collect();
        Some(Made {
            situation,
            word: None,
            parts,
        })
    }

    /// Adds what the chart makes with some values.
    fn add(&self, one: Made, is_placed: bool, names: &Names, made: &mut Claims) {
        let layers = one.situation.layers.as_slice();
        // With values that belong to something else, the chart makes nothing: they are no values of it.
        if !one.parts.is_empty() {
            let told = one.word.clone();
            let told = told.or_else(|| one.situation.hints(names).into_iter().next());
            // The chart is deployed, too: where nothing says for which environment, its values tell.
            match told.filter(|_| !is_placed) {
                Some(environment) => made.claims.push(self.claim(layers, &environment)),
                None => {
                    let paths = one.situation.paths().map(str::to_owned);
                    made.taken.extend(paths);
                }
            }
        }
        for (evidence, source, found) in one.parts {
            made.add_moved(found, &source, &evidence, "the template");
        }
    }

    /// Whether a template reads a file of the chart as a text: then it is no values.
    fn reads(&self, path: &str) -> bool {
        let inside = path.strip_prefix(&join(self.directory, "")).unwrap_or(path);
        let calls = ["Get", "GetBytes", "Lines"].map(|call| format!(".Files.{call} \"{inside}\""));
        let mut texts = self.templates.iter().map(|(_, text)| text);
        texts.any(|text| calls.iter().any(|call| text.contains(call)))
    }

    /// Whether a template names a file by itself, whatever the values are.
    fn names(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut lines = self.templates.iter().flat_map(|(_, text)| text.lines());
        lines.any(|line| line.contains(name) && !line.contains("{{"))
    }

    /// The deployment of the chart itself.
    fn claim(&self, layers: &[LayerPath], environment: &str) -> Claim {
        let folder = self.directory.rsplit('/').next().unwrap_or_default();
        let path = layers.iter().rev().find(|layer| layer.part.is_none());
        let path = path.map_or(self.directory, |layer| &layer.path);
        Claim {
            cluster: None,
            names: vec![folder.to_owned()],
            environment: Some(environment.to_owned()),
            release: None,
            namespace: None,
            chart: Some(claim::Chart::Local(self.directory.to_owned())),
            layers: layers.to_vec(),
            given: Vec::new(),
            evidence: Evidence::of_file(path, "the chart makes Applications with these values"),
            rank: claim::Rank::Declared,
            tool: Some("Argo CD"),
            also: Vec::new(),
            is_loose: false,
        }
    }

    /// The manifests, each with its template.
    fn render(
        &self,
        situation: &Situation,
        files: &Files<'_>,
        known: &Known,
    ) -> Result<Vec<(Evidence, Manifest)>, (Evidence, Text)> {
        let definition = || Evidence::of_file(join(self.directory, "Chart.yaml"), "");
        let chart = umbrella::load(self.directory, files);
        let chart = chart.map_err(|error| (definition(), error))?;
        let refused = |error: &dyn Display| (definition(), text!("{}", Said(&error)));
        let mut layers: Vec<Layer> = Vec::new();
        for layer in &situation.layers {
            if let Some(text) = files.text(&layer.path) {
                let document = layer.read(text);
                let place = place_of_error(&layer.path, &document);
                let layer = Layer::of(Arc::new(document));
                layers.push(layer.map_err(|error| (place, text!("{}", Said(&error))))?);
            }
        }
        for text in situation.texts.iter().cloned() {
            let layer = Layer::of(Arc::new(Document::parse(text)));
            layers.push(layer.map_err(|error| refused(&error))?);
        }
        let effective =
            Effective::overlay(&chart, Given::layers(&layers)).map_err(|error| refused(&error))?;
        let options = Options {
            seed: Some(0),
            now: Some(Duration::ZERO),
            sample_keys: true,
            skip_schema: true,
            budget: Some(known.budget.clone()),
            ..Options::default()
        };
        // What the chart makes by itself, charts that are not here do not change.
        let rendered = render_effective(&effective, &options).or_else(|error| {
            let without_missing = Options {
                without_missing: true,
                ..options.clone()
            };
            render_effective(&effective, &without_missing).map_err(|_| refused(&error))
        })?;
        let is_wanted = |manifest: &Manifest| {
            manifest.api_version.starts_with(super::GROUP)
                && matches!(manifest.kind.as_str(), "Application" | "ApplicationSet")
        };
        let wanted = rendered.manifests.into_iter().filter(is_wanted);
        let placed = wanted.map(|manifest| (self.place_of(&chart, &manifest), manifest));
        Ok(placed.collect())
    }

    /// The line of the template that names the kind.
    fn place_of(&self, chart: &Chart, manifest: &Manifest) -> Evidence {
        let inside = manifest
            .template
            .split_once('/')
            .map_or("", |(_, inside)| inside);
        let path = normal(self.directory, &chart.place_of(inside)).unwrap_or_default();
        let template = self.templates.iter().find(|(known, _)| *known == path);
        let kind = format!("kind: {}", manifest.kind);
        let mut lines = template.map_or("", |(_, text)| text).lines().enumerate();
        let line = lines
            .find(|(_, line)| line.trim() == kind)
            .map_or(1, |(index, _)| index + 1);
        Evidence {
            line,
            ..Evidence::of_file(path, "")
        }
    }
}

/// Where a file of values is refused, or its beginning.
fn place_of_error(path: &str, document: &Document) -> Evidence {
    let mut errors = document.errors().iter();
    let start = errors
        .find(|error| error.is_fatal())
        .map(|error| error.span.start);
    let before = start.and_then(|start| document.source().get(..start));
    let before = before.unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    Evidence {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        ..Evidence::of_file(path, "")
    }
}

impl Claims {
    /// Takes in what the text of a manifest says, as said by what makes it (`by`): values in the manifest have no
    /// place in a file, and are given.
    pub(super) fn add_moved(
        &mut self,
        found: Claims,
        source: &Source,
        evidence: &Evidence,
        by: &'static str,
    ) {
        let at = |words: Text| Evidence {
            words,
            ..evidence.clone()
        };
        for mut claim in found.claims {
            // The chart was rendered under the name that Helm has for what is no release.
            let is_real = |name: &String| !name.contains(RELEASE);
            if claim.names.iter().any(is_real) {
                claim.names.retain(is_real);
            }
            let parts: Vec<_> = claim
                .layers
                .extract_if(.., |layer| layer.part.is_some())
                .collect();
            for layer in parts {
                let document = layer.read(source.text().to_owned());
                if let Some(claim::Chart::Local(chart)) = &claim.chart {
                    self.inline.push(Inline {
                        chart: chart.clone(),
                        environment: claim.environment.clone(),
                        text: document.source().to_owned(),
                    });
                }
                let names = document.root().map(leaves).unwrap_or_default();
                claim
                    .given
                    .extend(names.iter().filter_map(|name| given(name)));
            }
            claim.evidence = at(text!("{} makes {}", by, claim.evidence.words));
            self.claims.push(claim);
        }
        self.parameters.extend(found.parameters);
        let moved = found
            .unread
            .into_iter()
            .map(|said| Unread::of(evidence, said.reason));
        self.unread.extend(moved);
        for missing in found.missing {
            let evidence = evidence.clone();
            self.missing.push(claim::MissingFile {
                evidence,
                ..missing
            });
        }
        let named: BTreeMap<String, Evidence> = found
            .named
            .into_keys()
            .map(|path| (path, evidence.clone()))
            .collect();
        self.named.extend(named);
    }
}
