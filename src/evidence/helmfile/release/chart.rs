//! The chart of a release.

use super::Release;
use crate::evidence::claim::{Chart, MissingFile};
use crate::evidence::helmfile::unread;
use crate::evidence::helmfile::walk::Walk;
use crate::evidence::holes::{has_holes, shown};
use crate::masking::{ObjectName, text as said_text};

impl Walk<'_, '_> {
    /// The chart: a directory where there is one. helmfile: what begins with a dot is always one.
    pub(super) fn chart(&mut self, release: &Release<'_>) -> Chart {
        let chart = release.filled(release.first("chart").unwrap_or_default());
        let chart = chart.trim();
        let full = self.reader.path(&release.state.directory, chart);
        if let Some(path) = full.clone().filter(|path| self.reader.files.is_chart(path)) {
            return Chart::Local(path);
        }
        if chart.starts_with("./") || chart.starts_with("../") {
            let reason = said_text!(
                "the chart `{}` of `{}` is not in the repository",
                ObjectName(shown(chart)),
                ObjectName(shown(&release.name))
            );
            let evidence = release.evidence("");
            let place = Some((evidence.line, evidence.column));
            self.said.unread.push(unread(&evidence.file, place, reason));
            let is_here = |path: &String| self.reader.files.exists(path) || has_holes(path);
            self.said
                .missing
                .extend(full.filter(|path| !is_here(path)).map(|path| MissingFile {
                    path,
                    of: shown(&release.name),
                    evidence,
                    is_needed: true,
                    is_here: false,
                }));
        }
        // `{{ .Values.charts }}/web-1.0.0.tgz` where the file is not there that says which folder: the name is known.
        let is_open = release.state.situation.lacks && chart.starts_with('/');
        let chart = match is_open {
            true => chart.rsplit('/').next().unwrap_or(chart),
            false => chart,
        };
        let version = release.first("version").map(|text| release.filled(text));
        let version = version.map_or_else(String::new, |version| format!("@{version}"));
        Chart::Remote(shown(&format!("{chart}{version}")))
    }
}
