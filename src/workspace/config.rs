//! `envlint.yaml` as types: a contract, since repositories depend on its keys (`docs/configuration.md`). The JSON Schema is
//! generated from them.

mod expression;
mod fleet;
mod format;
mod freeze;
mod inventory;
mod kubernetes;
mod layers;
mod naming;
mod ordered;
mod policies;
mod preview;
mod rules;
mod transform;

use std::collections::BTreeMap;
use std::sync::Arc;

use envlint_budget::Budget;
use envlint_yaml::{DeErrorKind, Span, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;

pub use expression::{Expression, steps_of_all};
pub use fleet::{FleetApps, FleetConfig};
pub(super) use fleet::{FleetGroup, FleetItem};
pub use format::{Format, KeyOrder, ListOrder, Quotes};
pub use freeze::{Freeze, FreezeTime};
pub use inventory::{Inventory, SecretConfig, SecretKey};
pub use kubernetes::KubernetesVersion;
pub use layers::LayerPaths;
pub use naming::{Called, Labels, NamePattern, Naming, RequiredLabel};
pub(super) use ordered::Ordered;
pub use policies::{PolicyCase, PolicyConfig, PolicyMatch, PolicyVerdict};
pub use preview::{Amount, Lifetime, Preview, PreviewLimits, PreviewNames, PreviewPattern};
pub use rules::{Level, Profile, RuleSetting, Rules};
pub use transform::Transform;

use super::Tier;
use crate::masking::{self, Name, Said, Text, text};
use crate::source::{Location, Problem, Source, nearest};
use crate::values::Pattern;

/// The configuration of a workspace. Every key is optional.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct Config {
    /// The environments, in promotion order. Without them, envlint looks for dev, staging, prod and their usual spellings.
    pub environments: Ordered<EnvironmentConfig>,
    /// The version of Kubernetes that charts are rendered for. An environment can have its own.
    pub kubernetes: Option<Spanned<KubernetesVersion>>,
    /// The apps. Without them, envlint finds values files by convention.
    pub apps: Vec<AppConfig>,
    /// Apps that are listed, and whose values files are made of a template.
    pub fleet: Option<FleetConfig>,
    /// The inventory: the secrets that every app needs, by name and key; the same in every environment.
    pub secrets: Inventory,
    /// The only paths that may differ between environments.
    pub per_environment: Vec<PerEnvironment>,
    /// The changes that a promotion refuses, and those that it makes to values on their way.
    pub promotion: Promotion,
    /// The profile that holds for all rules, the severity of single ones, and the paths that they ignore.
    pub rules: Rules,
    /// How the objects that charts render are named.
    pub naming: Option<Naming>,
    /// How they are labelled.
    pub labels: Labels,
    /// How values files are written: `envlint fmt`.
    pub format: Option<Format>,
    /// Schemas in addition to those of the charts.
    pub schemas: SchemaConfig,
    /// The team's own rules, in CEL as the admission policies of Kubernetes use it.
    pub policies: Vec<PolicyConfig>,
    /// The environments that `envlint preview` makes for pull requests.
    pub preview: Option<Preview>,
}

/// One environment.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EnvironmentConfig {
    /// What the environment is for. Follows from a known name.
    pub tier: Option<Tier>,
    /// Other names that the environment has in paths of files: `{env}` stands for them, too.
    pub aliases: Vec<Spanned<String>>,
    /// The version of Kubernetes there, instead of the workspace's.
    pub kubernetes: Option<Spanned<KubernetesVersion>>,
}

