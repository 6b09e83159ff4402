//! What a validation would cost, counted before it is done.
//!
//! References let a schema of a few kilobytes ask for more comparisons than a machine can do: forty definitions that
//! each name the next one three times are 3^40. A validator follows them all; so does Helm's. Counting them is cheap,
//! because a schema that meets the same value again costs what it cost the first time.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// So many comparisons take seconds. The largest public charts stay below 100,000.
const MOST_CHECKS: u64 = 5_000_000;
/// So many definitions may refer to each other in a row, or lie inside of each other.
const DEEPEST: usize = 1_000;
/// A schema with `unevaluatedProperties` is compiled with everything that may evaluate a property: with copies of what
/// is referred to.
const MOST_COPIES: u64 = 20_000;

const IN_PLACE: &[&str] = &["not", "if", "then", "else"];
const IN_PLACE_LISTS: &[&str] = &["allOf", "anyOf", "oneOf"];
const REFERENCES: &[&str] = &["$ref", "$dynamicRef", "$recursiveRef"];
const OF_OTHER_PROPERTIES: &[&str] = &["additionalProperties", "unevaluatedProperties"];
const OF_ITEMS: &[&str] = &[
    "items",
    "additionalItems",
    "unevaluatedItems",
    "contains",
    "prefixItems",
];

/// Refuses a schema that cannot be compiled in bounded memory.
///
/// # Errors
/// What is wrong with it, for its author.
pub fn check_schema(schema: &Value) -> Result<(), String> {
    let mut count = Count::new(schema, MOST_COPIES);
    for (_, inner) in objects(schema) {
        let is_open = inner.keys().any(|key| key.starts_with("unevaluated"));
        if is_open && count.copies(inner, 0).is_none() {
            return Err(format!(
                "its references multiply: `unevaluatedProperties` or `unevaluatedItems` looks at more than \
                 {MOST_COPIES} schemas; refer to each definition once"
            ));
        }
    }
    Ok(())
}

/// Refuses a validation that would not end in seconds.
///
/// # Errors
/// What is wrong with the schema, for its author.
pub fn check_validation(schema: &Value, instance: &Value) -> Result<(), String> {
    match Count::new(schema, MOST_CHECKS).checks(schema, instance, 0) {
        Some(_) => Ok(()),
        None => Err(format!(
            "its references or patterns multiply: these values take more than {MOST_CHECKS} comparisons; refer to each \
             definition once"
        )),
    }
}

/// A schema and a value it is applied to, by their addresses.
type Pair = (*const Map<String, Value>, *const Value);

struct Count<'v> {
    root: &'v Value,
    /// More is not counted.
    most: u64,
    /// The schemas with an identifier or an anchor, with them; found when the first reference asks for one
    named: Option<Vec<(&'v str, &'v Value)>>,
    /// What is counted already. A pair that is being counted is 0: a validator does not follow a circle.
    counted: HashMap<Pair, u64>,
}

impl<'v> Count<'v> {
    fn new(root: &'v Value, most: u64) -> Self {
        Count {
            root,
            most,
            named: None,
            counted: HashMap::new(),
        }
    }

    /// Adds to a sum, unless that is too much.
    fn add(&self, sum: &mut u64, checks: u64) -> Option<()> {
        *sum = sum.saturating_add(checks);
        (*sum <= self.most).then_some(())
    }

    /// The comparisons that applying a schema to a value takes, or more; nothing when they are too many.
    fn checks(&mut self, schema: &'v Value, instance: &Value, depth: usize) -> Option<u64> {
        let Some(keywords) = schema.as_object() else {
            return Some(1);
        };
        let pair: Pair = (keywords, instance);
        if let Some(known) = self.counted.get(&pair) {
            return Some(*known);
        }
        if depth > DEEPEST {
            return None;
        }
        self.counted.insert(pair, 0);
        let mut sum = own_checks(keywords);
        for inner in self.in_place(keywords) {
            let checks = self.checks(inner, instance, depth + 1)?;
            self.add(&mut sum, checks)?;
        }
        match instance {
            Value::Object(entries) => {
                for (inner, value) in applied_to_properties(keywords, instance, entries) {
                    // One for the name, which was compared with a pattern or looked up.
                    let checks = 1 + self.checks(inner, value, depth + 1)?;
                    self.add(&mut sum, checks)?;
                }
            }
            Value::Array(items) => {
                for (inner, item) in applied_to_items(keywords, items) {
                    let checks = self.checks(inner, item, depth + 1)?;
                    self.add(&mut sum, checks)?;
                }
            }
            _ => {}
        }
        self.counted.insert(pair, sum);
        Some(sum)
    }

