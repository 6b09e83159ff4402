use std::rc::Rc;

use envlint_gotemplate::fmt::format_float;
use envlint_gotemplate::{GoString, List, Map, Object, Value};

use crate::functions::plain::marshalled;
use crate::functions::time::Time;

/// Values nested deeper are refused: a map can hold itself.
const MAX_DEPTH: usize = 250;

/// Writes a map as a TOML document: first the plain keys, then the tables, each sorted. The error is the library's.
pub(super) fn encode(value: &Value) -> Result<GoString, String> {
    let mut encoder = Encoder { out: Vec::new() };
    if marshalled(value).is_some() {
        encoder.element(value, MAX_DEPTH)?;
        return Ok(encoder.out.into());
    }
    match value {
        Value::List(list) if table_list(list)? => {
            return Err("toml: top-level values must be Go maps or structs".to_owned());
        }
        Value::Map(map) if map.is_nil() => {}
        Value::Map(_) | Value::Object(_) => encoder.table(&[], value)?,
        other => encoder.element(other, MAX_DEPTH)?,
    }
    Ok(encoder.out.into())
}

struct Encoder {
    out: Vec<u8>,
}

/// A map or struct: its keys in the order of writing.
fn entries(value: &Value) -> Vec<(GoString, Value)> {
    match value {
        Value::Map(map) => map.entries(),
        Value::Object(object) => object
            .fields()
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect(),
        _ => Vec::new(),
    }
}

fn is_struct(object: &Rc<dyn Object>, value: &Value) -> bool {
    object.underlying().is_none() && marshalled(value).is_none()
}

/// Whether the value is written as a table of its own.
fn is_table(value: &Value) -> Result<bool, String> {
    Ok(match value {
        Value::Map(map) => !map.is_nil(),
        Value::Object(object) => is_struct(object, value),
        Value::List(list) => table_list(list)?,
        _ => false,
    })
}

/// Whether all items are tables. Lists of nil have no TOML.
fn table_list(list: &List) -> Result<bool, String> {
    let mut all = !list.is_empty();
    for item in list.iter() {
        if is_nil(item) {
            return Err("toml: cannot encode array with nil element".to_owned());
        }
        all &= match item {
            Value::Map(_) => true,
            Value::Object(object) => is_struct(object, item),
            Value::List(inner) => {
                table_list(inner)?;
                false
            }
            _ => false,
        };
    }
    Ok(all)
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::List(list) => list.is_nil(),
        Value::Map(map) => map.is_nil(),
        _ => false,
    }
}

impl Encoder {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    fn indent(&mut self, path: &[GoString]) {
        self.text(&"  ".repeat(path.len().saturating_sub(1)));
    }

    fn table(&mut self, path: &[GoString], value: &Value) -> Result<(), String> {
        if path.len() > MAX_DEPTH {
            return Err("the values are nested too deeply: does a map contain itself?".to_owned());
        }
        let (mut direct, mut tables) = (Vec::new(), Vec::new());
        for (key, value) in entries(value) {
            if is_nil(&value) {
                continue;
            }
            if is_table(&value)? {
                tables.push((key, value))
            } else {
                direct.push((key, value))
            }
        }
        for (key, value) in direct {
            let path = [path, &[key]].concat();
            self.indent(&path);
            self.key(path.last());
            self.text(" = ");
            self.element(&value, MAX_DEPTH - path.len())?;
            self.newline();
        }
        for (key, value) in tables {
            let path = [path, &[key]].concat();
            match &value {
                Value::List(list) => self.table_array(&path, list)?,
                _ => {
                    if path.len() == 1 {
                        self.newline();
                    }
                    self.header(&path, "[", "]");
                    self.table(&path, &value)?;
                }
            }
        }
        Ok(())
    }

    fn table_array(&mut self, path: &[GoString], list: &List) -> Result<(), String> {
        for item in list.iter() {
            self.newline();
            self.header(path, "[[", "]]");
            self.table(path, item)?;
        }
        Ok(())
    }

