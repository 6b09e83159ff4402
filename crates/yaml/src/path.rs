//! The address of a value, written the way messages print it and the configuration takes it.

use std::borrow::Borrow;
use std::fmt::{self, Display, Write};
use std::str::FromStr;

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A key of a map.
    Key(String),
    /// An item of a list, from 0.
    Index(usize),
    /// The first item of a list of maps whose `field` has the text `value`.
    Match {
        /// The key, such as `name`.
        field: String,
        /// The text of its value.
        value: String,
    },
}

/// The address of a value: `connect.sparkConf."spark.sql.shuffle.partitions"`, `hosts[0]`, `env[name=LOG_LEVEL].value`.
///
/// `Display` and `FromStr` are inverse to each other. The path of the document itself is `.`. A key stands as it is when
/// it consists of letters, digits, `_`, `-`, `/` and `$`; any other key stands in double quotes with the escapes of JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Segment>);

/// Why a text is not a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is not a path: {reason} at character {column}")]
pub struct PathError {
    /// The text.
    pub path: String,
    /// What is wrong.
    pub reason: &'static str,
    /// Where, in characters from 1.
    pub column: usize,
}

impl Path {
    /// The path of the document itself.
    pub fn root() -> Path {
        Path::default()
    }

    /// The steps from the root.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// True for the document itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Goes one step further.
    pub fn push(&mut self, segment: Segment) {
        self.0.push(segment);
    }

    /// Takes the last step back, and returns it.
    pub fn pop(&mut self) -> Option<Segment> {
        self.0.pop()
    }

    /// A new path, one step further.
    #[must_use]
    pub fn join(&self, segment: Segment) -> Path {
        let mut segments = Vec::with_capacity(self.0.len() + 1);
        segments.extend_from_slice(&self.0);
        segments.push(segment);
        Path(segments)
    }

    /// A new path, one key further.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Path {
        self.join(Segment::Key(key.into()))
    }

    /// A new path, one item of a list further.
    #[must_use]
    pub fn index(&self, index: usize) -> Path {
        self.join(Segment::Index(index))
    }

    /// The path of its first segments; the whole path where it has no more.
    #[must_use]
    pub fn beginning(&self, segments: usize) -> Path {
        Path(self.0.iter().take(segments).cloned().collect())
    }

    /// The path without its last step; `None` for the root.
    pub fn parent(&self) -> Option<Path> {
        let (_, before) = self.0.split_last()?;
        Some(Path(before.to_vec()))
    }

    /// The last step; `None` for the root.
    pub fn last(&self) -> Option<&Segment> {
        self.0.last()
    }

    /// True when `other` is this path or lies below it.
    pub fn contains(&self, other: &Path) -> bool {
        other.0.starts_with(&self.0)
    }
}

/// A path is found in a map by the steps from the root, too: its beginnings need no copies of their own.
impl Borrow<[Segment]> for Path {
    fn borrow(&self) -> &[Segment] {
        &self.0
    }
}

impl From<Vec<Segment>> for Path {
    fn from(segments: Vec<Segment>) -> Path {
        Path(segments)
    }
}

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Path {
        Path(segments.into_iter().collect())
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_char('.');
        }
        for (at, segment) in self.0.iter().enumerate() {
            if at > 0 && matches!(segment, Segment::Key(_)) {
                f.write_char('.')?;
            }
            write!(f, "{segment}")?;
        }
        Ok(())
    }
}

impl Display for Segment {
    /// Without the dot before a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Segment::Key(key) => write_word(f, key, is_bare),
            Segment::Index(index) => write!(f, "[{index}]"),
            Segment::Match { field, value } => {
                f.write_char('[')?;
                write_word(f, field, is_bare)?;
                f.write_char('=')?;
                write_word(f, value, is_bare_value)?;
                f.write_char(']')
            }
        }
    }
}

fn is_bare(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-' | '/' | '$')
}

