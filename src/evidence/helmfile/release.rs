//! A release of a helmfile in one environment.

use envlint_yaml::{Document, Map, Node, Value};

use super::state::{Part, State, is_lenient};
use super::{DEFAULT, Step, Walk, folder_of, selectors, unread};
use crate::evidence::claim::{Chart, Claim, Evidence, LayerPath, MissingFile, Rank, given};
use crate::evidence::files::{directory_of, normal};
use crate::evidence::holes::{has_holes, shown};
use crate::evidence::nodes::{at, items, leaves, text};
use crate::masking::{Name, Said, Text, text as said_text};

/// More releases are not looked at in one helmfile.
const MOST: usize = 2000;
/// Templates in templates, and rounds of evaluation. helmfile: pkg/state/state_exec_tmpl.go, `ExecuteTemplates`
const DEEPEST: usize = 6;

/// A release with the templates that it inherits from.
struct Release<'s> {
    state: &'s State,
    part: &'s Part,
    node: &'s Node,
    /// The lowest first.
    templates: Vec<&'s Node>,
    name: String,
    /// `.Release`.
    about: Map,
}

/// What a release is given, and by what.
#[derive(Default)]
struct Values {
    layers: Vec<LayerPath>,
    given: Vec<String>,
    /// Templates of values.
    templates: Vec<String>,
}

impl Walk<'_, '_> {
    /// The releases of a helmfile.
    pub(super) fn releases(&mut self, step: &Step<'_>, state: &State) {
        let parts = state.with_releases.iter();
        for part in parts.filter_map(|index| state.parts.get(*index)) {
            let releases = part.document.root().map(|root| items(root, &["releases"]));
            for node in releases.unwrap_or_default().iter().take(MOST) {
                if let Some(release) = Release::of(state, part, node) {
                    self.release(step, &release);
                }
            }
        }
    }

    fn release(&mut self, step: &Step<'_>, release: &Release<'_>) {
        if !selectors::selects(&step.selectors, &|key| release.label(key)) {
            return;
        }
        match release.is_installed() {
            Ok(true) => {}
            Ok(false) => return,
            Err(reason) => {
                let (line, column) = release.place();
                let reason = said_text!(
                    "whether the release `{}` is installed is not known ({})",
                    Name(shown(&release.name)),
                    reason
                );
                let key = (release.part.file.clone(), line, column, reason);
                let doubts = self.doubts.entry(key).or_default();
                doubts.push(step.environment.to_owned());
                return;
            }
        }
        let mut values = Values::default();
        for key in ["valuesTemplate", "values", "secrets"] {
            for entry in release.nodes().flat_map(|node| items(node, &[key])) {
                match entry.as_str() {
                    None => values.given.extend(leaves(entry)),
                    Some(path) => self.layer(release, &release.filled(path), &mut values),
                }
            }
        }
        for key in ["set", "setString", "setTemplate"] {
            for entry in release.nodes().flat_map(|node| items(node, &[key])) {
                values
                    .given
                    .extend(text(entry, &["name"]).map(str::to_owned));
            }
        }
        self.claim(step, release, values);
    }

    /// A file with values of a release.
    fn layer(&mut self, release: &Release<'_>, path: &str, values: &mut Values) {
        let path = path.trim();
        let is_elsewhere = path.starts_with('/') || path.contains("://") || path.contains("::");
        let full = normal(&release.state.directory, path).filter(|_| !is_elsewhere);
        let Some(full) = full.filter(|full| !full.is_empty() && !has_holes(full)) else {
            let path = shown(path);
            let named = self.elsewhere.entry(folder_of(&path)).or_default();
            named.insert((release.part.file.clone(), path));
            return;
        };
        if full.contains('*') {
            let found = self.files.matching(&full);
            values.layers.extend(found.into_iter().map(LayerPath::file));
        } else if !self.files.is_file(&full) {
            if !release.may_miss() {
                let evidence = release.evidence("");
                self.said
                    .add_missing(&shown(&release.name), full, evidence, self.files);
            }
        } else if full.ends_with(".gotmpl") {
            // What a template of values gives has names here, and no place in a file.
            let text = self.files.text(&full).unwrap_or_default();
            let situation = &release.state.situation;
            let document = Document::parse(situation.text(&text, Some(&release.about)));
            let names = document.root().map(leaves).unwrap_or_default();
            values.given.extend(names);
            values.templates.push(full);
        } else {
            values.layers.push(LayerPath::file(full));
        }
    }