/// One app: a thing that is deployed to every environment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AppConfig {
    /// The app's name, unique in the workspace. `{app}` is one entry for all apps whose values files are found.
    pub name: Spanned<String>,
    /// The directory or archive of its Helm chart, relative to this file.
    pub chart: Option<Spanned<String>>,
    /// The values file of each environment, relative to this file; `{env}` is the environment's name. Or the layers, the
    /// lowest first: the last one is the environment's own. Without it, the app is the one of that name that envlint
    /// finds, with the chart, the layers and the environments that it is found with.
    pub values: Option<Spanned<LayerPaths>>,
    /// The environments that it is deployed to. Default: all.
    pub environments: Option<Vec<Spanned<String>>>,
    /// Paths whose values are given when it is deployed (`--set`, parameters of Argo CD): they are never missing.
    #[serde(default)]
    pub given: Vec<Spanned<Pattern>>,
    /// The namespace it is deployed to; `{env}` is the environment's name. Default: `default`.
    pub namespace: Option<Spanned<String>>,
    /// The Helm release's name; `{env}` is the environment's name. Default: the app's name.
    pub release: Option<Spanned<String>>,
    /// A JSON Schema for its values files, used instead of the chart's `values.schema.json`.
    pub schema: Option<Spanned<String>>,
    /// Secrets that this app needs, in addition to the workspace's inventory.
    #[serde(default)]
    pub secrets: Inventory,
    /// Paths of this app that may differ between environments, in addition to the workspace's.
    #[serde(default)]
    pub per_environment: Vec<PerEnvironment>,
}

/// A pattern of paths that may differ between environments, and their expectation.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PerEnvironment {
    /// The paths: `*` is one segment, `**` any depth.
    pub path: Spanned<Pattern>,
    /// What the values must satisfy across the environments.
    pub expect: Option<Spanned<Expectation>>,
}

impl PerEnvironment {
    /// The values that environments must have, with their names.
    pub fn fixed(&self) -> Vec<(&str, &serde_json::Value)> {
        match self.expect.as_ref().map(|expect| &expect.value) {
            Some(Expectation::Fixed(fixed)) => fixed
                .iter()
                .map(|(name, value)| (name.value.as_str(), value))
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// What the values of a per-environment path must satisfy.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Expectation {
    /// Never smaller than in the environment before: numbers, quantities, durations, versions.
    NonDecreasing,
    /// No two environments share a value.
    Distinct,
    /// The value is this text, with `{env}` for the environment's name.
    Pattern(String),
    /// The value is one of these.
    #[serde(rename = "oneOf")]
    OneOf(Vec<serde_json::Value>),
    /// The value in the named environments.
    Fixed(Ordered<serde_json::Value>),
}

/// The changes that a promotion refuses, and those that it makes to values on their way.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Promotion {
    /// Changes that stop a promotion.
    pub stop: Vec<Stop>,
    /// Times in which nothing is promoted.
    pub freeze: Vec<Freeze>,
    /// Environments that stand beside each other, in the order in which they get a value: `[[prod-eu], [prod-us, prod-ap]]`.
    pub waves: Vec<Vec<Spanned<String>>>,
    /// What a promotion changes in values on their way. Those that replace parts of a text act one after the other.
    pub transforms: Vec<Transform>,
}

/// A change that stops a promotion.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// The paths to watch.
    pub path: Spanned<Pattern>,
    /// The change that stops a promotion.
    pub when: Spanned<StopWhen>,
}

/// A change of a watched path that stops a promotion.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StopWhen {
    /// Any change.
    Changed,
    /// The first number of the version increases.
    MajorUpgrade,
    /// The version decreases.
    Downgrade,
    /// The new value is outside these bounds.
    Outside(Bounds),
    /// The new value is none of these.
    Leaves(Vec<serde_json::Value>),
    /// The new value does not match this regular expression.
    Mismatches(Expression),
    /// The new value is no digest of an image, and none stands next to it.
    NoDigest,
}

/// An interval of numbers or quantities, both ends included.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Bounds {
    /// The smallest value that is allowed.
    pub min: Option<serde_json::Value>,
    /// The largest value that is allowed.
    pub max: Option<serde_json::Value>,
}

/// Schemas in addition to those of the charts.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SchemaConfig {
    /// A JSON Schema for the values files of every app that has none of its own, nor in its chart.
    pub values: Option<Spanned<String>>,
    /// Custom resource definitions to check manifests against: file patterns, relative to this file.
    pub crds: Vec<Spanned<String>>,
}

impl AppConfig {
    /// The layers, the lowest first; none for an app that is left to be found.
    pub fn layers(&self) -> Vec<Spanned<String>> {
        let values = self.values.iter();
        values
            .flat_map(|values| values.value.list(values.span))
            .collect()
    }

