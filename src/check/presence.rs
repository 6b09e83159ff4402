//! What each app brings to its namespaces, for findings about what is not there: another app may bring it, or a plain
//! manifest.

use std::collections::HashMap;
use std::sync::Arc;

use super::applied::leave_out_applied;
use crate::manifests::{Brought, BroughtObject};
use crate::rules::{Absent, Finding, Wanted};
use crate::workspace::{App, Workspace};

/// Whether an app brings what a finding misses to an environment, or may do so.
fn may_have(brought: &Brought, absent: &Absent) -> bool {
    let Some(objects) = &brought.objects else {
        return brought.namespace == absent.namespace;
    };
    let is_there = |object: &&BroughtObject| brought.namespace_of(object) == absent.namespace;
    let mut there = objects.iter().filter(is_there);
    match &absent.what {
        Wanted::Object { kind, name } => {
            there.any(|object| object.kind == *kind && object.name == *name)
                || kind == "Secret" && brought.makes_secret(&absent.namespace, name)
        }
        Wanted::Scaler { kind, name } => there.any(|object| {
            let scaled = object.scaled.as_ref();
            scaled.is_some_and(|(of, target)| of == kind && target == name)
        }),
        Wanted::Pods(selector) => there.any(|object| {
            let labels = object.pod_labels.as_ref();
            labels.is_some_and(|labels| selector.matches(labels))
        }),
        Wanted::Services(selector) => there.any(|object| {
            let labels = object.labels.as_ref();
            labels.is_some_and(|labels| selector.matches(labels))
        }),
    }
}

/// Leaves out findings about what another app of the namespace brings, or may bring.
pub(super) fn without_present(workspace: &Workspace, all: &[Brought], findings: &mut Vec<Finding>) {
    let mut brought: HashMap<&Arc<str>, Vec<&Brought>> = HashMap::new();
    for one in all {
        brought.entry(&one.app).or_default().push(one);
    }
    findings.retain(|finding| {
        let Some(absent) = &finding.absent else {
            return true;
        };
        let is_other = |app: &&App| Some(&app.name) != finding.app.as_ref();
        let mut others = workspace.apps.iter().filter(is_other);
        !others.any(|app| may_bring(app, finding, absent, brought.get(&app.name)))
    });
    leave_out_applied(workspace, findings);
}

/// Whether another app may have what a finding misses.
fn may_bring(
    app: &App,
    finding: &Finding,
    absent: &Absent,
    brought: Option<&Vec<&Brought>>,
) -> bool {
    let environment = finding.environment.as_deref().unwrap_or_default();
    match brought {
        Some(all) => all
            .iter()
            .any(|one| *one.environment == *environment && may_have(one, absent)),
        // It was not checked.
        None => {
            app.deployment(environment).is_some() && app.namespace(environment) == absent.namespace
        }
    }
}
