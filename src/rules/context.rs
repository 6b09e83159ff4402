//! What a rule gets to see.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

use envlint_helm::Read;
use envlint_yaml::{Path, Segment};

use super::setting::{Single, singles};
use super::{Finding, Shared};
use crate::history::{self, History, PairStates, State};
use crate::manifests::objects::{Definition, Definitions, Delivery, Manifests, Scanned};
use crate::manifests::{Again, AppManifests, Brought, BroughtObject, place_of_read};
use crate::masking::{Text, text};
use crate::naming::{self, Tier};
use crate::resolve::{AppSecrets, Reading, ResolvedApp};
use crate::sensitive::{JWT, Reason, Sensitive};
use crate::source::{Location, Severity, Source};
use crate::values::Row;
use crate::workspace::{
    ChartFiles, Charts, Environment, Given, MissingFile, PerEnvironment, ReadFile, Workspace,
};

/// One file by itself.
#[derive(Debug)]
pub struct SourceContext<'a> {
    /// The workspace.
    pub workspace: &'a Workspace,
    /// The file.
    pub source: &'a Arc<Source>,
    /// The environment it is the values file of; none for a chart's own defaults.
    pub environment: Option<&'a Environment>,
    /// What becomes of it.
    pub role: Role,
    /// The secrets of the app's environments; none for a file of no app.
    pub shared: Option<&'a Shared<'a>>,
    /// The chart whose templates read it: of the app that has it as a values file, or of which it is the defaults.
    pub chart: Option<&'a ChartFiles>,
    /// How far the secrets in it come, by where they begin, as far as that is known.
    pub exposures: Option<&'a BTreeMap<usize, Exposure>>,
    /// The tier of the environment that its path tells, where it is the values file of none.
    pub told: Option<Tier>,
}

/// How far a value comes that stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exposure {
    /// No template of the chart reads it.
    Unread,
    /// No environment has it: all have another value at its path, its section is switched off, or the values of none take the
    /// branch of the template that it stands in.
    Unused,
    /// An app has it of which nothing says that it is deployed, while the repository says it of others.
    Unclear,
    /// Only clusters on somebody's own machine have it.
    Machine,
    /// Only environments of development have it.
    Development,
    /// An environment has it.
    Deployed,
    /// An environment of production has it.
    Production,
}

/// What becomes of a file, as far as envlint knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is deployed: values of an app, or a template of its chart.
    Deployed,
    /// The defaults of a chart that is deployed: values may override them.
    Default,
    /// A manifest that somebody applies, if it is one; else nothing is known to deploy it.
    Applied,
    /// It looks like values, and nothing is known to deploy it: `layout/unread-values` says so.
    Unread,
    /// It shows or tests something, or runs on a machine of a developer or of CI.
    Local,
    /// Only tests read it: what is in it is made up, as long as nobody issued it.
    Test,
}

/// Whether a script hands a secret to all programs, as it is: `export DB_PASSWORD=…`. What else it sets is most often its own
/// affair.
fn is_exported(text: &str, sensitive: &Sensitive) -> bool {
    let (before, secret) = around(text, sensitive);
    before.trim_start().starts_with("export ") && !secret.contains('$')
}

/// Whether Terraform takes a secret where a variable is not set: `default = "…"`. What does not stand in quotes is the name of
/// something else.
fn is_of_variable(text: &str, sensitive: &Sensitive) -> bool {
    let (before, _) = around(text, sensitive);
    let rest = before.trim_start().strip_prefix("default");
    rest.is_some_and(|rest| rest.trim_start().starts_with('=')) && before.ends_with('"')
}

/// What stands before a secret on its line, and the first line of it.
fn around<'t>(text: &'t str, sensitive: &Sensitive) -> (&'t str, &'t str) {
    let part = sensitive.parts.first().copied();
    let part = part.unwrap_or(sensitive.span);
    let before = text.get(..part.start).unwrap_or_default();
    let secret = text.get(part.range()).unwrap_or_default();
    (before.rsplit('\n').next().unwrap_or_default(), secret)
}

/// Whether a path leads into what OpenAPI calls an example.
fn is_in_example(path: &Path) -> bool {
    let mut segments = path.segments().iter();
    segments.any(|segment| matches!(segment, Segment::Key(key) if matches!(&**key, "example" | "examples" | "x-example")))
}

/// The comments of a template, `{{/* … */}}`, in the order of the text.
fn comments(text: &str) -> Vec<Range<usize>> {
    let mut comments = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("/*").map(|at| from + at) {
        let end = text[at..].find("*/").map_or(text.len(), |end| at + end + 2);
        // Go's lexer takes a comment only right behind the delimiter, or behind `{{- `.
        if text[..at].ends_with("{{") || text[..at].ends_with("{{- ") {
            comments.push(at..end);
            from = end;
        } else {
            from = at + 2;
        }
    }
    comments
}

