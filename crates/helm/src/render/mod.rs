//! Rendering: built-in objects, engine, manifests.

mod capabilities;
mod engine;
mod error;
mod files;
mod manifest;
mod objects;
mod options;
mod skim;
mod warm;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use envlint_gotemplate::{Origin, Traced};

use crate::chart::{Chart, ChartType};
use crate::values::{Effective, Instance, Values, check_schemas, unfetched};
use crate::warning::Warning;

pub use capabilities::{KubeVersion, KubeVersionError, Serves};
pub use error::{Error, Place, Stage};
pub(crate) use manifest::split;
pub use manifest::{Crd, Hook, HookEvent, Manifest};
pub use options::Options;

/// What a chart becomes in one environment.
#[derive(Debug)]
pub struct Rendered {
    /// The manifests that are no hooks, in the order of installation.
    pub manifests: Vec<Manifest>,
    /// The hooks, in the order in which Helm prints them.
    pub hooks: Vec<Manifest>,
    /// The files of `crds/`, which are not templates, of the chart and of its enabled subcharts.
    pub crds: Vec<Crd>,
    /// The text of `NOTES.txt` of the chart.
    pub notes: Option<String>,
    /// What Helm would log on the way.
    pub warnings: Vec<Warning>,
    /// Where the output of templates comes from, by their names; nothing unless [`Options::traced`] asks for it.
    traces: HashMap<Arc<str>, Traced>,
    /// How many bytes may still be compared to see through what functions print.
    comparable: AtomicUsize,
}

/// How many bytes are compared to find where the output of one render comes from.
const MOST_COMPARED: usize = 64 << 20;

/// So many bytes that follow each other are compared in the time that takes one that is looked up.
const BYTES_AT_ONCE: usize = 16;

impl Rendered {
    /// What made a byte of a manifest's text, the innermost first: the text or the action of a template, each with the name
    /// of the file that it is written in (`shop/templates/_helpers.tpl`). Nothing where that is not known, and where the
    /// template printed something else for the manifest.
    pub fn origins(&self, manifest: &Manifest, offset: usize) -> Vec<Origin> {
        let Some(traced) = self.traces.get(manifest.template.as_str()) else {
            return Vec::new();
        };
        let text = manifest.text.as_bytes();
        let spend = |left: usize| left.checked_sub(text.len() / BYTES_AT_ONCE);
        let has_room = self.comparable.fetch_update(Relaxed, Relaxed, spend);
        let printed = traced.text().get(manifest.start..).unwrap_or_default();
        match has_room.is_ok() && printed.starts_with(text) {
            true => traced.origins(manifest.start + offset, &self.comparable),
            false => Vec::new(),
        }
    }
}

/// Renders a chart, as `helm template` does before it prints anything.
///
/// # Errors
/// What Helm refuses, with its text and the place.
pub fn render(chart: &Chart, values: &Values, options: &Options) -> Result<Rendered, Error> {
    check_chart(chart, options)?;
    let effective = Effective::overlay(chart, values.into())
        .map_err(|e| Error::new(Stage::Values, e.to_string()))?;
    render_overlaid(&effective, options)
}

/// Renders a chart whose values were overlaid already, for who looks at the values, too.
///
/// # Errors
/// As [`render`].
pub fn render_effective(effective: &Effective<'_>, options: &Options) -> Result<Rendered, Error> {
    check_chart(effective.instance().chart, options)?;
    render_overlaid(effective, options)
}

/// What Helm checks before it looks at values.
fn check_chart(chart: &Chart, options: &Options) -> Result<(), Error> {
    check_installable(chart)?;
    if !options.without_missing {
        check_present(chart)?;
    }
    check_release_name(&options.release)
}

