//! From the text of templates to manifests (Helm: pkg/release/v1/util): splitting, hooks, order.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use envlint_yaml::Document;

use super::engine::Output;
use super::error::Error;
use crate::chart::Head;
use crate::values::Instance;
use crate::warning::Warning;

/// One Kubernetes object as a template printed it.
#[derive(Debug)]
pub struct Manifest {
    /// The whole name of the template: `parent/charts/child/templates/a.yaml`.
    pub template: String,
    /// The object's text, which is what Helm prints, to the byte.
    pub text: String,
    /// Where the text begins in the output of the template.
    pub(super) start: usize,
    document: OnceLock<Document>,
    /// `apiVersion`, empty when there is none.
    pub api_version: String,
    /// `kind`, empty when there is none.
    pub kind: String,
    /// `metadata.name`, empty when there is none.
    pub name: String,
    /// `metadata.annotations`
    pub annotations: BTreeMap<String, String>,
    /// What makes it a hook, when it is one.
    pub hook: Option<Hook>,
}

impl Manifest {
    /// The object's tree; its offsets are those of the text.
    pub fn document(&self) -> &Document {
        self.document
            .get_or_init(|| Document::parse(self.text.as_str()))
    }
}

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookEvent {
    /// `pre-install`
    PreInstall,
    /// `post-install`
    PostInstall,
    /// `pre-delete`
    PreDelete,
    /// `post-delete`
    PostDelete,
    /// `pre-upgrade`
    PreUpgrade,
    /// `post-upgrade`
    PostUpgrade,
    /// `pre-rollback`
    PreRollback,
    /// `post-rollback`
    PostRollback,
    /// `test`, `test-success`
    Test,
}

impl HookEvent {
    fn parse(text: &str) -> Option<HookEvent> {
        Some(match text {
            "pre-install" => HookEvent::PreInstall,
            "post-install" => HookEvent::PostInstall,
            "pre-delete" => HookEvent::PreDelete,
            "post-delete" => HookEvent::PostDelete,
            "pre-upgrade" => HookEvent::PreUpgrade,
            "post-upgrade" => HookEvent::PostUpgrade,
            "pre-rollback" => HookEvent::PreRollback,
            "post-rollback" => HookEvent::PostRollback,
            "test" | "test-success" => HookEvent::Test,
            _ => return None,
        })
    }
}

/// What the annotations of a hook say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// `helm.sh/hook`
    pub events: Vec<HookEvent>,
    /// `helm.sh/hook-weight`; 0 when it is no number.
    pub weight: i64,
}

impl Hook {
    /// Whether `--skip-tests` leaves it out.
    pub fn is_test(&self) -> bool {
        self.events.contains(&HookEvent::Test)
    }
}

/// A file of `crds/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crd {
    /// The name that Helm prints: `parent/charts/child/crds/a.yaml`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// More objects than a cluster takes from one release by far.
const MOST_OBJECTS: usize = 100_000;

pub(super) struct Sorted {
    pub(super) manifests: Vec<Manifest>,
    pub(super) hooks: Vec<Manifest>,
}

/// Splits the outputs into manifests, tells hooks from others and sorts both by kind (Helm: SortManifests).
pub(super) fn sort(mut outputs: Vec<Output>, warnings: &mut Vec<Warning>) -> Result<Sorted, Error> {
    outputs.sort_by(|a, b| a.template.cmp(&b.template));
    let (mut manifests, mut hooks) = (Vec::new(), Vec::new());
    for output in &outputs {
        for (start, text) in places(&output.text) {
            if manifests.len() + hooks.len() == MOST_OBJECTS {
                let message = format!("the chart makes more than {MOST_OBJECTS} objects");
                return Err(Error::beyond(&output.template, message));
            }
            let manifest =
                read(&output.template, (start, text)).map_err(|e| e.with_outputs(all(&outputs)))?;
            match manifest.annotations.get("helm.sh/hook") {
                None => manifests.push(manifest),
                Some(events) => match hook(events, &manifest.annotations) {
                    Some(hook) => hooks.push(Manifest {
                        hook: Some(hook),
                        ..manifest
                    }),
                    None => warnings.push(Warning::Hook {
                        events: events.clone(),
                    }),
                },
            }
        }
    }
    // Both sorts are stable: objects of one kind stay in the order of their templates.
    manifests.sort_by(by_kind);
    hooks.sort_by(by_kind);
    Ok(Sorted { manifests, hooks })
}

/// Everything that was rendered, as Helm shows it when it cannot be read.
fn all(outputs: &[Output]) -> String {
    let filled = outputs
        .iter()
        .filter(|output| !output.text.trim().is_empty());
    filled
        .map(|output| format!("---\n# Source: {}\n{}\n", output.template, output.text))
        .collect()
}

