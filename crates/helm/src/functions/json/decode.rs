use std::collections::BTreeMap;

use envlint_gotemplate::{GoString, List, MAP_ANY, Map, Value};

use crate::functions::text::quote;

/// Go refuses JSON that is nested deeper.
const MAX_DEPTH: usize = 10_000;

/// What was read, and the first mistake. A syntax error leaves nothing; a number out of range leaves nil in its place.
pub(super) struct Decoded {
    pub(super) value: Value,
    pub(super) error: Option<String>,
}

/// Reads one JSON value; numbers become `float64`.
pub(super) fn decode(text: &[u8]) -> Decoded {
    let mut decoder = Decoder {
        text,
        at: 0,
        range_error: None,
    };
    match decoder.document() {
        Ok(value) => Decoded {
            value,
            error: decoder.range_error,
        },
        Err(error) => Decoded {
            value: Value::Nil,
            error: Some(error),
        },
    }
}

struct Decoder<'a> {
    text: &'a [u8],
    at: usize,
    range_error: Option<String>,
}

/// A list or map that is not closed yet.
enum Open {
    List(Vec<Value>),
    Map(BTreeMap<GoString, Value>, GoString),
}

/// What the text has next, at the beginning of a value.
enum Begin {
    Scalar(Value),
    Container(Open),
}

