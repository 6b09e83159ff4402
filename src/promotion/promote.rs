//! `envlint promote`: the new values file of the target environment, app by app, or why there is none.

use std::sync::Arc;

use serde::Serialize;

use super::apply::{apply, prove};
use super::cluster::{Cluster, Promoted};
use super::committed::Committed;
use super::comparison::{Comparison, Pair, values};
use super::coverage::Hits;
use super::files::values_file;
use super::items::tell_items_apart;
use super::objections::objections;
use super::permissions::{self, Permissions};
use super::plan::{Action, Plan};
use super::refusal::{Reason, Refusal};
use super::scope::Scope;
use super::view::ChangeView;
use super::way::Way;
use super::{ciphertext, freeze, hotfixes, removals, stop, unified, untested, warnings, waves};
use crate::check::Checker;
use crate::git::Revision;
use crate::history::{Between, Dirt, Side, State};
use crate::masking::{Name, Text, text};
use crate::resolve::{Declarations, Rewrite, Transforms};
use crate::source::{Problem, Source};
use crate::values::several_documents;
use crate::workspace::{App, Environment, Freeze, Workspace, each_app};

/// The rule that speaks of a file whose values depend on the version of Helm.
pub const SEVERAL_DOCUMENTS: &str = "yaml/several-documents";

/// What is to be promoted.
#[derive(Debug)]
pub struct Request<'w> {
    /// The workspace.
    pub workspace: &'w Workspace,
    /// The apps.
    pub apps: Vec<&'w App>,
    /// Apps that have a values file with one of them: they are looked at, since what is written is written for them, too.
    pub beside: Vec<&'w App>,
    /// Where shared paths are taken from.
    pub from: &'w Environment,
    /// Where they go.
    pub to: &'w Environment,
    /// Which of the shared paths move.
    pub scope: Scope,
    /// Which kinds of changes move; all when there are none.
    pub kinds: Vec<Action>,
    /// The commit whose files are taken for the source environment; the files on disk when there is none.
    pub revision: Option<Revision>,
    /// Whether hotfixes go back: from an environment to the one before it.
    pub back: bool,
    /// What is allowed beyond what a promotion does by itself.
    pub permissions: Permissions,
    /// The freeze that holds for the target now.
    pub freeze: Option<&'w Freeze>,
    /// Whether the objects that change are wanted: that takes renders.
    pub cluster: bool,
}

/// How far an app's promotion got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// Nothing is pending.
    UpToDate,
    /// There are changes, and they have not been written.
    Planned,
    /// The changes have been written.
    Written,
    /// There are changes, and something stands in their way: nothing was written.
    Refused,
}

/// The promotion of one app.
#[derive(Debug)]
pub struct AppPromotion {
    /// The app.
    pub app: Arc<str>,
    /// The target environment.
    pub to: Arc<str>,
    /// Whether it was asked for; else another app has the same values file.
    pub is_asked: bool,
    /// The source's values file.
    pub source: String,
    /// Whether the source's values file has changes that are in no commit.
    pub is_uncommitted: bool,
    /// The target's values file.
    pub file: String,
    /// How far it got.
    pub progress: Progress,
    /// What changes, in the order of the source.
    pub changes: Vec<ChangeView>,
    /// The per-environment paths that differ and stay.
    pub stays: Vec<Text>,
    /// The per-environment paths that the source has and the target lacks.
    pub unset: Vec<Text>,
    /// The shared paths that differ and were not asked for.
    pub left_out: Vec<Text>,
    /// What a person should have seen: changes to a lower version, or back to an older value, and those of which nobody knows
    /// which side is ahead.
    pub warnings: Vec<Text>,
    /// The hotfixes of the target that are overwritten, with when they began.
    pub overwritten: Vec<Text>,
    /// Whether the history tells of each path if the target has a hotfix there.
    pub is_told: bool,
    /// Whether nothing that is taken for a secret arrives in the target.
    pub is_without_secrets: bool,
    /// What stands in the way.
    pub refusals: Vec<Refusal>,
    /// What changes in the cluster.
    pub cluster: Cluster,
    /// The change of the target's text as a unified diff, masked.
    pub diff: Text,
    /// The target as it was read, and as it would be.
    texts: Option<(Arc<Source>, Arc<Source>)>,
    /// What the patterns of the request cover here.
    pub(super) hits: Hits,
}

