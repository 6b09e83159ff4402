//! helmfile: environments, and the releases of each.
//!
//! <https://helmfile.readthedocs.io/en/latest/>

mod state;

use std::collections::BTreeSet;

use envlint_yaml::{Document, Map, Node, Value};

use super::claim::{Chart, Claim, Claims, Evidence, LayerPath, Unread, given};
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
        let mut environments: Vec<&str> = match own.as_slice() {
            [] => all.iter().map(|name| name.as_str()).collect(),
            own => own.iter().map(String::as_str).collect(),
        };
        if environments.iter().any(|name| *name != DEFAULT) {
            environments.retain(|name| *name != DEFAULT);
        }
        if environments.is_empty() {
            environments.push(DEFAULT);
        }
        for environment in environments {
            of_environment(file, environment, files, names, said);
        }
    }
}

/// Whether a file is a helmfile: by its name, or by its keys.
fn is_helmfile(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    let is_named = name.starts_with("helmfile") || path.contains("helmfile.d/");
    has("releases:") && (is_named || !has("apiVersion:")) || (is_named && has("helmfiles:"))
}

/// A helmfile in one environment.
struct Cx<'c, 'f> {
    file: &'c Candidate,
    situation: Situation,
    files: &'c Files<'f>,
    names: &'c Names,
}

fn of_environment(
    file: &Candidate,
    environment: &str,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let (values, read) = state::values(&file.path, &file.text, environment, files);
    said.taken.extend(read);
    let cx = Cx {
        situation: Situation {
            values,
            environment: environment.to_owned(),
        },
        file,
        files,
        names,
    };
    for document in state::documents(&file.text, &cx.situation) {
        let Some(root) = document.root() else {
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
        let may_miss = matches!(first("missingFileHandler"), Some("Warn" | "Info" | "Debug"))
            || matches!(
                text(root, &["missingFileHandler"]),
                Some("Warn" | "Info" | "Debug")
            );
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
        if layers.is_empty() {
            return;
        }
        let chart = first("chart").and_then(&filled).unwrap_or_default();
        self.claim(
            name,
            &chart,
            first("version"),
            first("namespace").and_then(&filled),
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
        let chart = match local {
            Some(path) => Chart::Local(path),
            None => Chart::Remote(shown(&format!("{chart}{version}"))),
        };
        let environment = match self.situation.environment.as_str() {
            DEFAULT => layers
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
        let lines = self.file.text.lines().enumerate();
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

/// The templates that a release inherits from, the first lowest.
fn inherited<'n>(root: &'n Node, release: &'n Node) -> Vec<&'n Node> {
    let named = items(release, &["inherit"])
        .iter()
        .filter_map(|entry| text(entry, &["template"]));
    named
        .filter_map(|name| at(root, &["templates", name]))
        .collect()
}
