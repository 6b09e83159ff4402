//! What a cluster holds besides the objects that a chart renders: what operators and controllers make of them.

use envlint_yaml::Value;

use super::kubernetes;
use super::rendered::{RenderedObject, items};

/// Groups of custom resources of which no pods and no Services are made.
const QUIET_GROUPS: [&str; 27] = [
    "acme.cert-manager.io",
    "aquasecurity.github.io",
    "autoscaling.k8s.io",
    "bitnami.com",
    "cert-manager.io",
    "cilium.io",
    "cloud.google.com",
    "config.gatekeeper.sh",
    "configuration.konghq.com",
    "constraints.gatekeeper.sh",
    "crd.projectcalico.org",
    "elbv2.k8s.aws",
    "external-secrets.io",
    "generators.external-secrets.io",
    "getambassador.io",
    "kyverno.io",
    "linkerd.io",
    "networking.gke.io",
    "networking.istio.io",
    "policy.linkerd.io",
    "route.openshift.io",
    "secrets-store.csi.x-k8s.io",
    "secrets.hashicorp.com",
    "security.istio.io",
    "snapshot.storage.k8s.io",
    "traefik.containo.us",
    "traefik.io",
];

/// Kinds of which no pods and no Services are made, in groups that have others.
const QUIET_KINDS: [(&str, &str); 17] = [
    ("argoproj.io", "AnalysisTemplate"),
    ("argoproj.io", "Rollout"),
    ("gateway.networking.k8s.io", "GRPCRoute"),
    ("gateway.networking.k8s.io", "HTTPRoute"),
    ("gateway.networking.k8s.io", "ReferenceGrant"),
    ("gateway.networking.k8s.io", "TCPRoute"),
    ("gateway.networking.k8s.io", "TLSRoute"),
    ("gateway.networking.k8s.io", "UDPRoute"),
    ("keda.sh", "ScaledObject"),
    ("keda.sh", "TriggerAuthentication"),
    ("monitoring.coreos.com", "AlertmanagerConfig"),
    ("monitoring.coreos.com", "PodMonitor"),
    ("monitoring.coreos.com", "Probe"),
    ("monitoring.coreos.com", "PrometheusRule"),
    ("monitoring.coreos.com", "ScrapeConfig"),
    ("monitoring.coreos.com", "ServiceMonitor"),
    ("flagger.app", "MetricTemplate"),
];

/// What a program has to be allowed so that it starts pods.
const STARTERS: [&str; 9] = [
    "*",
    "cronjobs",
    "daemonsets",
    "deployments",
    "jobs",
    "pods",
    "replicasets",
    "services",
    "statefulsets",
];

/// Whether pods or Services may be there that none of these objects is: an operator makes them of a custom resource, or a
/// program of the chart is allowed to.
pub(super) fn may_hold_others(objects: &[RenderedObject]) -> bool {
    objects
        .iter()
        .any(|object| is_made_into_more(object) || starts_others(object))
}

fn is_made_into_more(object: &RenderedObject) -> bool {
    let (group, kind) = (object.group(), object.kind.as_str());
    let is_quiet = QUIET_GROUPS.contains(&group) || QUIET_KINDS.contains(&(group, kind));
    !is_quiet && !kubernetes::is_own_group(&object.api_version)
}

fn starts_others(object: &RenderedObject) -> bool {
    let has = |rule: &Value, key: &str, wanted: &[&str]| {
        let mut words = items(rule.get(key)).iter().filter_map(Value::as_str);
        words.any(|word| wanted.contains(&word))
    };
    object.kind.ends_with("Role")
        && object.group() == "rbac.authorization.k8s.io"
        && items(object.at(&["rules"]))
            .iter()
            .any(|rule| has(rule, "verbs", &["*", "create"]) && has(rule, "resources", &STARTERS))
}
