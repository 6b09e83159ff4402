//! Values that are given when an app is deployed, and that nobody here knows: `--set image.tag=$TAG`, a template of values. What the
//! chart makes of them is not judged, and a chart that only fails for the lack of them does not fail.

use std::ops::Range;

use envlint_budget::Budget;
use envlint_helm::{Error, Manifest, Rendered, SourceFile, Stage};
use envlint_yaml::{Map, Node, Path, Segment, Value};

use super::objects::{Violation, ViolationSort};
use super::probe::Variant;
use super::{Failure, all, untaken};
use crate::resolve::EnvironmentValues;
use crate::values::Tree;
use crate::workspace::{App, ChartFiles};

/// What stands where a value is given that templates cannot do without.
const UNKNOWN: &str = "unknown";
/// More values that are given are not tried one by one, nor are more tried at all.
const MOST_TRIED: usize = 30;
const MOST: usize = 500;

/// What it takes to look at an object that may be the same one, and to compare a field of it, in steps of templates.
const STEPS_TO_LOOK: u64 = 1;
const STEPS_TO_COMPARE: u64 = 20;

/// What the chart makes where the maps are there that the given values lie in (`--set vault.suffix=…` makes the map `vault`,
/// too), and some text where each of those is that it cannot do without. Where it fails even so, the last reason that such a
/// text is not to blame for; `refused` is why it fails without.
pub(super) fn rendered(
    app: &App,
    chart: &ChartFiles,
    values: &EnvironmentValues<'_>,
    refused: Error,
) -> Result<Rendered, Error> {
    let (Some(effective), Some(variant)) =
        (values.effective.as_ref(), Variant::of(app, chart, values))
    else {
        return Err(refused);
    };
    let variant = variant.kept(values);
    let mut open = paths(values);
    let maps = open.iter().filter_map(Path::parent);
    let mut maps: Vec<Path> = maps.filter(|map| is_missing(effective, map)).collect();
    // Maps in maps: the outer ones first.
    maps.sort_by_key(|map| map.segments().len());
    open.retain(|path| {
        let known = effective.at(path);
        known.is_none_or(|tree| tree.is_null() || tree.as_str() == Some(""))
    });
    let mut texts: Vec<Path> = Vec::new();
    let mut reason = refused;
    let is_mended_by_maps = !maps.is_empty() && reason.stage() == Stage::Execute;
    for round in 0..MOST_TRIED {
        if round > 0 || !is_mended_by_maps {
            let needed = needed(chart, &reason, &open);
            if needed.is_empty() {
                break;
            }
            open.retain(|path| !needed.contains(path));
            texts.extend(needed);
        }
        let text = || Value::String(UNKNOWN.to_owned());
        let changes = maps.iter().map(|map| (map, Value::Map(Map::new())));
        let changes = changes.chain(texts.iter().map(|path| (path, text())));
        match variant.try_rendered_with(changes.collect()) {
            Some(Ok(rendered)) => return Ok(rendered),
            Some(Err(error)) if !is_same(&error, &reason) && is_of_texts(chart, &error, &texts) => {
                break;
            }
            Some(Err(error)) => reason = error,
            None => break,
        }
    }
    Err(reason)
}

/// Whether two renders fail for the same: what was filled in between mends nothing, and breaks nothing.
fn is_same(left: &Error, right: &Error) -> bool {
    left.place() == right.place() && left.to_string() == right.to_string()
}

/// Whether a template may fail for what was put in the place of what is given: it reads it in the line that fails, or anywhere
/// where the line is not known.
fn is_of_texts(chart: &ChartFiles, error: &Error, texts: &[Path]) -> bool {
    let (Some(place), Some(reads)) = (error.place(), chart.reads()) else {
        return false;
    };
    let is_read = |path: &Path| {
        let mut places = reads.places(path).into_iter();
        places.any(|read| read.file() == place.template)
    };
    match place.line {
        Some(_) => !on_line(chart, error, texts).is_empty(),
        None => texts.iter().any(is_read),
    }
}

