//! What generators give, as far as there is room for it.

use std::collections::BTreeSet;

use envlint_budget::Budget;
use envlint_yaml::{Map, Value};

use crate::masking::Text;

/// What generators give: one set of parameters for each Application.
#[derive(Debug, Default)]
pub(super) struct Generated {
    /// The sets of parameters.
    pub parameters: Vec<Map>,
    /// The files that give them.
    pub read: BTreeSet<String>,
    /// What cannot be known.
    pub unread: Vec<Text>,
}

impl Generated {
    /// Adds a set of parameters, if there is room for it.
    pub(super) fn add(&mut self, parameters: Map, room: &Budget) {
        if room.spend(size_of(&parameters)) {
            self.parameters.push(parameters);
        }
    }
}

/// What an entry of a map takes in memory, beside its text, in bytes.
pub(super) const OF_ENTRY: u64 = 64;

/// What a set of parameters takes, in bytes.
fn size_of(map: &Map) -> u64 {
    let entries = map.iter();
    let entries = entries.map(|(key, value)| OF_ENTRY + key.len() as u64 + size_of_value(value));
    entries.sum()
}

fn size_of_value(value: &Value) -> u64 {
    match value {
        Value::String(text) => text.len() as u64,
        Value::Map(map) => size_of(map),
        Value::Seq(items) => {
            let items = items.iter().map(|item| OF_ENTRY + size_of_value(item));
            items.sum()
        }
        _ => 0,
    }
}
