//! `chart/ambiguous-dependency`.

use std::collections::BTreeMap;
use std::sync::Arc;

use envlint_helm::{Chart, Dependency, SourceFile, is_in_range};

use super::asked;
use crate::masking::{Name, Said, Text, text};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Location, Severity, Source};

rule! {
    /// Two different charts in `charts/` are the same dependency.
    ///
    /// ## What it does
    ///
    /// Compares the charts in `charts/` that have one name, as folders and as archives. Where two of them fit what `Chart.yaml` asks
    /// for, or `Chart.yaml` asks for none of them, and their files differ, that is an error. Where one is of a version that
    /// `Chart.yaml` does not ask for, Helm renders the templates that only this one has, which is a warning.
    ///
    /// ## Why it matters
    ///
    /// Helm reads the charts in an order that is another one in each run, and takes the first: the same command deploys the old
    /// address of the database today and the new one tomorrow. It mostly happens where a chart is edited in its folder, and the
    /// archive that `helm dependency build` once made of it stays.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # charts/ holds cache/ and cache-1.0.0.tgz, and they differ
    /// dependencies:
    ///   - {name: cache, version: 1.0.0}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # charts/ holds cache/ alone
    /// dependencies:
    ///   - {name: cache, version: 1.0.0}
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: managing dependencies with the charts directory](https://helm.sh/docs/topics/charts/#managing-dependencies-manually-via-the-charts-directory)
    "chart/ambiguous-dependency", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some(files) = cx.chart.filter(|files| !files.is_archive()) else {
        return;
    };
    let Ok(chart) = &files.chart else { return };
    let mut named: BTreeMap<&str, Vec<&Arc<Chart>>> = BTreeMap::new();
    for part in chart.dependencies() {
        // What lies elsewhere is packed when somebody asks for it.
        if part.place().starts_with("charts/") {
            named.entry(part.name()).or_default().push(part);
        }
    }
    for (name, charts) in named.into_iter().filter(|(_, charts)| charts.len() > 1) {
        let asked = chart.metadata().dependencies.iter();
        let asked: Vec<&Dependency> = asked.filter(|asked| asked.name == name).collect();
        let (fitting, other): (Vec<_>, Vec<_>) = charts
            .into_iter()
            .partition(|part| asked.is_empty() || asked.iter().any(|asked| fits(part, asked)));
        let Some((first, rest)) = fitting.split_first() else {
            continue;
        };
        let places = |charts: &mut dyn Iterator<Item = &&Arc<Chart>>| {
            Text::sentence(charts.map(|part| text!("`{}`", Name(&part.place()))))
        };
        let place = || {
            let source = Source::read(&cx.workspace.root, &files.path("Chart.yaml"));
            source.ok().map(|source| asked_at(&Arc::new(source), name))
        };
        if rest.iter().any(|part| differ(first, part)) {
            let Some(place) = place() else { return };
            let message = text!(
                "{} are {} `{}` and differ, and Helm takes the one that it happens to read first",
                places(&mut fitting.iter()),
                if fitting.len() == 2 { "both" } else { "all" },
                Name(&name)
            );
            out.push(
                out.finding(place, message)
                    .help("keep one of them in `charts/`"),
            );
        } else if let Some(part) = other.iter().find(|part| has_more(part, first))
            && let Some(place) = place()
        {
            let message = text!(
                "{} is `{}`, too, but of version {}, which nothing asks for: Helm renders the templates that only it has",
                places(&mut [*part].iter()),
                Name(&name),
                Said(&part.metadata().version)
            );
            let finding = out.finding(place, message);
            let finding = finding.help("remove it from `charts/`");
            out.push(out.lower_severity(Severity::Warning, finding));
        }
    }
}

/// Whether a chart is one that a dependency asks for. A range that cannot be read asks for none.
fn fits(chart: &Chart, asked: &Dependency) -> bool {
    is_in_range(&chart.metadata().version, &asked.version) == Some(true)
}

/// Whether two charts have different files that matter to a render.
fn differ(one: &Chart, other: &Chart) -> bool {
    fn texts(files: &[SourceFile]) -> BTreeMap<&str, &[u8]> {
        files
            .iter()
            .map(|file| (file.name(), file.data()))
            .collect()
    }
    let values = |chart: &Chart| chart.values().map(|values| values.to_map());
    texts(one.templates()) != texts(other.templates())
        || values(one) != values(other)
        || one.metadata().version != other.metadata().version
}

/// Whether a chart has templates that another one has not.
fn has_more(chart: &Chart, other: &Chart) -> bool {
    let known = |template: &SourceFile| {
        let mut templates = other.templates().iter();
        templates.any(|known| known.name() == template.name())
    };
    !chart.templates().iter().all(known)
}

/// The line of Chart.yaml that asks for a dependency, else its beginning.
fn asked_at(source: &Arc<Source>, name: &str) -> Location {
    let asked = asked(source).remove(name).flatten();
    asked.map_or_else(|| Location::start_of(source), |(_, place)| place)
}
