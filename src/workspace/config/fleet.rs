//! `fleet:` of the configuration: apps that are listed, and whose values files are made of a template.

use std::fmt;

use envlint_yaml::{Map, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Ordered;

/// Apps that are listed: `envlint generate values` makes their values files of a template and the list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FleetConfig {
    /// The template of a values file, relative to this file; `{kind}` is the kind of the app.
    pub template: Spanned<String>,
    /// The list of apps: a file, relative to this one, or the list itself.
    pub apps: Spanned<FleetApps>,
    /// The values file of each app and environment, relative to this file, with `{app}` and `{env}`.
    pub values: Spanned<String>,
    /// The chart of the apps, relative to this file; `{kind}` and `{app}` stand for those of the app.
    pub chart: Option<Spanned<String>>,
    /// The namespace, with `{app}`, `{kind}` and `{env}`. Default: `default`.
    pub namespace: Option<Spanned<String>>,
    /// The Helm release's name, with `{app}`, `{kind}` and `{env}`. Default: the app's name.
    pub release: Option<Spanned<String>>,
}

/// Where the list is: its content is read item by item, so that a mistake in one stops no other.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum FleetApps {
    /// The path of a file with the list.
    File(String),
    /// The list itself.
    List(Vec<FleetItem>),
    /// The list, with what its apps share.
    Grouped(FleetList),
}

/// A list of apps, with what they share.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "a list of apps, or a map with `apps`"
)]
pub struct FleetList {
    /// What all apps share.
    pub shared: FleetGroup,
    /// What some apps share, by name.
    pub groups: Ordered<FleetGroup>,
    /// The apps.
    pub apps: Vec<FleetItem>,
}

/// What apps share. Nearer settings win: an app's over those of its groups, a later group's over those of an earlier
/// one, and a group's over those that all share.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    default,
    rename_all = "camelCase",
    expecting = "a map of what apps share"
)]
pub struct FleetGroup {
    /// The kind of the apps.
    pub kind: Option<Spanned<String>>,
    /// Other groups, which this one adds to.
    pub groups: Vec<Spanned<String>>,
    /// The environments that the apps are deployed to. Default: all.
    pub environments: Option<Vec<Spanned<String>>>,
    /// Values for the template.
    pub values: Map,
    /// Values of single environments, over those of `values`.
    pub per_environment: Ordered<Map>,
}

/// One app of the list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    rename_all = "camelCase",
    expecting = "an app: a map with its `name`"
)]
pub struct FleetItem {
    /// The app's name, as DNS takes it.
    pub name: Spanned<String>,
    /// The kind, which selects the template.
    #[serde(default)]
    pub kind: Option<Spanned<String>>,
    /// The groups that it belongs to.
    #[serde(default)]
    pub groups: Vec<Spanned<String>>,
    /// The environments that it is deployed to. Default: all.
    #[serde(default)]
    pub environments: Option<Vec<Spanned<String>>>,
    /// Values for the template.
    #[serde(default)]
    pub values: Map,
    /// Values of single environments, over those of `values`.
    #[serde(default)]
    pub per_environment: Ordered<Map>,
}

impl FleetItem {
    /// What it has in common with a group.
    pub(in crate::workspace) fn into_group(self) -> FleetGroup {
        FleetGroup {
            kind: self.kind,
            groups: self.groups,
            environments: self.environments,
            values: self.values,
            per_environment: self.per_environment,
        }
    }
}

impl<'de> Deserialize<'de> for FleetApps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AppsVisitor)
    }
}

struct AppsVisitor;

impl<'de> Visitor<'de> for AppsVisitor {
    type Value = FleetApps;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the path of a file with the list of apps, or the list")
    }

    fn visit_str<E>(self, path: &str) -> Result<FleetApps, E> {
        Ok(FleetApps::File(path.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<FleetApps, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(FleetApps::List(Vec::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FleetApps, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(FleetApps::Grouped(FleetList::default()))
    }
}