impl Decoder<'_> {
    fn document(&mut self) -> Result<Value, String> {
        let value = self.value()?;
        match self.peek_token() {
            None => Ok(value),
            Some(byte) => self.unexpected(byte, "after top-level value"),
        }
    }

    /// Containers are kept on a stack of their own, since hostile text is nested deeply.
    fn value(&mut self) -> Result<Value, String> {
        let mut stack: Vec<Open> = Vec::new();
        loop {
            let mut value = match self.begin()? {
                Begin::Scalar(value) => value,
                Begin::Container(open) => {
                    stack.push(open);
                    if stack.len() > MAX_DEPTH {
                        return Err("exceeded max depth".to_owned());
                    }
                    continue;
                }
            };
            loop {
                let Some(open) = stack.pop() else {
                    return Ok(value);
                };
                match self.add(open, value)? {
                    Ok(closed) => value = closed,
                    Err(open) => {
                        stack.push(open);
                        break;
                    }
                }
            }
        }
    }

    /// Puts a value into its container; the outer result is a syntax error, the inner one says whether it is closed.
    fn add(&mut self, open: Open, value: Value) -> Result<Result<Value, Open>, String> {
        match open {
            Open::List(mut items) => {
                items.push(value);
                match self.next_token()? {
                    b',' => Ok(Err(Open::List(items))),
                    b']' => Ok(Ok(List::new(items).into())),
                    byte => self.unexpected(byte, "after array element"),
                }
            }
            Open::Map(mut entries, key) => {
                entries.insert(key, value);
                match self.next_token()? {
                    b',' => {
                        let byte = self.next_token()?;
                        let key = self.key(byte)?;
                        Ok(Err(Open::Map(entries, key)))
                    }
                    b'}' => Ok(Ok(Map::typed(&MAP_ANY, entries).into())),
                    byte => self.unexpected(byte, "after object key:value pair"),
                }
            }
        }
    }

    fn begin(&mut self) -> Result<Begin, String> {
        let scalar = |value: Value| Ok(Begin::Scalar(value));
        match self.next_token()? {
            b'{' => match self.next_token()? {
                b'}' => scalar(Map::new().into()),
                byte => Ok(Begin::Container(Open::Map(
                    BTreeMap::new(),
                    self.key(byte)?,
                ))),
            },
            b'[' => match self.peek_token() {
                Some(b']') => {
                    self.at += 1;
                    scalar(List::new(Vec::new()).into())
                }
                _ => Ok(Begin::Container(Open::List(Vec::new()))),
            },
            b'"' => scalar(self.string()?.into()),
            b't' => self.literal("true", true.into()),
            b'f' => self.literal("false", false.into()),
            b'n' => self.literal("null", Value::Nil),
            byte @ (b'-' | b'0'..=b'9') => scalar(self.number(byte)?),
            byte => self.unexpected(byte, "looking for beginning of value"),
        }
    }

    fn literal(&mut self, name: &str, value: Value) -> Result<Begin, String> {
        for expected in name.bytes().skip(1) {
            let byte = self.next_inside();
            if byte != expected {
                let context = format!("in literal {name} (expecting '{}')", char::from(expected));
                return self.unexpected(byte, &context);
            }
        }
        Ok(Begin::Scalar(value))
    }

    /// A key and its colon.
    fn key(&mut self, byte: u8) -> Result<GoString, String> {
        if byte != b'"' {
            return self.unexpected(byte, "looking for beginning of object key string");
        }
        let key = self.string()?;
        match self.next_token()? {
            b':' => Ok(key),
            byte => self.unexpected(byte, "after object key"),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Result<u8, String> {
        let byte = self.peek().ok_or("unexpected end of JSON input")?;
        self.at += 1;
        Ok(byte)
    }

    /// Inside of a token Go reads the end of the text as a space, and complains about that.
    fn next_inside(&mut self) -> u8 {
        self.next().unwrap_or(b' ')
    }

    fn peek_token(&mut self) -> Option<u8> {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.peek()
    }

    fn next_token(&mut self) -> Result<u8, String> {
        self.peek_token();
        self.next()
    }

    fn unexpected<T>(&self, byte: u8, context: &str) -> Result<T, String> {
        let shown = match byte {
            b'\'' => r"'\''".to_owned(),
            b'"' => "'\"'".to_owned(),
            // Go shows the byte as the character of its code.
            other => {
                let text = char::from(other).to_string();
                format!("'{}'", quote(&text).trim_matches('"'))
            }
        };
        Err(format!("invalid character {shown} {context}"))
    }

    /// The rest of a string, after its opening quote.
    fn string(&mut self) -> Result<GoString, String> {
        let mut out = Vec::new();
        loop {
            match self.next()? {
                b'"' => break,
                b'\\' => self.escape(&mut out)?,
                byte @ 0..0x20 => return self.unexpected(byte, "in string literal"),
                byte => out.push(byte),
            }
        }
        Ok(match String::from_utf8(out) {
            Ok(text) => text.into(),
            Err(error) => crate::functions::text::map(error.as_bytes(), |c| c),
        })
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        out.push(match self.next_inside() {
            byte @ (b'"' | b'\\' | b'/') => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let c = self.unicode()?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            byte => return self.unexpected(byte, "in string escape code"),
        });
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, String> {
        let mut code = 0;
        for _ in 0..4 {
            let byte = self.next_inside();
            let Some(digit) = char::from(byte).to_digit(16) else {
                return self.unexpected(byte, "in \\u hexadecimal character escape");
            };
            code = code * 16 + digit;
        }
        Ok(code)
    }

    /// One character of `\uXXXX` escapes; half a surrogate pair is U+FFFD.
    fn unicode(&mut self) -> Result<char, String> {
        let code = self.hex()?;
        if let Some(c) = char::from_u32(code) {
            return Ok(c);
        }
        let before = self.at;
        if code < 0xDC00 && self.text.get(self.at..self.at + 2) == Some(b"\\u") {
            self.at += 2;
            let low = self.hex()?;
            if (0xDC00..0xE000).contains(&low) {
                let code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn number(&mut self, first: u8) -> Result<Value, String> {
        let start = self.at - 1;
        let leading = match first {
            b'-' => match self.next_inside() {
                byte @ b'0'..=b'9' => byte,
                byte => return self.unexpected(byte, "in numeric literal"),
            },
            byte => byte,
        };
        if leading != b'0' {
            self.digits();
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits("in exponent of numeric literal")?;
        }
        let text = std::str::from_utf8(self.text.get(start..self.at).unwrap_or_default());
        let text = text.unwrap_or_default();
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number.into()),
            _ => {
                self.range_error.get_or_insert_with(|| {
                    format!("json: cannot unmarshal number {text} into Go value of type float64")
                });
                Ok(Value::Nil)
            }
        }
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self, context: &str) -> Result<(), String> {
        let byte = self.next_inside();
        if !byte.is_ascii_digit() {
            return self.unexpected(byte, context);
        }
        self.digits();
        Ok(())
    }
}