/// Plans the promotion of every app. An app that cannot be promoted says why, and the others are promoted.
///
/// # Errors
/// When the files of the revision cannot be read.
pub fn promote(request: &Request<'_>) -> Result<Vec<Result<AppPromotion, Box<Problem>>>, Problem> {
    let apps = [request.apps.as_slice(), request.beside.as_slice()].concat();
    let checker = Checker::new(request.workspace, &apps);
    let committed = match &request.revision {
        Some(revision) => Some(Committed::read(
            revision,
            request.from,
            &apps,
            checker.history(),
        )?),
        None => None,
    };
    let plan = |app: &App| app_promotion(request, app, &checker, committed.as_ref());
    let failed = |problem| Err(Box::new(problem));
    let mut planned = each_app(request.workspace, &apps, "planned", plan, failed);
    let beside = planned.split_off(request.apps.len().min(planned.len()));
    // One that cannot be looked at was not asked for.
    planned.extend(beside.into_iter().flatten().map(|app| {
        Ok(AppPromotion {
            is_asked: false,
            ..app
        })
    }));
    Ok(planned)
}

fn app_promotion(
    request: &Request<'_>,
    app: &App,
    checker: &Checker<'_>,
    committed: Option<&Committed<'_>>,
) -> Result<AppPromotion, Box<Problem>> {
    let workspace = request.workspace;
    let files = app.load(workspace);
    let written = match committed {
        Some(committed) => committed.source(workspace, app)?,
        None => values_file(workspace, app, &files, request.from)?,
    };
    let way = Way::of(request);
    let source = way.carry(&written)?;
    let target = values_file(workspace, app, &files, request.to)?;
    let declarations = Declarations::of(workspace, app);
    let mut comparison = Comparison {
        declarations: &declarations,
        scope: &request.scope,
    };
    let mut pairs = comparison.pairs(&source, &target)?;
    let of_kinds = request.scope.of_kinds(&request.kinds, &pairs);
    if !request.kinds.is_empty() {
        comparison.scope = &of_kinds;
        pairs = comparison.pairs(&source, &target)?;
    }
    let both = [values(&source), values(&target)];
    let between = Between::new(checker.history());
    // A revision may have a file that is not there any more.
    let present = values_file(workspace, app, &files, request.from);
    let present = present.unwrap_or_else(|_| Arc::clone(&written));
    let sides = Sides::of(&present, &target, &way);
    let mut states = sides.states(&between, request.back, &pairs);
    if request.revision.is_some() {
        let now = way.carry(&present)?;
        hotfixes::of_revision(&mut states, &pairs, values(&now).as_ref());
    }
    let hotfixes = hotfixes::only(&request.scope, &pairs, &states);
    if request.back {
        comparison.scope = &hotfixes;
        pairs = comparison.pairs(&source, &target)?;
    }
    let comparison = comparison;
    let plan = Plan::of(&pairs);
    let own = values(&written);
    let rewrites = way.rewrites(&written)?;
    let view = |change| ChangeView::of(change, (own.as_ref(), &rewrites), &request.from.name);
    let views = plan.changes.iter().map(view).collect();
    let mut promotion = AppPromotion {
        app: Arc::clone(&app.name),
        to: Arc::clone(&request.to.name),
        is_asked: true,
        source: source.path.clone(),
        is_uncommitted: request.revision.is_none() && is_uncommitted(request, checker, &written),
        file: target.path.clone(),
        progress: Progress::UpToDate,
        changes: views,
        stays: plan.stays.iter().map(Text::of).collect(),
        unset: plan.unset.iter().map(Text::of).collect(),
        left_out: plan.left_out.iter().map(Text::of).collect(),
        overwritten: match request.back {
            true => Vec::new(),
            false => hotfixes::overwritten(&pairs, &states),
        },
        is_told: !states
            .iter()
            .any(|(_, state)| matches!(state, State::Unknown(_))),
        warnings: match request.back {
            true => Vec::new(),
            false => {
                let mut own = files.values.iter();
                let own = own.find(|file| file.environment.name == request.to.name);
                let present = way.carry(&present)?;
                warnings::of(request, &plan, own, &present, &pairs, &states)
            }
        },
        is_without_secrets: true,
        refusals: Vec::new(),
        cluster: Cluster::Unasked,
        diff: Text::new(),
        texts: None,
        hits: Hits::of(request, &pairs, &both, &states),
    };
    if promotion.is_uncommitted && !plan.is_empty() {
        promotion.warnings.push(text!(
            "{} has changes that are in no commit, so nobody can look up what was promoted",
            Name(&promotion.source)
        ));
    }
    let is_clear = tell_items_apart(&comparison, &source, &target, &pairs);
    let given = way.given_again(&target);
    let again = Comparison {
        declarations: &declarations,
        scope: &request.scope,
    };
    let again = sides.given_again(&again, &between, (request.to, request.from), &given)?;
    if plan.is_empty() && is_clear.is_ok() {
        if !again.is_empty() {
            promotion.progress = Progress::Refused;
            promotion.refusals = again;
        }
        return Ok(promotion);
    }
    promotion.refusals.extend(again);
    promotion.refusals.extend(stop::stopped(
        &workspace.config.promotion.stop,
        workspace.config_source.as_ref(),
        &plan.changes,
        &both,
    ));
    let ambiguous = [&source, &target].into_iter().filter_map(several_documents);
    let ambiguous: Vec<Refusal> = ambiguous.map(refused_for_documents).collect();
    if !ambiguous.is_empty() {
        // Nobody knows what was tested, and no edit is right for both versions of Helm.
        promotion.refusals.extend(ambiguous);
        promotion.progress = Progress::Refused;
        return Ok(promotion);
    }
    let direction = (request.from, request.to);
    let ciphertext = ciphertext::refusals(&target, &plan.changes, direction);
    promotion.refusals.extend(ciphertext);
    let permissions = &request.permissions;
    if !request.back {
        let hotfixes =
            hotfixes::refusals(permissions, direction, &both, &pairs, &states, &rewrites);
        promotion.refusals.extend(hotfixes);
    }
    if !request.back && !permissions.skip {
        let waves = waves::refusals(workspace, &files, &written, direction, &plan.changes);
        promotion.refusals.extend(waves);
    }
    if request.revision.is_some() {
        let side = Side {
            path: &present.path,
            ..Side::of(&source)
        };
        let changes = &plan.changes;
        let untested = untested::refusals(workspace, &between, &files, direction, side, changes);
        promotion.refusals.extend(untested);
    }
    let removal = removals::refusal(request, &source, &pairs, &plan);
    promotion.refusals.extend(removal);
    promotion.refusals.extend(gates(request, checker, sides.to));
    match is_clear
        .and_then(|()| apply(&source, &target, &pairs))
        .and_then(|promoted| {
            prove(&comparison, &source, &target, &promoted, &pairs).map(|()| promoted)
        }) {
        Ok(promoted) => {
            let own = files.of_one(&request.to.name);
            let texts = [&written, &target, &promoted];
            let not_back = way.not_back(request, texts, &plan.changes, &given);
            promotion.refusals.extend(not_back);
            let objections = objections(request, app, files, checker, &promoted, &plan);
            promotion.refusals.extend(objections.refusals);
            promotion.warnings.extend(objections.unmet);
            promotion.is_without_secrets = objections.unsaid.is_empty();
            let unsaid = objections.unsaid.iter();
            promotion.warnings.extend(unsaid.map(|path| {
                text!(
                    "`{}` holds a secret of {} that is copied to {}: findings of it are suppressed there",
                    path,
                    Name(&request.from.name),
                    Name(&request.to.name)
                )
            }));
            if objections.breaks && promotion.refusals.is_empty() {
                promotion.warnings.push(text!(
                    "the chart does not render with the values of {}, before the promotion and after it, so nobody knows what changes there",
                    Name(&request.to.name)
                ));
            }
            if request.cluster && promotion.refusals.is_empty() {
                let promoted = Promoted {
                    workspace,
                    app,
                    chart: checker.chart_in(app, &request.to.name),
                    target: &own,
                    texts: (&source, &target, &promoted),
                    pairs: &pairs,
                    plan: &plan,
                };
                promotion.cluster = promoted.cluster();
            }
            promotion.diff = unified::diff(&target, &promoted);
            // Thousands of apps wait together for what becomes of them: their values are not needed any more.
            let quoted = |source: &Source| Arc::new(source.to_quote());
            promotion.texts = Some((quoted(&target), quoted(&promoted)));
        }
        Err(refusal) => promotion.refusals.push(*refusal),
    }
    promotion.progress = match promotion.refusals.is_empty() {
        true => Progress::Planned,
        false => Progress::Refused,
    };
    Ok(promotion)
}

