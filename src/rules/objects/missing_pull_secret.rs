//! `objects/missing-pull-secret`.

use std::collections::BTreeMap;

use envlint_yaml::{Path, Value};

use super::by_name::ByName;
use crate::manifests::{RenderedObject, items};
use crate::masking::{ObjectName, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Confidence;

rule! {
    /// A pod has no pull secret for a registry for which all others have one.
    ///
    /// ## What it does
    ///
    /// Compares the pods that the chart renders for an environment: those with images of one registry and owner, such as
    /// `registry.example.com/shop/…`. Where two or more have `imagePullSecrets`, of their own or of their ServiceAccount,
    /// and one has none, that one is reported.
    ///
    /// Ignored: pods with a ServiceAccount that the chart does not render, since that may have the secret.
    ///
    /// ## Why it matters
    ///
    /// A node that does not have the image yet cannot pull it: the pod stays in `ImagePullBackOff`. It shows late, when the
    /// pod first starts on a new node.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// kind: CronJob
    /// spec:
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           containers:
    ///             - {name: report, image: registry.example.com/shop/report:1.4.0}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// kind: CronJob
    /// spec:
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           imagePullSecrets: [{name: registry}]
    ///           containers:
    ///             - {name: report, image: registry.example.com/shop/report:1.4.0}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: pull an image from a private registry](https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/)
    "objects/missing-pull-secret", Warning, Check::App(check)
}

/// So many others have a secret.
const FEWEST: usize = 2;

/// The pods with images of one registry.
#[derive(Default)]
struct Pulling<'o> {
    with: Vec<&'o RenderedObject>,
    without: Vec<(&'o RenderedObject, Path)>,
    unknown: usize,
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        let objects = cx.manifests.objects(values.name()).unwrap_or_default();
        let mut registries: BTreeMap<&str, Pulling<'_>> = BTreeMap::new();
        let own = cx.app.namespace(values.name());
        let known = ByName::of(objects, &own);
        for object in objects.iter().filter(|object| !object.is_hook) {
            let has_secret = has_secret(object, &known);
            for container in object.containers() {
                let image = container.at(&["image"]).and_then(Value::as_str);
                let Some(registry) = image.and_then(registry) else {
                    continue;
                };
                let pulling = registries.entry(registry).or_default();
                match has_secret {
                    Some(true) => {
                        if pulling
                            .with
                            .last()
                            .is_none_or(|last| !std::ptr::eq(*last, object))
                        {
                            pulling.with.push(object);
                        }
                    }
                    Some(false) => pulling.without.push((object, container.path.key("image"))),
                    None => pulling.unknown += 1,
                }
            }
        }
        for (registry, pulling) in &registries {
            say(cx, values, registry, pulling, out);
        }
    }
}

fn say(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    registry: &str,
    pulling: &Pulling<'_>,
    out: &mut Reporter<'_>,
) {
    let Some((object, path)) = pulling.without.first() else {
        return;
    };
    let mut others = pulling.without.iter();
    let is_only = others.all(|(other, _)| std::ptr::eq(*other, *object)) && pulling.unknown == 0;
    if !is_only || pulling.with.len() < FEWEST {
        return;
    }
    let message = text!(
        "{} pulls an image of `{}` without a pull secret",
        object.called(),
        ObjectName(registry)
    );
    let Some(finding) = out.field(cx, values, (object, path), message.clone()) else {
        return;
    };
    let mark = finding.line_mark();
    let mut finding = finding
        .help("add `imagePullSecrets` to the pod, or to its ServiceAccount")
        .once_of(mark, message, object.called())
        .ending(text!(
            ", while {} other pods of the chart have one",
            pulling.with.len()
        ))
        .confidence(Confidence::Medium);
    let secrets = pulling.with.first().and_then(|with| {
        let place = cx.manifests.place_of(values.name(), with, None)?;
        Some((place, text!("{} has one", with.called())))
    });
    if let Some((place, said)) = secrets {
        finding = finding.note(place, said);
    }
    out.push(finding);
}

/// Whether the pod of an object has a pull secret; none where nobody knows, or where it makes no pod.
fn has_secret(object: &RenderedObject, known: &ByName<'_>) -> Option<bool> {
    let (spec, _) = object.pod_spec()?;
    if !items(spec.get("imagePullSecrets")).is_empty() {
        return Some(true);
    }
    let named = ["serviceAccountName", "serviceAccount"].into_iter();
    let mut named = named.filter_map(|key| spec.get(key)?.as_str());
    let account = named.next().filter(|name| !name.is_empty());
    let Some(account) = account.filter(|name| *name != "default") else {
        return Some(false);
    };
    let account = known.of_kind("ServiceAccount", object)?.get(account)?;
    Some(!items(account.at(&["imagePullSecrets"])).is_empty())
}

/// The registry and the owner of an image; none where it names no registry.
fn registry(image: &str) -> Option<&str> {
    let (host, rest) = image.split_once('/')?;
    if !host.contains(['.', ':']) {
        return None;
    }
    let owner = rest.split_once('/').map_or("", |(owner, _)| owner);
    let end = match owner {
        "" => host.len(),
        owner => host.len() + 1 + owner.len(),
    };
    image.get(..end)
}
