//! The environment that a command line tells: by its files, its release, its namespace, and the target that it stands in.

use crate::evidence::claim::LayerPath;
use crate::evidence::holes::Bindings;
use crate::evidence::tells::Names;
use crate::masking::{ObjectName, Text, text};
use crate::naming::{Tier, around_values, environment_name};

/// What a command line has that may tell its environment.
pub(super) struct Told<'t> {
    pub layers: &'t [LayerPath],
    /// What its variables are, by the files that are there.
    pub parts: &'t Bindings,
    pub release: Option<String>,
    pub namespace: Option<String>,
    /// The target of the Makefile, the function of the script.
    pub target: Option<String>,
    /// The folder that the file lies in, where that tells what it deploys to.
    pub home: Option<&'t str>,
}

impl Told<'_> {
    /// The environment, and what contradicts it. The last file that tells one decides, as long as most of what tells
    /// does not say another: `-f values-dev.yaml -f shop/values-live.yaml -n shop-dev` is dev.
    pub(super) fn environment(&self, names: &Names) -> (Option<String>, Option<Text>) {
        let files: Vec<String> = self.of_files(names).collect();
        // The part that a command leaves open is what it asks for: `values-$ENV.yaml`.
        let parts = self.parts.values().filter_map(|value| names.of_part(value));
        let parts: Vec<String> = parts.collect();
        let Some(last) = files.last() else {
            return (self.of_names(names), None);
        };
        // A name that only the house knows stands in no path that tells one: a file of another environment is laid below
        // its own, as it is below all.
        if let [part, others @ ..] = parts.as_slice()
            && tier(part).is_none()
            && others.iter().all(|other| other == part)
            && !files.contains(part)
        {
            return (Some(part.clone()), None);
        }
        let asked = files.iter().rfind(|name| parts.contains(name));
        let last = asked.filter(|name| !last.contains(*name)).unwrap_or(last);
        let by_name = self.by_end_of_names(names);
        let all = || files.iter().chain(&by_name).chain(&parts);
        let votes = |name: &str| all().filter(|other| tier(other) == tier(name)).count();
        let other = all().filter(|name| tier(name) != tier(last));
        let Some(other) = other.max_by_key(|name| votes(name)) else {
            return (Some(last.clone()), None);
        };
        // The name of a file alone makes nothing production.
        let is_alone = tier(last) == Some(Tier::Production) && by_name.contains(other);
        let is_outvoted = votes(other) > votes(last) || (votes(other) == votes(last) && is_alone);
        let reason = match is_outvoted {
            true if parts.contains(other) => None,
            true => Some(text!(
                "the last values file tells `{}`, but the rest of this command tells `{}`, so it counts as `{}`",
                ObjectName(last),
                ObjectName(other),
                ObjectName(other)
            )),
            false if by_name.contains(other) => Some(text!(
                "the values files tell `{}`, but the release or the namespace tells `{}`; it counts as `{}`",
                ObjectName(last),
                ObjectName(other),
                ObjectName(last)
            )),
            false => None,
        };
        let taken = if is_outvoted { other } else { last };
        (Some(taken.clone()), reason)
    }

    /// Whether more than the target tells it: a trial in `lint-prod` is no deployment.
    pub(super) fn is_by_values(&self, names: &Names) -> bool {
        self.of_files(names).next().is_some() || self.without_target(names).is_some()
    }

    /// Whether a layer or its folder is called just like an environment: `values-prod.yaml`, and no `values-prod-small.yaml`.
    pub(super) fn has_file_of(&self, environment: &str) -> bool {
        let mut parts = self.layers.iter().flat_map(|layer| layer.path.split('/'));
        parts.any(|part| {
            let stem = part.split(".yaml").next().unwrap_or(part);
            let stem = stem.strip_suffix(".yml").unwrap_or(stem);
            let (before, after) = around_values(stem).unwrap_or((stem, ""));
            before == environment || after == environment
        })
    }

    fn of_files<'n>(&'n self, names: &'n Names) -> impl Iterator<Item = String> + 'n {
        let layers = self.layers.iter();
        layers.filter_map(|layer| names.of_path(&layer.path))
    }

    fn without_target(&self, names: &Names) -> Option<String> {
        let of_parts = self.parts.values().find_map(|value| names.of_part(value));
        let of_name = |name: &Option<String>| names.of_name(name.as_deref()?);
        of_parts
            .or_else(|| of_name(&self.release))
            .or_else(|| of_name(&self.namespace))
    }

    fn of_names(&self, names: &Names) -> Option<String> {
        let target = || names.of_name(self.target.as_deref()?);
        let home = || names.of_folders(self.home?);
        self.without_target(names).or_else(target).or_else(home)
    }

    /// What the release and the namespace tell at their end: `dev-portal` is the portal for developers. Both are one
    /// voice where they are one name.
    fn by_end_of_names(&self, names: &Names) -> Vec<String> {
        let mut all = vec![self.release.as_deref(), self.namespace.as_deref()];
        all.dedup();
        let ends = |name: &str| {
            let environment = names.of_name(name)?;
            name.ends_with(&environment).then_some(environment)
        };
        all.into_iter().flatten().filter_map(ends).collect()
    }
}

