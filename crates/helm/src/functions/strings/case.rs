//! Letter case.

use envlint_gotemplate::GoString;

use crate::functions::text::{
    self, is_digit, is_letter, is_lower, is_number, is_punct, is_space, is_title, is_upper, runes,
    to_lower, to_title, to_upper,
};

pub(super) fn upper(text: &GoString) -> GoString {
    if text.as_bytes().is_ascii() {
        return text.as_bytes().to_ascii_uppercase().into();
    }
    text::map(text.as_bytes(), to_upper)
}

pub(super) fn lower(text: &GoString) -> GoString {
    if text.as_bytes().is_ascii() {
        return text.as_bytes().to_ascii_lowercase().into();
    }
    text::map(text.as_bytes(), to_lower)
}

/// Go's `strings.Title`: a letter after anything but a letter, a digit or `_` is in title case.
pub(super) fn title(text: &[u8]) -> GoString {
    let mut previous = ' ';
    text::map(text, |c| {
        let starts = is_separator(previous);
        previous = c;
        if starts { to_title(c) } else { c }
    })
}

fn is_separator(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_alphanumeric() && c != '_';
    }
    !is_letter(c) && !is_digit(c) && is_space(c)
}

/// The first letter of each word in lower case.
pub(super) fn untitle(text: &[u8]) -> GoString {
    let mut first = true;
    text::map(text, |c| {
        if is_space(c) {
            first = true;
            return c;
        }
        if std::mem::take(&mut first) {
            to_lower(c)
        } else {
            c
        }
    })
}

/// Upper and title case become lower, lower becomes upper, or title at the start of a word.
pub(super) fn swap(text: &[u8]) -> GoString {
    let mut after_space = true;
    text::map(text, |c| {
        if is_upper(c) || is_title(c) {
            after_space = false;
            return to_lower(c);
        }
        if is_lower(c) {
            return if std::mem::take(&mut after_space) {
                to_title(c)
            } else {
                to_upper(c)
            };
        }
        after_space = is_space(c);
        c
    })
}

fn is_connector(c: char) -> bool {
    matches!(c, '-' | '_') || is_space(c)
}

/// `http_server` to `HttpServer` (xstrings.ToPascalCase). Connectors at the start, and doubled ones, stay.
pub(super) fn pascal(text: &[u8]) -> GoString {
    let mut out = String::with_capacity(text.len());
    let mut rest = runes(text).peekable();
    while let Some(connector) = rest.next_if(|c| is_connector(*c)) {
        out.push(connector);
    }
    let Some(first) = rest.next() else {
        // The library writes the last connector twice when there is nothing else.
        out.extend(out.chars().next_back());
        return out.into();
    };
    let mut shouting = is_upper(first);
    let mut current = to_upper(first);
    for next in rest {
        let previous = std::mem::replace(&mut current, next);
        if is_connector(previous) {
            if is_connector(next) {
                out.push(previous);
            } else {
                shouting = is_upper(next);
                current = to_upper(next);
            }
            continue;
        }
        // A word in capitals goes on in lower case.
        if shouting && is_upper(next) {
            current = to_lower(next);
        } else {
            shouting = false;
        }
        out.push(previous);
    }
    out.push(current);
    out.into()
}

/// What a run of characters is, for [`delimited`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Capitals,
    Letters,
    Connector,
    Punctuation,
    Other,
}

struct Word {
    kind: Kind,
    text: Vec<char>,
}

