//! The rules that a definition carries as expressions: `x-kubernetes-validations`.
//!
//! An API server evaluates them once the object has the form that the schema asks for, and the defaults of the schema are
//! filled in. A rule that compares with the object as it was before (`oldSelf`) says nothing of an object that is new; one
//! with a function that only an API server has is left alone.
//! <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules>

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use envlint_budget::Budget;
use envlint_yaml::{Path, Segment};
use serde_json::Value;

use super::kustomized::is_filled_in;
use super::{Violation, invalid};
use crate::expressions::{
    Expression, Owned, Variable, Verdict, functions, list, of_json, of_map, on_large_stack, within,
};
use crate::masking::{Name, ObjectName, Said, Text, text};

/// The keyword.
const RULES: &str = "x-kubernetes-validations";

/// What is asked of objects beside the form that JSON Schema knows, and what that needs.
pub(super) const BESIDE: [&str; 5] = [RULES, LIST_TYPE, LIST_KEYS, "default", "format"];

/// Whether the items of a list have to differ: `set` for the items as such, `map` for their keys.
/// <https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy>
const LIST_TYPE: &str = "x-kubernetes-list-type";
const LIST_KEYS: &str = "x-kubernetes-list-map-keys";

/// The variables of a rule.
const VARIABLES: &[Variable] = &[Variable::open("self")];

/// Formats whose values are no plain texts in an expression.
const TYPED: [&str; 4] = ["byte", "date", "date-time", "duration"];

/// Words of the language: a property with such a name is written between underscores.
const WORDS: [&str; 18] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
];

/// The rules of one version of a kind, read when an object first meets them; none for one that cannot be evaluated here.
#[derive(Debug, Default)]
pub(super) struct Rules(Mutex<HashMap<String, Option<Arc<Expression>>>>);

impl Rules {
    fn read(&self, rule: &str) -> Option<Arc<Expression>> {
        // A panic elsewhere leaves the map as it was: entries are only ever added whole.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || Expression::read(rule, VARIABLES).ok().map(Arc::new);
        known.entry(rule.to_owned()).or_insert_with(read).clone()
    }

    /// The rules of a schema that an object breaks, as far as the steps go.
    pub(super) fn broken(&self, schema: &Value, object: &Value, steps: &Budget) -> Vec<Violation> {
        on_large_stack(|| {
            let mut found = Vec::new();
            within(steps, || {
                self.check(schema, object, &Path::root(), &mut found)
            });
            found
        })
    }

    fn check(&self, schema: &Value, value: &Value, path: &Path, found: &mut Vec<Violation>) {
        let rules = schema.get(RULES).and_then(Value::as_array);
        for rule in rules.into_iter().flatten() {
            found.extend(self.violation(schema, rule, value, path));
        }
        match value {
            Value::Object(map) => {
                for (key, below) in map {
                    let schema =
                        property(schema, key).or_else(|| schema.get("additionalProperties"));
                    if let Some(schema) = schema.filter(|_| !below.is_null()) {
                        self.check(schema, below, &path.key(key), found);
                    }
                }
            }
            Value::Array(items) => {
                found.extend(twice(schema, items, path));
                let Some(schema) = schema.get("items") else {
                    return;
                };
                for (index, below) in items.iter().enumerate() {
                    let mut path = path.clone();
                    path.push(Segment::Index(index));
                    self.check(schema, below, &path, found);
                }
            }
            _ => {}
        }
    }

    /// What a rule finds wrong with a value.
    fn violation(
        &self,
        schema: &Value,
        rule: &Value,
        value: &Value,
        path: &Path,
    ) -> Option<Violation> {
        let expression = self.read(rule.get("rule")?.as_str()?)?;
        let mut scope = functions();
        scope.add_variable_as_val("self", value_of(schema, value)?);
        // What it lacks, it may lack for a reason that is not known here.
        if !matches!(expression.evaluate(&scope), Verdict::Breaks) {
            return None;
        }
        let message = rule.get("message").and_then(Value::as_str);
        let message = message.or_else(|| rule.get("rule")?.as_str())?;
        let place = match path.segments() {
            [] => text!("the object"),
            _ => text!("`{}`", ObjectName(path)),
        };
        Some(
            invalid(
                path,
                text!(
                    "{} breaks a rule of its definition: {}",
                    place,
                    Said(message.trim())
                ),
            )
            .help(text!(
                "change it so that the rule holds: `{}`",
                Said(rule.get("rule")?.as_str()?.trim())
            )),
        )
    }
}

