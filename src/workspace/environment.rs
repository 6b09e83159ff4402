//! Environments: a name, a tier, and a place in the promotion order.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use envlint_helm::KubeVersion;

use super::{App, Config, Deployment};
use crate::masking::{Name, text};
use crate::naming::{Tier, environment_name, family, is_local, known_tier};
use crate::source::{Location, Problem, Source};

/// One environment of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its name, as in file names and in the configuration.
    pub name: Arc<str>,
    /// What it is for.
    pub tier: Tier,
    /// Whether its name or the configuration tells what it is for; where nothing does, it counts as a preview.
    pub is_tier_told: bool,
    /// Its place in the promotion order, from zero.
    pub order: usize,
    /// The stage that it is of: environments of one stage stand beside each other (`prod-eu` and `prod-us`).
    pub stage: Arc<str>,
    /// Other names that it has in paths of files.
    pub aliases: Vec<Arc<str>>,
    /// The version of Kubernetes there.
    pub kubernetes: Option<KubeVersion>,
}

impl Environment {
    /// An environment of which the name is known.
    pub(super) fn named(name: &str, tier: Tier, order: usize) -> Environment {
        Environment {
            name: name.into(),
            tier,
            is_tier_told: true,
            order,
            stage: environment_name(name)
                .map_or(name, |told| told.stage)
                .into(),
            aliases: Vec::new(),
            kubernetes: None,
        }
    }

    /// An environment that is made for a pull request, in the cluster of another one.
    pub fn preview(name: &str, from: &Environment) -> Environment {
        Environment {
            kubernetes: from.kubernetes.clone(),
            ..Environment::named(name, Tier::Preview, 0)
        }
    }

    /// All names that it has in paths of files, its own first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.name).chain(self.aliases.iter().map(|alias| &**alias))
    }

    /// Which one of those of its stage it is: `eu` of `prod-eu`; empty where its name says nothing.
    pub fn place(&self) -> String {
        environment_name(&self.name).map_or_else(String::new, |told| told.place)
    }

    /// Whether two environments stand beside each other, and so none is tested before the other: those of production,
    /// and those of one stage.
    pub fn is_beside(&self, other: &Environment) -> bool {
        let both = |tier| self.tier == tier && other.tier == tier;
        both(Tier::Production) || self.stage == other.stage
    }
}

/// The environments that an app of this workspace usually has, by family: those that more than half of the apps have, and
/// two at least. What is made for a pull request is none of them. Where something says where apps are deployed, that says nothing of those of which only names of files tell: half of these have
/// them, too.
pub(super) fn usual(root: &Path, apps: &[App]) -> Vec<String> {
    let all = of_half(root, apps.iter());
    let is_told = |app: &&App| app.declared.is_some() || !app.has_evidence();
    let told = of_half(root, apps.iter().filter(is_told));
    all.into_iter()
        .filter(|family| told.contains(family))
        .collect()
}

/// The families of environments that more than half of some apps have.
fn of_half<'a>(root: &Path, apps: impl Iterator<Item = &'a App>) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    // A few environments are asked for again and again.
    let mut families: HashMap<&str, Option<&str>> = HashMap::new();
    let mut with_files = 0;
    for app in apps {
        // An app without values files of its own says nothing of where such files are usual.
        let mut deployments = app.deployments.iter();
        with_files += usize::from(deployments.any(|known| known.values_file().is_some()));
        let there = app.deployments.iter().filter(|deployment| {
            let own = deployment.values_file();
            own.is_some_and(|path| app.declared.is_none() || root.join(path).is_file())
        });
        let of_deployment = |deployment: &'a Deployment| {
            let name = &*deployment.environment.name;
            let known = families.entry(name);
            *known.or_insert_with(|| (!is_passing(name)).then(|| family(name)))
        };
        let of_app: BTreeSet<&str> = there.filter_map(of_deployment).collect();
        for family in of_app {
            *counts.entry(family).or_default() += 1;
        }
    }
    let usual = counts
        .into_iter()
        .filter(|(_, count)| count * 2 > with_files && *count > 1);
    usual.map(|(family, _)| family.to_owned()).collect()
}

/// Whether an environment is made for a pull request and goes with it.
pub(super) fn is_passing(name: &str) -> bool {
    known_tier(name) == Some(Tier::Preview)
}

/// The environments that a configuration declares, in its order.
pub(super) fn declared(
    config: &Config,
    source: &Arc<Source>,
) -> Result<Vec<Environment>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut environments = Vec::new();
    for (order, (name, settings)) in config.environments.iter().enumerate() {
        match settings.tier.or_else(|| known_tier(&name.value)) {
            Some(tier) => environments.push(Environment {
                aliases: settings
                    .aliases
                    .iter()
                    .map(|alias| alias.value.as_str().into())
                    .collect(),
                kubernetes: settings
                    .kubernetes
                    .as_ref()
                    .or(config.kubernetes.as_ref())
                    .map(|version| version.value.0.clone()),
                ..Environment::named(&name.value, tier, order)
            }),
            None => problems.push(
                Problem::located(
                    Location::new(source, name.span),
                    text!(
                        "the name of environment `{}` does not tell its tier",
                        Name(&name.value)
                    ),
                )
                .help(text!(
                    "say it: `{}: {{tier: development}}`, or staging, production, preview",
                    Name(&name.value)
                )),
            ),
        }
    }
    if problems.is_empty() {
        Ok(environments)
    } else {
        Err(problems)
    }
}

/// Environments of these names, in promotion order: by the known stages, and then by name. `stages` are those of names that
/// tell none themselves. A name of which nothing tells it comes last, and is that of an environment which nothing is promoted
/// to or from: nobody knows where it belongs.
pub(super) fn in_order<'n>(
    names: impl IntoIterator<Item = &'n str>,
    stages: &BTreeMap<String, String>,
) -> Vec<Environment> {
    let names: BTreeSet<&str> = names.into_iter().collect();
    let mut ranked: Vec<(usize, &str, Option<Tier>)> = names
        .into_iter()
        .map(|name| {
            let stage = || environment_name(stages.get(name)?);
            match environment_name(name).or_else(stage) {
                Some(told) => (told.rank, name, Some(told.tier)),
                None if is_local(name) => (0, name, Some(Tier::Preview)),
                None => (usize::MAX, name, None),
            }
        })
        .collect();
    ranked.sort();
    let ranked = ranked.into_iter().enumerate();
    ranked
        .map(|(order, (_, name, tier))| Environment {
            is_tier_told: tier.is_some(),
            ..Environment::named(name, tier.unwrap_or(Tier::Preview), order)
        })
        .collect()
}
