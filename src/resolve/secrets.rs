//! One app's secrets in all its environments: the inventory, and what each environment selects.

use super::{EnvironmentValues, ResolvedApp};
use crate::secrets::{Inventory, Selection, Selections};
use crate::workspace::Environment;

/// An app's inventory, and what its environments select.
#[derive(Debug)]
pub struct AppSecrets<'a> {
    /// The secrets the app needs.
    pub inventory: Inventory,
    /// The environments whose values could be read, in promotion order.
    pub environments: Vec<Selected<'a>>,
}

/// What one environment selects.
#[derive(Debug)]
pub struct Selected<'a> {
    /// The environment and its values.
    pub values: &'a EnvironmentValues<'a>,
    /// What they select.
    pub selections: Selections<'a>,
}

impl<'a> AppSecrets<'a> {
    /// Reads the selections of all environments.
    pub fn of(cx: &'a ResolvedApp<'_>) -> AppSecrets<'a> {
        AppSecrets {
            inventory: Inventory::of(cx.workspace, cx.app),
            environments: cx
                .readable()
                .map(|(values, tree)| Selected {
                    values,
                    selections: Selections::read(tree),
                })
                .collect(),
        }
    }

    /// Every enabled backend, with its environment.
    pub fn enabled(&self) -> impl Iterator<Item = (&Environment, &Selection<'a>)> {
        self.environments.iter().flat_map(|selected| {
            let environment = selected.values.environment;
            selected
                .selections
                .enabled
                .iter()
                .map(move |selection| (environment, selection))
        })
    }
}