    fn claim(&mut self, step: &Step<'_>, release: &Release<'_>, values: Values) {
        let chart = self.chart(release);
        let environment = match step.environment {
            DEFAULT if step.is_only => {
                let mut layers = values.layers.iter().rev();
                let told = layers.find_map(|layer| self.names.of_path(&layer.path));
                told.or_else(|| self.names.of_home(step.path))
            }
            name => Some(name.to_owned()),
        };
        // A release may be called after its environment: then the folder says what it is.
        let folder = directory_of(&release.part.file).rsplit('/').next();
        let (Chart::Local(reference) | Chart::Remote(reference)) = &chart;
        let of_chart = reference.split('@').next().unwrap_or(reference);
        let of_chart = of_chart.rsplit('/').next();
        let candidates = [Some(release.name.as_str()), folder, of_chart];
        let is_known = |text: &String| !text.is_empty() && !has_holes(text);
        let names = candidates.into_iter().flatten().map(str::to_owned);
        let of_environment = release.state.files.iter().map(|path| {
            let words = said_text!(
                "values of the environment `{}` of helmfile",
                Name(step.environment)
            );
            Evidence::of_file(path, words)
        });
        let of_templates = values.templates.iter().map(|path| {
            let words = said_text!(
                "a template of values of the release `{}`",
                Name(&release.name)
            );
            Evidence::of_file(path, words)
        });
        let words = said_text!("the release `{}` of helmfile", Name(shown(&release.name)));
        self.said.claims.push(Claim {
            names: names.filter(is_known).collect(),
            environment,
            release: Some(release.name.clone()).filter(is_known),
            namespace: release.namespace().filter(is_known),
            chart: Some(chart),
            given: values.given.iter().filter_map(|name| given(name)).collect(),
            layers: values.layers,
            rank: Rank::Declared,
            also: of_templates
                .chain(of_environment)
                .chain(step.also.iter().cloned())
                .collect(),
            evidence: release.evidence(words),
        });
    }

    /// The chart: a directory where there is one. helmfile: what begins with a dot is always one.
    fn chart(&mut self, release: &Release<'_>) -> Chart {
        let chart = release.filled(release.first("chart").unwrap_or_default());
        let chart = chart.trim();
        let full = normal(&release.state.directory, chart);
        if let Some(path) = full.clone().filter(|path| self.files.is_chart(path)) {
            return Chart::Local(path);
        }
        if chart.starts_with("./") || chart.starts_with("../") {
            let reason = said_text!(
                "the chart `{}` of `{}` is not in the repository",
                Name(shown(chart)),
                Name(shown(&release.name))
            );
            let evidence = release.evidence("");
            let place = Some((evidence.line, evidence.column));
            self.said.unread.push(unread(&evidence.file, place, reason));
            let is_here = |path: &String| self.files.exists(path) || has_holes(path);
            self.said
                .missing
                .extend(full.filter(|path| !is_here(path)).map(|path| MissingFile {
                    path,
                    of: shown(&release.name),
                    evidence,
                    is_needed: true,
                }));
        }
        let version = release.first("version").map(|text| release.filled(text));
        let version = version.map_or_else(String::new, |version| format!("@{version}"));
        Chart::Remote(shown(&format!("{chart}{version}")))
    }
}

