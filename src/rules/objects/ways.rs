//! How apps come to their environments: one chart may be deployed in two ways, of which only one is in use.

use std::collections::{HashMap, HashSet};

use crate::manifests::Brought;
use crate::rules::WorkspaceContext;
use crate::workspace::App;

/// How an app comes to an environment.
#[derive(Clone, Copy)]
pub(super) struct Way<'c> {
    pub(super) chart: Option<&'c str>,
    pub(super) tool: Option<&'static str>,
}

impl Way<'_> {
    /// Whether two are ways to deploy one chart, by two tools. Who changes to Argo CD often keeps the commands that deployed the
    /// chart before.
    pub(super) fn is_alternative(self, other: Way<'_>) -> bool {
        self.chart.is_some() && self.chart == other.chart && self.tool != other.tool
    }
}

/// The ways of all apps of a workspace.
pub(super) struct Ways<'c> {
    apps: HashMap<&'c str, &'c App>,
    /// By environment and tool
    charts: HashSet<(&'c str, Option<&'static str>, &'c str)>,
}

impl<'c> Ways<'c> {
    pub(super) fn of(cx: &WorkspaceContext<'c>) -> Ways<'c> {
        let apps = cx.workspace.apps.iter();
        let deployments = apps.clone().flat_map(|app| &app.deployments);
        let charts = deployments.filter_map(|deployment| {
            let chart = deployment.chart.as_deref()?;
            Some((&*deployment.environment.name, deployment.tool, chart))
        });
        Ways {
            apps: apps.map(|app| (&*app.name, app)).collect(),
            charts: charts.collect(),
        }
    }

    /// The one by which an app comes.
    pub(super) fn by(&self, brought: &Brought) -> Way<'c> {
        let app = self.apps.get(&*brought.app);
        let deployment = app.and_then(|app| app.deployment(&brought.environment));
        Way {
            chart: deployment.and_then(|deployment| deployment.chart.as_deref()),
            tool: deployment.and_then(|deployment| deployment.tool),
        }
    }

    /// Whether the chart of one app comes to the environment by what deploys another one, too.
    pub(super) fn has_own(&self, caller: &Brought, provider: &Brought) -> bool {
        let [of_caller, of_provider] = [caller, provider].map(|brought| self.by(brought));
        let own = |chart| (&*caller.environment, of_caller.tool, chart);
        of_caller.tool != of_provider.tool
            && of_provider
                .chart
                .is_some_and(|chart| self.charts.contains(&own(chart)))
    }
}
