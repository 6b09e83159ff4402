//! goyaml's emitter, for what Marshal asks of it: one document, block collections, no line width.

use std::borrow::Cow;

use super::dialect::{Dialect, EmitError};
use super::scalar::{Style, analyze, is_break, is_printable, style};
use super::{json, keys};
use crate::number;
use crate::value::{Map, Value};

/// Columns per level.
const INDENT: usize = 2;

/// The column behind which goyaml v2 ends a line at the next space. Helm does not change that; goyaml v3 never folds.
const WIDTH: usize = 80;

/// The longest key that is not announced by `?`, in bytes.
const MAX_SIMPLE_KEY: usize = 128;

/// What a value hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    Root,
    Item,
    SimpleKey,
    Key,
    Value,
}

/// Text with the state that decides where line breaks and spaces come.
pub(super) struct Writer {
    dialect: Dialect,
    text: String,
    column: usize,
    /// Columns of the current collection; `None` outside of any.
    indent: Option<usize>,
    /// The last character written was a space, or there is none on the line.
    whitespace: bool,
    /// Only indentation and indicators are on the line.
    indention: bool,
    /// The first thing that cannot be written.
    error: Option<EmitError>,
}

impl Writer {
    pub(super) fn new(dialect: Dialect) -> Writer {
        Writer {
            dialect,
            text: String::new(),
            column: 0,
            indent: None,
            whitespace: true,
            indention: true,
            error: None,
        }
    }

    /// A whole document, ending with a line break.
    pub(super) fn document(mut self, value: &Value) -> Result<String, EmitError> {
        self.value(value, Position::Root);
        self.write_indent();
        self.error.map_or(Ok(self.text), Err)
    }

    /// What goyaml v2 gets to see, after JSON. What cannot be written is noted.
    fn through_json<T>(&mut self, result: Result<T, EmitError>, instead: T) -> T {
        result.unwrap_or_else(|error| {
            self.error.get_or_insert(error);
            instead
        })
    }

    fn value(&mut self, value: &Value, place: Position) {
        match value {
            Value::Null => self.plain("null"),
            Value::Bool(value) => self.plain(if *value { "true" } else { "false" }),
            Value::Int(number) => self.plain(&number.to_string()),
            Value::UInt(number) => self.plain(&number.to_string()),
            Value::Float(number) => self.float(*number),
            Value::String(text) => self.string(text, place),
            Value::Seq(items) if items.is_empty() => self.indicator("[]", true, false, false),
            Value::Seq(items) => self.sequence(items, place),
            Value::Map(map) if map.is_empty() => self.indicator("{}", true, false, false),
            Value::Map(map) => self.mapping(map),
        }
    }

    fn float(&mut self, number: f64) {
        if self.dialect == Dialect::V2 {
            match self.through_json(json::read_number(number), Value::Null) {
                Value::Float(number) => self.plain(&number::format_yaml(number)),
                whole => self.value(&whole, Position::Value),
            }
        } else {
            self.plain(&number::format_yaml(number));
        }
    }

    fn sequence(&mut self, items: &[Value], place: Position) {
        let before = self.indent;
        let under_key = matches!(place, Position::Value | Position::Key) && !self.indention;
        if !(under_key && self.dialect == Dialect::V2) {
            self.indent = Some(before.map_or(0, |indent| indent + INDENT));
        }
        for item in items {
            self.write_indent();
            self.indicator("-", true, false, true);
            self.value(item, Position::Item);
        }
        self.indent = before;
    }

    fn mapping(&mut self, map: &Map) {
        let before = self.indent;
        self.indent = Some(before.map_or(0, |indent| indent + INDENT));
        for (key, value) in keys::sorted(map.iter(), self.dialect) {
            self.write_indent();
            let key = if self.dialect == Dialect::V2 {
                self.through_json(json::read_key(key), "")
            } else {
                key
            };
            let analysis = analyze(key, self.dialect);
            if !analysis.multiline && key.len() <= MAX_SIMPLE_KEY {
                self.string(key, Position::SimpleKey);
                self.indicator(":", false, false, false);
            } else {
                self.indicator("?", true, false, true);
                self.string(key, Position::Key);
                self.write_indent();
                self.indicator(":", true, false, true);
            }
            self.value(value, Position::Value);
        }
        self.indent = before;
    }

    fn string(&mut self, text: &str, place: Position) {
        let read = match self.dialect {
            Dialect::V2 => self.through_json(json::read_text(text), Cow::Borrowed("")),
            Dialect::V3 => Cow::Borrowed(text),
        };
        let text = read.as_ref();
        let style = style(
            text,
            analyze(text, self.dialect),
            place == Position::SimpleKey,
        );
        let before = self.indent;
        self.indent = Some(before.map_or(INDENT, |indent| indent + INDENT));
        let folds = self.dialect == Dialect::V2 && place != Position::SimpleKey;
        match style {
            Style::Plain if folds => self.folded_plain(text),
            Style::Plain => self.plain(text),
            Style::Single => self.single(text, folds),
            Style::Double => self.double(text, folds),
            Style::Literal => self.literal(text),
        }
        self.indent = before;
    }

