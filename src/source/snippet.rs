//! Diagnostics as text for people, in the manner of rustc: the one way they are shown on a terminal.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::excerpt::{Line, line};
use super::{Confidence, Diagnostic, Location, Note, Severity, Source};
use crate::masking::Printable;

/// The beginning of the first line: `error[secrets/plaintext]`.
#[derive(Debug, Clone, Copy)]
pub struct Heading {
    /// How bad it is, which is also its colour.
    pub severity: Severity,
    /// The word for it, where it is none of the severities.
    pub word: Option<&'static str>,
    /// What stands in brackets: a rule, a reason.
    pub label: Option<&'static str>,
}

impl Heading {
    /// `error`, and nothing else.
    pub const ERROR: Heading = Heading {
        severity: Severity::Error,
        word: None,
        label: None,
    };
}

/// A diagnostic with the lines it is about; `location` is its place, and `app` what it belongs to.
pub fn render<Own, Place>(
    heading: Heading,
    said: &Diagnostic<Own, Place>,
    location: Option<&Location>,
    app: Option<Printable>,
    colour: bool,
) -> Printable {
    let level = match heading.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let level = match heading.word {
        Some(word) => level.with_name(word),
        None => level,
    };
    let mut title = level.primary_title(said.message.show().into_string());
    if let Some(label) = heading.label {
        title = title.id(label);
    }
    let mut group = Group::with_title(title);
    if let Some(location) = location {
        group = places(group, location, &said.related);
    }
    if let Some(app) = app {
        group = group.element(Level::NOTE.with_name("app").message(app.into_string()));
    }
    if said.confidence != Confidence::High {
        let name = Level::NOTE.with_name("confidence");
        group = group.element(name.message(said.confidence.as_str()));
    }
    if let Some(advice) = said.advice() {
        group = group.element(Level::HELP.message(advice.show().into_string()));
    }
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let rendered = renderer.render(&[group]);
    let related = said.related.iter().map(|note| &note.location);
    let mut shown = location.into_iter().chain(related).filter_map(line);
    Printable::assembled(match shown.next() {
        Some(_) => rendered,
        None => without_bars(&rendered),
    })
}

/// The library draws a bar between the title and what is said below it, even where no line of a file is shown.
fn without_bars(rendered: &str) -> String {
    let is_bar = |line: &&str| anstream::adapter::strip_str(line).to_string().trim() == "|";
    let lines: Vec<&str> = rendered.lines().filter(|line| !is_bar(line)).collect();
    lines.join("\n")
}

/// How far apart, in lines, two places of one file may be to be shown in one snippet.
const NEAR: usize = 500;

/// One line to show, and how it is marked.
type MarkedLine = (Line, AnnotationKind, Option<Printable>);

/// A longer line is shown by the surroundings of its place, in bytes.
const LONG: usize = 4096;

/// How much of a long line is shown on each side of its place, in bytes.
const AROUND: usize = 200;

/// The place with its line, then the related ones, at the end those that are a file as a whole; places of one file stand in
/// one snippet.
fn places<'a>(mut group: Group<'a>, location: &'a Location, related: &[Note]) -> Group<'a> {
    let mut files: Vec<(&Source, Vec<MarkedLine>)> = Vec::new();
    match line(location) {
        Some(line) if line.bytes.len() > LONG => {
            group = group.element(origin(location));
            group = group.element(surroundings(&location.source, line));
        }
        Some(line) => files.push((
            &location.source,
            vec![(line, AnnotationKind::Primary, None)],
        )),
        None => group = group.element(origin(location)),
    }
    let mut whole: Vec<&Note> = Vec::new();
    for note in related {
        let (location, message) = (&note.location, note.message.show());
        let Some(line) = line(location).filter(|line| line.bytes.len() <= LONG) else {
            whole.push(note);
            continue;
        };
        let is_near = |(source, places): &&mut (&Source, Vec<MarkedLine>)| {
            source.path == location.source.path
                && places
                    .iter()
                    .all(|(known, ..)| known.number.abs_diff(line.number) <= NEAR)
        };
        let known = files.iter_mut().find(is_near);
        let place = (line, AnnotationKind::Context, Some(message));
        match known {
            Some((_, places)) => places.push(place),
            None => files.push((&location.source, vec![place])),
        }
    }
    group = group.elements(
        files
            .into_iter()
            .map(|(source, places)| snippet(source, places)),
    );
    for note in whole {
        let message = note.message.show().into_string();
        group = group.element(origin(&note.location));
        group = group.element(Level::NOTE.message(message));
    }
    group
}

/// The lines of one file, with secrets masked; those between the marked ones are folded.
fn snippet<'a>(source: &Source, places: Vec<MarkedLine>) -> Snippet<'a, Annotation<'a>> {
    let first = places.iter().map(|(line, ..)| line.bytes.start).min();
    let last = places.iter().map(|(line, ..)| line.bytes.end).max();
    let number = places.iter().map(|(line, ..)| line.number).min();
    let quoted = source.quote(first.unwrap_or(0)..last.unwrap_or(0));
    let annotations: Vec<Annotation<'a>> = places
        .into_iter()
        .map(|(line, kind, label)| {
            kind.span(quoted.range(line.marked))
                .label(label.map(Printable::into_string))
        })
        .collect();
    Snippet::source(quoted.text.into_string())
        .path(source.name().show().into_string())
        .line_start(number.unwrap_or(1))
        .annotations(annotations)
}

/// A part of a long line, with secrets masked.
fn surroundings<'a>(source: &Source, line: Line) -> Snippet<'a, Annotation<'a>> {
    let quoted = source.quote_again(line.bytes);
    let (text, marked) = quoted.window(line.marked, AROUND);
    Snippet::source(text.into_string())
        .line_start(line.number)
        .annotation(AnnotationKind::Primary.span(marked))
}

/// A place without a line: only its name.
fn origin<'a>(location: &Location) -> Origin<'a> {
    let start = location.start();
    Origin::path(location.source.name().show().into_string())
        .line(start.line)
        .char_column(start.column)
}
