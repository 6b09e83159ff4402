//! helmfile: environments, and the releases of each.
//!
//! <https://helmfile.readthedocs.io/en/latest/>

mod state;

use std::collections::BTreeSet;

use envlint_yaml::{Document, Map, Node, Value};

use super::claim::{Chart, Claim, Claims, Evidence, LayerPath, MissingFile, Rank, Unread, given};
use super::commands::Runs;
use super::files::{Files, directory_of, normal};
use super::holes::{has_holes, shown};
use super::nodes::{at, items, leaves, text};
use super::scan::Candidate;
use super::tells::Names;
use crate::masking::{Name, Text, text as said_text};
use state::Situation;

/// The environment that is there without being declared.
const DEFAULT: &str = "default";
/// More releases are not looked at in one helmfile.
const MOST: usize = 2000;

/// What the helmfiles say.
pub(super) fn claims<'c>(
    candidates: impl Iterator<Item = &'c Candidate>,
    runs: &Runs,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let candidates: Vec<&Candidate> = candidates
        .filter(|file| is_helmfile(&file.path, &file.text))
        .collect();
    let declared: Vec<Vec<String>> = candidates
        .iter()
        .map(|file| state::environments(&file.path, &file.text, files))
        .collect();
    // A helmfile that another one takes in has that one's environments.
    let all: BTreeSet<&String> = declared.iter().flatten().collect();
    for (file, own) in candidates.iter().zip(&declared) {
        let run = runs.of(&file.path);
        let told = run.filter(|run| !run.is_open).map(|run| &run.environments);
        let mut environments: Vec<&str> = match (own.as_slice(), told) {
            ([], Some(told)) => told.iter().map(String::as_str).collect(),
            ([], None) => all.iter().map(|name| name.as_str()).collect(),
            (own, _) => own.iter().map(String::as_str).collect(),
        };
        // `helmfile sync` deploys the environment without a name.
        let is_run = run.is_some_and(|run| run.environments.contains(DEFAULT));
        if environments.iter().any(|name| *name != DEFAULT)
            && !(is_run && environments.contains(&DEFAULT))
            && !has_own_default(file, &environments, files)
        {
            environments.retain(|name| *name != DEFAULT);
            let known = state::of(&file.path, &file.text, DEFAULT, files);
            said.taken.extend(known.files);
        }
        if environments.is_empty() {
            environments.push(DEFAULT);
        }
        let is_only = environments.len() == 1;
        let extra: Vec<&String> = run.into_iter().flat_map(|run| &run.state_values).collect();
        for environment in environments {
            of_environment(file, environment, is_only, &extra, files, names, said);
        }
        add_missing_helmfiles(file, files, said);
    }
}

/// Whether the environment without a name has values that no other one has, and so is deployed for itself.
fn has_own_default(file: &Candidate, environments: &[&str], files: &Files<'_>) -> bool {
    let of = |name: &str| state::of(&file.path, &file.text, name, files).files;
    let own = of(DEFAULT);
    let mut others = environments.iter().filter(|name| **name != DEFAULT);
    let first = others.next().map(|name| of(name)).unwrap_or_default();
    environments.contains(&DEFAULT) && own.iter().any(|path| !first.contains(path))
}

/// Whether a file is a helmfile: by its name, or by its keys.
fn is_helmfile(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    let is_named = name.starts_with("helmfile") || path.contains("helmfile.d/");
    has("releases:") && (is_named || !has("apiVersion:")) || (is_named && has("helmfiles:"))
}

