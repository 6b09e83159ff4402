//! Which fields of an app's manifests a value reaches: the chart is rendered once more with another value, and the objects are
//! compared. That sees through all that templates do with a text. It does not see what templates do in branches that the
//! values do not take, nor a value that comes out the same whatever it is.

use envlint_helm::{Chart, Effective, Error, Given, Layer, Options, Rendered, render_effective};
use envlint_yaml::{Map, Path, Segment, Value};

use super::differences::{Field, fields};
use super::{Purpose, options};
use crate::resolve::EnvironmentValues;
use crate::values::Tree;
use crate::workspace::{App, ChartFiles};

/// What stands where there was no value.
const MARK: &str = "envlint-probe";
/// The same where only a number will do.
const NUMBER: i64 = 7919;

/// An app's chart with the values of one environment, ready to be rendered with others.
#[derive(Debug)]
pub(super) struct Variant<'p> {
    chart: &'p Chart,
    layers: Vec<&'p Layer>,
    values: &'p Tree<'p>,
    options: Options,
}

/// The same, and what becomes of the values as they are.
#[derive(Debug)]
pub struct Probe<'p> {
    variant: Variant<'p>,
    base: Rendered,
}

/// What becomes of a value.
#[derive(Debug)]
pub enum Reach {
    /// These fields are others when it is.
    Fields(Vec<Field>),
    /// No object changes with it.
    Nothing,
    /// The chart renders with no other value that was tried.
    Refused,
}

impl<'p> Variant<'p> {
    /// An app's chart in an environment; none where one of them cannot be read.
    pub(super) fn of(
        app: &App,
        chart: &'p ChartFiles,
        values: &'p EnvironmentValues<'_>,
    ) -> Option<Variant<'p>> {
        Some(Variant {
            chart: chart.chart.as_ref().ok()?,
            layers: values.file.layers()?.ok()?,
            values: values.effective.as_ref()?,
            options: Options {
                // Another value need not fit the schema, and what is missing is so for both.
                skip_schema: true,
                without_missing: true,
                ..options(app, values, Purpose::Compare)
            },
        })
    }

    /// The same, where what is rendered is kept next to what the values of the environments make.
    pub(super) fn kept(mut self, values: &EnvironmentValues<'_>) -> Variant<'p> {
        self.options.room = Some(values.room.clone());
        self
    }

    /// The same, with the places that manifests come from.
    pub(super) fn traced(mut self) -> Variant<'p> {
        self.options.traced = true;
        self
    }

    /// What the chart makes with some values that are others; none where it does not render so.
    pub(super) fn rendered_with(&self, changes: Vec<(&Path, Value)>) -> Option<Rendered> {
        self.try_rendered_with(changes)?.ok()
    }

    /// The same, or why it does not render so; none where the values cannot be laid over the others.
    pub(super) fn try_rendered_with(
        &self,
        changes: Vec<(&Path, Value)>,
    ) -> Option<Result<Rendered, Error>> {
        let change = self.layer(changes)?;
        let given = Given::layers(self.layers.iter().copied().chain([&change]));
        let effective = Effective::overlay(self.chart, given).ok()?;
        Some(render_effective(&effective, &self.options))
    }

    /// Another value for each of some paths, the likeliest to come out.
    pub(super) fn others<'q>(
        &self,
        paths: impl Iterator<Item = &'q Path>,
    ) -> Vec<(&'q Path, Value)> {
        let other = |path: &'q Path| {
            let now = self.values.at(path).map(|tree| tree.to_value());
            Some((path, others(now.as_ref()).into_iter().next()?))
        };
        paths.filter_map(other).collect()
    }

    /// What the chart makes with the first other value at a path with which it renders.
    pub(super) fn reached(&self, path: &Path) -> Option<Rendered> {
        let now = self.values.at(path).map(|tree| tree.to_value());
        let mut others = others(now.as_ref()).into_iter();
        others.find_map(|other| self.rendered_with(vec![(path, other)]))
    }

    /// What the chart makes where several values are others at once; none where it does not render so.
    pub(super) fn rendered_with_others(&self, paths: &[&Path]) -> Option<Rendered> {
        let changes = self.others(paths.iter().copied());
        self.rendered_with(changes)
    }

    /// A layer that sets some values. Lists are replaced as a whole.
    fn layer(&self, changes: Vec<(&Path, Value)>) -> Option<Layer> {
        let mut root = Value::Map(Map::default());
        for (path, value) in changes {
            let segments = path.segments();
            let is_key = |segment: &&Segment| matches!(segment, Segment::Key(_));
            let keys = segments.iter().take_while(is_key).count();
            let (above, inside) = segments.split_at(keys);
            let mut at = &mut root;
            for segment in above {
                let (Segment::Key(key), Value::Map(map)) = (segment, at) else {
                    return None;
                };
                if map.get(key).is_none() {
                    map.insert(key.clone(), Value::Map(Map::default()));
                }
                at = map.get_mut(key)?;
            }
            if !inside.is_empty() {
                if !matches!(at, Value::Seq(_)) {
                    *at = self.values.at(&path.beginning(keys))?.to_value();
                }
                at = at_mut(at, inside)?;
            }
            *at = value;
        }
        // A JSON text is a YAML text.
        Layer::read(serde_json::to_string(&root).ok()?.as_bytes()).ok()
    }
}

