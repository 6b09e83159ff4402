//! `api/unknown-version`.

use envlint_yaml::Spanned;

use crate::manifests::kubernetes::{Cluster, known_minors};
use crate::masking::{Name, text};
use crate::rules::{Check, Reporter, WorkspaceContext, rule};
use crate::source::{Location, Severity};
use crate::workspace::KubernetesVersion;

rule! {
    /// The configuration names a version of Kubernetes that envlint does not know.
    ///
    /// ## What it does
    ///
    /// Compares `kubernetes:` of `envlint.yaml`, and that of each environment, with the versions whose API is known: 1.25 to
    /// 1.37. A version of another major number is an error: there is none. Any other one is a warning, since objects are
    /// compared with the nearest version that is known.
    ///
    /// ## Why it matters
    ///
    /// What `api/removed` and `api/unknown-field` say holds for another version than that of the cluster.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # envlint.yaml
    /// kubernetes: "9.9"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # envlint.yaml
    /// kubernetes: "1.34"
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: releases](https://kubernetes.io/releases/)
    "api/unknown-version", Error, Check::Workspace(check)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    let config = &cx.workspace.config;
    let Some(source) = &cx.workspace.config_source else {
        return;
    };
    let environments = config.environments.iter();
    let own = environments.filter_map(|(_, known)| known.kubernetes.as_ref());
    let (first, last) = known_minors();
    for Spanned { value, span } in config.kubernetes.iter().chain(own) {
        let KubernetesVersion(version) = value;
        let place = || Location::new(source, *span);
        let finding = match Cluster::of(Some(version)) {
            Cluster::Unknown => out.finding(
                place(),
                text!("there is no version {} of Kubernetes", Name(version.normalized())),
            ),
            Cluster::Known(minor) if (first..=last).contains(&minor) => continue,
            Cluster::Known(minor) => out.lowered(
                Severity::Warning,
                place(),
                text!(
                    "envlint does not know the API of Kubernetes 1.{}, and compares objects with that of 1.{}",
                    minor,
                    minor.clamp(first, last)
                ),
            ),
        };
        out.push(finding.help(text!("known versions: 1.{} to 1.{}", first, last)));
    }
}
