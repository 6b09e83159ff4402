//! Keys, indexes and what they lead to (Helm: parser.key, parser.listItem and their literal twins).

use envlint_yaml::{Map, Value};

use super::dialect::{Dialect, MAX_INDEX, MAX_NESTED_NAMES, typed};
use super::reader::{Reader, Stop};

pub(super) struct Parser<'a> {
    pub(super) input: Reader<'a>,
    pub(super) dialect: &'a Dialect<'a>,
    /// How many `[i][j]…` were read; recursion follows them.
    pub(super) brackets: usize,
}

/// Lists of lists: Helm has no bound, we have a stack.
const MAX_BRACKETS: usize = 1000;

/// A value after `=`, and whether the argument ended with it.
type Read = (Value, bool);

impl Parser<'_> {
    /// One `key=value`. Ends with [`Stop::End`] when there is no further key.
    pub(super) fn key(&mut self, data: &mut Map, level: usize) -> Result<(), Stop> {
        let literal = matches!(self.dialect, Dialect::Literal);
        let stops: &[char] = if literal {
            &['=', '[', '.']
        } else {
            &['=', '[', ',', '.']
        };
        let read = self.input.until(stops);
        let key = read.text;
        match read.stop {
            None if key.is_empty() => Err(Stop::End),
            None => Err(Stop::Failed(format!("key {} has no value", quote(&key)))),
            Some('[') => self.indexed(data, key, level),
            Some('=') => {
                let (value, ended) = self.value()?;
                set(data, key, value);
                if ended { Err(Stop::End) } else { Ok(()) }
            }
            Some(',') => Err(Stop::Failed(format!(
                "key {} has no value (cannot end with ,)",
                quote(&key)
            ))),
            Some(_) => self.nested(data, key, level + 1),
        }
    }

    /// `key.…`
    fn nested(&mut self, data: &mut Map, key: String, level: usize) -> Result<(), Stop> {
        if level > MAX_NESTED_NAMES {
            return Err(Stop::Failed(format!(
                "value name nested level is greater than maximum supported nested level of {MAX_NESTED_NAMES}"
            )));
        }
        let existing = data.remove(&key);
        let existed = existing.is_some();
        let mut inner = match existing {
            None => Map::new(),
            Some(Value::Map(map)) => map,
            Some(other) => return Err(wrong_type(&other, "map[string]interface {}")),
        };
        let result = self.key(&mut inner, level);
        if result.is_ok() && inner.is_empty() {
            return Err(Stop::Failed(format!(
                "key map {} has no value",
                quote(&key)
            )));
        }
        if existed {
            data.insert(key, Value::Map(inner));
        } else if !inner.is_empty() {
            set(data, key, Value::Map(inner));
        }
        result
    }

    /// `key[…`
    fn indexed(&mut self, data: &mut Map, key: String, level: usize) -> Result<(), Stop> {
        let index = self.index()?;
        let mut list = match data.remove(&key) {
            None => Vec::new(),
            Some(Value::Seq(items)) => items,
            Some(other) => return Err(wrong_type(&other, "[]interface {}")),
        };
        let result = self.list_item(&mut list, index, level);
        set(data, key, Value::Seq(list));
        result
    }

    /// The number before `]`.
    fn index(&mut self) -> Result<i64, Stop> {
        let read = self.input.until(&[']']);
        if read.stop.is_none() {
            // Helm takes the end of the argument in an index for the end of a well-formed one.
            return Err(Stop::End);
        }
        atoi(&read.text).map_err(|why| Stop::Failed(format!("error parsing index: {why}")))
    }

    /// What follows `[index]`: `=`, `.` or another `[`.
    fn list_item(&mut self, list: &mut Vec<Value>, index: i64, level: usize) -> Result<(), Stop> {
        let index = checked_index(index)?;
        let read = self.input.until(&['[', '.', '=']);
        if !read.text.is_empty() {
            let chars: Vec<String> = read.text.chars().map(|c| format!("{c:?}")).collect();
            return Err(Stop::Failed(format!(
                "unexpected data at end of array index: [{}]",
                chars.join(" ")
            )));
        }
        match read.stop {
            None => Err(Stop::End),
            Some('=') => {
                // Unlike a key's, the value of an item at the end of the argument does not end the parse: the next key does.
                let (value, _) = self.value()?;
                *place(list, index)? = value;
                Ok(())
            }
            Some('[') => {
                let next = self.index()?;
                self.brackets += 1;
                if self.brackets > MAX_BRACKETS {
                    return Err(Stop::Failed(format!(
                        "list index is nested more than {MAX_BRACKETS} levels deep"
                    )));
                }
                let mut inner = match list.get_mut(index).map(std::mem::take) {
                    None | Some(Value::Null) => Vec::new(),
                    Some(Value::Seq(items)) => items,
                    Some(other) => return Err(wrong_type(&other, "[]interface {}")),
                };
                let result = self.list_item(&mut inner, next, level);
                if list.len() > index || result.is_ok() {
                    *place(list, index)? = Value::Seq(inner);
                }
                result
            }
            Some(_) => {
                let mut inner = match list.get_mut(index).map(std::mem::take) {
                    Some(Value::Map(map)) => map,
                    _ => Map::new(),
                };
                let result = self.key(&mut inner, level);
                if list.len() > index || result.is_ok() {
                    *place(list, index)? = Value::Map(inner);
                }
                result
            }
        }
    }

    /// The value after `=`.
    fn value(&mut self) -> Result<Read, Stop> {
        match self.dialect {
            Dialect::Literal => {
                let text = self.input.rest().to_owned();
                self.input.skip(text.len());
                Ok((Value::String(text), false))
            }
            Dialect::Json => self.json().map(|value| (value, false)),
            _ => self.text_value(),
        }
    }

    fn json(&mut self) -> Result<Value, Stop> {
        if self.input.empty_value() {
            return Ok(Value::Null);
        }
        let mut values =
            serde_json::Deserializer::from_str(self.input.rest()).into_iter::<serde_json::Value>();
        let value = match values.next() {
            Some(Ok(value)) => value,
            Some(Err(error)) => return Err(Stop::Failed(error.to_string())),
            None => return Err(Stop::Failed("EOF".to_owned())),
        };
        self.input.skip(values.byte_offset());
        self.input.empty_value();
        Ok(crate::values::given::from_json(value))
    }

    /// `{a,b}`, or text up to a comma.
    fn text_value(&mut self) -> Result<Read, Stop> {
        match self.input.peek() {
            None => Ok((Value::String(String::new()), true)),
            Some('{') => {
                self.input.next();
                self.list().map(|list| (list, false))
            }
            Some(_) => {
                let text = self.input.until(&[',']).text;
                self.convert(text).map(|value| (value, false))
            }
        }
    }

    fn list(&mut self) -> Result<Value, Stop> {
        let mut items = Vec::new();
        loop {
            let read = self.input.until(&[',', '}']);
            let stop = read
                .stop
                .ok_or_else(|| Stop::Failed("list must terminate with '}'".to_owned()))?;
            items.push(self.convert(read.text)?);
            if stop == '}' {
                if self.input.peek() == Some(',') {
                    self.input.next();
                }
                return Ok(Value::Seq(items));
            }
        }
    }

    fn convert(&self, text: String) -> Result<Value, Stop> {
        match self.dialect {
            Dialect::Typed => Ok(typed(text)),
            Dialect::File(read) => read(&text).map_err(Stop::Failed),
            Dialect::Text | Dialect::Json | Dialect::Literal => Ok(Value::String(text)),
        }
    }
}