    /// Where it says what it declares: at the layers, or else at the name.
    pub fn place(&self) -> Span {
        let values = self.values.as_ref();
        values.map_or(self.name.span, |values| values.span)
    }
}

impl Config {
    /// Whether it says of any path that it may differ.
    pub fn declares_paths(&self) -> bool {
        let mut apps = self.apps.iter();
        !self.per_environment.is_empty() || apps.any(|app| !app.per_environment.is_empty())
    }

    /// Whether it says which apps there are.
    pub fn declares_apps(&self) -> bool {
        !self.apps.is_empty() || self.fleet.is_some()
    }

    /// The JSON Schema of the configuration. It knows nothing of rules: `rules::configuration` adds them.
    pub fn schema() -> serde_json::Value {
        let mut schema = schemars::schema_for!(Config);
        schema.insert("title".to_owned(), "envlint.yaml".into());
        schema.to_value()
    }

    /// Reads the configuration from its file.
    ///
    /// # Errors
    /// What is wrong with the file, each with its place and, for a misspelt key, the nearest right one.
    pub fn read(source: &Arc<Source>) -> Result<Config, Vec<Problem>> {
        let document = &source.document;
        masking::learn_expressions(document.source());
        if !document.errors().is_empty() {
            return Err(document
                .errors()
                .iter()
                .map(|error| {
                    let problem = Problem::located(
                        Location::new(source, error.span),
                        Text::of(&Said(&error.message)),
                    );
                    match source.help_with_brackets(error.span.start) {
                        Some(help) => problem.help(help),
                        None => problem,
                    }
                })
                .collect());
        }
        let Some(root) = document.root() else {
            return Ok(Config::default());
        };
        if root.is_null() {
            return Ok(Config::default());
        }
        let config: Config =
            envlint_yaml::from_node(root).map_err(|error| vec![unreadable(source, &error)])?;
        let problems = config.contradictions(source);
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }

    /// What the types cannot say: unknown environments and types of Secrets, the same pattern declared twice.
    fn contradictions(&self, source: &Arc<Source>) -> Vec<Problem> {
        let mut problems = self.environment_problems(source);
        let lists = std::iter::once(&self.per_environment)
            .chain(self.apps.iter().map(|app| &app.per_environment));
        for list in lists {
            problems.extend(self.declaration_problems(list, source));
        }
        problems.extend(self.freeze_problems(source));
        problems.extend(self.wave_problems(source));
        let transforms = &self.promotion.transforms;
        let budget = steps_of_all();
        problems.extend(self.expression_problems(&budget, source));
        let pairs = self.environments.len().max(2);
        problems.extend(transform::problems(transforms, pairs, &budget, source));
        let named = transforms.iter().flat_map(Transform::environments);
        for name in named.filter(|_| !self.environments.is_empty()) {
            if self.environments.get(&name.value).is_none() {
                problems.push(self.unknown_environment(name, source));
            }
        }
        let inventories = std::iter::once(&self.secrets);
        let of_apps = self.apps.iter().map(|app| &app.secrets);
        problems.extend(inventory::problems(inventories.chain(of_apps), source));
        problems.extend(
            self.format
                .iter()
                .flat_map(|format| format.problems(source)),
        );
        problems.extend(policies::problems(&self.policies, source));
        problems.extend(self.preview_problems(source));
        problems
    }

    /// Regular expressions that are none, or too large, alone or together.
    fn expression_problems(&self, budget: &Budget, source: &Arc<Source>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for stop in &self.promotion.stop {
            if let StopWhen::Mismatches(expression) = &stop.when.value
                && let Some(what) = expression.mistake(budget)
            {
                let place = Location::new(source, stop.when.span);
                problems.push(Problem::located(place, what));
            }
            if budget.is_spent() {
                break;
            }
        }
        problems
    }

    /// Freezes of environments that nobody declares, and those whose ends contradict each other.
    fn freeze_problems(&self, source: &Arc<Source>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for freeze in &self.promotion.freeze {
            let names = freeze.environments.iter();
            for name in names.filter(|_| !self.environments.is_empty()) {
                if self.environments.get(&name.value).is_none() {
                    problems.push(self.unknown_environment(name, source));
                }
            }
            if let Some(contradiction) = freeze.contradiction() {
                let message = text!("this freeze can never hold: {}", contradiction);
                problems.push(
                    Problem::located(Location::new(source, freeze.to.span), message)
                        .help("write two days, two moments, or two times of every week, the earlier one first"),
                );
            }
        }
        problems
    }

