//! What a rule gets to see.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use envlint_yaml::Path;

use super::Finding;
use crate::manifests::AppManifests;
use crate::manifests::objects::{Definition, Definitions, Manifests, Scanned};
use crate::resolve::{AppSecrets, Reading, ResolvedApp};
use crate::source::Source;
use crate::workspace::{Environment, PerEnvironment, Workspace};

/// One file by itself.
#[derive(Debug)]
pub struct SourceContext<'a> {
    /// The workspace.
    pub workspace: &'a Workspace,
    /// The file.
    pub source: &'a Arc<Source>,
    /// The environment it is the values file of; none for a chart's own defaults.
    pub environment: Option<&'a Environment>,
}

/// One app in all its environments: its values, which a rule gets by dereferencing, and what its chart makes of them.
#[derive(Debug)]
pub struct AppContext<'a> {
    /// The values of all environments.
    pub resolved: &'a ResolvedApp<'a>,
    /// The manifests of all environments.
    pub manifests: AppManifests<'a>,
    secrets: OnceLock<AppSecrets<'a>>,
}

impl<'a> AppContext<'a> {
    /// What rules see of an app; `definitions` are the user's own custom resource definitions.
    pub fn new(resolved: &'a ResolvedApp<'a>, definitions: &'a [Definition]) -> Self {
        AppContext {
            resolved,
            manifests: AppManifests::new(resolved, definitions),
            secrets: OnceLock::new(),
        }
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
    /// The declarations that matched a path of some app, by their place in the configuration file.
    pub used: &'a BTreeSet<usize>,
    /// What the other rules found so far.
    pub findings: &'a [Finding],
    /// The custom resource definitions that the configuration names.
    pub definitions: &'a Definitions,
    /// The objects that the workspace keeps as plain YAML.
    pub manifests: Manifests,
    /// The files that were read.
    pub sources: &'a [Arc<Source>],
}

impl WorkspaceContext<'_> {
    /// The files with objects that the workspace keeps as plain YAML.
    pub fn objects(&self) -> &[Scanned] {
        self.manifests
            .of(self.workspace, self.definitions.of(self.workspace))
    }

    /// Whether a declaration matched a path of any app.
    pub fn is_used(&self, declaration: &PerEnvironment) -> bool {
        self.used.contains(&declaration.path.span.start)
    }
}
