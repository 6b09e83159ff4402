//! Values in the list of a fleet: envlint reads them as Helm reads values, and what they lose, the files that are made of them do not
//! show.

use super::Walk;
use crate::rules::{Reporter, WorkspaceContext};

pub(super) fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    let Some(fleet) = &cx.workspace.fleet else {
        return;
    };
    if !cx.asked.contains(&*fleet.list.path) {
        return;
    }
    let config = cx.workspace.config.fleet.as_ref();
    for values in fleet.values() {
        Walk {
            source: &fleet.list,
            of_flux: &|| false,
            has_chart: config.is_some_and(|config| config.chart.is_some()),
            steps: Vec::new(),
            out,
        }
        .visit(values, None);
    }
}
