//! What a promotion changes in the cluster: the objects that the chart makes of the target's values before and after it, field
//! by field, and which of the promoted paths cause that.

use std::sync::Arc;

use envlint_helm::{Manifest, Rendered};
use envlint_yaml::Path;
use serde::{Serialize, Serializer};

use super::apply::apply;
use super::comparison::{Pair, PathState};
use super::plan::{Action, Plan};
use super::shown;
use super::view::{Lines, Shown};
use crate::manifests::{Failure, Field, ObjectDifference, Purpose, differences, of_chart};
use crate::masking::{ObjectName, Text, text};
use crate::resolve::resolve;
use crate::source::Source;
use crate::values::{Aspect, Tree, is_identity};
use crate::workspace::{App, AppFiles, ChartFiles, Workspace};

/// Of more changes than that, nobody says which one causes what: each takes a render.
const MOST_CAUSES: usize = 30;

/// What is known of the cluster.
#[derive(Debug)]
pub enum Cluster {
    /// Nobody asked.
    Unasked,
    /// The app has no chart in the workspace.
    NoChart,
    /// The chart does not render with the values of today: the reason.
    Unknown(Text),
    /// The chart renders before and after.
    Known(ClusterView),
}

/// The objects that change.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterView {
    /// How many objects the chart makes afterwards.
    pub count: usize,
    /// Those that change.
    pub objects: Vec<ObjectView>,
    /// The promoted paths that change no object.
    pub without_effect: Vec<Text>,
}

/// One object that changes.
#[derive(Debug, Serialize)]
pub struct ObjectView {
    /// Its kind.
    pub kind: Text,
    /// Its name.
    pub name: Text,
    /// Whether it is new, another one, or gone.
    pub action: Action,
    /// The promoted paths that add or remove it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Text>,
    /// Its fields that change.
    pub fields: Vec<FieldView>,
}

/// One field that changes.
#[derive(Debug, Serialize)]
pub struct FieldView {
    /// Where in the object.
    pub path: Text,
    /// What it is today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Shown>,
    /// What it becomes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Shown>,
    /// Both line by line, where they have several.
    #[serde(skip)]
    pub lines: Option<Lines>,
    /// The promoted paths that change it; empty where nobody knows.
    pub causes: Vec<Text>,
}

/// For programs: the view, or null.
impl Serialize for Cluster {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cluster::Known(view) => view.serialize(serializer),
            Cluster::Unasked | Cluster::NoChart | Cluster::Unknown(_) => {
                serializer.serialize_none()
            }
        }
    }
}

/// A promotion whose effect on the cluster is wanted.
#[derive(Debug)]
pub(super) struct Promoted<'p> {
    pub workspace: &'p Workspace,
    pub app: &'p App,
    pub chart: Option<&'p ChartFiles>,
    /// The target's file alone.
    pub target: &'p AppFiles,
    /// The source's and the target's text, and what becomes of the target's.
    pub texts: (&'p Arc<Source>, &'p Arc<Source>, &'p Arc<Source>),
    pub pairs: &'p [Pair<'p>],
    pub plan: &'p Plan<'p>,
}