/// The two environments, as they are on the disk.
struct Sides<'s> {
    from: Side<'s>,
    to: Side<'s>,
}

impl<'s> Sides<'s> {
    fn of(from: &'s Arc<Source>, to: &'s Arc<Source>, way: &'s Way<'s>) -> Sides<'s> {
        let side = |source: &'s Arc<Source>, transforms: &'s Option<Transforms<'s>>| Side {
            transforms: transforms.as_ref(),
            ..Side::of(source)
        };
        Sides {
            from: side(from, &way.here),
            to: side(to, &way.forward),
        }
    }

    /// What the history tells of the pairs that would move.
    fn states(
        &self,
        between: &Between<'_>,
        is_back: bool,
        pairs: &[Pair<'_>],
    ) -> Vec<(usize, State)> {
        match is_back {
            // What is in the later environment is compared as it is.
            true => hotfixes::states(between, self.to, Side::of(self.from.source), pairs),
            false => hotfixes::states(between, self.from, self.to, pairs),
        }
    }

    /// Why hotfixes cannot be carried back from the first environment: the second one's values, as a promotion brings them
    /// there, are given.
    fn given_again(
        &self,
        comparison: &Comparison<'_>,
        between: &Between<'_>,
        direction: (&Environment, &Environment),
        given: &[Rewrite],
    ) -> Result<Vec<Refusal>, Box<Problem>> {
        let both = [self.to, Side::of(self.from.source)];
        hotfixes::given_again(comparison, between, both, direction, given)
    }
}