impl<'s> Release<'s> {
    fn of(state: &'s State, part: &'s Part, node: &'s Node) -> Option<Release<'s>> {
        let mut templates = Vec::new();
        let usual = state.last(|root| at(root, &["defaultInherit"]));
        let usual = usual.into_iter().flat_map(|usual| match usual.as_str() {
            Some(name) => vec![name],
            None => items(usual, &[]).iter().filter_map(Node::as_str).collect(),
        });
        for name in usual {
            add_templates(state, name, 0, &mut templates);
        }
        add_inherited(state, node, 0, &mut templates);
        let mut release = Release {
            state,
            part,
            node,
            templates,
            name: String::new(),
            about: Map::new(),
        };
        let name = release.first("name")?;
        release.about = release.about(name);
        release.name = release.filled(name).trim().to_owned();
        release.about = release.about(&release.name);
        Some(release)
    }

    /// What templates know of a release.
    fn about(&self, name: &str) -> Map {
        let texts = [
            ("Name", Some(name)),
            ("Namespace", self.first("namespace")),
            ("Chart", self.first("chart")),
            ("ChartVersion", self.first("version")),
        ];
        let texts = texts.into_iter().map(|(key, value)| {
            let value = value.unwrap_or_default().to_owned();
            (key.to_owned(), Value::String(value))
        });
        let mut labels = Map::new();
        for node in self.nodes().filter_map(|node| at(node, &["labels"])) {
            if let Value::Map(map) = node.to_value() {
                labels.extend(map);
            }
        }
        let labels = ("Labels".to_owned(), Value::Map(labels));
        texts.chain([labels]).collect()
    }

    /// The templates and the release itself, the lowest first.
    fn nodes(&self) -> impl Iterator<Item = &'s Node> + use<'s> {
        let templates: Vec<&'s Node> = self.templates.clone();
        templates.into_iter().chain([self.node])
    }

    /// What the highest of them says of a key.
    fn first(&self, key: &str) -> Option<&'s str> {
        let templates = self.templates.iter().rev().copied();
        let mut nodes = [self.node].into_iter().chain(templates);
        nodes.find_map(|node| text(node, &[key]))
    }

    /// A text of the release, evaluated until it stays the same.
    fn filled(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..DEEPEST {
            if !text.contains("{{") {
                break;
            }
            text = self.state.situation.text(&text, Some(&self.about));
        }
        text
    }

    /// helmfile: a namespace of the helmfile overrides those of its releases.
    fn namespace(&self) -> Option<String> {
        let of_all = self.state.last(|root| text(root, &["namespace"]));
        let usual = || {
            self.state
                .last(|root| text(root, &["helmDefaults", "namespace"]))
        };
        let namespace = of_all.or_else(|| self.first("namespace")).or_else(usual)?;
        Some(self.filled(namespace).trim().to_owned())
    }

    fn label(&self, key: &str) -> Option<String> {
        let chart = || {
            let chart = self.first("chart")?;
            chart.rsplit('/').next()
        };
        let own = || {
            let mut nodes = self.nodes();
            nodes.find_map(|node| text(node, &["labels", key]))
        };
        let of_all = || self.state.last(|root| text(root, &["commonLabels", key]));
        let found = match key {
            "name" => Some(self.name.as_str()),
            "namespace" => self.first("namespace"),
            "chart" => chart(),
            _ => own().or_else(of_all),
        };
        found.map(|text| self.filled(text))
    }

    fn may_miss(&self) -> bool {
        self.nodes().any(is_lenient) || self.state.is_lenient()
    }

    /// Whether it is installed in the environment, or why that is not known.
    fn is_installed(&self) -> Result<bool, Text> {
        Ok(self.is_on("installed", "installedTemplate")? && self.meets_condition()?)
    }

