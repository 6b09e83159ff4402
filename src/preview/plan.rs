//! The plan of a preview: what is asked for, and what is to be deployed. Nothing is written before all of it is known.

use std::collections::{BTreeMap, BTreeSet};

use envlint_yaml::Span;
use jiff::Timestamp;

use super::addresses::Hosts;
use super::app::{AppPreview, Survey, derive, survey};
use super::cost::{COUNTED, Counted, Limits, Load};
use super::image::{Digest, unknown};
use super::kept;
use super::namespace::{self, Wanted};
use super::needs::Needs;
use super::number::PullRequest;
use super::object::{Identity, PreviewObject, Turn};
use super::quota;
use crate::check::Checker;
use crate::masking::{Name, ObjectName, Text, text};
use crate::source::{Location, Problem};
use crate::values::Pattern;
use crate::workspace::{App, Environment, Preview, Workspace, each_app};

/// The namespace of a preview, where the configuration names none.
const NAMESPACE: &str = "preview-pr-{pr}";

/// What is asked for.
#[derive(Debug)]
pub struct Request<'w> {
    /// The workspace
    pub workspace: &'w Workspace,
    /// `preview:` of its configuration
    pub config: &'w Preview,
    /// The pull request
    pub number: PullRequest,
    /// The environment whose values the preview begins with
    pub from: &'w Environment,
    /// The apps
    pub apps: Vec<&'w App>,
    /// The images that the pull request built
    pub digests: Vec<Digest>,
    /// Who owns it
    pub owner: Option<String>,
    /// When it ends
    pub expires: Timestamp,
    /// How long that is, as it was asked for
    pub lives: String,
    /// Whether apps without a chart in the workspace count, of which only values can be made
    pub values_only: bool,
}

/// What is to be deployed.
#[derive(Debug)]
pub struct Plan {
    /// The apps that can be deployed
    pub apps: Vec<AppPreview>,
    /// The namespaces that they are deployed to
    pub namespaces: Vec<PreviewNamespace>,
    /// What keeps the other apps from it
    pub problems: Vec<Problem>,
    /// The apps that cannot be deployed
    pub failed: Vec<Text>,
    /// What a person should know
    pub notes: Vec<Text>,
}

/// A namespace of a preview.
#[derive(Debug)]
pub struct PreviewNamespace {
    /// Its name
    pub name: String,
    /// The namespace itself, its limits and its isolation
    pub objects: Vec<PreviewObject>,
    /// What its pods count for, by the names of a ResourceQuota, in billionths
    pub cost: BTreeMap<&'static str, i128>,
}

impl Request<'_> {
    /// A problem at a place of the configuration.
    pub(super) fn located(&self, span: Option<Span>, message: Text) -> Problem {
        let source = self.workspace.config_source.as_ref();
        match span.zip(source) {
            Some((span, source)) => Problem::located(Location::new(source, span), message),
            None => Problem::without_place(message),
        }
    }

    /// The pattern of the namespace.
    pub(super) fn namespace_pattern(&self) -> &str {
        let pattern = self.config.namespace.as_ref();
        pattern.map_or(NAMESPACE, |pattern| pattern.value.as_str())
    }

    /// The namespaces of the preview, each once, in the order of the apps.
    pub fn namespaces(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for app in &self.apps {
            let name = super::app::names(self, &app.name).namespace.into_owned();
            if !found.contains(&name) {
                found.push(name);
            }
        }
        found
    }
}

