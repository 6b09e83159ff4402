//! A release of a helmfile in one environment.

mod chart;
mod doubts;
mod open;
mod written;

use envlint_yaml::{Map, Node, Value};

use super::state::{Doubt, Part, State, is_lenient};
use super::walk::{Step, Walk};
use super::{DEFAULT, runs, selectors};
use crate::evidence::claim::{Chart, Claim, Evidence, LayerPath, Rank, given};
use crate::evidence::files::directory_of;
use crate::evidence::holes::{has_holes, shown};
use crate::evidence::nodes::{at, items, leaves, text};
use crate::evidence::template::Data;
use crate::masking::{ObjectName, Said, Text, text as said_text};
use doubts::{Lacking, Others};

pub(super) use open::open_layers;

/// More releases are not looked at in one helmfile.
const MOST: usize = 2000;
/// Templates in templates, and rounds of evaluation. helmfile: pkg/state/state_exec_tmpl.go, `ExecuteTemplates`
const DEEPEST: usize = 6;
/// What names the files with values of a release, the lowest first.
const LAYERS: [&str; 3] = ["valuesTemplate", "values", "secrets"];

/// A release with the templates that it inherits from.
struct Release<'s> {
    state: &'s State,
    part: &'s Part,
    node: &'s Node,
    /// The lowest first.
    templates: Vec<&'s Node>,
    name: String,
    /// `.Release`.
    about: Data,
    /// Whether its node is of another tree than the part's own.
    is_other: bool,
}

/// What a release is given, and by what.
#[derive(Default)]
struct Values {
    layers: Vec<LayerPath>,
    given: Vec<String>,
    /// Templates of values.
    templates: Vec<String>,
    /// Whether a file is not there that helmfile asks for: what it says, nobody knows.
    lacks: bool,
}

impl Walk<'_, '_> {
    /// The releases of a helmfile.
    pub(super) fn releases(&mut self, step: &Step<'_>, state: &State) {
        let parts = state.with_releases.iter();
        for part in parts.filter_map(|index| state.parts.get(*index)) {
            let certain = part.doubt.as_ref().map(Others::of);
            let lacking = Lacking::of(part);
            for (index, node) in releases_of(part.document.root()).enumerate() {
                let Some(release) = Release::of(state, part, node, false) else {
                    continue;
                };
                match (&certain, &part.doubt) {
                    (Some(others), Some(doubt)) if !others.has_same(node) => {
                        match others.has_same_but_switch(node) {
                            true => self.switched(step, &release, &doubt.of),
                            false => self.doubt(step, &release, &doubt.of),
                        }
                    }
                    _ => match lacking.decides(index, node) {
                        None => self.release(step, &release),
                        Some((of, true)) => self.switched(step, &release, of),
                        Some((of, false)) => self.doubt(step, &release, of),
                    },
                }
            }
        }
        for part in &state.parts {
            for (of, node) in Lacking::of(part).others() {
                if let Some(release) = Release::of(state, part, node, true) {
                    self.doubt(step, &release, of);
                }
            }
            let Some(doubt) = &part.doubt else { continue };
            let known: Vec<Option<&str>> = releases_of(part.document.root())
                .map(|node| text(node, &["name"]))
                .collect();
            for node in releases_of(doubt.document.root()) {
                let is_known = known.contains(&text(node, &["name"]));
                let release = Release::of(state, part, node, true).filter(|_| !is_known);
                if let Some(release) = release {
                    self.doubt(step, &release, &doubt.of);
                }
            }
        }
    }

    fn release(&mut self, step: &Step<'_>, release: &Release<'_>) {
        if !selectors::selects(&step.selectors, &|key| release.label(key)) {
            return;
        }
        let depends = || release.switch_depends();
        match release.is_installed() {
            Ok(true) => {
                if let Some(of) = depends() {
                    return self.switched(step, release, &of);
                }
            }
            Ok(false) => {
                self.say_off(release);
                if let Some(of) = depends() {
                    self.doubt(step, release, &of);
                }
                return;
            }
            Err(reason) => {
                let reason = said_text!(
                    "whether the release `{}` is installed is not known ({})",
                    ObjectName(shown(&release.name)),
                    reason
                );
                self.doubtful(step, release, reason);
                return;
            }
        }
        self.deployed(step, release);
    }