impl<'a> SourceContext<'a> {
    /// The secrets of the file that are in use: not what the description of an API shows as an example, what a translation
    /// calls a password, and what the comment of a template tells, unless it is a private key or what an issuer gave out. Of a
    /// script, only these are: what else it sets is made by other commands, or is for the machine that it runs on.
    pub fn sensitive_in_use(&self) -> impl Iterator<Item = &'a Sensitive> {
        let document = &self.source.document;
        let has = |key: &str| {
            let mut roots = document.documents().iter();
            roots.any(|root| root.child(&Segment::Key(key.into())).is_some())
        };
        let is_description = has("openapi") || has("swagger");
        let path = self.source.path.as_str();
        let holds_labels = naming::holds_labels(path);
        let (is_script, is_code) = (naming::holds_commands(path), path.ends_with(".tf"));
        let comments = comments(document.source());
        let is_commented = move |sensitive: &Sensitive| {
            let at = sensitive.span.start;
            let next = comments.partition_point(|comment| comment.end <= at);
            comments
                .get(next)
                .is_some_and(|comment| comment.contains(&at))
        };
        let sensitive = self.source.sensitive().iter();
        sensitive.filter(move |sensitive| {
            let is_shown = || {
                holds_labels
                    || is_description && is_in_example(&sensitive.path)
                    || is_script && !is_exported(document.source(), sensitive)
                    || is_code && !is_of_variable(document.source(), sensitive)
            };
            match sensitive.reason {
                Reason::PrivateKey | Reason::KeyId(_) => true,
                Reason::Token(what) => what != JWT || !is_shown(),
                _ => !is_shown() && !is_commented(sensitive),
            }
        })
    }

    /// For a file that is not the values file of one environment.
    pub fn of_no_environment(
        workspace: &'a Workspace,
        source: &'a Arc<Source>,
        role: Role,
    ) -> SourceContext<'a> {
        SourceContext {
            workspace,
            source,
            environment: None,
            role,
            shared: None,
            chart: None,
            exposures: None,
            told: None,
        }
    }

    /// How bad a secret is at the most, by where it stands, how far it comes and what it is.
    pub(super) fn severity_of(&self, sensitive: &Sensitive) -> Severity {
        let is_issued = matches!(sensitive.reason, Reason::Token(_) | Reason::PrivateKey);
        // Services that live as long as a test have passwords of their own.
        let is_local = matches!(
            sensitive.reason,
            Reason::Default | Reason::Chosen | Reason::Connection
        );
        // A word that somebody thought of, for a cluster that is thrown away.
        let is_word = matches!(sensitive.reason, Reason::Default | Reason::Chosen);
        // Only its key says that the word is a secret.
        let is_chosen = sensitive.reason == Reason::Chosen;
        let exposure = self.exposure_of(sensitive);
        match self.role {
            _ if matches!(sensitive.reason, Reason::KeyId(_)) => Severity::Warning,
            _ if !is_issued && self.is_thrown_away(exposure) => Severity::Info,
            Role::Deployed | Role::Default if is_issued => Severity::Error,
            Role::Deployed if exposure == Exposure::Unread => match is_word {
                true => Severity::Info,
                false => Severity::Error,
            },
            Role::Deployed if is_local && exposure == Exposure::Unused => Severity::Info,
            Role::Deployed if is_word && exposure == Exposure::Development => Severity::Warning,
            Role::Deployed if is_chosen && exposure < Exposure::Production => Severity::Warning,
            Role::Deployed if exposure >= Exposure::Development => Severity::Error,
            // What a template writes out for a user of the same name opens what the chart brings, and nobody is known to deploy it.
            Role::Applied if sensitive.is_user && self.is_of_template() => Severity::Info,
            Role::Applied if is_word && self.is_of_development() => Severity::Warning,
            Role::Applied if is_chosen && self.told != Some(Tier::Production) => Severity::Warning,
            Role::Applied if sensitive.in_manifest => Severity::Error,
            Role::Test if !matches!(sensitive.reason, Reason::Token(_)) => Severity::Info,
            Role::Local if is_local => Severity::Info,
            Role::Unread if is_word => Severity::Info,
            // What a chart is delivered with is made up, as long as no deployment has it.
            Role::Default if is_local && exposure < Exposure::Production => Severity::Info,
            Role::Deployed
            | Role::Default
            | Role::Applied
            | Role::Unread
            | Role::Local
            | Role::Test => Severity::Warning,
        }
    }

    /// Whether only clusters on somebody's own machine have what is in the file: their secrets end with them.
    fn is_thrown_away(&self, exposure: Exposure) -> bool {
        match self.role {
            Role::Deployed => exposure == Exposure::Machine,
            Role::Default | Role::Applied => false,
            Role::Unread | Role::Local | Role::Test => {
                let named = |environment: &Environment| naming::is_local(&environment.name);
                self.environment.is_some_and(named) || naming::is_of_own_cluster(&self.source.path)
            }
        }
    }

    /// Whether its path says that it is of an environment where changes are made.
    fn is_of_development(&self) -> bool {
        matches!(self.told, Some(Tier::Development | Tier::Preview))
    }

    /// Whether the file is a template of a chart.
    pub(super) fn is_of_template(&self) -> bool {
        let path = self.source.path.as_str();
        self.environment.is_none()
            && (path.starts_with("templates/") || path.contains("/templates/"))
    }

    /// How far a secret of the file comes.
    pub(super) fn exposure_of(&self, sensitive: &Sensitive) -> Exposure {
        let known = self.exposures;
        let known = known.and_then(|starts| starts.get(&sensitive.span.start));
        known.copied().unwrap_or(match self.role {
            Role::Deployed => Exposure::Production,
            Role::Default | Role::Applied | Role::Unread | Role::Local | Role::Test => {
                Exposure::Unused
            }
        })
    }

    /// Where to point: at the secret's own bytes where it is a part of its value, else at the value.
    pub(super) fn location_of(&self, sensitive: &Sensitive) -> Location {
        let span = match sensitive.parts.as_slice() {
            [part] => *part,
            _ => sensitive.span,
        };
        Location::new(self.source, span)
    }

    /// What a secret that belongs to no value stands in.
    pub(super) fn place_without_path(&self, sensitive: &Sensitive) -> Text {
        let comments = self.source.document.comments();
        let next = comments.partition_point(|comment| comment.span.end <= sensitive.span.start);
        let is_comment = comments
            .get(next)
            .is_some_and(|comment| comment.span.start <= sensitive.span.start);
        match is_comment {
            true => "a comment".into(),
            false => "the file".into(),
        }
    }

    /// What else has the same secret, to be said behind what it is: the user next to it, other environments.
    pub(super) fn sameness(&self, sensitive: &Sensitive) -> Text {
        let own = self.environment.map(|environment| &*environment.name);
        let others = match (self.shared, own) {
            (Some(shared), Some(own)) => shared.others(sensitive, own),
            _ => Vec::new(),
        };
        match (sensitive.is_user, others.is_empty()) {
            (false, true) => Text::new(),
            (true, true) => ", equal to the user".into(),
            (false, false) => text!(", the same in {}", Text::listed(&others)),
            (true, false) => text!(
                ", equal to the user and the same in {}",
                Text::listed(&others)
            ),
        }
    }
}

