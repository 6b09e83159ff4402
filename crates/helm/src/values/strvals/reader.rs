//! Characters of one argument, with the three ways Helm's parsers read them.

/// Why reading stopped.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The argument is over. At the start of a key that is how parsing ends well.
    End,
    /// An error for the user.
    Failed(String),
}

impl From<String> for Stop {
    fn from(why: String) -> Stop {
        Stop::Failed(why)
    }
}

/// Text up to a stop character, and the character; `None` when the argument ended first.
pub(super) struct Until {
    pub(super) text: String,
    pub(super) stop: Option<char>,
}

pub(super) struct Reader<'a> {
    rest: &'a str,
    /// Whether a backslash takes the meaning from the character after it.
    escapes: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, escapes: bool) -> Reader<'a> {
        Reader {
            rest: text,
            escapes,
        }
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// Skips bytes of [`Reader::rest`]; a count that is no boundary skips everything.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Reads up to one of `stops`, which is consumed.
    pub(super) fn until(&mut self, stops: &[char]) -> Until {
        let mut text = String::new();
        while let Some(c) = self.next() {
            if stops.contains(&c) {
                return Until {
                    text,
                    stop: Some(c),
                };
            }
            if c == '\\' && self.escapes {
                match self.next() {
                    Some(escaped) => text.push(escaped),
                    None => break,
                }
            } else {
                text.push(c);
            }
        }
        Until { text, stop: None }
    }

    /// Skips blanks up to and including a comma (Helm: emptyVal). True when there was nothing else before it or the end.
    pub(super) fn empty_value(&mut self) -> bool {
        while let Some(c) = self.peek() {
            if c == ',' {
                self.next();
                return true;
            }
            if !c.is_whitespace() {
                return false;
            }
            self.next();
        }
        true
    }
}