    /// Says of the files of a release that is not installed what reads them.
    fn say_off(&mut self, release: &Release<'_>) {
        let entries = |key| release.nodes().flat_map(move |node| items(node, &[key]));
        let paths = LAYERS
            .into_iter()
            .flat_map(entries)
            .filter_map(Node::as_str);
        for path in paths {
            let path = release.filled(path);
            let full = self.reader.path(&release.state.directory, path.trim());
            let full = full.filter(|full| !has_holes(full) && self.reader.files.has_values(full));
            if let Some(full) = full {
                let reason = said_text!(
                    "it belongs to the release `{}` of helmfile, which is not installed",
                    ObjectName(shown(&release.name))
                );
                self.said.idle.entry(full).or_insert(reason);
            }
        }
    }

    /// A release that is installed, with its values.
    fn deployed(&mut self, step: &Step<'_>, release: &Release<'_>) {
        let mut values = Values::default();
        for key in LAYERS {
            for entry in release.nodes().flat_map(|node| items(node, &[key])) {
                match entry.as_str() {
                    None => match written::part(release, entry, self.reader) {
                        Some(part) => values.layers.push(part),
                        None => values.given.extend(leaves(entry)),
                    },
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
        let full = self.reader.path(&release.state.directory, path);
        let full = full.filter(|full| !full.is_empty() && !open::is_elsewhere(path));
        let Some(full) = full.clone().filter(|full| !has_holes(full)) else {
            values.lacks = true;
            return self.open_layer(release, path, full);
        };
        if full.contains('*') {
            let found = self.reader.files.matching(&full);
            values.layers.extend(found.into_iter().map(LayerPath::file));
        } else if !self.reader.files.has_values(&full) {
            if !release.may_miss() {
                values.lacks = true;
                let evidence = release.evidence("");
                self.said
                    .add_missing(&shown(&release.name), full, evidence, self.reader.files);
            }
        } else if self.is_template(&full) {
            let (name, about) = (&release.name, &release.about);
            let names = self.template(&full, name, about, &release.state.situation);
            values.given.extend(names);
            values.templates.push(full);
        } else {
            values.layers.push(LayerPath::file(full));
        }
    }

    fn claim(&mut self, step: &Step<'_>, release: &Release<'_>, values: Values) {
        let chart = self.chart(release);
        let environment = match step.name() {
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
                ObjectName(step.name())
            );
            Evidence::of_file(path, words)
        });
        let of_templates = values.templates.iter().map(|path| {
            let words = said_text!(
                "a template of values of the release `{}`",
                ObjectName(shown(&release.name))
            );
            Evidence::of_file(path, words)
        });
        let words = said_text!(
            "the release `{}` of helmfile",
            ObjectName(shown(&release.name))
        );
        self.said.claims.push(Claim {
            cluster: None,
            names: names.filter(is_known).collect(),
            environment,
            release: Some(release.name.clone()).filter(is_known),
            namespace: release.namespace().filter(is_known),
            chart: Some(chart),
            given: {
                let names = values.given.iter().filter_map(|name| given(name));
                let any = "**".parse().ok().filter(|_| values.lacks);
                names.chain(any).collect()
            },
            layers: values.layers,
            rank: Rank::Declared,
            tool: Some("helmfile"),
            is_loose: step.is_inner,
            also: of_templates
                .chain(of_environment)
                .chain(runs::evidence(&step.also, &|key| release.label(key)))
                .collect(),
            evidence: release.evidence(words),
        });
    }
}

impl<'s> Release<'s> {
    fn of(state: &'s State, part: &'s Part, node: &'s Node, is_other: bool) -> Option<Release<'s>> {
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
            about: Data::default(),
            is_other,
        };
        let name = release.first("name")?;
        release.about = release.about(name);
        release.name = release.filled(name).trim().to_owned();
        release.about = release.about(&release.name);
        Some(release)
    }