/// One app in all its environments: its values, which a rule gets by dereferencing, and what its chart makes of them.
#[derive(Debug)]
pub struct AppContext<'a> {
    /// The values of all environments.
    pub resolved: &'a ResolvedApp<'a>,
    /// The manifests of all environments.
    pub manifests: AppManifests<'a>,
    secrets: OnceLock<AppSecrets<'a>>,
    singles: OnceLock<Vec<Single<'a>>>,
    given: OnceLock<Vec<Vec<Given>>>,
    history: &'a History<'a>,
    states: OnceLock<Vec<PairStates>>,
}

impl<'a> AppContext<'a> {
    /// What rules see of an app; `definitions` are the user's own custom resource definitions.
    pub fn new(
        resolved: &'a ResolvedApp<'a>,
        definitions: &'a [Definition],
        history: &'a History<'a>,
    ) -> Self {
        AppContext {
            resolved,
            manifests: AppManifests::new(resolved, definitions),
            secrets: OnceLock::new(),
            singles: OnceLock::new(),
            given: OnceLock::new(),
            history,
            states: OnceLock::new(),
        }
    }

    /// The shared paths that differ between an environment and the one that it is promoted to, with their states; none
    /// where nothing is declared, since then nobody said which paths are shared.
    pub fn states(&self) -> &[PairStates] {
        self.states
            .get_or_init(|| match self.workspace.config.declares_paths() {
                true => history::of_app(self.resolved, self.history),
                false => Vec::new(),
            })
    }

    /// Whether a row of the table differs only until it is promoted.
    pub fn is_pending(&self, row: &Row<'_>) -> bool {
        // The rows lie in memory as they stand in the table, which may be long.
        let address = std::ptr::from_ref(row);
        let before = |known: &Row<'_>| std::ptr::from_ref(known) < address;
        let at = self.table.partition_point(before);
        let mut states = self.states().iter().map(|pair| pair.rows.get(&at));
        states.any(|state| matches!(state, Some(State::Pending(_))))
    }