/// Says which of the helmfiles that a helmfile takes in are not there.
fn add_missing_helmfiles(file: &Candidate, files: &Files<'_>, said: &mut Claims) {
    if !file.text.contains("helmfiles:") {
        return;
    }
    let situation = Situation {
        environment: DEFAULT.to_owned(),
        values: Map::new(),
    };
    for part in state::documents(&file.text, &situation) {
        let Some(root) = part.document.root() else {
            continue;
        };
        for entry in items(root, &["helmfiles"]) {
            let path = entry.as_str().or_else(|| text(entry, &["path"]));
            let is_plain = |path: &&str| {
                !path.contains("://") && !path.contains("::") && !path.contains(['*', '{'])
            };
            let Some(path) = path.filter(|path| is_plain(path) && !has_holes(path)) else {
                continue;
            };
            let full = normal(directory_of(&file.path), path).filter(|full| !full.is_empty());
            let Some(full) = full.filter(|full| !files.exists(full)) else {
                continue;
            };
            let lines = file.text.lines().enumerate();
            let mut naming = lines.filter(|(_, line)| line.contains(path));
            let line = naming.next().map_or(1, |(index, _)| index + 1);
            let evidence = Evidence {
                line,
                ..Evidence::of_file(&file.path, "")
            };
            said.unread.push(Unread {
                file: file.path.clone(),
                place: Some((line, 1)),
                reason: said_text!("the helmfile `{}` does not exist", Name(path)),
                is_values: false,
            });
            said.missing.push(MissingFile {
                path: full,
                of: file.path.clone(),
                evidence,
                is_needed: true,
            });
        }
    }
}

/// A helmfile in one environment.
struct Cx<'c, 'f> {
    file: &'c Candidate,
    /// Whether there is no other environment.
    is_only: bool,
    /// The files that tell of the environment.
    also: Vec<Evidence>,
    situation: Situation,
    files: &'c Files<'f>,
    names: &'c Names,
}

fn of_environment(
    file: &Candidate,
    environment: &str,
    is_only: bool,
    extra: &[&String],
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let mut state = state::of(&file.path, &file.text, environment, files);
    for path in extra {
        state.add_file(path, files);
    }
    said.taken.extend(state.files.iter().cloned());
    let cx = Cx {
        is_only,
        situation: Situation {
            values: state.values,
            environment: environment.to_owned(),
        },
        also: state
            .files
            .iter()
            .map(|path| {
                Evidence::of_file(
                    path,
                    said_text!(
                        "values of the environment `{}` of helmfile",
                        Name(environment)
                    ),
                )
            })
            .collect(),
        file,
        files,
        names,
    };
    for (helmfile, path) in state.missing {
        let text = files.text(&helmfile).unwrap_or_default();
        let (line, column) = place_of_key(&text, environment);
        let evidence = Evidence {
            line,
            column,
            ..Evidence::of_file(helmfile, "")
        };
        said.add_missing(environment, path, evidence, files);
    }
    for part in state::documents(&file.text, &cx.situation) {
        said.unread
            .extend(part.problem.map(|reason| cx.unread(reason)));
        let Some(root) = part.document.root() else {
            continue;
        };
        for release in items(root, &["releases"]).iter().take(MOST) {
            cx.release(root, release, said);
        }
    }
}

