//! What each app brings to its namespaces, for findings about what is not there: another app may bring it.

use std::collections::HashMap;
use std::sync::Arc;

use envlint_yaml::Map;

use crate::rules::{Absent, AppContext, Finding, Wanted};
use crate::workspace::{App, Workspace};

/// What an app brings to one environment.
#[derive(Debug)]
pub(super) struct Presence {
    environment: Arc<str>,
    own: String,
    /// None where nobody knows: its chart is not here, or does not render.
    objects: Option<Vec<Present>>,
}

/// An object that an app brings.
#[derive(Debug)]
struct Present {
    kind: String,
    name: String,
    namespace: Option<String>,
    /// Of its pods.
    pod_labels: Option<Map>,
    /// Of the object itself, if it is a Service.
    labels: Option<Map>,
}

impl Presence {
    /// What an app brings to its environments.
    pub(super) fn of(cx: &AppContext<'_>) -> Vec<Presence> {
        let of_environment = |name: &Arc<str>| {
            let objects = cx.manifests.objects(name).map(|objects| {
                // What operators make of these objects is there, too.
                let secrets = objects.iter().filter(|object| object.kind != "Secret");
                let secrets = secrets.flat_map(|object| {
                    let names = object.secrets().into_iter();
                    names.map(|name| Present {
                        kind: "Secret".to_owned(),
                        name: name.to_owned(),
                        namespace: object.namespace.clone(),
                        pod_labels: None,
                        labels: None,
                    })
                });
                let present = objects.iter().map(|object| Present {
                    kind: object.kind.clone(),
                    name: object.name.clone(),
                    namespace: object.namespace.clone(),
                    pod_labels: object.pod_labels().cloned(),
                    labels: object
                        .labels()
                        .filter(|_| object.kind == "Service")
                        .cloned(),
                });
                present.chain(secrets).collect()
            });
            Presence {
                environment: Arc::clone(name),
                own: cx.app.namespace(name),
                objects,
            }
        };
        let names = cx.environments.iter().map(|values| values.name());
        names.map(of_environment).collect()
    }

    fn may_have(&self, absent: &Absent) -> bool {
        let Some(objects) = &self.objects else {
            return self.own == absent.namespace;
        };
        let is_there = |object: &&Present| {
            object.namespace.as_deref().unwrap_or(&self.own) == absent.namespace
        };
        objects
            .iter()
            .filter(is_there)
            .any(|object| match &absent.what {
                Wanted::Object { kind, name } => object.kind == *kind && object.name == *name,
                Wanted::Pods(selector) => {
                    let labels = object.pod_labels.as_ref();
                    labels.is_some_and(|labels| selector.matches(labels))
                }
                Wanted::Services(selector) => {
                    let labels = object.labels.as_ref();
                    labels.is_some_and(|labels| selector.matches(labels))
                }
            })
    }
}

/// Leaves out findings about what another app of the namespace brings, or may bring.
pub(super) fn without_present(
    workspace: &Workspace,
    presences: &HashMap<Arc<str>, Vec<Presence>>,
    findings: &mut Vec<Finding>,
) {
    findings.retain(|finding| {
        let Some(absent) = &finding.absent else {
            return true;
        };
        let is_other = |app: &&App| Some(&app.name) != finding.app.as_ref();
        let mut others = workspace.apps.iter().filter(is_other);
        !others.any(|app| may_bring(app, finding, absent, presences.get(&app.name)))
    });
}

/// Whether another app may have what a finding misses.
fn may_bring(
    app: &App,
    finding: &Finding,
    absent: &Absent,
    presences: Option<&Vec<Presence>>,
) -> bool {
    let environment = finding.environment.as_deref().unwrap_or_default();
    match presences {
        Some(presences) => presences
            .iter()
            .any(|presence| *presence.environment == *environment && presence.may_have(absent)),
        // It was not checked.
        None => {
            app.deployment(environment).is_some() && app.namespace(environment) == absent.namespace
        }
    }
}