    /// The path that the environment at a place lacks, when rendering its chart fails just where a template needs it.
    pub fn stumbles_over(&self, index: usize) -> Option<Path> {
        let chart = self.chart?;
        let name = self.environments.get(index)?.name();
        let mut rendered = self.manifests.rendered().iter();
        let failed = rendered.find(|rendered| rendered.environment == name)?;
        let failure = failed.manifests.as_ref().err()?;
        let (template, place) = (
            failure.template()?,
            failure.location(self.workspace, chart)?,
        );
        let rows = self.rows().filter(|(row, _)| row.is_missing_somewhere());
        let mut gaps = rows.filter_map(|(row, _)| {
            let (_, depth) = row.missing().find(|(missing, _)| *missing == index)?;
            Some(
                row.path
                    .segments()
                    .iter()
                    .take(depth)
                    .cloned()
                    .collect::<Path>(),
            )
        });
        gaps.find(|path| match self.reading(index, path) {
            Reading::Needed(read) => {
                // Go's position is inside of the expression that fails.
                read.file() == template && read.span().contains(&place.span.start)
            }
            _ => false,
        })
    }

    /// The place in a template that reads, where the template is a file of the workspace.
    pub fn place_of_read(&self, read: &Read<'_>) -> Option<Location> {
        place_of_read(self.workspace, self.chart?, read)
    }

    /// The single values of production, found once for all rules.
    pub(super) fn singles(&self) -> &[Single<'a>] {
        self.singles.get_or_init(|| singles(self))
    }

    /// What each deployment is given where that is written out, in the order of the deployments; found once for all rules.
    pub(super) fn given(&self) -> &[Vec<Given>] {
        self.given.get_or_init(|| {
            let deployments = self.app.deployments.iter();
            deployments
                .map(|deployment| self.workspace.given_of(deployment))
                .collect()
        })
    }

    /// The inventory, and what each environment selects; read once for all rules.
    pub fn secrets(&self) -> &AppSecrets<'a> {
        self.secrets.get_or_init(|| AppSecrets::of(self.resolved))
    }
}

impl<'a> Deref for AppContext<'a> {
    type Target = ResolvedApp<'a>;

    fn deref(&self) -> &Self::Target {
        self.resolved
    }
}

/// The workspace, after its apps have been checked.
#[derive(Debug)]
pub struct WorkspaceContext<'a> {
    /// The workspace.
    pub workspace: &'a Workspace,
    /// Whether every app was checked: only then can a rule say that something is used nowhere.
    pub complete: bool,
    /// The files that name one that is not there, the list of the fleet, and projects of Pulumi that cannot be read, as far as they were
    /// asked for.
    pub asked: &'a BTreeSet<&'a str>,
    /// What places name and is not there.
    pub missing: &'a [MissingFile],
    /// The declarations that matched a path of some app, by their place in the configuration file.
    pub used: &'a BTreeSet<usize>,
    /// What the other rules found so far.
    pub findings: &'a [Finding],
    /// The custom resource definitions that the configuration names.
    pub definitions: &'a Definitions,
    /// The objects that the workspace keeps as plain YAML.
    pub manifests: Manifests,
    /// The files that were read.
    pub files: &'a [ReadFile],
    /// Those of them that say something which is heard beyond them; with their values where it is what namespaces allow.
    pub heard: &'a [Arc<Source>],
    /// The charts of the apps.
    pub charts: &'a Charts,
    /// What the apps bring to their environments.
    pub brought: &'a [Brought],
    /// Where the objects of apps are written.
    pub again: Again,
}

impl WorkspaceContext<'_> {
    /// The files with objects that the workspace keeps as plain YAML.
    pub fn objects(&self) -> &[Scanned] {
        self.manifests
            .of(self.workspace, self.definitions.of(self.workspace))
    }

    /// What Argo CD may deploy where, as far as plain YAML says it.
    pub fn delivery(&self) -> &Delivery {
        let definitions = self.definitions.of(self.workspace);
        self.manifests.delivery(self.workspace, definitions)
    }

    /// Where a field of an object is written in its template, or where the object begins; else where its app is declared.
    pub fn place_of(
        &self,
        brought: &Brought,
        object: &BroughtObject,
        path: Option<&Path>,
    ) -> Option<Location> {
        let mut apps = self.workspace.apps.iter();
        let app = apps.find(|app| app.name == brought.app)?;
        let of = (self.workspace, self.charts, app);
        let place = self.again.place_of(of, (brought, object), path);
        place.or_else(|| app.declaration(self.workspace))
    }

    /// Whether a declaration matched a path of any app.
    pub fn is_used(&self, declaration: &PerEnvironment) -> bool {
        self.used.contains(&declaration.path.span.start)
    }
}