/// What two names must share to tell the same: `prod` and `prod-eu` do.
fn tier(name: &str) -> Option<Tier> {
    environment_name(name).map(|told| told.tier)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(
        layers: &[&str],
        release: &str,
        namespace: &str,
        target: &str,
    ) -> (Option<String>, bool) {
        let layers: Vec<LayerPath> = layers.iter().map(|path| LayerPath::file(*path)).collect();
        let name = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let told = Told {
            layers: &layers,
            parts: &Bindings::new(),
            release: name(release),
            namespace: name(namespace),
            target: name(target),
            home: None,
        };
        let (environment, contradiction) = told.environment(&Names::default());
        (environment, contradiction.is_some())
    }

    #[test]
    fn a_name_of_the_house_is_no_other_environment() {
        let names = Names::default().with_house(["acme".to_owned()]);
        let layers = ["envs/staging/images.yaml", "envs/acme/values.yaml"];
        let layers: Vec<LayerPath> = layers.iter().map(|path| LayerPath::file(*path)).collect();
        let parts = Bindings::from([("ENV".to_owned(), "acme".to_owned())]);
        let told = Told {
            layers: &layers,
            parts: &parts,
            release: None,
            namespace: None,
            target: None,
            home: None,
        };
        assert_eq!(told.environment(&names).0.as_deref(), Some("acme"));
    }

    #[test]
    fn what_most_tells_decides() {
        for (layers, release, namespace, target, expected) in [
            (
                &["values-dev.yaml", "shop/values-live.yaml"][..],
                "shop",
                "shop-dev",
                "",
                (Some("dev"), true),
            ),
            (
                &["values-prod.yaml"],
                "shop",
                "shop-staging",
                "",
                (Some("staging"), true),
            ),
            (
                &["values-prod.yaml"],
                "dev-portal",
                "dev-portal",
                "",
                (Some("prod"), false),
            ),
            (
                &["values-staging.yaml"],
                "shop",
                "shop-prod",
                "",
                (Some("staging"), true),
            ),
            (
                &["values-prod.yaml", "values-prod-eu.yaml"],
                "shop",
                "shop-prod",
                "",
                (Some("prod-eu"), false),
            ),
            (&[], "shop", "acme", "install-prod", (Some("prod"), false)),
            (
                &[],
                "shop",
                "acme",
                "deploy_staging",
                (Some("staging"), false),
            ),
            (&[], "shop", "acme", "install", (None, false)),
        ] {
            let (environment, contradicts) = told(layers, release, namespace, target);
            assert_eq!(
                (environment.as_deref(), contradicts),
                expected,
                "{layers:?} {release} {namespace} {target}"
            );
        }
    }
}
