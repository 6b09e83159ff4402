//! A directory tree with apps in it: what is configured, what is found, and the files that were read.

mod app;
mod chart;
mod claimed;
mod config;
mod copies;
mod declared;
mod deployment;
mod discover;
mod discovery;
mod each_app;
mod environment;
mod files;
mod fitting;
mod fleet;
mod found;
mod given;
mod left;
mod listing;
mod marked;
mod neighbours;
mod nested;
mod open;
mod own_names;
mod placeholders;
mod programs;
mod read_file;
mod room;
mod samples;
mod schema;
mod shared;
mod stack_secrets;
mod stacks;
mod umbrella;
mod unclaimed;
mod values_file;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use files::Files;
use listing::Listing;
use schema::Schemas;
use values_file::LayerFiles;

use crate::pulumi::Reads;
use crate::source::{Problem, Source};
use crate::values::{Located, Tree};

pub use crate::evidence::{
    Broken, Evidence, InVain, LayerPath, MissingFile, Refused, Unread, WhyRefused,
};
pub use crate::naming::Tier;
pub use app::{App, AppFiles, Declared};
pub use chart::{AppCharts, ChartFiles, Charts};
pub use config::{
    Amount, AppConfig, Bounds, Called, Config, Expectation, Expression, FleetApps, FleetConfig,
    Format, Freeze, FreezeTime, Inventory, KeyOrder, KubernetesVersion, Labels, LayerPaths, Level,
    Lifetime, ListOrder, NamePattern, Naming, PerEnvironment, PolicyCase, PolicyConfig,
    PolicyMatch, PolicyVerdict, Preview, PreviewLimits, PreviewNames, PreviewPattern, Profile,
    Promotion, Quotes, RequiredLabel, RuleSetting, Rules, SchemaConfig, SecretConfig, SecretKey,
    Stop, StopWhen, Transform, steps_of_all,
};
pub use deployment::{Deployment, Own};
pub use each_app::each_app;
pub use environment::Environment;
pub use fleet::{Fleet, FleetApp, FleetProblem, Setting, Settings, unusable_name};
pub use given::Given;
pub use listing::Scope;
pub(crate) use marked::follow as follow_reference;
pub use marked::learn_marked_by;
pub use neighbours::{Neighbour, NeighbourKind};
pub use nested::{find_config, nested_below};
pub use read_file::ReadFile;
pub use schema::{SchemaError, ValuesSchema};
pub use values_file::{LayerFile, ValuesFile};

/// The configuration's file name, looked for from the current directory upwards.
pub const CONFIG_FILE: &str = "envlint.yaml";

/// A directory tree, with `envlint.yaml` at its root or found by convention without one.
#[derive(Debug)]
pub struct Workspace {
    /// The directory that all reported paths are relative to: absolute, and without links.
    pub root: PathBuf,
    /// The configuration file, when there is one.
    pub config_source: Option<Arc<Source>>,
    /// What it says; the default when there is none.
    pub config: Config,
    /// The environments, in promotion order.
    pub environments: Vec<Environment>,
    /// The apps, by name.
    pub apps: Vec<App>,
    /// The apps that a list names, where the configuration has one.
    pub fleet: Option<Fleet>,
    listing: Listing,
    usual: OnceLock<Vec<String>>,
    schemas: Schemas,
    layers: LayerFiles,
    files: OnceLock<Arc<Files>>,
    /// The files that are layers of any app.
    layered: OnceLock<HashSet<String>>,
    users: OnceLock<shared::Users>,
    stacks: OnceLock<stacks::Stacks>,
    programs: OnceLock<Option<Reads>>,
    /// What was found and not made use of.
    unread: Vec<Unread>,
    /// What no declared app has.
    undeclared: OnceLock<Vec<Unread>>,
    /// The same workspace as it is found when its configuration declares no apps; none where it cannot be read.
    found: OnceLock<Option<Box<Workspace>>>,
    /// Files that a place names for a deployment and that are not there.
    missing: Vec<MissingFile>,
    /// What kustomizations name in vain, where apps are found.
    pub broken: Vec<Broken>,
    /// Applications that Argo CD cannot deploy, where apps are found.
    pub refused: Vec<Refused>,
    /// Files that were opened to point at them, and the bytes of these.
    opened: Mutex<(HashMap<String, Arc<Source>>, usize)>,
}

/// The bytes of opened files that are kept: one file may be the evidence of thousands of apps.
const MOST_OPENED: usize = 16 << 20;

