//! `production/missing-resources`.

use std::collections::BTreeSet;

use envlint_helm::Coverage;
use envlint_yaml::{Path, Segment, Value};

use super::template_object::line_of;
use super::{counts, workloads_of};
use crate::manifests::{RenderedObject, RenderedWorkload, items};
use crate::masking::{ObjectName, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::Severity;
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
    /// Where the chart renders, the containers decide: values are only reported when a template reads them and makes a
    /// container that lacks resources, and a container that gets them from no value is reported at its template. Without
    /// a chart, a finding is an info.
    ///
    /// The message says so where an autoscaler goes by the share of the request that a pod uses, which Kubernetes cannot compute
    /// without one.
    ///
    /// All sections of a file that lack the same are one finding, and so are all templates of a chart.
    ///
    /// Ignored: sections that are turned off (`enabled: false`), init containers, and resources that are not of containers,
    /// such as the `storage` of a volume.
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
    let mut templates: BTreeSet<String> = BTreeSet::new();
    for (values, _) in cx.production() {
        let mut placed: BTreeSet<&str> = BTreeSet::new();
        for section in values
            .sections
            .iter()
            .filter(|section| !is_foreign(section))
        {
            if let Some(resources) = section.get("resources")
                && !is_of_init(&section.path())
                && let Some(missing) = lacking(&section, resources)
                && let Some(resources) = section.located("resources")
                && counts(cx, values, resources.path(), resources.tree())
            {
                let made = workloads_of(cx, values, resources.path());
                let poor = made.as_ref().map(|made| poor(made));
                if poor.as_ref().is_some_and(Vec::is_empty) {
                    continue;
                }
                placed.extend(poor.iter().flatten().map(|made| &*made.name));
                let message = text!("`{}` sets {}", resources.path(), missing);
                let finding = out.written(cx, values, &resources, message);
                let finding = finding.help(advice(cx, resources.path()));
                let mut poor_ones = poor.iter().flatten();
                let unscaled = poor_ones.find_map(|made| unscaled(cx, values, made));
                let unscaled = unscaled.unwrap_or_default();
                let finding = finding.once(text!("{}{}", missing, unscaled), unscaled);
                out.push(lowered(finding, poor.is_some(), out));
            }
        }
        let known = cx.manifests.workloads(values.name());
        match known.filter(|_| cx.has_known_layers()) {
            Some(made) => {
                let left: Vec<&RenderedWorkload> = made
                    .iter()
                    .filter(|made| !placed.contains(&*made.name))
                    .collect();
                // What an environment before it has said is not said again.
                let mut new = poor(&left);
                new.retain(|made| !templates.contains(&made.template));
                for made in &new {
                    in_template(cx, values, made, out);
                }
                templates.extend(new.iter().map(|made| made.template.clone()));
            }
            None => by_words(cx, values, out),
        }
    }
}

/// Whether a section is one of init containers: they end before the others begin, whose requests the pod is placed by.
fn is_of_init(section: &Path) -> bool {
    section.segments().iter().any(|segment| match segment {
        Segment::Key(key) => key.to_ascii_lowercase().starts_with("initcontainer"),
        _ => false,
    })
}

/// The workloads with a container that lacks resources.
fn poor<'m>(made: &[&'m RenderedWorkload]) -> Vec<&'m RenderedWorkload> {
    let is_poor = |made: &&&RenderedWorkload| {
        let mut containers = made.containers.iter();
        containers.any(|container| !container.lacks().is_empty())
    };
    made.iter().filter(is_poor).copied().collect()
}

/// Where nobody knows what the chart makes of the values, this is only to be thought of.
fn lowered(finding: Finding, is_known: bool, out: &Reporter<'_>) -> Finding {
    match is_known {
        true => finding,
        false => out.lower_severity(Severity::Info, finding),
    }
}

/// A workload that gets its resources from no value: each of its containers is reported at the template that makes it.
fn in_template(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    made: &RenderedWorkload,
    out: &mut Reporter<'_>,
) {
    let object = (&*made.kind, &*made.name, &*made.template);
    let Some(location) = cx.manifests.template_of(values.name(), object) else {
        return;
    };
    // Where its template lists the containers, or else begins the object.
    let listed =
        line_of(&location, "containers:").map_or_else(|| location.clone(), |line| line.key);
    // All templates of a chart that forget them are one cause: whoever wrote the chart.
    let directory = cx.chart.map_or("", |chart| chart.directory.as_str());
    let unscaled = unscaled(cx, values, made).unwrap_or_default();
    for container in &made.containers {
        let lacks = container.lacks();
        if lacks.is_empty() {
            continue;
        }
        let missing = Text::sentence(lacks.into_iter().map(Text::from));
        let subject = text!(
            "container `{}` of {} `{}`",
            ObjectName(&container.name),
            ObjectName(&made.kind),
            ObjectName(&made.name)
        );
        let message = text!("{} sets {}", subject, missing);
        let finding = out.finding(listed.clone(), message);
        let finding = finding
            .environment(values.name())
            .help(IN_TEMPLATE)
            .once_of(directory, text!("{}{}", missing, unscaled), subject)
            .ending(unscaled.clone());
        out.push(finding);
    }
}

