//! Environments: a name, a tier, and a place in the promotion order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::discover::FoundApp;
use super::{App, AppConfig, Config};
use crate::masking::{Name, text};
use crate::source::{Location, Problem, Source};

/// What an environment is for. Ordered as promotion goes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Short-lived, made for one change.
    Preview,
    /// Where changes are made.
    Development,
    /// Where changes are tested before production.
    Staging,
    /// What customers use.
    Production,
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tier::Preview => "preview",
            Tier::Development => "development",
            Tier::Staging => "staging",
            Tier::Production => "production",
        })
    }
}

/// One environment of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its name, as in file names and in the configuration.
    pub name: Arc<str>,
    /// What it is for.
    pub tier: Tier,
    /// Its place in the promotion order, from zero.
    pub order: usize,
}

/// Names that are known without a configuration, with their tier, in promotion order (design, section 5).
const KNOWN: [(&str, Tier); 12] = [
    ("dev", Tier::Development),
    ("develop", Tier::Development),
    ("development", Tier::Development),
    ("test", Tier::Staging),
    ("qa", Tier::Staging),
    ("uat", Tier::Staging),
    ("stage", Tier::Staging),
    ("staging", Tier::Staging),
    ("prod", Tier::Production),
    ("production", Tier::Production),
    ("live", Tier::Production),
    ("preview", Tier::Preview),
];

/// The names that discovery takes for environments. `preview` is known only where it is declared: a folder of that
/// name is as likely to be a feature.
pub fn known_names() -> impl Iterator<Item = &'static str> {
    KNOWN
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| *name != "preview")
}

/// The tier that a name tells, when it is a known one.
pub fn known_tier(name: &str) -> Option<Tier> {
    KNOWN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, tier)| *tier)
}

/// The spelling that stands for all spellings of an environment: `prod`, `production` and `live` are one.
pub fn family(name: &str) -> &str {
    match name {
        "dev" | "develop" | "development" => "dev",
        "stage" | "staging" => "staging",
        "prod" | "production" | "live" => "prod",
        other => other,
    }
}

/// The environments that an app of this workspace usually has, by family: those that at least half of the apps have.
pub(super) fn usual(root: &Path, apps: &[App]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for app in apps {
        let there = app
            .values
            .iter()
            .filter(|(_, path)| app.declared.is_none() || root.join(path).is_file());
        let families: BTreeSet<&str> = there
            .map(|(environment, _)| family(&environment.name))
            .collect();
        for family in families {
            *counts.entry(family).or_default() += 1;
        }
    }
    let usual = counts
        .into_iter()
        .filter(|(_, count)| count * 2 >= apps.len());
    usual.map(|(family, _)| family.to_owned()).collect()
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
                name: name.value.as_str().into(),
                tier,
                order,
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

/// The environments that discovery met, in the order of their tiers and then of the known names.
pub(super) fn found(apps: &[FoundApp]) -> Vec<Environment> {
    known(|name| {
        apps.iter().any(|app| {
            app.values
                .iter()
                .any(|(environment, _)| environment == name)
        })
    })
}

/// The known environments that any of the declared apps has a values file for.
pub(super) fn existing(root: &Path, apps: &[AppConfig]) -> Vec<Environment> {
    known(|name| {
        apps.iter()
            .any(|app| root.join(app.values.value.replace("{env}", name)).is_file())
    })
}

fn known(is_there: impl Fn(&str) -> bool) -> Vec<Environment> {
    KNOWN
        .iter()
        .filter(|(name, _)| is_there(name))
        .enumerate()
        .map(|(order, (name, tier))| Environment {
            name: Arc::from(*name),
            tier: *tier,
            order,
        })
        .collect()
}