impl Workspace {
    /// A workspace of which nothing is known yet.
    fn empty(root: PathBuf) -> Workspace {
        Workspace {
            root,
            config_source: None,
            config: Config::default(),
            environments: Vec::new(),
            apps: Vec::new(),
            fleet: None,
            listing: Listing::default(),
            usual: OnceLock::new(),
            schemas: Schemas::default(),
            layers: LayerFiles::default(),
            files: OnceLock::new(),
            layered: OnceLock::new(),
            users: OnceLock::new(),
            stacks: OnceLock::new(),
            programs: OnceLock::new(),
            unread: Vec::new(),
            undeclared: OnceLock::new(),
            found: OnceLock::new(),
            missing: Vec::new(),
            broken: Vec::new(),
            refused: Vec::new(),
            opened: Mutex::default(),
        }
    }

    /// A workspace of which only the files are known.
    fn with_same_files(&self) -> Workspace {
        Workspace {
            listing: self.listing.clone(),
            files: OnceLock::from(Arc::clone(self.files())),
            ..Workspace::empty(self.root.clone())
        }
    }

    /// Finds the apps, and the environments too when none are declared.
    fn discover(&mut self) -> Result<(), Vec<Problem>> {
        let discovered = discovery::run(self);
        self.apps = discovered.apps;
        self.unread = discovered.unread;
        self.missing = discovered.missing;
        self.broken = discovered.broken;
        self.refused = discovered.refused;
        self.environments = discovered.environments;
        if self.config.environments.is_empty() {
            self.set_kubernetes();
        }
        self.whole_walk()
    }

    fn files(&self) -> &Arc<Files> {
        let find = || Arc::new(files::files(&self.root, &self.listing));
        self.files.get_or_init(find)
    }

    /// What looks like values or says what is deployed, and was not made use of. Where apps are declared, no evidence is
    /// read for them: then it is what looks like values and belongs to none of them.
    pub fn unread(&self) -> &[Unread] {
        match self.config.declares_apps() {
            false => &self.unread,
            true => self.undeclared.get_or_init(|| declared::left_out(self)),
        }
    }

    /// Files that a place names for a deployment and that are not there, whether apps are declared or found.
    pub fn missing(&self) -> &[MissingFile] {
        match self.config.declares_apps() {
            false => &self.missing,
            true => self.without_declared().map_or(&[], |found| &found.missing),
        }
    }

    /// The entries of `apps:` that stand for all apps of a form (`{app}`), and find none.
    pub fn entries_without_files(&self) -> Vec<&AppConfig> {
        declared::without_files(self)
    }

    /// Whether a file is a layer of any app.
    pub(crate) fn is_layer(&self, path: &str) -> bool {
        let all = || {
            let deployments = self.apps.iter().flat_map(|app| &app.deployments);
            let layers = deployments.flat_map(Deployment::layers);
            layers.map(|layer| layer.path.clone()).collect()
        };
        self.layered.get_or_init(all).contains(path)
    }

    /// The same workspace as it is found when its configuration declares no apps; none where it cannot be read, which
    /// is a problem of the workspace itself. Found once.
    fn without_declared(&self) -> Option<&Workspace> {
        let find = || {
            let mut workspace = Workspace {
                environments: self.environments.clone(),
                ..self.with_same_files()
            };
            workspace.discover().ok().map(|()| Box::new(workspace))
        };
        self.found.get_or_init(find).as_deref()
    }

    /// Environments that are not declared have the version of Kubernetes that is declared for all.
    fn set_kubernetes(&mut self) {
        let version = self.config.kubernetes.as_ref();
        for environment in &mut self.environments {
            environment.kubernetes = version.map(|version| version.value.0.clone());
        }
    }

    /// The configurations of workspaces below this one, which are no part of it.
    pub fn nested(&self) -> Vec<PathBuf> {
        nested::configurations(&self.root, self.files())
    }

    /// The YAML files below the root that are the workspace's to look at, in the order of their paths. Found once.
    pub fn yaml_files(&self) -> &[String] {
        &self.files().yaml
    }

    /// The file that a link leads to, where that one is looked at, too.
    pub fn original_of(&self, path: &str) -> Option<&str> {
        self.files().copies.get(path).map(String::as_str)
    }

    /// Links to directories of the repository, which are not entered.
    pub(crate) fn links(&self) -> &[String] {
        &self.files().links
    }

    /// The files of the workspace that may hold a secret, and whether they are no YAML as they stand: templates, files with
    /// settings.
    pub fn searchable_files(&self) -> impl Iterator<Item = (&str, bool)> {
        self.files().searchable()
    }

