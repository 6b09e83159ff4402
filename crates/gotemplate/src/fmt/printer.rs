//! Values as text: `%v` and the other verbs applied to any value (Go: `fmt/print.go`).

use super::flags::{Flags, Output};
use crate::value::{FloatKind, List, Map, Object, Value};

/// Deeper values do not print: a map can hold itself.
const MAX_DEPTH: usize = 1000;

/// Pointers have no address here; Go's differ from run to run, so that nothing can depend on them.
const ADDRESS: u64 = 0x00c0_0000_0000;

pub(super) struct Printer {
    pub out: Output,
    pub too_deep: bool,
    /// While a bad verb is reported, `String` methods are not called.
    erroring: bool,
}

impl Printer {
    pub(super) fn new(bytes: Vec<u8>, limit: usize) -> Printer {
        let out = Output {
            bytes,
            limit,
            overflow: false,
            flags: Flags::default(),
        };
        Printer {
            out,
            too_deep: false,
            erroring: false,
        }
    }

    /// Prints a value as an action does: no value as `<no value>`, a pointer as what it points to.
    pub(super) fn printable(&mut self, value: &Value) {
        match value {
            Value::Nil => self.out.write_str("<no value>"),
            Value::Object(object) if object.string().is_none() && object.underlying().is_none() => {
                self.fields(
                    object.type_name().trim_start_matches('*'),
                    object.as_ref(),
                    'v',
                    0,
                );
            }
            _ => self.argument(value, 'v'),
        }
    }

    /// Prints an operand with a verb.
    pub(super) fn argument(&mut self, value: &Value, verb: char) {
        match (value, verb) {
            (Value::Nil, 'T' | 'v') => self.out.pad(b"<nil>"),
            (Value::Nil, _) => self.bad_verb(value, verb),
            // Only errors take %w, and only in another function.
            (Value::List(_) | Value::Map(_) | Value::Object(_) | Value::Func(_), 'w') => {
                self.bad_verb(value, verb)
            }
            (_, 'T') => self.out.text(value.type_name().as_bytes()),
            (Value::Bytes(bytes), 'v' | 'd' | 's' | 'x' | 'X' | 'q') => {
                self.bytes(bytes, verb, "[]byte")
            }
            _ => self.value(value, verb, 0),
        }
    }

    fn value(&mut self, value: &Value, verb: char, depth: usize) {
        if depth > MAX_DEPTH {
            self.too_deep = true;
            return;
        }
        match value {
            // Inside of containers a nil interface ignores the verb.
            Value::Nil if self.out.flags.sharp_v => self.out.write_str("interface {}(nil)"),
            Value::Nil => self.out.write_str("<nil>"),
            Value::Object(object) => self.object(value, object.as_ref(), verb, depth),
            _ => self.plain(value, value, verb, depth),
        }
    }

    /// Prints a plain value; `named` is the value whose type is shown, which differs for named types.
    fn plain(&mut self, value: &Value, named: &Value, verb: char, depth: usize) {
        match value {
            Value::Bool(value) => match verb {
                't' | 'v' => self.out.boolean(*value),
                _ => self.bad_verb(named, verb),
            },
            Value::Int(n, _) => self.integer(n.unsigned_abs(), Some(*n), named, verb),
            Value::Uint(n, _) => self.integer(*n, None, named, verb),
            Value::Float(n, kind) => self.float(*n, *kind, named, verb),
            Value::String(text) => self.text(text.as_bytes(), named, verb),
            Value::Bytes(bytes) => self.byte_slice(bytes, named, verb, depth),
            Value::List(list) => self.list(list, named, verb, depth),
            Value::Map(map) => self.map(map, named, verb, depth),
            Value::Func(_) => self.pointer(named, verb),
            Value::Nil | Value::Object(_) => self.out.write_str("<nil>"),
        }
    }

