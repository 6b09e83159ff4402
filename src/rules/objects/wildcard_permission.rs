//! `objects/wildcard-permission`.

use envlint_yaml::{Path, Value};

use crate::manifests::{RenderedObject, items};
use crate::masking::{Text, text};
use crate::rules::{AppContext, Check, Reporter, rule};

rule! {
    /// A role allows everything.
    ///
    /// ## What it does
    ///
    /// Reports, among the objects that the chart renders for an environment:
    ///
    /// - a Role or a ClusterRole with `*` for verbs and for resources, in all API groups or in that of Kubernetes' core;
    /// - a binding to the ClusterRole `cluster-admin`.
    ///
    /// Ignored: `*` for the resources of a custom API group, which an operator owns, and hooks.
    ///
    /// ## Why it matters
    ///
    /// Whoever gets into one pod with that ServiceAccount reads every Secret of the namespace, or of the cluster, and
    /// starts pods of its own.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// kind: Role
    /// rules:
    ///   - apiGroups: ["*"]
    ///     resources: ["*"]
    ///     verbs: ["*"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// kind: Role
    /// rules:
    ///   - apiGroups: [""]
    ///     resources: [configmaps]
    ///     verbs: [get, list, watch]
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: RBAC good practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/)
    "objects/wildcard-permission", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        let objects = cx.manifests.objects(values.name()).unwrap_or_default();
        for object in objects.iter().filter(|object| !object.is_hook) {
            let Some((path, message, scope)) = allows_all(object) else {
                continue;
            };
            let Some(finding) = out.field(cx, values, (object, &path), message) else {
                continue;
            };
            let file = finding.line_mark();
            let finding = finding
                .help("list the resources and verbs that the program uses")
                .once_of(file, "everything", object.called())
                .ending(scope);
            out.push(finding);
        }
    }
}

/// Where an object allows everything, what is said of it, and what everything is.
fn allows_all(object: &RenderedObject) -> Option<(Path, Text, &'static str)> {
    if object.group() != "rbac.authorization.k8s.io" {
        return None;
    }
    let scope = match object.kind.as_str() {
        "Role" | "RoleBinding" => ": every verb on every resource of its namespace",
        "ClusterRole" | "ClusterRoleBinding" => ": every verb on every resource of the cluster",
        _ => return None,
    };
    if object.kind.ends_with("Binding") {
        let named = |key: &str| object.at(&["roleRef", key]).and_then(Value::as_str);
        let is_admin =
            named("kind") == Some("ClusterRole") && named("name") == Some("cluster-admin");
        let path = Path::root().key("roleRef").key("name");
        let message = text!("{} gives the role `cluster-admin`", object.called());
        return is_admin.then_some((path, message, scope));
    }
    let has = |rule: &Value, key: &str, wanted: &[&str]| {
        let mut words = items(rule.get(key)).iter().filter_map(Value::as_str);
        words.any(|word| wanted.contains(&word))
    };
    let mut rules = items(object.at(&["rules"])).iter();
    let index = rules.position(|rule| {
        has(rule, "verbs", &["*"])
            && has(rule, "resources", &["*"])
            && has(rule, "apiGroups", &["*", ""])
    })?;
    let path = Path::root().key("rules").index(index).key("verbs").index(0);
    let message = text!("{} allows everything", object.called());
    Some((path, message, scope))
}