/// Plans a preview. An app that fails is named, and the others are planned without it.
///
/// # Errors
/// When what was asked for is wrong for every app: a digest of no image, a pattern that names nothing.
pub fn plan(request: &Request<'_>) -> Result<Plan, Vec<Problem>> {
    let workspace = request.workspace;
    let checker = Checker::new(workspace, &request.apps);
    let apps = &request.apps;
    let look = |app: &App| survey(request, &checker, app);
    let surveys = each_app(workspace, apps, "planned", look, |problem| {
        Err(vec![problem])
    });
    let known = surveys
        .iter()
        .flatten()
        .flat_map(|survey| survey.hosts.clone());
    let hosts: Hosts = known.collect();
    let mut plan = Plan {
        apps: Vec::new(),
        namespaces: Vec::new(),
        problems: Vec::new(),
        failed: Vec::new(),
        notes: Vec::new(),
    };
    let mut known: BTreeMap<&str, Survey> = BTreeMap::new();
    let mut going: Vec<&App> = Vec::new();
    for (app, survey) in apps.iter().zip(surveys) {
        match survey {
            Ok(survey) => {
                known.insert(&app.name, survey);
                going.push(app);
            }
            Err(problems) => plan.refuse(&app.name, problems),
        }
    }
    let make = |app: &App| match known.get(&*app.name) {
        Some(survey) => derive(request, &checker, (app, survey), &hosts),
        None => Err(Vec::new()),
    };
    let answers = each_app(workspace, &going, "planned", make, |problem| {
        Err(vec![problem])
    });
    for (app, answer) in going.iter().zip(answers) {
        match answer.and_then(|made| plan.room_for(made)) {
            Ok(made) => plan.apps.push(made),
            Err(problems) => plan.refuse(&app.name, problems),
        }
    }
    let mistakes = plan.mistakes(request);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    plan.add_namespaces(request);
    plan.notes.extend(unreachable(request, &plan));
    plan.notes.extend(unrendered(request, &checker));
    let kept = plan.apps.iter().flat_map(|app| kept::notes(request, app));
    let kept: Vec<Text> = kept.collect();
    plan.notes.extend(kept);
    let unmet: Vec<Text> = plan
        .namespaces
        .iter()
        .flat_map(|known| plan.unmet(&known.name))
        .collect();
    plan.notes.extend(unmet);
    Ok(plan)
}

impl Plan {
    /// All objects, in the order in which they are applied.
    pub fn objects(&self) -> Vec<&PreviewObject> {
        let own = self
            .namespaces
            .iter()
            .flat_map(|namespace| &namespace.objects);
        let of_apps = self.apps.iter().flat_map(|app| &app.objects);
        let mut all: Vec<&PreviewObject> = own.chain(of_apps).collect();
        all.sort_by_key(|object| object.turn);
        all
    }

    /// What the objects of a namespace need, and nothing brings. Who copies Secrets into all namespaces may bring it.
    fn unmet(&self, namespace: &str) -> Vec<Text> {
        let own = self.apps.iter().filter(|app| app.namespace == namespace);
        let needs: Vec<&Needs> = own.map(|app| &app.needs).collect();
        Needs::unmet(&needs, namespace)
    }

    fn refuse(&mut self, app: &str, problems: Vec<Problem>) {
        self.failed.push(text!("{}", Name(app)));
        self.problems.extend(problems);
    }

    /// An app next to those that are planned already: without the secrets that another one brings, too.
    fn room_for(&self, mut made: AppPreview) -> Result<AppPreview, Vec<Problem>> {
        let mut problems = Vec::new();
        for other in &self.apps {
            if other.file == made.file {
                let message = text!(
                    "{} and {} are one name to DNS",
                    Name(&other.app),
                    Name(&made.app)
                );
                problems.push(Problem::without_place(message).help("rename one of the two"));
            }
            for host in shared(&other.addresses, &made.addresses) {
                let message = text!(
                    "{} and {} have the same host `{}`",
                    Name(&other.app),
                    Name(&made.app),
                    ObjectName(host)
                );
                problems.push(Problem::without_place(message).help(
                    "write `{app}` or `{name}` into the pattern: `preview: {hosts: \"{app}-{pr}.pr.example.com\"}`",
                ));
            }
        }
        let known = self.apps.iter().flat_map(|app| &app.objects);
        let known: BTreeMap<Identity<'_>, &PreviewObject> =
            known.map(|object| (object.identity(), object)).collect();
        made.objects.retain(|object| {
            let Some(same) = known.get(&object.identity()) else {
                return true;
            };
            if object.turn != Turn::Secrets || !same.is_like(object) {
                let message = text!(
                    "{} and another app both have {} in `{}`",
                    Name(&made.app),
                    object.called(),
                    ObjectName(&made.namespace)
                );
                problems.push(Problem::without_place(message).help(
                    "give each app a namespace of its own: `preview.namespace: \"{app}-pr-{pr}\"`",
                ));
            }
            false
        });
        match problems.is_empty() {
            true => Ok(made),
            false => Err(problems),
        }
    }