    fn integer(&mut self, magnitude: u64, signed: Option<i64>, named: &Value, verb: char) {
        let negative = signed.is_some_and(|n| n < 0);
        let rune = signed.map_or(magnitude, |n| n as u64);
        match verb {
            'v' if self.out.flags.sharp_v && signed.is_none() => self.hex_number(magnitude),
            'v' | 'd' => self.out.integer(magnitude, negative, 10, verb),
            'b' => self.out.integer(magnitude, negative, 2, verb),
            'o' | 'O' => self.out.integer(magnitude, negative, 8, verb),
            'x' | 'X' => self.out.integer(magnitude, negative, 16, verb),
            'c' => self.out.character(rune),
            'q' => self.out.quoted_character(rune),
            'U' => self.out.unicode(rune),
            _ => self.bad_verb(named, verb),
        }
    }

    /// `0x…`, whatever the flags say.
    fn hex_number(&mut self, n: u64) {
        let sharp = std::mem::replace(&mut self.out.flags.sharp, true);
        self.out.integer(n, false, 16, 'v');
        self.out.flags.sharp = sharp;
    }

    fn float(&mut self, value: f64, kind: FloatKind, named: &Value, verb: char) {
        let bits = if kind == FloatKind::Float32 { 32 } else { 64 };
        match verb {
            'v' => self.out.float(value, bits, b'g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => self.out.float(value, bits, verb as u8, None),
            'f' | 'e' | 'E' => self.out.float(value, bits, verb as u8, Some(6)),
            'F' => self.out.float(value, bits, b'f', Some(6)),
            _ => self.bad_verb(named, verb),
        }
    }

    fn text(&mut self, text: &[u8], named: &Value, verb: char) {
        match verb {
            'v' if self.out.flags.sharp_v => self.out.quoted(text),
            'v' | 's' => self.out.text(text),
            'x' => self.out.hex(text, false),
            'X' => self.out.hex(text, true),
            'q' => self.out.quoted(text),
            _ => self.bad_verb(named, verb),
        }
    }

    /// A `[]byte` as an operand of its own.
    fn bytes(&mut self, bytes: &[u8], verb: char, type_name: &str) {
        match verb {
            's' => self.out.text(bytes),
            'x' => self.out.hex(bytes, false),
            'X' => self.out.hex(bytes, true),
            'q' => self.out.quoted(bytes),
            _ => {
                let sharp_v = self.out.flags.sharp_v;
                self.open(type_name, "[", "{");
                for (index, byte) in bytes.iter().enumerate() {
                    self.separate(index);
                    match sharp_v {
                        true => self.hex_number(u64::from(*byte)),
                        false => self.out.integer(u64::from(*byte), false, 10, verb),
                    }
                }
                self.close("]");
            }
        }
    }

    /// Bytes inside of other values, or with a verb for their elements.
    fn byte_slice(&mut self, bytes: &[u8], named: &Value, verb: char, depth: usize) {
        match verb {
            's' | 'q' | 'x' | 'X' => self.bytes(bytes, verb, named.type_name()),
            'p' if depth == 0 => self.pointer(named, verb),
            _ => {
                self.open(named.type_name(), "[", "{");
                for (index, byte) in bytes.iter().enumerate() {
                    self.separate(index);
                    self.value(
                        &Value::Uint(u64::from(*byte), crate::UintKind::Uint8),
                        verb,
                        depth + 1,
                    );
                }
                self.close("]");
            }
        }
    }

    fn list(&mut self, list: &List, named: &Value, verb: char, depth: usize) {
        if verb == 'p' && depth == 0 {
            return self.pointer(named, verb);
        }
        if self.out.flags.sharp_v && list.is_nil() {
            self.out.write_str(named.type_name());
            return self.out.write_str("(nil)");
        }
        self.open(named.type_name(), "[", "{");
        for (index, item) in list.iter().enumerate() {
            if self.stopped() {
                return;
            }
            self.separate(index);
            self.value(item, verb, depth + 1);
        }
        self.close("]");
    }

    fn map(&mut self, map: &Map, named: &Value, verb: char, depth: usize) {
        if verb == 'p' && depth == 0 {
            return self.pointer(named, verb);
        }
        if self.out.flags.sharp_v && map.is_nil() {
            self.out.write_str(named.type_name());
            return self.out.write_str("(nil)");
        }
        self.open(named.type_name(), "map[", "{");
        for (index, (key, item)) in map.borrow().iter().enumerate() {
            if self.stopped() {
                return;
            }
            self.separate(index);
            self.text(key.as_bytes(), &Value::String(key.clone()), verb);
            self.out.write_str(":");
            self.value(item, verb, depth + 1);
        }
        self.close("]");
    }

    fn object(&mut self, value: &Value, object: &dyn Object, verb: char, depth: usize) {
        let is_stringable = matches!(verb, 'v' | 's' | 'x' | 'X' | 'q');
        if is_stringable
            && !self.erroring
            && !self.out.flags.sharp_v
            && let Some(text) = object.string()
        {
            return self.text(text.as_bytes(), value, verb);
        }
        if let Some(plain) = object.underlying() {
            return self.plain(&plain, value, verb, depth);
        }
        let pointee = object.type_name().strip_prefix('*');
        match pointee {
            Some(_) if verb == 'p' || depth > 0 => self.pointer(value, verb),
            Some(name) => {
                self.out.write_str("&");
                self.fields(name, object, verb, depth + 1);
            }
            None if verb == 'p' && depth == 0 => self.bad_verb(value, verb),
            None => self.fields(object.type_name(), object, verb, depth),
        }
    }

    fn fields(&mut self, type_name: &str, object: &dyn Object, verb: char, depth: usize) {
        self.open(type_name, "{", "{");
        for (index, (name, field)) in object.fields().iter().enumerate() {
            self.separate(index);
            if self.out.flags.plus_v || self.out.flags.sharp_v {
                self.out.write_str(name);
                self.out.write_str(":");
            }
            self.value(field, verb, depth + 1);
        }
        self.close("}");
    }

    fn pointer(&mut self, value: &Value, verb: char) {
        match verb {
            'v' if self.out.flags.sharp_v => {
                self.out.write_str("(");
                self.out.write_str(value.type_name());
                self.out.write_str(")(");
                self.hex_number(ADDRESS);
                self.out.write_str(")");
            }
            'v' | 'p' => {
                let sharp = self.out.flags.sharp;
                self.out.flags.sharp = !sharp;
                self.out.integer(ADDRESS, false, 16, 'v');
                self.out.flags.sharp = sharp;
            }
            'b' | 'o' | 'd' | 'x' | 'X' => self.integer(ADDRESS, None, value, verb),
            _ => self.bad_verb(value, verb),
        }
    }

    fn stopped(&self) -> bool {
        self.out.overflow || self.too_deep
    }

    fn open(&mut self, type_name: &str, plain: &str, sharp_v: &str) {
        if self.out.flags.sharp_v {
            self.out.write_str(type_name);
            self.out.write_str(sharp_v);
        } else {
            self.out.write_str(plain);
        }
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.out
                .write_str(if self.out.flags.sharp_v { ", " } else { " " });
        }
    }

    fn close(&mut self, plain: &str) {
        self.out
            .write_str(if self.out.flags.sharp_v { "}" } else { plain });
    }

    /// `%!d(string=x)`
    fn bad_verb(&mut self, value: &Value, verb: char) {
        self.erroring = true;
        self.out.write_str("%!");
        self.out.write_char(verb);
        self.out.write_str("(");
        self.type_and_value(value);
        self.out.write_str(")");
        self.erroring = false;
    }

    /// `string=x`, or `<nil>`
    pub(super) fn type_and_value(&mut self, value: &Value) {
        if value.is_nil() {
            return self.out.write_str("<nil>");
        }
        self.out.write_str(value.type_name());
        self.out.write_str("=");
        self.argument(value, 'v');
    }
}
