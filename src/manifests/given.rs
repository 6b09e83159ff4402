//! Values that are given when an app is deployed, and that nobody here knows: `--set image.tag=$TAG`, a template of values. What the
//! chart makes of them is not judged, and a chart that only fails for the lack of them does not fail.

use envlint_helm::{Error, Manifest, Rendered, Stage};
use envlint_yaml::{Map, Node, Path, Segment, Value};

use super::objects::{Violation, ViolationSort};
use super::probe::Variant;
use super::{all, untaken};
use crate::resolve::EnvironmentValues;
use crate::values::Tree;
use crate::workspace::{App, ChartFiles};

/// What stands where a value is given that templates cannot do without.
const UNKNOWN: &str = "unknown";
/// More values that are given are not tried one by one, nor are more tried at all.
const MOST_TRIED: usize = 30;
const MOST: usize = 500;

/// What the chart makes where the maps are there that the given values lie in (`--set vault.suffix=…` makes the map `vault`,
/// too), or, where that is not enough, some text where each of them is. Where the chart fails even so, the reason that is left once
/// the maps are there; `refused` is why it fails without.
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
    let given = paths(values);
    let maps = given.iter().filter_map(Path::parent);
    let mut maps: Vec<Path> = maps.filter(|map| is_missing(effective, map)).collect();
    // Maps in maps: the outer ones first.
    maps.sort_by_key(|map| map.segments().len());
    let with_maps = || maps.iter().map(|map| (map, Value::Map(Map::new())));
    let mut reason = refused;
    if !maps.is_empty() && reason.stage() == Stage::Execute {
        match variant.try_rendered_with(with_maps().collect()) {
            Some(Ok(rendered)) => return Ok(rendered),
            Some(Err(error)) => reason = error,
            None => {}
        }
    }
    let is_empty = |path: &&Path| {
        let known = effective.at(path);
        known.is_none_or(|tree| tree.is_null() || tree.as_str() == Some(""))
    };
    let text = || Value::String(UNKNOWN.to_owned());
    let texts = given.iter().filter(is_empty).map(|path| (path, text()));
    let texts: Vec<(&Path, Value)> = texts.collect();
    let rendered = (!texts.is_empty())
        .then(|| variant.rendered_with(with_maps().chain(texts).collect()))
        .flatten();
    rendered.ok_or(reason)
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

/// What the chart makes of other values where some are given: all of them at once where it renders so, else one by one.
pub(super) fn alternatives(
    app: &App,
    chart: &ChartFiles,
    values: &EnvironmentValues<'_>,
) -> Vec<Rendered> {
    let given = paths(values);
    let variant = Variant::of(app, chart, values).filter(|_| !given.is_empty());
    let Some(variant) = variant else {
        return Vec::new();
    };
    if let Some(rendered) = variant.rendered_with(variant.others(given.iter())) {
        return vec![rendered];
    }
    let tried = given.iter().take(MOST_TRIED);
    tried.flat_map(|path| variant.reached(path)).collect()
}

/// Whether a violation holds whatever is not known of the values: `is_open` says that some may be anything, and `alternatives`
/// are what the chart makes where those are others that are given.
pub(super) fn is_sure<'r>(
    violation: &Violation,
    manifest: &Manifest,
    root: &Node,
    is_open: bool,
    alternatives: impl FnOnce() -> &'r [Rendered],
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
        let mut others = all(rendered)
            .filter(|other| (&other.kind, &other.template) == (&manifest.kind, &manifest.template));
        others.any(|other| {
            let other = other.document().root();
            other.is_some_and(|other| other.get(path).map(Node::to_value) == now)
        })
    };
    alternatives().iter().all(is_same)
}