    fn header(&mut self, path: &[GoString], open: &str, close: &str) {
        self.indent(path);
        self.text(open);
        for (index, key) in path.iter().enumerate() {
            if index > 0 {
                self.out.push(b'.');
            }
            self.key(Some(key));
        }
        self.text(close);
        self.newline();
    }

    /// Bare where TOML allows it.
    fn key(&mut self, key: Option<&GoString>) {
        let key = key.map_or(&b""[..], GoString::as_bytes);
        let bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if !key.is_empty() && key.iter().all(bare) {
            self.out.extend_from_slice(key);
        } else {
            self.quoted(key);
        }
    }

    fn quoted(&mut self, text: &[u8]) {
        self.out.push(b'"');
        for &byte in text {
            match byte {
                b'"' => self.text("\\\""),
                b'\\' => self.text("\\\\"),
                8 => self.text("\\b"),
                b'\t' => self.text("\\t"),
                b'\n' => self.text("\\n"),
                12 => self.text("\\f"),
                b'\r' => self.text("\\r"),
                0..0x20 | 0x7F => self.text(&format!("\\u{byte:04x}")),
                _ => self.out.push(byte),
            }
        }
        self.out.push(b'"');
    }

    /// A value in a line: maps are inline tables.
    fn element(&mut self, value: &Value, depth: usize) -> Result<(), String> {
        let depth = depth
            .checked_sub(1)
            .ok_or("the values are nested too deeply: does a map contain itself?")?;
        if let Some(text) = marshalled(value) {
            match value.downcast::<Time>() {
                Some(_) => self.text(&text),
                None => self.quoted(text.as_bytes()),
            }
            return Ok(());
        }
        match value {
            Value::String(text) => self.quoted(text.as_bytes()),
            Value::Bool(value) => self.text(&value.to_string()),
            Value::Int(number, _) => self.text(&number.to_string()),
            Value::Uint(number, _) => self.text(&number.to_string()),
            Value::Float(number, _) => self.text(&float(*number)),
            Value::Bytes(bytes) => {
                let items: Vec<String> = bytes.iter().map(u8::to_string).collect();
                self.text(&format!("[{}]", items.join(", ")));
            }
            Value::List(list) => {
                self.out.push(b'[');
                for (index, item) in list.iter().enumerate() {
                    if index > 0 {
                        self.text(", ");
                    }
                    self.element(item, depth)?;
                }
                self.out.push(b']');
            }
            Value::Map(map) => self.inline(map, depth)?,
            Value::Object(object) => match object.underlying() {
                Some(plain) => self.element(&plain, depth)?,
                None => self.inline(&entries(value).into_iter().collect(), depth)?,
            },
            Value::Nil | Value::Func(_) => {
                return Err(format!("unexpected type: {}", value.type_name()));
            }
        }
        Ok(())
    }

    fn inline(&mut self, map: &Map, depth: usize) -> Result<(), String> {
        let entries = map.entries();
        let (mut direct, mut tables) = (Vec::new(), Vec::new());
        for (key, value) in entries {
            if is_table(&value)? {
                tables.push((key, value))
            } else {
                direct.push((key, value))
            }
        }
        let (last_direct, has_tables) = (direct.len(), !tables.is_empty());
        let count = direct.len() + tables.len();
        self.out.push(b'{');
        for (index, (key, value)) in direct.into_iter().chain(tables).enumerate() {
            if is_nil(&value) {
                continue;
            }
            self.key(Some(&key));
            self.text(" = ");
            self.element(&value, depth)?;
            // The library puts the comma by the position, nil values included.
            let is_last = if index < last_direct {
                index + 1 == last_direct && !has_tables
            } else {
                index + 1 == count
            };
            if !is_last {
                self.text(", ");
            }
        }
        self.out.push(b'}');
        Ok(())
    }
}

/// A float always shows that it is one.
fn float(number: f64) -> String {
    if number.is_nan() {
        return if number.is_sign_negative() {
            "-nan"
        } else {
            "nan"
        }
        .to_owned();
    }
    if number.is_infinite() {
        return if number < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    let text = format_float(number, b'g', None, 64);
    if text.contains(['e', '.']) {
        text
    } else {
        format!("{text}.0")
    }
}