/// Which of some paths a template may need where it fails: those that the line reads, else those that the reason names, else those
/// that the template reads, else those that any template of its chart reads, since named ones write a part of it. A text is put
/// nowhere else: it would take branches that nothing takes.
fn needed(chart: &ChartFiles, reason: &Error, open: &[Path]) -> Vec<Path> {
    let (Some(place), Some(reads)) = (reason.place(), chart.reads()) else {
        return Vec::new();
    };
    let on_line = on_line(chart, reason, open);
    let is_on_line = |path: &Path| on_line.contains(path);
    let message = reason.to_string();
    let is_named = |path: &Path| names(&message, path);
    let is_read = |path: &Path| {
        let mut places = reads.places(path).into_iter();
        places.any(|read| read.file() == place.template)
    };
    let is_read_beside = |path: &Path| {
        let mut places = reads.places(path).into_iter();
        places.any(|read| read.is_of_chart_of(&place.template))
    };
    let tests: [&dyn Fn(&Path) -> bool; 4] = [&is_on_line, &is_named, &is_read, &is_read_beside];
    let found = tests.iter().map(|test| {
        let found = open.iter().filter(|path| test(path));
        found.cloned().collect::<Vec<Path>>()
    });
    found
        .into_iter()
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// Whether a reason names a path: as a template reads it (`.Values.image.tag`), or as a chart's author writes it, who would
/// not call one key by itself so that it is told from a word.
fn names(message: &str, path: &Path) -> bool {
    let path_text = path.to_string();
    let is_of_path = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.');
    let mut found = message.match_indices(&path_text);
    found.any(|(at, _)| {
        let before = message.get(..at).unwrap_or_default();
        let rest = message.get(at + path_text.len()..).unwrap_or_default();
        // A full stop may end the sentence.
        let mut rest = rest.chars();
        let ends = match rest.next() {
            Some('.') => !rest.next().is_some_and(is_of_path),
            next => !next.is_some_and(is_of_path),
        };
        let is_read = before.ends_with(".Values.");
        let is_written = path.segments().len() > 1 && !before.ends_with(is_of_path);
        ends && (is_read || is_written)
    })
}

/// Which of some paths the line reads in which a template fails.
fn on_line(chart: &ChartFiles, reason: &Error, paths: &[Path]) -> Vec<Path> {
    let (Some(place), Some(reads)) = (reason.place(), chart.reads()) else {
        return Vec::new();
    };
    let inside = place.template.split_once('/');
    let chart = chart.chart.as_ref().ok();
    let template = chart.zip(inside);
    let template = template.and_then(|(chart, (_, inside))| chart.template(inside));
    let Some(text) = template.map(SourceFile::data) else {
        return Vec::new();
    };
    let Some(line) = place.line.and_then(|line| span_of_line(text, line)) else {
        return Vec::new();
    };
    let is_on_line = |path: &&Path| {
        let mut places = reads.places(path).into_iter();
        places.any(|read| read.file() == place.template && line.contains(&read.span().start))
    };
    paths.iter().filter(is_on_line).cloned().collect()
}

/// The bytes of a line, the first of which is 1, with its end.
fn span_of_line(text: &[u8], line: usize) -> Option<Range<usize>> {
    let bytes = text.iter().enumerate();
    let mut ends = bytes.filter(|(_, byte)| **byte == b'\n');
    let start = match line.checked_sub(2) {
        Some(before) => ends.nth(before)?.0 + 1,
        None => 0,
    };
    let end = ends.next().map_or(text.len(), |(at, _)| at);
    Some(start..end + 1)
}

impl Failure {
    /// Whether it fails in a line that reads what is given when the app is deployed, and so may not fail then.
    pub fn may_be_of_given(&self, chart: &ChartFiles, values: &EnvironmentValues<'_>) -> bool {
        let Failure::Render(error) = self else {
            return false;
        };
        !on_line(chart, error, &paths(values)).is_empty()
    }
}

/// The paths that are given by their names.
fn paths(values: &EnvironmentValues<'_>) -> Vec<Path> {
    let is_key = |segment: &Segment| matches!(segment, Segment::Key(_));
    let given = values.file.given().filter_map(|given| given.as_path());
    let given = given.filter(|path| !path.is_root() && path.segments().iter().all(is_key));
    given.take(MOST).collect()
}

/// Whether a map is not there, and nothing else stands in its way.
fn is_missing(values: &Tree<'_>, map: &Path) -> bool {
    let keys = map.segments();
    let stands = |length: usize| values.at(&map.beginning(length));
    let mut known = (1..=keys.len()).map_while(stands);
    known
        .by_ref()
        .all(|tree| tree.is_mapping() || tree.is_null())
        && !stands(keys.len()).is_some_and(|tree| tree.is_mapping())
        && !keys.is_empty()
}

/// What the chart makes of other values where some are given: all of them at once where it renders so, else one by one. None
/// where it renders with no others, so that nobody knows what it makes of what is given, and where there is no room for them.
pub(super) fn alternatives(
    app: &App,
    chart: &ChartFiles,
    values: &EnvironmentValues<'_>,
) -> Option<Vec<Rendered>> {
    let given = paths(values);
    if given.is_empty() {
        return Some(Vec::new());
    }
    let variant = Variant::of(app, chart, values)?.kept(values);
    if let Some(rendered) = variant.rendered_with(variant.others(given.iter())) {
        return Some(vec![rendered]);
    }
    let tried = given.iter().take(MOST_TRIED);
    let rendered: Vec<Rendered> = tried.flat_map(|path| variant.reached(path)).collect();
    (!rendered.is_empty() && !values.room.is_spent()).then_some(rendered)
}

/// Whether a violation holds whatever is not known of the values: `is_open` says that some may be anything, and `alternatives`
/// are what the chart makes where those are others that are given; none where nobody knows. Comparing takes steps; nothing is sure
/// without.
pub(super) fn is_sure<'r>(
    violation: &Violation,
    (manifest, root): (&Manifest, &Node),
    is_open: bool,
    steps: &Budget,
    alternatives: impl FnOnce() -> Option<&'r [Rendered]>,
) -> bool {
    let is_of_values = matches!(
        violation.own,
        ViolationSort::Invalid | ViolationSort::InvalidApi
    );
    if !is_of_values {
        return true;
    }
    if is_open && !untaken::has_value(violation, root) {
        return false;
    }
    let Some(path) = &violation.path else {
        return true;
    };
    let now = root.get(path).map(Node::to_value);
    let is_same = |rendered: &Rendered| {
        let is_like = |other: &&Manifest| {
            (&other.kind, &other.template) == (&manifest.kind, &manifest.template)
        };
        let mut others = all(rendered)
            .take_while(|_| steps.spend(STEPS_TO_LOOK))
            .filter(is_like);
        others.any(|other| {
            let other = other.document().root();
            steps.spend(STEPS_TO_COMPARE)
                && other.is_some_and(|other| other.get(path).map(Node::to_value) == now)
        })
    };
    alternatives().is_some_and(|alternatives| alternatives.iter().all(is_same))
}

#[cfg(test)]
mod tests {
    use super::{names, span_of_line};

    #[test]
    fn a_line_has_its_end_and_what_stands_before_it() {
        let text = b"a\nbc\n\nd";
        let spans: Vec<_> = (1..=5).map(|line| span_of_line(text, line)).collect();
        let expected = [Some(0..2), Some(2..5), Some(5..6), Some(6..8), None];
        assert_eq!(spans, expected);
    }

    #[test]
    fn a_reason_names_a_path_as_a_whole() {
        for (message, path, expected) in [
            ("at <.Values.env>: nil pointer", "env", true),
            (
                "execution error at (shop/templates/env.yaml:1:3)",
                "env",
                false,
            ),
            ("set the environment", "env", false),
            ("a tag is needed", "tag", false),
            ("set image.tag.", "image.tag", true),
            ("set app.image.tag", "image.tag", false),
            ("at <.Values.image.tag.short>: nil", "image.tag", false),
        ] {
            let path = path.parse().expect("a path");
            assert_eq!(names(message, &path), expected, "{message}");
        }
    }
}