    fn put(&mut self, char: char) {
        self.text.push(char);
        self.column += 1;
    }

    fn put_break(&mut self) {
        self.text.push('\n');
        self.column = 0;
    }

    /// A line break of the text: `\n`, or a separator as it is.
    fn write_break(&mut self, char: char) {
        self.text.push(char);
        self.column = 0;
    }

    fn write_indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    fn indicator(&mut self, text: &str, needs_space: bool, is_space: bool, keeps_indention: bool) {
        if needs_space && !self.whitespace {
            self.put(' ');
        }
        text.chars().for_each(|char| self.put(char));
        self.whitespace = is_space;
        self.indention = self.indention && keeps_indention;
    }

    fn plain(&mut self, text: &str) {
        // An empty plain text cannot occur: it is null, and quoted.
        if !self.whitespace {
            self.put(' ');
        }
        text.chars().for_each(|char| self.put(char));
        self.whitespace = false;
        self.indention = false;
    }

    /// True where a line that is full ends at a space: the first of a run in what goyaml v2 writes.
    fn is_full(&self, after_space: bool) -> bool {
        !after_space && self.column > WIDTH
    }

    fn folded_plain(&mut self, text: &str) {
        if !self.whitespace {
            self.put(' ');
        }
        let mut after_space = false;
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            if char == ' ' && self.is_full(after_space) && chars.peek() != Some(&' ') {
                self.write_indent();
            } else {
                self.put(char);
            }
            after_space = char == ' ';
        }
        self.whitespace = false;
        self.indention = false;
    }

    fn single(&mut self, text: &str, folds: bool) {
        self.indicator("'", true, false, false);
        let (mut breaks, mut after_space) = (false, false);
        let mut chars = text.chars().enumerate().peekable();
        while let Some((at, char)) = chars.next() {
            if char == ' ' {
                let is_inside = at > 0 && chars.peek().is_some_and(|(_, next)| *next != ' ');
                if folds && is_inside && self.is_full(after_space) {
                    self.write_indent();
                } else {
                    self.put(' ');
                }
                after_space = true;
                continue;
            }
            if is_break(char) {
                // Only separators: text with `\n` is a literal block or in double quotes.
                self.write_break(char);
                self.indention = true;
                breaks = true;
                continue;
            }
            if breaks {
                self.write_indent();
            }
            if char == '\'' {
                self.put('\'');
            }
            self.put(char);
            self.indention = false;
            breaks = false;
            after_space = false;
        }
        self.indicator("'", false, false, false);
    }

    fn double(&mut self, text: &str, folds: bool) {
        self.indicator("\"", true, false, false);
        // goyaml asks whether the text, not the character, is a byte order mark.
        let marked = text.starts_with('\u{feff}');
        let mut after_space = false;
        let mut chars = text.chars().enumerate().peekable();
        while let Some((at, char)) = chars.next() {
            if marked || !is_printable(char) || is_break(char) || matches!(char, '"' | '\\') {
                self.escape(char);
                after_space = false;
            } else if char == ' '
                && folds
                && at > 0
                && chars.peek().is_some()
                && self.is_full(after_space)
            {
                self.write_indent();
                if chars.peek().is_some_and(|(_, next)| *next == ' ') {
                    self.put('\\');
                }
                after_space = true;
            } else {
                self.put(char);
                after_space = char == ' ';
            }
        }
        self.indicator("\"", false, false, false);
    }

    fn escape(&mut self, char: char) {
        let short = match char {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' | '\\' => char,
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            other => {
                let code = u32::from(other);
                let digits = match code {
                    0..=0xff => format!("\\x{code:02X}"),
                    0x100..=0xffff => format!("\\u{code:04X}"),
                    _ => format!("\\U{code:08X}"),
                };
                return digits.chars().for_each(|char| self.put(char));
            }
        };
        self.put('\\');
        self.put(short);
    }

    fn literal(&mut self, text: &str) {
        self.indicator("|", true, false, false);
        if text.starts_with(|char| char == ' ' || is_break(char)) {
            self.indicator("2", false, false, false);
        }
        let mut end = text.chars().rev().map(is_break);
        match (end.next().unwrap_or(false), end.next().unwrap_or(true)) {
            (false, _) => self.indicator("-", false, false, false),
            (true, true) => self.indicator("+", false, false, false),
            (true, false) => {}
        }
        self.put_break();
        self.indention = true;
        self.whitespace = true;
        let mut breaks = true;
        for char in text.chars() {
            if is_break(char) {
                self.write_break(char);
                self.indention = true;
                breaks = true;
                continue;
            }
            if breaks {
                self.write_indent();
            }
            self.put(char);
            self.indention = false;
            breaks = false;
        }
    }
}
