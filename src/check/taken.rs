//! How far the secrets come that stand in templates of charts: what is in a branch that the values of no environment take is
//! deployed nowhere.

use std::collections::{BTreeMap, HashSet};

use super::Checker;
use super::exposure::in_environment;
use super::role::charts_around;
use crate::manifests::AppManifests;
use crate::resolve::resolve;
use crate::rules::Exposure;
use crate::source::Source;
use crate::workspace::App;

/// How many apps with one chart are asked what it makes of their values.
const MOST_APPS: usize = 20;

impl Checker<'_> {
    /// How far the secrets of a template come, by where they begin; none where nobody knows what its chart makes of the values
    /// of every app that deploys it.
    pub(super) fn taken(&self, source: &Source) -> Option<BTreeMap<usize, Exposure>> {
        let around: HashSet<&str> = charts_around(&source.path).collect();
        // Only what an app's own chart writes: nobody sees which of a parent's values reach a subchart.
        let is_of = |app: &&App| {
            app.chart
                .as_deref()
                .is_some_and(|chart| around.contains(chart))
        };
        let apps: Vec<&App> = self.workspace.apps.iter().filter(is_of).collect();
        if apps.is_empty() || apps.len() > MOST_APPS {
            return None;
        }
        let all = source.sensitive().iter();
        let mut taken: BTreeMap<usize, Exposure> = all
            .map(|sensitive| (sensitive.span.start, Exposure::Unused))
            .collect();
        for app in apps {
            self.take(app, source, &mut taken)?;
        }
        Some(taken)
    }

    /// Notes which of the secrets an app's chart writes, by what it renders in every environment.
    fn take(
        &self,
        app: &App,
        source: &Source,
        taken: &mut BTreeMap<usize, Exposure>,
    ) -> Option<()> {
        let at_most = self.at_most(app);
        let files = app.load(self.workspace);
        let resolved = resolve(self.workspace, app, &files, self.charts.by_environment(app));
        let manifests = AppManifests::new(&resolved, &[]);
        for values in &resolved.environments {
            // Whoever deploys may give what the branch asks for.
            let least = match values.file.is_given_something() {
                true => Exposure::Unclear,
                false => Exposure::Unused,
            };
            let mut rendered = manifests.rendered().iter();
            let rendered = rendered.find(|chart| chart.environment == values.name())?;
            let texts: Vec<&str> = rendered.texts()?.collect();
            for sensitive in source.sensitive() {
                let is_written = texts.iter().any(|text| sensitive.is_in(text));
                let exposure = match is_written {
                    true => at_most.min(in_environment(values.environment)),
                    false => least,
                };
                let most = taken.entry(sensitive.span.start).or_insert(exposure);
                *most = exposure.max(*most);
            }
        }
        Some(())
    }
}
