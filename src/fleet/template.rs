//! The templates of a fleet: minijinja, strict. They read nothing but what they are given.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use envlint_yaml::Span;
use minijinja::value::{Enumerator, Object, Value, ValueKind};
use minijinja::{AutoEscape, Environment as Engine, Error, ErrorKind, UndefinedBehavior, context};
use serde::Deserialize;

use super::failure::{Failed, Failure};
use super::origin;
use crate::masking::{Name, Said, Text, text};
use crate::source::{Location, Problem, Source, nearest};
use crate::workspace::{Environment, Fleet, FleetApp, Setting, Settings, Workspace};

/// The longest values file that is generated, in bytes.
const LONGEST: usize = 1024 * 1024;
/// How many instructions a template may take: a file of ten thousand lines takes a tenth of it.
const MOST_INSTRUCTIONS: u64 = 1_000_000;

/// The way out where a template asks for what the list does not have.
const SET_IT: &str = "set it under `values:` of the app or of a group, or give the template a default: `| default(1)`";

/// The templates of all kinds, read once.
#[derive(Debug)]
pub(super) struct Templates {
    engine: Engine<'static>,
    sources: BTreeMap<String, Arc<Source>>,
    /// What is wrong with the others, with the apps that are not generated for it.
    refused: BTreeMap<String, Refused>,
}

#[derive(Debug)]
struct Refused {
    location: Option<Location>,
    message: Text,
    near: Option<String>,
    apps: Vec<String>,
}

impl Templates {
    /// Reads the templates of these apps.
    pub(super) fn read(workspace: &Workspace, fleet: &Fleet, apps: &[&FleetApp]) -> Templates {
        let mut templates = Templates {
            engine: engine(),
            sources: BTreeMap::new(),
            refused: BTreeMap::new(),
        };
        let Some(config) = &workspace.config.fleet else {
            return templates;
        };
        for app in apps {
            let path = app.template(config);
            if !templates.sources.contains_key(&path) && !templates.refused.contains_key(&path) {
                templates.add(workspace, fleet, app, &path);
            }
            if let Some(refused) = templates.refused.get_mut(&path) {
                refused.apps.push(app.name.to_string());
            }
        }
        templates
    }

    fn add(&mut self, workspace: &Workspace, fleet: &Fleet, app: &FleetApp, path: &str) {
        let text = match crate::source::read_text(&workspace.root, path) {
            Ok(text) => text,
            Err(error) => {
                let kind = &app.kind;
                let message = text!(
                    "the template `{}` of the kind `{}` cannot be read: {}",
                    Name(path),
                    Name(&kind.value),
                    error
                );
                let refused = Refused {
                    location: Some(Location::new(&fleet.list, kind.span)),
                    message,
                    near: near(workspace, path, &kind.value),
                    apps: Vec::new(),
                };
                self.refused.insert(path.to_owned(), refused);
                return;
            }
        };
        let source = Arc::new(Source::template(path, text.as_str()));
        let marked = origin::marked(&text);
        if let Err(error) = self.engine.add_template_owned(path.to_owned(), text) {
            let refused = Refused {
                location: Some(place_of(&error, &source)),
                message: text!(
                    "the template `{}` cannot be read: {}",
                    Name(path),
                    words_of(&error)
                ),
                near: None,
                apps: Vec::new(),
            };
            self.refused.insert(path.to_owned(), refused);
            return;
        }
        // Without marks, lines are not told apart, which stops nobody.
        let _ = self.engine.add_template_owned(marked_name(path), marked);
        self.sources.insert(path.to_owned(), source);
    }

    /// What is wrong with templates, each once, with the apps that are not generated.
    pub(super) fn problems(&self) -> impl Iterator<Item = Problem> {
        self.refused.values().map(|refused| {
            let apps = refused.apps.iter().map(|app| text!("`{}`", Name(app)));
            let message = text!(
                "{}; not generated: {}",
                refused.message,
                Text::first(apps, 5)
            );
            let mut problem = Problem::without_place(message);
            problem.location.clone_from(&refused.location);
            match &refused.near {
                Some(near) => problem.suggest(Some(near)),
                None => problem.help("write the template, or correct it at this place"),
            }
        })
    }

    /// The template of an app; none where something is wrong with it.
    pub(super) fn of(&self, path: &str) -> Option<&Arc<Source>> {
        self.sources.get(path)
    }

    /// What a template makes of an app in an environment.
    ///
    /// # Errors
    /// When it does not render.
    pub(super) fn render(
        &self,
        source: &Arc<Source>,
        fleet: &Fleet,
        app: &FleetApp,
        environment: &Environment,
    ) -> Result<String, Box<Failure>> {
        let rendered = self.rendered(&source.path, fleet, app, environment);
        rendered.map_err(|error| {
            let help = match error.kind() {
                ErrorKind::UndefinedError => SET_IT,
                ErrorKind::OutOfFuel => {
                    "make it shorter: a template may take a million instructions"
                }
                _ => "correct the template, or the values of the app",
            };
            Failed::of(
                (fleet, app, environment),
                place_of(&error, source),
                "the template does not render for",
                words_of(&error),
                help,
            )
        })
    }

    /// For each line that the template makes, the line of the template that makes it, both from zero. Empty where nobody
    /// can tell.
    pub(super) fn lines(
        &self,
        source: &Arc<Source>,
        text: &str,
        fleet: &Fleet,
        app: &FleetApp,
        environment: &Environment,
    ) -> Vec<usize> {
        let marked = self.rendered(&marked_name(&source.path), fleet, app, environment);
        marked
            .ok()
            .and_then(|marked| origin::lines(&marked, text))
            .unwrap_or_default()
    }

