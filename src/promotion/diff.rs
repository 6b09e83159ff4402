//! `envlint diff`: what differs between the values files of two environments, app by app.

use std::sync::Arc;

use super::committed::Committed;
use super::comparison::{Comparison, Pair, PathState, values};
use super::files::values_file;
use super::patch::Patch;
use super::scope::Scope;
use super::view::{Class, PathView};
use super::{hotfixes, rendered, unified};
use crate::git::Revision;
use crate::history::{Between, History, Side, State};
use crate::masking::Text;
use crate::resolve::{Declarations, Transforms, order};
use crate::source::Problem;
use crate::values::{Presence, Tree, several_documents};
use crate::workspace::{App, Environment, Workspace, each_app};

/// What differs between two environments of one app.
#[derive(Debug)]
pub struct AppDiff {
    /// The app.
    pub app: Arc<str>,
    /// The first environment's values file.
    pub from_file: String,
    /// The second environment's values file.
    pub to_file: String,
    /// The paths that differ, or all of them, in the order of the files.
    pub paths: Vec<PathView>,
    /// How many paths there are of each class.
    pub counts: Counts,
    /// The two files as a unified diff, masked; empty when they are the same text.
    pub unified: Text,
    /// What makes the second file of the first; empty when it was not asked for.
    pub patch: Patch,
    /// Files whose values depend on the version of Helm; they are compared as Helm 4 reads them.
    pub ambiguous: Vec<Problem>,
}

/// How many paths there are of each class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Per-environment paths that differ.
    pub per_environment: usize,
    /// Shared paths that differ until they are promoted.
    pub pending: usize,
    /// Shared paths that were changed in the later environment.
    pub hotfix: usize,
    /// Other shared paths that differ.
    pub different: usize,
    /// Shared paths that are the same.
    pub shared: usize,
}

impl Counts {
    fn add(&mut self, class: Class, differs: bool) {
        match class {
            Class::PerEnvironment => self.per_environment += usize::from(differs),
            Class::Pending => self.pending += 1,
            Class::Hotfix => self.hotfix += 1,
            Class::Different => self.different += 1,
            Class::Shared => self.shared += 1,
        }
    }

    /// The shared paths that differ, whatever becomes of them.
    pub fn differing(&self) -> usize {
        self.pending + self.hotfix + self.different
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.per_environment += other.per_environment;
        self.pending += other.pending;
        self.hotfix += other.hotfix;
        self.different += other.different;
        self.shared += other.shared;
    }
}

impl AppDiff {
    /// Whether any path differs.
    pub fn differs(&self) -> bool {
        self.counts.per_environment + self.counts.differing() > 0
    }

    /// Whether anything that is rendered differs.
    pub fn renders_differently(&self) -> bool {
        !self.unified.is_empty()
    }
}

/// What is really deployed to two environments, for each app with a chart or a secret backend: only the unified diff of
/// the manifests is filled in.
pub fn diff_rendered(
    workspace: &Workspace,
    apps: &[&App],
    from: &Environment,
    to: &Environment,
) -> Vec<Result<AppDiff, Box<Problem>>> {
    let compare = |app: &App| {
        let unified = rendered::diff(workspace, app, from, to)?;
        Ok(AppDiff {
            app: Arc::clone(&app.name),
            from_file: rendered::name(&from.name),
            to_file: rendered::name(&to.name),
            paths: Vec::new(),
            counts: Counts::default(),
            unified,
            patch: Patch::default(),
            ambiguous: Vec::new(),
        })
    };
    each_app(workspace, apps, "compared", compare, |problem| {
        Err(Box::new(problem))
    })
}

/// What is asked of a comparison besides the paths that differ.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// The paths that are the same.
    pub all_paths: bool,
    /// A patch.
    pub patch: bool,
}

/// One side of a comparison.
#[derive(Debug)]
pub struct Compared<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The commit that has its files; none for those on the disk.
    pub revision: Option<Revision>,
}

impl<'a> Compared<'a> {
    /// The environment, as its files are on the disk.
    pub fn now(environment: &'a Environment) -> Self {
        Compared {
            environment,
            revision: None,
        }
    }
}

impl Compared<'_> {
    fn committed<'c>(
        &'c self,
        apps: &[&App],
        history: &'c History<'c>,
    ) -> Result<Option<Committed<'c>>, Problem> {
        let revision = self.revision.as_ref();
        let read = |revision| Committed::read(revision, self.environment, apps, history);
        revision.map(read).transpose()
    }
}