/// What becomes of the autoscaler that goes by how much of its request a container uses, where one has none: Kubernetes does not
/// compute it (pkg/controller/podautoscaler, `calculatePodRequests`). A LimitRange may give it one.
fn unscaled(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    made: &RenderedWorkload,
) -> Option<Text> {
    let objects = cx.manifests.objects(values.name())?;
    if objects.iter().any(|object| object.kind == "LimitRange") {
        return None;
    }
    let target = (&*made.kind, &*made.name);
    let mut scalers = objects
        .iter()
        .filter(|object| object.scaled() == Some(target));
    scalers.find_map(|scaler| {
        let asked = utilization(scaler);
        let lacks = |resource: &str| {
            let mut containers = made.containers.iter();
            containers.any(|container| match resource {
                "cpu" => !container.requests_cpu,
                _ => !container.requests_memory,
            })
        };
        let resource = asked.into_iter().find(|resource| lacks(resource))?;
        Some(text!(
            ", so {} cannot tell how much of its {} request a pod uses, and does not scale",
            scaler.called(),
            if resource == "cpu" { "CPU" } else { "memory" }
        ))
    })
}

/// The resources of whose requests an autoscaler takes a percentage.
fn utilization(scaler: &RenderedObject) -> Vec<&'static str> {
    const RESOURCES: [&str; 2] = ["cpu", "memory"];
    let known = |name: &str| RESOURCES.into_iter().find(|resource| *resource == name);
    let text = |value: &Value, keys: &[&str]| {
        let found = keys.iter().try_fold(value, |value, key| value.get(key));
        found.and_then(Value::as_str).map(str::to_owned)
    };
    let metrics = items(scaler.at(&["spec", "metrics"]))
        .iter()
        .filter_map(|metric| {
            let resource = metric.get("resource")?;
            let is_share = text(resource, &["target", "type"]).as_deref() == Some("Utilization")
                || resource.get("targetAverageUtilization").is_some();
            known(&text(resource, &["name"])?).filter(|_| is_share)
        });
    // KEDA: https://keda.sh/docs/latest/scalers/cpu/
    let triggers = items(scaler.at(&["spec", "triggers"]))
        .iter()
        .filter_map(|trigger| {
            let kind =
                text(trigger, &["metricType"]).or_else(|| text(trigger, &["metadata", "type"]));
            known(&text(trigger, &["type"])?).filter(|_| kind.as_deref() == Some("Utilization"))
        });
    let of_first = scaler.at(&["spec", "targetCPUUtilizationPercentage"]);
    let of_first = of_first.map(|_| "cpu");
    metrics.chain(triggers).chain(of_first).collect()
}

const IN_TEMPLATE: &str = "give each container `resources` in the template, with requests of CPU and memory and a memory limit; values can set them per environment";

/// Without manifests, by the words that values use.
fn by_words(cx: &AppContext<'_>, values: &EnvironmentValues<'_>, out: &mut Reporter<'_>) {
    for workload in workloads(&values.sections) {
        if let Some(replicas) = workload.replicas().filter(|replicas| replicas.number > 0)
            && lacks_resources(&workload.section)
            && counts(cx, values, replicas.value.path(), replicas.value.tree())
        {
            let subject = subject(&workload.section.path());
            let message = text!("{} sets no resources", subject);
            let finding = out.written(cx, values, &replicas.value, message);
            let file = finding.location.source.path.clone();
            let finding = finding
                .help("add `resources` with CPU and memory requests and a memory limit")
                .once_of(file, "no resources", subject)
                .ending(", so the scheduler cannot place it well");
            out.push(lowered(finding, false, out));
        }
    }
}

/// How to set what a container lacks. Where the templates name what they take of the section, values alone may do nothing.
fn advice(cx: &AppContext<'_>, resources: &Path) -> Text {
    let kinds = ["requests", "limits"].into_iter();
    let unread = kinds.filter(|kind| cx.coverage(&resources.key(*kind)) == Coverage::Unread);
    let unread: Vec<Text> = unread
        .map(|kind| text!("`{}`", resources.key(kind)))
        .collect();
    match unread.is_empty() {
        true => ADVICE.into(),
        false => text!(
            "the chart's templates do not read {}: pass the section on as a whole there (`toYaml`), and set what the program needs",
            Text::sentence(unread)
        ),
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
    (!missing.is_empty()).then(|| Text::sentence(missing.into_iter().map(Text::from)))
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
