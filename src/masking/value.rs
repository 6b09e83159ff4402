//! Values that came from somewhere else than a file of their own: what a message of another program quotes.

use envlint_yaml::Value;

use super::{Said, Text, placeholder};
use crate::sensitive::promises_secret;

/// A value that stands under a key, with its secrets replaced where they stand: what a secret-like key holds, and what is
/// known or looks like one.
pub fn mask_value(key: &str, value: &Value) -> Value {
    match value {
        Value::Map(map) => Value::Map(
            map.iter()
                .map(|(key, value)| (key.clone(), mask_value(key, value)))
                .collect(),
        ),
        Value::Seq(items) => Value::Seq(items.iter().map(|item| mask_value(key, item)).collect()),
        Value::Null | Value::Bool(_) => value.clone(),
        Value::String(text) => scalar(key, text, value),
        Value::Int(number) => scalar(key, &number.to_string(), value),
        Value::UInt(number) => scalar(key, &number.to_string(), value),
        Value::Float(number) => scalar(key, &number.to_string(), value),
    }
}

fn scalar(key: &str, text: &str, value: &Value) -> Value {
    if promises_secret(key) && !text.is_empty() {
        return Value::String(placeholder(text.chars().count()));
    }
    let shown = Text::of(&Said(text)).show();
    match *shown == *text {
        true => value.clone(),
        false => Value::String(shown.into_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_secret_like_key_holds_is_replaced_and_the_rest_stays() {
        let entries = [
            ("password", Value::from("blue")),
            ("users", Value::Seq(vec![Value::from("blue")])),
            ("port", Value::Int(80)),
        ];
        let entries = entries.map(|(key, value)| (key.to_owned(), value));
        let value = Value::Map(entries.into_iter().collect());
        let Value::Map(masked) = mask_value("db", &value) else {
            panic!("a map")
        };
        assert_eq!(
            masked.get("password"),
            Some(&Value::from("[redacted, 4 chars]"))
        );
        assert_eq!(
            masked.get("users"),
            Some(&Value::Seq(vec![Value::from("blue")]))
        );
        assert_eq!(masked.get("port"), Some(&Value::Int(80)));
        assert_eq!(
            mask_value("token", &Value::Int(1234)),
            Value::from("[redacted, 4 chars]")
        );
    }
}