fn render_overlaid(effective: &Effective<'_>, options: &Options) -> Result<Rendered, Error> {
    let instance = effective.instance();
    let chart = instance.chart;
    let mut warnings = chart.warnings.clone();
    if chart.metadata.deprecated {
        warnings.push(Warning::Deprecated);
    }
    warnings.extend_from_slice(effective.warnings());
    let renderables = objects::renderables(instance, &effective.values().to_go(), options);
    warm::warm(instance, &renderables, !options.skip_schema);
    if !options.skip_schema {
        check_schemas(instance, effective.values()).map_err(|e| Error::new(Stage::Schema, e))?;
        unfetched(instance, &mut warnings);
    }
    check_kube_version(instance, options)?;
    let mut outputs = engine::render(instance, &renderables, options)?;
    let traces = outputs.iter_mut().filter_map(|output| {
        let traced = output.traced.take()?;
        Some((Arc::clone(&output.template), traced))
    });
    let traces = traces.collect();
    let crds = manifest::crds(instance);
    let (notes, outputs) =
        split_notes(outputs, &format!("{}/templates/NOTES.txt", instance.name()));
    let sorted = manifest::sort(outputs, &mut warnings)?;
    Ok(Rendered {
        manifests: sorted.manifests,
        hooks: sorted.hooks,
        crds,
        notes,
        warnings,
        traces,
        comparable: AtomicUsize::new(MOST_COMPARED),
    })
}

/// Helm: cmd/install.go, checkIfInstallable.
fn check_installable(chart: &Chart) -> Result<(), Error> {
    match chart.metadata.kind() {
        ChartType::Application => Ok(()),
        ChartType::Library => Err(Error::new(
            Stage::Chart,
            "library charts are not installable".to_owned(),
        )),
    }
}

/// Helm: action.CheckDependencies. A dependency is looked for by name, enabled or not.
fn check_present(chart: &Chart) -> Result<(), Error> {
    let missing = chart.missing();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!(
        "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing \
         dependencies: found in Chart.yaml, but missing in charts/ directory: {}",
        missing.join(", ")
    );
    Err(Error::new(Stage::Chart, message))
}

/// Helm: chartutil.ValidateReleaseName.
fn check_release_name(name: &str) -> Result<(), Error> {
    const MAX_LENGTH: usize = 53;
    let quoted = envlint_gotemplate::fmt::quote(name);
    if name.is_empty() {
        return Err(Error::new(
            Stage::Release,
            format!("release name check failed: release name {quoted}: no name provided"),
        ));
    }
    let label = |label: &str| {
        let alphanumeric =
            |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        alphanumeric(label.chars().next())
            && alphanumeric(label.chars().last())
            && label.chars().all(legal)
    };
    if name.len() <= MAX_LENGTH && name.split('.').all(label) {
        return Ok(());
    }
    let message = format!(
        "release name check failed: release name {quoted}: invalid release name, must match regex \
         ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than {MAX_LENGTH}"
    );
    Err(Error::new(Stage::Release, message))
}

/// Helm: Configuration.renderResources. Only the root chart's range counts.
fn check_kube_version(instance: &Instance<'_>, options: &Options) -> Result<(), Error> {
    let range = &instance.metadata.kube_version;
    let version = &options.kube_version;
    if range.is_empty() || crate::version::satisfies(range, version.normalized()) {
        return Ok(());
    }
    let message = format!(
        "chart requires kubeVersion: {range} which is incompatible with Kubernetes {}",
        version.version()
    );
    Err(Error::new(Stage::Render, message))
}

/// Takes the notes of all charts out of the outputs; only those of the root chart are kept.
fn split_notes(outputs: Vec<engine::Output>, root: &str) -> (Option<String>, Vec<engine::Output>) {
    let (notes, outputs): (Vec<_>, Vec<_>) = outputs
        .into_iter()
        .partition(|output| output.template.ends_with("NOTES.txt"));
    (
        notes
            .into_iter()
            .find(|output| &*output.template == root)
            .map(|output| output.text),
        outputs,
    )
}

#[cfg(test)]
mod tests {
    use envlint_budget::Budget;

    use super::*;

    #[test]
    fn renders_that_are_kept_share_the_room_for_their_output() {
        let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        let chart = Chart::from_files(vec![
            file("Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"),
            file("templates/a.yaml", "kind: ConfigMap\n"),
        ])
        .unwrap();
        let options = Options {
            room: Some(Budget::new(20)),
            ..Options::default()
        };
        let render = || render(&chart, &Values::default(), &options);
        assert!(render().is_ok());
        assert!(render().unwrap_err().is_limit());
    }
}
