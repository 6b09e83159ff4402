//! The `text` format: for people, in the manner of rustc.

use std::time::Duration;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::belonging;
use super::excerpt::{Line, line};
use super::summary::summary;
use crate::check::Outcome;
use crate::rules::Finding;
use crate::source::{Location, Note, Severity};
use crate::source::{Problem, Source};

/// The findings with the lines they are about, and at the end what was looked at and how it went.
pub fn render(outcome: &Outcome, elapsed: Duration, colour: bool) -> String {
    let renderer = renderer(colour);
    let mut text = String::new();
    for finding in &outcome.findings {
        text += &renderer.render(&[group(finding)]);
        text += "\n\n";
    }
    text += &summary(outcome, elapsed);
    text.push('\n');
    text
}

/// One thing that is wrong with the configuration or the command line.
pub fn problem(problem: &Problem, colour: bool) -> String {
    let title = Level::ERROR.primary_title(problem.message.as_str());
    let mut group = Group::with_title(title);
    if let Some(location) = &problem.location {
        group = places(group, location, &problem.related);
    }
    if let Some(help) = problem.advice() {
        group = group.element(Level::HELP.message(help));
    }
    renderer(colour).render(&[group]) + "\n"
}

fn renderer(colour: bool) -> Renderer {
    if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    }
}

fn group(finding: &Finding) -> Group<'_> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let title = level
        .primary_title(finding.message.as_str())
        .id(finding.rule);
    let mut group = places(
        Group::with_title(title),
        &finding.location,
        &finding.related,
    );
    if let Some(belonging) = belonging(finding) {
        group = group.element(Level::NOTE.with_name("app").message(belonging));
    }
    if let Some(help) = finding.advice() {
        group = group.element(Level::HELP.message(help));
    }
    group
}

/// How far apart, in lines, two places of one file may be to be shown in one snippet.
const NEAR: usize = 500;

/// One line to show, and how it is marked.
type Place<'a> = (Line, AnnotationKind, Option<&'a str>);

/// The place with its line, then the related ones; places of one file stand in one snippet.
fn places<'a>(mut group: Group<'a>, location: &'a Location, related: &'a [Note]) -> Group<'a> {
    let mut files: Vec<(&'a Source, Vec<Place<'a>>)> = Vec::new();
    match line(location) {
        Some(line) => files.push((
            &location.source,
            vec![(line, AnnotationKind::Primary, None)],
        )),
        None => group = group.element(origin(location)),
    }
    for note in related {
        let (location, message) = (&note.location, note.message.as_str());
        let Some(line) = line(location) else {
            group = group.element(origin(location));
            group = group.element(Level::NOTE.message(message));
            continue;
        };
        let is_near = |(source, places): &&mut (&Source, Vec<Place<'_>>)| {
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
    group.elements(
        files
            .into_iter()
            .map(|(source, places)| snippet(source, places)),
    )
}

/// The lines of one file, with secrets masked; those between the marked ones are folded.
fn snippet<'a>(source: &'a Source, places: Vec<Place<'a>>) -> Snippet<'a, Annotation<'a>> {
    let first = places.iter().map(|(line, ..)| line.bytes.start).min();
    let last = places.iter().map(|(line, ..)| line.bytes.end).max();
    let number = places.iter().map(|(line, ..)| line.number).min();
    let quoted = source.quote(first.unwrap_or(0)..last.unwrap_or(0));
    let annotations: Vec<Annotation<'a>> = places
        .into_iter()
        .map(|(line, kind, label)| kind.span(quoted.range(line.marked)).label(label))
        .collect();
    Snippet::source(quoted.text)
        .path(source.path.as_str())
        .line_start(number.unwrap_or(1))
        .annotations(annotations)
}

/// A place without a line: only its name.
fn origin(location: &Location) -> Origin<'_> {
    let start = location.start();
    Origin::path(location.source.path.as_str())
        .line(start.line)
        .char_column(start.column)
}