    /// A switch of a release, and its template, which comes first.
    fn is_on(&self, key: &str, template: &str) -> Result<bool, Text> {
        let Some(template) = self.first(template) else {
            return match self.first(key) {
                None | Some("true") => Ok(true),
                Some("false") => Ok(false),
                Some(text) => Err(said_text!("`{}: {}`", Name(key), Name(shown(text)))),
            };
        };
        let text = self
            .state
            .situation
            .evaluated(template, Some(&self.about))
            .map_err(|error| said_text!("`{}`: {}", Name(key), Said(&error)))?;
        match text.trim() {
            "true" => Ok(true),
            "false" => Ok(false),
            text => Err(said_text!("`{}: {}`", Name(key), Name(shown(text)))),
        }
    }

    /// helmfile: pkg/state/state.go, `ConditionEnabled`
    fn meets_condition(&self) -> Result<bool, Text> {
        let of_template = self.first("conditionTemplate");
        let Some(condition) = of_template.or_else(|| self.first("condition")) else {
            return Ok(true);
        };
        let condition = self.filled(condition);
        let unknown = || Err(said_text!("`condition: {}`", Name(shown(&condition))));
        match condition.trim() {
            "true" | "" => return Ok(true),
            "false" => return Ok(false),
            _ => {}
        }
        let mut value = Value::Map(self.state.situation.all());
        let mut keys = condition.trim().split('.').peekable();
        while let Some(key) = keys.next() {
            let found = match value {
                Value::Map(map) => map.get(key).cloned(),
                _ => None,
            };
            match found {
                Some(found) => value = found,
                // What is not said is off; the map around it must be there.
                None if keys.peek().is_none() && !self.state.lacks_values => return Ok(false),
                None => return unknown(),
            }
        }
        match value {
            Value::Bool(is_on) => Ok(is_on),
            Value::String(text) if has_holes(&text) => unknown(),
            _ => Ok(false),
        }
    }

    fn evidence(&self, words: impl Into<Text>) -> Evidence {
        let (line, column) = self.place();
        Evidence {
            line,
            column,
            ..Evidence::of_file(&self.part.file, words)
        }
    }

    /// The line of the release. Where templates add or take lines away, the one that names it behind `releases:`.
    fn place(&self) -> (usize, usize) {
        let part = self.part;
        let evaluated = part.document.source();
        if evaluated.matches('\n').count() == part.text.matches('\n').count() {
            let start = self.node.span().start;
            let before = evaluated.get(..start).unwrap_or_default();
            let line = before.matches('\n').count();
            let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
            return (part.line + line + 1, column + 1);
        }
        let lines = part.text.lines().enumerate();
        let mut behind = lines.skip_while(|(_, line)| !line.starts_with("releases:"));
        let releases = behind.next().map_or(0, |(index, _)| index);
        let named = behind.find_map(|(index, line)| {
            let trimmed = line.trim_start_matches([' ', '-', '{']);
            let value = trimmed.strip_prefix("name:")?;
            let value = value
                .split([',', '}'])
                .next()
                .filter(|_| !value.contains("{{"));
            let value = value.unwrap_or(trimmed.strip_prefix("name:")?);
            let value = value.trim().trim_matches(['"', '\'']);
            let is_name = value == self.name || self.filled(value) == self.name;
            is_name.then_some((part.line + index + 1, line.len() - trimmed.len() + 1))
        });
        named.unwrap_or((part.line + releases + 1, 1))
    }
}

/// The templates that a release or a template inherits from, the lowest first.
fn add_inherited<'s>(state: &'s State, node: &'s Node, depth: usize, found: &mut Vec<&'s Node>) {
    for entry in items(node, &["inherit"]) {
        if let Some(name) = text(entry, &["template"]) {
            add_templates(state, name, depth, found);
        }
    }
}

fn add_templates<'s>(state: &'s State, name: &str, depth: usize, found: &mut Vec<&'s Node>) {
    let template = state.last(|root| at(root, &["templates", name]));
    let Some(template) = template.filter(|_| depth < DEEPEST && found.len() < 100) else {
        return;
    };
    add_inherited(state, template, depth + 1, found);
    found.push(template);
}