/// The objects of a text (Helm: SplitManifests): what stands between lines that begin with `---`, without white space before it.
pub(crate) fn split(text: &str) -> Vec<&str> {
    places(text).into_iter().map(|(_, part)| part).collect()
}

/// The same, each with the place where it begins.
fn places(whole: &str) -> Vec<(usize, &str)> {
    let text = whole.trim_start();
    let before = whole.len() - text.len();
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        if let Some(rest) = line.strip_prefix("---") {
            parts.push((start, text.get(start..at).unwrap_or_default()));
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            start = at + "---".len() + blanks;
        }
        at += line.len();
    }
    parts.push((start, text.get(start..).unwrap_or_default()));
    let trimmed = parts.into_iter().map(|(start, part)| {
        let object = part.trim_start();
        (before + start + (part.len() - object.len()), object)
    });
    trimmed.filter(|(_, object)| !object.is_empty()).collect()
}

fn read(template: &str, (start, text): (usize, &str)) -> Result<Manifest, Error> {
    let failed = |why: &dyn std::fmt::Display| {
        Error::manifest(template, format!("YAML parse error on {template}: {why}"))
    };
    let document = OnceLock::new();
    let head = match super::skim::head(text) {
        Some(head) => head,
        None => {
            let whole = crate::read::parse(text)
                .map_err(|e| failed(&format!("error converting YAML to JSON: {e}")))?;
            Head::read(document.get_or_init(|| whole).root())
        }
    };
    let head = head.map_err(|e| failed(&e))?;
    Ok(Manifest {
        template: template.to_owned(),
        text: text.to_owned(),
        start,
        document,
        api_version: head.api_version,
        kind: head.kind,
        name: head.name,
        annotations: head.annotations,
        hook: None,
    })
}

/// The hook that the annotations describe; none when an event is unknown.
fn hook(events: &str, annotations: &BTreeMap<String, String>) -> Option<Hook> {
    let events = events
        .split(',')
        .map(|event| HookEvent::parse(&event.trim().to_lowercase()))
        .collect::<Option<Vec<_>>>()?;
    let weight = annotations
        .get("helm.sh/hook-weight")
        .and_then(|weight| weight.parse().ok())
        .unwrap_or(0);
    Some(Hook { events, weight })
}

/// Known kinds in the order of installation, then the others by name.
fn by_kind(a: &Manifest, b: &Manifest) -> std::cmp::Ordering {
    let rank = |kind: &str| {
        INSTALL_ORDER
            .iter()
            .position(|known| *known == kind)
            .unwrap_or(INSTALL_ORDER.len())
    };
    let (first, second) = (rank(&a.kind), rank(&b.kind));
    let unknown = first == INSTALL_ORDER.len() && second == INSTALL_ORDER.len();
    first.cmp(&second).then_with(|| {
        if unknown {
            a.kind.cmp(&b.kind)
        } else {
            std::cmp::Ordering::Equal
        }
    })
}

/// The files of `crds/` of a chart, then of its subcharts (Helm: Chart.CRDObjects).
pub(super) fn crds(chart: &Instance<'_>) -> Vec<Crd> {
    fn collect(chart: &Instance<'_>, path: &str, found: &mut Vec<Crd>) {
        let crd = |file: &crate::source::SourceFile| Crd {
            name: format!("{path}/{}", file.name()),
            text: file.text().into_owned(),
        };
        found.extend(chart.chart.crds().map(crd));
        for subchart in &chart.dependencies {
            collect(
                subchart,
                &format!("{path}/charts/{}", subchart.name()),
                found,
            );
        }
    }
    let mut found = Vec::new();
    collect(chart, chart.name(), &mut found);
    found
}

/// Helm: kind_sorter.go, InstallOrder.
const INSTALL_ORDER: &[&str] = &[
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_split_where_helm_splits() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("\n \n", &[]),
            ("a: 1\n", &["a: 1\n"]),
            ("---\na: 1\n---\n\n  b: 2\n", &["a: 1\n", "b: 2\n"]),
            ("\n\n---\n---  \t\na: 1", &["a: 1"]),
            ("a: 1\n---b: 2\n", &["a: 1\n", "b: 2\n"]),
            ("a: 1\n--- # c\nb: 2\n", &["a: 1\n", "# c\nb: 2\n"]),
            ("a: |\n  ---\n  x\n", &["a: |\n  ---\n  x\n"]),
            ("a: 1\n----\nb: 2\n", &["a: 1\n", "-\nb: 2\n"]),
        ];
        for (text, expected) in cases {
            assert_eq!(split(text), *expected, "{text:?}");
            for (start, part) in places(text) {
                assert!(text[start..].starts_with(part), "{text:?}");
            }
        }
    }
}
