//! The engine of a fleet's templates: minijinja, strict and bounded. Templates read nothing but what they are given.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, Value, ValueKind};
use minijinja::{AutoEscape, Environment as Engine, Error, ErrorKind, UndefinedBehavior};
use rayon::ThreadPoolBuilder;

use crate::workspace::{Setting, Settings};

/// The longest values file that is generated, in bytes.
const LONGEST: usize = 1024 * 1024;
/// How much work a template may take: one for each instruction, and one for 64 bytes that it makes, so that memory has a
/// bound, too (minijinja: `Environment::set_fuel`). A file of ten thousand lines takes a third of it.
const MOST_WORK: u64 = 300_000;
/// How deep a value that is written may be, in maps and lists.
const DEEPEST: usize = 100;
/// The stack of the threads that render, in bytes. A template can put a list into a list for most of its work, and what
/// minijinja does with it goes down as deep, even to let go of it.
const STACK: usize = 128 << 20;

/// Does work that renders templates, on threads that can.
pub(super) fn on_deep_stacks<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match ThreadPoolBuilder::new().stack_size(STACK).build() {
        Ok(threads) => threads.install(work),
        // Where there can be no threads, there is one all the same.
        Err(_) => work(),
    }
}

/// An engine that knows no template yet.
pub(super) fn engine() -> Engine<'static> {
    let mut engine = Engine::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_auto_escape_callback(|_| AutoEscape::None);
    // A tag on a line of its own leaves no line behind.
    let mut syntax = engine.syntax().to_builder();
    syntax
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true);
    if let Ok(syntax) = syntax.build() {
        engine.set_syntax(syntax);
    }
    engine.set_debug(true);
    engine.set_fuel(Some(MOST_WORK));
    engine.add_filter("yaml", yaml);
    // What is no text is written as YAML has it.
    engine.set_formatter(|out, state, value| match value.kind() {
        ValueKind::None => Ok(out.write_str("null")?),
        ValueKind::Bool => Ok(out.write_str(if value.is_true() { "true" } else { "false" })?),
        ValueKind::Map | ValueKind::Seq => Ok(out.write_str(&json(value)?)?),
        _ => minijinja::escape_formatter(out, state, value),
    });
    engine
}

fn unwritable(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::BadSerialization, error.to_string())
}

/// A value as JSON, as far as a file may be long and deep: a list that has another one twice is small, and what it writes
/// is not.
fn json(value: &Value) -> Result<String, Error> {
    let mut out = Bounded::default();
    write_json(value, DEEPEST, &mut out)?;
    Ok(out.into_text())
}

fn write_json(value: &Value, deep: usize, out: &mut Bounded) -> Result<(), Error> {
    let put = |out: &mut Bounded, text: &str| {
        let written = out.write_all(text.as_bytes());
        written.map_err(|_| Error::from(ErrorKind::WriteFailure))
    };
    let (open, close) = match value.kind() {
        ValueKind::Map => ("{", "}"),
        ValueKind::Seq | ValueKind::Iterable => ("[", "]"),
        _ => return put(out, &json_text(value)?),
    };
    let Some(deep) = deep.checked_sub(1) else {
        let words = "a value is nested too deeply";
        return Err(Error::new(ErrorKind::BadSerialization, words));
    };
    put(out, open)?;
    for (index, item) in value.try_iter()?.enumerate() {
        if index > 0 {
            put(out, ",")?;
        }
        if value.kind() == ValueKind::Map {
            put(out, &json_text(&item.to_string())?)?;
            put(out, ":")?;
            write_json(&value.get_item(&item)?, deep, out)?;
        } else {
            write_json(&item, deep, out)?;
        }
    }
    put(out, close)
}

/// A single value as JSON that YAML reads alike: it takes some characters for breaks of lines, or not at all, that JSON does
/// not escape.
fn json_text(value: &impl serde::Serialize) -> Result<String, Error> {
    let text = serde_json::to_string(value).map_err(unwritable)?;
    let needs_escape = |char: &char| {
        char.is_control()
            || matches!(
                char,
                '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
            )
    };
    if !text.chars().any(|char| needs_escape(&char)) {
        return Ok(text);
    }
    let escaped = text.chars().map(|char| match needs_escape(&char) {
        true => format!("\\u{:04x}", u32::from(char)),
        false => char.to_string(),
    });
    Ok(escaped.collect())
}

/// A value as YAML on one line, so that it is the value of its key wherever that stands: quoted where it would be read as
/// something else, maps and lists in brackets.
fn yaml(value: &Value) -> Result<String, Error> {
    // A filter is given what is undefined, and has to refuse it by itself.
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let json = json(value)?;
    let value: envlint_yaml::Value = serde_json::from_str(&json).map_err(unwritable)?;
    let block = envlint_yaml::emit(&value);
    let block = block.trim_end_matches('\n');
    let is_single = !matches!(
        value,
        envlint_yaml::Value::Seq(_) | envlint_yaml::Value::Map(_)
    );
    Ok(match is_single && !block.contains('\n') {
        true => block.to_owned(),
        false => json,
    })
}

/// The values of the list, in its order.
pub(super) fn value_of(settings: &Settings<'_>) -> Value {
    let entries = settings.iter().map(|(key, _, setting)| {
        let value = match setting {
            Setting::Map(settings) => value_of(settings),
            Setting::Value(node) => plain(&node.to_value()),
        };
        (Arc::from(*key), value)
    });
    Value::from_object(entries.collect::<Ordered>())
}

fn plain(value: &envlint_yaml::Value) -> Value {
    use envlint_yaml::Value as Yaml;
    match value {
        Yaml::Null => Value::from(()),
        Yaml::Bool(value) => Value::from(*value),
        Yaml::Int(value) => Value::from(*value),
        Yaml::UInt(value) => Value::from(*value),
        Yaml::Float(value) => Value::from(*value),
        Yaml::String(text) => Value::from(text.as_str()),
        Yaml::Seq(items) => items.iter().map(plain).collect(),
        Yaml::Map(map) => {
            let entries = map.iter();
            let entries = entries.map(|(key, value)| (Arc::from(key.as_str()), plain(value)));
            Value::from_object(entries.collect::<Ordered>())
        }
    }
}

/// A map that keeps its order. A template may look into it as often as it may do anything: its keys are not searched one by
/// one.
#[derive(Debug)]
struct Ordered {
    keys: Vec<Arc<str>>,
    values: HashMap<Arc<str>, Value>,
}

impl FromIterator<(Arc<str>, Value)> for Ordered {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(entries: I) -> Ordered {
        let mut map = Ordered {
            keys: Vec::new(),
            values: HashMap::new(),
        };
        for (key, value) in entries {
            if map.values.insert(Arc::clone(&key), value).is_none() {
                map.keys.push(key);
            }
        }
        map
    }
}

impl Object for Ordered {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.values.get(key.as_str()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let keys = self.keys.iter().map(|key| Value::from(Arc::clone(key)));
        Enumerator::Values(keys.collect())
    }
}

/// Takes as much text as a file may have, and no more.
#[derive(Default)]
pub(super) struct Bounded(Vec<u8>);

impl Bounded {
    /// The text.
    pub(super) fn into_text(self) -> String {
        // It is made of text.
        String::from_utf8(self.0).unwrap_or_default()
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
