//! `production/missing-resources`.

use envlint_yaml::Path;

use crate::masking::{Name, Text, text};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::values::{Section, Tree, is_foreign, workloads};

rule! {
    /// A workload sets no resources in production.
    ///
    /// ## What it does
    ///
    /// In the environments of the production tier, looks at the sections that describe containers: those with
    /// `resources`, and those with replicas and an image. Each should request CPU and memory and set a memory limit. A
    /// limit without a request counts as the request, as in Kubernetes. The rule does not ask for a CPU limit, which
    /// slows a program down even when the node is idle. A `resourcesPreset` other than `none` counts as resources.
    ///
    /// Ignored: sections that are turned off (`enabled: false`), and resources that are not of containers, such as the
    /// `storage` of a volume.
    ///
    /// ## Why it matters
    ///
    /// Without requests, the scheduler cannot place pods well, and it evicts them first when a node runs out of memory.
    /// Without a memory limit, one leak takes the whole node down.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// replicas: 3
    /// image: {repository: registry.example.com/shop/api, tag: "1.24.3"}
    /// resources: {}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// replicas: 3
    /// image: {repository: registry.example.com/shop/api, tag: "1.24.3"}
    /// resources:
    ///   requests: {cpu: 500m, memory: 1Gi}
    ///   limits: {memory: 1Gi}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: resource management](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    /// - [Kubernetes: quality of service](https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/)
    "production/missing-resources", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for (values, _) in cx.production() {
        for section in values
            .sections
            .iter()
            .filter(|section| !is_foreign(section))
        {
            if let Some(resources) = section.get("resources")
                && let Some(missing) = lacking(&section, resources)
                && let Some(resources) = section.located("resources")
            {
                let message = text!(
                    "`{}` sets {} in {}",
                    resources.path(),
                    missing,
                    Name(values.name())
                );
                out.push(out.value(values, &resources, message).help(ADVICE));
            }
        }
        for workload in workloads(&values.sections) {
            if let Some(replicas) = workload.replicas().filter(|replicas| replicas.number > 0)
                && lacks_resources(&workload.section)
            {
                let message = text!(
                    "{} sets no resources in {}, so the scheduler cannot place it well",
                    subject(&workload.section.path()),
                    Name(values.name())
                );
                let finding = out.value(values, &replicas.value, message);
                out.push(
                    finding.help("add `resources` with CPU and memory requests and a memory limit"),
                );
            }
        }
    }
}

const ADVICE: &str = "set what the program needs, for example `requests: {cpu: 500m, memory: 1Gi}`, `limits: {memory: 1Gi}`";

/// What a container's resources lack; none when nothing is, or when these are not a container's.
fn lacking(section: &Section<'_, '_>, resources: &Tree<'_>) -> Option<Text> {
    if resources.is_empty() {
        let is_container = section.get("image").is_some()
            || section.get("replicas").is_some()
            || section.get("replicaCount").is_some();
        return (is_container && !has_preset(section))
            .then(|| "no CPU request, no memory request and no memory limit".into());
    }
    let says = |kind: &str, name: &str| {
        resources
            .get_keys(&[kind, name])
            .is_some_and(|tree| !tree.is_empty())
    };
    let either = |name: &str| says("requests", name) || says("limits", name);
    let is_container = resources.get("requests").is_some() || resources.get("limits").is_some();
    if !is_container || either("storage") {
        return None;
    }
    let missing: Vec<&'static str> = [
        ("no CPU request", either("cpu")),
        ("no memory request", either("memory")),
        ("no memory limit", says("limits", "memory")),
    ]
    .into_iter()
    .filter_map(|(what, is_there)| (!is_there).then_some(what))
    .collect();
    let (last, before) = missing.split_last()?;
    Some(if before.is_empty() {
        Text::from(*last)
    } else {
        text!("{} and {}", Text::names(before, ", "), last)
    })
}

/// Whether a workload with an image sets no resources: not in its section, nor inside of it, nor around it.
fn lacks_resources(section: &Section<'_, '_>) -> bool {
    let names = |section: &Section<'_, '_>| {
        section
            .find(|key| key.to_ascii_lowercase().contains("resources"))
            .is_some()
    };
    let has_image = section.outwards().any(|section| {
        section
            .find(|key| key.to_ascii_lowercase().contains("image"))
            .is_some()
    });
    has_image
        && !section.outwards().any(|section| names(&section))
        && !section
            .everywhere()
            .any(|other| section.contains(&other) && names(&other))
}

/// `resourcesPreset: small`: charts that choose the resources by a word.
fn has_preset(section: &Section<'_, '_>) -> bool {
    section
        .find(|key| key.eq_ignore_ascii_case("resourcesPreset"))
        .and_then(|(_, tree)| tree.as_str())
        .is_some_and(|preset| !preset.is_empty() && preset != "none")
}

fn subject(section: &Path) -> Text {
    if section.is_root() {
        "the workload".into()
    } else {
        text!("`{}`", section)
    }
}
