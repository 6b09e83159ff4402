//! `secrets/unserved-api-version`.

use std::collections::BTreeSet;

use crate::manifests::objects::{EXTERNAL_SECRETS, Violation, ViolationSort};
use crate::masking::{Name, Text, text};
use crate::rules::{AppContext, Check, Finding, Reporter, WorkspaceContext, rule};
use crate::source::{Confidence, Severity};
use crate::workspace::{ChartFiles, Workspace};

rule! {
    /// An object has an API version that the API server does not serve.
    ///
    /// ## What it does
    ///
    /// Looks at the objects of the External Secrets Operator, the Vault Secrets Operator, Sealed Secrets and the
    /// Secrets Store CSI driver that the workspace keeps as plain YAML, and reports those whose `apiVersion` is not
    /// served. The definitions that `schemas.crds` of `envlint.yaml` names replace the built-in ones.
    ///
    /// So are the objects that the charts of apps render, those in branches that no environment takes included: they are
    /// rendered with their switches on, and what is wrong with them is a warning.
    ///
    /// Operators give up versions: which ones are served, the operator's version decides. It is taken from the chart of the
    /// operator, where the workspace deploys it, or where a chart depends on it. A version that it still serves is fine.
    /// Where nothing tells the operator's version, all objects of a kind are one info.
    ///
    /// ## Why it matters
    ///
    /// The API server refuses the object, and with it the whole release.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// apiVersion: external-secrets.io/v1beta1
    /// kind: ExternalSecret
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// apiVersion: external-secrets.io/v1
    /// kind: ExternalSecret
    /// ```
    ///
    /// ## References
    ///
    /// - [External Secrets Operator: the move to v1](https://external-secrets.io/latest/introduction/deprecation-policy/)
    "secrets/unserved-api-version", Error, Check::Workspace(check), Check::App(check_rendered)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    out.violations(cx, ViolationSort::Unserved);
    if !cx.complete {
        return;
    }
    let operator = Operating::of(cx.workspace, None);
    for file in cx.objects() {
        for (object, violation) in &file.violations {
            if violation.own == ViolationSort::Retired {
                let path = violation.path.clone().unwrap_or_default();
                let place = file.location(*object, &path, false);
                let finding = out.again(violation.clone(), place);
                operator.push(finding, violation, out);
            }
        }
    }
}

fn check_rendered(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    out.rendered_violations(cx, ViolationSort::Unserved);
    let violations = cx.manifests.violations().iter();
    let mut retired = violations
        .filter(|found| found.violation.own == ViolationSort::Retired)
        .peekable();
    if retired.peek().is_some() {
        let operator = Operating::of(cx.workspace, cx.chart);
        for found in retired {
            let finding = out.again(found.violation.clone(), found.location.clone());
            operator.push(finding, &found.violation, out);
        }
    }
}

/// What is known of the operator that the cluster runs.
enum Operating {
    /// It still serves the versions that were given up later.
    Older,
    /// It gave them up.
    Newer,
    /// Nothing tells its version.
    Unknown,
}

impl Operating {
    /// By the versions of its chart that the workspace deploys, or that a chart depends on. Several have to agree.
    fn of(workspace: &Workspace, chart: Option<&ChartFiles>) -> Operating {
        let deployments = workspace.apps.iter().flat_map(|app| &app.deployments);
        let deployed = deployments.filter_map(|deployment| {
            let (chart, version) = deployment.chart.as_deref()?.rsplit_once('@')?;
            let name = chart.rsplit('/').next()?;
            (name == EXTERNAL_SECRETS.chart).then_some(version)
        });
        let loaded = chart.and_then(|chart| chart.chart.as_ref().ok());
        let dependencies = loaded
            .into_iter()
            .flat_map(|chart| &chart.metadata().dependencies);
        let needed = dependencies
            .filter(|dependency| dependency.name == EXTERNAL_SECRETS.chart)
            .map(|dependency| dependency.version.as_str());
        let versions = deployed.chain(needed).map(|version| {
            let version = version.trim_start_matches(['v', '=', '~', '^']);
            semver::Version::parse(version).ok()
        });
        let is_newer: BTreeSet<Option<bool>> = versions
            .map(|version| Some(version? >= EXTERNAL_SECRETS.since))
            .collect();
        match is_newer.into_iter().collect::<Vec<_>>().as_slice() {
            [Some(false)] => Operating::Older,
            [Some(true)] => Operating::Newer,
            _ => Operating::Unknown,
        }
    }

    fn push(&self, finding: Finding, violation: &Violation, out: &mut Reporter<'_>) {
        let (file, place) = (finding.location.source.path.clone(), &finding.location.span);
        let wrong = violation.message.clone();
        match self {
            Operating::Older => {}
            // Each object has a line of its own to change; one line of a template may make many.
            Operating::Newer => {
                let line = format!("{file}:{}", place.start);
                out.push(finding.once_of(line, wrong, Text::new()));
            }
            Operating::Unknown => {
                let subject = text!("{}", Name(&file));
                let finding = finding.confidence(Confidence::Low);
                let finding = out.lower_severity(Severity::Info, finding);
                out.push(finding.once_of("", wrong, subject));
            }
        }
    }
}
