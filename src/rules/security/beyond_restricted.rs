//! `security/beyond-restricted`.

use envlint_yaml::Value;

use crate::manifests::{PodContainer, RenderedObject, items};
use crate::masking::{ObjectName, Text, text};
use crate::rules::{AppContext, Check, Reporter, rule};

rule! {
    /// A container does not meet the Restricted Pod Security Standard.
    ///
    /// ## What it does
    ///
    /// Looks at all containers and init containers that the chart renders for an environment. Each has to set, by itself or
    /// by its pod, what the Restricted level of Kubernetes' Pod Security Standards requires: `runAsNonRoot: true`,
    /// `allowPrivilegeEscalation: false`, a seccomp profile, and `capabilities: {drop: [ALL]}`.
    ///
    /// The rule is off, unless envlint.yaml says `rules: {extends: strict}`, `rules: {extends: security}`, or gives the rule
    /// a severity: most charts do not meet that level, and not every team wants to.
    ///
    /// ## Why it matters
    ///
    /// A hole in the program is then a hole in one container only. In a namespace with the label
    /// `pod-security.kubernetes.io/enforce: restricted`, the API server refuses other pods.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// containers:
    ///   - name: web
    ///     image: registry.example.com/shop:1.4.0
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// securityContext:
    ///   runAsNonRoot: true
    ///   seccompProfile: {type: RuntimeDefault}
    /// containers:
    ///   - name: web
    ///     image: registry.example.com/shop:1.4.0
    ///     securityContext:
    ///       allowPrivilegeEscalation: false
    ///       capabilities: {drop: [ALL]}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted)
    "security/beyond-restricted", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        for object in cx.manifests.objects(values.name()).unwrap_or_default() {
            for container in object.containers() {
                let lacks = lacks(object, &container);
                if lacks.is_empty() {
                    continue;
                }
                let path = container.path.key("securityContext");
                let place = cx.manifests.place_of(values.name(), object, Some(&path));
                let Some(place) = place else { continue };
                let subject = text!(
                    "the container `{}` of {}",
                    ObjectName(container.name()),
                    object.called()
                );
                let lacks = Text::sentence(lacks.into_iter().map(Text::from));
                // All templates of a chart that forget the same are one cause.
                let chart = object.template.split('/').next().unwrap_or_default();
                let finding = out
                    .finding(place, text!("{} {}", subject, lacks))
                    .environment(values.name())
                    .help("set `securityContext`: `runAsNonRoot: true`, `allowPrivilegeEscalation: false`, `capabilities: {drop: [ALL]}`, `seccompProfile: {type: RuntimeDefault}`")
                    .once_of(chart, lacks, subject);
                out.push(finding);
            }
        }
    }
}

/// What a container does not set.
fn lacks(object: &RenderedObject, container: &PodContainer<'_>) -> Vec<&'static str> {
    let pod = object
        .pod_spec()
        .and_then(|(spec, _)| spec.get("securityContext"));
    let own = |keys: &[&str]| {
        let keys: Vec<&str> = ["securityContext"].iter().chain(keys).copied().collect();
        container.at(&keys)
    };
    let either = |keys: &[&str]| {
        let of_pod = || keys.iter().try_fold(pod?, |value, key| value.get(key));
        own(keys).or_else(of_pod)
    };
    let dropped = items(own(&["capabilities", "drop"])).iter();
    let mut dropped = dropped.filter_map(Value::as_str);
    let profile = either(&["seccompProfile", "type"]).and_then(Value::as_str);
    [
        (
            "may run as root",
            either(&["runAsNonRoot"]) == Some(&Value::Bool(true)),
        ),
        (
            "may gain privileges",
            own(&["allowPrivilegeEscalation"]) == Some(&Value::Bool(false)),
        ),
        (
            "keeps its capabilities",
            dropped.any(|name| name.eq_ignore_ascii_case("all")),
        ),
        (
            "has no seccomp profile",
            matches!(profile, Some("RuntimeDefault" | "Localhost")),
        ),
    ]
    .into_iter()
    .filter_map(|(lacks, is_right)| (!is_right).then_some(lacks))
    .collect()
}
