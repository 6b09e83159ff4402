//! Renders a call with our own functions.

use std::sync::Arc;

use envlint_gotemplate::{Error, Limits, Map, MapType, MissingKey, TemplateSet, Type, Value};
use envlint_helm::{MESSAGE_END, MESSAGE_START, Session, SessionOptions};
use envlint_yaml::{Document, Value as Plain};

use crate::{Answer, directory, read};

static VALUES: MapType = MapType {
    name: "common.Values",
    elem: Type::Interface,
    named: true,
};

/// How our answer differs from helm's.
pub(crate) fn difference(call: &str, expected: &Answer) -> Option<String> {
    match (expected, render(call)) {
        (Answer::Output(expected), Ok(found)) if *expected == found => None,
        (Answer::Error(expected), Err(error)) if matches(expected, &error) => None,
        (expected, found) => {
            let found = found.map_err(|error| error.to_string());
            Some(format!("{call}\n  helm: {expected:?}\n  ours: {found:?}"))
        }
    }
}

/// Helm's message ends with ours, whatever it says around.
fn matches(expected: &str, error: &Error) -> bool {
    let innermost = error.chain().last().map(Error::message).unwrap_or_default();
    let innermost = innermost
        .replace(MESSAGE_START, "")
        .replace(MESSAGE_END, "");
    expected.ends_with(innermost.trim_end())
}

fn render(call: &str) -> Result<String, Error> {
    let mut set =
        TemplateSet::new("gotpl", envlint_helm::registry()).with_missing_key(MissingKey::Zero);
    set.parse("call", call)?;
    let mut session = Session::new(SessionOptions {
        seed: Some(1),
        now: None,
        ..SessionOptions::default()
    });
    let data: Map = [("Values", values())].into_iter().collect();
    let data = data.with_type(&VALUES);
    let output = Arc::new(set).execute("call", data.into(), &mut session, Limits::default())?;
    Ok(go_text(&output))
}

/// The text as it comes out of Go's JSON, which the recording goes through: an invalid byte is U+FFFD.
fn go_text(bytes: &[u8]) -> String {
    bytes
        .utf8_chunks()
        .flat_map(|chunk| {
            chunk
                .valid()
                .chars()
                .chain(chunk.invalid().iter().map(|_| '\u{FFFD}'))
        })
        .collect()
}

fn values() -> Value {
    let document = Document::parse(read(directory().join("values.yaml")));
    match value(&document.root().unwrap().to_value()) {
        Value::Map(map) => Map::typed(&VALUES, map.entries().into_iter().collect()).into(),
        other => other,
    }
}

fn value(plain: &Plain) -> Value {
    match plain {
        Plain::Null => Value::Nil,
        Plain::Bool(value) => (*value).into(),
        Plain::Int(number) => (*number as f64).into(),
        Plain::UInt(number) => (*number as f64).into(),
        Plain::Float(number) => (*number).into(),
        Plain::String(text) => text.as_str().into(),
        Plain::Seq(items) => Value::List(items.iter().map(value).collect()),
        Plain::Map(map) => Value::Map(
            map.iter()
                .map(|(key, plain)| (key.as_str(), value(plain)))
                .collect(),
        ),
    }
}