impl Promoted<'_> {
    /// What it changes in the cluster.
    pub(super) fn cluster(&self) -> Cluster {
        let (_, before, after) = self.texts;
        let Some(chart) = self.chart else {
            return Cluster::NoChart;
        };
        let (before, after) = match (self.render(chart, before), self.render(chart, after)) {
            (Some(Ok(before)), Some(Ok(after))) => (before, after),
            (Some(Err(failure)), _) | (_, Some(Err(failure))) => {
                let environment = self.target.values.first();
                let environment = environment.map_or("", |file| &*file.environment.name);
                return Cluster::Unknown(failure.message(self.app, environment));
            }
            (None, _) | (_, None) => return Cluster::NoChart,
        };
        let objects = differences(&before, &after);
        let causes = self.causes(chart, &before, &after);
        let view = |object: &ObjectDifference<'_>| object_view(object, &causes);
        let is_idle = |cause: &&Cause| cause.fields.as_ref().is_some_and(Vec::is_empty);
        Cluster::Known(ClusterView {
            count: count(&after),
            objects: objects.iter().map(view).collect(),
            without_effect: causes
                .iter()
                .filter(is_idle)
                .map(|cause| Text::of(&cause.path))
                .collect(),
        })
    }

    fn render(&self, chart: &ChartFiles, text: &Arc<Source>) -> Option<Result<Rendered, Failure>> {
        let files = self.target.values.iter();
        let files = AppFiles {
            values: files
                .map(|file| file.with_source(Arc::clone(text)))
                .collect(),
            neighbours: Vec::new(),
        };
        let resolved = resolve(self.workspace, self.app, &files, Some(chart));
        let values = resolved.environments.first()?;
        of_chart(self.app, chart, values, Purpose::Compare)
    }

    /// What each change does; nothing where there are too many.
    fn causes(&self, chart: &ChartFiles, before: &Rendered, after: &Rendered) -> Vec<Cause> {
        let changes = &self.plan.changes;
        if changes.len() > MOST_CAUSES {
            return Vec::new();
        }
        let cause = |path: &Path| {
            // A part of a new item is nothing without the item's name.
            let with_names = |moving: &Path| moving == path || names(moving, path);
            let alone = self.render_part(chart, &with_names);
            let mut fields = alone.map(|alone| fields(before, &alone));
            // What is turned on by another change does nothing without it.
            if fields.as_ref().is_none_or(Vec::is_empty) {
                let others =
                    self.render_part(chart, &|moving| moving != path && !names(path, moving));
                fields = others.map(|others| self::fields(&others, after));
            }
            let path = path.clone();
            Cause { path, fields }
        };
        let mut causes: Vec<Cause> = changes.iter().map(|change| cause(&change.path)).collect();
        causes.dedup_by(|left, right| left.path == right.path);
        causes
    }

    /// What the chart makes where only some of the paths move.
    fn render_part(&self, chart: &ChartFiles, moves: &dyn Fn(&Path) -> bool) -> Option<Rendered> {
        let (source, target, _) = self.texts;
        let mut pairs = self.pairs.to_vec();
        for pair in &mut pairs {
            if pair.state == PathState::Pending && !moves(&pair.path) {
                pair.state = PathState::LeftOut;
            }
        }
        let text = apply(source, target, &pairs).ok()?;
        self.render(chart, &text)?.ok()
    }
}

/// Whether a path is the name of an item that the other path leads into.
fn names(name: &Path, path: &Path) -> bool {
    let item = name.parent().filter(|_| is_identity(name));
    item.is_some_and(|item| item.contains(path))
}

fn fields(before: &Rendered, after: &Rendered) -> Vec<Field> {
    let objects = differences(before, after);
    objects
        .iter()
        .flat_map(ObjectDifference::to_fields)
        .collect()
}

fn count(rendered: &Rendered) -> usize {
    rendered.manifests.len() + rendered.hooks.len()
}

/// A promoted path with the fields that it changes; none where nobody knows: the chart does not render without the others.
struct Cause {
    path: Path,
    fields: Option<Vec<Field>>,
}

impl Cause {
    /// Whether it changes a field of an object, what holds it, or what is in it.
    fn changes(&self, object: &Manifest, path: &Path) -> bool {
        let mut fields = self.fields.iter().flatten();
        fields.any(|field| {
            (&field.kind, &field.name) == (&object.kind, &object.name)
                && (field.path.contains(path) || path.contains(&field.path))
        })
    }
}

fn object_view(object: &ObjectDifference<'_>, known_causes: &[Cause]) -> ObjectView {
    let (before, after) = (object.before.map(shown_text), object.after.map(shown_text));
    let known = object.before.or(object.after);
    let causes = |path: &Path| -> Vec<Text> {
        let causing = known_causes
            .iter()
            .filter(|cause| known.is_some_and(|known| cause.changes(known, path)));
        causing.map(|cause| Text::of(&cause.path)).collect()
    };
    let action = match (&before, &after) {
        (None, _) => Action::Add,
        (_, None) => Action::Remove,
        _ => Action::Change,
    };
    let fields = object.fields.iter().map(|(path, ..)| {
        let (before, after) = (at(before.as_ref(), path), at(after.as_ref(), path));
        let lines = match (&before, &after) {
            (Some(before), Some(after)) => shown::several_lines(before, after),
            _ => None,
        };
        FieldView {
            path: Text::of(&ObjectName(path)),
            before: Shown::of(before.as_ref(), Aspect::Value),
            after: Shown::of(after.as_ref(), Aspect::Value),
            lines,
            causes: causes(path),
        }
    });
    ObjectView {
        kind: known.map_or_else(Text::new, |known| text!("{}", ObjectName(&known.kind))),
        name: known.map_or_else(Text::new, |known| text!("{}", ObjectName(&known.name))),
        action,
        causes: match action {
            Action::Change => Vec::new(),
            _ => causes(&Path::root()),
        },
        fields: fields.collect(),
    }
}

/// The text of an object, in which what is taken for a secret is known.
fn shown_text(manifest: &Manifest) -> Arc<Source> {
    Arc::new(Source::new("rendered", manifest.text.as_str()))
}

fn at<'s>(source: Option<&'s Arc<Source>>, path: &Path) -> Option<Tree<'s>> {
    Tree::of(source?)?.at(path)
}
