//! Values that stand below the line of their name: behind a backslash, in quotes of several lines, in a heredoc.

use super::assignments::{Assignment, TRIPLE, name_before, value_after};
use super::names::{Promise, promise};

/// How a value goes on below its name.
pub(super) enum Open<'t> {
    /// `"password":` of JSON: in quotes on the next line.
    Quoted,
    /// `password=\`: on the next line, and on those after it as long as a backslash joins them.
    Continued(Promise),
    /// `--password \`: the next word.
    Option(Promise),
    /// Three quotes or the word of a heredoc: up to where they stand again.
    Until(Promise, &'t str),
}

/// What a line leaves open.
pub(super) fn opened(line: &str) -> Option<Open<'_>> {
    let line = line.trim_end();
    let before = line.strip_suffix(':').map(str::trim_end);
    if let Some(before) = before.filter(|before| before.ends_with('"')) {
        return promised(before, ':').map(|_| Open::Quoted);
    }
    if let Some(before) = line.strip_suffix(" \\").map(str::trim_end)
        && let Some(promise) = promised(before, ' ')
    {
        return Some(Open::Option(promise));
    }
    let at = line.find(['=', ':'])?;
    let promise = promised(line.get(..at)?, '=')?;
    let value = line.get(at + 1..)?.trim();
    if let Some(rest) = value.strip_prefix("<<") {
        let word = rest
            .trim_start_matches(['-', '~'])
            .trim_matches(['"', '\'']);
        let is_word = !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        return is_word.then_some(Open::Until(promise, word));
    }
    for quotes in TRIPLE {
        if let Some(rest) = value.strip_prefix(quotes) {
            return (!rest.contains(quotes)).then_some(Open::Until(promise, quotes));
        }
    }
    // A value of properties goes on right behind its last letter; a blank ends a word of a shell, and the command goes on.
    let before = value.strip_suffix('\\');
    let is_continued = before.is_some_and(|before| !before.ends_with([' ', '\t']));
    let is_continued = is_continued && !value.starts_with(['"', '\'']);
    is_continued.then_some(Open::Continued(promise))
}

/// What a name at the end of a text promises.
fn promised(before: &str, separator: char) -> Option<Promise> {
    let promise = promise(name_before(before, separator)?);
    (promise != Promise::Nothing).then_some(promise)
}

impl<'t> Open<'t> {
    /// Takes what a line has of the value, and says whether it goes on.
    pub(super) fn line(
        self,
        line: &str,
        offset: usize,
        found: &mut Vec<Assignment>,
    ) -> Option<Open<'t>> {
        let trimmed = line.trim();
        let start = offset + (line.len() - line.trim_start().len());
        let mut take = |length: usize, promise: Promise, quoted: bool| {
            if length > 0 {
                found.push(Assignment {
                    value: start..start + length,
                    promise,
                    separator: '=',
                    quoted,
                    alone: true,
                });
            }
        };
        match self {
            Open::Quoted => {
                if let Some((value, true)) = value_after(line, '=') {
                    found.push(Assignment {
                        value: offset + value.start..offset + value.end,
                        promise: Promise::Unclear,
                        separator: ':',
                        quoted: true,
                        alone: true,
                    });
                }
                None
            }
            Open::Option(promise) => {
                let word = trimmed.split_whitespace().next().unwrap_or_default();
                if !word.starts_with('-') {
                    take(word.len(), promise, false);
                }
                None
            }
            Open::Continued(promise) => {
                let value = trimmed.trim_end_matches('\\');
                take(value.trim_end().len(), promise, false);
                (value.len() < trimmed.len()).then_some(Open::Continued(promise))
            }
            Open::Until(promise, end) => {
                let value = trimmed.split(end).next().unwrap_or_default().trim_end();
                take(value.len(), promise, true);
                (!trimmed.contains(end)).then_some(Open::Until(promise, end))
            }
        }
    }
}