    fn rendered(
        &self,
        name: &str,
        fleet: &Fleet,
        app: &FleetApp,
        environment: &Environment,
    ) -> Result<String, Error> {
        let template = self.engine.get_template(name)?;
        let settings = app.settings(fleet, &environment.name);
        let mut out = Bounded(Vec::new());
        template.render_captured_to(
            context! {
                name => &*app.name,
                kind => app.kind.value.as_str(),
                groups => &app.groups,
                environment => &*environment.name,
                tier => environment.tier.as_str(),
                values => value_of(&settings),
            },
            &mut out,
        )?;
        // It is made of text.
        Ok(String::from_utf8(out.0).unwrap_or_default())
    }
}

fn marked_name(path: &str) -> String {
    format!("{path}\0")
}

/// Another kind that has a template.
fn near(workspace: &Workspace, path: &str, kind: &str) -> Option<String> {
    let (before, after) = (workspace.config.fleet.as_ref()?.template.value).split_once("{kind}")?;
    let directory = crate::source::directory_of(path);
    let entries = std::fs::read_dir(workspace.root.join(directory))
        .ok()?
        .flatten();
    let kinds: Vec<String> = entries
        .filter_map(|entry| {
            let path = crate::source::join(directory, entry.file_name().to_str()?);
            Some(path.strip_prefix(before)?.strip_suffix(after)?.to_owned())
        })
        .collect();
    nearest(kind, kinds.iter().map(String::as_str)).map(str::to_owned)
}

fn engine() -> Engine<'static> {
    let mut engine = Engine::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_auto_escape_callback(|_| AutoEscape::None);
    // A tag on a line of its own leaves no line behind.
    let mut syntax = engine.syntax().to_builder();
    syntax
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true);
    if let Ok(syntax) = syntax.build() {
        engine.set_syntax(syntax);
    }
    engine.set_debug(true);
    engine.set_fuel(Some(MOST_INSTRUCTIONS));
    engine.add_filter("yaml", yaml);
    // What is no text is written as YAML has it.
    engine.set_formatter(|out, state, value| match value.kind() {
        ValueKind::None => Ok(out.write_str("null")?),
        ValueKind::Bool => Ok(out.write_str(if value.is_true() { "true" } else { "false" })?),
        ValueKind::Map | ValueKind::Seq => {
            let json = serde_json::to_string(value).map_err(unwritable)?;
            Ok(out.write_str(&json)?)
        }
        _ => minijinja::escape_formatter(out, state, value),
    });
    engine
}

fn unwritable(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::BadSerialization, error.to_string())
}

/// A value as YAML: quoted where it would be read as something else.
fn yaml(value: &Value) -> Result<String, Error> {
    // A filter is given what is undefined, and has to refuse it by itself.
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let json = serde_json::to_value(value).map_err(unwritable)?;
    let value = envlint_yaml::Value::deserialize(json).map_err(unwritable)?;
    Ok(envlint_yaml::emit(&value).trim_end_matches('\n').to_owned())
}

/// What is wrong, in minijinja's words; they may quote a value.
fn words_of(error: &Error) -> Text {
    if error.kind() == ErrorKind::WriteFailure {
        return "the file would have more than a megabyte".into();
    }
    match error.detail() {
        Some(detail) => text!("{}: {}", Said(error.kind()), Said(detail)),
        None => text!("{}", Said(error.kind())),
    }
}

/// The expression that fails, or its line.
fn place_of(error: &Error, source: &Arc<Source>) -> Location {
    let text = source.text();
    let is_here = |range: &std::ops::Range<usize>| text.get(range.clone()).is_some();
    if let Some(range) = error.range().filter(is_here) {
        return Location::new(source, Span::new(range.start, range.end));
    }
    line_of(source, error.line().unwrap_or(1).saturating_sub(1))
}

/// A line of a template, from zero, without the space around it.
pub(super) fn line_of(source: &Arc<Source>, line: usize) -> Location {
    let lines = source.text().split_inclusive('\n');
    let start: usize = lines.clone().take(line).map(str::len).sum();
    let text = lines.clone().nth(line).unwrap_or_default();
    let indent = text.len() - text.trim_start().len();
    let end = start + text.trim_end().len();
    Location::new(source, Span::new((start + indent).min(end), end))
}

/// The values of the list, in its order.
fn value_of(settings: &Settings<'_>) -> Value {
    let entries = settings.iter().map(|(key, _, setting)| {
        let value = match setting {
            Setting::Map(settings) => value_of(settings),
            Setting::Value(node) => plain(&node.to_value()),
        };
        ((*key).to_owned(), value)
    });
    Value::from_object(Ordered(entries.collect()))
}

fn plain(value: &envlint_yaml::Value) -> Value {
    use envlint_yaml::Value as Yaml;
    match value {
        Yaml::Null => Value::from(()),
        Yaml::Bool(value) => Value::from(*value),
        Yaml::Int(value) => Value::from(*value),
        Yaml::UInt(value) => Value::from(*value),
        Yaml::Float(value) => Value::from(*value),
        Yaml::String(text) => Value::from(text.as_str()),
        Yaml::Seq(items) => items.iter().map(plain).collect(),
        Yaml::Map(map) => {
            let entries = map.iter().map(|(key, value)| (key.clone(), plain(value)));
            Value::from_object(Ordered(entries.collect()))
        }
    }
}

/// A map that keeps its order.
#[derive(Debug)]
struct Ordered(Vec<(String, Value)>);

impl Object for Ordered {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        let mut entries = self.0.iter();
        entries
            .find(|(known, _)| known == key)
            .map(|(_, value)| value.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(
            self.0
                .iter()
                .map(|(key, _)| Value::from(key.as_str()))
                .collect(),
        )
    }
}

/// Takes so much text, and no more.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