/// Compares two environments of each app. An app that cannot be compared says why, and the others are compared.
///
/// # Errors
/// When git cannot give the files of a revision.
pub fn diff(
    workspace: &Workspace,
    apps: &[&App],
    [from, to]: [&Compared<'_>; 2],
    wanted: Wanted,
) -> Result<Vec<Result<AppDiff, Box<Problem>>>, Problem> {
    let history = History::of(workspace, apps);
    let committed = [
        from.committed(apps, &history)?,
        to.committed(apps, &history)?,
    ];
    let [old, new] = &committed;
    let work = Work {
        workspace,
        history: &history,
        sides: [(from, old.as_ref()), (to, new.as_ref())],
        wanted,
    };
    let compare = |app: &App| work.app(app);
    Ok(each_app(workspace, apps, "compared", compare, |problem| {
        Err(Box::new(problem))
    }))
}

/// What is the same for all apps of a comparison.
struct Work<'w> {
    workspace: &'w Workspace,
    history: &'w History<'w>,
    sides: [(&'w Compared<'w>, Option<&'w Committed<'w>>); 2],
    wanted: Wanted,
}

impl Work<'_> {
    fn app(&self, app: &App) -> Result<AppDiff, Box<Problem>> {
        let files = app.load(self.workspace);
        let source = |(side, committed): (&Compared<'_>, Option<&Committed<'_>>)| match committed {
            Some(committed) => committed.source(self.workspace, app),
            None => values_file(self.workspace, app, &files, side.environment),
        };
        let [from, to] = self.sides.map(source);
        let (from, to) = (from?, to?);
        let comparison = Comparison {
            declarations: &Declarations::of(self.workspace, app),
            scope: &Scope::default(),
        };
        let [left, right] = self.transforms();
        let carried = [
            Transforms::carry(left.as_ref(), &from)?,
            Transforms::carry(right.as_ref(), &to)?,
        ];
        let mut pairs = comparison.pairs(&carried[0], &carried[1])?;
        let sides = [(&from, &left), (&to, &right)].map(|(source, transforms)| Side {
            transforms: transforms.as_ref(),
            ..Side::of(source)
        });
        let classes = self.classes(sides, &pairs);
        let written = [values(&from), values(&to)];
        let mut counts = Counts::default();
        let mut paths = Vec::new();
        for (pair, class) in pairs.iter_mut().zip(classes) {
            let differs = pair.differs();
            counts.add(class, differs);
            if differs || self.wanted.all_paths {
                as_written(pair, &written);
                paths.push(PathView::of(pair, class));
            }
        }
        Ok(AppDiff {
            app: Arc::clone(&app.name),
            paths,
            counts,
            unified: unified::diff(&from, &to),
            patch: match self.wanted.patch {
                true => Patch::between(values(&from).as_ref(), values(&to).as_ref()),
                false => Patch::default(),
            },
            ambiguous: [&from, &to]
                .into_iter()
                .filter_map(several_documents)
                .collect(),
            from_file: from.path.clone(),
            to_file: to.path.clone(),
        })
    }

    /// What a promotion from one side to the other changes in the values of each side.
    fn transforms(&self) -> [Option<Transforms<'_>>; 2] {
        let [left, right] = self.sides.map(|(side, _)| side.environment);
        let between = |from, to| {
            let is_promoted = order::may_start(from, to);
            is_promoted.then(|| Transforms::between(self.workspace, from, to))?
        };
        [between(left, right), between(right, left)]
    }

    /// What becomes of each pair. History is asked where something can be promoted from one side to the other.
    fn classes(&self, [old, new]: [Side<'_>; 2], pairs: &[Pair<'_>]) -> Vec<Class> {
        let [(left, _), (right, _)] = self.sides;
        let is_now = left.revision.is_none() && right.revision.is_none();
        let states = match (left.environment, right.environment) {
            (from, to) if is_now && order::may_start(from, to) => Some((old, new)),
            (from, to) if is_now && order::may_start(to, from) => Some((new, old)),
            _ => None,
        }
        .map(|(earlier, later)| {
            hotfixes::states(&Between::new(self.history), earlier, later, pairs)
        });
        let mut classes: Vec<Class> = pairs
            .iter()
            .map(|pair| match pair.state {
                PathState::PerEnvironment => Class::PerEnvironment,
                PathState::Pending | PathState::LeftOut => Class::Different,
                PathState::Shared => Class::Shared,
            })
            .collect();
        for (at, state) in states.into_iter().flatten() {
            if let Some(class) = classes.get_mut(at) {
                *class = match state {
                    State::Pending(_) => Class::Pending,
                    State::Hotfix(_) | State::TakenBack(_) => Class::Hotfix,
                    State::Unknown(_) => Class::Different,
                };
            }
        }
        classes
    }
}

/// Shows the values of a pair as their files have them, before any transform.
fn as_written<'a>(pair: &mut Pair<'a>, written: &[Option<Tree<'a>>; 2]) {
    for (presence, values) in [&mut pair.from, &mut pair.to].into_iter().zip(written) {
        let own = values.as_ref().and_then(|values| values.at(&pair.path));
        if let (Presence::Value(_), Some(own)) = (&*presence, own) {
            *presence = Presence::Value(own);
        }
    }
}