/// `FirstName` to `first_name` (xstrings.ToSnakeCase, ToKebabCase).
pub(super) fn delimited(text: &[u8], connector: char) -> GoString {
    let chars: Vec<char> = runes(text)
        .filter(|c| *c != char::REPLACEMENT_CHARACTER)
        .collect();
    let mut words = Words { rest: &chars };
    let mut out = String::with_capacity(text.len() + 8);
    let Some(mut word) = words.next() else {
        return out.into();
    };
    let separates = |kind: Kind| !matches!(kind, Kind::Connector | Kind::Punctuation);
    while !words.rest.is_empty() {
        if word.kind != Kind::Connector {
            push_lower(&mut out, &word, connector);
        }
        let previous = word;
        let Some(next) = words.next() else {
            return out.into();
        };
        word = next;
        match previous.kind {
            Kind::Number => match join_letters(&mut out, &mut words, word, connector) {
                Some(after) => word = after,
                None => return out.into(),
            },
            Kind::Connector => push_lower(&mut out, &previous, connector),
            Kind::Punctuation => {}
            _ if word.kind != Kind::Number => {
                if separates(word.kind) {
                    out.push(connector);
                }
            }
            _ => {
                let Some(after) = words.next() else { break };
                if after.kind == Kind::Letters {
                    // Letters after the number: "HTTP2xx" is "http_2xx".
                    out.push(connector);
                    push_lower(&mut out, &word, connector);
                    match join_letters(&mut out, &mut words, after, connector) {
                        Some(after) => word = after,
                        None => return out.into(),
                    }
                } else {
                    // The number belongs to the word before it: "Bld4Floor" is "bld4_floor".
                    push_lower(&mut out, &word, connector);
                    if separates(after.kind) {
                        out.push(connector);
                    }
                    word = after;
                }
            }
        }
    }
    push_lower(&mut out, &word, connector);
    out.into()
}

/// Writes letters and numbers that follow each other as one word; returns the word after them.
fn join_letters(
    out: &mut String,
    words: &mut Words<'_>,
    first: Word,
    connector: char,
) -> Option<Word> {
    let mut word = first;
    while matches!(word.kind, Kind::Letters | Kind::Number) {
        push_lower(out, &word, connector);
        word = words.next()?;
    }
    if !matches!(word.kind, Kind::Connector | Kind::Punctuation) {
        out.push(connector);
    }
    Some(word)
}

fn push_lower(out: &mut String, word: &Word, connector: char) {
    match word.kind {
        Kind::Capitals => {
            out.extend(
                word.text
                    .iter()
                    .map(|c| if is_upper(*c) { to_lower(*c) } else { *c }),
            );
        }
        Kind::Connector => out.extend(word.text.iter().map(|_| connector)),
        _ => out.extend(&word.text),
    }
}

struct Words<'a> {
    rest: &'a [char],
}

impl Words<'_> {
    fn next(&mut self) -> Option<Word> {
        let (first, tail) = self.rest.split_first()?;
        let kind = kind_of(*first);
        let run = |accept: &dyn Fn(char) -> bool| tail.iter().take_while(|c| accept(**c)).count();
        let lower = |c: char| is_alphabet(c) && !is_upper(c);
        let length = 1 + match kind {
            Kind::Connector => run(&is_connector),
            Kind::Punctuation => run(&is_punct),
            Kind::Letters => run(&lower),
            Kind::Number => run(&is_number),
            Kind::Other => run(&|c| kind_of(c) == Kind::Other),
            Kind::Capitals => {
                let capitals = run(&is_upper);
                match tail.get(capitals) {
                    // Of "HTTPStatus" the last capital belongs to the next word.
                    Some(next) if capitals > 0 && is_alphabet(*next) => capitals - 1,
                    _ if capitals > 0 => capitals,
                    _ => run(&lower),
                }
            }
        };
        let (word, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(Word {
            kind,
            text: word.to_vec(),
        })
    }
}

/// Letters in the sense of xstrings: all but Chinese characters.
fn is_alphabet(c: char) -> bool {
    let chinese =
        matches!(c, '\u{3400}'..='\u{4D85}' | '\u{4E00}'..='\u{9FCC}' | '\u{20000}'..='\u{2B81D}');
    is_letter(c) && !chinese
}

fn kind_of(c: char) -> Kind {
    if is_connector(c) {
        Kind::Connector
    } else if is_punct(c) {
        Kind::Punctuation
    } else if is_upper(c) {
        Kind::Capitals
    } else if is_alphabet(c) {
        Kind::Letters
    } else if is_number(c) {
        Kind::Number
    } else {
        Kind::Other
    }
}