impl Cx<'_, '_> {
    fn release(&self, root: &Node, release: &Node, said: &mut Claims) {
        let templates = inherited(root, release);
        let first = |key: &str| {
            text(release, &[key]).or_else(|| templates.iter().find_map(|node| text(node, &[key])))
        };
        let Some(name) = first("name").and_then(|name| self.situation.text(name, None)) else {
            return;
        };
        if first("installed") == Some("false") || self.is_off(first("condition")) {
            return;
        }
        let about: Map = [
            ("Name", Some(name.as_str())),
            ("Namespace", first("namespace")),
            ("Chart", first("chart")),
        ]
        .into_iter()
        .map(|(key, value)| {
            (
                key.to_owned(),
                Value::String(value.unwrap_or_default().to_owned()),
            )
        })
        .collect();
        let filled = |text: &str| self.situation.text(text, Some(&about));
        let mut layers = Vec::new();
        let mut given_names = Vec::new();
        let may_miss = state::is_lenient(release)
            || state::is_lenient(root)
            || templates.iter().any(|node| state::is_lenient(node));
        let nodes = templates.iter().copied().chain([release]);
        for key in ["values", "secrets"] {
            for entry in nodes.clone().flat_map(|node| items(node, &[key])) {
                match entry.as_str() {
                    None => given_names.extend(leaves(entry)),
                    Some(path) => {
                        let path = filled(path).unwrap_or_default();
                        self.layer(
                            &path,
                            may_miss,
                            &name,
                            &about,
                            &mut layers,
                            &mut given_names,
                            said,
                        );
                    }
                }
            }
        }
        for key in ["set", "setString", "setTemplate"] {
            for node in nodes.clone() {
                let entries = items(node, &[key])
                    .iter()
                    .filter_map(|entry| text(entry, &["name"]));
                given_names.extend(entries.map(str::to_owned));
            }
        }
        let chart = first("chart").and_then(&filled).unwrap_or_default();
        let namespace = first("namespace").or_else(|| text(root, &["namespace"]));
        self.claim(
            name,
            &chart,
            first("version"),
            namespace.and_then(&filled),
            layers,
            &given_names,
            said,
        );
    }

