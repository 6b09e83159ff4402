//! The templates of a fleet: each is read once, and says where it fails.

use std::collections::BTreeMap;
use std::sync::Arc;

use envlint_yaml::Span;
use minijinja::{Environment as Engine, Error, ErrorKind, context};

use super::engine::{Bounded, engine, value_of};
use super::failure::{Failed, Failure};
use super::kinds::KINDS;
use super::origin;
use crate::masking::{Name, Said, Text, text};
use crate::source::{Location, Problem, ReadError, Source, entries_within, nearest};
use crate::workspace::{Environment, Fleet, FleetApp, Workspace};

/// The way out where a template asks for what the list does not have.
const SET_IT: &str = "set it under `values:` of the app or of a group, or give the template a default: `| default(1)`";

/// Files that need not be there yet, by their paths.
pub(super) type Unwritten = BTreeMap<String, String>;

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
    /// Whether there is no such template.
    is_missing: bool,
    apps: Vec<String>,
}

impl Templates {
    /// Reads the templates of these apps. `unwritten` are files that need not be there yet.
    pub(super) fn read(
        workspace: &Workspace,
        fleet: &Fleet,
        apps: &[&FleetApp],
        unwritten: &Unwritten,
    ) -> Templates {
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
                templates.add(workspace, fleet, app, &path, unwritten);
            }
            if let Some(refused) = templates.refused.get_mut(&path) {
                refused.apps.push(app.name.to_string());
            }
        }
        templates
    }

    fn add(
        &mut self,
        workspace: &Workspace,
        fleet: &Fleet,
        app: &FleetApp,
        path: &str,
        unwritten: &Unwritten,
    ) {
        let known = unwritten.get(path).cloned().map(Ok);
        let read = || crate::source::read_text(&workspace.root, path);
        let text = match known.unwrap_or_else(read) {
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
                    is_missing: matches!(error, ReadError::Missing),
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
                is_missing: false,
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
                None if refused.is_missing => problem.help(text!(
                    "write it, or take another kind; `envlint generate app` brings along the templates of {}",
                    Text::sentence(KINDS.iter().map(|kind| text!("`{}`", kind.name)))
                )),
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
                    "make it shorter: a template may take 300,000 instructions, or make 19 MB of text on the way"
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
            .exhausted(error.kind() == ErrorKind::OutOfFuel)
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
        let mut out = Bounded::default();
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
        Ok(out.into_text())
    }
}

fn marked_name(path: &str) -> String {
    format!("{path}\0")
}

/// Another kind that has a template.
fn near(workspace: &Workspace, path: &str, kind: &str) -> Option<String> {
    let (before, after) = (workspace.config.fleet.as_ref()?.template.value).split_once("{kind}")?;
    let directory = crate::source::directory_of(path);
    let kinds: Vec<String> = entries_within(&workspace.root, directory)
        .filter_map(|entry| {
            let path = crate::source::join(directory, entry.file_name().to_str()?);
            Some(path.strip_prefix(before)?.strip_suffix(after)?.to_owned())
        })
        .collect();
    nearest(kind, kinds.iter().map(String::as_str)).map(str::to_owned)
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
    let lines = lines_of(source.text());
    let end = source.text().len();
    let span = lines.get(line).copied().unwrap_or(Span::new(end, end));
    Location::new(source, span)
}

/// The lines of a text, without the space around them.
pub(super) fn lines_of(text: &str) -> Vec<Span> {
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let indent = line.len() - line.trim_start().len();
        let end = start + line.trim_end().len();
        let span = Span::new((start + indent).min(end), end);
        start += line.len();
        span
    });
    lines.collect()
}