/// In the brackets of a match the dot has no meaning.
fn is_bare_value(char: char) -> bool {
    is_bare(char) || char == '.'
}

fn write_word(f: &mut fmt::Formatter<'_>, word: &str, bare: fn(char) -> bool) -> fmt::Result {
    if !word.is_empty() && word.chars().all(bare) {
        return f.write_str(word);
    }
    f.write_char('"')?;
    for char in word.chars() {
        match char {
            '"' | '\\' => write!(f, "\\{char}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            // A path is printed on one line of a terminal: no controls, no invisible or direction-changing characters.
            char if char.is_control()
                || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') =>
            {
                write!(f, "\\u{:04x}", u32::from(char))?;
            }
            char => f.write_char(char)?,
        }
    }
    f.write_char('"')
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Path, PathError> {
        if text == "." {
            return Ok(Path::root());
        }
        let mut reader = Reader {
            rest: text,
            whole: text,
        };
        let mut segments = Vec::new();
        loop {
            match reader.peek() {
                Some('[') => segments.push(reader.brackets()?),
                Some('.') if !segments.is_empty() => {
                    reader.skip('.');
                    segments.push(Segment::Key(reader.word(is_bare)?));
                }
                Some(_) if segments.is_empty() => {
                    segments.push(Segment::Key(reader.word(is_bare)?))
                }
                Some(_) => return Err(reader.error("expected `.` or `[`")),
                None if segments.is_empty() => {
                    return Err(reader.error("it is empty; the document itself is `.`"));
                }
                None => return Ok(Path(segments)),
            }
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    whole: &'a str,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn skip(&mut self, char: char) -> bool {
        let rest = self.rest.strip_prefix(char);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn error(&self, reason: &'static str) -> PathError {
        let before = self.whole.len() - self.rest.len();
        let column = self.whole.get(..before).unwrap_or_default().chars().count() + 1;
        PathError {
            path: self.whole.to_owned(),
            reason,
            column,
        }
    }

    fn brackets(&mut self) -> Result<Segment, PathError> {
        self.skip('[');
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = self.rest.split_at(digits);
        if digits > 0 && after.starts_with(']') {
            let index = number
                .parse()
                .map_err(|_| self.error("the index is too large"))?;
            self.rest = after;
            self.skip(']');
            return Ok(Segment::Index(index));
        }
        let field = self.word(is_bare)?;
        if !self.skip('=') {
            return Err(self.error("expected `=`, as in `[name=value]`"));
        }
        let value = self.word(is_bare_value)?;
        if !self.skip(']') {
            return Err(self.error("expected `]`"));
        }
        Ok(Segment::Match { field, value })
    }

    fn word(&mut self, bare: fn(char) -> bool) -> Result<String, PathError> {
        if self.skip('"') {
            return self.quoted();
        }
        let end = self
            .rest
            .find(|char| !bare(char))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.is_empty() {
            return Err(self.error("expected a key; one with other characters than letters, digits, `_`, `-`, `/`, `$` needs double quotes"));
        }
        self.rest = rest;
        Ok(word.to_owned())
    }

    fn quoted(&mut self) -> Result<String, PathError> {
        let mut word = String::new();
        loop {
            let char = self
                .next()
                .ok_or_else(|| self.error("the quotes are not closed"))?;
            match char {
                '"' => return Ok(word),
                '\\' => word.push(self.escape()?),
                char => word.push(char),
            }
        }
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.skip(char);
        Some(char)
    }

    fn escape(&mut self) -> Result<char, PathError> {
        let error = self.error("unknown escape; there are \\\\ \\\" \\n \\r \\t \\uXXXX");
        match self.next() {
            Some(char @ ('"' | '\\')) => Ok(char),
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some('u') => {
                let digits = self
                    .rest
                    .get(..4)
                    .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
                let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let char = code.and_then(char::from_u32).ok_or(error)?;
                self.rest = self.rest.get(4..).unwrap_or_default();
                Ok(char)
            }
            _ => Err(error),
        }
    }
}