    /// How many schemas there are in place of one when each reference is replaced by what it refers to.
    fn copies(&mut self, keywords: &'v Map<String, Value>, depth: usize) -> Option<u64> {
        let pair: Pair = (keywords, std::ptr::null());
        if let Some(known) = self.counted.get(&pair) {
            return Some(*known);
        }
        if depth > DEEPEST {
            return None;
        }
        self.counted.insert(pair, 0);
        let mut sum = 1;
        let dependent = keywords.get("dependentSchemas").and_then(Value::as_object);
        let dependent = dependent.into_iter().flat_map(Map::values);
        for inner in self.in_place(keywords).into_iter().chain(dependent) {
            if let Some(inner) = inner.as_object() {
                let copies = self.copies(inner, depth + 1)?;
                self.add(&mut sum, copies)?;
            }
        }
        self.counted.insert(pair, sum);
        Some(sum)
    }

    /// The schemas that are applied to the same value.
    fn in_place(&mut self, keywords: &'v Map<String, Value>) -> Vec<&'v Value> {
        let mut found: Vec<&Value> = IN_PLACE
            .iter()
            .filter_map(|key| keywords.get(*key))
            .collect();
        let lists = IN_PLACE_LISTS.iter().filter_map(|key| keywords.get(*key));
        found.extend(lists.filter_map(Value::as_array).flatten());
        for keyword in REFERENCES {
            if let Some(reference) = keywords.get(*keyword).and_then(Value::as_str) {
                found.extend(self.resolve(reference));
            }
        }
        found
    }

    /// What a reference may mean: more than it does where a schema contains others with identifiers of their own.
    fn resolve(&mut self, reference: &str) -> Vec<&'v Value> {
        let (resource, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let pointer = fragment.is_empty() || fragment.starts_with('/');
        if pointer
            && resource.is_empty()
            && let Some(found) = follow(self.root, fragment)
        {
            return vec![found];
        }
        let root = self.root;
        let named = self.named.get_or_insert_with(|| named(root));
        if !pointer {
            let anchors = named.iter().filter(|(name, _)| *name == fragment);
            return anchors.map(|(_, schema)| *schema).collect();
        }
        let last = |name: &str| name.rsplit('/').next() == resource.rsplit('/').next();
        let resources = named.iter().filter(|(name, _)| last(name));
        resources
            .filter_map(|(_, schema)| follow(schema, fragment))
            .collect()
    }
}

/// What the keywords of a schema compare a value with by themselves.
fn own_checks(keywords: &Map<String, Value>) -> u64 {
    let size = |keyword: &str| match keywords.get(keyword) {
        Some(Value::Array(items)) => items.len() as u64,
        _ => 0,
    };
    1 + size("enum") + size("required")
}

/// The schemas that are applied to the values of a map, and to its names.
fn applied_to_properties<'v, 'i>(
    keywords: &'v Map<String, Value>,
    instance: &'i Value,
    entries: &'i Map<String, Value>,
) -> impl Iterator<Item = (&'v Value, &'i Value)> {
    const NAME: &Value = &Value::String(String::new());
    let of = |keyword: &str| keywords.get(keyword).and_then(Value::as_object);
    let properties = of("properties");
    let named = properties
        .into_iter()
        .flatten()
        .filter_map(|(name, inner)| Some((inner, entries.get(name)?)));
    // Which names a pattern matches is not asked: it may be all of them.
    let matched = of("patternProperties")
        .into_iter()
        .flat_map(Map::values)
        .flat_map(|inner| entries.values().map(move |value| (inner, value)));
    let is_other = move |name: &String| properties.is_none_or(|known| !known.contains_key(name));
    let others = OF_OTHER_PROPERTIES
        .iter()
        .filter_map(|keyword| keywords.get(*keyword))
        .flat_map(move |inner| {
            let others = entries.iter().filter(move |(name, _)| is_other(name));
            others.map(move |(_, value)| (inner, value))
        });
    let dependent = [of("dependentSchemas"), of("dependencies")]
        .into_iter()
        .flatten()
        .flatten()
        .filter(|(name, _)| entries.contains_key(*name))
        .map(move |(_, inner)| (inner, instance));
    let names = keywords
        .get("propertyNames")
        .into_iter()
        .flat_map(|inner| entries.keys().map(move |_| (inner, NAME)));
    named
        .chain(matched)
        .chain(others)
        .chain(dependent)
        .chain(names)
}

/// The schemas that are applied to the items of a list.
fn applied_to_items<'v, 'i>(
    keywords: &'v Map<String, Value>,
    items: &'i [Value],
) -> impl Iterator<Item = (&'v Value, &'i Value)> {
    let all = OF_ITEMS.iter().filter_map(|keyword| keywords.get(*keyword));
    all.flat_map(move |inner| {
        items.iter().enumerate().filter_map(move |(index, item)| {
            let inner = match inner {
                Value::Array(places) => places.get(index)?,
                inner => inner,
            };
            Some((inner, item))
        })
    })
}

fn follow<'v>(schema: &'v Value, pointer: &str) -> Option<&'v Value> {
    if pointer.contains('%') {
        let decoded = percent_encoding::percent_decode_str(pointer).decode_utf8_lossy();
        return schema.pointer(&decoded);
    }
    schema.pointer(pointer)
}