    /// Environments of waves that nobody declares, or that two waves have.
    fn wave_problems(&self, source: &Arc<Source>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut seen: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
        for name in self.promotion.waves.iter().flatten() {
            if !self.environments.is_empty() && self.environments.get(&name.value).is_none() {
                problems.push(self.unknown_environment(name, source));
            }
            let Some(first) = seen.insert(&name.value, name) else {
                continue;
            };
            let message = text!("`{}` is of two waves", Name(&name.value));
            problems.push(
                Problem::located(Location::new(source, name.span), message)
                    .note(Location::new(source, first.span), "the first one")
                    .help("keep one of the two"),
            );
        }
        problems
    }

    /// Aliases that another environment has, and names in `environments:` of an app that nobody declares.
    fn environment_problems(&self, source: &Arc<Source>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let names = || self.environments.iter().map(|(name, _)| name);
        let mut taken: BTreeMap<&str, &Spanned<String>> =
            names().map(|name| (name.value.as_str(), name)).collect();
        let aliases = self
            .environments
            .iter()
            .flat_map(|(_, known)| &known.aliases);
        for alias in aliases {
            let Some(other) = taken.insert(&alias.value, alias) else {
                continue;
            };
            let message = text!("`{}` already stands for an environment", Name(&alias.value));
            problems.push(
                Problem::located(Location::new(source, alias.span), message)
                    .note(Location::new(source, other.span), "the other one")
                    .help("an alias belongs to one environment: remove one of the two"),
            );
        }
        let of_apps = self
            .apps
            .iter()
            .flat_map(|app| app.environments.iter().flatten());
        for name in of_apps.filter(|_| !self.environments.is_empty()) {
            if self.environments.get(&name.value).is_none() {
                problems.push(self.unknown_environment(name, source));
            }
        }
        problems
    }

    fn unknown_environment(&self, name: &Spanned<String>, source: &Arc<Source>) -> Problem {
        let known = self.environments.iter();
        let known = known.map(|(known, _)| known.value.as_str());
        let message = text!("there is no environment `{}`", Name(&name.value));
        Problem::located(Location::new(source, name.span), message).suggest_or(
            nearest(&name.value, known),
            "declare it under `environments:`",
        )
    }

    fn declaration_problems(&self, list: &[PerEnvironment], source: &Arc<Source>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut seen: BTreeMap<String, &PerEnvironment> = BTreeMap::new();
        for declaration in list {
            if let Some(first) = seen.insert(declaration.path.value.to_string(), declaration) {
                let message = text!("`{}` is declared twice", Name(&declaration.path.value));
                problems.push(
                    Problem::located(Location::new(source, declaration.path.span), message)
                        .note(
                            Location::new(source, first.path.span),
                            "first declared here",
                        )
                        .help("keep one of the two"),
                );
            }
            let Some(Expectation::Fixed(values)) =
                declaration.expect.as_ref().map(|expect| &expect.value)
            else {
                continue;
            };
            for (name, _) in values.iter().filter(|_| !self.environments.is_empty()) {
                if self.environments.get(&name.value).is_none() {
                    problems.push(self.unknown_environment(name, source));
                }
            }
        }
        problems
    }
}

/// Turns a mistake of form into a problem at its place, with the nearest known word.
pub(super) fn unreadable(source: &Arc<Source>, error: &envlint_yaml::DeError) -> Problem {
    let located = |message| Problem::located(Location::new(source, error.span()), message);
    match error.unknown() {
        Some((word, expected)) => {
            let what = match error.kind() {
                DeErrorKind::UnknownVariant { .. } => "value",
                _ => "field",
            };
            let listed = text!("known here: {}", Text::names(expected, ", "));
            located(text!("unknown {} `{}`", what, Said(&word)))
                .suggest_or(nearest(word, expected.iter().copied()), listed)
        }
        None => located(Text::of(&Said(error))),
    }
}