    /// Digests of no image, and patterns that name nothing in any app. What failed may have them.
    fn mistakes(&self, request: &Request<'_>) -> Vec<Problem> {
        if !self.failed.is_empty() {
            return Vec::new();
        }
        let images = self
            .apps
            .iter()
            .flat_map(|app| app.known_images.iter().cloned());
        let images: Vec<String> = images.collect();
        let mut problems = unknown(&request.digests, &images);
        for (number, (pattern, _)) in request.config.set.iter().enumerate() {
            let Ok(read) = pattern.value.parse::<Pattern>() else {
                continue;
            };
            if self.apps.iter().any(|app| app.used.contains(&number)) {
                continue;
            }
            let paths = self.apps.iter().flat_map(|app| &app.paths);
            let message = text!(
                "`{}` matches no path of any app of the preview",
                Name(&read)
            );
            problems.push(
                request
                    .located(Some(pattern.span), message)
                    .suggest(read.nearest(paths)),
            );
        }
        problems
    }

    /// The namespaces with their limits; apps whose pods do not fit into one are taken out with it.
    fn add_namespaces(&mut self, request: &Request<'_>) {
        let mut names: Vec<String> = Vec::new();
        for app in &self.apps {
            if !names.contains(&app.namespace) {
                names.push(app.namespace.clone());
            }
        }
        let failed = request.apps.iter().filter(|app| {
            let mut planned = self.apps.iter();
            !planned.any(|planned| planned.app == app.name)
        });
        let failed: BTreeSet<String> = failed
            .map(|app| super::app::names(request, &app.name).namespace.into_owned())
            .collect();
        for name in &names {
            let own = self.apps.iter().filter(|app| app.namespace == *name);
            let loads: Vec<&Load> = own.flat_map(|app| &app.loads).collect();
            let own = self.apps.iter().filter(|app| app.namespace == *name);
            let objects: Vec<&PreviewObject> = own.flat_map(|app| &app.objects).collect();
            let own = self.apps.iter().filter(|app| app.namespace == *name);
            let counted: Vec<&Counted> = own.flat_map(|app| &app.counted).collect();
            let limits = Limits::of(request, name, (&loads, &counted));
            let limits = match quota::problems(request, name, &objects) {
                problems if problems.is_empty() => limits,
                problems => Err(limits.err().into_iter().flatten().chain(problems).collect()),
            };
            match limits {
                Ok(limits) => {
                    let cost = COUNTED.map(|counted| (counted, limits.sum(counted, &loads)));
                    let wanted = Wanted {
                        name,
                        limits: &limits,
                        others: &names,
                        apps: &objects,
                        // What failed may still run as an earlier commit left it, and nobody knows what it needs.
                        has_quota: !(failed.contains(name) && request.config.quota.is_empty()),
                    };
                    if !wanted.has_quota {
                        self.notes.push(text!(
                            "{} gets no quota now: it would not count what the apps that failed still run there",
                            Name(name)
                        ));
                    }
                    self.namespaces.push(PreviewNamespace {
                        objects: namespace::objects(request, &wanted),
                        cost: cost.into(),
                        name: name.clone(),
                    });
                }
                Err(problems) => {
                    let refused = self.apps.iter().filter(|app| app.namespace == *name);
                    let refused: Vec<Text> =
                        refused.map(|app| text!("{}", Name(&app.app))).collect();
                    self.failed.extend(refused);
                    self.problems.extend(problems);
                    self.apps.retain(|app| app.namespace != *name);
                }
            }
        }
    }
}

/// Hosts of two apps that are one in the preview, and are two in the source environment.
fn shared<'h>(one: &'h Hosts, other: &'h Hosts) -> Vec<&'h String> {
    let all = one.iter().filter(|(old, new)| {
        let mut others = other.iter();
        others.any(|(other, same)| same == *new && other != *old)
    });
    all.map(|(_, new)| new).collect()
}

/// Apps of which only the values are made: which of these are hosts, and what their pods need, nobody knows.
fn unrendered(request: &Request<'_>, checker: &Checker<'_>) -> Vec<Text> {
    let is_without = |app: &&&App| checker.chart_in(app, &request.from.name).is_none();
    let apps = request.apps.iter().filter(is_without);
    apps.map(|app| {
        text!(
            "the chart of {} is not in the workspace, so its hosts are those of {} unless `preview.set` sets them",
            Name(&app.name),
            Name(&request.from.name)
        )
    })
    .collect()
}

/// That nobody reaches the hosts of a preview.
fn unreachable(request: &Request<'_>, plan: &Plan) -> Option<Text> {
    let app = plan.apps.iter().find(|app| !app.hosts.is_empty())?;
    request.config.reachable_from.is_empty().then(|| {
        text!(
            "no other namespace reaches {}, unless its chart allows it, not even the ingress controller's; name that one: `preview.reachableFrom: [ingress-nginx]`",
            Name(&app.app)
        )
    })
}