/// All schemas with an identifier or an anchor.
fn named(root: &Value) -> Vec<(&str, &Value)> {
    let mut found = Vec::new();
    for (value, keywords) in objects(root) {
        for keyword in ["$id", "id", "$anchor", "$dynamicAnchor"] {
            if let Some(name) = keywords.get(keyword).and_then(Value::as_str) {
                found.push((name.trim_matches('#'), value));
            }
        }
    }
    found
}

/// All maps in a schema, which are schemas or lists of them by name.
fn objects(root: &Value) -> impl Iterator<Item = (&Value, &Map<String, Value>)> {
    let mut rest = vec![root];
    std::iter::from_fn(move || {
        loop {
            let value = rest.pop()?;
            match value {
                Value::Object(keywords) => {
                    rest.extend(keywords.values());
                    return Some((value, keywords));
                }
                Value::Array(items) => rest.extend(items),
                _ => {}
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Definitions of which each is `each` of the next one.
    fn chain(levels: usize, each: impl Fn(Value) -> Value) -> Value {
        let reference = |level: usize| json!({"$ref": format!("#/$defs/a{level}")});
        let mut definitions: Map<String, Value> = (0..levels)
            .map(|level| (format!("a{level}"), each(reference(level + 1))))
            .collect();
        definitions.insert(format!("a{levels}"), json!({"type": "object"}));
        json!({"$ref": "#/$defs/a0", "$defs": definitions})
    }

    fn nested(levels: usize) -> Value {
        (0..levels).fold(json!({}), |inner, _| json!({"x": inner}))
    }

    #[test]
    fn references_that_multiply_are_refused() {
        let schema = chain(40, |next| json!({"allOf": [next, next, next]}));
        assert!(check_validation(&schema, &json!({})).is_err());
        let schema = chain(40, |next| {
            let inner = json!({"properties": {"x": next}});
            json!({"allOf": [inner, inner]})
        });
        assert!(check_validation(&schema, &nested(45)).is_err());
        // The same schema is harmless where the values are flat.
        assert!(check_validation(&schema, &nested(3)).is_ok());
    }

    #[test]
    fn references_by_anchor_and_identifier_are_followed() {
        let anchored = |levels: usize| {
            let inner = |level: usize| {
                let next = json!({"$ref": format!("#n{}", level + 1)});
                json!({"$anchor": format!("n{level}"), "anyOf": [next, next]})
            };
            json!({"$ref": "#n0", "$defs": (0..levels).map(inner).collect::<Vec<_>>()})
        };
        assert!(check_validation(&anchored(40), &json!(1)).is_err());
        assert!(check_validation(&anchored(10), &json!(1)).is_ok());
        let identified = json!({
            "$ref": "http://example.com/b.json#/$defs/c",
            "$defs": {"b": {"$id": "http://example.com/b.json", "$defs": {"c": chain(40, |next| json!({"anyOf": [next, next]}))["$defs"]["a0"].clone()}}},
        });
        // What it refers to is not in that resource, and nothing multiplies.
        assert!(check_validation(&identified, &json!(1)).is_ok());
    }

    #[test]
    fn patterns_and_lists_of_values_count() {
        let patterns: Map<String, Value> = (0..5_000)
            .map(|index| (format!("a{index}$"), json!({})))
            .collect();
        let entries: Map<String, Value> = (0..5_000)
            .map(|index| (format!("b{index}"), json!(1)))
            .collect();
        let schema = json!({"patternProperties": patterns});
        assert!(check_validation(&schema, &Value::Object(entries)).is_err());
        let schema = json!({"items": {"enum": (0..5_000).collect::<Vec<_>>()}});
        assert!(check_validation(&schema, &json!((0..5_000).collect::<Vec<_>>())).is_err());
    }

    #[test]
    fn recursion_along_the_values_is_no_multiplication() {
        let schema = json!({"properties": {"x": {"$ref": "#"}}, "items": {"$ref": "#"}, "anyOf": [{"type": "object"}, {"$ref": "#"}]});
        assert!(check_validation(&schema, &nested(200)).is_ok());
    }

    #[test]
    fn what_is_copied_for_unevaluated_properties_is_bounded() {
        let mut schema = chain(40, |next| json!({"allOf": [next, next]}));
        assert!(check_schema(&schema).is_ok());
        schema["unevaluatedProperties"] = json!(false);
        assert!(check_schema(&schema).is_err());
    }
}