/// Whether what is promoted is in no commit, where a reviewer asks for it.
fn is_uncommitted(request: &Request<'_>, checker: &Checker<'_>, source: &Arc<Source>) -> bool {
    let is_asked = request.permissions.write || request.cluster;
    let dirt = || checker.history().dirt(Side::of(source));
    is_asked && matches!(dirt(), Ok(Some(Dirt::Changed | Dirt::New)))
}

/// What keeps all that would change back, whatever it is.
fn gates(request: &Request<'_>, checker: &Checker<'_>, target: Side<'_>) -> Vec<Refusal> {
    let permissions = &request.permissions;
    let frozen = request
        .freeze
        .filter(|_| permissions.during_freeze.is_none())
        .map(|freeze| freeze::refusal(request.workspace, freeze, request.to));
    let undeclared =
        permissions::undeclared(request.workspace, permissions, &request.scope, request.to)
            .filter(|_| !request.back);
    let uncommitted = permissions::uncommitted(checker.history(), permissions, target);
    frozen
        .into_iter()
        .chain(undeclared)
        .chain(uncommitted)
        .collect()
}

/// The same words as a check has for the file.
fn refused_for_documents(problem: Problem) -> Refusal {
    Refusal {
        location: problem.location,
        help: problem.help,
        ..Refusal::because(Reason::Finding(SEVERAL_DOCUMENTS), problem.message)
    }
}

impl AppPromotion {
    /// Whether the plan adds, changes or removes anything, counted by action.
    pub fn count(&self, action: Action) -> usize {
        self.changes
            .iter()
            .filter(|change| change.action == action)
            .count()
    }

    /// The target as it was read, and as it would be.
    pub(super) fn texts(&self) -> Option<(&Source, &Source)> {
        let (old, new) = self.texts.as_ref()?;
        Some((old, new))
    }
}