    /// Whether a condition names a value that is off.
    fn is_off(&self, condition: Option<&str>) -> bool {
        let found = condition.and_then(|condition| {
            let mut value = Value::Map(self.situation.values.clone());
            for key in condition.split('.') {
                let Value::Map(map) = value else { return None };
                value = map.get(key)?.clone();
            }
            Some(value)
        });
        matches!(found, Some(Value::Bool(false)))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one entry of the values of a release"
    )]
    fn layer(
        &self,
        path: &str,
        may_miss: bool,
        release: &str,
        about: &Map,
        layers: &mut Vec<LayerPath>,
        given_names: &mut Vec<String>,
        said: &mut Claims,
    ) {
        let path = path.trim();
        let full = match path.starts_with('/') || path.contains("://") || path.contains("::") {
            true => None,
            false => normal(directory_of(&self.file.path), path),
        };
        let Some(full) = full.filter(|full| !full.is_empty() && !has_holes(full)) else {
            let reason = said_text!(
                "the values `{}` of `{}` lie elsewhere",
                Name(shown(path)),
                Name(shown(release))
            );
            said.unread.push(self.unread(reason));
            return;
        };
        if full.contains('*') {
            let found = self.files.matching(&full);
            layers.extend(found.into_iter().map(LayerPath::file));
        } else if !self.files.is_file(&full) {
            if !may_miss {
                let (line, column) = self.place_of(release);
                let evidence = Evidence {
                    line,
                    column,
                    ..Evidence::of_file(&self.file.path, "")
                };
                said.add_missing(&shown(release), full, evidence, self.files);
            }
        } else if full.ends_with(".gotmpl") {
            // What a template of values gives has names here, and no place in a file.
            let text = self
                .files
                .text(&full)
                .and_then(|text| self.situation.text(&text, Some(about)));
            let document = Document::parse(text.unwrap_or_default());
            given_names.extend(document.root().map(leaves).unwrap_or_default());
        } else {
            layers.push(LayerPath::file(full));
        }
    }

    fn unread(&self, reason: Text) -> Unread {
        Unread {
            file: self.file.path.clone(),
            place: None,
            reason,
            is_values: false,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one claim")]
    fn claim(
        &self,
        name: String,
        chart: &str,
        version: Option<&str>,
        namespace: Option<String>,
        layers: Vec<LayerPath>,
        given_names: &[String],
        said: &mut Claims,
    ) {
        let local =
            normal(directory_of(&self.file.path), chart).filter(|path| self.files.is_chart(path));
        let version = version.map_or_else(String::new, |version| format!("@{version}"));
        // helmfile: a chart that begins so is a directory.
        if local.is_none() && (chart.starts_with("./") || chart.starts_with("../")) {
            let reason = said_text!(
                "the chart `{}` of `{}` is not in the repository",
                Name(shown(chart)),
                Name(shown(&name))
            );
            let (line, column) = self.place_of(&name);
            said.unread.push(Unread {
                place: Some((line, column)),
                ..self.unread(reason)
            });
            let path = normal(directory_of(&self.file.path), chart);
            let path = path.filter(|path| !has_holes(path) && !self.files.exists(path));
            said.missing.extend(path.map(|path| MissingFile {
                path,
                of: shown(&name),
                evidence: Evidence {
                    line,
                    column,
                    ..Evidence::of_file(&self.file.path, "")
                },
                is_needed: true,
            }));
        }
        let chart = match local {
            Some(path) => Chart::Local(path),
            None => Chart::Remote(shown(&format!("{chart}{version}"))),
        };
        let environment = match self.situation.environment.as_str() {
            DEFAULT if self.is_only => layers
                .iter()
                .rev()
                .find_map(|layer| self.names.of_path(&layer.path)),
            name => Some(name.to_owned()),
        };
        // A release may be called after its environment: then the folder says what it is.
        let folder = directory_of(&self.file.path)
            .rsplit('/')
            .next()
            .unwrap_or_default();
        let of_chart = match &chart {
            Chart::Local(path) | Chart::Remote(path) => {
                let reference = path.split('@').next().unwrap_or(path);
                reference.rsplit('/').next().unwrap_or(reference)
            }
        };
        let candidates = [name.clone(), folder.to_owned(), of_chart.to_owned()];
        let is_known = |text: &String| !text.is_empty() && !has_holes(text);
        let (line, column) = self.place_of(&name);
        said.claims.push(Claim {
            names: candidates.into_iter().filter(is_known).collect(),
            environment,
            release: Some(name.clone()).filter(is_known),
            namespace: namespace.filter(is_known),
            chart: Some(chart),
            layers,
            given: given_names.iter().filter_map(|name| given(name)).collect(),
            rank: Rank::Declared,
            also: self.also.clone(),
            evidence: Evidence {
                file: self.file.path.clone(),
                line,
                column,
                words: said_text!("the release `{}` of helmfile", Name(shown(&name))),
            },
        });
    }

    /// The line that names a release; the first, where a template makes the name.
    fn place_of(&self, name: &str) -> (usize, usize) {
        let text = &self.file.text;
        // Repositories have names, too.
        let is_releases = |line: &str| line.starts_with("releases:");
        let first = text.lines().position(is_releases);
        let skipped = first.unwrap_or_default();
        let lines = text.lines().enumerate().skip(skipped);
        let lines = lines.filter(|(_, line)| !line.trim_start().starts_with('#'));
        let mut naming = lines.filter_map(|(index, line)| {
            let at = line.find("name:")?;
            let value = line
                .get(at + "name:".len()..)?
                .trim()
                .trim_matches(['"', '\'']);
            (value == name).then_some((index + 1, at + 1))
        });
        naming.next().unwrap_or((1, 1))
    }
}

/// The line with a key; the first line, where there is none.
fn place_of_key(text: &str, key: &str) -> (usize, usize) {
    let mut lines = text.lines().enumerate();
    let is_key = |line: &str| {
        let rest = line.trim_start().strip_prefix(key);
        rest.is_some_and(|rest| rest.starts_with(':'))
    };
    let found = lines.find(|(_, line)| is_key(line));
    found.map_or((1, 1), |(index, line)| {
        (index + 1, line.len() - line.trim_start().len() + 1)
    })
}

/// The templates that a release inherits from, the first lowest.
fn inherited<'n>(root: &'n Node, release: &'n Node) -> Vec<&'n Node> {
    let named = items(release, &["inherit"])
        .iter()
        .filter_map(|entry| text(entry, &["template"]));
    named
        .filter_map(|name| at(root, &["templates", name]))
        .collect()
}
