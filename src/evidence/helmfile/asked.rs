//! What the texts of a helmfile ask of its values by name: `.Values.shop.installed`, `index .Values "shop" "installed"`.

use std::sync::LazyLock;

use envlint_yaml::{Map, Value};
use regex::Regex;

use crate::evidence::holes::hole;

/// More paths are not looked at in one text.
const MOST: usize = 200;

/// The values of a helmfile, and what of them a text names.
static FIELDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let values = r"\.(?:StateValues|Environment\.Values|Values)((?:\.[A-Za-z_]\w*)*)";
    let keys = r#"(?:index\s+)?VALUES((?:\s+"[^"{}]+")*)"#;
    Regex::new(&keys.replace("VALUES", values)).ok()
});

/// The paths that a text asks for, the longest first.
pub(super) fn paths(text: &str) -> Vec<Vec<String>> {
    let Some(fields) = FIELDS.as_ref() else {
        return Vec::new();
    };
    let mut found: Vec<Vec<String>> = Vec::new();
    for captures in fields.captures_iter(text) {
        let group = |at: usize| captures.get(at).map_or("", |group| group.as_str());
        let names = group(1).split('.').skip(1).map(str::to_owned);
        // `get "a" .Values "b"` asks for something else.
        let is_index = group(0).starts_with("index");
        let keys = group(2).split('"').skip(1).step_by(2).map(str::to_owned);
        let path: Vec<String> = names.chain(keys.filter(|_| is_index)).collect();
        if !path.is_empty() && !found.contains(&path) && found.len() < MOST {
            found.push(path);
        }
    }
    found.sort_by_key(|path| std::cmp::Reverse(path.len()));
    found
}

/// Gives values a part that is not known at a path, where they lack it; whether they do.
pub(super) fn give(values: &mut Map, path: &[String]) -> bool {
    let Some((last, above)) = path.split_last() else {
        return false;
    };
    let mut at = values;
    for key in above {
        if !at.contains_key(key) {
            at.insert(key.clone(), Value::Map(Map::new()));
        }
        match at.get_mut(key) {
            Some(Value::Map(below)) => at = below,
            _ => return false,
        }
    }
    let is_new = !at.contains_key(last);
    if is_new {
        at.insert(last.clone(), Value::String(hole(&path.join("."))));
    }
    is_new
}

/// Values of which only the keys are known.
pub(super) fn without_values(key: &str, value: Value) -> Value {
    match value {
        Value::Map(map) => {
            let entries = map.into_iter().map(|(key, value)| {
                let value = without_values(&key, value);
                (key, value)
            });
            Value::Map(entries.collect())
        }
        _ => Value::String(hole(key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_name_what_they_ask_for() {
        let text = "{{ if .Values.a.b }}{{ index .StateValues.c \"d\" \"e\" }}{{ .Values | get \"f\" }}{{ end }}";
        let seen: Vec<String> = paths(text).iter().map(|path| path.join(".")).collect();
        assert_eq!(seen, ["c.d.e", "a.b"]);
        let mut values = Map::new();
        values.insert("a".to_owned(), Value::Map(Map::new()));
        for (path, expected) in [(["a", "b"], true), (["a", "b"], false)] {
            let path = path.map(str::to_owned);
            assert_eq!(give(&mut values, &path), expected, "{path:?}");
        }
    }
}
