//! Charts that are packed before they are deployed: `helm package charts/shop -d dist`, `helm upgrade shop dist/shop-1.0.0.tgz`.

use super::called::Called;
use crate::evidence::files::{Files, directory_of, join, normal};
use crate::evidence::holes::{OPEN, has_holes};
use crate::evidence::nodes::text;

/// The chart of the workspace that an archive is made of: the one in whose folder it lies, else the only one of its name.
pub(super) fn chart_of(archive: &str, place: &Called<'_>, files: &Files<'_>) -> Option<String> {
    let name = archive.rsplit('/').next()?;
    let is_archive = name.ends_with(".tgz") && !archive.contains("://");
    let is_made_of = |chart: &str| {
        let source = files.read(&join(chart, "Chart.yaml"));
        let own = source.as_ref().and_then(|source| {
            let root = source.document.root()?;
            text(root, &["name"])
        });
        own.is_some_and(|own| is_of(name, own))
    };
    let folder = directory_of(archive);
    let mut directories = place.directories.iter().filter(|_| is_archive);
    let around = directories.find_map(|directory| {
        let chart = normal(directory, folder).filter(|path| files.is_chart(path))?;
        (has_holes(archive) || is_made_of(&chart)).then_some(chart)
    });
    let only = |is_wanted: &dyn Fn(&str) -> bool| {
        let charts = files.charts().into_iter().filter(|_| is_archive);
        let mut named = charts.filter(|chart| is_wanted(chart));
        let first = named.next().filter(|_| named.next().is_none());
        first.map(str::to_owned)
    };
    around
        .or_else(|| only(&|chart| is_of(name, chart.rsplit('/').next().unwrap_or(chart))))
        .or_else(|| only(&is_made_of))
}

/// Whether an archive is called as those of a chart are: the chart's name, and a version or what stands for one.
fn is_of(archive: &str, chart: &str) -> bool {
    let version = archive
        .strip_prefix(chart)
        .and_then(|rest| rest.strip_prefix('-'));
    let is_version = |char: char| char.is_ascii_digit() || matches!(char, 'v' | '*' | OPEN);
    !chart.is_empty() && version.is_some_and(|version| version.starts_with(is_version))
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn archives_have_the_name_of_their_chart() {
        for (archive, chart, expected) in [
            ("shop-1.0.0.tgz", "shop", true),
            ("shop-*.tgz", "shop", true),
            ("shop-web-1.0.0.tgz", "shop", false),
            ("shop.tgz", "shop", false),
            ("1.0.0.tgz", "", false),
        ] {
            assert_eq!(is_of(archive, chart), expected, "{archive} {chart}");
        }
    }
}
