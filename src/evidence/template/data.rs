//! What templates know.

use envlint_gotemplate as go;
use envlint_yaml::{Map, Value};

use crate::evidence::holes::hole;
use crate::masking::is_secret_key;

/// What templates may know. Secrets are no part of it: what a template makes becomes names and paths, and these are said.
#[derive(Debug, Clone, Default)]
pub(in crate::evidence) struct Data(pub(super) go::Map);

impl Data {
    pub(in crate::evidence) fn of(map: &Map) -> Data {
        let entries = map
            .iter()
            .map(|(key, value)| (key.as_str(), to_go(key, value)));
        Data(entries.collect())
    }

    /// The same with one more entry. What is there already is shared.
    pub(in crate::evidence) fn with(&self, key: &str, data: &Data) -> Data {
        let all = self.0.entries().into_iter().collect::<go::Map>();
        all.insert(key, go::Value::Map(data.0.clone()));
        Data(all)
    }

    /// With another single value.
    pub(in crate::evidence) fn with_text(&self, key: &str, text: &str) -> Data {
        let all = self.0.entries().into_iter().collect::<go::Map>();
        all.insert(key, go::Value::string(text));
        Data(all)
    }

    /// A copy that shares nothing, with the number of values in it.
    pub(super) fn copied(&self) -> (go::Value, u64) {
        let mut count = 0;
        (copied(&go::Value::Map(self.0.clone()), &mut count), count)
    }
}

fn copied(value: &go::Value, count: &mut u64) -> go::Value {
    *count += 1;
    match value {
        go::Value::Map(map) => {
            let entries = map.entries().into_iter();
            let copy: go::Map = entries
                .map(|(key, value)| (key, copied(&value, count)))
                .collect();
            go::Value::Map(copy)
        }
        other => other.clone(),
    }
}

/// A value as templates have it. A single value under a key that promises a secret is a part that is not known.
pub(super) fn to_go(key: &str, value: &Value) -> go::Value {
    match value {
        Value::String(text) if !text.is_empty() && is_secret_key(key) => hole(key).into(),
        Value::Int(_) | Value::UInt(_) | Value::Float(_) if is_secret_key(key) => hole(key).into(),
        Value::Null => go::Value::Nil,
        Value::Bool(value) => go::Value::Bool(*value),
        Value::Int(number) => go::Value::int64(*number),
        Value::UInt(number) => go::Value::float64(*number as f64),
        Value::Float(number) => go::Value::float64(*number),
        Value::String(text) => go::Value::string(text.as_str()),
        Value::Seq(items) => go::Value::List(items.iter().map(|item| to_go(key, item)).collect()),
        Value::Map(map) => go::Value::Map(Data::of(map).0),
    }
}