impl<'p> Probe<'p> {
    /// An app's chart in an environment; none where it does not render.
    pub fn of(
        app: &App,
        chart: &'p ChartFiles,
        values: &'p EnvironmentValues<'_>,
    ) -> Option<Probe<'p>> {
        let variant = Variant::of(app, chart, values)?;
        let effective = values.overlaid.as_ref()?.as_ref().ok()?;
        let options = Options {
            traced: true,
            ..variant.options.clone()
        };
        Some(Probe {
            base: render_effective(effective, &options).ok()?,
            variant,
        })
    }

    /// What the chart makes of the values as they are, with the places that it comes from.
    pub fn rendered(&self) -> &Rendered {
        &self.base
    }

    /// The chart with these values, ready for others.
    pub(super) fn variant(&self) -> &Variant<'p> {
        &self.variant
    }

    /// Whether values have no effect now, and have one where a switch is on that is not there.
    pub fn waits_for(&self, values: &[Path], switch: &Path) -> bool {
        let variant = &self.variant;
        let on = || (switch, Value::Bool(true));
        let others = || variant.others(values.iter());
        let off_and_other = variant.rendered_with(others());
        if !off_and_other.is_some_and(|rendered| fields(&self.base, &rendered).is_empty()) {
            return false;
        }
        let on_and_other = others().into_iter().chain([on()]).collect();
        let on = variant.rendered_with(vec![on()]);
        on.zip(variant.rendered_with(on_and_other))
            .is_some_and(|(on, other)| !fields(&on, &other).is_empty())
    }

    /// What becomes of the value at a path, which need not be there.
    pub fn reach(&self, path: &Path) -> Reach {
        let now = self.variant.values.at(path).map(|tree| tree.to_value());
        let mut is_refused = true;
        for other in others(now.as_ref()) {
            let Some(rendered) = self.variant.rendered_with(vec![(path, other)]) else {
                continue;
            };
            is_refused = false;
            let fields = fields(&self.base, &rendered);
            if !fields.is_empty() {
                return Reach::Fields(fields);
            }
        }
        match is_refused {
            true => Reach::Refused,
            false => Reach::Nothing,
        }
    }
}

/// The value at the end of some steps.
fn at_mut<'v>(value: &'v mut Value, steps: &[Segment]) -> Option<&'v mut Value> {
    let Some((first, rest)) = steps.split_first() else {
        return Some(value);
    };
    let next = match (value, first) {
        (Value::Map(map), Segment::Key(key)) => map.get_mut(key)?,
        (Value::Seq(items), Segment::Index(index)) => items.get_mut(*index)?,
        (Value::Seq(items), Segment::Match { field, value }) => {
            items.iter_mut().find(|item| match item.get(field) {
                Some(Value::String(text)) => text == value,
                Some(other) => serde_json::to_string(other).is_ok_and(|text| text == *value),
                None => false,
            })?
        }
        _ => return None,
    };
    at_mut(next, rest)
}

/// Values to put in place of one, the likeliest to come out first.
fn others(value: Option<&Value>) -> Vec<Value> {
    let mark = || Value::String(MARK.to_owned());
    match value {
        None | Some(Value::Null) => vec![mark(), Value::Int(NUMBER)],
        Some(Value::Bool(known)) => vec![Value::Bool(!known)],
        Some(Value::Int(number)) => vec![Value::Int(number.wrapping_add(1)), mark()],
        Some(Value::UInt(_) | Value::Float(_)) => vec![Value::Int(NUMBER), mark()],
        Some(Value::String(text)) => vec![
            Value::String(format!("{text}-{MARK}")),
            Value::Int(NUMBER),
            Value::String(String::new()),
        ],
        Some(Value::Seq(_) | Value::Map(_)) => vec![Value::Null],
    }
}
