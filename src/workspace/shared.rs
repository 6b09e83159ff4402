//! Values files that apps with different charts share: what one chart does not read, the other may.

use std::collections::HashMap;

use super::{App, LayerPath, Workspace};

/// The chart that reads each values file, as a whole or a part of it that others read, too; none where there are several, or
/// where nobody knows it.
pub(super) type Users = HashMap<String, Option<String>>;

impl Workspace {
    /// Whether a values file is read by another chart than that of an app, or by one that nobody knows.
    pub fn is_read_by_others(&self, app: &App, path: &str) -> bool {
        let users = self.users.get_or_init(|| users(&self.apps));
        matches!(users.get(path), Some(chart) if chart.is_none() || *chart != app.chart)
    }
}

/// The charts that read a layer.
enum Charts<'a> {
    One(&'a Option<String>),
    Several,
}

fn users(apps: &[App]) -> Users {
    let mut by_layer: HashMap<&LayerPath, Charts<'_>> = HashMap::new();
    for app in apps {
        let layers = app
            .deployments
            .iter()
            .flat_map(|deployment| deployment.layers());
        for layer in layers {
            let charts = by_layer.entry(layer).or_insert(Charts::One(&app.chart));
            if matches!(charts, Charts::One(chart) if **chart != app.chart) {
                *charts = Charts::Several;
            }
        }
    }
    let mut users = Users::new();
    for (layer, charts) in by_layer {
        match charts {
            // Of a manifest with several parts, each has a reader of its own.
            Charts::One(_) if layer.part.is_some() => {}
            Charts::One(chart) => {
                let user = users.entry(layer.path.clone());
                user.or_insert_with(|| chart.clone());
            }
            Charts::Several => {
                users.insert(layer.path.clone(), None);
            }
        }
    }
    users
}
