//! Values files that apps with different charts share: what one chart does not read, the other may.

use std::collections::HashMap;

use super::{App, Workspace};

/// The chart that reads each values file as a whole; none where there are several, or where nobody knows it.
pub(super) type Users = HashMap<String, Option<String>>;

impl Workspace {
    /// Whether a values file is read by another chart than that of an app, or by one that nobody knows.
    pub fn is_read_by_others(&self, app: &App, path: &str) -> bool {
        let users = self.users.get_or_init(|| users(&self.apps));
        matches!(users.get(path), Some(chart) if chart.is_none() || *chart != app.chart)
    }
}

fn users(apps: &[App]) -> Users {
    let mut users = Users::new();
    for app in apps {
        let layers = app
            .deployments
            .iter()
            .flat_map(|deployment| deployment.layers());
        for layer in layers.filter(|layer| layer.part.is_none()) {
            let known = users.entry(layer.path.clone());
            let chart = known.or_insert_with(|| app.chart.clone());
            if *chart != app.chart {
                *chart = None;
            }
        }
    }
    users
}
