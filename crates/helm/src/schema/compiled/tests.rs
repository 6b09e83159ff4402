use serde_json::{Map, json};

use super::*;

/// Definitions of which each is `each` of the next one, and the last is `last`.
fn chain(levels: usize, last: Value, each: impl Fn(Value) -> Value) -> Value {
    let reference = |level: usize| json!({"$ref": format!("#/$defs/a{level}")});
    let mut definitions: Map<String, Value> = (0..levels)
        .map(|level| (format!("a{level}"), each(reference(level + 1))))
        .collect();
    definitions.insert(format!("a{levels}"), last);
    json!({"$ref": "#/$defs/a0", "$defs": definitions})
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!({}), |inner, _| json!({"x": inner}))
}

fn estimated(schema: &Value, values: &Value) -> bool {
    let shape = cost::shape(schema).expect("a schema");
    shape.is_plain && cost::estimate(schema, values).is_some()
}

fn mistakes(schema: Value, values: &Value) -> Result<usize, SchemaLimit> {
    let compiled = CompiledSchema::new(schema).expect("a schema");
    compiled.mistakes(values, 10).map(|mistakes| mistakes.len())
}

#[test]
fn references_that_multiply_are_seen_before_they_are_followed() {
    let schema = chain(40, json!({}), |next| json!({"allOf": [next, next, next]}));
    assert!(!estimated(&schema, &json!({})));
    let schema = chain(40, json!({}), |next| {
        let inner = json!({"properties": {"x": next}});
        json!({"allOf": [inner, inner]})
    });
    assert!(!estimated(&schema, &nested(45)));
    // The same schema is harmless where the values are flat.
    assert!(estimated(&schema, &nested(3)));
    for reference in ["values.schema.json#/a", "#name", "http://x/y.json", "%23/a"] {
        assert!(
            !estimated(&json!({"$ref": reference}), &json!({})),
            "{reference}"
        );
    }
    let identified = json!({"$defs": {"a": {"$id": "http://x/b.json"}}, "$ref": "#/$defs/a"});
    assert!(!estimated(&identified, &json!({})));
}

#[test]
fn what_is_long_takes_more() {
    let patterns: Map<String, Value> = (0..5_000)
        .map(|index| (format!("a{index}$"), json!({})))
        .collect();
    let entries: Map<String, Value> = (0..5_000)
        .map(|index| (format!("b{index}"), json!(1)))
        .collect();
    let schema = json!({"patternProperties": patterns});
    assert!(!estimated(&schema, &Value::Object(entries)));
    let text = json!("x".repeat(1_000_000));
    let schema = chain(
        10,
        json!({"pattern": "y"}),
        |next| json!({"allOf": [next, next]}),
    );
    assert!(!estimated(&schema, &text));
    assert!(estimated(&schema, &json!("x")));
}

#[test]
fn what_cannot_be_estimated_is_still_checked() {
    // An enumeration over a long list, many kinds, resources that share a file's name, expressions, long chains.
    let numbers: Vec<u32> = (0..2_600).collect();
    let schema = json!({"items": {"enum": numbers}});
    assert_eq!(mistakes(schema.clone(), &json!(numbers)), Ok(0));
    let expression = json!({"anyOf": [
        {"properties": {"and": {"items": {"$ref": "#"}}}, "required": ["and"]},
        {"properties": {"or": {"items": {"$ref": "#"}}}, "required": ["or"]},
        {"type": "string"},
    ]});
    let deep = (0..15).fold(json!("a"), |inner, _| json!({"and": [inner]}));
    assert_eq!(mistakes(expression, &deep), Ok(0));
    let schema = chain(
        900,
        json!({"type": "object"}),
        |next| json!({"allOf": [next]}),
    );
    assert_eq!(mistakes(schema.clone(), &json!({})), Ok(0));
    assert_eq!(mistakes(schema, &json!(1)), Ok(1));
    let anchored = json!({"$ref": "#a", "$defs": {"b": {"$anchor": "a", "type": "object"}}});
    assert_eq!(mistakes(anchored.clone(), &json!({})), Ok(0));
    assert_eq!(mistakes(anchored, &json!(1)), Ok(1));
}

#[test]
fn errors_that_would_fill_the_memory_are_not_listed() {
    let schema = chain(
        16,
        json!({"const": 1}),
        |next| json!({"anyOf": [next, next]}),
    );
    let text = json!("x".repeat(50_000));
    assert_eq!(mistakes(schema.clone(), &text), Err(SchemaLimit::Errors));
    assert_eq!(mistakes(schema, &json!(1)), Ok(0));
}

#[test]
fn what_is_copied_for_unevaluated_properties_is_bounded() {
    let mut schema = chain(40, json!({}), |next| json!({"allOf": [next, next]}));
    assert!(cost::shape(&schema).is_ok());
    schema["unevaluatedProperties"] = json!(false);
    assert!(cost::shape(&schema).is_err());
    // Each alone would do; together they do not.
    let mut schema = chain(12, json!({}), |next| json!({"allOf": [next, next]}));
    let open = json!({"$ref": "#/$defs/a0", "unevaluatedProperties": false});
    let properties: Map<String, Value> = (0..2_000)
        .map(|index| (format!("p{index}"), open.clone()))
        .collect();
    schema["properties"] = Value::Object(properties);
    assert!(cost::shape(&schema).is_err());
}
