//! What an Application takes from this repository and does not find here.

use super::spec::{HelmSource, Spec};
use crate::evidence::claim::{Claims, Evidence, MissingFile, Unread};
use crate::evidence::files::{Files, join};
use crate::evidence::holes::{has_holes, shown};
use crate::masking::{ObjectName, text as said_text};
use crate::source::Location;

impl HelmSource {
    /// Says that the folder of a chart of this repository is not there, or is no chart.
    pub(super) fn add_missing_chart(
        &self,
        spec: &Spec,
        location: &Location,
        files: &Files<'_>,
        said: &mut Claims,
    ) {
        let repository = self.repository.as_deref();
        let is_here = |path: &str| repository.is_some_and(|url| files.should_hold(url, path));
        let path = self
            .path
            .as_deref()
            .filter(|path| !has_holes(path) && is_here(path));
        let Some(path) = path.and_then(|path| files.of_repository(path)) else {
            return;
        };
        if path.is_empty() || files.is_chart(&path) {
            return;
        }
        let is_folder = files.is_directory(&path);
        let definition = join(&path, "Chart.yaml");
        // A folder of manifests may have a file of values, too.
        let looks_like_chart = || {
            files.is_file(&join(&path, "values.yaml"))
                && files.exists(&join(&path, "templates"))
                && !self.is_plain
        };
        let is_meant = self.has_helm || looks_like_chart();
        let is_kustomized = files.is_file(&join(&path, "kustomization.yaml"));
        let missing = match is_folder {
            true if is_kustomized || !is_meant || files.exists(&definition) => return,
            true => definition,
            false if files.exists(&path) => return,
            false => path.clone(),
        };
        said.unread.push(Unread::at(
            location,
            said_text!(
                "`{}` has `{}` as its path, and there is no `{}`",
                ObjectName(shown(&spec.name)),
                ObjectName(&path),
                ObjectName(&missing)
            ),
        ));
        let evidence = Evidence::at(location, "");
        let values = join(&path, "values.yaml");
        if is_folder && files.is_file(&values) {
            said.named.insert(values, evidence.clone());
        }
        // Without `helm:`, a folder of manifests may have a file of that name; and another branch may have the folder.
        let is_this = self.is_of_main();
        if self.has_helm || !is_folder {
            said.missing.push(MissingFile {
                path: missing,
                of: shown(&spec.name),
                evidence,
                is_needed: is_this,
                is_here: is_this,
            });
        }
    }

    /// Whether the chart lies in this repository, on the branch that is most likely here: then its values files should, too.
    pub(super) fn has_chart_here(&self, layer: &str, files: &Files<'_>) -> bool {
        let is_here = |url: &str| files.should_hold(url, layer);
        self.is_of_main()
            && self.repository.as_deref().is_some_and(is_here)
            && self.chart_path(files).is_some()
    }

    /// Whether it takes the branch that this one most likely is; another one may have other files.
    fn is_of_main(&self) -> bool {
        let revision = self.version.as_deref().unwrap_or_default();
        matches!(revision, "" | "HEAD" | "main" | "master")
    }
}