    /// Refuses what was found so far when a directory had to be left out: `{app}` and discovery would miss its apps.
    fn whole_walk(&self) -> Result<(), Vec<Problem>> {
        match self.files.get().and_then(|files| files.refused.as_ref()) {
            Some(refused) => Err(vec![refused.clone()]),
            None => Ok(()),
        }
    }

    /// The YAML files below the root that patterns in the form of `.gitignore` name.
    pub fn files_matching<'p>(&self, patterns: impl Iterator<Item = &'p str>) -> Vec<String> {
        files::matching(&self.root, &self.listing, patterns)
    }

    /// The environments that apps of this workspace usually have, by [`family`]: those that more than half of them have.
    pub fn usual_environments(&self) -> &[String] {
        self.usual
            .get_or_init(|| environment::usual(&self.root, &self.apps))
    }

    /// The schema that an app's values must fit: the app's own, else the chart's, else that of the configuration. Each
    /// is read and compiled once.
    ///
    /// # Errors
    /// When the configuration names a schema that cannot be read.
    pub fn schema_of(
        &self,
        app: &App,
        chart: Option<&ChartFiles>,
    ) -> Result<Option<Arc<ValuesSchema>>, SchemaError> {
        let chart =
            chart.and_then(|chart| Some((chart.directory.as_str(), chart.schema.as_ref().ok()?)));
        let general = self.config.schemas.values.as_ref();
        match (&app.schema, chart, general) {
            (Some(named), ..) | (None, None, Some(named)) => {
                self.schemas.named(&self.root, named).map(Some)
            }
            (None, Some((directory, text)), _) => Ok(Some(self.schemas.of_chart(directory, text))),
            (None, None, None) => Ok(None),
        }
    }

    /// The schema in a directory of a chart, or in a chart that is packed in one. Each is read once.
    pub fn schema_in(&self, directory: &str, text: &str) -> Arc<ValuesSchema> {
        self.schemas.of_chart(directory, text)
    }

    /// Makes the values of a file known to the masking of output that the app's schema marks as secret, or that of a chart
    /// in the app's chart. Only a schema tells them from other values, so it is done wherever values are read.
    pub fn learn_marked(&self, app: &App, source: &Arc<Source>) {
        let Some(values) = Tree::of(source) else {
            return;
        };
        let values = Located::root(&values);
        let named = app.schema.as_ref();
        let general = self.config.schemas.values.as_ref();
        let read = |name| self.schemas.named(&self.root, name).ok();
        let own = named.or(general).and_then(read);
        let mut marked = own.map_or_else(Vec::new, |schema| marked::find(&schema, &values, None));
        for chart in app.charts() {
            let markings = self.schemas.markings(&self.root, chart);
            let markings = markings.get().into_iter().flatten();
            marked.extend(markings.flat_map(|marking| marking.find(&values)));
        }
        marked.extend(self.secrets_of_stack(app, &values));
        marked::learn(&marked);
    }

    /// The same for effective values, of which the chart's own defaults are a part.
    pub(crate) fn learn_marked_of(&self, schema: &ValuesSchema, values: &Tree<'_>) {
        marked::learn(&marked::find(schema, &Located::root(values), None));
    }

    /// The layers of an app's deployments beside the environments' own files, each once.
    pub fn layers_of(&self, app: &App) -> Vec<Arc<LayerFile>> {
        let mut paths: Vec<LayerPath> = app
            .deployments
            .iter()
            .flat_map(|deployment| deployment.below.iter().chain(&deployment.above))
            .cloned()
            .collect();
        paths.sort();
        paths.dedup();
        self.layers.of(&self.root, &paths)
    }

    /// A file of the workspace, to point at; without its text when it cannot be read.
    pub fn open_file(&self, path: &str) -> Arc<Source> {
        let opened = || self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = opened().0.get(path) {
            return Arc::clone(known);
        }
        let read = Source::read(&self.root, path).unwrap_or_else(|_| Source::new(path, ""));
        let read = Arc::new(read);
        let mut opened = opened();
        // Who asks for a file mostly asks for it again next.
        if opened.1 + read.text().len() > MOST_OPENED {
            *opened = (HashMap::new(), 0);
        }
        opened.1 += read.text().len();
        opened.0.insert(path.to_owned(), Arc::clone(&read));
        read
    }

    /// Whether a name stands for an environment in paths of files.
    pub(crate) fn is_environment(&self, name: &str) -> bool {
        let mut names = self.environments.iter().flat_map(Environment::names);
        names.any(|known| known == name)
    }

    /// The environment of that name.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments
            .iter()
            .find(|environment| &*environment.name == name)
    }
}
