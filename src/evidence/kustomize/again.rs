//! Charts that a kustomization inflates though what it takes up inflates them, too. Kustomize refuses to build it: what
//! makes an object may only replace or merge one that is there where it says so, and a chart cannot.
//!
//! Kustomize: api/resmap/reswrangler.go, `appendReplaceOrMerge`

use std::collections::{BTreeMap, BTreeSet};

use envlint_yaml::Node;

use super::{Broken, Directories, InVain, MOST_ABOVE, Reach};
use crate::evidence::nodes::{at, items, text};

/// What makes the objects of two inflations the same: the chart, the release and its namespace. Without a name of the release,
/// helm makes one up.
type Inflation<'i> = (&'i str, &'i str, &'i str);

fn inflation(chart: &Node) -> Option<Inflation<'_>> {
    let of = |key: &str| text(chart, &[key]);
    Some((
        of("name")?,
        of("releaseName")?,
        of("namespace").unwrap_or_default(),
    ))
}

/// The directories that inflate charts, by what they inflate.
pub(super) struct Again<'d> {
    directories: &'d Directories,
    by_inflation: BTreeMap<Inflation<'d>, BTreeSet<&'d str>>,
}

impl<'d> Again<'d> {
    pub(super) fn of(directories: &'d Directories) -> Again<'d> {
        let mut by_inflation: BTreeMap<Inflation<'d>, BTreeSet<&str>> = BTreeMap::new();
        for (directory, source) in directories.iter() {
            let root = source.document.root().into_iter();
            let charts = root.flat_map(|root| items(root, &["helmCharts"]));
            for inflation in charts.filter_map(inflation) {
                let known = by_inflation.entry(inflation).or_default();
                known.insert(directory);
            }
        }
        Again {
            directories,
            by_inflation,
        }
    }

    /// Whether a directory inflates what a chart of another one does.
    pub(super) fn inflates(&self, directory: &str, chart: &Node) -> bool {
        let known = inflation(chart).and_then(|inflation| self.by_inflation.get(&inflation));
        known.is_some_and(|known| known.contains(directory))
    }

    /// The kustomizations that inflate what they take up inflated.
    pub(super) fn broken(&self, reach: &Reach) -> Vec<Broken> {
        let mut found = Vec::new();
        for (inflation, known) in &self.by_inflation {
            if known.len() < 2 {
                continue;
            }
            for directory in known {
                let below = self.below(directory, known);
                let place =
                    below.and_then(|below| Some((below, self.place(directory, *inflation)?)));
                let Some((below, (file, node))) = place else {
                    continue;
                };
                found.push(Broken {
                    file: file.to_owned(),
                    span: node.span(),
                    what: InVain::Again {
                        chart: inflation.0.to_owned(),
                        below: below.to_owned(),
                    },
                    is_deployed: reach.is_reached(directory),
                });
            }
        }
        found
    }

    /// The first of some directories that a directory takes up, directly or by way of others.
    fn below(&self, directory: &str, known: &BTreeSet<&'d str>) -> Option<&'d str> {
        let mut all = vec![directory.to_owned()];
        let mut at = 0;
        while let Some(next) = all.get(at).filter(|_| at < MOST_ABOVE).cloned() {
            for child in self.directories.children(&next) {
                if let Some(found) = known
                    .get(child.as_str())
                    .filter(|found| **found != directory)
                {
                    return Some(found);
                }
                if !all.contains(&child) {
                    all.push(child);
                }
            }
            at += 1;
        }
        None
    }

    /// The name of the chart where a directory inflates it.
    fn place(&self, directory: &str, wanted: Inflation<'_>) -> Option<(&'d str, &'d Node)> {
        let source = self.directories.by_path.get(directory)?;
        let mut charts = items(source.document.root()?, &["helmCharts"]).iter();
        let chart = charts.find(|chart| inflation(chart) == Some(wanted))?;
        Some((&source.path, at(chart, &["name"])?))
    }
}