/// The first item of a list that is there already, where the definition wants items that differ.
fn twice(schema: &Value, items: &[Value], path: &Path) -> Option<Violation> {
    let keys = match schema.get(LIST_TYPE)?.as_str()? {
        "set" => Vec::new(),
        "map" => schema
            .get(LIST_KEYS)?
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .collect(),
        _ => return None,
    };
    let mut known = HashSet::new();
    for (index, item) in items.iter().enumerate() {
        let mark = match keys.as_slice() {
            [] => item.to_string(),
            keys => {
                let of = |key: &&str| item.get(*key).map(Value::to_string);
                keys.iter().map(of).collect::<Option<Vec<_>>>()?.join(" ")
            }
        };
        if !is_filled_in(item) && !known.insert(mark) {
            let mut at = path.clone();
            at.push(Segment::Index(index));
            let what = match keys.as_slice() {
                [] => text!("item"),
                keys => text!(
                    "item with the same {}",
                    Text::join(keys.iter().map(|key| text!("`{}`", Name(key))), " and ")
                ),
            };
            return Some(
                invalid(
                    &at,
                    text!(
                        "`{}` is the second {}, and the API server takes none",
                        ObjectName(&at),
                        what
                    ),
                )
                .help("remove one of them"),
            );
        }
    }
    None
}

fn property<'s>(schema: &'s Value, key: &str) -> Option<&'s Value> {
    schema.get("properties")?.get(key)
}

/// Fills in the defaults of a schema, as an API server does before it looks at anything.
/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting>
pub(super) fn fill_in(schema: &Value, value: &mut Value) {
    match value {
        Value::Object(map) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            for (key, below) in properties.into_iter().flatten() {
                let lacks = map.get(key).is_none_or(Value::is_null);
                if let Some(default) = below.get("default").filter(|_| lacks) {
                    map.insert(key.clone(), default.clone());
                }
            }
            for (key, value) in map.iter_mut() {
                let below = property(schema, key).or_else(|| schema.get("additionalProperties"));
                if let Some(below) = below {
                    fill_in(below, value);
                }
            }
        }
        Value::Array(items) => {
            if let Some(below) = schema.get("items") {
                items.iter_mut().for_each(|item| fill_in(below, item));
            }
        }
        _ => {}
    }
}

/// A value as a rule sees it; none where that is not known here.
fn value_of(schema: &Value, value: &Value) -> Option<Owned> {
    if is_filled_in(value) {
        return None;
    }
    let format = schema.get("format").and_then(Value::as_str);
    if format.is_some_and(|format| TYPED.contains(&format)) {
        return None;
    }
    match value {
        Value::Object(map) => {
            let given = map.iter().filter(|(_, value)| !value.is_null());
            let given = given.map(|(key, value)| match property(schema, key) {
                Some(schema) => Some((escaped(key), value_of(schema, value)?)),
                None => {
                    let schema = schema.get("additionalProperties").unwrap_or(&Value::Null);
                    Some((key.clone(), value_of(schema, value)?))
                }
            });
            let entries: Option<Vec<_>> = given.collect();
            Some(of_map(entries?.into_iter()))
        }
        Value::Array(items) => {
            let schema = schema.get("items").unwrap_or(&Value::Null);
            let items: Option<Vec<Owned>> =
                items.iter().map(|item| value_of(schema, item)).collect();
            Some(list(items?.into_iter()))
        }
        // JSON has one kind of numbers.
        Value::Number(number) if schema.get("type").is_some_and(|kind| kind == "number") => Some(
            of_json(&serde_json::Number::from_f64(number.as_f64()?).map(Value::Number)?),
        ),
        other => Some(of_json(other)),
    }
}

/// The name of a property in an expression.
fn escaped(key: &str) -> String {
    if WORDS.contains(&key) {
        return format!("__{key}__");
    }
    let mut escaped = key.replace("__", "__underscores__");
    for (char, word) in [('.', "__dot__"), ('-', "__dash__"), ('/', "__slash__")] {
        escaped = escaped.replace(char, word);
    }
    escaped
}
