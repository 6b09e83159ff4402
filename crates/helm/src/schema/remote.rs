//! References of a schema to the network. Nothing is fetched: what they stand for allows everything, and they are named.

use serde_json::{Map, Value};

/// Takes the references to the network out of a schema, and returns them: each once, in their order.
pub(super) fn take_out(schema: &mut Value) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(references) = References::of(schema) {
        references.take_out(schema, &mut found);
    }
    found
}

/// What tells which references lead to the network.
struct References {
    /// Schemas that the file holds under names of their own.
    own: Vec<String>,
    /// The root is named by an address: references without one are relative to it.
    is_remote: bool,
    /// Before the draft of 2019, what stands beside a reference does not count.
    stands_alone: bool,
}

impl References {
    /// None for a schema that has no reference but those within it.
    fn of(schema: &Value) -> Option<References> {
        let mut own = Vec::new();
        let mut has_others = false;
        let mut open = vec![schema];
        while let Some(value) = open.pop() {
            match value {
                Value::Object(keywords) => {
                    has_others |= text(keywords, "$ref").is_some_and(|to| !to.starts_with('#'));
                    own.extend(id(keywords).map(|id| document(id).to_owned()));
                    open.extend(keywords.values());
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
        let root = schema.as_object()?;
        let draft = text(root, "$schema").unwrap_or_default();
        has_others.then(|| References {
            own,
            is_remote: id(root).is_some_and(is_address),
            stands_alone: ["draft-04", "draft-06", "draft-07"]
                .iter()
                .any(|old| draft.contains(old)),
        })
    }

    fn take_out(&self, schema: &mut Value, found: &mut Vec<String>) {
        match schema {
            Value::Object(keywords) => {
                let reference = text(keywords, "$ref").filter(|to| self.is_fetched(to));
                if let Some(reference) = reference.map(str::to_owned) {
                    match self.stands_alone {
                        true => keywords.retain(|key, _| key == "definitions"),
                        false => {
                            keywords.remove("$ref");
                        }
                    }
                    if !found.contains(&reference) {
                        found.push(reference);
                    }
                }
                for (_, inner) in keywords.iter_mut() {
                    self.take_out(inner, found);
                }
            }
            Value::Array(items) => {
                for inner in items {
                    self.take_out(inner, found);
                }
            }
            _ => {}
        }
    }

    fn is_fetched(&self, reference: &str) -> bool {
        let of = document(reference);
        // The drafts' own schemas are known.
        let is_draft = of.contains("://json-schema.org/");
        let is_own = |own: &String| own == of || !of.contains("://") && own.ends_with(of);
        let is_relative = self.is_remote && !of.is_empty() && !of.contains(':');
        (is_address(of) || is_relative) && !is_draft && !self.own.iter().any(is_own)
    }
}

fn text<'v>(keywords: &'v Map<String, Value>, keyword: &str) -> Option<&'v str> {
    keywords.get(keyword)?.as_str()
}

fn id(keywords: &Map<String, Value>) -> Option<&str> {
    text(keywords, "$id").or_else(|| text(keywords, "id"))
}

/// A reference without its fragment.
fn document(reference: &str) -> &str {
    reference.split('#').next().unwrap_or_default()
}

fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_the_network_holds_is_taken_out() {
        let far = "https://example.com/defs.json#/res";
        for (mut schema, left, taken) in [
            (
                json!({"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"$ref": far, "type": "object"}, "b": {"type": "integer"}}}),
                json!({"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {}, "b": {"type": "integer"}}}),
                vec![far],
            ),
            (
                json!({"allOf": [{"$ref": far, "type": "object"}, {"$ref": far}]}),
                json!({"allOf": [{"type": "object"}, {}]}),
                vec![far],
            ),
            (
                json!({"$ref": "#/$defs/a", "$defs": {"a": {}}}),
                json!({"$ref": "#/$defs/a", "$defs": {"a": {}}}),
                vec![],
            ),
            (
                json!({"$id": "https://example.com/values.json", "properties": {"a": {"$ref": "other.json"}, "b": {"$ref": "values.json#/x"}}}),
                json!({"$id": "https://example.com/values.json", "properties": {"a": {}, "b": {"$ref": "values.json#/x"}}}),
                vec!["other.json"],
            ),
            (
                json!({"properties": {"a": {"$ref": "http://json-schema.org/draft-07/schema#"}, "b": {"$ref": "defs.json"}}}),
                json!({"properties": {"a": {"$ref": "http://json-schema.org/draft-07/schema#"}, "b": {"$ref": "defs.json"}}}),
                vec![],
            ),
        ] {
            assert_eq!(take_out(&mut schema), taken);
            assert_eq!(schema, left);
        }
    }
}