/// An empty key sets nothing (Helm: strvals.set).
fn set(data: &mut Map, key: String, value: Value) {
    if !key.is_empty() {
        data.insert(key, value);
    }
}

fn checked_index(index: i64) -> Result<usize, Stop> {
    usize::try_from(index).map_err(|_| Stop::Failed(format!("negative {index} index not allowed")))
}

/// The item at `index`, with nulls before it when the list is shorter.
fn place(list: &mut Vec<Value>, index: usize) -> Result<&mut Value, Stop> {
    if index > MAX_INDEX {
        return Err(Stop::Failed(format!(
            "index of {index} is greater than maximum supported index of {MAX_INDEX}"
        )));
    }
    if list.len() <= index {
        list.resize(index + 1, Value::Null);
    }
    list.get_mut(index).ok_or(Stop::End)
}

/// Go's `strconv.Atoi`.
fn atoi(text: &str) -> Result<i64, String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!(
            "strconv.Atoi: parsing {}: invalid syntax",
            quote(text)
        ));
    }
    text.parse()
        .map_err(|_| format!("strconv.Atoi: parsing {}: value out of range", quote(text)))
}

/// Helm recovers from the panic of Go's type assertion and shows its text.
fn wrong_type(found: &Value, wanted: &str) -> Stop {
    let found = match found {
        Value::Null => "nil",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::UInt(_) => "int64",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::Seq(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
    };
    Stop::Failed(format!(
        "unable to parse key: interface conversion: interface {{}} is {found}, not {wanted}"
    ))
}

/// Go's `%q`.
fn quote(text: &str) -> String {
    envlint_gotemplate::fmt::quote(text)
}
