use envlint_gotemplate::fmt::format_float;
use envlint_gotemplate::{Context, Error, GoString, List, Map, Value};

use crate::functions::plain::marshalled;
use crate::functions::size::too_large;

/// How JSON is laid out.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    /// Two spaces a level
    pretty: bool,
    /// `<`, `>` and `&` as `\u003c` and so on
    escape_html: bool,
}

impl Style {
    pub(crate) const COMPACT: Style = Style {
        pretty: false,
        escape_html: true,
    };
    pub(crate) const PRETTY: Style = Style {
        pretty: true,
        escape_html: true,
    };
    pub(crate) const RAW: Style = Style {
        pretty: false,
        escape_html: false,
    };
}

/// Go looks for cycles from a depth of 1000 on; deeper values are refused here altogether, cycle or not.
const MAX_DEPTH: usize = 250;

/// Writes a value as JSON; maps in the order of their keys.
pub(crate) fn encode(cx: &dyn Context, value: &Value, style: Style) -> Result<GoString, Error> {
    let mut encoder = Encoder {
        out: Vec::new(),
        style,
        depth: 0,
        limit: cx.limits().output,
    };
    match encoder.value(value) {
        Ok(()) => Ok(encoder.out.into()),
        Err(Failure::Unsupported(what)) => Err(Error::new(format!("json: unsupported {what}"))),
        Err(Failure::TooLarge) => Err(too_large(cx)),
    }
}

enum Failure {
    Unsupported(String),
    TooLarge,
}

struct Encoder {
    out: Vec<u8>,
    style: Style,
    depth: usize,
    limit: usize,
}

impl Encoder {
    fn value(&mut self, value: &Value) -> Result<(), Failure> {
        if self.out.len() > self.limit {
            return Err(Failure::TooLarge);
        }
        match value {
            Value::Nil => self.text("null"),
            Value::Bool(value) => self.text(if *value { "true" } else { "false" }),
            Value::Int(n, _) => self.text(&n.to_string()),
            Value::Uint(n, _) => self.text(&n.to_string()),
            Value::Float(n, kind) => {
                let bits = if kind.name() == "float32" { 32 } else { 64 };
                let number = number(*n, bits)
                    .ok_or_else(|| Failure::Unsupported(format!("value: {}", special(*n))))?;
                self.text(&number);
            }
            Value::String(text) => self.string(text.as_bytes()),
            Value::Bytes(bytes) => self.string(data_encoding::BASE64.encode(bytes).as_bytes()),
            Value::List(list) => return self.list(list),
            Value::Map(map) => return self.map(map),
            Value::Object(object) => match (marshalled(value), object.underlying()) {
                (Some(text), _) => self.string(text.as_bytes()),
                (None, Some(plain)) => return self.value(&plain),
                (None, None) => return self.fields(object.json_fields()),
            },
            Value::Func(func) => {
                return Err(Failure::Unsupported(format!("type: {}", func.type_name())));
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn line(&mut self) {
        if self.style.pretty {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + 2 * self.depth, b' ');
        }
    }

    fn nest<T>(
        &mut self,
        brackets: [u8; 2],
        items: impl ExactSizeIterator<Item = T>,
        mut write: impl FnMut(&mut Encoder, T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.out.push(brackets[0]);
        self.depth += 1;
        let count = items.len();
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.line();
            write(self, item)?;
        }
        self.depth -= 1;
        if count > 0 {
            self.line();
        }
        self.out.push(brackets[1]);
        Ok(())
    }

    fn check_depth(&self, name: &str) -> Result<(), Failure> {
        if self.depth < MAX_DEPTH {
            return Ok(());
        }
        Err(Failure::Unsupported(format!(
            "value: encountered a cycle via {name}"
        )))
    }

    fn list(&mut self, list: &List) -> Result<(), Failure> {
        self.check_depth(list.ty().name)?;
        if list.is_nil() {
            self.text("null");
            return Ok(());
        }
        self.nest([b'[', b']'], list.iter(), Encoder::value)
    }

    fn map(&mut self, map: &Map) -> Result<(), Failure> {
        self.check_depth(map.ty().name)?;
        if map.is_nil() {
            self.text("null");
            return Ok(());
        }
        let entries = map.borrow();
        self.nest([b'{', b'}'], entries.iter(), |encoder, (key, value)| {
            encoder.entry(key.as_bytes(), value)
        })
    }

    fn fields(&mut self, fields: Vec<(&'static str, Value)>) -> Result<(), Failure> {
        self.check_depth("struct")?;
        self.nest(
            [b'{', b'}'],
            fields.into_iter(),
            |encoder, (name, value)| encoder.entry(name.as_bytes(), &value),
        )
    }

    fn entry(&mut self, key: &[u8], value: &Value) -> Result<(), Failure> {
        self.string(key);
        self.out.push(b':');
        if self.style.pretty {
            self.out.push(b' ');
        }
        self.value(value)
    }

    fn string(&mut self, text: &[u8]) {
        self.out.push(b'"');
        for chunk in text.utf8_chunks() {
            self.characters(chunk.valid());
            for _ in chunk.invalid() {
                self.text("\\ufffd");
            }
        }
        self.out.push(b'"');
    }

    fn characters(&mut self, text: &str) {
        let mut start = 0;
        for (at, c) in text.char_indices() {
            let escape = match c {
                '"' => "\\\"".to_owned(),
                '\\' => "\\\\".to_owned(),
                '\u{8}' => "\\b".to_owned(),
                '\u{c}' => "\\f".to_owned(),
                '\n' => "\\n".to_owned(),
                '\r' => "\\r".to_owned(),
                '\t' => "\\t".to_owned(),
                '<' | '>' | '&' if !self.style.escape_html => continue,
                '\0'..=' ' if c != ' ' => format!("\\u{:04x}", u32::from(c)),
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => format!("\\u{:04x}", u32::from(c)),
                _ => continue,
            };
            self.text(text.get(start..at).unwrap_or_default());
            self.text(&escape);
            start = at + c.len_utf8();
        }
        self.text(text.get(start..).unwrap_or_default());
    }
}

/// A float as ES6 writes it: an exponent only below 1e-6 and from 1e21 on, and that without a leading zero.
pub(crate) fn number(value: f64, bits: u8) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        return Some(format_float(value, b'f', None, bits));
    }
    let text = format_float(value, b'e', None, bits);
    Some(match text.split_once("e-0") {
        Some((mantissa, exponent)) => format!("{mantissa}e-{exponent}"),
        None => text,
    })
}

fn special(value: f64) -> &'static str {
    match value {
        value if value.is_nan() => "NaN",
        value if value > 0.0 => "+Inf",
        _ => "-Inf",
    }
}
