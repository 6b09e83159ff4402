//! Objects in YAML, of which everything stands in the line of another text where it comes from.

use crate::evidence::commands::LineStarts;

/// A value with its place.
#[derive(Debug)]
pub(super) enum Tree {
    Text(String),
    /// A number, a switch.
    Bare(String),
    List(Vec<Tree>),
    Map(Vec<Entry>),
}

/// A key with its value, and the byte of the other text where that begins.
#[derive(Debug)]
pub(super) struct Entry {
    pub key: String,
    pub at: usize,
    pub value: Tree,
}

impl Entry {
    /// One whose place is that of what it stands in.
    pub(super) fn new(key: &str, at: usize, value: Tree) -> Entry {
        Entry {
            key: key.to_owned(),
            at,
            value,
        }
    }
}

/// Writes documents line by line.
pub(super) struct Writer<'t> {
    out: String,
    starts: &'t LineStarts,
    /// The line that is written, from one, and the bytes in it.
    line: usize,
    column: usize,
}

impl<'t> Writer<'t> {
    pub(super) fn new(starts: &'t LineStarts) -> Writer<'t> {
        Writer {
            out: String::new(),
            starts,
            line: 1,
            column: 0,
        }
    }

    /// What was written.
    pub(super) fn text(self) -> String {
        self.out
    }

    fn add(&mut self, text: &str) {
        self.out += text;
        let lines = text.matches('\n').count();
        self.line += lines;
        self.column = match text.rfind('\n') {
            Some(last) => text.len() - last - 1,
            None => self.column + text.len(),
        };
    }

    /// Goes on to the place of a byte of the other text, if it is not behind that.
    fn go_to(&mut self, at: usize) {
        let (line, start) = self.starts.line_of(at);
        while self.line < line {
            self.add("\n");
        }
        let missing = (at - start).saturating_sub(self.column);
        if self.line == line && missing > 0 {
            let spaces = " ".repeat(missing.min(1000));
            self.add(&spaces);
        }
    }

    /// Begins a document in the line of a byte.
    pub(super) fn begin(&mut self, at: usize) {
        let (line, _) = self.starts.line_of(at);
        while self.line < line {
            self.add("\n");
        }
        if self.column > 0 {
            self.add("\n");
        }
        self.add("---");
    }

    /// A whole object, in the braces of YAML: behind the line that begins the document, which has nothing else.
    pub(super) fn object(&mut self, entries: &[Entry]) {
        self.add("\n");
        self.map(entries);
        self.add("\n");
    }

    /// Lines that are YAML themselves and begin at a byte of the other text.
    pub(super) fn lines(&mut self, lines: &str, at: usize) {
        self.add("\n");
        let (line, _) = self.starts.line_of(at);
        while self.line < line {
            self.add("\n");
        }
        self.add(lines);
    }

    fn map(&mut self, entries: &[Entry]) {
        self.add("{");
        for (index, entry) in entries.iter().enumerate() {
            self.add(if index == 0 { "" } else { ", " });
            let key = quoted(&entry.key) + ": ";
            // The value stands where the other text has it.
            self.go_to(entry.at.saturating_sub(key.len()));
            self.add(&key);
            self.value(&entry.value);
        }
        self.add("}");
    }

    fn value(&mut self, value: &Tree) {
        match value {
            Tree::Text(text) => self.add(&quoted(text)),
            Tree::Bare(text) => self.add(text),
            Tree::Map(entries) => self.map(entries),
            Tree::List(items) => {
                self.add("[");
                for (index, item) in items.iter().enumerate() {
                    self.add(if index == 0 { "" } else { ", " });
                    self.value(item);
                }
                self.add("]");
            }
        }
    }
}

/// A text in double quotes, as YAML and JSON have it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
