//! What a quota counts beside pods: the objects themselves.
//! <https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-on-object-count>

use super::object::PreviewObject;
use super::plan::Request;
use crate::masking::{Name, text};
use crate::source::{Problem, nearest};

/// What a ResourceQuota may limit by a name of its own.
const NAMES: [&str; 20] = [
    "configmaps",
    "cpu",
    "ephemeral-storage",
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "memory",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
    "requests.nvidia.com/gpu",
    "requests.storage",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
];

/// In billionths, as all amounts are.
const ONE: i128 = 1_000_000_000;

/// What of `preview.quota` no quota limits, and what the objects of a namespace are too many for.
pub(super) fn problems(
    request: &Request<'_>,
    namespace: &str,
    objects: &[&PreviewObject],
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, allowed) in request.config.quota.iter() {
        if !is_known(&name.value) {
            let message = text!("a ResourceQuota limits no `{}`", Name(&name.value));
            let problem = request.located(Some(name.span), message);
            problems.push(problem.suggest_or(
                nearest(&name.value, NAMES),
                "name a resource, such as `requests.cpu`, or a kind: `count/deployments.apps`",
            ));
        }
        let need = count(&name.value, objects) as i128 * ONE;
        if need > allowed.value.billionths {
            let message = text!(
                "the preview has {} of {} in {}, but `preview.quota` allows {}",
                (need / ONE).to_string(),
                Name(&name.value),
                Name(namespace),
                Name(&allowed.value.text)
            );
            let problem = request.located(Some(allowed.span), message);
            problems.push(problem.help("allow more under `preview.quota`"));
        }
    }
    problems
}

/// Whether a quota has the name: one of Kubernetes' own, a kind, a class of storage, or a resource of others.
fn is_known(name: &str) -> bool {
    let is_of_others = |name: &str| name.contains('.') && name.contains('/');
    NAMES.contains(&name)
        || name.starts_with("count/")
        || name.starts_with("hugepages-")
        || name.starts_with("requests.hugepages-")
        || is_of_others(name)
}

/// How many of the objects count for a name.
fn count(name: &str, objects: &[&PreviewObject]) -> usize {
    let is = |object: &&&PreviewObject| {
        let kind = object.kind.as_str();
        match name.strip_prefix("count/").unwrap_or(name) {
            "services" => kind == "Service",
            "configmaps" => kind == "ConfigMap",
            // The operators of these make a Secret each.
            "secrets" => matches!(kind, "Secret" | "ExternalSecret" | "SealedSecret"),
            // Counted with the claims of StatefulSets.
            "persistentvolumeclaims" => false,
            counted => {
                let (plural, group) = counted.split_once('.').unwrap_or((counted, ""));
                name.starts_with("count/") && group == object.group() && plural == plural_of(kind)
            }
        }
    };
    objects.iter().filter(is).count()
}

/// The name of a kind in addresses of the API.
fn plural_of(kind: &str) -> String {
    let kind = kind.to_ascii_lowercase();
    match kind.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ if kind.ends_with(['s', 'x']) => format!("{kind}es"),
        _ => format!("{kind}s"),
    }
}