    /// What templates know of a release.
    fn about(&self, name: &str) -> Data {
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
        let of_all = self.state.last(|root| at(root, &["commonLabels"]));
        let own = self.nodes().filter_map(|node| at(node, &["labels"]));
        for node in of_all.into_iter().chain(own) {
            if let Value::Map(map) = node.to_value() {
                labels.extend(map);
            }
        }
        let labels = ("Labels".to_owned(), Value::Map(labels));
        Data::of(&texts.chain([labels]).collect())
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

    /// What decides whether it is installed, where values that are not known do.
    fn switch_depends(&self) -> Option<Text> {
        let template = self.first("installedTemplate")?;
        let situation = &self.state.situation;
        let known = situation.text(template, Some(&self.about));
        let mut others = situation
            .alternatives(template, Some(&self.about))
            .into_iter();
        let other = others.find(|other| other.other.trim() != known.trim())?;
        Some(Text::of(&Said(shown(&other.of))))
    }

    /// A switch of a release, and its template, which comes first.
    fn is_on(&self, key: &str, template: &str) -> Result<bool, Text> {
        let Some(template) = self.first(template) else {
            return match self.first(key) {
                None | Some("true") => Ok(true),
                Some("false") => Ok(false),
                Some(text) => Err(said_text!("`{}: {}`", ObjectName(key), Said(shown(text)))),
            };
        };
        let evaluated = self.state.situation.evaluated(template, Some(&self.about));
        let evaluated = evaluated.map_err(|failure| {
            said_text!("`{}`: {}", ObjectName(key), Said(shown(&failure.reason)))
        })?;
        if let Some(doubt) = &evaluated.doubt {
            return Err(said_text!(
                "`{}: {}`",
                ObjectName(key),
                Said(shown(&doubt.of))
            ));
        }
        match evaluated.text.trim() {
            "true" => Ok(true),
            "false" => Ok(false),
            text => Err(said_text!("`{}: {}`", ObjectName(key), Said(shown(text)))),
        }
    }

    /// helmfile: pkg/state/state.go, `ConditionEnabled`
    fn meets_condition(&self) -> Result<bool, Text> {
        let of_template = self.first("conditionTemplate");
        let Some(condition) = of_template.or_else(|| self.first("condition")) else {
            return Ok(true);
        };
        let condition = self.filled(condition);
        let unknown = || Err(said_text!("`condition: {}`", Said(shown(&condition))));
        match condition.trim() {
            "true" | "" => return Ok(true),
            "false" => return Ok(false),
            _ => {}
        }
        let mut map = Some(self.state.situation.all());
        let mut keys = condition.trim().split('.').peekable();
        while let Some(key) = keys.next() {
            let is_last = keys.peek().is_none();
            match map.and_then(|map| map.get(key)) {
                Some(Value::Bool(is_on)) if is_last => return Ok(*is_on),
                Some(Value::String(text)) if is_last && has_holes(text) => return unknown(),
                Some(_) if is_last => return Ok(false),
                Some(Value::Map(below)) => map = Some(below),
                Some(_) => map = None,
                // What is not said is off; the map around it must be there.
                None if is_last && !self.state.situation.lacks => return Ok(false),
                None => return unknown(),
            }
        }
        unknown()
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
        match part.lines.as_ref().filter(|_| !self.is_other) {
            Some(lines) => {
                let at = self.node.span().start;
                let (line, start) = lines.line_of(at);
                (part.line + line, at - start + 1)
            }
            None => part.place_of(&self.name, &self.state.situation),
        }
    }
}

/// The releases of a part.
fn releases_of(root: Option<&Node>) -> impl Iterator<Item = &Node> {
    let releases = root.map(|root| items(root, &["releases"]));
    releases.unwrap_or_default().iter().take(MOST)
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
